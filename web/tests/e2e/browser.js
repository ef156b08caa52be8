// The browser: Debian's Chromium, one for all test files when run.js started it,
// else one for this file.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

export function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not here
      }
    }
  }
  throw new Error("no Chromium on the path: install Debian's package chromium, or set CHROMIUM");
}

export function launchOptions() {
  return {
    executablePath: chromiumPath(),
    // Chromium refuses its sandbox to root, and a container has little of /dev/shm.
    args: ["--disable-dev-shm-usage", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  };
}

export async function openBrowser() {
  const shared = process.env.E2E_BROWSER;
  return shared ? chromium.connect(shared) : chromium.launch(launchOptions());
}

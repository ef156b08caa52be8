// The pictures of docs/screens/: what people see, made by the same steps as the
// checks. Called by scripts/screens; names on the command line choose.

import { Page } from "./page.js";
import { CONSOLE, WIDGET } from "./states.js";
import { World } from "./world.js";

const [folder = "docs/screens", ...names] = process.argv.slice(2);
const DESK = { width: 1000, height: 700 };
/** Of a page that has thought about how it looks. */
const STYLE =
  '<meta name="color-scheme" content="light dark"><style>body { max-inline-size: 44rem; margin: 16px auto; padding-inline: 16px; font: 100%/1.55 system-ui, "Liberation Sans", sans-serif } h1 { font-size: 1.5rem }</style>';
const PHONE = { width: 360, height: 720 };

/** The article of the demo, down to its comments. */
const article = async ({ w, page }) => {
  await page.goto(`${w.url}/`);
  await page.getByText("Same here with the pram.").waitFor();
  await page.locator("#comments").evaluate((element) => element.scrollIntoView());
};

/** @type {[name: string, options: import("./page.js").PageOptions, make: (given: any) => Promise<unknown>][]} */
const PICTURES = [
  ["widget-light", DESK, article],
  ["widget-dark", { ...DESK, dark: true }, article],
  ["widget-phone", PHONE, article],
  ["widget-rtl", DESK, async ({ w, page }) => {
    await page.goto(w.host.show({ thread: "river-footbridge", dir: "rtl", lang: "ar", head: STYLE }));
    await page.getByText("Same here with the pram.").waitFor();
  }],
  ["composer", DESK, WIDGET["the composer"]],
  ["flag-sheet", DESK, WIDGET["the flag sheet"]],
  ["hidden-objection", DESK, WIDGET["an own comment, hidden, and the objection"]],
  ["console-queue", { width: 1280, height: 800 }, CONSOLE["the queue"]],
  ["console-item", { width: 1280, height: 800 }, async (given) => {
    await CONSOLE["an item, open"](given);
    await given.page.getByRole("link", { name: "the whole sheet" }).waitFor();
  }],
  ["console-person", { width: 1280, height: 800 }, async (given) => {
    await CONSOLE["a person's sheet"](given);
    await given.page.locator(".sheet h2").evaluate((heading) => heading.scrollIntoView({ block: "center" }));
  }],
  ["console-appeal", { width: 1280, height: 800 }, CONSOLE["the list appeals"]],
  ["console-settings", { width: 1280, height: 800 }, CONSOLE["the list settings"]],
  ["console-figures", { width: 1280, height: 800 }, CONSOLE["the list figures"]],
  ["console-log", { width: 1280, height: 800, dark: true }, CONSOLE["the list log"]],
  ["console-phone", PHONE, CONSOLE["the queue"]],
];

const w = new World();
let failed = 0;
try {
  await w.begin({});
  for (const [name, options, make] of PICTURES) {
    if (names.length > 0 && !names.includes(name)) continue;
    /** @type {(() => Promise<unknown>)[]} */
    const ends = [];
    const t = /** @type {any} */ ({ name, after: (end) => ends.push(end), diagnostic: (text) => console.error(`!! ${name}: ${text}`) });
    try {
      const page = await Page.open(w, t, options);
      await make({ w, page, shown: { head: STYLE } });
      await page.picture(folder, name);
      console.log(`${folder}/${name}.png`);
    } catch (error) {
      failed += 1;
      console.error(`!! ${name}: ${error.message}`);
    }
    // What the console said has been printed above; here nothing is tested.
    for (const end of ends) await end().catch(() => {});
  }
} finally {
  await w.end();
}
process.exitCode = failed > 0 ? 1 : 0;

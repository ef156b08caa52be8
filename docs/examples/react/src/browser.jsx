// Hydrates the page from the facts that came with it; then the element's script
// comes, so that it never changes what React has yet to compare.

import { hydrateRoot } from "react-dom/client";
import { Page } from "./page.jsx";

const { service, ...facts } = JSON.parse(document.getElementById("facts").textContent);
hydrateRoot(document.getElementById("root"), <Page {...facts} />, {
  onRecoverableError: (error) => console.error("hydration", error),
});

const script = document.createElement("script");
script.type = "module";
script.src = `${service}/embed.js`;
document.head.append(script);

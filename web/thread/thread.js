// The way in where embed.js is not served: the element with its style, without
// asking ahead.

import { sheets, UnderstoryThread } from "./element.js";

const response = await fetch(new URL("view.css", import.meta.url));
sheets.push(await new CSSStyleSheet().replace(await response.text()));
customElements.define("understory-thread", UnderstoryThread);

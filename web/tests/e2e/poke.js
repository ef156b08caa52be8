// Touches everything on a page as a reader's pointer and keyboard would, without
// pressing what does something, and names what is left that could run.

/**
 * @param {import("playwright-core").Page | import("playwright-core").Frame} page
 * @param {string} [within] selector of the only part that is looked at
 * @returns {Promise<string[]>} elements with a handler in an attribute, or an address that runs
 */
export function poke(page, within = "") {
  return page.evaluate(async (part) => {
    const EVENTS = ["mouseover", "mouseenter", "focus", "focusin", "toggle", "animationstart", "begin", "slotchange"];
    const ADDRESSES = ["href", "xlink:href", "src", "action", "formaction", "data", "srcdoc", "poster", "background"];
    const GOOD = new Set(["http:", "https:", "mailto:"]);
    /** @type {string[]} */
    const left = [];
    /** @type {Element[]} */
    const all = [];
    const gather = (/** @type {ParentNode} */ root) => {
      for (const element of root.querySelectorAll("*")) {
        all.push(element);
        if (element.shadowRoot) gather(element.shadowRoot);
      }
    };
    gather(part ? (document.querySelector(part) ?? document.createElement("div")) : document);
    for (const element of all) {
      for (const { name, value } of element.attributes) {
        const isHandler = /^on/i.test(name);
        let runs = isHandler || name === "srcdoc";
        if (ADDRESSES.includes(name) && !isHandler) {
          try {
            const { protocol } = new URL(value, document.baseURI);
            runs ||= !GOOD.has(protocol) && !(protocol === "data:" && element.localName === "link");
          } catch {
            // no address at all
          }
        }
        if (runs) left.push(element.outerHTML.slice(0, 160));
        // A link of that kind is pressed: it leads nowhere, or it runs.
        if (runs && element instanceof HTMLElement) element.click();
      }
      for (const name of EVENTS) element.dispatchEvent(new Event(name, { bubbles: false }));
    }
    // What an image or a frame starts comes in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return left;
  }, within);
}

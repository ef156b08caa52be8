// The style of what comes after reading, fetched once for all elements.

/** @type {Promise<CSSStyleSheet> | null} */
let made = null;

/** As a constructed sheet, which a page's style-src does not concern. */
export function style() {
  made ??= read().catch((error) => {
    made = null;
    throw error;
  });
  return made;
}

async function read() {
  const response = await fetch(new URL("../act.css", import.meta.url));
  if (!response.ok) throw new Error(`act.css: status ${response.status}`);
  return new CSSStyleSheet().replace(await response.text());
}

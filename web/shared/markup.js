// The one place where a string becomes markup: `body_html`, which the server has
// rendered and sanitised. What comes out here is checked once more, because the
// page around the element may have no Content-Security-Policy of its own.

/** The page's `trusted-types` names this policy; it is made once for all elements. */
const policy = window.trustedTypes?.createPolicy("understory", {
  createHTML: (text) => text,
});

const DROPPED =
  "script, style, link, meta, base, iframe, frame, object, embed, form, input, button, textarea, select, svg, math, template, audio, video, img, slot";
const KEPT_ATTRIBUTES = new Set(["href", "rel", "title", "lang", "dir", "start", "align"]);
const KEPT_LINKS = new Set(["http:", "https:", "mailto:"]);

/**
 * Elements for a comment's `body_html`. Parsed in a template, so nothing in it
 * loads or runs before it has been checked.
 *
 * @param {string} bodyHtml
 * @returns {DocumentFragment}
 */
export function markup(bodyHtml) {
  const template = document.createElement("template");
  // TypeScript knows `innerHTML` as a string; a browser with Trusted Types wants the object.
  template.innerHTML = /** @type {string} */ (
    /** @type {unknown} */ (policy ? policy.createHTML(bodyHtml) : bodyHtml)
  );
  for (const element of template.content.querySelectorAll(DROPPED)) element.remove();
  for (const element of template.content.querySelectorAll("*")) clean(element);
  return document.importNode(template.content, true);
}

/** @param {Element} element */
function clean(element) {
  for (const { name } of [...element.attributes]) {
    if (!KEPT_ATTRIBUTES.has(name)) element.removeAttribute(name);
  }
  if (element instanceof HTMLAnchorElement || element.localName === "a") {
    const link = /** @type {HTMLAnchorElement} */ (element);
    if (!KEPT_LINKS.has(link.protocol)) link.removeAttribute("href");
    link.rel = "nofollow ugc noopener noreferrer";
  }
  // What is wider than the page is scrolled, by keyboard as well.
  if (element.localName === "pre" || element.localName === "table") element.setAttribute("tabindex", "0");
}

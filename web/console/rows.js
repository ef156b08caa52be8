// A list by keyboard: from one line to the next, and the acts of a line.

/** Goes to the next line, or the one before; from elsewhere, to the first. @param {HTMLElement} list @param {number} by */
export function step(list, by) {
  const lines = [...list.querySelectorAll("li")];
  const at = lines.findIndex(hasFocus);
  const line = lines[at < 0 ? 0 : at + by];
  const place = line?.querySelector("a.line") ?? line;
  if (place instanceof HTMLElement) place.focus();
}

/**
 * Does what a line's button of this name does. From elsewhere it goes to the first
 * such button, so that nothing is done to what nobody looks at.
 *
 * @param {HTMLElement | null} list
 * @param {string} act the button's `data-act`
 */
export function press(list, act) {
  const line = [...(list?.querySelectorAll("li") ?? [])].find(hasFocus);
  const one = (line ?? list)?.querySelector(`[data-act="${act}"]`);
  if (!(one instanceof HTMLElement)) return;
  if (line) one.click();
  else one.focus();
}

/** @param {Element} line */
function hasFocus(line) {
  return line.contains(document.activeElement);
}

// What has jumped on a page without the reader's doing, as browsers measure it
// (the Layout Instability API), each with what moved from where to where.

/** From the next page on. @param {import("playwright-core").Page} page */
export function watchShifts(page) {
  return page.addInitScript(() => {
    /** @type {string[]} */
    const shifts = ((/** @type {any} */ (window)).shifts_ = []);
    new PerformanceObserver((list) => {
      for (const entry of /** @type {any[]} */ (list.getEntries())) {
        if (entry.hadRecentInput) continue;
        const moved = entry.sources.map((/** @type {any} */ { node, previousRect: from, currentRect: to }) => {
          const name = (node?.outerHTML ?? node?.parentElement?.outerHTML ?? "what is gone").slice(0, 60);
          return `${name} from ${Math.round(from.y)} to ${Math.round(to.y)}, ${Math.round(from.height)} to ${Math.round(to.height)} high`;
        });
        shifts.push(`${entry.value.toFixed(4)} at ${Math.round(entry.startTime)} ms, scrolled to ${Math.round(scrollY)}: ${moved.join("; ")}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Until what is there now has been painted. @param {import("playwright-core").Page} page */
export function painted(page) {
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Since it began; none is good. @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
export async function shifts(page) {
  // An entry comes after the frame that it is of.
  await painted(page);
  return page.evaluate("shifts_");
}

// What comes late: requests, or their answers, when the service has done what was asked
// for and the page does not know yet.

/**
 * Keeps these requests back until they are let go.
 *
 * @param {import("playwright-core").Page} page @param {RegExp} url
 * @returns {Promise<() => void>} lets them go
 */
export async function held(page, url) {
  const free = later();
  await page.route(url, async (route) => {
    await free.came;
    // It may have been given up.
    await route.continue().catch(() => {});
  });
  return free.come;
}

/**
 * Asks the service at once, and keeps its answer back until it is let go; of the first
 * such request only.
 *
 * @param {import("playwright-core").Page} page @param {string} url
 * @param {(request: import("playwright-core").Request) => boolean} [isMeant]
 */
export async function answerHeld(page, url, isMeant = () => true) {
  const [answered, free] = [later(), later()];
  let isHeld = false;
  await page.route(url, async (route) => {
    const request = route.request();
    if (isHeld || !isMeant(request)) return route.fallback();
    isHeld = true;
    const response = await asked(route);
    answered.come();
    await free.came;
    return route.fulfill({ response });
  });
  return { answered: answered.came, letGo: free.come };
}

/** What the service answers to its own page; by the header, which a browser sets where it sends by itself, it knows that one. @param {import("playwright-core").Route} route */
export function asked(route) {
  return route.fetch({ headers: { ...route.request().headers(), "sec-fetch-site": "same-origin" } });
}

function later() {
  let come = () => {};
  /** @type {Promise<void>} */
  const came = new Promise((resolve) => (come = resolve));
  return { come, came };
}

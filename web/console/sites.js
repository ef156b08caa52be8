// Where somebody may work: the sites of their roles. A role on the whole server is one
// on each of its sites.

/** @import {Desk} from "./desk.js" */

/** Sites read at once; more the service does not give. */
const AT_ONCE = 200;

/**
 * @param {Desk} desk
 * @returns {Promise<{site: string, title: string}[]>} by title
 */
export async function sitesOf(desk) {
  /** @type {{site: string, title: string}[]} */
  const found = [];
  if (desk.session.roles.length === 0) return found;
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {{items: typeof found, next: string | null}} */
    const page = await desk.api.get("sites", { query: { limit: AT_ONCE, cursor } });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found.sort((a, b) => a.title.localeCompare(b.title));
}

// Where somebody may work: the sites of their roles. An admin's role is on the
// whole server, whose sites they name themselves.

/** @import {Desk} from "./desk.js" */

/**
 * @param {Desk} desk
 * @returns {Promise<{site: string, title: string}[]>} by title
 */
export async function sitesOf(desk) {
  const keys = new Set(desk.session.roles.map(({ site }) => site).filter((site) => site !== null));
  const isAdmin = desk.session.roles.some(({ site }) => site === null);
  if (isAdmin && desk.kept.site) keys.add(desk.kept.site);
  const found = await Promise.all([...keys].map(async (key) => {
    try {
      return await desk.api.get(`sites/${encodeURIComponent(key)}`);
    } catch {
      return null;
    }
  }));
  return found
    .filter((site) => site !== null)
    .map(({ site, title }) => ({ site, title }))
    .sort((a, b) => a.title.localeCompare(b.title));
}

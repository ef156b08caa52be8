// Where somebody may work: the sites of their roles. An admin's role is on the
// whole server, whose sites they name themselves.

/** @import {Desk} from "./desk.js" */
import { Problem } from "../shared/problems.js";

/**
 * @param {Desk} desk
 * @returns {Promise<{site: string, title: string}[]>} by title
 */
export async function sitesOf(desk) {
  const keys = new Set(desk.session.roles.map(({ site }) => site).filter((site) => site !== null));
  if (desk.session.isServerAdmin && desk.kept.site) keys.add(desk.kept.site);
  const found = await Promise.all([...keys].map(async (key) => {
    try {
      return await desk.api.get(`sites/${encodeURIComponent(key)}`);
    } catch (error) {
      // one that is gone, or not theirs; what could not be read is no answer
      if (error instanceof Problem && (error.status === 403 || error.status === 404)) return null;
      throw error;
    }
  }));
  return found
    .filter((site) => site !== null)
    .map(({ site, title }) => ({ site, title }))
    .sort((a, b) => a.title.localeCompare(b.title));
}

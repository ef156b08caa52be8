// Finds an author by login, where the service wants an id.

/** @import {Desk} from "./desk.js" */
/** @import {Id, User} from "./types" */
import { Problem } from "../shared/problems.js";

/**
 * @param {Desk} desk
 * @param {string} name a login or an id
 * @returns {Promise<Id | null>} empty for the empty name; null: there is nobody
 */
export async function authorOf(desk, name) {
  if (!name || /^\d{10,19}$/.test(name)) return name;
  try {
    /** @type {{items: User[]}} */
    const { items } = await desk.api.get("moderation/users", { query: { site: desk.site.site, q: name } });
    const exact = items.find(({ login }) => login.toLowerCase() === name.toLowerCase());
    return (exact ?? items[0])?.id ?? null;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

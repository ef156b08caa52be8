// The numbers beside the lists, asked for: at the start, and where the stream that
// tells them (live.js) cannot be had.

/** @import {Desk} from "./desk.js" */

/** So many proposals are counted; how many more there are is not told by the stream either. */
const PROPOSED = 100;

/** @param {Desk} desk @returns {Promise<Record<string, number>>} */
export async function readNumbers(desk) {
  const { site } = desk.site;
  const [queue, proposed] = await Promise.all([
    desk.api.get("moderation/queue", { query: { site, limit: 1 } }),
    desk.api.get("moderation/decisions", { query: { site, state: "proposed", limit: PROPOSED } }),
  ]);
  return { ...queue.counts, proposed: proposed.items.length };
}

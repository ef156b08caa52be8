// Long work in pieces: the browser has its turn between them, so that no frame and
// no press waits for all of it.

/** What one piece takes of the main thread. */
const PIECE_MS = 12;

/** After what the browser has to do first. */
export function turn() {
  // @ts-ignore not known to TypeScript everywhere, nor there in every browser
  return globalThis.scheduler?.yield?.() ?? new Promise((done) => setTimeout(done));
}

/** Once what was drawn is painted, which in a tab behind others is when it comes to the front. */
export function painted() {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

/**
 * @template T
 * @param {Iterable<T>} items
 * @param {(item: T) => void} work
 */
export async function inSlices(items, work) {
  let end = 0;
  for (const item of items) {
    if (Date.now() > end) {
      await turn();
      end = Date.now() + PIECE_MS;
    }
    work(item);
  }
}

// One request and its answer: address, JSON, and what went wrong as a Problem. Who
// asks, and whether it is asked once more, is shared/api.js for readers and
// console/api.js for moderators.

import { Problem, readProblem } from "./problems.js";

/** @typedef {Record<string, string | number | null | undefined>} Query null and undefined are left out */

/**
 * @param {URL} url
 * @param {Omit<RequestInit, "body" | "headers"> & {query?: Query | undefined, body?: unknown, headers?: Record<string, string | null | undefined | false>}} ask
 *   headers that are not set are left out; the body is sent as JSON
 * @returns {Promise<any>} the JSON of the answer, null for 204
 */
export async function request(url, { query = {}, body, headers = {}, ...init }) {
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  }
  const sent = new Headers({ accept: "application/json" });
  for (const [name, value] of Object.entries(headers)) if (value) sent.set(name, value);
  if (body !== undefined) {
    sent.set("content-type", "application/json");
    Object.assign(init, { body: JSON.stringify(body) });
  }
  let response;
  try {
    response = await fetch(url, { ...init, headers: sent });
  } catch {
    throw Problem.network();
  }
  if (!response.ok) throw await readProblem(response);
  return response.status === 204 ? null : response.json();
}

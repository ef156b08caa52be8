// What people do by the API: each method is one call, and what is not a success
// is an error that says what came back.

/** @typedef {import("./world.js").World} World */

/** The site of the demo. */
export const SITE = "demo";
/** Long enough for a machine that is busy with other things. */
const WAIT_MS = 30_000;

/** Waits until the service says so. @param {string} what @param {() => Promise<boolean>} isSo */
export async function until(what, isSo) {
  const end = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not yet: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A refused call. */
export class Refused extends Error {
  /** @param {string} call @param {number} status @param {any} body */
  constructor(call, status, body) {
    super(`${call}: ${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.code = body?.code;
  }
}

export class Person {
  /** @param {World} world @param {any} session @param {string} password */
  constructor(world, session, password) {
    this.world = world;
    this.token = session.access_token;
    this.user = session.user;
    this.login = session.user.login;
    this.password = password;
  }

  /** @param {World} world @param {string} identifier @param {string} password */
  static async signIn(world, identifier, password) {
    const body = { identifier, password, client: "native" };
    return new Person(world, await call(world.url, null, "POST", "auth/login", body), password);
  }

  /** @param {World} world @param {{login: string, password?: string, display_name?: string}} fields */
  static async register(world, fields) {
    const password = fields.password ?? "a sentence that nobody else would say";
    const body = { client: "native", ...fields, password };
    return new Person(world, await call(world.url, null, "POST", "auth/register", body), password);
  }

  /**
   * @param {string} method
   * @param {string} path after /api/v1/
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   */
  call(method, path, body, headers) {
    return call(this.world.url, this.token, method, path, body, headers);
  }

  /** A comment. @param {string} thread @param {string} body @param {Record<string, unknown>} [more] such as `parent_id` */
  post(thread, body, more = {}) {
    return this.call("POST", `sites/demo/threads/${thread}/comments`, { body, ...more });
  }

  /** Several, one after the other. @param {string} thread @param {number} count @param {(n: number) => string} text */
  async postMany(thread, count, text = (n) => `Comment ${n}.`) {
    const made = [];
    for (let n = 1; n <= count; n += 1) made.push(await this.post(thread, text(n)));
    return made;
  }

  reply(/** @type {{id: string}} */ parent, /** @type {string} */ thread, /** @type {string} */ body) {
    return this.post(thread, body, { parent_id: parent.id });
  }

  edit(/** @type {{id: string}} */ comment, /** @type {string} */ body) {
    return this.call("PATCH", `comments/${comment.id}`, { body });
  }

  delete(/** @type {{id: string}} */ comment) {
    return this.call("DELETE", `comments/${comment.id}`);
  }

  vote(/** @type {{id: string}} */ comment, /** @type {number} */ value) {
    return this.call("PUT", `comments/${comment.id}/vote`, { value });
  }

  flag(/** @type {{id: string}} */ comment, reason = "spam", /** @type {string | undefined} */ note = undefined) {
    return this.call("POST", `comments/${comment.id}/flags`, { reason, ...(note === undefined ? {} : { note }) });
  }

  /** A moderator's decision on one comment or several, as they are now. */
  async decide(
    /** @type {{id: string} | {id: string}[]} */ comments,
    /** @type {string} */ action,
    /** @type {Record<string, unknown>} */ more = {},
  ) {
    const targets = [];
    for (const { id } of [comments].flat()) {
      const { version } = await this.call("GET", `comments/${id}`);
      targets.push({ comment_id: id, version });
    }
    return this.call("POST", "moderation/decisions", { targets, action, ...more });
  }

  /** Hides, with a reason and words to the author. */
  hide(/** @type {{id: string} | {id: string}[]} */ comments, reason_code = "harassment", public_text = "Please stay with the matter.") {
    return this.decide(comments, "hide", { reason_code, public_text });
  }
}

/**
 * @param {string} url
 * @param {string | null} token
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>}
 */
export async function call(url, token, method, path, body, headers = {}) {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const read = /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : text;
  if (!answer.ok) throw new Refused(`${method} ${path}`, answer.status, read);
  return read;
}

// A client for the HTTP interface, for browsers and programs alike: it needs fetch
// and nothing else. What the calls take and answer is openapi.d.ts, made from the
// service's own description; docs/EMBED.md shows it in use.
//
//     const comments = new Client("https://comments.example");
//     for await (const comment of comments.walk("news", "first-article")) console.log(comment.number);

/** @import {Comment, Me, Operations, Replies, Session, Problem as ProblemBody} from "./openapi" */

/** @typedef {keyof Operations} Operation such as "GET /comments/{id}" */

/**
 * What an answer brings beside its body.
 *
 * @template T
 * @typedef {object} Answer
 * @property {T | null} body null for 204 and 304
 * @property {number} status
 * @property {string | null} etag give it back as `ifNoneMatch`
 * @property {string | null} location of what was made
 * @property {boolean} replayed the same request had been carried out before
 */

/**
 * @template {Operation} K
 * @typedef {object} Ask
 * @property {Operations[K]["path"]} [path] what stands for `{…}` in the path
 * @property {Operations[K]["query"]} [query]
 * @property {Operations[K]["body"]} [body]
 * @property {string} [key] Idempotency-Key: the same request sent again is one act
 * @property {number} [version] If-Match: refused with 412 when it is another by now
 * @property {string} [ifNoneMatch] an `etag`: answered 304 while nothing has changed
 * @property {AbortSignal} [signal]
 */

/** A call that was refused, or that reached nobody (`status` 0, `code` "network"). */
export class Problem extends Error {
  /** @param {number} status @param {Partial<ProblemBody>} body @param {number | null} retryAfterS */
  constructor(status, body, retryAfterS = null, /** @type {unknown} */ cause = undefined) {
    super(body.detail ?? body.title ?? `status ${status}`, { cause });
    this.name = "Problem";
    this.status = status;
    /** What to go by: a code never changes its meaning. */
    this.code = body.code ?? "";
    /** Which fields were wrong, each with its `pointer` or `parameter`. */
    this.errors = body.errors ?? [];
    /** Ask again after so many seconds, if the service said so. */
    this.retryAfterS = retryAfterS;
    /** For who runs the service. */
    this.requestId = body.request_id ?? null;
  }
}

export class Client {
  #base;
  #native;
  /** @type {string | null} */
  #token = null;
  /** @type {string | null} */
  #refreshToken = null;
  /** @type {Promise<void> | null} */
  #refreshing = null;
  /** Who is signed in. @type {Me | null} */
  user = null;

  /**
   * @param {string | URL} service its origin
   * @param {{native?: boolean, refreshToken?: string, token?: string}} [options] `native`: the refresh token is kept
   * here and not in a cookie, as a program wants it. A browser's page leaves it out.
   */
  constructor(service, { native = false, refreshToken, token } = {}) {
    this.#base = new URL("/api/v1", service);
    this.#native = native || refreshToken !== undefined;
    this.#refreshToken = refreshToken ?? null;
    this.#token = token ?? null;
  }

  /** The refresh token as it is now: a program that wants to stay signed in keeps it. */
  get refreshToken() {
    return this.#refreshToken;
  }

  /** @param {string} identifier login, or verified e-mail @param {string} password */
  async signIn(identifier, password) {
    return this.#take(await this.#auth("login", { identifier, password }));
  }

  /** @param {Operations["POST /auth/register"]["body"]} fields */
  async register(fields) {
    return this.#take(await this.#auth("register", fields));
  }

  /** A code of the sign-in popup. @param {string} code */
  async exchange(code) {
    return this.#take(await this.#auth("exchange", { code }));
  }

  /** Takes up the session of the cookie or the refresh token. Asked again meanwhile, it is one request. */
  refresh() {
    const body = this.#refreshToken ? { refresh_token: this.#refreshToken } : {};
    this.#refreshing ??= this.#auth("refresh", body)
      .then((session) => void this.#take(session))
      .finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async signOut() {
    await this.#auth("logout", {});
    this.#token = this.#refreshToken = this.user = null;
  }

  /**
   * One call; its body.
   *
   * @template {Operation} K
   * @param {K} operation
   * @param {Ask<K>} [ask]
   * @returns {Promise<Operations[K]["answer"]>}
   */
  async call(operation, ask) {
    return /** @type {Operations[K]["answer"]} */ ((await this.ask(operation, ask)).body);
  }

  /**
   * One call, with what stands beside its body. An expired token is renewed once.
   *
   * @template {Operation} K
   * @param {K} operation
   * @param {Ask<K>} [ask]
   * @returns {Promise<Answer<Operations[K]["answer"]>>}
   */
  async ask(operation, ask = {}) {
    const asker = this.user?.id;
    try {
      return await this.#send(operation, ask, this.#token);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "token_expired") throw error;
      await this.refresh();
      // In a browser's cookie there may be another person's session by now.
      if (asker && this.user?.id !== asker) throw error;
      return this.#send(operation, ask, this.#token);
    }
  }

  /**
   * What is in a list, over all its pages.
   *
   * @template {Operation} K
   * @param {K} operation one that answers `{items, next}`
   * @param {Ask<K>} [ask]
   * @returns {AsyncGenerator<Operations[K]["answer"] extends {items: (infer I)[]} ? I : never>}
   */
  async *items(operation, ask = {}) {
    let cursor;
    do {
      const query = /** @type {any} */ ({ ...ask.query, ...(cursor ? { cursor } : {}) });
      const page = /** @type {any} */ (await this.call(operation, { ...ask, query }));
      yield* page.items;
      cursor = page.next;
    } while (cursor);
  }

  /**
   * Every comment of a thread in the order of reading, a parent before its replies.
   * Pages are read as they are needed, at whichever node they were cut.
   *
   * @param {string} site
   * @param {string} thread its key
   * @param {Operations["GET /sites/{site}/threads/{key}/comments"]["query"]} [query]
   * @returns {AsyncGenerator<Comment>}
   */
  async *walk(site, thread, query = {}) {
    const read = (/** @type {string} */ cursor) =>
      this.call("GET /sites/{site}/threads/{key}/comments", {
        path: { site, key: thread },
        query: { limit: 200, per_parent: 200, ...query, ...(cursor ? { cursor } : {}) },
      });
    yield* this.#level(await read(""), read, query);
  }

  /**
   * @param {Pick<Replies, "items" | "next">} level
   * @param {(cursor: string) => Promise<Pick<Replies, "items" | "next">>} read more of this level
   * @param {Record<string, unknown>} query
   * @returns {AsyncGenerator<Comment>}
   */
  async *#level(level, read, query) {
    // A stack, not a call in a call: a thread may be a thousand deep.
    const stack = [{ items: level.items, next: level.next, read, at: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const comment = top.items[top.at];
      if (comment) {
        top.at += 1;
        yield comment;
        const { items, next } = comment.replies;
        const more = (/** @type {string} */ cursor) =>
          this.call("GET /comments/{id}/replies", {
            path: { id: comment.id },
            query: { limit: 200, per_parent: 200, ...query, ...(cursor ? { cursor } : {}) },
          });
        if (items.length > 0 || next) stack.push({ items, next, read: more, at: 0 });
      } else if (top.next) {
        const page = await top.read(top.next);
        stack[stack.length - 1] = { items: page.items, next: page.next, read: top.read, at: 0 };
      } else {
        stack.pop();
      }
    }
  }

  /**
   * Posts a comment, or a reply to `parent_id`. If the answer is lost it is sent
   * once more under the same key, which makes one comment of it.
   *
   * @param {string} site
   * @param {string} thread
   * @param {string | Operations["POST /sites/{site}/threads/{key}/comments"]["body"]} comment
   */
  async post(site, thread, comment) {
    const body = typeof comment === "string" ? { body: comment } : comment;
    const ask = { path: { site, key: thread }, body, key: newKey() };
    const operation = "POST /sites/{site}/threads/{key}/comments";
    try {
      return await this.call(operation, ask);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 0) throw error;
      return this.call(operation, ask);
    }
  }

  /** Changes one's own comment, unless somebody has changed it since. @param {Pick<Comment, "id" | "version">} comment @param {string} body */
  edit({ id, version }, body) {
    return this.call("PATCH /comments/{id}", { path: { id }, body: { body }, version });
  }

  /** @param {Session} session */
  #take(session) {
    this.#token = session.access_token ?? null;
    if (session.refresh_token) this.#refreshToken = session.refresh_token;
    this.user = session.user;
    return session.user;
  }

  /** @param {"login" | "register" | "refresh" | "exchange" | "logout"} name @param {object} fields */
  async #auth(name, fields) {
    const client = this.#native && (name === "login" || name === "register") ? { client: "native" } : {};
    const ask = /** @type {any} */ ({ body: { ...fields, ...client } });
    const token = name === "logout" ? this.#token : null;
    const { body } = await this.#send(/** @type {Operation} */ (`POST /auth/${name}`), ask, token, "include");
    return /** @type {Session} */ (body);
  }

  /**
   * @param {string} operation
   * @param {Ask<any>} ask
   * @param {string | null} token
   * @param {RequestCredentials} [credentials]
   * @returns {Promise<Answer<any>>}
   */
  async #send(operation, ask, token, credentials = "omit") {
    const [method, template = ""] = operation.split(" ");
    const parts = /** @type {Record<string, string>} */ (ask.path ?? {});
    const path = template.replace(/\{(\w+)\}/g, (_, name) => {
      if (parts[name] === undefined) throw new TypeError(`${operation} needs path.${name}`);
      return encodeURIComponent(parts[name]);
    });
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(ask.query ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ accept: "application/json" });
    if (ask.body !== undefined) headers.set("content-type", "application/json");
    if (token) headers.set("authorization", `Bearer ${token}`);
    if (ask.key) headers.set("idempotency-key", ask.key);
    if (ask.version !== undefined) headers.set("if-match", `"${ask.version}"`);
    if (ask.ifNoneMatch) headers.set("if-none-match", ask.ifNoneMatch);
    const body = ask.body === undefined ? {} : { body: JSON.stringify(ask.body) };
    const signal = ask.signal ? { signal: ask.signal } : {};
    let response;
    try {
      response = await fetch(url, { method, headers, credentials, ...body, ...signal });
    } catch (error) {
      if (ask.signal?.aborted) throw error;
      throw new Problem(0, { code: "network", detail: "the service was not reached" }, null, error);
    }
    if (!response.ok && response.status !== 304) throw await problemOf(response);
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const isEmpty = response.status === 204 || response.status === 304;
    return {
      body: isEmpty ? null : await (isJson ? response.json() : response.text()),
      status: response.status,
      etag: response.headers.get("etag"),
      location: response.headers.get("location"),
      replayed: response.headers.get("idempotency-replayed") === "true",
    };
  }
}

/** A key that makes a request sent twice one act. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Not every refusal is ours: a proxy's has no JSON. @param {Response} response */
async function problemOf(response) {
  const after = Number(response.headers.get("retry-after"));
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body ?? {}, after > 0 ? after : null);
}

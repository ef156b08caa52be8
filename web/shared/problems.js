// What went wrong with a request, and how to say it in plain words. Making
// requests is api.js; the sentences themselves are in ../words/.

/** @import {ProblemBody} from "./types" */
import { t, wordKey } from "./words.js";

/** To a reader these are the same. @type {Record<string, string>} */
const ALIKE = { invalid_token: "session_ended", token_expired: "session_ended" };

/** A request that did not do what was asked: an answer of problem+json, or no answer. */
export class Problem extends Error {
  /**
   * @param {number} status 0 when the server was not reached
   * @param {ProblemBody} body
   * @param {number | null} retryAfterS
   */
  constructor(status, body, retryAfterS = null) {
    super(body.detail ?? body.title ?? `status ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
    this.retryAfterS = retryAfterS;
  }

  /** The server was not reached. */
  static network() {
    return new Problem(0, { code: "network" });
  }

  /** No session, so nothing was sent. */
  static signInRequired() {
    return new Problem(401, { code: "sign_in_required" });
  }

  /** Whether signing in (again) would help. */
  get wantsSignIn() {
    return (
      this.status === 401 && this.code !== "invalid_credentials"
    );
  }
}

/**
 * An answer that is not 2xx, as a Problem. Proxies answer with HTML at times, so
 * nothing is assumed about the body.
 *
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function readProblem(response) {
  const after = Number(response.headers.get("retry-after"));
  /** @type {ProblemBody} */
  let body = {};
  try {
    const parsed = await response.json();
    if (parsed && typeof parsed === "object") body = parsed;
  } catch {
    // Not JSON: the status has to do.
  }
  return new Problem(response.status, body, after > 0 ? after : null);
}

/**
 * One or two sentences for the reader. A known code has words of its own;
 * otherwise the server's `detail`, which is written for people.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
  if (!(error instanceof Problem)) {
    console.error(error);
    return t("problem_unknown");
  }
  if (error.status === 429 && error.retryAfterS) {
    return t("problem_wait", { n: error.retryAfterS });
  }
  if (error.code === "validation_failed" && error.errors[0]?.detail) {
    return error.errors.map(saidOf).join(" ");
  }
  const key = wordKey(`problem_${ALIKE[error.code] ?? error.code}`);
  if (key) return t(key);
  return error.status >= 400 && error.status < 500 && error.message
    ? error.message
    : t("problem_unknown");
}

/**
 * The problem's sentence for one field of what was sent, if it has one.
 *
 * @param {unknown} error
 * @param {string} field
 * @returns {string | null}
 */
export function explainField(error, field) {
  if (!(error instanceof Problem)) return null;
  if (error.code === "login_taken") return field === "login" ? explain(error) : null;
  const own = error.errors.filter((e) => e.pointer === `/${field}` || e.pointer === `#/${field}`);
  return own.length ? own.map(saidOf).join(" ") : null;
}

/**
 * What is wrong with one field: by the kind of fault, else how this field has to be.
 *
 * @param {Problem["errors"][number]} error
 */
function saidOf({ pointer = "", code, detail }) {
  const key = wordKey(`field_${code}`) ?? wordKey(`field_${pointer.replace(/.*\//, "")}`);
  return key ? t(key) : detail;
}

// Who is signed in to the console. A console's sign-in is not renewed: after
// `auth.console_max_s` (12 hours unless set) it ends, and the form comes up over
// whatever is on the screen, which stays as it is. The form is signin.js.

/** @import {Api} from "./api.js" */
/** @import {Me, Role} from "./types" */
import { Problem } from "../shared/problems.js";

export class Session {
  #api;
  #ask;
  /** @type {Promise<void> | null} */
  #asking = null;
  /** @type {Me | null} */
  #me = null;
  /** Other tabs with a console. */
  #others = new BroadcastChannel("understory-console");
  /** Somebody else has signed in: the page is loaded anew, and nothing of it is sent. */
  isOver = false;

  /**
   * @param {Api} api
   * @param {(session: Session) => Promise<void>} ask shows the form; settled once somebody signed in
   */
  constructor(api, ask) {
    this.#api = api;
    this.#ask = ask;
    api.signInAgain = () => this.#again();
    this.#others.onmessage = () => this.#look();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.#look();
    });
  }

  get me() {
    return this.#me;
  }

  /** Where this person moderates. */
  get roles() {
    const roles = /** @type {Role[]} */ (this.#me?.roles ?? []);
    return roles.filter(({ role }) => role === "moderator" || role === "admin");
  }

  /** Whether they look after the whole server. */
  get isServerAdmin() {
    return this.roles.some(({ site }) => site === null);
  }

  /** Reads who the cookie says it is, and asks for a sign-in where it says nobody. */
  async start() {
    this.#me = await this.#api.get("me");
  }

  /** @param {string} identifier @param {string} password */
  async signIn(identifier, password) {
    const body = { identifier, password, client: "console" };
    const { user } = await this.#api.send("POST", "auth/login", { body, asIs: true });
    this.#others.postMessage(null);
    await this.#becomes(user);
  }

  /** Somebody else may have signed in in another tab: the cookie is one for all of them. */
  async #look() {
    if (!this.#me || this.isOver) return;
    try {
      await this.#becomes(await this.#api.get("me", { asIs: true }));
    } catch {
      // what is asked for next says what there is to say
    }
  }

  /** @param {Me} user */
  async #becomes(user) {
    const before = this.#me?.id;
    if (!before || before === user.id) {
      this.#me = user;
      return;
    }
    // what is on the screen, and what waits to be sent, is another person's
    this.isOver = true;
    location.reload();
    await new Promise(() => {});
  }

  async signOut() {
    try {
      await this.#api.send("POST", "auth/logout", { body: {}, asIs: true });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
    }
    location.reload();
  }

  /** Several requests that fail at once bring up one form. */
  #again() {
    this.#asking ??= this.#ask(this).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }
}

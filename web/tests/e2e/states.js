// What a page can look like: each state is made by what people do, so that the
// checks of all of them (axe, layout) and the pictures in docs/ see the same.

/** @typedef {import("./world.js").World} World */

/**
 * @typedef {object} Given
 * @property {World} w
 * @property {Awaited<ReturnType<World["page"]>>} page
 * @property {import("./host.js").Shown} [shown] what the page around the element has
 */

/** Of a page that is dark where its reader's browser is; without it, it is light everywhere. */
export const BOTH_SCHEMES = '<meta name="color-scheme" content="light dark"><style>html { background: Canvas; color: CanvasText }</style>';

/** A word of 60 letters, an address without a break, a table and a quote: what makes a narrow page wide. */
const WIDE = [
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  "https://example.org/a/very/long/address/without/any/break/in/it/that/goes/on/and/on?and=more&of=it",
  "| a | b | c | d |\n|---|---|---|---|\n| one_column_that_is_wide | two_columns_that_are_wide | three | four |",
  "```\na line of code that does not break and is much wider than a telephone is, by far and far\n```",
  "> A quote.\n\n1. first\n2. second\n\n**bold**, *italic*, `code`.",
];

/** A thread with all that a comment can hold and be, ten levels deep. @param {World} w */
export async function richThread(w) {
  const thread = w.thread();
  const [alice, bob, mona] = await Promise.all(["alice", "bob", "mona"].map((login) => w.as(login)));
  const top = await alice.post(thread, "The ramp is the best part.", { thread: { title: "The footbridge" } });
  let parent = top;
  for (let level = 2; level <= 10; level += 1) {
    parent = await (level % 2 ? alice : bob).reply(parent, thread, `An answer at level ${level}.`);
  }
  for (const text of WIDE) await bob.post(thread, text);
  const hidden = await bob.post(thread, "Something unkind.");
  await alice.reply(hidden, thread, "That was unkind.");
  await mona.hide(hidden);
  const gone = await alice.post(thread, "Taken back.");
  await bob.reply(gone, thread, "A pity.");
  await alice.delete(gone);
  await bob.vote(top, 1);
  await mona.decide(top, "pin");
  return thread;
}

/** Opens a thread on a page of another origin, and waits until it stands. */
async function open({ w, page, shown }, thread) {
  await page.goto(w.host.show({ thread, ...shown }));
  await page.getByRole("article").first().waitFor();
}

async function openAs({ page, shown }, login, thread) {
  await page.read(thread, login, undefined, shown);
  await page.getByRole("article").first().waitFor();
}

/** A fixed one is read again and again, so it is made once a world. @type {WeakMap<World, Promise<string>>} */
const rich = new WeakMap();
function theRichThread(/** @type {World} */ w) {
  const made = rich.get(w) ?? richThread(w);
  rich.set(w, made);
  return made;
}

/** The element's states. @type {Record<string, (given: Given) => Promise<unknown>>} */
export const WIDGET = {
  "a thread": async (given) => open(given, await theRichThread(given.w)),
  "no comments yet": async ({ w, page, shown }) => {
    await page.goto(w.host.show({ thread: w.thread(), ...shown }));
    await page.getByText("Nobody has written here yet").waitFor();
  },
  "signed in": async (given) => openAs(given, "alice", await theRichThread(given.w)),
  "a moderator reads": async (given) => openAs(given, "mona", await theRichThread(given.w)),
  "the sign-in form": async (given) => {
    await open(given, await theRichThread(given.w));
    await given.page.getByRole("button", { name: "Sign in", exact: true }).first().click();
    await given.page.getByLabel("Login or e-mail").waitFor();
  },
  "a refused sign-in": async (given) => {
    given.page.expectErrors(/status of 401/);
    await WIDGET["the sign-in form"](given);
    await given.page.signInHere("alice", "not the password");
    await given.page.getByText("The login or the password is not right").waitFor();
  },
  "the account form": async (given) => {
    await open(given, await theRichThread(given.w));
    await given.page.getByRole("button", { name: "Create an account" }).first().click();
    await given.page.getByLabel("Login", { exact: true }).waitFor();
  },
  "the composer": async (given) => {
    await openAs(given, "alice", await theRichThread(given.w));
    await given.page.field.fill("A **draft**.\n\n> with a quote");
  },
  "the preview": async (given) => {
    await WIDGET["the composer"](given);
    await given.page.getByRole("tab", { name: "Preview" }).click();
    await given.page.getByRole("tabpanel").locator("strong").waitFor();
  },
  "a reply": async (given) => {
    await openAs(given, "bob", await theRichThread(given.w));
    await given.page.getByRole("button", { name: "reply", exact: true }).first().click();
    await given.page.getByRole("textbox", { name: "Your reply to" }).waitFor();
  },
  "the flag sheet": async (given) => {
    await openAs(given, "bob", await theRichThread(given.w));
    await given.page.getByRole("button", { name: "flag", exact: true }).first().click();
    await given.page.getByRole("radio").first().waitFor();
  },
  "an own comment": async (given) => {
    const thread = given.w.thread();
    await (await given.w.as("alice")).post(thread, "My own.");
    await openAs(given, "alice", thread);
    await given.page.getByRole("button", { name: "delete", exact: true }).click();
    await given.page.getByText("Delete this comment for good?").waitFor();
  },
  "an own comment that waits": async (given) => {
    const thread = given.w.thread();
    await (await given.w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { premoderation: true });
    await (await given.w.as("alice")).post(thread, "It waits.");
    await openAs(given, "alice", thread);
    await given.page.getByText("only you can see this").waitFor();
  },
  "an own comment, hidden, and the objection": async (given) => {
    await openAs(given, "alice", await hiddenOf(given.w, "alice"));
    await given.page.getByText("Please stay with the matter.").first().waitFor();
    await given.page.getByRole("button", { name: "object to this" }).click();
    await given.page.getByLabel("Why is this decision wrong?").waitFor();
  },
  "a closed thread": async (given) => {
    const thread = given.w.thread();
    await (await given.w.as("alice")).post(thread, "The last word.");
    await (await given.w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { state: "locked" });
    await open(given, thread);
    await given.page.getByText("This thread is closed.").waitFor();
  },
  "a comment that was not sent": async (given) => {
    given.page.expectErrors(/./);
    await openAs(given, "alice", await theRichThread(given.w));
    await given.page.field.fill("Into the void.");
    await given.page.offline();
    await given.page.getByRole("button", { name: "Send", exact: true }).click();
    await given.page.getByText("Not sent.").waitFor();
  },
  "a service that does not answer": async (given) => {
    given.page.expectErrors(/./);
    await given.page.route("**/api/v1/**", (route) => route.abort());
    await given.page.goto(given.w.host.show({ thread: "t", ...given.shown }));
    await given.page.getByText("The comments could not be read").waitFor();
  },
};

/** A thread in which a comment of `login` is hidden, with the moderator's words. @param {World} w @param {string} login */
export async function hiddenOf(w, login) {
  const thread = w.thread();
  const person = await w.as(login);
  await (await w.as("bob")).post(thread, "A first word.");
  await (await w.as("mona")).hide(await person.post(thread, "Something unkind."));
  return thread;
}

/** Something to moderate: flagged with a note, held, named in a notice, and one hidden with an objection. @param {World} w */
export async function workFor(w) {
  const thread = w.thread();
  const [alice, bob, mona] = await Promise.all(["alice", "bob", "mona"].map((login) => w.as(login)));
  const top = await alice.post(thread, "The ramp is the best part.", { thread: { title: "The footbridge" } });
  const unkind = await bob.reply(top, thread, "Only fools cross there.");
  await alice.flag(unkind, "harassment", "He means my mother.");
  const advert = await bob.post(thread, "Cheap planks at **planks.example**, spruce and oak.");
  await alice.flag(advert, "spam");
  const named = await alice.post(thread, "The firm in Weir Lane cheats its customers.");
  const notice = { explanation: "This is not true, and harms our business.", good_faith: true, name: "A. Firm", email: "firm@example.org" };
  await bob.call("POST", "notices", { comment_id: named.id, ...notice });
  const hidden = await alice.post(thread, "Something unkind.");
  await mona.hide(hidden);
  const { items } = await alice.call("GET", "me/decisions?limit=1");
  await alice.call("POST", `me/decisions/${items[0].id}/appeal`, { text: "It was about the matter." });
  const held = w.thread();
  await mona.call("PUT", `sites/demo/threads/${held}`, { premoderation: true, title: "The last bus" });
  await bob.post(held, "It waits for a moderator.");
  return { thread, author: bob.user };
}

/** @type {WeakMap<World, ReturnType<typeof workFor>>} */
const works = new WeakMap();
export function theWork(/** @type {World} */ w) {
  const made = works.get(w) ?? workFor(w);
  works.set(w, made);
  return made;
}

/** At a list or sheet of the console, as mona. @param {Given} given @param {string} at */
async function desk({ w, page }, at) {
  await theWork(w);
  await page.console("mona", at);
}

/** The console's states. @type {Record<string, (given: Given) => Promise<unknown>>} */
export const CONSOLE = {
  "the console's sign-in": async ({ w, page }) => {
    page.expectErrors(/status of 401/);
    await page.goto(`${w.url}/console`);
    await page.getByLabel("Password").waitFor();
  },
  "the queue": async (given) => {
    await desk(given, "");
    await given.page.getByText("Only fools cross there.").first().waitFor();
  },
  "an item, open": async (given) => {
    await CONSOLE["the queue"](given);
    await given.page.getByText("Only fools cross there.").first().click();
    await given.page.getByText("He means my mother.").first().waitFor();
  },
  "the keys": async (given) => {
    await CONSOLE["the queue"](given);
    await given.page.keyboard.press("?");
    await given.page.getByRole("dialog").waitFor();
  },
  "the list notice": async (given) => {
    await list(given, "queue/notice");
    await given.page.getByRole("article").getByText("This is not true, and harms our business.").waitFor();
  },
  "the list appeals": async (given) => {
    await list(given, "appeals");
    await given.page.getByRole("blockquote").getByText("It was about the matter.").waitFor();
  },
  "an objection": async (given) => {
    await CONSOLE["the list appeals"](given);
    await given.page.locator("a.line").first().click();
    await given.page.locator("body.opened").waitFor();
  },
  "the list confirm": (given) => list(given, "confirm"),
  "the list people": async (given) => {
    await list(given, "people");
    await given.page.getByRole("searchbox").fill("bob");
    await given.page.getByRole("searchbox").press("Enter");
    await given.page.getByRole("link", { name: "Bob Tanaka" }).waitFor();
  },
  "a person's sheet": async (given) => {
    const { author } = await theWork(given.w);
    await desk(given, `people/${author.id}`);
    await given.page.getByRole("heading", { name: "Bob Tanaka" }).waitFor();
    for (const part of await given.page.locator(".sheet summary").all()) await part.click();
    await given.page.getByText("Only fools cross there.").waitFor();
  },
  "the list search": (given) => list(given, "search"),
  "the list figures": async (given) => {
    await list(given, "figures");
    await given.page.locator("figure svg").nth(4).waitFor();
    await given.page.getByRole("rowheader", { name: "Mona Keller" }).waitFor();
  },
  "the list log": async (given) => {
    await list(given, "log");
    await given.page.locator(".log details").first().waitFor();
  },
  "the list threads": async (given) => {
    await list(given, "threads");
    const { thread } = await theWork(given.w);
    await given.page.getByRole("searchbox").fill(thread);
    await given.page.getByRole("searchbox").press("Enter");
    await given.page.getByRole("heading", { name: "The footbridge" }).waitFor();
  },
  "the list settings": async (given) => {
    await list(given, "settings");
    await given.page.getByRole("group").first().waitFor();
  },
};

/** A list by its name at the left; one that is not there is never shown as the one that is read. @param {Given} given @param {string} at */
async function list(given, at) {
  await desk(given, at);
  await given.page.locator(`nav a[href="#${at}"][aria-current="page"]`).waitFor({ state: "attached" });
}

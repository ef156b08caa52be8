// The log: rows newest first, with what was before and after, and their hashes.
// Whether it stands as it was written is proof.js.

/** @import {LogRow, Page} from "./types" */
import { freshId, h } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { actor as who, field, paged, reason, select, short } from "./parts.js";
import { proof } from "./proof.js";
import { t, word } from "./words.js";

/** @type {Page} */
export const log = {
  route: "log",
  section: "records",
  lists: [{ at: "log", title: "list_log", key: "l" }],
  draw(desk) {
    const place = h("div", { class: "log" });
    const hint = h("p", { class: "soft", id: freshId() }, t("log_filters"));
    const filter = () => h("input", { type: "search", autocomplete: "off", "aria-describedby": hint.id });
    const [actor, act] = [filter(), filter()];
    const said = h("p", { class: "soft", role: "status" });
    const chain = select([[desk.site.site, desk.site.title], ["", t("whole_server")]]);
    /** @type {{row: LogRow, line: HTMLElement}[]} */
    let rows = [];
    const site = () => chain.value || null;
    const narrow = () => {
      const [who, what] = [actor.value.trim().toLowerCase(), act.value.trim().toLowerCase()];
      let shown = 0;
      for (const { row, line } of rows) {
        const name = row.actor ? `${row.actor.login} ${row.actor.display_name}` : t("by_service");
        line.hidden = !name.toLowerCase().includes(who)
          || !`${row.action} ${word("action", row.action)} ${row.target}`.toLowerCase().includes(what);
        shown += line.hidden ? 0 : 1;
      }
      said.textContent = t("log_shown", { n: shown, all: rows.length });
    };
    const prover = proof(desk, site);
    const start = () => {
      /** @type {typeof rows} */
      const read = [];
      rows = read;
      const of = site();
      place.replaceChildren(paged(
        desk,
        (cursor) => desk.api.get("moderation/log", { query: { site: of, cursor } }),
        (/** @type {LogRow} */ row) => {
          const line = logLine(row);
          read.push({ row, line });
          return line;
        },
        t("log_empty"),
        narrow,
      ));
      prover.again();
    };
    for (const input of [actor, act]) input.addEventListener("input", narrow);
    chain.addEventListener("change", start);
    start();
    return {
      main: h(
        "div",
        {},
        h("h1", {}, t("list_log")),
        prover.element,
        h(
          "div",
          { class: "flow", role: "search" },
          desk.session.isServerAdmin && field(t("log_chain"), chain),
          field(t("log_actor"), actor),
          field(t("log_act"), act),
        ),
        hint,
        said,
        place,
        h("p", { class: "soft" }, t("log_export"), " ", h("code", {}, "understory log export"), " ", h("code", {}, "understory log verify")),
      ),
      keys: [
        { press: "v", words: "key_verify", group: "look", act: () => prover.start() },
        { press: "/", words: "key_search", group: "look", act: () => act.focus() },
      ],
      left: () => prover.stop(),
    };
  },
};

/** @param {LogRow} row */
function logLine(row) {
  return h(
    "li",
    {},
    h(
      "p",
      {},
      h("span", { class: "soft" }, `${row.seq}`), " ",
      timeElement(row.at), " ",
      who(row.actor), " ",
      h("strong", {}, word("action", row.action)), " ",
      h("code", {}, row.target),
      ...(row.reason_code ? [" ", reason(row.reason_code)] : []),
      h("span", { class: "soft" }, ", ", t("log_hash"), " ", h("code", { title: row.hash }, short(row.hash))),
    ),
    row.note && h("p", { class: "text", dir: "auto" }, row.note),
    row.purged_at ? h("p", { class: "soft" }, t("log_purged"), " ", timeElement(row.purged_at)) : changes(row),
  );
}

/** @param {LogRow} row */
function changes({ before, after }) {
  if (before === null && after === null) return null;
  const written = (/** @type {unknown} */ value) => (value === null ? t("no_figure") : JSON.stringify(value, null, 1));
  return h(
    "details",
    {},
    h("summary", {}, t("log_changes")),
    h("dl", { class: "facts" }, h("dt", {}, t("before")), h("dd", {}, h("pre", {}, written(before))), h("dt", {}, t("after")), h("dd", {}, h("pre", {}, written(after)))),
  );
}

// Figures: what waits now, curves over days on one scale, who decided, and the
// year's report as moderators publish it.

/** @import {Page, Series, Stats, Tally} from "./types" */
import { h } from "../shared/dom.js";
import { chart } from "./chart.js";
import { field, latest, person, select } from "./parts.js";
import { report } from "./report.js";
import { duration, number, percent, rounded, t, word } from "./words.js";

const DAYS = [7, 30, 90];

/** @type {Page} */
export const figures = {
  route: "figures",
  section: "records",
  lists: [{ at: "figures", title: "list_figures", key: "r" }],
  draw(desk) {
    const days = select(DAYS.map((n) => [String(n), t("last_days", { n })]), "30");
    const now = h("div", { class: "now" });
    const charts = h("div", { class: "charts", "aria-live": "off" });
    const tables = h("div", {});
    const site = desk.site.site;
    const ask = latest();
    const curves = async () => {
      const isWanted = ask();
      /** @type {Series} */
      const series = await desk.api.get("moderation/stats/series", { query: { site, days: days.value } });
      if (isWanted()) charts.replaceChildren(...drawSeries(series));
    };
    const start = async () => {
      /** @type {Stats} */
      const stats = await desk.api.get("moderation/stats", { query: { site } });
      now.replaceChildren(...drawNow(stats));
      tables.replaceChildren(...drawTables(stats));
    };
    days.addEventListener("change", () => void curves().catch((error) => desk.tell(error)));
    void curves().catch((error) => desk.tell(error));
    void start().catch((error) => desk.tell(error));
    return {
      main: h(
        "div",
        { class: "figures" },
        h("h1", {}, t("list_figures")),
        now,
        h("h2", {}, t("figures_by_day")),
        field(t("figures_span"), days),
        charts,
        h("p", { class: "soft" }, t("figures_utc")),
        tables,
        report(desk),
      ),
      keys: DAYS.map((n, index) => ({
        press: String(index + 1),
        words: /** @type {const} */ (["key_days_7", "key_days_30", "key_days_90"])[index] ?? "key_days_30",
        group: /** @type {const} */ ("look"),
        act: () => {
          days.value = String(n);
          void curves().catch((error) => desk.tell(error));
        },
      })),
    };
  },
};

/** @param {Series} series */
function drawSeries({ items }) {
  /** @type {["decisions", "flags", "overturned", "appeals_granted"]} */
  const counted = ["decisions", "flags", "overturned", "appeals_granted"];
  const most = Math.max(1, ...items.flatMap((day) => counted.map((name) => day[name])));
  const counts = counted.map((name) => chart({
    title: word("figure", name),
    points: items.map((day) => ({ date: day.date, value: day[name] })),
    most,
    say: rounded,
  }));
  const waits = items.map((day) => ({ date: day.date, value: day.time_to_decision_s }));
  const longest = Math.max(1, ...waits.map(({ value }) => value ?? 0));
  const capped = items.some((day) => day.capped);
  return [
    ...counts,
    chart({ title: t("figure_time"), points: waits, most: longest, say: duration }),
    ...(capped ? [h("p", { class: "soft" }, t("figures_capped"))] : []),
  ];
}

/** @param {Stats} stats */
function drawNow(stats) {
  const one = (/** @type {string} */ name, /** @type {string} */ value) => h("p", {}, h("strong", {}, value), " ", name);
  const { flagged, held, notice, sample } = stats.waiting;
  return [
    one(t("list_flagged"), number(flagged)),
    one(t("list_held"), number(held)),
    one(t("list_notice"), number(notice)),
    one(t("list_sample"), number(sample)),
    one(t("figure_oldest"), stats.oldest_unclaimed_s === null ? t("no_figure") : duration(stats.oldest_unclaimed_s)),
    one(t("figure_per_hour"), rounded(stats.decisions_per_hour)),
  ];
}

/** @param {Stats} stats */
function drawTables(stats) {
  const line = (/** @type {HTMLElement | string} */ name, /** @type {Tally} */ tally) => h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    h("td", { class: "n" }, number(tally.decisions)),
    h("td", { class: "n" }, number(tally.overturned)),
    h("td", { class: "n" }, percent(tally.overturn_rate)),
  );
  const table = (/** @type {string} */ title, /** @type {string} */ what, /** @type {HTMLElement[]} */ lines) => lines.length > 0 && h(
    "section",
    {},
    h("h2", {}, title),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...[what, t("figure_decisions"), t("figure_overturned"), t("figure_share")].map((name, index) =>
        h("th", { scope: "col", class: index ? "n" : "" }, name)))),
      h("tbody", {}, ...lines),
    )),
  );
  const { upheld, dismissed, precision } = stats.reporters;
  return [
    h("p", { class: "soft" }, t("figures_window", { n: stats.window.decisions })),
    table(t("figures_moderators"), t("moderator"), stats.moderators.map((one) => line(person(one.user), one))),
    table(t("figures_rules"), t("rule"), stats.rules.map((one) => line(word("rule", one.rule), one))),
    h("p", {}, t("flags_settled", { upheld, dismissed }), " ", t("flags_right", { share: percent(precision) })),
  ].filter((part) => part !== false);
}

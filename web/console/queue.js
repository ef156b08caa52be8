// The queue: what waits for a moderator, most urgent first.

/** @import {Page} from "./types" */
import { h } from "../shared/dom.js";
import { t, word } from "./words.js";

/** @type {Page} */
export const queue = {
  route: "queue",
  section: "queue",
  lists: [
    { at: "queue/all", title: "list_all", key: "q" },
    { at: "queue/flagged", title: "list_flagged", key: "f", count: "flagged" },
    { at: "queue/held", title: "list_held", key: "h", count: "held" },
    { at: "queue/notice", title: "list_notice", key: "n", count: "notice" },
    { at: "queue/sample", title: "list_sample", key: "m", count: "sample" },
  ],
  draw(desk, place) {
    const heading = h("h1", {}, word("list", place.parts[0] ?? "all"));
    const lines = h("ol", {});
    desk.api.get("moderation/queue", { query: { site: desk.site.site, kind: place.parts[0] } }).then(
      (/** @type {import("./types").QueuePage} */ page) => {
        desk.count({ ...page.counts });
        lines.replaceChildren(...page.items.map(({ comment }) => h("li", {}, comment.body ?? "")));
      },
      (error) => desk.tell(error),
    );
    return { list: h("div", {}, heading, lines), main: h("p", { class: "soft" }, t("list_all")) };
  },
};

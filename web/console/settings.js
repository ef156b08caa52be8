// Settings of the site: its admins change them, its moderators read them.

/** @import {Page, SiteSettings} from "./types" */
import { h } from "../shared/dom.js";
import { explain, Problem } from "../shared/problems.js";
import { field, form, tick } from "./parts.js";
import { t } from "./words.js";

/** @type {Page} */
export const settings = {
  route: "settings",
  section: "site",
  lists: [{ at: "settings", title: "list_settings", key: "e" }],
  draw(desk) {
    const place = h("div", {}, h("p", { class: "soft" }, t("reading_page")));
    const path = `moderation/sites/${encodeURIComponent(desk.site.site)}/settings`;
    const show = (/** @type {SiteSettings} */ of, /** @type {Partial<SiteSettings> | null} */ typed) => {
      place.replaceChildren(drawn(of, typed, async (body) => {
        try {
          show(await desk.api.send("PATCH", path, { body: { ...body, version: of.version } }), null);
          desk.notices.show(t("saved"));
        } catch (error) {
          if (!(error instanceof Problem) || error.code !== "stale_version") throw error;
          show(await desk.api.get(path), body);
        }
        place.querySelector("button")?.focus();
      }));
    };
    desk.api.get(path).then((of) => show(of, null), (error) => place.replaceChildren(h("p", { class: "problem" }, explain(error))));
    const click = (/** @type {string} */ name) => {
      const box = place.querySelector(`[name="${name}"]`);
      if (!(box instanceof HTMLInputElement)) return;
      box.focus();
      box.click();
    };
    return {
      main: h("div", { class: "reading" }, h("h1", {}, t("list_settings")), place),
      keys: [
        { press: "f", words: "key_fields", group: "move", act: () => place.querySelector("input")?.focus() },
        { press: "t", words: "explicit_threads", group: "decide", act: () => click("threads") },
        { press: "b", words: "key_two_ban", group: "decide", act: () => click("ban") },
        { press: "p", words: "key_two_purge", group: "decide", act: () => click("purge") },
        { press: "s", words: "save", group: "decide", act: () => place.querySelector("form")?.requestSubmit() },
      ],
    };
  },
};

/**
 * @param {SiteSettings} of
 * @param {Partial<SiteSettings> | null} typed what could not be saved, because others had saved before
 * @param {(body: Partial<SiteSettings>) => Promise<void>} save
 */
function drawn(of, typed, save) {
  const shown = { ...of, ...typed };
  const other = changed(of, typed ?? {});
  const now = (/** @type {keyof SiteSettings} */ name) => (name in other ? t("setting_now", { value: said(of[name]) }) : null);
  const box = (/** @type {string} */ name, /** @type {boolean} */ checked) => {
    const input = h("input", { type: "checkbox", name });
    input.checked = checked;
    return input;
  };
  const title = h("input", { type: "text", maxlength: 200, required: true, value: shown.title, dir: "auto" });
  const policy = h("input", { type: "url", maxlength: 2000, value: shown.policy_url, placeholder: "https://" });
  const origins = h("textarea", { rows: Math.max(2, shown.origins.length + 1), spellcheck: "false" }, shown.origins.join("\n"));
  const explicit = box("threads", shown.explicit_threads);
  const over = h("input", { type: "number", min: 0, max: 4_294_967_295, value: shown.two_persons_over });
  const [ban, purge] = [box("ban", shown.two_persons_ban), box("purge", shown.two_persons_purge)];
  const parts = [
    field(t("title"), title, now("title")),
    field(t("policy_url"), policy, t("policy_url_hint"), now("policy_url")),
    field(t("origins"), origins, t("origins_hint"), now("origins")),
    tick(t("explicit_threads"), explicit, now("explicit_threads")),
    h(
      "fieldset",
      {},
      h("legend", {}, t("two_persons")),
      field(t("two_persons_over"), over, t("two_persons_over_hint"), now("two_persons_over")),
      tick(t("two_persons_ban"), ban, now("two_persons_ban")),
      tick(t("two_persons_purge"), purge, now("two_persons_purge")),
    ),
  ];
  const fixed = h("p", { class: "soft" }, t("settings_fixed", { chars: of.body_max_chars, minutes: Math.round(of.edit_window_s / 60) }));
  if (!of.may_change) {
    const all = h("fieldset", { disabled: true, class: "form" }, h("legend", {}, t("settings_read")), ...parts);
    return h("div", {}, h("p", { class: "told" }, t("settings_admins")), all, fixed);
  }
  const written = () => ({
    title: title.value,
    policy_url: policy.value.trim() || null,
    origins: origins.value.split(/\s+/).filter(Boolean),
    explicit_threads: explicit.checked,
    two_persons_over: over.value === "" ? null : Number(over.value),
    two_persons_ban: ban.checked,
    two_persons_purge: purge.checked,
  });
  return h(
    "div",
    {},
    typed && h("p", { class: "problem", role: "alert" }, t("settings_stale")),
    form(t("save"), () => save(changed(of, written())), ...parts),
    fixed,
    h("p", { class: "soft" }, t("settings_logged")),
  );
}

/**
 * What is otherwise than it is: what others have changed meanwhile stays theirs.
 *
 * @param {SiteSettings} of
 * @param {Partial<SiteSettings>} after
 * @returns {Partial<SiteSettings>}
 */
function changed(of, after) {
  const is = new Map(Object.entries(of));
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(is.get(name))));
}

/** A setting in words. @param {SiteSettings[keyof SiteSettings]} value */
function said(value) {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  return [value ?? []].flat().join(", ") || t("no_figure");
}

// The language files: whole, alike, and in the voice of ours. How a page uses
// them is tested here too, as far as it needs no page.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileOf, LANGUAGES, PARTS, pick } from "../../shared/languages.js";
import { add } from "../../shared/parts.js";
import { load, t } from "../../shared/words.js";

/** @typedef {Record<string, string | Record<string, string>>} Entries */

const WEB = new URL("../../", import.meta.url);
const parts = /** @type {[string | undefined, readonly string[]][]} */ ([
  [undefined, LANGUAGES],
  ...Object.entries(PARTS),
]);
const about = read("about.json");

/** The plural categories of CLDR. */
const FORMS = {
  ar: ["zero", "one", "two", "few", "many", "other"],
  cs: ["one", "few", "many", "other"],
  es: ["one", "many", "other"],
  fr: ["one", "many", "other"],
  he: ["one", "two", "other"],
  it: ["one", "many", "other"],
  ja: ["other"],
  ko: ["other"],
  pl: ["one", "few", "many", "other"],
  pt: ["one", "many", "other"],
  ru: ["one", "few", "many", "other"],
  uk: ["one", "few", "many", "other"],
  zh: ["other"],
};

for (const [part, languages] of parts) {
  const english = read(fileOf("en", part));
  for (const tag of languages) {
    test(`${fileOf(tag, part)} says all that English says, and no more`, () => {
      assert.deepEqual(Object.keys(read(fileOf(tag, part))), Object.keys(english));
    });

    test(`${fileOf(tag, part)} has the plural forms of its language`, () => {
      const forms = formsOf(tag);
      for (const [key, entry] of entriesOf(tag, part)) {
        assert.equal(typeof entry, typeof english[key], key);
        if (typeof entry === "object") assert.deepEqual(Object.keys(entry), forms, key);
      }
      const rules = new Intl.PluralRules(tag);
      for (const n of [...Array(200).keys(), 1.5, 1_000_000]) assert.ok(forms.includes(rules.select(n)), `${n}`);
    });

    test(`${fileOf(tag, part)} fills in what English fills in`, () => {
      for (const [key, entry] of entriesOf(tag, part)) {
        const wanted = places(english[key]);
        if (typeof entry === "string") assert.deepEqual(places(entry), wanted, key);
        else {
          for (const [form, text] of Object.entries(entry)) {
            // "Two replies" needs no figure where the form stands for that number only.
            if (places(text).length || !isOneNumber(tag, form)) assert.deepEqual(places(text), wanted, `${key}.${form}`);
          }
        }
      }
    });

    test(`${fileOf(tag, part)} is set as it should be`, () => {
      for (const [key, text] of textsOf(tag, part)) {
        assert.doesNotMatch(text, /[!！¡]/, `${key}: no exclamation marks`);
        assert.doesNotMatch(text, /["—]|\w'\w|\.\.\./, `${key}: quotes, dashes and points of typewriters`);
        assert.doesNotMatch(text, /^\s|\s$| {2}/, `${key}: spaces`);
        const most = Number(/At most (\d+) characters/.exec(String(about[key]))?.[1] ?? Infinity);
        assert.ok([...text].length <= most, `${key}: more than ${most} characters`);
      }
    });
  }
}

for (const name of readdirSync(new URL("words/", WEB)).filter((file) => /^console\.(?!en)\w+\.json$/.test(file))) {
  test(`${name} translates what the console says in English, or leaves it`, () => {
    const english = read(fileOf("en", "console"));
    const tag = name.split(".")[1] ?? "";
    for (const [key, entry] of entriesOf(tag, "console")) {
      assert.equal(typeof entry, typeof english[key], key);
      if (typeof entry === "object") assert.deepEqual(Object.keys(entry), formsOf(tag), key);
      assert.deepEqual(places(entry), places(english[key]), key);
    }
    for (const [key, text] of textsOf(tag, "console")) assert.doesNotMatch(text, /[!"—]|\w'\w/, key);
  });
}

test("every file in words/ belongs to a language of ours", () => {
  const known = parts.flatMap(([part, languages]) => languages.map((tag) => fileOf(tag, part)));
  const there = readdirSync(new URL("words/", WEB)).filter((name) => !/^(about|console)\./.test(name));
  assert.deepEqual(there.sort(), known.sort());
});

test("about.json tells translators of every string, and of no other", () => {
  const desk = Object.keys(read(fileOf("en", "console"))).map((key) => `console.${key}`);
  assert.deepEqual(Object.keys(about).sort(), [...Object.keys(allEnglish()), ...desk].sort());
  for (const [key, text] of Object.entries(about)) assert.ok(String(text).length > 6, key);
});

test("every string is used", () => {
  const code = sources();
  const begun = [...code.matchAll(/[`"]([a-z_]+_)(?:\$\{|" \+)/g)].map((match) => match[1] ?? "");
  const unused = Object.keys(allEnglish()).filter(
    (key) => !code.includes(`"${key}"`) && !begun.some((start) => key.startsWith(start)),
  );
  assert.deepEqual(unused, []);
});

test("every string that is used is there", () => {
  const known = allEnglish();
  const used = [...sources().matchAll(/\bt\(\s*"(\w+)"/g)].map((match) => match[1] ?? "");
  assert.ok(used.length > 50);
  assert.deepEqual(used.filter((key) => !(key in known)), []);
});

/** Of which type of the contract the codes behind each prefix are. */
const CODES = {
  action: ["Act", "SanctionKind"],
  kind_means: ["SanctionKind"],
  state: ["State", "AppealState", "FlagState"],
  thread: ["ThreadState"],
  concerned: ["Concerned"],
  list: ["QueueKind"],
  restriction: ["Restriction"],
  ground: ["Ground"],
  origin: ["Origin"],
  party: ["Party"],
};

test("the console has a word for each code of the contract that it shows", () => {
  const words = read(fileOf("en", "console"));
  const contract = readFileSync(new URL("client/openapi.d.ts", WEB), "utf8");
  for (const [prefix, types] of Object.entries(CODES)) {
    for (const type of types) {
      const codes = [...(new RegExp(`^export type ${type} = (.*);`, "m").exec(contract)?.[1] ?? "").matchAll(/"(\w+)"/g)];
      assert.ok(codes.length > 1, type);
      assert.deepEqual(codes.map(([, code]) => `${prefix}_${code}`).filter((key) => !(key in words)), []);
    }
  }
  // what the report has is a table or a figure of its own
  for (const type of ["Report", "RestrictionCounts", "ReportCounts", "AppealCounts", "AutomationCounts"]) {
    const fields = [...(new RegExp(`^export interface ${type} \\{(.*?)^\\}`, "ms").exec(contract)?.[1] ?? "").matchAll(/^ {2}(\w+):/gm)];
    const names = fields.map(([, name]) => `report_${name}`).filter((key) => key !== "report_site");
    assert.ok(names.length > 1, type);
    assert.deepEqual(names.filter((key) => !(key in words)), [], type);
  }
});

test("every string of the console is used", () => {
  const code = sources(["console"]);
  const begun = [...code.matchAll(/word\("([a-z_]+)"|`([a-z_]+)_\$\{/g)].map((match) => `${match[1] ?? match[2]}_`);
  const unused = Object.keys(read(fileOf("en", "console"))).filter(
    (key) => !code.includes(`"${key}"`) && !begun.some((start) => key.startsWith(start)),
  );
  assert.deepEqual(unused, []);
});

test("the language is the first wish that there is one for, however exact the wish", () => {
  assert.equal(pick(["de-CH-1996", "fr"]), "de");
  assert.equal(pick(["tlh", "PT-br", "en"]), "pt");
  assert.equal(pick(["zh-Hant-TW"]), "zh");
  assert.equal(pick(["", "x", "-", "den"]), "en");
  assert.equal(pick([]), "en");
  assert.equal(pick(["de-CH"], ["de", "de-ch"]), "de-ch");
});

test("the way in knows the same languages", () => {
  const list = /const LANGUAGES = (\[[^\]]*\])/.exec(readFileSync(new URL("embed.js", WEB), "utf8"))?.[1] ?? "";
  assert.deepEqual([...list.matchAll(/"(.+?)"/g)].map((match) => match[1]), LANGUAGES);
});

test("a page speaks the language of the file that its way in has asked for", async () => {
  const { language, load, t } = await fresh();
  await load(["pl-PL", "en"], { tag: "pl", asked: Promise.resolve(new Response(JSON.stringify(read("pl.json")))) });
  assert.deepEqual({ ...language }, { tag: "pl", dir: "ltr", locale: "pl-PL" });
  assert.equal(t("all_replies", { n: 1 }), "1 odpowiedź");
  assert.equal(t("heading", { n: 22 }), "22 komentarze");
  assert.equal(t("heading", { n: 12_345 }), "12\u00a0345 komentarzy");
});

test("Arabic is written from the right", async () => {
  const { language, load, t } = await fresh();
  await load(["ar"], { tag: "ar", asked: Promise.resolve(new Response(JSON.stringify(read("ar.json")))) });
  assert.equal(language.dir, "rtl");
  assert.equal(t("heading", { n: 2 }), "تعليقان");
});

test("where a language cannot be read it is English, for dates too", async (context) => {
  context.mock.method(console, "error", () => {});
  const asked = context.mock.method(globalThis, "fetch", async () => new Response(JSON.stringify(read("en.json"))));
  const { language, load, t } = await fresh();
  await load(["de-AT"], { tag: "de", asked: Promise.resolve(new Response("", { status: 503 })) });
  assert.deepEqual({ ...language }, { tag: "en", dir: "ltr", locale: "en" });
  assert.equal(t("list_label"), "Comments");
  assert.match(String(asked.mock.calls[0]?.arguments[0]), /words\/en\.json$/);
});

test("without English nothing is loaded, and it can be tried again", async (context) => {
  context.mock.method(console, "error", () => {});
  const fetching = context.mock.method(globalThis, "fetch", async () => new Response("", { status: 503 }));
  const { load, t } = await fresh();
  await assert.rejects(load(["de"]));
  fetching.mock.mockImplementation(async (url) => new Response(JSON.stringify(read(String(url).replace(/.*\//, "")))));
  await load(["de"]);
  assert.equal(t("list_label"), "Kommentare");
});

test("more words come in the language of the page", async (context) => {
  context.mock.method(globalThis, "fetch", async (url) => new Response(JSON.stringify(read(String(url).replace(/.*\//, "")))));
  await load(["de"]);
  await add("acts");
  assert.equal(t("send"), "Senden");
});

/** The module as a page gets it: nothing loaded. @returns {Promise<typeof import("../../shared/words.js")>} */
async function fresh() {
  const url = new URL(`shared/words.js?${Math.random()}`, WEB);
  return import(url.href);
}

/** @param {string} tag */
function formsOf(tag) {
  return FORMS[/** @type {keyof typeof FORMS} */ (tag)] ?? ["one", "other"];
}

/** Whether this form stands for one number only. @param {string} tag @param {string} form */
function isOneNumber(tag, form) {
  const rules = new Intl.PluralRules(tag);
  return [...Array(200).keys(), 1_000_000].filter((n) => rules.select(n) === form).length === 1;
}

/** @param {string} name @returns {Entries} */
function read(name) {
  return JSON.parse(readFileSync(new URL(`words/${name}`, WEB), "utf8"));
}

/** @returns {Entries} */
function allEnglish() {
  return Object.assign({}, ...parts.map(([part]) => read(fileOf("en", part))));
}

/** @param {string} tag @param {string} [part] @returns {[string, Entries[string]][]} */
function entriesOf(tag, part) {
  return Object.entries(read(fileOf(tag, part)));
}

/** @param {string} tag @param {string} [part] @returns {[string, string][]} */
function textsOf(tag, part) {
  return entriesOf(tag, part).flatMap(([key, entry]) =>
    typeof entry === "string"
      ? [/** @type {[string, string]} */ ([key, entry])]
      : Object.values(entry).map((text) => /** @type {[string, string]} */ ([key, text])),
  );
}

/** What is filled in, by name. @param {Entries[string] | undefined} entry */
function places(entry) {
  const text = typeof entry === "string" ? entry : (entry?.["other"] ?? "");
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

/** All that shows words of these files: the modules, and the page for those without script. */
function sources(rooms = ["shared", "thread", "signin"]) {
  const folders = rooms.map((name) => new URL(`${name}/`, WEB));
  return [...folders, new URL("../src/http/", WEB)]
    .flatMap((folder) => {
      try {
        return readdirSync(folder, { recursive: true, withFileTypes: true });
      } catch {
        return [];
      }
    })
    .filter((file) => file.isFile() && /\.(js|rs)$/.test(file.name))
    .map((file) => readFileSync(`${file.parentPath}/${file.name}`, "utf8"))
    .join("\n");
}

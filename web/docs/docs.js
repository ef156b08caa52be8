// The page of the API: shows /api/v1/openapi.json as a list to read, with a
// filter. Reading the document is openapi.js, the example commands are curl.js.

/** @import {Answer, Call, Parameter, Row} from "./types" */
import { h } from "../shared/dom.js";
import { curl } from "./curl.js";
import { Description } from "./openapi.js";

const SOURCE = "/api/v1/openapi.json";

/** @param {string} id @returns {HTMLElement} */
function place(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

async function show() {
  const state = place("state");
  /** @type {Description} */
  let description;
  try {
    const response = await fetch(SOURCE);
    if (!response.ok) throw new Error(`status ${response.status}`);
    description = new Description(await response.json());
  } catch (error) {
    console.error(error);
    state.textContent = "The description of the API could not be read. Load the page again in a moment.";
    return;
  }
  const { title, version, description: text } = description.info;
  place("intro").append(
    h("p", { class: "soft" }, `${title} ${version} – `, h("a", { href: SOURCE }, "openapi.json")),
    ...prose(text ?? ""),
  );
  state.textContent = "";
  const shown = [...description.calls()].map(([tag, calls]) => group(description, tag, calls));
  place("calls").append(...shown.map(({ section }) => section));
  place("contents").append(...shown.map(({ contents }) => contents));
  startFilter(state);
  // The address may name a call that was not there when the page came.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** @param {Description} description @param {string} tag @param {Call[]} calls */
function group(description, tag, calls) {
  const section = h(
    "section",
    { class: "group" },
    h("h2", {}, tag),
    ...prose(description.tagText(tag)),
    ...calls.map((call) => callArticle(description, call)),
  );
  const contents = h(
    "details",
    { open: true },
    h("summary", {}, tag),
    h(
      "ul",
      {},
      ...calls.map((call) =>
        h("li", { "data-call": call.id }, h("a", { href: `#${call.id}` }, method(call), " ", breakable(call.path))),
      ),
    ),
  );
  return { section, contents };
}

/** @param {Description} description @param {Call} call */
function callArticle(description, call) {
  const { operation } = call;
  const command = curl(description, call, location.origin);
  const body = description.follow(operation.requestBody);
  const content = Object.values(body?.content ?? {})[0];
  return h(
    "article",
    { class: "call", id: call.id, "data-text": searchText(call) },
    h("h3", {}, h("a", { href: `#${call.id}` }, method(call), " ", h("code", {}, breakable(call.path)))),
    operation.summary && h("p", {}, ...inline(operation.summary)),
    ...prose(operation.description ?? ""),
    call.signedIn && h("p", { class: "soft" }, "Needs a bearer token."),
    ...table("Parameters", call.parameters.map((one) => parameterRow(description, one))),
    content && h("h4", {}, "Body ", h("span", { class: "soft" }, description.typeOf(content.schema))),
    ...table("", description.rows(content?.schema)),
    h("h4", {}, "Answers"),
    h(
      "dl",
      { class: "answers" },
      ...Object.entries(operation.responses ?? {}).flatMap(([status, answer]) =>
        answerEntry(description, status, description.follow(answer)),
      ),
    ),
    h("h4", {}, "Example"),
    h("pre", { tabindex: 0, "aria-label": `Example for ${call.method} ${call.path}` }, h("code", {}, command)),
  );
}

/** @param {Description} description @param {string} status @param {Answer} answer */
function answerEntry(description, status, answer) {
  const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
  const rows = status.startsWith("2") ? description.rows(content?.schema) : [];
  const name = content?.schema ? description.typeOf(content.schema) : "";
  return [
    h("dt", { class: `status s${status[0]}` }, status),
    h(
      "dd",
      {},
      ...inline(answer.description ?? ""),
      name && h("span", { class: "soft" }, ` ${name}${type === "application/json" ? "" : `, ${type}`}`),
      rows.length > 0 && h("details", {}, h("summary", {}, "Fields"), ...table("", rows)),
    ),
  ];
}

/** @param {Description} description @param {Parameter} parameter @returns {Row} */
function parameterRow(description, parameter) {
  const bounds = description.textOf(parameter.schema);
  return {
    name: parameter.name,
    depth: 0,
    type: `${parameter.in}, ${description.typeOf(parameter.schema)}`,
    required: parameter.required ?? false,
    text: [parameter.description, bounds].filter(Boolean).join(" "),
  };
}

/** @param {string} title @param {Row[]} rows */
function table(title, rows) {
  if (rows.length === 0) return [];
  return [
    title && h("h4", {}, title),
    h(
      "ul",
      { class: "fields" },
      ...rows.map((row) =>
        h(
          "li",
          { class: `level${row.depth}` },
          h("code", {}, row.name),
          " ",
          h("span", { class: "soft" }, row.type, row.required ? ", required" : ""),
          row.text && h("span", { class: "text" }, " ", ...inline(row.text)),
        ),
      ),
    ),
  ];
}

/** @param {HTMLElement} state */
function startFilter(state) {
  const input = /** @type {HTMLInputElement} */ (place("filter"));
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const call of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".call"))) {
      const fits = words.every((word) => call.dataset.text?.includes(word));
      call.hidden = !fits;
      count += Number(fits);
      const line = document.querySelector(`[data-call="${CSS.escape(call.id)}"]`);
      if (line instanceof HTMLElement) line.hidden = !fits;
    }
    for (const group of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".group, #contents details"))) {
      group.hidden = !group.querySelector(".call:not([hidden]), li[data-call]:not([hidden])");
    }
    state.textContent = words.length ? `${count} ${count === 1 ? "call fits" : "calls fit"}.` : "";
  };
  input.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    input.focus();
  });
}

/** @param {Call} call */
function searchText({ method: verb, path, tag, operation, parameters }) {
  const words = [verb, path, tag, operation.summary, operation.description, operation.operationId];
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, one]) => [status, one.description]);
  return [...words, ...answers, ...parameters.map(({ name }) => name)].join(" ").toLowerCase();
}

/** @param {Call} call */
function method(call) {
  return h("span", { class: `method ${call.method.toLowerCase()}` }, call.method);
}

/** A path that may break after its slashes. @param {string} path */
function breakable(path) {
  const span = h("span", { class: "path" });
  for (const part of path.split(/(?<=\/)/)) span.append(part, h("wbr"));
  return span;
}

/** Text with `code` in it. @param {string} text */
function inline(text) {
  return text.split("`").map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part));
}

/** @param {string} text paragraphs, with an empty line between */
function prose(text) {
  return text
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => h("p", {}, ...inline(paragraph)));
}

await show();

// Writes openapi.d.ts from the document that `understory openapi` prints:
//
//     target/debug/understory openapi | node web/client/generate.js > web/client/openapi.d.ts
//
// The generators of the field need a TypeScript of their own beside ours; the part
// of JSON Schema that our document uses is small. What it does not know stops it.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const BASE = "/api/v1";
const METHODS = ["get", "post", "put", "patch", "delete"];
const WIDTH = 100;

/** @typedef {Record<string, any>} Schema */

/**
 * An answer says null and leaves nothing out, which its description cannot say of a
 * field that may be null; save these few, which are there only at times.
 */
const AT_TIMES = new Set([
  "Session.access_token", "Session.refresh_token", "Comment.held_by", "ThreadViewer.moderation", "Can.reason",
  "ProblemPart.pointer", "ProblemPart.parameter",
]);
/** Names of what is sent, not answered: there null and nothing are the same. @type {Set<string>} */
let sent = new Set();

/**
 * @param {any} document
 * @returns {string}
 */
export function types(document) {
  const schemas = Object.entries(document.components.schemas);
  sent = reached(document);
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operation(path, method, item[method])),
  );
  return [
    "// Made from the service's own description by generate.js; not edited by hand.\n",
    ...schemas.map(([name, schema]) => declaration(name, /** @type {Schema} */ (schema))),
    `${comment("Each call, by its verb and its path below /api/v1.")}export interface Operations {`,
    ...operations,
    "}\n",
  ].join("\n");
}

/** What bodies of requests are made of. @param {any} document */
function reached(document) {
  const names = new Set();
  const look = (/** @type {any} */ part) => {
    if (part === null || typeof part !== "object") return;
    const name = typeof part.$ref === "string" ? part.$ref.replace("#/components/schemas/", "") : null;
    if (name && !names.has(name)) {
      names.add(name);
      look(document.components.schemas[name]);
    }
    Object.values(part).forEach(look);
  };
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) look(item[method]?.requestBody);
  }
  return names;
}

/** @param {Schema} schema of an answer, changed so that what may be null is there @param {string} name */
function complete(schema, name) {
  for (const part of schema.allOf ?? [schema]) {
    if (!part.properties) continue;
    const nullable = Object.entries(part.properties).filter(([, one]) => mayBeNull(/** @type {Schema} */ (one)));
    const there = nullable.map(([field]) => field).filter((field) => !AT_TIMES.has(`${name}.${field}`));
    part.required = [...new Set([...(part.required ?? []), ...there])];
  }
  return schema;
}

/** @param {Schema} schema */
function mayBeNull(schema) {
  return [schema.type].flat().includes("null") || (schema.oneOf ?? []).some((/** @type {Schema} */ one) => one.type === "null");
}

/** @param {string} name @param {Schema} schema */
function declaration(name, schema) {
  const text = typeOf(sent.has(name) ? schema : complete(schema, name), 0);
  // An interface is named in messages, and may be added to.
  const isPlain = schema.type === "object" && schema.properties;
  return `${comment(schema.description)}export ${isPlain ? `interface ${name} ${text}` : `type ${name} = ${text};`}\n`;
}

/** @param {string} path @param {string} method @param {any} described */
function operation(path, method, described) {
  const inner = path.startsWith(BASE) ? path.slice(BASE.length) : path;
  const parameters = described.parameters ?? [];
  const group = (/** @type {string} */ place) => {
    const fields = parameters
      .filter((/** @type {any} */ one) => one.in === place)
      .map((/** @type {any} */ one) => field(one.name, one.schema, one.required === true, 2, one.description));
    return fields.length > 0 ? `{\n${fields.join("")}    }` : "{}";
  };
  const body = described.requestBody?.content?.["application/json"]?.schema;
  const answers = Object.entries(described.responses)
    .filter(([status]) => status.startsWith("2"))
    .map(([, answer]) => answerOf(answer));
  return (
    `${comment(described.summary ?? described.description, 1)}  "${method.toUpperCase()} ${inner}": {\n` +
    `    path: ${group("path")};\n    query: ${group("query")};\n` +
    `    body: ${body ? typeOf(body, 2) : "undefined"};\n    answer: ${[...new Set(answers)].join(" | ") || "null"};\n  };`
  );
}

/** @param {any} answer */
function answerOf(answer) {
  const content = answer.content;
  if (!content) return "null";
  const json = content["application/json"];
  return json ? typeOf(json.schema ?? {}, 2) : "string";
}

/**
 * @param {Schema} schema
 * @param {number} level of indentation
 * @returns {string}
 */
function typeOf(schema, level) {
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.enum) return join(schema.enum.map((/** @type {unknown} */ one) => JSON.stringify(one)));
  if ("const" in schema) return JSON.stringify(schema.const);
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return join(choice.map((/** @type {Schema} */ one) => typeOf(one, level)));
  if (schema.allOf) return schema.allOf.map((/** @type {Schema} */ one) => typeOf(one, level)).join(" & ");
  const kinds = [schema.type].flat();
  return join(kinds.map((kind) => plain(kind, schema, level)));
}

/** @param {string | undefined} kind @param {Schema} schema @param {number} level @returns {string} */
function plain(kind, schema, level) {
  switch (kind) {
    case undefined:
      return "unknown";
    case "string":
    case "boolean":
    case "null":
      return kind;
    case "integer":
    case "number":
      return "number";
    case "array": {
      const item = typeOf(schema.items ?? {}, level);
      return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return object(schema, level);
    default:
      throw new Error(`a type that is not known: ${JSON.stringify(schema)}`);
  }
}

/** @param {Schema} schema @param {number} level */
function object(schema, level) {
  const { properties, additionalProperties: others, required = [] } = schema;
  if (!properties) {
    return others && others !== true ? `Record<string, ${typeOf(others, level)}>` : "Record<string, unknown>";
  }
  const fields = Object.entries(properties).map(([name, one]) =>
    field(name, /** @type {Schema} */ (one), required.includes(name), level, /** @type {Schema} */ (one).description),
  );
  return `{\n${fields.join("")}${"  ".repeat(level)}}`;
}

/** @param {string} name @param {Schema} schema @param {boolean} isRequired @param {number} level @param {string} [said] */
function field(name, schema, isRequired, level, said) {
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return `${comment(said, level + 1)}${"  ".repeat(level + 1)}${key}${isRequired ? "" : "?"}: ${typeOf(schema, level + 1)};\n`;
}

/** @param {string[]} types */
function join(types) {
  return [...new Set(types)].join(" | ");
}

/** @param {string | undefined} text @param {number} [level] */
function comment(text, level = 0) {
  if (!text) return "";
  const indent = "  ".repeat(level);
  const one = text.replaceAll("*/", "* /").trim();
  if (!one.includes("\n") && indent.length + one.length + 7 <= WIDTH) return `${indent}/** ${one} */\n`;
  const lines = one.split("\n").flatMap((line) => wrap(line, WIDTH - indent.length - 3));
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

/** @param {string} line @param {number} width @returns {string[]} */
function wrap(line, width) {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = /** @type {string} */ (lines.at(-1));
    if (last !== "" && last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(types(JSON.parse(readFileSync(0, "utf8"))));
}

// An example command for a call. Which calls there are is openapi.js.

/** @import {Description} from "./openapi.js" */
/** @import {Call, Schema} from "./types" */

/** Values that read better than "string". */
const KNOWN = new Map(
  Object.entries({
    site: "demo",
    key: "river-footbridge",
    id: "123456789",
    login: "alice",
    identifier: "alice",
    password: "a sentence of fifteen characters",
    body: "Well said.",
    reason: "spam",
    reason_code: "spam",
  }),
);

/**
 * A command that can be pasted into a POSIX shell; `$TOKEN` is the reader's.
 *
 * @param {Description} description
 * @param {Call} call
 * @param {string} origin
 * @returns {string}
 */
export function curl(description, call, origin) {
  const path = call.path.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) =>
    encodeURIComponent(KNOWN.get(name) ?? (name.endsWith("id") ? "123456789" : name)),
  );
  const query = call.parameters
    .filter((one) => one.in === "query" && one.required)
    .map((one) => `${one.name}=${encodeURIComponent(String(example(description, one.schema, one.name)))}`)
    .join("&");
  const lines = [`curl ${quoted(origin + path + (query ? `?${query}` : ""))}`];
  if (call.method !== "GET") lines[0] += ` -X ${call.method}`;
  if (call.signedIn) lines.push(`-H "authorization: Bearer $TOKEN"`);
  const body = description.follow(call.operation.requestBody);
  const json = body?.content?.["application/json"];
  if (json) {
    const value = json.example ?? example(description, json.schema, "");
    lines.push(`-H 'content-type: application/json'`, `-d ${quoted(JSON.stringify(value))}`);
  }
  return lines.join(" \\\n  ");
}

/**
 * A value that the schema would take, required fields only.
 *
 * @param {Description} description
 * @param {Schema | undefined} given
 * @param {string} name of the field
 * @param {number} [depth]
 * @returns {unknown}
 */
function example(description, given, name, depth = 0) {
  if (!given || depth > 5) return {};
  const schema = description.follow(given);
  const said = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default;
  if (said !== undefined && said !== null) return said;
  const part = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (part) return example(description, part, name, depth + 1);
  if (schema.enum) return schema.enum.find((value) => value !== null);
  const type = [schema.type ?? "object"].flat().find((one) => one !== "null");
  switch (type) {
    case "string":
      return KNOWN.get(name) ?? (name.endsWith("id") ? "123456789" : "text");
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return true;
    case "array":
      return [example(description, typeof schema.items === "object" ? schema.items : undefined, name, depth + 1)];
    default: {
      const all = [schema, ...(schema.allOf ?? []).map((one) => description.follow(one))];
      return Object.fromEntries(
        all.flatMap(({ properties, required }) =>
          (required ?? []).map((field) => [field, example(description, properties?.[field], field, depth + 1)]),
        ),
      );
    }
  }
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

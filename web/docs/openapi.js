// Reads an OpenAPI 3.1 document: follows references, lists calls, makes lines of
// schemas. What the page looks like is docs.js; example commands are curl.js.

/** @import {Call, Document, Operation, Parameter, Row, Schema} from "./types" */

const METHODS = ["get", "post", "put", "patch", "delete"];
/** A schema may contain itself (a comment its replies): deeper is left out. */
const MAX_DEPTH = 4;

export class Description {
  #document;

  /** @param {Document} document */
  constructor(document) {
    this.#document = document;
  }

  get info() {
    return this.#document.info;
  }

  /**
   * What a reference points to; anything else as it is.
   *
   * @template T
   * @param {T} value
   * @returns {T}
   */
  follow(value) {
    /** @type {unknown} */
    let found = value;
    for (let hops = 0; hops < 20; hops += 1) {
      const ref = referenceOf(found);
      if (ref === null) break;
      found = this.#at(ref);
    }
    return /** @type {T} */ (found ?? {});
  }

  /** All calls, by tag in the document's order. @returns {Map<string, Call[]>} */
  calls() {
    /** @type {Map<string, Call[]>} */
    const byTag = new Map((this.#document.tags ?? []).map(({ name }) => [name, []]));
    for (const [path, item] of Object.entries(this.#document.paths)) {
      for (const method of METHODS) {
        const operation = /** @type {Operation | undefined} */ (item[method]);
        if (!operation) continue;
        const call = this.#call(path, method, operation, item.parameters ?? []);
        const list = byTag.get(call.tag) ?? [];
        list.push(call);
        byTag.set(call.tag, list);
      }
    }
    for (const [tag, list] of byTag) if (list.length === 0) byTag.delete(tag);
    return byTag;
  }

  /** @param {string} tag */
  tagText(tag) {
    return this.#document.tags?.find(({ name }) => name === tag)?.description ?? "";
  }

  /**
   * A schema as one word or two: "string", "Comment", "list of Comment".
   *
   * @param {Schema | boolean | undefined} schema
   * @returns {string}
   */
  typeOf(schema) {
    if (!schema || schema === true) return "any";
    const name = nameOf(schema);
    if (name) return name;
    const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
    if (choices) {
      const glue = schema.allOf ? " and " : " or ";
      return [...new Set(choices.map((choice) => this.typeOf(choice)))].join(glue);
    }
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    const types = [schema.type ?? (schema.properties ? "object" : "any")].flat();
    return types
      .map((type) => {
        if (type === "array") return `list of ${this.typeOf(schema.items)}`;
        if (type === "object" && typeof schema.additionalProperties === "object") {
          return `object of ${this.typeOf(schema.additionalProperties)}`;
        }
        return schema.format ? `${type} (${schema.format})` : type;
      })
      .join(" or ");
  }

  /**
   * The fields of a schema, those of inner objects indented under them.
   *
   * @param {Schema | boolean | undefined} schema
   * @param {number} [depth]
   * @param {string[]} [above] named schemas on the way here
   * @returns {Row[]}
   */
  rows(schema, depth = 0, above = []) {
    if (!schema || schema === true || depth > MAX_DEPTH) return [];
    const name = nameOf(schema);
    if (name && above.includes(name)) return [];
    const way = name ? [...above, name] : above;
    const whole = this.follow(schema);
    const parts = whole.allOf ?? whole.oneOf ?? whole.anyOf;
    const inner = typeof whole.items === "object" ? whole.items : whole.additionalProperties;
    return [
      ...(parts ?? []).flatMap((part) => this.rows(part, depth, way)),
      ...(typeof inner === "object" ? this.rows(inner, depth, way) : []),
      ...Object.entries(whole.properties ?? {}).flatMap(([field, part]) => [
        {
          name: field,
          depth,
          type: this.typeOf(part),
          required: whole.required?.includes(field) ?? false,
          text: this.textOf(part),
        },
        ...this.rows(part, depth + 1, way),
      ]),
    ];
  }

  /**
   * Description and bounds of a schema in one line.
   *
   * @param {Schema | undefined} given
   * @returns {string}
   */
  textOf(given) {
    if (!given) return "";
    const schema = this.follow(given);
    const bounds = [
      range(schema.minLength, schema.maxLength, "characters"),
      range(schema.minItems, schema.maxItems, "items"),
      range(schema.minimum, schema.maximum, ""),
      schema.default === undefined ? "" : `default ${JSON.stringify(schema.default)}`,
    ].filter(Boolean);
    const text = given.description ?? schema.description ?? "";
    return [text, bounds.length ? `(${bounds.join("; ")})` : ""].filter(Boolean).join(" ");
  }

  /**
   * @param {string} path
   * @param {string} method
   * @param {Operation} operation
   * @param {Parameter[]} shared
   * @returns {Call}
   */
  #call(path, method, operation, shared) {
    const parameters = [...shared, ...(operation.parameters ?? [])].map((one) => this.follow(one));
    const security = operation.security ?? this.#document.security ?? [];
    return {
      id: `${method}-${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "")}`,
      tag: operation.tags?.[0] ?? "other",
      method: method.toUpperCase(),
      path,
      operation,
      parameters,
      // An empty object among the alternatives: it also works without.
      signedIn: security.length > 0 && security.every((one) => Object.keys(one).length > 0),
    };
  }

  /** @param {string} ref "#/components/schemas/Comment" @returns {unknown} */
  #at(ref) {
    /** @type {any} */
    let at = this.#document;
    for (const part of ref.replace(/^#\//, "").split("/")) {
      at = at?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return at;
  }
}

/** @param {unknown} value @returns {string | null} */
function referenceOf(value) {
  if (typeof value !== "object" || value === null || !("$ref" in value)) return null;
  return typeof value.$ref === "string" ? value.$ref : null;
}

/** @param {Schema} schema @returns {string | null} */
function nameOf(schema) {
  return schema.$ref?.split("/").at(-1) ?? null;
}

/** @param {number | undefined} low @param {number | undefined} high @param {string} unit */
function range(low, high, unit) {
  if (low === undefined && high === undefined) return "";
  const bounds =
    high === undefined ? `at least ${low}` : low === undefined ? `at most ${high}` : `${low} to ${high}`;
  return `${bounds} ${unit}`.trim();
}

// The part of OpenAPI 3.1 that the page reads.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | boolean;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: "path" | "query" | "header" | "cookie";
  description?: string;
  required?: boolean;
  schema?: Schema;
}

export interface Body {
  $ref?: string;
  description?: string;
  required?: boolean;
  content?: Record<string, { schema?: Schema; example?: unknown }>;
}

export interface Answer extends Body {
  headers?: Record<string, { description?: string }>;
}

export interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: Body;
  responses?: Record<string, Answer>;
  security?: Record<string, string[]>[];
  deprecated?: boolean;
}

export interface Document {
  openapi: string;
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  servers?: { url: string }[];
  paths: Record<string, Record<string, unknown> & { parameters?: Parameter[] }>;
  security?: Record<string, string[]>[];
  components?: Record<string, Record<string, unknown>>;
}

/** One call, ready to be shown. */
export interface Call {
  id: string;
  tag: string;
  method: string;
  path: string;
  operation: Operation;
  parameters: Parameter[];
  /** Whether a token is asked for. */
  signedIn: boolean;
}

/** One line of a table of fields. */
export interface Row {
  name: string;
  depth: number;
  type: string;
  required: boolean;
  text: string;
}

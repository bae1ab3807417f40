/** The shape of the document: which fields a part has, of which kind, within which bounds. Made from the schema. */

import { isObject } from "./raw";
import raw from "./shape.json";
import type { Json, JsonObject } from "./types";

export interface Field {
  type: "text" | "address" | "prefix" | "integer" | "number" | "flag" | "choice" | "list" | "map" | "part" | "any";
  required?: boolean;
  nullable?: boolean;
  default?: Json;
  choices?: (string | number)[];
  item?: Field;
  model?: string;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  min?: number;
  max?: number;
}

const MODELS = raw.models as unknown as Record<string, Record<string, Field>>;

/** Collections of the topology and the model of their entries. */
export const COLLECTIONS = raw.collections as Record<string, string>;

/** Fields of the scenario itself, and everything that the topology holds. */
export const SCENARIO_FIELDS: readonly string[] = raw.scenario;
export const TOPOLOGY: readonly string[] = raw.topology;

/** Every model of the document. */
export function models(): string[] {
  return Object.keys(MODELS);
}

/** Return the fields of a model in the order of the schema. */
export function fieldsOf(model: string): [string, Field][] {
  return Object.entries(MODELS[model] ?? {});
}

/** Return a part with every default of its model; what is required and missing stays out. */
export function withDefaults(model: string, part: JsonObject): JsonObject {
  const full: JsonObject = {};
  for (const [key, field] of fieldsOf(model)) {
    const value = part[key];
    if (value !== undefined) full[key] = nested(field, value);
    else if (field.default !== undefined) full[key] = structuredClone(field.default);
    else if (field.type === "map") full[key] = {};
    else if (field.type === "part" && !field.nullable && field.model) full[key] = withDefaults(field.model, {});
    else if (field.nullable) full[key] = null;
  }
  return full;
}

function nested(field: Field, value: Json): Json {
  if (!field.model || !isObject(value)) return value;
  if (field.type === "part") return withDefaults(field.model, value);
  const model = field.model;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, isObject(part) ? withDefaults(model, part) : part]));
}

/** Return the model and the field at a path such as `vms/fw1/guest/routes/r1`; null where the shape has none. */
export function modelAt(path: string): string | null {
  const keys = path.split("/");
  let model: string | null = COLLECTIONS[keys[0] ?? ""] ?? null;
  for (let index = 2; index < keys.length && model; index += 1) {
    const field: Field | undefined = MODELS[model]?.[keys[index] ?? ""];
    if (!field?.model) return null;
    model = field.model;
    if (field.type === "map") index += 1;
  }
  return model;
}

export interface Found {
  /** Path of the part below the topology. */
  path: string;
  model: string;
  part: JsonObject;
}

/** Return every part of the topology with its model, resources before what is inside them. */
export function parts(document: unknown): Found[] {
  const topology = isObject(document) && isObject(document.topology) ? document.topology : {};
  const found: Found[] = [];
  for (const [collection, model] of Object.entries(COLLECTIONS)) {
    const entries = topology[collection];
    if (!isObject(entries)) continue;
    for (const [id, part] of Object.entries(entries)) if (isObject(part)) visit(`${collection}/${id}`, model, part, found);
  }
  return found;
}

/** Add a part and all inside it. */
export function visit(path: string, model: string, part: JsonObject, found: Found[]): void {
  found.push({ path, model, part });
  for (const [key, field] of fieldsOf(model)) {
    const value = part[key];
    if (!field.model || !isObject(value)) continue;
    if (field.type === "part") visit(`${path}/${key}`, field.model, value, found);
    if (field.type === "map") for (const [id, inner] of Object.entries(value)) if (isObject(inner)) visit(`${path}/${key}/${id}`, field.model, inner, found);
  }
}

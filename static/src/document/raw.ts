/** Reading plain JSON that may be broken: nothing here throws, what is missing or odd is left out. */

import type { Json, JsonObject } from "./types";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return a collection of the topology as pairs of id and object, sorted by nothing: document order. */
export function entries(document: unknown, collection: string): readonly [string, JsonObject][] {
  const topology = isObject(document) ? document.topology : null;
  return children(isObject(topology) ? topology[collection] : null);
}

/** Pairs by the map they are of: nobody changes a document, and an edit shares what it leaves as it was. */
const known = new WeakMap<JsonObject, readonly [string, JsonObject][]>();

/** Return a map of parts as pairs; what is no object is left out. */
export function children(value: unknown): readonly [string, JsonObject][] {
  if (!isObject(value)) return [];
  const found = known.get(value) ?? Object.entries(value).filter((pair): pair is [string, JsonObject] => isObject(pair[1]));
  known.set(value, found);
  return found;
}

export function text(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : fallback;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** Collections that lie beside the topology, not in it: what is told of the network, not the network itself. */
export const BESIDE: ReadonlySet<string> = new Set(["notes", "traffic", "faults", "controllers"]);

/** Return the part at a path such as `nics/fw1` or `load_balancers/ilb/rules/all`; null when there is none. */
export function at(document: unknown, path: string): Json | null {
  const beside = BESIDE.has(path.split("/")[0] ?? "");
  let value: unknown = !isObject(document) ? null : beside ? document : document.topology;
  for (const key of path.split("/")) {
    if (Array.isArray(value)) value = (value as unknown[])[Number(key)];
    else if (isObject(value)) value = value[key];
    else return null;
  }
  return (value ?? null) as Json | null;
}

/** Values by what they mean: databases keep the keys of a document in different orders. */

import { isObject } from "./raw";
import type { Json, JsonObject } from "./types";

/** Whether two values mean the same; a field that is left out equals null. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, index) => same(value, b[index]));
  if (isObject(a)) return isObject(b) && sameFields(a, b);
  return (a ?? null) === (b ?? null);
}

function sameFields(a: JsonObject, b: JsonObject): boolean {
  for (const key of Object.keys(a)) if (!same(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (!(key in a) && b[key] !== null) return false;
  return true;
}

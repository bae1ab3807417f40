/** Values by what they mean: databases keep the keys of a document in different orders. */

import { isObject } from "./raw";
import type { Json } from "./types";

/** Return a text that two values share exactly when they mean the same; a field that is left out equals null. */
export function stable(value: Json | undefined): string {
  if (isObject(value)) return `{${Object.keys(value).sort().filter((key) => value[key] !== null).map((key) => `${JSON.stringify(key)}:${stable(value[key])}`).join()}}`;
  return Array.isArray(value) ? `[${value.map(stable).join()}]` : JSON.stringify(value ?? null);
}

/** Whether two values mean the same. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  return stable(a) === stable(b);
}

/** JSON Patch on plain documents: apply, and the patch that takes it back. */

import { same } from "./same";
import type { Json, JsonObject, Operation } from "./types";

function parts(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function holder(document: Json, keys: string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const key of keys) value = child(value, key);
  return value;
}

function child(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  if (typeof value === "object" && value !== null) return value[key];
  return undefined;
}

/** Return the value at a pointer; undefined where there is none. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  return holder(document, parts(pointer));
}

/**
 * Return the document with one operation done; an operation that does not fit changes nothing. Only what lies on
 * the way to the place is copied: the rest is shared with the old document, which nobody changes.
 */
function done(document: Json, operation: Operation): Json {
  const keys = parts(operation.path);
  return keys.length === 0 ? document : at(document, keys, operation);
}

function at(value: Json, keys: string[], operation: Operation): Json {
  const [key = "", ...rest] = keys;
  if (typeof value !== "object" || value === null) return value;
  if (rest.length > 0) {
    const inner = child(value, key);
    if (inner === undefined) return value;
    const changed = at(inner, rest, operation);
    if (changed === inner) return value;
    return Array.isArray(value) ? value.map((entry, index) => (index === Number(key) ? changed : entry)) : { ...value, [key]: changed };
  }
  if (Array.isArray(value)) {
    const copy = [...value];
    const index = key === "-" ? copy.length : Number(key);
    if (operation.op === "remove") copy.splice(index, 1);
    else copy.splice(index, operation.op === "replace" ? 1 : 0, operation.value ?? null);
    return copy;
  }
  if (operation.op !== "remove") return { ...value, [key]: operation.value ?? null };
  if (!(key in value)) return value;
  const copy = { ...value };
  Reflect.deleteProperty(copy, key);
  return copy;
}

/** Return the patch that takes a patch back, made on the document as it was before. */
export function inverse(document: Json, patch: readonly Operation[]): Operation[] {
  const back: Operation[] = [];
  let here = document;
  for (const operation of patch) {
    const old = valueAt(here, operation.path);
    const intoList = Array.isArray(holder(here, parts(operation.path).slice(0, -1)));
    const path = operation.path.endsWith("/-") ? operation.path.slice(0, -1) + String((holder(here, parts(operation.path).slice(0, -1)) as Json[]).length) : operation.path;
    if (operation.op === "remove") {
      if (old !== undefined) back.unshift({ op: "add", path, value: old });
    } else if (old === undefined || (operation.op === "add" && intoList)) back.unshift({ op: "remove", path });
    else back.unshift({ op: "replace", path, value: old });
    here = done(here, operation);
  }
  return back;
}

/** Return the document with a patch applied. */
export function applied(document: Json, patch: readonly Operation[]): Json {
  return patch.reduce((here, operation) => done(here, operation), document);
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As many operations as the server takes in one patch. */
const MOST = 2000;

/**
 * Return a patch that makes one document the other: the smallest that the server takes. It touches nothing that is
 * the same in both, so that what somebody else changes there meanwhile stays. Lists are replaced whole.
 */
export function between(from: JsonObject, to: JsonObject): Operation[] {
  const patches = [Infinity, 3, 2].map((levels) => deeper(from, to, "", levels));
  return patches.find((patch) => patch.length <= MOST) ?? deeper(from, to, "", 1);
}

function deeper(from: JsonObject, to: JsonObject, pointer: string, levels: number): Operation[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key): Operation[] => {
    const path = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const [old, now] = [from[key], to[key]];
    if (now === undefined) return [{ op: "remove", path }];
    if (old === undefined) return [{ op: "add", path, value: now }];
    if (levels > 1 && isMap(old) && isMap(now)) return deeper(old, now, path, levels - 1);
    return same(old, now) ? [] : [{ op: "replace", path, value: now }];
  });
}

/** What lies between two versions of a drawing: the edits of an event, and the patch that leads back. Knows no DOM. */

import { isObject } from "./raw";
import { same } from "./same";
import type { Json, JsonObject, Operation } from "./types";

/** One change of the drawing as an event has it; null removes what is there. */
export type EditOf = { pointer: string; value: Json };

/** What an event may change (the engine's rule for the edits of a fault). */
const EVENTFUL = ["topology", "traffic"];
/** What is put back with it: new things bring their places. */
const PUT_BACK = [...EVENTFUL, "layout"];

/** Return the edits that make the later drawing of the earlier one; a list is one value. */
export function editsBetween(before: JsonObject, after: JsonObject): EditOf[] {
  return EVENTFUL.flatMap((part) => differences(before[part] ?? {}, after[part] ?? {}, `/${part}`));
}

/** Return the patch that puts the earlier drawing back in place of the later one. */
export function backTo(before: JsonObject, after: JsonObject): Operation[] {
  return PUT_BACK.flatMap((part) => {
    if (after[part] === undefined) return before[part] === undefined ? [] : [{ op: "add" as const, path: `/${part}`, value: before[part] }];
    if (before[part] === undefined) return [{ op: "remove" as const, path: `/${part}` }];
    return operations(after[part], before[part], `/${part}`);
  });
}

function differences(before: Json | undefined, after: Json | undefined, pointer: string): EditOf[] {
  if (isObject(before) && isObject(after)) return keys(before, after).flatMap((key) => differences(before[key], after[key], below(pointer, key)));
  return same(before, after) ? [] : [{ pointer, value: after ?? null }];
}

function operations(from: Json | undefined, to: Json | undefined, path: string): Operation[] {
  if (isObject(from) && isObject(to)) return keys(from, to).flatMap((key) => operations(from[key], to[key], below(path, key)));
  if (to === undefined) return [{ op: "remove", path }];
  if (from === undefined) return [{ op: "add", path, value: to }];
  return same(from, to) ? [] : [{ op: "replace", path, value: to }];
}

function keys(one: JsonObject, other: JsonObject): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
}

function below(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Two people at one place: what of an edit meets a change of somebody else. Pure. */

import { layoutPointer, pointerOf } from "./edits/draft";
import { valueAt } from "./patch";
import { isObject } from "./raw";
import { uses } from "./references";
import { same } from "./same";
import type { Conflict, Gone } from "./store";
import type { JsonObject, Operation } from "./types";

/** Return the places where theirs differs from what the edit was made on, and from what the edit makes of it. */
export function conflictsOf(patch: readonly Operation[], before: JsonObject, theirs: JsonObject): Conflict[] {
  return patch.flatMap((operation) => {
    const [old, now] = [valueAt(before, operation.path), valueAt(theirs, operation.path)];
    const mine = operation.op === "remove" ? undefined : operation.value;
    // Where a thing stands on the drawing is not worth a question.
    if (operation.path.startsWith("/layout/") || same(old, now) || same(now, mine)) return [];
    return [{ pointer: operation.path, mine, theirs: now }];
  });
}

/** Return the operations whose place is still there; the others meet something that was deleted. */
export function fitting(patch: readonly Operation[], theirs: JsonObject): Operation[] {
  return patch.filter((operation) => {
    const home = operation.path.slice(0, operation.path.lastIndexOf("/"));
    const there = valueAt(theirs, home);
    if (there === undefined || there === null) return patch.some((other) => other !== operation && other.op === "add" && (home === other.path || home.startsWith(`${other.path}/`)));
    return operation.op === "add" || valueAt(theirs, operation.path) !== undefined;
  });
}

/** Whether a document says already what an operation would make it say. */
export function isDone(operation: Operation, document: JsonObject): boolean {
  const home = valueAt(document, operation.path.slice(0, operation.path.lastIndexOf("/")));
  if (operation.op === "remove" || Array.isArray(home)) return false;
  const now = valueAt(document, operation.path);
  return now !== undefined && same(now, operation.value);
}

/** Return the edit that takes theirs after all. */
export function takeTheirs({ pointer, theirs }: Conflict): Operation[] {
  return theirs === undefined ? [{ op: "remove", path: pointer }] : [{ op: "add", path: pointer, value: theirs }];
}

/** Return what is gone at a place of ours, and what brings it back. */
export function goneAt(pointer: string, mine: JsonObject, theirs: JsonObject): Gone {
  const keys = pointer.split("/");
  const upTo = (end: number): string => keys.slice(0, end).join("/");
  let end = 2;
  while (end < keys.length && (valueAt(theirs, upTo(end)) ?? null) !== null) end += 1;
  const gone = upTo(end);
  const value = valueAt(mine, gone);
  // An entry of a list has no name to come back under.
  if (value === undefined || !isObject(valueAt(theirs, upTo(end - 1)))) return { pointer: gone, back: [] };
  if (keys[1] !== "topology" || end !== 4) return { pointer: gone, back: [{ op: "add", path: gone, value }] };
  return { pointer: gone, back: wentAlong(gone, mine, theirs).flatMap((path) => bringing(path, mine, theirs)) };
}

/** A resource comes back with those that went along with it: a VM without its NICs would be another one. */
function wentAlong(gone: string, mine: JsonObject, theirs: JsonObject): string[] {
  const resource = (path: string): string => path.split("/").slice(0, 2).join("/");
  const missing = (path: string): boolean => valueAt(mine, pointerOf(path)) !== undefined && valueAt(theirs, pointerOf(path)) === undefined;
  const pairs = uses(mine).map(({ holder, names }) => [resource(holder.path), resource(names)]).filter((pair) => pair.every(missing));
  const along = new Set([gone.split("/").slice(2).join("/")]);
  for (let before = -1; before !== along.size; ) {
    before = along.size;
    for (const pair of pairs) if (pair.some((one) => along.has(one))) pair.forEach((one) => along.add(one));
  }
  return [...along];
}

function bringing(path: string, mine: JsonObject, theirs: JsonObject): Operation[] {
  const spot = isObject(theirs.layout) && isObject(mine.layout) ? mine.layout[path] : undefined;
  const place: Operation[] = spot === undefined ? [] : [{ op: "add", path: layoutPointer(path), value: spot }];
  return [{ op: "add", path: pointerOf(path), value: valueAt(mine, pointerOf(path)) ?? null }, ...place];
}

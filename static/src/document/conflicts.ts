/** Two people at one place: what of an edit meets a change of somebody else. Pure. */

import { valueAt } from "./patch";
import { same } from "./same";
import type { Conflict } from "./store";
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

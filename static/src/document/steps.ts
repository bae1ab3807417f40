/** An edit as plain data, so that it can be kept: the way there, and the way back. Pure. */

import { layoutPointer } from "./edits/draft";
import { applied } from "./patch";
import type { Json, JsonObject, Operation } from "./types";

export interface Spot {
  path: string;
  /** Null: no place of its own. */
  spot: Json;
}

/** A patch; or places of things, whose patch hangs on what is placed already. */
export type Step = { patch: Operation[] } | { spots: Spot[] };

export interface TwoWay {
  there: Step;
  back: Step;
}

/** Return the patch that makes a step on a document. */
export function patchOf(step: Step, document: JsonObject): Operation[] {
  return "patch" in step ? step.patch : placing(step.spots, document);
}

/** Return the document after a step. */
export function after(step: Step, document: JsonObject): JsonObject {
  return applied(document, patchOf(step, document)) as JsonObject;
}

function placing(spots: readonly Spot[], document: JsonObject): Operation[] {
  let layout = document.layout as JsonObject | undefined;
  return spots.flatMap(({ path, spot }): Operation[] => {
    const pointer = layoutPointer(path);
    if (spot === null) return layout?.[path] === undefined ? [] : [{ op: "remove", path: pointer }];
    const first: Operation[] = layout === undefined ? [{ op: "add", path: "/layout", value: {} }] : [];
    layout ??= {};
    return [...first, { op: "add", path: pointer, value: spot }];
  });
}

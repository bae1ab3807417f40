/** The edits of the drawing that are being recorded as an event. It outlives the form: people look elsewhere meanwhile. */

import { useSyncExternalStore } from "react";

import { type EditOf, backTo, editsBetween } from "../../document/between";
import { workbench } from "../../document/store";
import type { JsonObject } from "../../document/types";
import { change } from "../edits";
import type { Draft } from "./faultFields";

export interface Recording {
  /** The drawing as it was when the recording began. */
  before: JsonObject;
  /** What was written in the form of the fault, and the fault's id once it is in the drawing. */
  draft: Draft;
  id: string | null;
}

let recording: Recording | null = null;
const listeners = new Set<() => void>();

function put(next: Recording | null): void {
  recording = next;
  for (const listener of listeners) listener();
}

export function useRecording(): Recording | null {
  return useSyncExternalStore(subscribe, () => recording);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function record(draft: Draft, id: string | null): void {
  put({ before: workbench().document, draft, id });
}

/** Return what was changed since the recording began. */
export function recorded(document: JsonObject): EditOf[] {
  return recording ? editsBetween(recording.before, document) : [];
}

/** End the recording and put the drawing back as it was; return the edits that were recorded. */
export function endRecording(): EditOf[] {
  const document = workbench().document;
  const edits = recorded(document);
  const back = recording ? backTo(recording.before, document) : [];
  put(null);
  if (back.length > 0) change(back);
  return edits;
}

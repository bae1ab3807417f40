/** An edit that was applied to mend a packet: how it fared before, and the trace that says how it fares after. */

import { useSyncExternalStore } from "react";

import { type Difference, differences, marksOf } from "../../document/diff";
import { applied } from "../../document/patch";
import { update, workbench } from "../../document/store";
import type { JsonObject, Operation, Verdict } from "../../document/types";
import { start } from "../../protocol/followed";
import { type Token, change, isLast, undo } from "../edits";

export interface Fix {
  sentence: string;
  patch: Operation[];
}

export interface Mending {
  packet: JsonObject;
  sentence: string;
  before: Verdict;
  /** Revision that the packet was asked of before the edit. */
  revision: number;
  changes: Difference[];
  token: Token;
}

let mending: Mending | null = null;
const listeners = new Set<() => void>();

function put(next: Mending | null): void {
  mending = next;
  for (const listener of listeners) listener();
}

export function useMending(): Mending | null {
  return useSyncExternalStore(subscribe, () => mending);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What a patch would change in the drawing as it is, in words. */
export function changesOf(patch: readonly Operation[]): Difference[] {
  const { document } = workbench();
  return differences(document, applied(document, patch) as JsonObject);
}

/** Apply an edit, mark what it changed, and ask for the packet again. */
export function mend(packet: JsonObject, before: Verdict, fix: Fix): void {
  const changes = changesOf(fix.patch);
  const { revision } = workbench();
  const token = change(fix.patch);
  put({ packet, sentence: fix.sentence, before, revision, changes, token });
  update({ compared: marksOf(changes, workbench().document) });
  void start("trace", packet);
}

/** Whether the edit is the last one, so that it can be taken back by itself. */
export function canTakeBack(): boolean {
  return mending !== null && isLast(mending.token);
}

/** Take the edit back and ask for the packet once more. */
export function takeBack(): void {
  if (!mending || !canTakeBack()) return;
  const { packet } = mending;
  forgetMending();
  undo();
  void start("trace", packet);
}

/** Leave the edit as it is and say no more of it. */
export function forgetMending(): void {
  put(null);
  update({ compared: null });
}

/** What is being typed into a field and not kept yet, so that others can show what would follow from it. */

import { useSyncExternalStore } from "react";

import type { Json } from "./types";

export interface Typing {
  /** Place in the document. */
  pointer: string;
  /** What it would be; undefined while what is typed cannot be read. */
  value: Json | undefined;
}

let now: Typing | null = null;
const listeners = new Set<() => void>();

/** Say what is typed; null: nothing, or what is kept already. */
export function sayTyping(next: Typing | null): void {
  if (JSON.stringify(next) === JSON.stringify(now) && (next === null) === (now === null)) return;
  now = next;
  for (const listener of listeners) listener();
}

/** Forget what was typed at a place: its field is left. */
export function forgetTyping(pointer: string): void {
  if (now?.pointer === pointer) sayTyping(null);
}

export function useTyping(): Typing | null {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

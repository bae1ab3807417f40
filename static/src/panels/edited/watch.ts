/** Watches the revisions of the page: after an edit that may touch forwarding it asks, in the background, what it did. */

import { useSyncExternalStore } from "react";

import { type Watched, keyOf, tells, watched } from "../../document/edited";
import { workbench } from "../../document/store";
import { cancel, followedNow, isLive, start } from "../../protocol/followed";
import type { ScenarioAnswer } from "../../protocol/api";

/** Edits that follow one another this quickly are told of together. */
export const PAUSE_MS = 1200;

interface Watching {
  watch: Watched | null;
  /** Id of the run that says what the last edit did. */
  run: string | null;
}

let watching: Watching = { watch: null, run: null };
let timer = 0;
const listeners = new Set<() => void>();

function put(change: Partial<Watching>): void {
  watching = { ...watching, ...change };
  for (const listener of listeners) listener();
}

/** The revisions as they are now, for those who do not show them. */
export function watchedNow(): Watched | null {
  return watching.watch;
}

/** Hear of new revisions, without showing them. */
export function onWatched(listener: () => void): () => void {
  return subscribe(listener);
}

export function useWatched(): Watching {
  return useSyncExternalStore(subscribe, () => watching);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Take in what the server answered. */
export function notice({ revision, document, runnable }: ScenarioAnswer): void {
  const watch = watched(watching.watch, { revision, runnable, key: keyOf(document) });
  put({ watch });
  window.clearTimeout(timer);
  if (workbench().can.run && workbench().withheld.length === 0 && tells(watch)) timer = window.setTimeout(() => void ask(), PAUSE_MS);
}

async function ask(): Promise<void> {
  const { watch, run: id } = watching;
  if (!watch?.base || !tells(watch)) return;
  const before = followedNow("difference");
  // An edit whose answer nobody has seen is told of together with this one.
  const unseen = isLive(before) && before.run?.id === id ? Number(before.run?.parameters.before) : watch.base.revision;
  put({ watch: { ...watch, base: watch.newest } });
  if (isLive(before)) await cancel("difference");
  const run = await start("difference", { before: unseen }, { revision: watch.newest.revision, background: true });
  put({ run: run?.id ?? null });
}

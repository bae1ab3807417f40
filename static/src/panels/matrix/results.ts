/** The last two matrices whose numbers the page has read: the one that is shown, and the one it is compared with. */

import { useEffect, useSyncExternalStore } from "react";

import { holds } from "../../document/edited";
import type { JsonObject, Run } from "../../document/types";
import { api } from "../../protocol/api";
import { type Followed, cancel, followedNow, isLive, start, words } from "../../protocol/followed";
import { watchedNow } from "../edited/watch";
import { type Matrix, matrixOf } from "./cells";

export interface Result {
  run: Run;
  matrix: Matrix;
  /** Whether it follows the drawing; one of an older drawing, opened from the list of runs, stays as it is. */
  follows: boolean;
}

interface Results {
  shown: Result | null;
  before: Result | null;
  error: string | null;
}

let results: Results = { shown: null, before: null, error: null };
/** The run whose numbers are being read, or were. */
let reading: string | null = null;
/** Runs that this page asked for. */
const asked = new Set<string>();
const listeners = new Set<() => void>();

function put(change: Partial<Results>): void {
  results = { ...results, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Return what was read; the numbers of a run are read once it has succeeded. */
export function useResults({ run }: Followed): Results {
  useEffect(() => {
    if (run?.state === "succeeded" && reading !== run.id) void read(run);
  }, [run]);
  return useSyncExternalStore(subscribe, () => results);
}

async function read(run: Run): Promise<void> {
  reading = run.id;
  try {
    const matrix = matrixOf(await api.columns(run.id));
    if (reading !== run.id) return; // another one was opened meanwhile
    if (!matrix) throw new Error("The run has no numbers.");
    const follows = asked.has(run.id) || holds(watchedNow(), run.revision);
    put({ shown: { run, matrix, follows }, before: results.shown, error: null });
  } catch (error) {
    reading = null;
    put({ error: words(error) });
  }
}

/** Ask who reaches whom now, in place of what is being asked. */
export async function ask(parameters: JsonObject, background = false): Promise<Run | null> {
  if (isLive(followedNow("matrix"))) await cancel("matrix");
  const run = await start("matrix", parameters, { background });
  if (run) asked.add(run.id);
  return run;
}

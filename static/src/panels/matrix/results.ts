/** The last two matrices whose numbers the page has read: the one that is shown, and the one it is compared with. */

import { useEffect, useSyncExternalStore } from "react";

import { type Matrix, matrixOf } from "./cells";
import type { Run } from "../../document/types";
import { api } from "../../protocol/api";
import { type Followed, words } from "../../protocol/followed";

export interface Result {
  run: Run;
  matrix: Matrix;
}

interface Results {
  shown: Result | null;
  before: Result | null;
  error: string | null;
}

let results: Results = { shown: null, before: null, error: null };
/** The run whose numbers are being read, or were. */
let reading: string | null = null;
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
    put({ shown: { run, matrix }, before: results.shown, error: null });
  } catch (error) {
    reading = null;
    put({ error: words(error) });
  }
}

/**
 * The last two matrices whose numbers the page has read: the one that is shown, and the one it is compared with. They
 * follow the drawing also while nobody looks: the answer is there when somebody does.
 */

import { useSyncExternalStore } from "react";

import { holds, touches } from "../../document/edited";
import { text } from "../../document/raw";
import { workbench } from "../../document/store";
import { firstFlow } from "../../document/traffic";
import type { JsonObject, Operation, Run } from "../../document/types";
import { api } from "../../protocol/api";
import { decodeText } from "../../protocol/columns";
import { cancel, follow, followedNow, isLive, onFollowed, start, words } from "../../protocol/followed";
import { onWatched, watchedNow } from "../edited/watch";
import { type Matrix, changesIn, matrixOf } from "./cells";

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
  /** What was shown when somebody last looked. */
  seen: Result | null;
}

let results: Results = { shown: null, before: null, error: null, seen: null };
/** The run whose numbers are being read, or were. */
let reading: string | null = null;
/** Protocols with ports. */
export const PORTED: ReadonlySet<string> = new Set(["tcp", "udp"]);

/** The revision that was asked about last without an edit of this page. */
let tried = 0;
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

export function useResults(): Results {
  return useSyncExternalStore(subscribe, () => results);
}

/** Read the numbers of every matrix that the page follows, and keep up with the drawing. */
export function watchMatrix(): void {
  onFollowed(() => {
    const { run } = followedNow("matrix");
    if (run?.state === "succeeded" && reading !== run.id) void read(run);
  });
  onWatched(keepUp);
  document.addEventListener("visibilitychange", keepUp);
}

/** Ask again where the drawing forwards otherwise than what was asked, and no edit of this page has asked already. */
function keepUp(): void {
  const watch = watchedNow();
  const { run, starting } = followedNow("matrix");
  const { shown } = results;
  if (!workbench().can.run || document.hidden || shown?.follows === false || !watch?.newest.runnable) return;
  if (starting || tried === watch.newest.revision || holds(watch, run?.revision) || holds(watch, shown?.run.revision)) return;
  if (!shown && !run) return; // nobody has asked yet, and nobody has edited
  tried = watch.newest.revision;
  void ask(askedBefore(), true);
}

/** Take note that somebody looks at what is shown. */
export function look(): void {
  if (results.seen !== results.shown) put({ seen: results.shown });
}

/** How many pairs of classes fare otherwise, by any port, than when somebody last looked. */
export function unseenIn({ shown, seen }: Pick<Results, "shown" | "seen">): number {
  if (!shown || !seen || shown === seen || shown.matrix.protocol !== seen.matrix.protocol) return 0;
  const pairs = shown.matrix.ports.flatMap((port) => {
    const was = seen.matrix.ports.find((one) => one.port === port.port);
    return was ? [...changesIn(shown.matrix, port, seen.matrix, was)] : [];
  });
  return new Set(pairs).size;
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
  // One in the background takes the place of those before it by itself.
  if (!background && isLive(followedNow("matrix"))) await cancel("matrix");
  const run = await start("matrix", parameters, { background });
  if (run) asked.add(run.id);
  return run;
}

/** What shall be asked together with some edits: nothing while nobody can see the page, or where it forwards as before. */
export function askedWith(patches: readonly Operation[][]): JsonObject | null {
  if (!workbench().can.run || document.hidden || results.shown?.follows === false || !patches.some(touches)) return null;
  return askedBefore();
}

function askedBefore(): JsonObject {
  const { protocol, ports } = results.shown?.run.parameters ?? followedNow("matrix").run?.parameters ?? usual();
  return { protocol: protocol ?? "tcp", ports: PORTED.has(String(protocol)) ? (ports ?? null) : null };
}

/** What is asked where nobody has chosen: what the drawing's traffic wants. */
export function usual(): JsonObject {
  const flow = firstFlow(workbench().document.traffic)?.flow;
  const protocol = text(flow?.protocol, "tcp");
  return { protocol, ports: PORTED.has(protocol) ? [typeof flow?.destination_port === "number" ? flow.destination_port : 443] : null };
}

/** Follow a matrix that was asked together with an edit; of a small drawing its columns have come along. */
export function adopt(run: Run, columns: string | null): void {
  asked.add(run.id);
  const matrix = columns === null ? null : matrixOf(decodeText(columns));
  if (matrix) {
    reading = run.id;
    put({ shown: { run, matrix, follows: true }, before: results.shown, error: null });
  }
  follow(run);
}

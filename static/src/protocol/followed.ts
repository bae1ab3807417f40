/** The runs the page follows: one of each kind, with all events so far. Parts subscribe to the kind they show. */

import { useSyncExternalStore } from "react";

import { t } from "../document/text";
import type { JsonObject, Run, RunEvent, RunKind } from "../document/types";
import { ApiError, type Asking, api } from "./api";
import { RunSocket } from "./runSocket";

export interface Followed {
  run: Run | null;
  id: string | null;
  events: RunEvent[];
  /** The live connection is lost and is being opened again. */
  lost: boolean;
  starting: boolean;
  error: string | null;
}

const NOTHING: Followed = { run: null, id: null, events: [], lost: false, starting: false, error: null };
const followed = new Map<RunKind, Followed>();
const sockets = new Map<RunKind, RunSocket>();
const listeners = new Set<() => void>();

function put(kind: RunKind, change: Partial<Followed>): void {
  followed.set(kind, { ...(followed.get(kind) ?? NOTHING), ...change });
  for (const listener of listeners) listener();
}

export function useFollowed(kind: RunKind): Followed {
  return useSyncExternalStore(subscribe, () => followed.get(kind) ?? NOTHING);
}

/** What is followed of a kind now, for those who do not show it. */
export function followedNow(kind: RunKind): Followed {
  return followed.get(kind) ?? NOTHING;
}

/** Hear of everything that is followed, without showing it. */
export function onFollowed(listener: () => void): () => void {
  return subscribe(listener);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let saved: () => Promise<void> = () => Promise.resolve();
let shown: (revision: number | null) => Promise<void> = () => Promise.resolve();

/**
 * Give what runs of the newest revision wait for: the edits that the page shows and the server lacks; and, before their
 * answers are shown, that the page shows the revision they are of. Null: the newest, where a run was refused.
 */
export function runsWaitFor(edits: () => Promise<void>, drawing: (revision: number | null) => Promise<void>): void {
  saved = edits;
  shown = drawing;
}

/** Start a run, of the newest revision where none is named, and follow it. */
export async function start(kind: RunKind, parameters: JsonObject, asking: Asking = {}): Promise<Run | null> {
  put(kind, { ...NOTHING, starting: true });
  sockets.get(kind)?.close();
  try {
    if (asking.revision === undefined) await saved();
    const run = await api.startRun(kind, parameters, asking);
    if (asking.revision === undefined) await shown(run.revision);
    follow(run);
    return run;
  } catch (error) {
    // It may be asked of something that is no longer there.
    if (asking.revision === undefined && error instanceof ApiError && error.status >= 400 && error.status < 500) await shown(null);
    put(kind, { starting: false, error: words(error) });
    return null;
  }
}

/** Follow a run from its first event on. */
export function follow(run: Run): void {
  sockets.get(run.kind)?.close();
  put(run.kind, { ...NOTHING, run, id: run.id });
  const current = (): boolean => followed.get(run.kind)?.id === run.id;
  const socket = new RunSocket(api.runAddresses(run.id), {
    events: (events) => {
      if (!current()) return;
      const before = followed.get(run.kind) ?? NOTHING;
      const last = events.find((event) => event.event === "run.finished");
      const ended = last && before.run ? { run: { ...before.run, state: last.state as Run["state"], reason: String(last.reason ?? "") } } : {};
      put(run.kind, { events: [...before.events, ...events], ...ended });
    },
    run: (news) => {
      if (current()) put(run.kind, { run: { ...run, ...news } });
    },
    lost: (lost) => {
      if (current()) put(run.kind, { lost });
    },
    gone: () => {
      if (current()) put(run.kind, { error: t("This run cannot be read any more.") });
    },
  });
  sockets.set(run.kind, socket);
  socket.open();
}

/** Forget why the last run could not begin or failed: the question is being changed. */
export function quiet(kind: RunKind): void {
  const one = followed.get(kind);
  if (one?.error) put(kind, { error: null });
  if (one?.run?.state === "failed" || one?.run?.state === "cancelled") forget(kind);
}

/** Follow no run of a kind any more. */
export function forget(kind: RunKind): void {
  sockets.get(kind)?.close();
  sockets.delete(kind);
  put(kind, NOTHING);
}

/** Ask a run to stop; it says so itself when it has. */
export async function cancel(kind: RunKind): Promise<void> {
  const id = followed.get(kind)?.id;
  if (!id) return;
  try {
    await api.cancelRun(id);
  } catch (error) {
    put(kind, { error: words(error) });
  }
}

/** True while events may still come. */
export function isLive(one: Followed): boolean {
  return one.starting || one.run?.state === "queued" || one.run?.state === "running";
}

export function words(error: unknown): string {
  if (error instanceof ApiError) return error.hint ? `${error.message} ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}

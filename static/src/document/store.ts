/** The state the page's parts share. One object, replaced whole; parts subscribe to what they read. */

import { useSyncExternalStore } from "react";

import { type Drawing, drawing } from "./drawing";
import { type Asked, NOT_ASKED } from "./packet";
import type { Can, Direction, Json, JsonObject, Lesson, Operation, Problem, User, Withheld } from "./types";

export type Tone = "active" | "delivered" | "dropped" | "looped" | "ambiguous" | "not modelled" | "parting" | "down" | "out";
export type Dock = "trace" | "compare" | "failover" | "matrix" | "edits" | "runs";
export type Saved = "saved" | "saving" | "waiting" | "signed out" | "deleted" | "failed" | "stale";

export type Change = "added" | "removed" | "changed";

export interface Conflict {
  pointer: string;
  /** Absent where it was or is deleted. */
  mine: Json | undefined;
  theirs: Json | undefined;
  /** What somebody deleted, and our edit with it. */
  gone?: Gone;
}

export interface Gone {
  pointer: string;
  /** What brings it back as we had it, with our edit; empty where nothing does. */
  back: Operation[];
}

export interface Highlight {
  path: string;
  tone: Tone;
}

/** One direction of a packet's way: resources in order, and how many of them have been reached. */
export interface PacketPath {
  direction: Direction;
  /** 1 the request, 2 the answer, 3 packet 3 of a handshake. */
  packet: number;
  points: string[];
  reached: number;
  tone: Tone;
}

export interface Workbench {
  mode: "edit" | "shared";
  id: string | null;
  name: string;
  revision: number;
  document: JsonObject;
  drawing: Drawing;
  problems: Problem[];
  /** The document that the problems are about; what is shown may be ahead of it. */
  judged: JsonObject;
  runnable: boolean;
  can: Can;
  user: User | null;
  exercise: { title: string; url: string } | null;
  /** Predictions that come before the drawing runs. */
  withheld: Withheld[];
  selection: string | null;
  /** Everything that is chosen; the selection is the last of it. */
  chosen: string[];
  /** What a revision changed, by path, while two are compared. */
  compared: Record<string, Change> | null;
  /** Places that somebody else changed at the same time; ours stands until theirs is taken. */
  conflicts: Conflict[];
  /** What an edit did besides what was asked for; shown until it is read. */
  told: string[];
  /** The edit that is told of, which undo would take back; null: nothing was edited. */
  toldOf: object | null;
  /** Counts up when the canvas shall bring the selection into view. */
  focus: number;
  highlights: Highlight[];
  paths: PacketPath[];
  dock: Dock;
  /** Whether a comparison of two profiles shows the drawing twice. */
  split: boolean;
  saved: Saved;
  message: string | null;
  /** Who sends and who shall receive the next trace; empty where nobody was chosen. */
  asked: Asked;
  /** Whether the form of the packet shows what is rarely asked. */
  moreAsked: boolean;
  /** Whether the form of the trace shall send what is asked: somebody wished it elsewhere on the page. */
  sendAsked: boolean;
  /** Whether a prediction is asked for before the next trace. */
  predicting: boolean;
  /** What a packet's way touches, when the canvas shall bring all of it into view. */
  fit: { paths: string[] } | null;
  /** The rule that decided the step shown in the trace, at its NIC; the rules list marks it. */
  decided: { at: string; ref: string }[];
  /** Number of the stop where the tour is; null while nobody takes it. */
  tour: number | null;
  /** The first steps, while this drawing is led by them; null for all others. */
  lesson: Lesson | null;
  /** Id of the fault whose form is open; empty for a new one, null while none is. */
  fault: string | null;
  /** Id of the fact, or of the rule card, whose card is open. */
  card: string | null;
  /** What the reference in the rail shows; null until it was opened. */
  reference: { view: "cards" | "words"; query: string } | null;
}

const NOBODY: Can = { edit: false, run: false, share: false, fork: false };

let state: Workbench = {
  mode: "edit",
  id: null,
  name: "",
  revision: 0,
  document: {},
  drawing: drawing({}),
  problems: [],
  judged: {},
  runnable: false,
  can: NOBODY,
  user: null,
  exercise: null,
  withheld: [],
  selection: null,
  chosen: [],
  compared: null,
  conflicts: [],
  told: [],
  toldOf: null,
  focus: 0,
  highlights: [],
  paths: [],
  dock: "trace",
  split: true,
  saved: "saved",
  message: null,
  asked: NOT_ASKED,
  moreAsked: false,
  sendAsked: false,
  predicting: false,
  fit: null,
  decided: [],
  tour: null,
  lesson: null,
  fault: null,
  card: null,
  reference: null,
};
const listeners = new Set<() => void>();

/** Return the state as it is. */
export function workbench(): Workbench {
  return state;
}

/** Replace some of the state; a new document brings a new drawing. */
export function update(change: Partial<Omit<Workbench, "drawing">>): void {
  const drawn = change.document && change.document !== state.document ? { drawing: drawing(change.document) } : {};
  state = { ...state, ...change, ...drawn, ...agreed(change) };
  for (const listener of listeners) listener();
}

/** Tell something for a while: of an edit, or of what was not done. */
export function tell(told: string[], of: object | null = null): void {
  update({ told, toldOf: of });
}

/** One selection chooses one thing; a choice of several selects the last. */
function agreed(change: Partial<Workbench>): Partial<Workbench> {
  if (change.chosen) return { selection: change.chosen.at(-1) ?? null };
  if (change.selection === undefined || (change.selection !== null && state.chosen.includes(change.selection) && state.chosen.length === 1)) return {};
  return { chosen: change.selection === null ? [] : [change.selection] };
}

/** Choose several things at once. */
export function choose(paths: string[], focus = false): void {
  update(focus ? { chosen: paths, focus: state.focus + 1 } : { chosen: paths });
}

/** Select a resource; `focus` brings it into view. */
export function select(path: string | null, focus = false): void {
  update(focus ? { selection: path, focus: state.focus + 1 } : { selection: path });
}

/** Read a part of the state in a component. The reader must return something that is stable by itself. */
export function useWorkbench<T>(read: (state: Workbench) => T): T {
  return useSyncExternalStore(subscribe, () => read(state));
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

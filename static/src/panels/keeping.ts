/**
 * What the browser keeps of a drawing for the person who drew it: edits the server lacks, and what can be undone.
 * Storage may be closed or full: what is kept then lasts as long as the page.
 */

import { delMany, get, keys, set } from "idb-keyval";

import type { Step, TwoWay } from "../document/steps";
import { workbench } from "../document/store";

/** Undo and redo as they were when the server had the revision. */
export interface Past {
  revision: number;
  done: TwoWay[];
  undone: TwoWay[];
}

const UNSAVED = "unsaved-edits";
const PAST = "past-edits";
/** So many edits can be undone after the page was left; while it is open there is no end. */
const MOST = 1000;

/** Whose drawing this is, and which; null where nothing is kept. */
function whose(): [string, string] | null {
  const { id, user, can } = workbench();
  return id && user && can.edit ? [user.key, id] : null;
}

/** Edits that were made on a revision, or on one another, and that the server lacks. */
export interface Unsaved {
  base: number;
  steps: Step[];
}

export function keepUnsaved({ base, steps }: Unsaved): void {
  const mine = whose();
  if (!mine) return;
  try {
    const name = [UNSAVED, ...mine].join(" ");
    if (steps.length === 0) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ base, steps }));
  } catch {
    // See above.
  }
}

export function unsavedBefore(): Unsaved | null {
  const mine = whose();
  if (!mine) return null;
  try {
    return JSON.parse(localStorage.getItem([UNSAVED, ...mine].join(" ")) ?? "null") as Unsaved | null;
  } catch {
    return null;
  }
}

let writing: Promise<unknown> = Promise.resolve();

/** Keep what can be undone; one after the other, so that the newest is what stays. */
export function keepPast(revision: number, done: readonly TwoWay[], undone: readonly TwoWay[]): Promise<unknown> {
  const mine = whose();
  if (!mine) return writing;
  const past: Past = { revision, done: done.slice(-MOST), undone: undone.slice(-MOST) };
  writing = writing.then(() => set([PAST, ...mine], past)).catch(() => undefined);
  return writing;
}

/** Return what can be undone since an earlier page; what other people left in this browser is thrown away. */
export async function pastBefore(revision: number): Promise<Past | null> {
  const mine = whose();
  if (!mine) return null;
  try {
    const others = (await keys()).filter((key) => Array.isArray(key) && key[0] === PAST && key[1] !== mine[0]);
    if (others.length > 0) await delMany(others);
    const past = await get<Past>([PAST, ...mine]);
    // A drawing that went back in time is another one: its database was made anew.
    return past && past.revision <= revision ? past : null;
  } catch {
    return null;
  }
}

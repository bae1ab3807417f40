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

/** Edits that a page kept under a name; the last time was `at`, and `left` where it said that it closes. */
export interface Kept extends Unsaved {
  name: string;
  at: number;
  left: boolean;
}

/** Two pages of one drawing keep theirs apart. */
const PAGE = Array.from(crypto.getRandomValues(new Uint32Array(3)), (number) => number.toString(36)).join("");
/** A page that closes lets go of its lock a moment later. */
const CLOSING_MS = 500;
/** A page with unsaved edits keeps them anew at each try: one that has not for so long is gone. */
const SILENT_MS = 120_000;

export function keepUnsaved({ base, steps }: Unsaved, left = false): void {
  const mine = whose();
  if (!mine) return;
  try {
    const name = [UNSAVED, ...mine, PAGE].join(" ");
    if (steps.length === 0) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ base, steps, at: Date.now(), left }));
  } catch {
    // See above.
  }
}

/** Return what pages that are closed kept, the oldest first; no other page takes it over from now on. */
export async function unsavedBefore(): Promise<Kept[]> {
  const mine = whose();
  if (!mine) return [];
  const own = [UNSAVED, ...mine, PAGE].join(" ");
  const names = stored().filter((name) => name.startsWith(`${UNSAVED} ${mine.join(" ")}`) && name !== own);
  void locked(own);
  const kept = await Promise.all(names.map(takeOver));
  return kept.filter((one) => one !== null).sort((one, other) => one.at - other.at);
}

function stored(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

async function takeOver(name: string): Promise<Kept | null> {
  const free = await locked(name);
  const kept = read(name);
  if (!kept || free === false) return null;
  return free || kept.left || Date.now() - kept.at > SILENT_MS ? kept : null;
}

function read(name: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "null") as Unsaved | null;
    return kept && { at: 0, left: false, ...kept, name };
  } catch {
    return null;
  }
}

/** Hold a name as long as this page is open; false where another page does, null where the browser has no locks. */
function locked(name: string): Promise<boolean | null> {
  // Browsers have them on secure addresses only.
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return Promise.resolve(null);
  return new Promise((settle) => {
    const held = (): Promise<never> => {
      settle(true);
      return new Promise(() => undefined);
    };
    locks.request(name, { signal: AbortSignal.timeout(CLOSING_MS) }, held).catch(() => { settle(false); });
  });
}

/** Forget what was kept under a name: this page keeps it under its own. */
export function dropKept(name: string): void {
  localStorage.removeItem(name);
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

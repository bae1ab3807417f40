/** Edits of the page: patches against a revision, kept in order until the server has them, undone by their opposites. */

import { type Edit as Edited, layoutPointer, pointerOf } from "../document/edits/draft";
import { conflictsOf, fitting, takeTheirs } from "../document/conflicts";
import { applied, inverse, valueAt } from "../document/patch";
import { type Conflict, type Saved, workbench, update } from "../document/store";
import { mark, t } from "../document/text";
import type { Json, JsonObject, Operation } from "../document/types";
import { ApiError, type ScenarioAnswer, api } from "../protocol/api";
import { runsWaitFor, words } from "../protocol/followed";
import { notice } from "./edited/watch";

/** Makes the patch for a document; late, for the document may have changed meanwhile. */
type Make = (document: JsonObject) => Operation[];

interface Edit {
  there: Make;
  back: Make;
}

/** Names one edit of this page. */
export type Token = object;

const ON_TOP = t("Somebody else changed the drawing; your edit was put on top of theirs.");
const NOT_YET = t("Your last edit is not saved yet, so nothing can be asked of it.");
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const STALE_TRIES = 3;

const done: Edit[] = [];
const undone: Edit[] = [];
/** Edits the server has not taken yet, the oldest first. */
const pending: Make[] = [];
/** The document as the server has it; what the page shows may be ahead of it. */
let server: { revision: number; document: JsonObject } = { revision: 0, document: {} };
let sending = false;
/** Who waits until sending comes to an end, well or badly. */
let waiting: (() => void)[] = [];
let waits = 0;
let timer = 0;
/** What was refused for good stays said until the page is left: a later edit must not hide it. */
let refused: string | null = null;

/** Take over what the server answered. */
export function show(answer: ScenarioAnswer): void {
  const { revision, document, problems, runnable } = answer;
  server = { revision, document };
  const name = typeof document.name === "string" ? document.name : (answer.name ?? "");
  update({ name, revision, document, problems, runnable });
  notice(answer);
}

/** Move things; `layout` keeps positions by path. One edit, however many things. */
export function move(all: { path: string; x: number; y: number }[]): void {
  const kept = workbench().document.layout as Record<string, Json> | undefined;
  const before = all.map(({ path }) => ({ path, spot: kept?.[path] ?? null }));
  const put = (spots: { path: string; spot: Json }[]): Make => (document) => {
    let here = document;
    return spots.flatMap(({ path, spot }) => {
      const patch = placing(here, path, spot);
      here = applied(here, patch) as JsonObject;
      return patch;
    });
  };
  const there = all.map(({ path, x, y }) => ({ path, spot: { x, y, folded: (kept?.[path] as { folded?: boolean } | undefined)?.folded ?? false } }));
  act({ there: put(there), back: put(before) });
}

export function rename(name: string): void {
  const old = workbench().name;
  const set = (value: string) => (): Operation[] => [{ op: "replace", path: "/name", value }];
  if (name && name !== old) act({ there: set(name), back: set(old) });
}

/** Choose the rules the drawing is run under. */
export function chooseProfile(id: string): void {
  const old = workbench().document.profile;
  if (id !== old) change([{ op: "add", path: "/profile", value: id }]);
}

/** Set a switch of the rules; null goes back to what the profile has. */
export function chooseSwitch(name: string, value: string | number | boolean | null): void {
  const { switches } = workbench().document;
  const set = typeof switches === "object" && switches !== null && !Array.isArray(switches) ? switches : null;
  if (value === null) {
    if (set && name in set) change([{ op: "remove", path: `/switches/${name}` }]);
    return;
  }
  const first: Operation[] = set ? [] : [{ op: "add", path: "/switches", value: {} }];
  change([...first, { op: "add", path: `/switches/${name}`, value }]);
}

/** Apply a patch as one edit that can be undone. */
export function change(patch: Operation[]): Token {
  const back = inverse(workbench().document, patch);
  const edit: Edit = { there: () => patch, back: () => back };
  act(edit);
  return edit;
}

/** Whether an edit is the one that undo would take back. */
export function isLast(token: Token): boolean {
  return done.at(-1) === token;
}

/** Do an edit that was made for the drawing as it is: select what it made, tell what it did besides. */
export function perform(edit: Edited, focus = false): void {
  if (edit.patch.length === 0) return;
  change(edit.patch);
  const selects = edit.selects.filter((path) => path !== "");
  update({ told: edit.told, ...(selects.length > 0 ? { chosen: selects } : {}), ...(focus ? { focus: workbench().focus + 1 } : {}) });
  forgetGone();
}

/** What is no longer there is not selected either. */
function forgetGone(): void {
  const { chosen, document } = workbench();
  const kept = chosen.filter((path) => path === "internet" || isThere(document, path));
  if (kept.length < chosen.length) update({ chosen: kept });
}

function isThere(document: JsonObject, path: string): boolean {
  return valueAt(document, pointerOf(path)) !== undefined;
}

function placing(document: JsonObject, path: string, value: Json): Operation[] {
  const layout = document.layout as Record<string, Json> | undefined;
  const pointer = layoutPointer(path);
  const first: Operation[] = layout === undefined ? [{ op: "add", path: "/layout", value: {} }] : [];
  if (value === null) return layout?.[path] === undefined ? [] : [{ op: "remove", path: pointer }];
  return [...first, { op: "add", path: pointer, value }];
}

function act(edit: Edit): void {
  done.push(edit);
  undone.length = 0;
  send(edit.there);
}

export function undo(): void {
  const edit = done.pop();
  if (!edit) return;
  undone.push(edit);
  send(edit.back);
  update({ told: [] });
  forgetGone();
}

export function redo(): void {
  const edit = undone.pop();
  if (!edit) return;
  done.push(edit);
  send(edit.there);
  forgetGone();
}

/** What can be taken back, and done again. */
export function history(): { undo: boolean; redo: boolean } {
  return { undo: done.length > 0, redo: undone.length > 0 };
}

/** Resolve once the server has every edit of this page; reject where it cannot be told of them now. */
export async function whenSaved(): Promise<void> {
  while (pending.length > 0) {
    if (!sending) throw new ApiError(NOT_YET, 409, "unsaved", null, {});
    await new Promise<void>((settle) => waiting.push(settle));
  }
}

/** True while the server lacks an edit of this page. */
export function unsaved(): boolean {
  return pending.length > 0;
}

const KEPT = "unsaved-edits";

/** Keep unsaved edits in the browser, so that a closed page loses none. */
function keepPending(): void {
  const { id } = workbench();
  if (!id) return;
  let here: Json = server.document;
  const patches = pending.map((make) => {
    const patch = make(here as JsonObject);
    here = applied(here, patch);
    return patch;
  });
  try {
    if (patches.length === 0) localStorage.removeItem(`${KEPT} ${id}`);
    else localStorage.setItem(`${KEPT} ${id}`, JSON.stringify(patches));
  } catch {
    // Storage may be closed or full; the edits are then kept while the page is open.
  }
}

/** Send what an earlier page could not: called once the document is there. */
export function resume(): void {
  const { id, can } = workbench();
  if (!id || !can.edit) return;
  try {
    const patches = JSON.parse(localStorage.getItem(`${KEPT} ${id}`) ?? "[]") as Operation[][];
    if (patches.length === 0) return;
    for (const patch of patches) pending.push((document) => fitting(patch, document));
    showAhead();
    update({ saved: "saving", told: [t("Edits that could not be saved before are being sent now.")] });
    void pump();
  } catch {
    // What cannot be read any more cannot be sent either.
  }
}

/** Try again now what could not be saved: the network is back, or somebody asks. */
export function retry(): void {
  if (pending.length === 0) return;
  window.clearTimeout(timer);
  void pump();
}

function send(make: Make): void {
  pending.push(make);
  showAhead();
  if (waits === 0) update({ saved: "saving" });
  else keepPending();
  if (waits === 0) void pump();
  else retry();
}

/** Show the drawing with the edits that are not saved yet. */
function showAhead(): void {
  const document = pending.reduce<Json>((here, make) => applied(here, make(here as JsonObject)), server.document);
  const name = (document as JsonObject).name;
  update({ document: document as JsonObject, ...(typeof name === "string" ? { name } : {}) });
}

/** Send the edits one after the other; one that cannot be sent stays first and is tried again. */
async function pump(): Promise<void> {
  if (sending) return;
  sending = true;
  let onTop = false;
  try {
    for (let make = pending[0]; make; make = pending[0]) {
      try {
        onTop = (await sendOne(make)) || onTop;
        pending.shift();
        if (waits > 0 || pending.length === 0) keepPending();
        waits = 0;
      } catch (error) {
        const state = stateOf(error);
        if (state !== "failed") {
          hold(state, error);
          return;
        }
        pending.shift();
        refused = t("Not saved: {words}", { words: words(error) });
        showAhead();
      }
    }
    if (refused) update({ saved: "failed", message: refused });
    else update(onTop ? { saved: "stale", message: ON_TOP } : { saved: "saved", message: null });
  } finally {
    sending = false;
    const told = waiting;
    waiting = [];
    for (const settle of told) settle();
  }
}

/** Send one edit; what somebody else did meanwhile is read first, then ours is put on top. Return whether so. */
async function sendOne(make: Make): Promise<boolean> {
  let base = server.document;
  for (let tries = 0; ; tries += 1) {
    const patch = make(server.document);
    const fits = tries > 0 ? fitting(patch, server.document) : patch;
    if (tries > 0) meet([...conflictsOf(fits, base, server.document), ...lostOf(patch, fits)]);
    base = server.document;
    try {
      if (fits.length > 0 || tries === 0) show(await api.edit(server.revision, fits));
      if (pending.length > 1) showAhead();
      return tries > 0;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      if (tries + 1 === STALE_TRIES) throw new ApiError("Somebody else keeps changing the drawing.", 503, "busy", null, {});
      show(await api.scenario());
    }
  }
}

/** Say where somebody else was at work at the same time. */
function meet(fresh: Conflict[]): void {
  if (fresh.length > 0) update({ conflicts: [...workbench().conflicts.filter((one) => fresh.every((other) => other.pointer !== one.pointer)), ...fresh] });
}

/** What the edit wanted at places that are gone. */
function lostOf(patch: readonly Operation[], fits: readonly Operation[]): Conflict[] {
  return patch.filter((operation) => !fits.includes(operation) && operation.op !== "remove").map((operation) => ({ pointer: operation.path, mine: operation.value, theirs: undefined }));
}

/** Settle a conflict: ours stands as it is, or theirs is taken. */
export function settle(conflict: Conflict, whose: "mine" | "theirs"): void {
  update({ conflicts: workbench().conflicts.filter((one) => one !== conflict) });
  const here = valueAt(workbench().document, conflict.pointer);
  if (whose === "theirs" && (conflict.theirs !== undefined || here !== undefined)) change(takeTheirs(conflict));
}

/** What a failure means for the edit: only a refusal by name throws it away. */
function stateOf(error: unknown): Saved {
  if (!(error instanceof ApiError)) return "failed";
  if (error.code === "signed_out") return mark("signed out");
  if (error.code === "deleted") return "deleted";
  return error.status === 0 || error.status === 429 || error.status >= 500 ? "waiting" : "failed";
}

function hold(state: Saved, error: unknown): void {
  waits += 1;
  update({ saved: state, message: words(error) });
  showAhead();
  keepPending();
  window.clearTimeout(timer);
  if (state === "deleted") return;
  timer = window.setTimeout(retry, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (waits - 1)));
}

/** Watch for the network, for a sign-in in another tab, and for somebody leaving with unsaved edits. */
export function watchNetwork(): void {
  runsWaitFor(whenSaved);
  window.addEventListener("online", retry);
  window.addEventListener("focus", retry);
  window.addEventListener("beforeunload", (event) => {
    if (unsaved() && workbench().saved !== "deleted") event.preventDefault();
  });
}

/** Edits of the page: patches against a revision, kept in order until the server has them, undone by their opposites. */

import { type Edit as Edited, pointerOf } from "../document/edits/draft";
import { conflictsOf, fitting, goneAt, isDone, takeTheirs } from "../document/conflicts";
import { applied, inverse, valueAt } from "../document/patch";
import { same } from "../document/same";
import { type Step, type TwoWay, after, patchOf } from "../document/steps";
import { type Conflict, type Saved, workbench, tell, update } from "../document/store";
import { mark, t } from "../document/text";
import type { Json, JsonObject, Operation } from "../document/types";
import { ApiError, type ScenarioAnswer, api } from "../protocol/api";
import { runsWaitFor, words } from "../protocol/followed";
import { notice } from "./edited/watch";
import { adopt, askedWith } from "./matrix/results";
import { type Kept, dropKept, keepPast, keepUnsaved, pastBefore, unsavedBefore } from "./keeping";

/** Names one edit of this page. */
export type Token = object;

const ON_TOP = t("Somebody else changed the drawing; your edit was put on top of theirs.");
const NOT_YET = t("Your last edit is not saved yet, so nothing can be asked of it.");
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const STALE_TRIES = 3;
/** So many edits the server takes at once. */
const AT_ONCE = 20;
/** Several are sent at once while they are no longer than this. */
const MOST_CHARS = 500_000;

const done: TwoWay[] = [];
const undone: TwoWay[] = [];
/** Edits the server has not taken yet, the oldest first. */
const pending: Step[] = [];
interface Revision {
  revision: number;
  document: JsonObject;
}

/** The document as the server has it; what the page shows may be ahead of it. */
let server: Revision = { revision: 0, document: {} };
/** Edits of earlier pages that are not among those that wait yet. */
const earlier: Kept[] = [];
let sending = false;
/** What the edits that wait were made on, where that is not what the server has. */
let madeOn: JsonObject | null = null;
/** Who waits until sending comes to an end, well or badly. */
let waiting: (() => void)[] = [];
/** Done when what an earlier page could undo is there: it is not written over before. */
let past: Promise<void> = Promise.resolve();
let looking = false;
let waits = 0;
let timer = 0;
/** What was refused for good stays said until it is read, or an edit is saved behind the `ahead` that were made before. */
let refused: { said: string; ahead: number } | null = null;

/**
 * Take over what the server answered, and show it with the edits that it lacks in the same moment: a thing that was
 * gone for a blink would take its form along, with the focus and all that is folded.
 */
export function show(answer: ScenarioAnswer, lacking: readonly Step[] = []): void {
  const { revision, problems, runnable, run } = answer;
  server = { revision, document: answer.document };
  const wanted = lacking.reduce((here, step) => after(step, here), server.document);
  // What is shown already stays the same object: nothing is drawn anew for it.
  const document = same(wanted, workbench().document) ? workbench().document : wanted;
  const name = typeof document.name === "string" ? document.name : (answer.name ?? "");
  // Answers are about what the server has: with edits that it lacks something else is shown.
  const judged = lacking.length === 0 ? document : server.document;
  update({ name, revision, document, problems, judged, runnable });
  if (run) adopt(run, answer.columns ?? null);
  notice(answer);
}

/** Move things; `layout` keeps positions by path. One edit, however many things. */
export function move(all: { path: string; x: number; y: number }[]): void {
  const kept = workbench().document.layout as Record<string, Json> | undefined;
  const back = all.map(({ path }) => ({ path, spot: kept?.[path] ?? null }));
  const there = all.map(({ path, x, y }) => ({ path, spot: { x, y, folded: (kept?.[path] as { folded?: boolean } | undefined)?.folded ?? false } }));
  act({ there: { spots: there }, back: { spots: back } });
}

export function rename(name: string): void {
  if (name && name !== workbench().name) change([{ op: "replace", path: "/name", value: name }]);
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
  const edit: TwoWay = { there: { patch }, back: { patch: back } };
  act(edit);
  return edit;
}

/** Whether an edit is the one that undo would take back. */
export function isLast(token: Token): boolean {
  return done.at(-1) === token;
}

/** Return the edit that undo would take back. */
export function lastEdit(): Token | null {
  return done.at(-1) ?? null;
}

/** Do an edit that was made for the drawing as it is: select what it made, tell what it did besides. */
export function perform(edit: Edited, focus = false): void {
  if (edit.patch.length === 0) return;
  const token = change(edit.patch);
  const selects = edit.selects.filter((path) => path !== "");
  update({ told: edit.told, toldOf: token, ...(selects.length > 0 ? { chosen: selects } : {}), ...(focus ? { focus: workbench().focus + 1 } : {}) });
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

function act(edit: TwoWay): void {
  done.push(edit);
  undone.length = 0;
  send(edit.there);
}

export function undo(): void {
  const edit = done.pop();
  if (!edit) return;
  undone.push(edit);
  send(edit.back);
  tell([]);
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
  while (unsaved()) {
    if (!sending) throw new ApiError(NOT_YET, 409, "unsaved", null, {});
    await new Promise<void>((settle) => waiting.push(settle));
  }
}

/** True while the server lacks an edit of this page. */
export function unsaved(): boolean {
  return pending.length > 0 || earlier.length > 0;
}

/** Send what an earlier page could not, and bring its undo back: called once the document is there. */
export async function resume(): Promise<void> {
  past = undoBefore();
  await Promise.all([sendBefore(), past]);
}

async function sendBefore(): Promise<void> {
  earlier.push(...(await unsavedBefore()));
  if (earlier.length === 0) return;
  update({ saved: "saving" });
  await pump();
}

/** Put the edits of an earlier page among those that wait. */
async function takeUp(before: Kept): Promise<void> {
  // Somebody else may have been at work since: what they did is told as if they had done it meanwhile.
  const document = before.base === server.revision ? server.document : await api.revision(before.base, true).catch(baseless);
  if (pending.length > 0) return; // an edit of this page was quicker
  const patches = patchesOf(before.steps, document);
  const there = await arrived(patches, { revision: before.base, document }, server);
  pending.unshift(...before.steps);
  earlier.shift();
  layOn(there);
  if (pending.length > 0) tell([t("Edits that could not be saved before are being sent now.")]);
  showAhead();
  keepAll();
  dropKept(before.name);
}

/** Of a revision that is not there, in a database made anew, nobody knows what somebody else did since. */
function baseless(error: unknown): JsonObject {
  if (stateOf(error) !== "failed") throw error;
  return server.document;
}

async function undoBefore(): Promise<void> {
  const before = await pastBefore(server.revision);
  if (!before) return;
  // Somebody may have been quicker than the storage: what was done since ends what could be done again.
  if (done.length === 0 && undone.length === 0) undone.push(...before.undone);
  done.unshift(...before.done);
  update({});
}

/**
 * Show what is there now, where somebody else was at work and no edit of this page waits: one that does is put on top
 * of theirs anyway. What cannot be asked now is asked another time.
 */
export async function catchUp(): Promise<void> {
  if (unsaved() || workbench().mode !== "edit") return;
  const newest = await api.newest().catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    return null;
  });
  if (!newest || unsaved() || newest.revision <= server.revision) return;
  show(newest);
  forgetGone();
  tell([t("Somebody else changed the drawing; this is the newest.")]);
}

/** Show the drawing that a run was of, where it is newer than the one shown. */
async function catchUpWith(revision: number | null): Promise<void> {
  if (revision === null || revision > server.revision) await catchUp();
}

/** A page that comes back is seen and has the focus in the same moment: it asks once. */
function lookedAt(): void {
  if (document.hidden || looking) return;
  looking = true;
  void catchUp().finally(() => { looking = false; });
}

/** Try again now what could not be saved: the network is back, or somebody asks. */
export function retry(): void {
  if (!unsaved()) return;
  window.clearTimeout(timer);
  void pump();
}

function send(step: Step): void {
  pending.push(step);
  showAhead();
  // Before it is known whether it arrives: the server may hang, and the page be closed.
  keepAll();
  if (waits > 0) {
    retry();
    return;
  }
  update({ saved: "saving" });
  void pump();
}

/** Keep what the server lacks, and what can be undone of all that is shown. */
function keepAll(): void {
  keepUnsaved({ base: server.revision, steps: pending });
  void past.then(() => keepPast(server.revision, done, undone));
}

/** Show the drawing with the edits that are not saved yet. */
function showAhead(): void {
  const document = pending.length === 0 ? workbench().judged : pending.reduce((here, step) => after(step, here), server.document);
  const { name } = document;
  update({ document, ...(typeof name === "string" ? { name } : {}) });
}

/** Send the edits in order, all that wait at once; what cannot be sent stays first and is tried again. */
async function pump(): Promise<void> {
  if (sending) return;
  sending = true;
  let onTop = false;
  try {
    while (unsaved()) {
      try {
        const [before] = earlier;
        if (pending.length === 0 && before) await takeUp(before);
        else onTop = (await sendFirst()) || onTop;
        waits = 0;
      } catch (error) {
        const state = stateOf(error);
        if (state !== "failed") {
          hold(state, error);
          return;
        }
        // None was taken; the others are sent without the one that was refused.
        if (pending.length > 0) pending.splice(refusedOf(error), 1).forEach(forget);
        else earlier.shift();
        refused = { said: t("Not saved: {words}", { words: words(error) }), ahead: pending.length };
        showAhead();
        keepAll();
      }
    }
    if (refused) update({ saved: "failed", message: refused.said });
    else update(onTop ? { saved: "stale", message: ON_TOP } : { saved: "saved", message: null });
  } finally {
    sending = false;
    const told = waiting;
    waiting = [];
    for (const settle of told) settle();
  }
}

/** What was refused or lost is not there to be undone, nor what an undo was refused for. */
function forget(step: Step): void {
  const [was, wasUndone] = [done.findLastIndex(({ there }) => alike(there, step)), undone.findLastIndex(({ back }) => alike(back, step))];
  if (was >= 0) done.splice(was, 1);
  else if (wasUndone >= 0) undone.splice(wasUndone, 1);
}

/** Edits that an earlier page kept are copies. */
function alike(one: Step, other: Step): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Somebody has read what was said. */
export function dismiss(): void {
  refused = null;
  update({ message: null, ...(workbench().saved === "failed" ? { saved: "saved" } : {}) });
}

/** How many of the edits that wait are sent together: none makes the others too large. */
function together(): number {
  let size = 0;
  const over = pending.findIndex((step) => (size += JSON.stringify(step).length) > MOST_CHARS);
  return Math.min(AT_ONCE, over < 0 ? pending.length : Math.max(1, over));
}

/** Which of the edits that were sent together was refused. */
function refusedOf(error: unknown): number {
  const { edit } = (error instanceof ApiError ? (error.body.error ?? {}) : {}) as JsonObject;
  return typeof edit === "number" ? edit : 0;
}

/** Send the first edits; what somebody else did meanwhile is read first, then ours are put on top. Return whether so. */
async function sendFirst(): Promise<boolean> {
  for (let tries = 0; pending.length > 0; tries += 1) {
    const steps = pending.slice(0, together());
    const onTop = madeOn !== null;
    const [patches, mine] = madeOn ? onTopOf(steps, madeOn) : [patchesOf(steps, server.document), null];
    try {
      // Of what is followed by another edit nobody waits for an answer.
      const matrix = steps.length === pending.length ? askedWith(patches) : null;
      const all = onTop && patches.every((patch) => patch.length === 0);
      if (!all) {
        const answer = await api.edit(server.revision, patches, matrix);
        const document = answer.document ?? (applied(server.document, patches.flat()) as JsonObject);
        show({ ...answer, document }, pending.slice(steps.length));
      }
      pending.splice(0, steps.length);
      if (refused && (refused.ahead -= steps.length) < 0) refused = null;
      madeOn = pending.length > 0 ? mine : null;
      if (pending.length > 0) showAhead();
      keepAll();
      return onTop && !all;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      if (tries + 1 === STALE_TRIES) throw new ApiError("Somebody else keeps changing the drawing.", 503, "busy", null, {});
      const newest = await api.newest();
      const there = await arrived(patches, server, newest);
      layOn(there);
      show(newest, pending);
      keepAll();
    }
  }
  return false;
}

/** Edits that the server has, although nobody heard its answer, and what the others were made on. */
interface Arrived {
  edits: number;
  /** Null: nobody else was at work since. */
  then: JsonObject | null;
}

/**
 * Tell how many of the edits that were made on a revision are the revisions behind it. Only whole documents tell: an
 * entry that was put into a list, or taken out of it, does not show at its place whether it was done.
 */
async function arrived(patches: readonly Operation[][], base: Revision, newest: Revision): Promise<Arrived> {
  let [edits, { revision, document }] = [0, base];
  for (const patch of patches) {
    // One that changes nothing is no revision.
    if (patch.length > 0) {
      if (revision >= newest.revision) break;
      const next = revision + 1 === newest.revision ? newest.document : await api.revision(revision + 1, true);
      if (!same(next, applied(document, patch))) break;
      [revision, document] = [revision + 1, next];
    }
    edits += 1;
  }
  return { edits, then: revision === newest.revision ? null : document };
}

/** Leave out the edits that have arrived; the others are put on top of what is there. */
function layOn({ edits, then }: Arrived): void {
  pending.splice(0, edits);
  madeOn = pending.length > 0 ? then : null;
}

function patchesOf(steps: readonly Step[], base: JsonObject): Operation[][] {
  let here = base;
  return steps.map((step) => {
    const patch = patchOf(step, here);
    here = applied(here, patch) as JsonObject;
    return patch;
  });
}

/**
 * Return the patches that put edits, which were made on `base`, on top of what the server has, and the document that
 * the edits alone make; tell conflicts.
 */
function onTopOf(steps: readonly Step[], base: JsonObject): [Operation[][], JsonObject] {
  let [mine, theirs] = [base, server.document];
  const met: Conflict[] = [];
  const lost = new Set<Conflict>();
  const patches = steps.map((step) => {
    const patch = patchOf(step, theirs);
    // What is there already arrived the time before, when its answer did not.
    const fits = fitting(patch, theirs).filter((operation) => !isDone(operation, theirs));
    const gone = lostOf(patch, fitting(patch, theirs));
    gone.forEach((one) => lost.add(one));
    if (gone.length > 0 && gone.length === patch.length) forget(step); // nothing of it is there to be undone
    met.push(...conflictsOf(fits, mine, theirs), ...gone);
    mine = after(step, mine);
    theirs = applied(theirs, fits) as JsonObject;
    return fits;
  });
  // Of a place that several of our edits changed the last one counts.
  meet(met.map((one) => ({ ...one, mine: valueAt(theirs, one.pointer) ?? one.mine, ...(lost.has(one) ? { gone: goneAt(one.pointer, mine, theirs) } : {}) })));
  return [patches, mine];
}

/** Say where somebody else was at work at the same time. */
function meet(fresh: Conflict[]): void {
  if (fresh.length > 0) update({ conflicts: [...workbench().conflicts.filter((one) => fresh.every((other) => other.pointer !== one.pointer)), ...fresh] });
}

/** What the edit wanted at places that are gone. */
function lostOf(patch: readonly Operation[], fits: readonly Operation[]): Conflict[] {
  return patch.filter((operation) => !fits.includes(operation) && operation.op !== "remove").map((operation) => ({ pointer: operation.path, mine: operation.value, theirs: undefined }));
}

/** Settle a conflict: ours stands as it is, or comes back; or theirs is taken. */
export function settle(conflict: Conflict, whose: "mine" | "theirs"): void {
  const { conflicts, document } = workbench();
  const { gone } = conflict;
  if (gone && whose === "mine") {
    const alike = conflicts.filter((one) => one.gone?.pointer === gone.pointer);
    update({ conflicts: conflicts.filter((one) => !alike.includes(one)) });
    // The last of our edits there has those before it in it; what came back meanwhile stays as it is.
    const back = (alike.at(-1)?.gone ?? gone).back.filter(({ path }) => (valueAt(document, path) ?? null) === null);
    if (back.length > 0) change(back);
    return;
  }
  update({ conflicts: conflicts.filter((one) => one !== conflict) });
  const here = valueAt(document, conflict.pointer);
  // Of what was deleted theirs stands already.
  if (whose === "theirs" && !gone && (conflict.theirs !== undefined || here !== undefined)) change(takeTheirs(conflict));
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
  keepAll();
  window.clearTimeout(timer);
  if (state === "deleted") return;
  timer = window.setTimeout(retry, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (waits - 1)));
}

/** Watch for the network, for a sign-in in another tab, and for somebody leaving with unsaved edits. */
export function watchNetwork(): void {
  runsWaitFor(whenSaved, catchUpWith);
  window.addEventListener("online", retry);
  window.addEventListener("focus", retry);
  window.addEventListener("focus", lookedAt);
  document.addEventListener("visibilitychange", lookedAt);
  window.addEventListener("pagehide", () => { keepUnsaved({ base: server.revision, steps: pending }, true); });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved() && workbench().saved !== "deleted") event.preventDefault();
  });
}

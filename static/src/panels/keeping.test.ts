import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { JsonObject, User } from "../document/types";

/** What the browser keeps, as idb-keyval would. */
const database = vi.hoisted(() => new Map<string, { key: unknown; value: unknown }>());
vi.mock("idb-keyval", () => ({
  set: (key: unknown, value: unknown) => Promise.resolve(database.set(JSON.stringify(key), { key, value: structuredClone(value) })),
  get: (key: unknown) => Promise.resolve(structuredClone(database.get(JSON.stringify(key))?.value)),
  keys: async () => {
    // A database is slower than what a page does by itself.
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    return [...database.values()].map(({ key }) => key);
  },
  delMany: (all: unknown[]) => Promise.resolve(all.forEach((key) => database.delete(JSON.stringify(key)))),
}));


const SCENARIO = "/api/v1/scenarios/x";
const ANN = { key: "7", name: "ann", guest: false };
const EDITOR = { edit: true, run: false, share: true, fork: false };
const MINE = { there: { patch: [{ op: "replace" as const, path: "/name", value: "mine" }] }, back: { patch: [{ op: "replace" as const, path: "/name", value: "old" }] } };

let answers: (() => Response | Promise<Response>)[] = [];
let sent: { url: string; body: string }[] = [];

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function taken(revision: number, name: string): () => Response {
  return () => json({ revision, document: { name }, problems: [], runnable: true });
}

const stands = (revision: number, document: JsonObject) => (): Response => json({ revision, document, problems: [], runnable: true });

const offline = (): never => {
  throw new TypeError("offline");
};

const hanging = (): Promise<Response> => new Promise(() => undefined);

/** What a browser makes of a request whose time is over. */
function cut(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => { signal?.addEventListener("abort", () => { reject(new DOMException("over", "TimeoutError")); }); });
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

function bodies(): Record<string, unknown>[] {
  return sent.filter((one) => one.body).map((one) => JSON.parse(one.body) as Record<string, unknown>);
}

/** Names that open pages hold, as the browser knows them. */
const held = new Set<string>();
const LOCKS = {
  request: (name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<never>): Promise<never> => {
    if (held.has(name)) return new Promise((_, reject) => { signal.addEventListener("abort", () => { reject(new DOMException("over", "TimeoutError")); }); });
    held.add(name);
    return hold();
  },
};

/** Open the page in place of those before it: all it remembers is what the browser keeps. */
async function page(revision = 1, document: JsonObject = { name: "old" }, user: User = ANN) {
  held.clear();
  return tab(revision, document, user);
}

/** Open the page beside those that are open. */
async function tab(revision = 1, document: JsonObject = { name: "old" }, user: User = ANN) {
  vi.resetModules();
  const [edits, { update, workbench }, { configure }, keeping] = [await import("./edits"), await import("../document/store"), await import("../protocol/api"), await import("./keeping")];
  configure({ mode: "edit", scenario: { name: "", revision }, can: EDITOR, user, urls: { api: "/api/v1", scenario: SCENARIO, runs: `${SCENARIO}/runs`, document: `${SCENARIO}/document.json` } });
  update({ id: "x", user, can: EDITOR });
  edits.show({ revision, document, problems: [], runnable: true });
  return { ...edits, ...keeping, workbench, update };
}

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  sent = [];
  database.clear();
  localStorage.clear();
  held.clear();
  Object.defineProperty(navigator, "locks", { value: LOCKS, configurable: true });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    sent.push({ url, body: typeof init.body === "string" ? init.body : "" });
    const answer = answers.shift();
    if (!answer) throw new Error(`nothing is answered to ${url}`);
    return Promise.race([answer(), cut(init.signal)]);
  });
  // The clock of these tests knows nothing of the browser's own.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((time) => {
    const over = new AbortController();
    setTimeout(() => { over.abort(); }, time);
    return over.signal;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("edits that wait for one another", () => {
  it("are sent together, in order, while the first is under way", async () => {
    const { rename, workbench } = await page();
    let answer: (response: Response) => void = () => undefined;
    answers = [() => new Promise((resolve) => { answer = resolve; }), taken(4, "c")];
    for (const name of ["a", "b", "c"]) rename(name);
    await settle();
    expect(bodies()).toHaveLength(1);
    answer(taken(2, "a")());
    await settle();
    expect(bodies()[1]).toMatchObject({ base: 2, edits: ["b", "c"].map((value) => [{ op: "replace", path: "/name", value }]) });
    expect(workbench().saved).toBe("saved");
  });

  it("lose only the one that is refused by name", async () => {
    const { rename, change, workbench } = await page();
    answers = [offline, offline, offline, () => json({ error: { code: "patch", message: "There is no such place.", edit: 1 } }, 422), taken(3, "c")];
    rename("a");
    await settle();
    change([{ op: "remove", path: "/nowhere" }]);
    await settle();
    rename("c");
    await settle();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(bodies().at(-2)?.edits).toHaveLength(3);
    expect(bodies().at(-1)).toMatchObject({ base: 1, edits: ["a", "c"].map((value) => [{ op: "replace", path: "/name", value }]) });
    expect(workbench().message).toContain("There is no such place.");
    expect(workbench().document.name).toBe("c");
  });

  it("are no more at once than the server takes", async () => {
    const { rename, workbench } = await page();
    let answer: (response: Response) => void = () => undefined;
    answers = [() => new Promise((resolve) => { answer = resolve; }), taken(22, "n21"), taken(25, "n24")];
    for (let number = 1; number <= 24; number += 1) rename(`n${number}`);
    await settle();
    answer(taken(2, "n1")());
    await settle();
    expect(bodies().map((body) => (body.edits as unknown[] | undefined)?.length ?? 1)).toEqual([1, 20, 3]);
    expect(workbench().document.name).toBe("n24");
  });

  it("are put on top of what somebody else did, each where it still fits, and conflicts are told with the last word", async () => {
    const { rename, change, settle: settleIt, workbench } = await page(1, { name: "old", topology: { vms: { a: { power: "on" }, b: {} } } });
    const theirs = { name: "theirs", topology: { vms: { b: {} } } };
    answers = [offline, offline, offline];
    rename("mine");
    await settle();
    change([{ op: "replace", path: "/topology/vms/a/power", value: "off" }]);
    await settle();
    rename("mine too");
    await settle();
    answers = [() => json({}, 409), () => json({ revision: 5, document: theirs, problems: [], runnable: true }), () => json({ name: "theirs first" }), stands(7, { ...theirs, name: "mine too" })];
    await vi.advanceTimersByTimeAsync(40_000);
    expect(bodies().at(-1)).toMatchObject({ base: 5, edits: [[{ op: "replace", path: "/name", value: "mine" }], [], [{ op: "replace", path: "/name", value: "mine too" }]] });
    expect(workbench().conflicts).toEqual([
      { pointer: "/name", mine: "mine too", theirs: "theirs" },
      { pointer: "/topology/vms/a/power", mine: "off", gone: { pointer: "/topology/vms/a", back: [{ op: "add", path: "/topology/vms/a", value: { power: "off" } }] } },
    ]);
    expect(workbench().saved).toBe("stale");
    const [, lost] = workbench().conflicts;
    answers = [taken(8, "with a")];
    if (lost) settleIt(lost, "mine");
    await settle();
    expect(bodies().at(-1)).toMatchObject({ base: 7, patch: [{ op: "add", path: "/topology/vms/a", value: { power: "off" } }] });
    expect(workbench().conflicts.map((one) => one.pointer)).toEqual(["/name"]);
  });
});

describe("a server that hangs", () => {
  const LIST = "/topology/vnets/v/address_space";
  const drawn = (...space: string[]): JsonObject => ({ name: "old", topology: { vnets: { v: { address_space: space } } } });
  const outOf = (index: number) => [{ op: "remove" as const, path: `${LIST}/${index}` }];

  it("costs no edit: it is kept before it is answered, and told of when its time is over", async () => {
    const { rename, workbench } = await page();
    answers = [hanging];
    rename("mine");
    expect(localStorage.length).toBe(1);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(workbench().saved).toBe("saving");
    answers = [taken(2, "mine")];
    await vi.advanceTimersByTimeAsync(300);
    expect([workbench().saved, workbench().message]).toEqual(["waiting", "The server does not answer."]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(workbench().saved).toBe("saved");
    expect(localStorage.length).toBe(0);
  });

  it("may have taken the edit after all, which is then not made twice", async () => {
    const { change, rename, workbench } = await page(1, drawn("a", "b", "c"));
    answers = [hanging];
    change(outOf(0));
    rename("mine");
    const after = drawn("b", "c");
    answers = [() => json({}, 409), stands(2, after), stands(3, { ...after, name: "mine" })];
    await vi.advanceTimersByTimeAsync(13_000);
    expect(bodies().at(-1)).toMatchObject({ base: 2, patch: [{ op: "replace", path: "/name", value: "mine" }] });
    expect(workbench().document).toEqual({ ...after, name: "mine" });
    expect([workbench().saved, workbench().conflicts]).toEqual(["saved", []]);
  });

  it("may have taken it before somebody else was at work", async () => {
    const { change, unsaved, workbench } = await page(1, drawn("a", "b", "c"));
    answers = [hanging];
    change(outOf(0));
    const theirs = { ...drawn("b", "c"), name: "theirs" };
    answers = [() => json({}, 409), stands(3, theirs), () => json(drawn("b", "c"))];
    await vi.advanceTimersByTimeAsync(13_000);
    expect(sent.at(-1)?.url).toBe(`${SCENARIO}/document.json?revision=2`);
    expect([workbench().document, unsaved(), workbench().saved]).toEqual([theirs, false, "saved"]);
  });

  it("may have taken it while the page was closed", async () => {
    const before = await page(1, drawn("a", "b", "c"));
    answers = [hanging];
    before.change(outOf(0));
    const { resume, unsaved, workbench } = await page(2, drawn("b", "c"));
    sent = [];
    answers = [() => json(drawn("a", "b", "c"))];
    await resume();
    expect(bodies()).toEqual([]);
    expect([workbench().document, unsaved(), workbench().told]).toEqual([drawn("b", "c"), false, []]);
    expect(localStorage.length).toBe(0);
  });
});

describe("two pages of one drawing", () => {
  const edit = (name: string) => [{ op: "add" as const, path: `/${name}`, value: name }];

  it("keep their edits apart, and the next page sends both in order", async () => {
    const first = await page();
    await first.resume();
    const second = await tab();
    await second.resume();
    answers = [offline, offline];
    first.change(edit("one"));
    await settle();
    await vi.advanceTimersByTimeAsync(10);
    second.change(edit("two"));
    await settle();
    const third = await tab();
    const waits = third.resume();
    await vi.advanceTimersByTimeAsync(600);
    await waits;
    expect(third.unsaved()).toBe(false);
    expect(localStorage.length).toBe(2);
    vi.clearAllTimers();
    sent = [];
    const last = await page();
    answers = [stands(2, { name: "old", one: "one" }), () => json({ name: "old" }), stands(3, { name: "old", one: "one", two: "two" })];
    await last.resume();
    expect(bodies()).toMatchObject([{ base: 1, patch: edit("one") }, { base: 2, patch: edit("two") }]);
    expect([last.workbench().saved, localStorage.length]).toEqual(["stale", 0]);
  });

  it("are told apart without locks by what they kept last", async () => {
    Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
    const first = await page();
    answers = [offline];
    first.change(edit("one"));
    await settle();
    vi.clearAllTimers();
    const second = await tab();
    await second.resume();
    expect(second.unsaved()).toBe(false);
    vi.setSystemTime(Date.now() + 130_000);
    answers = [stands(2, { name: "old", one: "one" })];
    const third = await tab();
    await third.resume();
    expect(bodies().at(-1)).toMatchObject({ base: 1, patch: edit("one") });
    expect(localStorage.length).toBe(0);
  });
});

describe("what the browser keeps of a drawing", () => {
  it("brings undo and redo back when the page is opened again", async () => {
    const before = await page();
    answers = [taken(2, "a"), taken(3, "a"), taken(4, "a")];
    before.rename("a");
    await settle();
    before.move([{ path: "vms/a", x: 1, y: 2 }]);
    await settle();
    before.undo();
    await settle();
    const { resume, history, redo, undo } = await page(4, { name: "a" });
    expect(history()).toEqual({ undo: false, redo: false });
    await resume();
    expect(history()).toEqual({ undo: true, redo: true });
    answers = [taken(5, "a"), taken(6, "a"), taken(7, "old")];
    redo();
    await settle();
    expect(bodies().at(-1)).toMatchObject({ base: 4, patch: [
      { op: "add", path: "/layout", value: {} },
      { op: "add", path: "/layout/vms~1a", value: { x: 1, y: 2, folded: false } },
    ] });
    undo();
    await settle();
    undo();
    await settle();
    expect(bodies().at(-1)?.patch).toEqual([{ op: "replace", path: "/name", value: "old" }]);
    expect(history()).toEqual({ undo: false, redo: true });
  });

  it("brings it back together with edits that were not saved", async () => {
    const before = await page();
    answers = [taken(2, "a"), offline];
    before.rename("a");
    await settle();
    before.rename("b");
    await settle();
    const { resume, undo } = await page(2, { name: "a" });
    answers = [taken(3, "b"), taken(4, "a"), taken(5, "old")];
    await resume();
    await settle();
    undo();
    await settle();
    undo();
    await settle();
    expect(bodies().at(-1)).toMatchObject({ base: 4, patch: [{ op: "replace", path: "/name", value: "old" }] });
    const { resume: again, history } = await page(5, { name: "old" });
    await again();
    expect(history()).toEqual({ undo: false, redo: true });
  });

  it("tells of an undo that does not fit any more because somebody else was there", async () => {
    const { keepPast, resume, undo, workbench } = await page(3, { title: "no name" });
    await keepPast(1, [MINE], []);
    await resume();
    answers = [() => json({ error: { code: "patch", message: "The document has no name there." } }, 422)];
    undo();
    await settle();
    expect(workbench().message).toContain("The document has no name there.");
  });

  it("is not for anybody else, not for a drawing that was made anew, and not for who may only look", async () => {
    const { keepPast, pastBefore, update } = await page();
    await keepPast(9, [MINE], []);
    expect(await pastBefore(9)).not.toBeNull();
    expect(await pastBefore(8)).toBeNull();
    update({ can: { ...EDITOR, edit: false } });
    expect(await pastBefore(9)).toBeNull();
    update({ can: EDITOR, user: null });
    expect(await pastBefore(9)).toBeNull();
    update({ user: { ...ANN, key: "8" } });
    expect(await pastBefore(9)).toBeNull();
    expect([...database.keys()]).toEqual([]);
  });

  it("is not sent twice where only the answer was lost", async () => {
    const before = await page();
    answers = [offline];
    before.rename("mine");
    await settle();
    sent = [];
    const { resume, unsaved, workbench } = await page(2, { name: "mine" });
    answers = [() => json({ name: "old" })];
    await resume();
    expect(bodies()).toEqual([]);
    expect(unsaved()).toBe(false);
    expect(workbench().saved).toBe("saved");
    expect(workbench().conflicts).toEqual([]);
    expect(localStorage.length).toBe(0);
  });

  it("is sent when the page is opened again, on top of what somebody else did meanwhile", async () => {
    const before = await page();
    answers = [offline];
    before.rename("mine");
    await settle();
    const stranger = await page(1, { name: "old" }, { ...ANN, key: "8" });
    await stranger.resume();
    expect(stranger.unsaved()).toBe(false);
    sent = [];
    const { resume, workbench } = await page(2, { name: "theirs" });
    answers = [() => json({ name: "old" }), taken(3, "mine")];
    await resume();
    expect(sent[0]?.url).toBe(`${SCENARIO}/document.json?revision=1`);
    expect(bodies().at(-1)).toMatchObject({ base: 2, patch: [{ op: "replace", path: "/name", value: "mine" }] });
    expect(workbench().conflicts).toEqual([{ pointer: "/name", mine: "mine", theirs: "theirs" }]);
    expect(localStorage.length).toBe(0);
  });
});

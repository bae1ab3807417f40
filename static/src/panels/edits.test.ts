import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { subscribe, update, workbench } from "../document/store";
import { configure } from "../protocol/api";
import { forget, start } from "../protocol/followed";
import { dismiss, history, rename, show, undo, unsaved, watchNetwork } from "./edits";

const SCENARIO = "/api/v1/scenarios/x";
let answers: ((url: string, init: RequestInit) => Response | Promise<Response>)[] = [];
let sent: { url: string; body: string }[] = [];

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function taken(revision: number, name: string): () => Response {
  return () => json({ revision, document: { name }, problems: [], runnable: true });
}

const offline = (): never => {
  throw new TypeError("offline");
};

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    sent.push({ url, body: typeof init.body === "string" ? init.body : "" });
    const answer = answers.shift();
    if (!answer) throw new Error(`nothing is answered to ${url}`);
    return answer(url, init);
  });
  configure({ mode: "edit", scenario: { name: "", revision: 1 }, can: workbench().can, user: null, urls: { api: "/api/v1", scenario: SCENARIO, runs: `${SCENARIO}/runs` } });
  show({ revision: 1, document: { name: "old" }, problems: [], runnable: true });
  update({ saved: "saved", message: null });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an edit that cannot be sent", () => {
  it("is kept, shown, tried again, and not hidden by a later one", async () => {
    answers = [offline, offline, taken(3, "second")];
    rename("first");
    await settle();
    expect(workbench().saved).toBe("waiting");
    expect(workbench().document.name).toBe("first");
    expect(unsaved()).toBe(true);
    rename("second");
    await settle();
    expect(workbench().saved).toBe("waiting");
    expect(workbench().document.name).toBe("second");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(3);
    expect(sent.at(-1)).toEqual({ url: `${SCENARIO}/edits`, body: JSON.stringify({ base: 1, edits: [[{ op: "replace", path: "/name", value: "first" }], [{ op: "replace", path: "/name", value: "second" }]], minimal: true }) });
    expect(workbench().saved).toBe("saved");
    expect(workbench().revision).toBe(3);
    expect(unsaved()).toBe(false);
  });

  it("goes out at once when the browser comes online", async () => {
    watchNetwork();
    answers = [offline, taken(2, "mine")];
    rename("mine");
    await settle();
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(workbench().saved).toBe("saved");
    answers = [taken(3, "old")];
    undo();
    await settle();
    expect(JSON.parse(sent.at(-1)?.body ?? "{}")).toMatchObject({ base: 2, patch: [{ op: "replace", path: "/name", value: "old" }] });
  });
});

describe("an edit that is made while another one is on its way", () => {
  it("is not gone for a moment when the answer to the earlier one comes", async () => {
    answers = [taken(2, "first"), taken(3, "second")];
    rename("first");
    rename("second");
    const names: unknown[] = [];
    const stop = subscribe(() => names.push(workbench().document.name));
    await settle();
    stop();
    expect(workbench().revision).toBe(3);
    expect([...new Set(names)]).toEqual(["second"]);
  });
});

describe("a page that somebody else has left behind", () => {
  const NEWEST = "Somebody else changed the drawing; this is the newest.";

  it("shows the newest when somebody comes back to it, and says so", async () => {
    watchNetwork();
    answers = [taken(2, "theirs")];
    window.dispatchEvent(new Event("focus"));
    await settle();
    expect([workbench().document.name, workbench().revision, workbench().told]).toEqual(["theirs", 2, [NEWEST]]);
    update({ told: [] });
    answers = [taken(2, "theirs")];
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
    expect([workbench().revision, workbench().told]).toEqual([2, []]);
  });

  it("shows what its run is of, and why one was refused", async () => {
    watchNetwork();
    const run = { id: "r", kind: "reach", revision: 2, state: "succeeded", parameters: {} };
    vi.stubGlobal("WebSocket", class { close(): void { return; } });
    configure({ mode: "edit", scenario: { name: "", revision: 1 }, can: workbench().can, user: null, urls: { api: "/api/v1", scenario: SCENARIO, runs: `${SCENARIO}/runs`, run_socket: "/runs/{run}", run_events: "/events/{run}" } });
    answers = [() => json(run, 202), taken(2, "theirs")];
    await start("reach", {});
    expect([workbench().document.name, workbench().told]).toEqual(["theirs", [NEWEST]]);
    answers = [() => json({ ...run, id: "s" }, 202)];
    await start("reach", {});
    expect(answers).toEqual([]);
    answers = [() => json({ error: { code: "gone", message: "There is no such VM." } }, 422), taken(3, "without it")];
    await start("reach", {});
    expect(workbench().document.name).toBe("without it");
    forget("reach");
  });

  it("leaves an edit that is made meanwhile on top", async () => {
    watchNetwork();
    let look: (response: Response) => void = () => undefined;
    let edit: (response: Response) => void = () => undefined;
    answers = [() => new Promise((resolve) => { look = resolve; }), () => new Promise((resolve) => { edit = resolve; })];
    window.dispatchEvent(new Event("focus"));
    rename("mine");
    look(taken(2, "theirs")());
    await settle();
    expect(workbench().document.name).toBe("mine");
    answers = [taken(2, "theirs"), taken(3, "mine")];
    edit(json({}, 409));
    await settle();
    expect([workbench().document.name, workbench().revision, workbench().saved]).toEqual(["mine", 3, "stale"]);
  });
});

describe("an edit that the server took as it was sent", () => {
  it("comes back without the document, and nothing is drawn anew", async () => {
    answers = [() => json({ revision: 2, document: null, problems: [], runnable: true }), taken(3, "as the server writes it")];
    rename("mine");
    const shown = workbench().document;
    await settle();
    expect([workbench().revision, workbench().saved]).toEqual([2, "saved"]);
    expect(workbench().document).toBe(shown);
    rename("theirs");
    await settle();
    expect(JSON.parse(sent.at(-1)?.body ?? "{}")).toMatchObject({ base: 2, minimal: true });
    expect(workbench().document.name).toBe("as the server writes it");
  });
});

describe("an edit of somebody who may not any more", () => {
  it("says that they are signed out and keeps it", async () => {
    answers = [() => json({ error: { code: "denied", message: "CSRF check Failed" } }, 403), () => json({}, 401), taken(2, "mine")];
    rename("mine");
    await settle();
    expect(workbench().saved).toBe("signed out");
    expect(workbench().message).toContain("sign in again");
    await vi.advanceTimersByTimeAsync(1500);
    expect(workbench().saved).toBe("saved");
  });

  it("says what was refused until an edit that was made behind it is saved", async () => {
    let answer: (response: Response) => void = () => undefined;
    answers = [() => new Promise((resolve) => { answer = resolve; }), taken(2, "b"), taken(3, "c")];
    rename("a");
    rename("b");
    answer(json({ error: { code: "patch", message: "There is no such place." } }, 422));
    await settle();
    expect(workbench().document.name).toBe("b");
    expect([workbench().saved, workbench().message]).toEqual(["failed", "Not saved: There is no such place."]);
    rename("c");
    await settle();
    expect([workbench().saved, workbench().message]).toEqual(["saved", null]);
  });

  it("says it until it is read", async () => {
    answers = [() => json({ error: { code: "patch", message: "There is no such place." } }, 422)];
    rename("a");
    await settle();
    expect(workbench().saved).toBe("failed");
    dismiss();
    expect([workbench().saved, workbench().message]).toEqual(["saved", null]);
  });

  it("does not undo what was refused, but the edit before it", async () => {
    answers = [taken(2, "a"), () => json({ error: { code: "patch", message: "There is no such place." } }, 422), taken(3, "old")];
    rename("a");
    await settle();
    rename("b");
    await settle();
    undo();
    await settle();
    expect(JSON.parse(sent.at(-1)?.body ?? "{}")).toMatchObject({ base: 2, patch: [{ op: "replace", path: "/name", value: "old" }] });
    expect(history().redo).toBe(true);
  });

  it("says that the scenario was deleted", async () => {
    answers = [() => json({}, 404), () => json({}, 404)];
    rename("mine");
    await settle();
    expect(workbench().saved).toBe("deleted");
    expect(workbench().message).toBe("This scenario was deleted.");
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { applied } from "../../document/patch";
import { update, workbench } from "../../document/store";
import type { JsonObject, Operation } from "../../document/types";
import { configure } from "../../protocol/api";
import { show } from "../edits";
import { EMPTY } from "./faultFields";
import { endRecording, record, recorded } from "./recording";

const drawn: JsonObject = { topology: { nics: { fw1: { ip_forwarding: true } } }, layout: {}, faults: {} };
const changed: JsonObject = { ...drawn, topology: { nics: { fw1: { ip_forwarding: false } }, vms: {} } };
let sent: Operation[][] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    const { patch } = JSON.parse(init.body as string) as { patch: Operation[] };
    sent.push(patch);
    const answer = { revision: 2, document: applied(changed, patch), problems: [], runnable: true };
    return Promise.resolve(new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } }));
  });
  configure({ mode: "edit", scenario: { name: "", revision: 1 }, can: workbench().can, user: null, urls: { scenario: "/x" } });
  show({ revision: 1, document: drawn, problems: [], runnable: true });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a recording", () => {
  it("gives what was drawn as edits, and puts the drawing back", async () => {
    expect(recorded(workbench().document)).toEqual([]);
    record(EMPTY, null);
    update({ document: changed });
    expect(endRecording()).toEqual([
      { pointer: "/topology/nics/fw1/ip_forwarding", value: false },
      { pointer: "/topology/vms", value: {} },
    ]);
    await vi.waitFor(() => {
      expect(workbench().document).toEqual(drawn);
    });
    expect(sent).toHaveLength(1);
    expect(recorded(workbench().document)).toEqual([]);
  });

  it("in which nothing was drawn changes nothing", () => {
    record(EMPTY, null);
    expect(endRecording()).toEqual([]);
    expect(sent).toEqual([]);
  });
});

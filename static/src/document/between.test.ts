import { describe, expect, it } from "vitest";

import { backTo, editsBetween } from "./between";
import { applied } from "./patch";
import type { JsonObject } from "./types";

const before: JsonObject = {
  topology: { vms: { fw1: { name: "Fw 1", runs: true } }, nics: { "a/b": { dns: ["10.0.0.1"], vm: "fw1" } } },
  layout: { "vms/fw1": { x: 1, y: 2 } },
  faults: { f: { name: "One" } },
};

describe("between two drawings", () => {
  it("lie the edits of what was drawn, and nothing else", () => {
    const after = structuredClone(before) as typeof before & { topology: { vms: JsonObject; nics: JsonObject } };
    after.topology.vms = { fw1: { name: "Fw 1", runs: false }, fw2: { name: "Fw 2" } };
    after.topology.nics = { "a/b": { dns: ["10.0.0.2"] } };
    after.layout = { "vms/fw1": { x: 5, y: 2 }, "vms/fw2": { x: 0, y: 0 } };
    after.faults = {};
    expect(editsBetween(before, after)).toEqual([
      { pointer: "/topology/nics/a~1b/dns", value: ["10.0.0.2"] },
      { pointer: "/topology/nics/a~1b/vm", value: null },
      { pointer: "/topology/vms/fw1/runs", value: false },
      { pointer: "/topology/vms/fw2", value: { name: "Fw 2" } },
    ]);
    expect(applied(after, backTo(before, after))).toEqual({ ...before, faults: {} });
  });

  it("lies nothing where keys stand in another order", () => {
    const turned: JsonObject = { ...before, topology: { nics: { "a/b": { vm: "fw1", dns: ["10.0.0.1"] } }, vms: { fw1: { runs: true, name: "Fw 1" } } } };
    expect([editsBetween(before, turned), backTo(before, turned)]).toEqual([[], []]);
  });

  it("lie whole parts that one of them lacks", () => {
    const bare: JsonObject = { topology: before.topology ?? {}, faults: before.faults ?? {} };
    expect(backTo(bare, before)).toEqual([{ op: "remove", path: "/layout" }]);
    expect(applied(bare, backTo(before, bare))).toEqual(before);
    expect(editsBetween({}, { traffic: { flows: { f: 1 } } })).toEqual([{ pointer: "/traffic/flows", value: { f: 1 } }]);
  });
});

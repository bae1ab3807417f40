import { describe, expect, it } from "vitest";

import type { Run, RunEvent } from "../document/types";
import { askedOf, countsOf, examplesOf, progressOf, unknownOf } from "./questions";

const event = (name: string, more: object): RunEvent => ({ seq: 1, event: name, ...more });

describe("a question about all headers", () => {
  it("is told in one line", () => {
    const run = (kind: string, parameters: object): Run => ({ kind, parameters, revision: 7 }) as Run;
    expect(askedOf(run("matrix", { protocol: "tcp", ports: [22, 443] }))).toBe("tcp 22, 443");
    expect(askedOf(run("reach", { source: "internet" }))).toBe("internet > every VM");
    expect(askedOf(run("reach", { source: "vms/a", destination: "vms/b", protocol: "tcp", ports: "22" }))).toBe("vms/a > vms/b tcp 22");
    expect(askedOf(run("difference", { before: 3 }))).toBe("revision 3 > 7");
    expect(askedOf(run("exposed", {}))).toBe("all public addresses");
  });

  it("says how far it is", () => {
    expect(progressOf([])).toBe("Reading the network");
    expect(progressOf([event("reach.progress", { done: 50, of: 4143 })])).toBe("Asking: 50 of 4,143");
  });

  it("counts, and shows the first of what was found", () => {
    const example = { source: "vms/a", to: "vms/b", address: "10.0.0.4", connects: "tcp 443", one_way: "", unknown: "" };
    const events = [event("reach.done", { counts: { connects: 1200, one_way: 0, nothing: 3, unknown: 0 }, examples: [example] })];
    expect(countsOf(events)[0]).toEqual(["Addresses that connect", "1,200"]);
    expect(examplesOf(events).rows).toEqual([["vms/a", "vms/b", "10.0.0.4", "tcp 443", "", ""]]);
    expect(examplesOf([]).rows).toEqual([]);
  });

  it("gives each reason once", () => {
    const why = { source: "vms/a", destination: "vms/b", reason: "No such thing." };
    expect(unknownOf([event("matrix.port", { not_modelled: [why, why] }), event("reach.done", { not_modelled: ["Unknown."] })])).toEqual(["vms/a to vms/b: No such thing.", "Unknown."]);
  });
});

import { describe, expect, it } from "vitest";

import type { Run, RunEvent } from "../document/types";
import { askedOf, countsOf, examplesOf, progressOf, unknownOf } from "./questions";

const event = (name: string, more: object): RunEvent => ({ seq: 1, event: name, ...more });
const packet = { source: "vms/a", destination: "vms/b", protocol: "tcp", destination_port: 443 };

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

  it("counts and shows pairs that can be traced", () => {
    const events = [event("matrix.port", { protocol: "tcp", port: 443, pairs: 1200, one_way: 3, unknown: 0, examples: [{ ...packet, answered: false }], not_modelled: [] }), event("matrix.done", { vms: 40, classes: 5 })];
    expect(countsOf(events)).toEqual([
      ["tcp 443: pairs of VMs that reach each other", "1,200"],
      ["tcp 443: without an answer", "3"],
      ["VMs", "40"],
      ["Classes of VMs that behave alike", "5"],
    ]);
    expect(examplesOf(events).rows).toEqual([{ cells: ["vms/a", "vms/b", "tcp 443", "no"], packet }]);
  });

  it("names what an edit did, with a packet that shows it", () => {
    const events = [event("difference.change", { effects: ["answer_lost"], pairs: 2, text: "No answer any more.", example: packet })];
    expect(examplesOf(events).rows).toEqual([{ cells: ["answer lost", "2", "No answer any more."], packet }]);
  });

  it("gives each reason once", () => {
    const why = { source: "vms/a", destination: "vms/b", reason: "No such thing." };
    expect(unknownOf([event("matrix.port", { not_modelled: [why, why] }), event("reach.done", { not_modelled: ["Unknown."] })])).toEqual(["vms/a to vms/b: No such thing.", "Unknown."]);
  });
});

import { describe, expect, it } from "vitest";

import type { Moment } from "../../document/race";
import { applied } from "../../document/patch";
import type { BreakField, FaultKind } from "../../protocol/api";
import { override } from "./Numbers";
import { NO_TARGET, ratesOf, targetOf } from "./TargetFields";
import { margin } from "./Verdicts";
import { curves, sharedBy, steps } from "./curves";
import { EMPTY, draftOf, faultOf, idOf, valueOf, wrongAt } from "./faultFields";
import { momentWords } from "./momentWords";
import { marksOf, pathsOf } from "./raceCanvas";
import { NOT_SWEEPING, parameterWords, valueWords, valuesOf, wrongValues } from "./sweepable";
import { isFlat, sweepWords } from "./sweepWords";

const name = (path: string): string => path.split("/")[1] ?? path;
const way = { flow: "f", direction: "forward" as const, share: 0.5, outcome: "delivered", code: null, at: "vms/b", points: ["vms/a", "vms/b"] };
const half: Moment = {
  t_us: 5,
  down: ["vms/fw1"],
  zones: [],
  out: [{ balancer: "load_balancers/ilb", member: "m", vm: "vms/fw1" }],
  moved: [{ name: "x", stale: ["vms/a", "edge"] }],
  ways: [way, { ...way, direction: "return" }, { ...way, outcome: "dropped", code: "VM_STOPPED", at: "nics/n", points: ["vms/a", "nics/n"] }],
};

describe("a moment", () => {
  it("in words says how a flow fares, where packets end, and who does not know", () => {
    expect(momentWords(half, "f", "a to b", name)).toBe(
      "50 % of new packets of a to b arrive, 50 % of answers; packets end at n: VM does not run (VM_STOPPED). Dead: fw1. Out of rotation: fw1. Still going by the old state: a, edge.",
    );
    const quiet = { ...half, down: [], out: [], moved: [], ways: [{ ...way, share: 1 }, { ...way, share: 1, direction: "return" as const }] };
    expect(momentWords(quiet, "f", "a to b", name)).toBe("All new packets of a to b and their answers arrive.");
  });

  it("on the drawing has each way once, and one mark for each thing", () => {
    expect(pathsOf(half, "f").map((path) => [path.packet, path.direction, path.tone, path.reached])).toEqual([
      [1, "forward", "delivered", 2],
      [2, "return", "delivered", 2],
      [3, "forward", "dropped", 2],
    ]);
    expect(pathsOf(half, "other")).toEqual([]);
    expect(marksOf(half, "f")).toEqual([
      { path: "vms/fw1", tone: "down" },
      { path: "nics/n", tone: "dropped" },
    ]);
    expect(marksOf({ ...half, down: [] }, "other")).toEqual([{ path: "vms/fw1", tone: "out" }]);
  });
});

describe("curves", () => {
  const ecdf: [number, number][] = [[0, 0.5], [10, 1]];
  const row = { design: "a", title: "A", p50: 0, p95: 10, ecdf };
  it("of trials keep their share until the next step", () => {
    expect([5, 10, 11].map((time) => sharedBy(row, time))).toEqual([0.5, 1, 1]);
    expect(sharedBy({ ecdf: [[3, 1]] }, 2)).toBe(0);
    const { x, series } = steps([row, { ...row, ecdf: [[4, 1]] }]);
    expect([x, series.map((one) => one.values)]).toEqual([[0.01, 4, 10], [[0.5, 0.5, 1], [0, 1, 1]]]);
  });

  it("of a sweep leave out what is no number", () => {
    const point = (value: number | string, p95: number | null) => ({ parameter: "p", value, designs: [{ design: "a", title: "A", p50: 1, p95, p99: null, never: 0, lost_p50: 0, month_s: 1, false_per_month: 0 }] });
    const { x, series } = curves({ points: [point(10, null), point(5, 2), point("word", 9)], summary: null });
    expect([x, series.map((one) => [one.label, one.values])]).toEqual([[5, 10], [["A, p95", [2, null]], ["A, p50", [1, 1]]]]);
    expect(valuesOf("5, 10;2.5 slow")).toEqual([5, 10, 2.5, "slow"]);
  });
});

describe("a target", () => {
  it("asks for what is written and no more", () => {
    expect([targetOf(NO_TARGET), ratesOf(NO_TARGET)]).toEqual([{}, {}]);
    expect(targetOf({ ...NO_TARGET, recover: "20" })).toEqual({ target: { recover_s: 20 } });
    expect(targetOf({ ...NO_TARGET, recover: "x", lose: "0" })).toEqual({ target: { lose_packets: 0 } });
    expect(ratesOf({ ...NO_TARGET, rates: { crash: "2", "pause-5": "" } })).toEqual({ rates: { crash: 2 } });
  });

  it("says its margin in words", () => {
    const base = { recover_s: 20, lose_packets: null, share: 1, passed: true, margin_packets: null };
    expect(margin({ ...base, margin_s: 4.5 })).toBe("4.5 s to spare");
    expect(margin({ ...base, margin_s: null })).toBe("never recovers at p95");
    expect(margin({ ...base, lose_packets: 10, margin_s: -1, margin_packets: -5 })).toBe("1.0 s too slow; 5 packets too many");
  });
});

describe("a sweep", () => {
  const interval = { name: "probe.interval", meaning: "probe interval", unit: "s", where: "drawing" as const, grade: null, source: "the drawing", value: 5, values: [5, 10] };
  const mode = { ...interval, name: "mode", meaning: "mode", unit: "1", value: "fast", values: ["fast", "slow"] };
  it("names its number with the unit", () => {
    expect([parameterWords(interval), parameterWords(mode), parameterWords({ meaning: "rate", unit: "1/s" })]).toEqual(["Probe interval, s", "Mode", "Rate, per second"]);
    expect([valueWords(5, "s"), valueWords("slow", "1")]).toEqual(["5 s", "slow"]);
    expect(NOT_SWEEPING.values).toEqual({});
  });

  it("says in words which values it cannot try", () => {
    expect([wrongValues(interval, [5, 2.5]), wrongValues(mode, ["slow"])]).toEqual(["", ""]);
    expect(wrongValues(interval, [])).toBe("Write at least one value.");
    expect(wrongValues(interval, [5, "x"])).toBe("x: no number. Write numbers, with commas between them.");
    expect(wrongValues(mode, ["odd"])).toBe("odd: not a choice here. It can be fast or slow.");
  });

  const row = (design: string, p95: number | null, p50: number | null = 1) => ({ design, title: design.toUpperCase(), p50, p95, p99: null, never: 0, lost_p50: 3, month_s: null, false_per_month: 0 });
  const points = [5, 10].map((value) => ({ parameter: "p", value, designs: [row("a", value), row("b", 7), row("c", null, null)] }));
  const best = (design: string, value: number | null) => ({ design, best_value: value, best_p95: value, worst_p95: 10, best_month_value: null, best_month_s: null });
  it("says what each design makes of it, and which ones do not depend on it", () => {
    const summary = { parameter: "p", n: 10, seed: 1, values: [5, 10], designs: [best("a", 5), best("b", 5), best("c", null)] };
    expect(sweepWords({ points, summary }, "s")).toEqual([
      "A: p95 from 5.0 s (at 5 s) to 10.0 s.",
      "B does not depend on it: p95 7.0 s.",
      "C: more than half of the trials never recover, at any value.",
    ]);
    expect([sweepWords({ points, summary: null }, "s"), isFlat([])]).toEqual([[], false]);
  });
});

describe("a fault", () => {
  const kind = (name: string, words: string, fields: BreakField[]): FaultKind => ({ kind: name, words, fields, rate: null, no_month: null });
  const kinds = [kind("crash", "A VM dies without a word", ["vm", "lasts_us"]), kind("zone-lost", "A zone is lost", ["zone", "lasts_us"]), kind("edit", "The drawing changes", ["edits"])];
  it("has the fields of its kind and no others", () => {
    const draft = { ...EMPTY, vm: "fw1", region: "r", lasts_us: "2.5", conditions: ["flag-lost"] };
    expect(faultOf(draft, kinds)).toEqual({ name: "A VM dies without a word", kind: "crash", at_us: 60_000_000, vm: "fw1", lasts_us: 2_500_000, conditions: ["flag-lost"] });
    expect(faultOf({ ...draft, kind: "zone-lost", lasts_us: "", conditions: [] }, kinds)).toEqual({ name: "A zone is lost", kind: "zone-lost", at_us: 60_000_000, zone: 1 });
    expect(faultOf({ ...draft, kind: "edit", edits: [{ pointer: "/topology/x", value: valueOf("false") }] }, kinds).edits).toEqual([{ pointer: "/topology/x", value: false }]);
  });

  it("gets an id of its own, and its problems at their field", () => {
    expect([idOf("Fw 1 dies!", []), idOf("x", ["x", "x-2"]), idOf("…", [])]).toEqual(["fw-1-dies", "x-3", "fault"]);
    const problem = { code: "c", pointer: "/faults/f/vm", found: "nothing", expected: "the id of a VM", hint: "Name it.", fact: null };
    expect(wrongAt([problem], "f", "vm")).toBe("Found nothing, expected the id of a VM. Name it.");
    expect([wrongAt([problem], "f", "zone"), wrongAt([problem], "g", "vm")]).toEqual(["", ""]);
  });
});

describe("a changed number", () => {
  it("is one edit, and leaves the other fields of a distribution as they were", () => {
    const number = { name: "poll.period", values: { value: 30 } };
    expect(applied({}, override({}, number, "value", 10))).toEqual({ timing_overrides: { "poll.period": 10 } });
    const wide = { name: "operation", values: { median: 8, sigma: 0.7 } };
    const before = { timing_overrides: { operation: { median: 20 } } };
    expect(applied(before, override(before, wide, "sigma", 1))).toEqual({ timing_overrides: { operation: { median: 20, sigma: 1 } } });
  });
});

describe("a fault that is in the drawing", () => {
  it("comes back from its form as it was", () => {
    const kinds = [{ kind: "crash", words: "dies", fields: ["vm", "lasts_us"], rate: null, no_month: null } as FaultKind];
    const fault = { name: "both", at_us: 5_000_000, designs: ["balancer"], then: [{ after_us: 30_000_000, kind: "crash", vm: "fw2" }], kind: "crash", vm: "fw1", lasts_us: 2_500_000 };
    expect(faultOf(draftOf(fault), kinds)).toEqual(fault);
  });
});

import { describe, expect, it } from "vitest";

import { conditionOf, flowsFailSince, live, roundLength, spansUntil, stripsUntil, windowAt } from "./live";
import { isGrowing, race } from "./race";
import type { RunEvent } from "./types";

const SECOND = 1_000_000;
let seq = 0;
const event = (name: string, fields: Record<string, unknown>): RunEvent => ({ seq: (seq += 1), event: name, ...fields });
const way = (direction: "forward" | "return", share: number, code: string | null = null): unknown => ({
  flow: "f", direction, share, outcome: code === null ? "delivered" : "dropped", code, at: "vms/fw1", points: ["vms/a"],
});
const moment = (second: number, down: string[], ways: unknown[], stale: string[] = [], zones: number[] = []): RunEvent =>
  event("failover.moment", { design: "a", t_us: second * SECOND, down, zones, out: [], moved: [{ name: "x", stale }], ways });
const note = (second: number, lane: string, kind: string, text: string): RunEvent =>
  event("failover.event", { design: "a", t_us: second * SECOND, lane, kind, text, ref: null, grade: null, source: null });
const press = (number: number, second: number, command: unknown, accepted = true): RunEvent =>
  event("live.command", { number, t_us: second * SECOND, by: "Ada", command, accepted, reason: accepted ? "" : "No." });
const inject = (kind: string, vm = "fw1"): unknown => ({ kind: "inject", step: { kind, vm } });

const whole = [way("forward", 1), way("return", 1)];
const broken = [way("forward", 0.5), way("forward", 0.5, "VM_STOPPED"), way("return", 1)];
const STARTED = [
  event("live.started", { pace: 1, designs: ["a"], protects: "fw1" }),
  event("failover.started", {
    design: "a", title: "A", mechanism: "M4", seed: 7, live: true, assumptions: [],
    fault: { id: "live-1", name: "Live", kind: "nothing", vm: "fw1", at_us: 0 },
    flows: [{ id: "f", name: "a to b", protocol: "tcp", packets_per_second: 10 }],
  }),
  moment(0, [], whole),
];
const FAILED = [...STARTED, event("live.clock", { t_us: 10 * SECOND, pace: 1 }), press(1, 10, inject("crash")), moment(10, ["vms/fw1"], broken), note(12, "detect", "point", "probe 1 of 2 unanswered")];

describe("a race that grows", () => {
  it("lasts as long as it is told, and its clock moves without anything that happens", () => {
    const made = race([...FAILED, event("live.clock", { t_us: 20 * SECOND, pace: 5 })]);
    expect([made?.live, made?.told_us, made?.duration_us, made?.strikes]).toEqual([true, 20 * SECOND, 20 * SECOND, [10 * SECOND]]);
    expect(made && isGrowing(made)).toBe(true);
    const ended = race([...FAILED, event("failover.metrics", { design: "a" })]);
    expect(ended && isGrowing(ended)).toBe(false);
  });

  it("shows the strip that is open as what is true now, from where the last one ended", () => {
    const strip = (direction: string): RunEvent => event("failover.strip", { design: "a", flow: "f", direction, from_us: 0, to_us: 10 * SECOND, delivered: 1, codes: {} });
    const one = race([...FAILED, strip("forward")])?.contenders[0];
    const open = one ? stripsUntil(one, 15 * SECOND).filter((each) => each.to_us === 15 * SECOND) : [];
    expect(open).toEqual([
      { flow: "f", direction: "forward", from_us: 10 * SECOND, to_us: 15 * SECOND, delivered: 0.5, codes: { VM_STOPPED: 0.5 } },
      { flow: "f", direction: "return", from_us: 0, to_us: 15 * SECOND, delivered: 1, codes: {} },
    ]);
  });

  it("opens a span with what begins on a lane, and closes it with what ends", () => {
    const lanes = (events: RunEvent[], second: number): string[] => {
      const one = race(events)?.contenders[0];
      return one ? spansUntil(one, second * SECOND).map((span) => `${span.lane} ${span.from_us / SECOND}-${span.to_us / SECOND}`) : [];
    };
    expect(lanes(STARTED, 5)).toEqual([]);
    expect(lanes(FAILED, 15)).toEqual(["detect 12-15", "flows 10-15"]);
    const noticed = [...FAILED, event("failover.span", { design: "a", lane: "detect", from_us: 10 * SECOND, to_us: 20 * SECOND, text: "noticed" }), note(20, "control", "start", "PUT sent")];
    expect(lanes(noticed, 25)).toEqual(["detect 10-20", "control 20-25", "flows 10-25"]);
    const called = [...noticed, event("failover.span", { design: "a", lane: "control", from_us: 20 * SECOND, to_us: 30 * SECOND, text: "PUT" }), moment(30, ["vms/fw1"], whole, ["vms/web1"])];
    expect(lanes(called, 32)).toEqual(["detect 10-20", "control 20-30", "data 30-32"]);
    expect(lanes([...called, moment(33, ["vms/fw1"], whole)], 34)).toEqual(["detect 10-20", "control 20-30"]);
  });

  it("knows since when new flows fail, at every time", () => {
    const one = race([...FAILED, moment(20, ["vms/fw1"], whole)])?.contenders[0];
    expect(one && [5, 10, 19, 20].map((second) => flowsFailSince(one, second * SECOND))).toEqual([null, 10 * SECOND, 10 * SECOND, null]);
  });

  it("does not take for noticing what a design says as something breaks", () => {
    const events = [...STARTED, press(1, 10, inject("crash")), note(10, "fault", "point", "dies"), note(10, "detect", "point", "not modelled"), moment(10, ["vms/fw1"], whole)];
    const one = race(events)?.contenders[0];
    expect(one && spansUntil(one, 15 * SECOND)).toEqual([]);
  });

  it("notices nothing any more once everything runs again", () => {
    const one = race([...FAILED, press(2, 13, inject("restore")), moment(13, [], whole)])?.contenders[0];
    expect(one && spansUntil(one, 15 * SECOND)).toEqual([]);
  });
});

describe("what people did", () => {
  it("is kept with its pace, and refusals break nothing", () => {
    const events = [...FAILED, press(2, 11, { kind: "pace", pace: 0 }), press(3, 11, inject("crash", "x"), false)];
    expect(live(events)).toMatchObject({ pace: 0, designs: ["a"], protects: "fw1", saved: null });
    expect(live(events)?.commands.map((command) => [command.number, command.accepted])).toEqual([[1, true], [2, true], [3, false]]);
    expect(race(events)?.strikes).toEqual([10 * SECOND]);
    expect(live([...events, press(4, 12, { kind: "pace", pace: 9 }, false)])?.pace).toBe(0);
    expect(live([])).toBeNull();
  });

  it("says how a VM fares and since when", () => {
    const at = (events: RunEvent[], second: number, vm = "fw1", zone: number | null = null): unknown[] => {
      const one = race(events)?.contenders[0];
      return one ? Object.values(conditionOf(one, live(events)?.commands ?? [], vm, zone, second * SECOND)) : [];
    };
    expect(at(FAILED, 5)).toEqual(["runs", null]);
    expect(at(FAILED, 15)).toEqual(["down", 10 * SECOND]);
    expect(at(FAILED, 15, "fw2")).toEqual(["runs", null]);
    const lied = [...STARTED, press(1, 3, inject("forwarding-stops"))];
    expect(at(lied, 4)).toEqual(["forwards nothing", 3 * SECOND]);
    expect(at([...lied, press(2, 6, inject("restore"))], 7)).toEqual(["runs", null]);
    const paused = [...STARTED, press(1, 3, inject("pause")), moment(3, ["vms/fw1"], broken), moment(8, [], whole)];
    expect([at(paused, 4), at(paused, 9)]).toEqual([["paused", 3 * SECOND], ["runs", null]]);
    expect(at([...STARTED, moment(4, [], broken, [], [2])], 5, "fw2", 2)).toEqual(["down", 4 * SECOND]);
  });
});

describe("the stretch in sight", () => {
  it("stays while the cursor is in it and turns the page when it leaves", () => {
    const first = windowAt(null, 0, 60, 0);
    expect(first).toEqual({ from: 0, to: 60 });
    expect(windowAt(first, 59, 60, 0)).toBe(first);
    const second = windowAt(first, 61, 60, 0);
    expect(second).toEqual({ from: 20, to: 80 });
    expect(windowAt(second, 3, 60, 0)).toEqual({ from: 0, to: 60 });
    expect(windowAt(second, 79, 120, 0)).toEqual({ from: 0, to: 120 });
  });

  it("of the whole race is a round length", () => {
    expect([0, 30 * SECOND, 125 * SECOND, 10 ** 13].map((length) => roundLength(length) / SECOND)).toEqual([30, 60, 180, 10 ** 7]);
  });
});

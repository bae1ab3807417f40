import { describe, expect, it } from "vitest";

import { beyondWords, duration, eventTimes, momentAt, neighbour, race, seconds, sharesOf, sweep, together, trials, winner } from "./race";

const started = (design: string, duration_us: number) => ({
  seq: 1,
  event: "failover.started",
  design,
  title: design,
  mechanism: "M1",
  seed: 1,
  fault: { id: "f", name: "It fails", vm: "a", at_us: 5 },
  duration_us,
  flows: [],
  assumptions: [],
});

describe("race", () => {
  it("is nothing before a design came in", () => {
    expect(race([])).toBeNull();
    expect(race([{ seq: 1, event: "failover.event", design: "a", t_us: 1 }])).toBeNull();
  });

  it("gathers each design's events and lasts as long as the longest", () => {
    const made = race([
      started("a", 10),
      started("b", 30),
      { seq: 3, event: "failover.event", design: "b", t_us: 7, lane: "detect", kind: "point", text: "seen" },
      { seq: 4, event: "failover.span", design: "a", lane: "data", from_us: 1, to_us: 2, text: "moves" },
      { seq: 5, event: "failover.event", design: "unknown", t_us: 8, lane: "detect", kind: "point", text: "x" },
    ]);
    expect(made?.duration_us).toBe(30);
    expect(made?.fault_us).toBe(5);
    expect(made?.contenders.map((one) => [one.design, one.notes.length, one.spans.length])).toEqual([
      ["a", 0, 1],
      ["b", 1, 0],
    ]);
  });
});

describe("a moment of a race", () => {
  const way = (share: number, outcome: string, direction = "forward") => ({ flow: "f", direction, share, outcome, code: null, at: null, points: [] });
  const made = race([
    started("a", 30),
    { seq: 2, event: "failover.moment", design: "a", t_us: 0, down: [], zones: [], out: [], moved: [], ways: [way(1, "delivered"), way(1, "delivered", "return")] },
    { seq: 3, event: "failover.event", design: "a", t_us: 5, lane: "fault", kind: "point", text: "dies" },
    { seq: 4, event: "failover.moment", design: "a", t_us: 5, down: ["vms/x"], zones: [], out: [], moved: [], ways: [way(0.5, "delivered"), way(0.5, "dropped")] },
    { seq: 5, event: "failover.event", design: "a", t_us: 20, lane: "data", kind: "point", text: "back" },
  ]);
  const one = made?.contenders[0];
  it("is the last one that has begun", () => {
    expect(one && [0, 4, 5, 29].map((t) => momentAt(one, t)?.down.length)).toEqual([0, 0, 1, 1]);
  });
  it("says which share of a flow arrives", () => {
    expect(one?.moments.map((moment) => sharesOf(moment, "f"))).toEqual([
      { forward: 1, back: 1 },
      { forward: 0.5, back: 0 },
    ]);
  });
  it("has neighbours, and none at the ends", () => {
    const times = made ? eventTimes(made) : [];
    expect(times).toEqual([5, 20]);
    expect([neighbour(times, 0, 1), neighbour(times, 5, 1), neighbour(times, 20, 1), neighbour(times, 20, -1), neighbour(times, 5, -1)]).toEqual([5, 20, null, 5, null]);
    expect(made?.told_us).toBe(20);
  });
});

describe("flows together", () => {
  const strip = (flow: string, from_us: number, to_us: number, delivered: number, codes = {}, direction: "forward" | "return" = "forward") => ({ flow, direction, from_us, to_us, delivered, codes });
  it("count alike, piece by piece, and each direction by itself", () => {
    const strips = [strip("a", 0, 10, 1), strip("a", 10, 30, 0, { GONE: 1 }), strip("b", 0, 20, 1), strip("b", 20, 30, 0.5, { GONE: 0.5 }), strip("a", 0, 30, 1, {}, "return")];
    expect(together(strips, "forward").map((part) => [part.from_us, part.to_us, part.delivered, part.codes])).toEqual([
      [0, 10, 1, {}],
      [10, 20, 0.5, { GONE: 0.5 }],
      [20, 30, 0.25, { GONE: 0.75 }],
    ]);
    expect(together(strips, "return")).toHaveLength(1);
    expect(together([], "return")).toEqual([]);
  });
});

describe("clocks beyond the recovery", () => {
  it("are told in words, by name where only some are", () => {
    expect([beyondWords([], 2), beyondWords(["A"], 2), beyondWords(["A", "B"], 2)]).toEqual([
      null,
      "The clocks of A cover the whole procedure, also calls and hosts that no flow waits for.",
      "The clocks cover the whole procedure, also calls and hosts that no flow waits for.",
    ]);
  });
});

describe("sweep", () => {
  it("keeps its points and its summary", () => {
    const found = sweep([
      { seq: 1, event: "sweep.point", parameter: "probe.interval", value: 5, designs: [] },
      { seq: 2, event: "sweep.summary", parameter: "probe.interval", n: 10, seed: 1, values: [5], designs: [] },
    ]);
    expect([found.points.length, found.summary?.n]).toEqual([1, 10]);
  });
});

describe("trials", () => {
  it("keeps the newest progress and the summary", () => {
    const made = trials([
      { seq: 1, event: "trials.progress", done: 50, n: 100, designs: [] },
      { seq: 2, event: "trials.progress", done: 100, n: 100, designs: [] },
      { seq: 3, event: "trials.summary", n: 100, seed: 4, designs: [], ratio: null },
    ]);
    expect([made.done, made.n, made.summary?.seed]).toEqual([100, 100, 4]);
  });
});

describe("winner", () => {
  const rows = [{ t: 80 }, { t: 13 }, { t: null }];
  it("is the smallest, and never is not small", () => {
    expect(winner(rows, (row) => row.t)).toBe(rows[1]);
  });
  it("is nobody in a tie or alone", () => {
    expect(winner([{ t: 1 }, { t: 1 }], (row) => row.t)).toBeNull();
    expect(winner([{ t: 1 }], (row) => row.t)).toBeNull();
  });
});

describe("times", () => {
  it("read well at every size", () => {
    expect([seconds(0.349), seconds(13), seconds(720), seconds(null), duration(80_700_000)]).toEqual([
      "0.35 s",
      "13.0 s",
      "12 min",
      "never",
      "80.7 s",
    ]);
  });
});

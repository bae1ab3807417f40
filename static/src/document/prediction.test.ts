import { describe, expect, it } from "vitest";

import { type Hop, type Judgement, type LegJudgement, type Said, guessed, isWhole, nextPlace, prepared, preparedStep, stepped, stopGroups } from "./prediction";

const DOCUMENT = { topology: { vms: { web1: { name: "web 1" } }, load_balancers: { ilb: {} } } };
const said = (value: string, code = ""): Said => ({ value, code });
const hop = (at: string, told: string, was: string): Hop => ({ at, said: told, was, right: told === was });
const leg = (over: boolean, ...hops: Hop[]): LegJudgement => ({ right: hops.every((one) => one.right), over, hops, reason: "", facts: [], misconception: null });
const judged = (open: boolean, forward: LegJudgement, back: LegJudgement | null = null): Judgement => ({ right: false, open, forward, back });

describe("a prediction", () => {
  it("offers what is drawn, by kind, and the Internet", () => {
    const groups = stopGroups(DOCUMENT);
    expect(groups.map((group) => group.title)).toEqual(["Virtual machines", "Balancers", "Outside"]);
    expect(groups[0]?.stops).toEqual([{ path: "vms/web1", name: "web 1" }]);
    expect(groups[1]?.stops).toEqual([{ path: "load_balancers/ilb", name: "ilb" }]);
    expect(groups[2]?.stops.at(-1)?.path).toBe("internet");
  });

  it("forgets what was said after a row that changes", () => {
    const guess = [said("vms/fw"), said("vms/b"), said("delivered")];
    expect(guessed(guess, 0, said("vms/c"))).toEqual([said("vms/c")]);
    expect(guessed(guess.slice(0, 2), 1, said(""))).toEqual([said("vms/fw")]);
  });

  it("is whole when each direction that was begun ends", () => {
    const there = [said("vms/b"), said("delivered")];
    expect(isWhole([said("vms/b")])).toBe(false);
    expect(prepared({ forward: [said("vms/b")], back: [] })).toBeNull();
    expect(prepared({ forward: there, back: [said("vms/a")] })).toBeNull();
    expect(prepared({ forward: there, back: [] })).toEqual({ forward: { hops: [{ verdict: "forwarded", next: "vms/b" }, { verdict: "delivered" }] } });
    expect(prepared({ forward: [said("dropped", "NSG_OUT")], back: [] })).toEqual({ forward: { hops: [{ verdict: "dropped", code: "NSG_OUT" }] } });
  });
});

describe("a prediction step by step", () => {
  it("begins at the sender and goes on from where the packet truly is", () => {
    expect(nextPlace("vms/a", null)).toEqual({ leg: "forward", at: "vms/a", first: true });
    expect(nextPlace("vms/a", judged(true, leg(false, hop("vms/a", "vms/b", "vms/fw"))))).toEqual({ leg: "forward", at: "vms/fw", first: false });
  });

  it("goes on with the answer at who got the request, and ends with the packet", () => {
    const there = leg(true, hop("vms/a", "vms/b", "vms/b"), hop("vms/b", "dropped", "delivered"));
    expect(nextPlace("vms/a", judged(true, there))).toEqual({ leg: "back", at: "vms/b", first: true });
    expect(nextPlace("vms/a", judged(true, there, leg(false, hop("vms/b", "vms/a", "vms/fw"))))).toEqual({ leg: "back", at: "vms/fw", first: false });
    expect(nextPlace("vms/a", judged(false, there))).toBeNull();
  });

  it("is sent with the place of each step", () => {
    const made = stepped({ forward: [{ ...said("vms/fw"), at: "vms/a" }], back: [] }, "forward", { ...said("dropped", "NSG_IN"), at: "vms/fw" });
    const forward = { hops: [{ verdict: "forwarded", next: "vms/fw", at: "vms/a" }, { verdict: "dropped", code: "NSG_IN", at: "vms/fw" }] };
    expect(preparedStep(made, true)).toEqual({ forward, stepwise: true });
    expect(preparedStep(made, false)).toEqual({ forward });
  });
});

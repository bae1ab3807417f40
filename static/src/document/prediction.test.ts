import { describe, expect, it } from "vitest";

import { guessed, isWhole, prepared, stopGroups } from "./prediction";

const DOCUMENT = { topology: { vms: { web1: { name: "web 1" } }, load_balancers: { ilb: {} } } };

describe("a prediction", () => {
  it("offers what is drawn, by kind, and the Internet", () => {
    const groups = stopGroups(DOCUMENT);
    expect(groups.map((group) => group.title)).toEqual(["Virtual machines", "Balancers", "Outside"]);
    expect(groups[0]?.stops).toEqual([{ path: "vms/web1", name: "web 1" }]);
    expect(groups[1]?.stops).toEqual([{ path: "load_balancers/ilb", name: "ilb" }]);
    expect(groups[2]?.stops.at(-1)?.path).toBe("internet");
  });

  it("forgets what was said after a row that changes", () => {
    expect(guessed(["vms/fw", "vms/b", "delivered"], 0, "vms/c")).toEqual(["vms/c"]);
    expect(guessed(["vms/fw", "vms/b"], 1, "")).toEqual(["vms/fw"]);
  });

  it("is whole when each direction that was begun ends", () => {
    expect(isWhole(["vms/b"])).toBe(false);
    expect(prepared({ forward: ["vms/b"], back: [] })).toBeNull();
    expect(prepared({ forward: ["vms/b", "delivered"], back: ["vms/a"] })).toBeNull();
    expect(prepared({ forward: ["vms/b", "delivered"], back: [] })).toEqual({ forward: { stops: ["vms/b"], outcome: "delivered" } });
    expect(prepared({ forward: ["dropped"], back: [] })).toEqual({ forward: { stops: [], outcome: "dropped" } });
  });
});

import { describe, expect, it } from "vitest";

import type { Step, Verdict } from "../../document/types";
import { pointsOf, withoutState } from "./legs";

const header = { source: "", destination: "", protocol: 6, source_port: 0, destination_port: 0, ttl: 64, destination_mac: null };
const base = { index: 0, actor: "fabric" as const, decision: "", reason: "", card: null, facts: [], matched: null, overridden: [], before: header, after: header, assumption: null };
const step = (place: string, at: string | null): Step => ({ ...base, place, at });
const verdict = (outcome: Verdict["outcome"], sentence = ""): Verdict => ({ outcome, code: null, at: null, sentence, mend: null, facts: [] });

describe("the places of a packet", () => {
  it("are named once each while it stays", () => {
    expect(pointsOf([step("guest", "vms/a"), step("nic", "vms/a"), step("fabric", null), step("nic", "nics/b")], null)).toEqual(["vms/a", "nics/b"]);
  });
  it("end at the Internet when the edge drops it", () => {
    const steps = [step("nic", "nics/web1-nic"), step("edge", "nics/web1-nic")];
    expect(pointsOf(steps, verdict("dropped"))).toEqual(["nics/web1-nic", "internet"]);
    expect(pointsOf(steps, null)).toEqual(["nics/web1-nic"]);
    expect(pointsOf([...steps, step("host", "hosts/client")], verdict("delivered"))).toEqual(["nics/web1-nic", "hosts/client"]);
  });
});

describe("the words of a verdict", () => {
  it("leave out what the mark says", () => {
    expect(withoutState(verdict("delivered", "Delivered: The guest of b1 takes it."))).toBe("The guest of b1 takes it.");
    expect(withoutState(verdict("dropped", "Dropped at the edge: no way."))).toBe("at the edge: no way.");
    expect(withoutState(verdict("dropped", "The edge drops it."))).toBe("The edge drops it.");
  });
});

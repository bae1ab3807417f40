import { describe, expect, it } from "vitest";

import { framesOf, passesOf, routersOf } from "./pictures";
import type { Header, Step } from "./types";

const HEADER: Header = { source: "10.0.0.4", destination: "10.0.1.4", protocol: 6, source_port: 1, destination_port: 443, ttl: 64, destination_mac: null };

function step(place: string, at: string | null, decision: string, more: Partial<Step> = {}): Step {
  return { index: 0, place, actor: place === "guest" ? "guest" : "fabric", at, decision, reason: `${decision}.`, card: null, facts: [], matched: null, overridden: [], before: HEADER, after: HEADER, assumption: null, ...more };
}

const OUT = { ...HEADER, source_mac: "aa", destination_mac: "router" };
const IN = { ...HEADER, source_mac: "router", destination_mac: "bb" };
const WAY: Step[] = [
  step("guest", "vms/a", "route"),
  step("nic", "nics/a", "passes", { after: OUT }),
  step("security", "nics/a", "allowed"),
  step("fabric", "nics/a", "to fw", { matched: { kind: "route", ref: null, text: "10.0.1.0/24 -> fw" } }),
  step("fabric", "nics/fw", "deliver"),
  step("nic", "nics/fw", "passes", { after: IN }),
  step("guest", "vms/fw", "forward"),
  step("nic", "nics/fw", "passes", { after: OUT }),
  step("fabric", "nics/fw", "none", { matched: { kind: "route", ref: null, text: "10.0.1.0/24 -> None" } }),
];

describe("pictures of a packet", () => {
  it("has one router that every pass goes through, and a pass that comes out nowhere", () => {
    expect(passesOf(WAY)).toEqual([
      { from: "vms/a", to: "vms/fw", by: "10.0.1.0/24 -> fw" },
      { from: "vms/fw", to: null, by: "none." },
    ]);
  });

  it("has a router at each NIC, out and in", () => {
    expect(routersOf(WAY).map(({ nic, way, lines }) => [nic, way, lines.length])).toEqual([
      ["nics/a", "out", 3],
      ["nics/fw", "in", 2],
      ["nics/fw", "out", 2],
    ]);
  });

  it("has the frames that VMs send and receive", () => {
    const frames = framesOf(WAY, (nic) => nic.replace("nics", "vms"));
    expect(frames.map(({ vm, way }) => [vm, way])).toEqual([
      ["vms/a", "sends"],
      ["vms/fw", "receives"],
      ["vms/fw", "sends"],
    ]);
    expect(frames[1]?.header.destination_mac).toBe("bb");
  });

  it("has nothing to show of no steps", () => {
    expect([passesOf([]), routersOf([]), framesOf([], String)]).toEqual([[], [], []]);
  });
});

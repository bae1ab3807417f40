import { describe, expect, it } from "vitest";

import type { Command } from "../../../document/live";
import { movables, nicsFor } from "./addresses";
import { commandWords, conditionWords, paceWords } from "./liveWords";
import { replayAddress, replayOf, withoutReplay } from "./replay";

const name = (path: string): string => path.toUpperCase();
const said = (command: unknown, accepted = true): string =>
  commandWords({ number: 1, t_us: 0, by: "Ada", accepted, reason: "", command: command as Command["command"] }, name);
const did = (step: Record<string, unknown>, accepted = true): string => said({ kind: "inject", step }, accepted);

describe("a command in words", () => {
  it("says who did what to what", () => {
    expect(did({ kind: "crash", vm: "fw1" })).toBe("Ada failed VMS/FW1");
    expect(did({ kind: "move-address", address: "10.0.0.9", nic: "n2" })).toBe("Ada moved 10.0.0.9 to NICS/N2");
    expect(did({ kind: "zone-lost", zone: 2 })).toBe("Ada took away zone 2");
    expect(did({ kind: "link-lost", link: "peerings/p" })).toBe("Ada cut PEERINGS/P");
    expect(did({ kind: "gateway-unplanned", gateway: "g", instance: 1 })).toBe("Ada failed instance 1 of GATEWAYS/G");
    expect(did({ kind: "edit", edits: [{ pointer: "/topology/x", value: null }] })).toBe("Ada changed the drawing at /topology/x");
    expect([said({ kind: "pace", pace: 0 }), said({ kind: "pace", pace: 15 }), said({ kind: "end" })]).toEqual(["Ada paused the race", "Ada set the pace to ×15", "Ada ended the race"]);
  });

  it("that was refused says what was wanted", () => {
    expect(did({ kind: "crash", vm: "x" }, false)).toBe("Ada wanted to fail VMS/X");
    expect(did({ kind: "crash" }, false)).toBe("Ada wanted to fail something");
    expect(said({ kind: "pace", pace: 0 }, false)).toBe("Ada wanted to pause the race");
  });

  it("names states and paces", () => {
    expect([conditionWords({ state: "runs", since_us: null }, 0), conditionWords({ state: "down", since_us: 12_400_000 }, 0)]).toEqual(["runs", "down since +12.4 s"]);
    expect([paceWords(0), paceWords(5)]).toEqual(["paused", "×5"]);
  });
});

describe("addresses that can move", () => {
  const configuration = (address: string, primary: boolean) => ({ address, primary });
  const document = {
    topology: {
      nics: {
        a: { name: "nic a", vm: "fw1", subnet: "s", configurations: { one: configuration("10.0.0.4", true), two: configuration("10.0.0.9", false) } },
        b: { name: "nic b", vm: "fw2", subnet: "s", configurations: { one: configuration("10.0.0.5", true) } },
        c: { name: "nic c", vm: "web", subnet: "t", configurations: {} },
        d: { name: "nic d", subnet: "s", configurations: {} },
      },
      load_balancers: { l: { name: "lb", frontends: { in: { address: "10.0.0.100", subnet: "s" }, out: { public_ip: "p" } } } },
    },
  };
  it("are those that are not the first of their NIC, and private ones of balancers", () => {
    expect(movables(document).map((one) => [one.address, one.holder])).toEqual([["10.0.0.9", "nics/a"], ["10.0.0.100", "load_balancers/l"]]);
  });
  it("stay in their subnet, at a VM", () => {
    expect(nicsFor(document, "s")).toEqual([["a", "nic a"], ["b", "nic b"]]);
  });
});

describe("a saved timeline", () => {
  const saved = { fault: "live-1", scenario: "s", url: "/scenarios/s/", revision: 1 };
  it("is an address that asks for the same race", () => {
    const address = `http://localhost${replayAddress(saved, ["a", "b"], 7)}`;
    expect(replayOf(address)).toEqual({ fault: "live-1", designs: ["a", "b"], seed: 7 });
    expect(withoutReplay(address)).toBe("http://localhost/scenarios/s/");
  });
  it("is none without a fault or designs", () => {
    expect([replayOf("http://localhost/"), replayOf("http://localhost/?replay=x&designs=")]).toEqual([null, null]);
  });
});

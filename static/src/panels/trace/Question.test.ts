import { describe, expect, it } from "vitest";

import { drawing } from "../../document/drawing";
import { askedWords } from "./AskedFor";
import { placesOf, withNames } from "./Question";

const nic = (vm: string): object => ({ name: `${vm}-nic`, vm, subnet: "s", configurations: { a: { address: "10.0.0.4", primary: true } } });
const shown = drawing({
  topology: {
    vnets: { v: { name: "v", address_space: ["10.0.0.0/16"] } },
    subnets: { s: { name: "s", vnet: "v", prefixes: ["10.0.0.0/24"] } },
    vms: { "vm-1": { name: "web" }, "vm-2": { name: "web" }, "vm-3": { name: "database" } },
    nics: { n1: nic("vm-1"), n2: nic("vm-2"), n3: nic("vm-3") },
  },
});

describe("who can be asked about", () => {
  it("goes by the names people gave, told apart where two are the same", () => {
    expect(placesOf(shown).map((place) => place.name)).toEqual(["web (vm-1)", "web (vm-2)", "database"]);
  });
  it("is named so in the server's sentences", () => {
    expect(withNames("There is no route from vms/vm-3 to vms/nobody.", placesOf(shown))).toBe("There is no route from database to vms/nobody.");
  });
});

describe("what was asked", () => {
  it("is said by names, with what else was written", () => {
    const asked = (parameters: object): string => askedWords({ parameters: { ...parameters }, revision: 4 }, shown);
    expect(asked({ source: "vms/vm-1", destination: "vms/vm-3", protocol: "tcp", destination_port: 443, ttl: 9 })).toBe("Asked: web (vm-1) to database, tcp, port 443, TTL 9; revision 4.");
    expect(asked({ source: "vms/vm-3", destination: "203.0.113.9", protocol: "icmp", destination_port: 0 })).toBe("Asked: database to 203.0.113.9, icmp; revision 4.");
  });
});

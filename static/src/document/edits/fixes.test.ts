import { describe, expect, it } from "vitest";

import { applied } from "../patch";
import { nextAddress } from "../propose";
import { at } from "../raw";
import type { JsonObject, Problem } from "../types";
import { fixesOf } from "./fixes";

function problem(code: string, pointer: string): Problem {
  return { code, pointer, found: "", expected: "", hint: "", fact: null };
}

/** Two subnets that overlap, of both versions of IP; a peer with the range next door. */
const DRAWN: JsonObject = {
  topology: {
    vnets: { v: { name: "v", address_space: ["10.0.0.0/16", "2001:db8::/48"] }, w: { name: "w", address_space: ["10.1.0.0/16"] } },
    peerings: { vw: { vnet: "v", remote_vnet: "w" } },
    subnets: { a: { name: "a", vnet: "v", prefixes: ["10.0.0.0/24"] }, b: { name: "b", vnet: "v", prefixes: ["2001:db8:0:1::/64", "10.0.0.0/28"] } },
    route_tables: { t: { name: "t", routes: { r: { prefix: "10.9.0.0/16", next_hop_type: "VirtualAppliance", next_hop_ip: "10.0.0.5" } } } },
    vms: { m: { name: "m", guest: { forwarding: true } } },
    nics: { n: { name: "n", vm: "m", subnet: "b", ip_forwarding: true, configurations: { p: { address: "10.0.0.5", primary: true }, q: { address: "2001:db8::9" } } } },
    nat_gateways: { g: { name: "g", public_ips: ["gone"] } },
  },
};

function words(code: string, pointer: string, document = DRAWN): string[] {
  return fixesOf(document, problem(code, pointer)).map((fix) => fix.words);
}

function after(code: string, pointer: string, path: string, document = DRAWN): unknown {
  return at(applied(document, fixesOf(document, problem(code, pointer))[0]?.patch ?? []), path);
}

describe("a mend of addresses", () => {
  it("replaces the prefix at fault alone, and takes what stands in it along", () => {
    const place = "/topology/subnets/b/prefixes/1";
    expect(after("subnet-overlap", place, "subnets/b/prefixes")).toEqual(["2001:db8:0:1::/64", "10.0.1.0/28"]);
    expect(after("subnet-overlap", place, "nics/n/configurations/p/address")).toBe("10.0.1.5");
    expect(after("subnet-overlap", place, "route_tables/t/routes/r/next_hop_ip")).toBe("10.0.1.5");
    expect(fixesOf(DRAWN, problem("subnet-overlap", place))[0]?.told).toEqual(["Addresses move along: 10.0.0.5 → 10.0.1.5."]);
  });

  it("keeps the version of IP", () => {
    expect(words("address-outside-subnet", "/topology/nics/n/configurations/q/address")).toEqual(["Take 2001:db8:0:1::4, which is free"]);
    const plain = applied(DRAWN, [{ op: "replace", path: "/topology/subnets/b/prefixes", value: ["10.0.7.0/28"] }]) as JsonObject;
    expect(words("address-outside-subnet", "/topology/nics/n/configurations/q/address", plain)).toEqual([]);
  });

  it("is free in the whole network, and in no other subnet", () => {
    expect(nextAddress(DRAWN, "a")).toBe("10.0.0.16");
    expect(nextAddress(DRAWN, "b")).toBeNull();
  });

  it("adds no range that a peer has", () => {
    const beside = (prefix: string): JsonObject => applied(DRAWN, [{ op: "replace", path: "/topology/subnets/a/prefixes", value: [prefix] }]) as JsonObject;
    expect(words("subnet-outside-vnet", "/topology/subnets/a/prefixes/0", beside("10.1.0.0/24"))).toEqual(["Take 10.0.1.0/24, which is free"]);
    expect(words("subnet-outside-vnet", "/topology/subnets/a/prefixes/0", beside("10.2.0.0/24"))).toContain("Add the range to v");
  });
});

describe("a mend of a reference", () => {
  it("takes the VM along with its only NIC", () => {
    const lost = applied(DRAWN, [{ op: "replace", path: "/topology/nics/n/subnet", value: "gone" }]) as JsonObject;
    const path = "/topology/nics/n/subnet";
    expect(words("dangling-reference", path, lost)).toEqual(["Delete n and VM m, which has no other NIC"]);
    expect(after("dangling-reference", path, "vms/m", lost)).toBeNull();
  });

  it("gives the last public IP of a NAT gateway another in its place", () => {
    expect(words("dangling-reference", "/topology/nat_gateways/g/public_ips/0")).toEqual(["Give it a public IP of its own", "Delete g"]);
    expect(after("dangling-reference", "/topology/nat_gateways/g/public_ips/0", "nat_gateways/g/public_ips")).toEqual(["g-ip"]);
  });

  it("takes what is there, three at most", () => {
    const faults = { f: { name: "crash", kind: "crash", vm: "gone" } };
    const vms = Object.fromEntries(["m", "n", "o", "p"].map((id) => [id, { name: id }]));
    const drawn = { topology: { vms }, faults };
    expect(words("dangling-reference", "/faults/f/vm", drawn)).toEqual(["Take m", "Take n", "Take o", "Delete crash"]);
    const controllers = { robot: { name: "robot", scope: "tables", tables: ["gone"] } };
    expect(words("dangling-reference", "/controllers/robot/tables/0", { topology: {}, controllers })).toEqual(["Take it out of the list"]);
  });

  it("sends a route to an appliance that forwards", () => {
    expect(words("route-without-next-hop", "/topology/route_tables/t/routes/r/next_hop_ip")).toEqual(["Send to m, 10.0.0.5", "Delete r"]);
  });
});

import { describe, expect, it } from "vitest";

import { PIECES, homeOf, pieceOf, placeOf } from "../grammar";
import { applied, inverse } from "../patch";
import { explainAddress, explainPrefix, freeAddresses, nextAddress, nextPriority, nextSubnetPrefix } from "../propose";
import { at } from "../raw";
import type { JsonObject } from "../types";
import { add, isEdit, placeFor } from "./add";
import { connect } from "./connect";
import { duplicate, fragment, paste } from "./copy";
import { replacements, replacing } from "./prefixes";
import { remove } from "./remove";

const EMPTY: JsonObject = { schema: 1, name: "blank", topology: {}, traffic: {}, faults: {}, layout: {} };

function put(document: JsonObject, piece: string, selection: string | null = null): { document: JsonObject; path: string } {
  const result = add(document, pieceOf(piece), placeOf(document, selection));
  if (!isEdit(result)) throw new Error(result.reason);
  return { document: applied(document, result.patch) as JsonObject, path: result.selects[0] ?? "" };
}

/** [vm1 .4] -- (hub / subnet1) and a spoke beside it, with [fw1] and a balancer. */
function network(): JsonObject {
  let { document } = put(EMPTY, "vnet");
  document = put(document, "vnet").document;
  document = put(document, "subnet", "vnets/hub").document;
  document = put(document, "subnet", "vnets/spoke1").document;
  document = put(document, "vm", "subnets/subnet1").document;
  document = put(document, "appliance", "subnets/subnet1").document;
  document = put(document, "balancer", "subnets/subnet1").document;
  return document;
}

describe("what is added", () => {
  it("proposes names, prefixes and addresses that are free", () => {
    const document = network();
    expect(at(document, "vnets/hub/address_space")).toEqual(["10.0.0.0/16"]);
    expect(at(document, "vnets/spoke1/address_space")).toEqual(["10.1.0.0/16"]);
    expect(at(document, "subnets/subnet2/prefixes")).toEqual(["10.1.0.0/24"]);
    expect(at(document, "nics/vm1-nic/configurations/primary/address")).toBe("10.0.0.4");
    expect(at(document, "nics/fw1-nic/configurations/primary/address")).toBe("10.0.0.5");
    expect(at(document, "nics/fw1-nic/ip_forwarding")).toBe(true);
    expect(at(document, "load_balancers/balancer1/frontends/front/address")).toBe("10.0.0.6");
  });

  it("says why a place will not do", () => {
    const document = network();
    const reason = (piece: string, selection: string | null): string => {
      const found = homeOf(document, pieceOf(piece), placeOf(document, selection));
      return "reason" in found ? found.reason : found.home;
    };
    expect(reason("subnet", null)).toBe("A subnet lives in a virtual network.");
    expect(reason("vm", "vnets/hub")).toBe("A VM lives in a subnet.");
    expect(reason("vnet", "vnets/hub")).toBe("A virtual network lives on the empty canvas.");
    expect(reason("vpn-gateway", "vms/vm1")).toBe("vnets/hub");
    expect(reason("nic", "vms/vm1")).toBe("vms/vm1");
    const gated = put(document, "vpn-gateway", "vnets/hub").document;
    expect(homeOf(gated, pieceOf("vpn-gateway"), ["vnets/hub"])).toEqual({ reason: "hub has a gateway of this kind; one is all it may have." });
    expect(homeOf(gated, pieceOf("vm"), placeOf(gated, "subnets/hub-GatewaySubnet"))).toHaveProperty("reason");
  });

  it("takes the only home there is when nothing suitable is selected", () => {
    const one = put(EMPTY, "vnet").document;
    expect(placeFor(one, pieceOf("subnet"), null)).toEqual(["vnets/hub"]);
    expect(placeFor(network(), pieceOf("subnet"), "vms/vm1")[0]).toBe("vms/vm1");
  });

  it("has a way of making every piece there is", () => {
    let document = network();
    document = put(document, "site").document;
    const homes: Record<string, string | null> = { vnets: "vnets/spoke1", subnets: "subnets/subnet2", vms: "vms/vm1", nics: "nics/vm1-nic", sites: "sites/site1", gateways: "gateways/hub-vpn", canvas: null, anywhere: null };
    document = put(document, "vpn-gateway", "vnets/hub").document;
    for (const piece of PIECES) document = put(document, piece.id, homes[piece.homes[0] ?? "canvas"] ?? null).document;
    expect(Object.keys(at(document, "vms") as JsonObject)).toHaveLength(4);
  });

  it("is taken back by the opposite patch", () => {
    const document = network();
    const result = add(document, pieceOf("route-server"), ["vnets/hub"]);
    if (!isEdit(result)) throw new Error(result.reason);
    const after = applied(document, result.patch);
    expect(at(after, "route_servers")).not.toBeNull();
    expect(applied(after, inverse(document, result.patch))).toEqual(document);
  });
});

describe("what is proposed and explained", () => {
  it("knows the reserved addresses, who holds one, and what is outside", () => {
    const document = network();
    expect(nextAddress(document, "subnet1")).toBe("10.0.0.7");
    expect(freeAddresses(document, "subnet1")).toBe(248);
    expect(explainAddress(document, "subnet1", "10.0.0.3", "")).toContain("reserved (A1)");
    expect(explainAddress(document, "subnet1", "10.0.0.255", "")).toContain("reserved (A1)");
    expect(explainAddress(document, "subnet1", "10.0.0.4", "")).toBe("10.0.0.4 is taken by NIC vm1-nic.");
    expect(explainAddress(document, "subnet1", "10.0.0.4", "nics/vm1-nic/configurations/primary/address")).toBeNull();
    expect(explainAddress(document, "subnet1", "10.0.1.4", "")).toContain("outside subnet1, 10.0.0.0/24");
    expect(explainAddress(document, "subnet1", "10.0.1", "")).toContain("Write an address");
  });

  it("knows overlaps and bits behind the length", () => {
    const document = network();
    expect(nextSubnetPrefix(document, "hub")).toEqual({ prefix: "10.0.1.0/24" });
    expect(explainPrefix(document, "subnets/subnet1", "10.0.0.5/24")).toContain("10.0.0.0/24 would do");
    expect(explainPrefix(document, "subnets/subnet1", "10.2.0.0/24")).toContain("Outside the address space of hub");
    const two = put(document, "subnet", "vnets/hub").document;
    expect(explainPrefix(two, "subnets/subnet3", "10.0.0.0/25")).toContain("Overlaps subnet subnet1");
  });

  it("takes a smaller prefix where /24 does not fit, and says when a network is full", () => {
    const small = applied(EMPTY, [{ op: "add", path: "/topology/vnets", value: { v: { name: "v", address_space: ["10.0.0.0/28"] } } }]) as JsonObject;
    expect(nextSubnetPrefix(small, "v")).toEqual({ prefix: "10.0.0.0/28" });
    const full = put(small, "subnet", "vnets/v").document;
    expect(nextSubnetPrefix(full, "v")).toHaveProperty("reason");
  });

  it("numbers priorities in tens behind the others", () => {
    expect(nextPriority([], "Inbound")).toBe(100);
    expect(nextPriority([{ direction: "Inbound", priority: 105 }, { direction: "Outbound", priority: 900 }], "Inbound")).toBe(110);
  });
});

describe("what is deleted", () => {
  it("takes along what hangs on it, tells it, and is taken back whole", () => {
    let document = network();
    document = put(document, "route-table", "subnets/subnet1").document;
    document = applied(document, [{ op: "add", path: "/traffic/t", value: { name: "web", source: "vms/vm1", destination: "vms/fw1" } }]) as JsonObject;
    const removal = remove(document, ["subnets/subnet1"]);
    expect(removal.goes).toEqual(expect.arrayContaining(["subnets/subnet1", "nics/vm1-nic", "vms/vm1", "vms/fw1", "load_balancers/balancer1", "traffic/t"]));
    expect(removal.told).toEqual(expect.arrayContaining(["VM vm1 goes with it.", "Traffic web goes with it."]));
    const after = applied(document, removal.patch);
    expect(at(after, "vms")).toEqual({});
    expect(Object.keys(at(after, "route_tables") as JsonObject)).toHaveLength(1);
    expect(applied(after, inverse(document, removal.patch))).toEqual(document);
  });

  it("lets go of a table that is deleted", () => {
    const { document, path } = put(network(), "route-table", "subnets/subnet1");
    const removal = remove(document, [path]);
    expect(removal.told).toEqual(["Subnet subnet1 lets go of subnet1-routes."]);
    expect(at(applied(document, removal.patch), "subnets/subnet1/route_table")).toBeNull();
  });

  it("takes a deleted table out of the rights of controllers", () => {
    const drawn: JsonObject = {
      ...EMPTY,
      topology: { route_tables: { a: { name: "a", routes: {} }, b: { name: "b", routes: {} } } },
      controllers: { robot: { name: "Robot", scope: "tables", tables: ["a", "b"] }, other: { name: "Other", tables: [] } },
    };
    const { patch, told } = remove(drawn, ["route_tables/a"]);
    const after = applied(drawn, patch) as JsonObject;
    expect(after.controllers).toEqual({ robot: { name: "Robot", scope: "tables", tables: ["b"] }, other: { name: "Other", tables: [] } });
    expect(told).toEqual(["Controller Robot has no right to it any more."]);
    const alone = remove(drawn, ["controllers/robot"]);
    expect(applied(drawn, alone.patch)).toMatchObject({ topology: drawn.topology ?? null, controllers: { other: { name: "Other" } } });
  });

  it("takes the rules of a pool with the pool, and nothing else of the balancer", () => {
    const document = network();
    const after = applied(document, remove(document, ["load_balancers/balancer1/pools/pool"]).patch);
    expect(at(after, "load_balancers/balancer1/rules")).toEqual({});
    expect(at(after, "load_balancers/balancer1/probes/probe")).not.toBeNull();
  });
});

describe("what is copied", () => {
  it("gives a copied VM its own NIC and address", () => {
    const document = network();
    const result = duplicate(document, ["vms/vm1"]);
    if (!isEdit(result)) throw new Error(result.reason);
    const after = applied(document, result.patch);
    expect(result.selects).toEqual(["vms/vm2"]);
    expect(at(after, "nics/vm1-nic2/vm")).toBe("vm2");
    expect(at(after, "nics/vm1-nic2/configurations/primary/address")).toBe("10.0.0.7");
  });

  it("moves a copied network into a range of its own, with everything in it", () => {
    let document = network();
    document = put(document, "route-table", "subnets/subnet1").document;
    const result = duplicate(document, ["vnets/hub"]);
    if (!isEdit(result)) throw new Error(result.reason);
    const after = applied(document, result.patch);
    expect(at(after, "vnets/hub2/address_space")).toEqual(["10.2.0.0/16"]);
    expect(at(after, "subnets/subnet3/prefixes")).toEqual(["10.2.0.0/24"]);
    expect(at(after, "nics/vm1-nic2/configurations/primary/address")).toBe("10.2.0.4");
    expect(at(after, "load_balancers/balancer2/frontends/front")).toMatchObject({ subnet: "subnet3", address: "10.2.0.6" });
  });

  it("pastes into another subnet of another drawing", () => {
    const copied = fragment(network(), ["vms/vm1"]);
    const other = put(put(EMPTY, "vnet").document, "subnet", "vnets/hub").document;
    const result = paste(other, copied, "subnets/subnet1");
    if (!isEdit(result)) throw new Error(result.reason);
    expect(at(applied(other, result.patch), "nics/vm1-nic")).toMatchObject({ subnet: "subnet1", vm: "vm1" });
    expect(paste(EMPTY, copied, null)).toEqual({ reason: "Select a subnet to paste into." });
  });
});

describe("what is connected", () => {
  it("peers two networks by two links, and refuses a second time and an overlap", () => {
    const document = network();
    const found = connect(document, "vnets/hub", "vnets/spoke1");
    if ("reason" in found) throw new Error(found.reason);
    const after = applied(document, found.patch) as JsonObject;
    expect(Object.keys(at(after, "peerings") as JsonObject)).toEqual(["hub-spoke1", "spoke1-hub"]);
    expect(connect(after, "vnets/spoke1", "vnets/hub")).toEqual({ reason: "spoke1 and hub are peered already." });
    const clash = applied(document, [{ op: "replace", path: "/topology/vnets/spoke1/address_space", value: ["10.0.0.0/8"] }]) as JsonObject;
    expect(connect(clash, "vnets/hub", "vnets/spoke1")).toHaveProperty("reason");
  });

  it("adds members to pools, names to public addresses, and says what does not go", () => {
    const document = network();
    const found = connect(document, "load_balancers/balancer1", "vms/fw1");
    if ("reason" in found) throw new Error(found.reason);
    expect(at(applied(document, found.patch), "load_balancers/balancer1/pools/pool/members/fw1-nic")).toMatchObject({ nic: "fw1-nic" });
    expect(connect(document, "vms/vm1", "vnets/hub")).toEqual({ reason: "A VM and a virtual network are not connected with each other." });
  });
});

describe("find and replace a prefix", () => {
  it("moves every address and prefix inside it", () => {
    const document = network();
    const found = replacements(document, "10.0.0.0/16", "10.9.0.0/16");
    if ("reason" in found) throw new Error(found.reason);
    const after = applied(document, replacing(found));
    expect(at(after, "vnets/hub/address_space")).toEqual(["10.9.0.0/16"]);
    expect(at(after, "subnets/subnet1/prefixes")).toEqual(["10.9.0.0/24"]);
    expect(at(after, "nics/vm1-nic/configurations/primary/address")).toBe("10.9.0.4");
    expect(at(after, "vnets/spoke1/address_space")).toEqual(["10.1.0.0/16"]);
    expect(replacements(document, "10.0.0.0/16", "10.9.0.0/24")).toHaveProperty("reason");
  });
});

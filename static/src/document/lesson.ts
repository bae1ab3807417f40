/**
 * The first steps: from an empty drawing to a packet through the firewall of a hub, and back. Each step is found done
 * in the drawing, or in what traces showed; each offers the one thing to do next.
 */

import type { Drawing, Machine, Subnet, VirtualNetwork } from "./drawing";
import { type Result, add } from "./edits/add";
import { connect } from "./edits/connect";
import { Draft } from "./edits/draft";
import { freshRow } from "./edits/rows";
import { placeOf, pieceOf } from "./grammar";
import { entries, text } from "./raw";
import { mark, t } from "./text";
import type { JsonObject, Seen, Verdict } from "./types";

export type { Lesson, Seen } from "./types";

export const NOTHING_SEEN: Seen = { packet: false, blocked: false, across: false };

export type Act = { words: string; make: () => Result } | { words: string; packet: { source: string; destination: string } };

export interface LessonStep {
  id: "network" | "subnet" | "vms" | "packet" | "spokes" | "peerings" | "blocked" | "firewall" | "routes" | "across";
  words: string;
  /** Why it is so, and the facts that say it; shown while the step is the next. */
  why: string;
  facts: string[];
  done: boolean;
  act: Act | null;
}

/** A trace that has ended: who asked whom, what it passed, and the verdict of each direction. */
export interface Ended {
  source: string;
  destination: string;
  passed: string[];
  verdicts: Verdict[];
}

interface Plan {
  document: JsonObject;
  hub: VirtualNetwork | null;
  /** The first two networks beside the hub. */
  spokes: VirtualNetwork[];
  firewall: Machine | null;
  /** A VM of each spoke and the subnet it is in. */
  ends: { vnet: VirtualNetwork; subnet: Subnet; machine: Machine }[];
}

/** The network that is peered with most others is the hub; else the one with an appliance; else the first. */
function planOf(document: JsonObject, drawing: Drawing): Plan {
  const peers = (vnet: VirtualNetwork): number => drawing.peerings.filter(({ from, to }) => from === vnet.id || to === vnet.id).length;
  const appliance = (vnet: VirtualNetwork): Machine | undefined => vnet.subnets.flatMap((subnet) => subnet.machines).find((machine) => machine.appliance);
  const [most] = [...drawing.vnets].sort((a, b) => peers(b) - peers(a));
  const hub = (most && peers(most) > 1 ? most : drawing.vnets.find(appliance)) ?? drawing.vnets[0] ?? null;
  const spokes = drawing.vnets.filter((vnet) => vnet !== hub).slice(0, 2);
  const ends = spokes.flatMap((vnet) => {
    const subnet = vnet.subnets.find((one) => one.machines.some((machine) => !machine.appliance));
    const machine = subnet?.machines.find((one) => !one.appliance);
    return subnet && machine ? [{ vnet, subnet, machine }] : [];
  });
  return { document, hub, spokes, firewall: (hub && appliance(hub)) ?? null, ends };
}

/** Return the steps in their order, and what would do each. */
export function lessonOf(document: JsonObject, drawing: Drawing, seen: Seen): LessonStep[] {
  const plan = planOf(document, drawing);
  const { hub, spokes, ends } = plan;
  const across = seen.across;
  const inside = (hub?.subnets ?? []).flatMap((subnet) => subnet.machines).filter((machine) => !machine.appliance);
  const [one, other] = inside;
  const step = (id: LessonStep["id"], words: string, why: string, facts: string[], done: boolean, act: Act | null): LessonStep => ({ id, words: t(words), why: t(why), facts, done, act });
  // Who draws hub and spokes at once has no need of two VMs in one subnet.
  const ahead = seen.packet || seen.blocked || across || ends.length > 1;
  const adding = (piece: string, into: string | null, words: string): Act => ({ words: t(words), make: () => add(document, pieceOf(piece), placeOf(document, into)) });
  return [
    step("network", mark("A virtual network with a range of its own"), "", [], hub !== null, adding("vnet", null, mark("Add a virtual network"))),
    step("subnet", mark("A subnet in it"), "", [], ahead || (hub?.subnets.length ?? 0) > 0, hub && adding("subnet", hub.path, mark("Add a subnet"))),
    step("vms", mark("Two VMs in the subnet"), "", [], ahead || inside.length > 1, hub?.subnets[0] ? adding("vm", hub.subnets[0].path, inside.length === 1 ? mark("Add another VM") : mark("Add a VM")) : null),
    step("packet", mark("A packet from one to the other"), mark("Inside a virtual network every subnet reaches every other by itself."), ["D1"], ahead, one && other ? { words: t("Run trace"), packet: { source: one.path, destination: other.path } } : null),
    step("spokes", mark("Two more networks beside it, the spokes, with a VM each"), mark("The first network becomes the hub: what the spokes share stands there."), ["G11"], ends.length > 1, spokeAct(plan)),
    step("peerings", mark("The hub peered with both spokes"), mark("A peering is two links, one on each side; both must be there."), ["G1"], spokes.length > 1 && spokes.every((spoke) => peered(drawing, hub, spoke)), peeringAct(plan, drawing)),
    step("blocked", mark("A packet from spoke to spoke: where does it end?"), mark("Each spoke is peered with the hub, not with the other. Say first what you expect."), ["G3"], across || seen.blocked, packetAct(plan)),
    step("firewall", mark("A firewall in the hub that forwards"), mark("Peering is not transitive: something in the hub must take the packet and send it on. Its NIC needs IP forwarding, and so does its guest."), ["G3", "E5"], forwards(plan.firewall), firewallAct(plan)),
    step("routes", mark("In each spoke a route by way of the firewall"), mark("Nobody sends to the firewall by itself: a route table on the subnet of each spoke names its address as next hop."), ["G11"], ends.length > 1 && ends.every((end) => routed(end.subnet, plan.firewall)), routeAct(plan)),
    step("across", mark("A packet across, through the firewall, and back"), mark("The packet enters each spoke with an address of the other: the links of both spokes must accept forwarded traffic."), ["G5", "G11"], across, packetAct(plan)),
  ];
}

function peered(drawing: Drawing, hub: VirtualNetwork | null, spoke: VirtualNetwork): boolean {
  return drawing.peerings.some(({ from, to, forward, back }) => [from, to].includes(hub?.id ?? "") && [from, to].includes(spoke.id) && forward?.connected === true && back?.connected === true);
}

function forwards(firewall: Machine | null): boolean {
  return firewall !== null && firewall.nics.some((nic) => nic.ipForwarding);
}

/** Whether a route of a subnet leads to the firewall. */
function routed(subnet: Subnet, firewall: Machine | null): boolean {
  const own = new Set(firewall?.nics.flatMap((nic) => nic.addresses) ?? []);
  return subnet.nextHops.some((hop) => own.has(hop.address));
}

function spokeAct({ document, hub, spokes, ends }: Plan): Act | null {
  if (!hub) return null;
  const bare = spokes.find((spoke) => !ends.some((end) => end.vnet === spoke));
  if (!bare) return { words: t("Add a spoke"), make: () => add(document, pieceOf("vnet"), []) };
  const home = bare.subnets[0];
  if (!home) return { words: t("Add a subnet to {name}", { name: bare.name }), make: () => add(document, pieceOf("subnet"), placeOf(document, bare.path)) };
  return { words: t("Add a VM to {name}", { name: bare.name }), make: () => add(document, pieceOf("vm"), placeOf(document, home.path)) };
}

function peeringAct({ document, hub, spokes }: Plan, drawing: Drawing): Act | null {
  const spoke = spokes.find((one) => !peered(drawing, hub, one));
  return hub && spoke ? { words: t("Peer {hub} with {spoke}", { hub: hub.name, spoke: spoke.name }), make: () => connect(document, hub.path, spoke.path) } : null;
}

function packetAct({ ends }: Plan): Act | null {
  const [from, to] = ends;
  return from && to ? { words: t("Run trace"), packet: { source: from.machine.path, destination: to.machine.path } } : null;
}

function firewallAct({ document, hub, firewall }: Plan): Act | null {
  if (firewall) {
    const nic = firewall.nics[0];
    return nic ? { words: t("Switch on IP forwarding at {name}", { name: nic.name }), make: () => set(document, [[`${nic.path}/ip_forwarding`, true]]) } : null;
  }
  if (!hub) return null;
  const home = hub.subnets[0];
  if (!home) return { words: t("Add a subnet to {name}", { name: hub.name }), make: () => add(document, pieceOf("subnet"), placeOf(document, hub.path)) };
  return { words: t("Add an appliance to {name}", { name: hub.name }), make: () => add(document, pieceOf("appliance"), placeOf(document, home.path)) };
}

function set(document: JsonObject, values: [string, boolean][]): Result {
  const draft = new Draft(document);
  for (const [path, value] of values) draft.set(path, value);
  return draft.edit();
}

function routeAct({ document, firewall, ends }: Plan): Act | null {
  const end = ends.find(({ subnet }) => !routed(subnet, firewall));
  if (!firewall || !end) return null;
  const table = end.subnet.badges.find((badge) => badge.kind === "route table");
  const { name } = end.vnet;
  if (!table) return { words: t("Add a route table to {name}", { name }), make: () => add(document, pieceOf("route-table"), placeOf(document, end.subnet.path)) };
  return { words: t("Route {name} by {firewall}", { name, firewall: firewall.name }), make: () => route(document, table.path, firewall) };
}

/** A row of a route table as a person would add it: everything by way of the firewall. */
function route(document: JsonObject, table: string, firewall: Machine): Result {
  const fresh = freshRow(document, `${table}/routes`, "Route");
  if ("reason" in fresh) return fresh;
  const draft = new Draft(document);
  draft.map(["topology", ...table.split("/"), "routes"]);
  draft.set(`${table}/routes/${fresh.id}`, { ...fresh.row, next_hop_type: "VirtualAppliance", next_hop_ip: firewall.nics[0]?.addresses[0] ?? null });
  return draft.edit(table);
}

/** Return what else is known after a trace. */
export function seenAfter(before: Seen, document: JsonObject, drawing: Drawing, { source, destination, passed, verdicts }: Ended): Seen {
  const { ends, firewall, spokes } = planOf(document, drawing);
  const arrived = verdicts.length > 1 && verdicts.every((verdict) => verdict.outcome === "delivered");
  const homeOf = (path: string): VirtualNetwork | undefined => spokes.find((vnet) => vnet.subnets.some((subnet) => subnet.machines.some((machine) => machine.path === path)));
  const apart = ends.length > 1 && homeOf(source) !== undefined && homeOf(destination) !== undefined && homeOf(source) !== homeOf(destination);
  const through = firewall !== null && [firewall.path, ...firewall.nics.map((nic) => nic.path)].some((path) => passed.includes(path));
  return {
    packet: before.packet || (arrived && source.startsWith("vms/") && destination.startsWith("vms/")),
    blocked: before.blocked || (apart && !arrived),
    across: before.across || (apart && arrived && through),
  };
}

/** Return the edit that lets the spokes' links take what others send on; null where all do. */
export function acceptAct(document: JsonObject, drawing: Drawing): Act | null {
  const { hub, spokes } = planOf(document, drawing);
  const closed = entries(document, "peerings").filter(([, link]) => spokes.some((spoke) => link.vnet === spoke.id) && link.remote_vnet === hub?.id && link.allow_forwarded !== true);
  if (closed.length === 0) return null;
  const names = closed.map(([, link]) => spokes.find((spoke) => spoke.id === text(link.vnet))?.name ?? text(link.vnet)).join(", ");
  return { words: t("Accept forwarded traffic at {names}", { names }), make: () => set(document, closed.map(([id]) => [`peerings/${id}/allow_forwarded`, true])) };
}

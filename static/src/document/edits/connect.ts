/** Connecting two things: what a line from one to the other would mean, or why there can be none. */

import { overlap, parsePrefix } from "../ip";
import { nextId } from "../propose";
import { at, children, entries, text, texts } from "../raw";
import { mark, t } from "../text";
import type { JsonObject } from "../types";
import { type Result, join, peer } from "./add";
import { Draft, type Edit } from "./draft";
import { kindWords } from "./remove";

export type Connecting = (Edit & { words: string }) | { reason: string };

type Make = (document: JsonObject, from: string, to: string) => Connecting;

const idOf = (path: string): string => path.split("/")[1] ?? "";
const kindOf = (path: string): string => (path.split("/")[2] === "routers" ? "routers" : (path.split("/")[0] ?? ""));

/** Return the edit that a line from one thing to another stands for. */
export function connect(document: JsonObject, from: string, to: string): Connecting {
  if (from === to) return { reason: t("Drag to another thing.") };
  const [a, b] = [kindOf(from), kindOf(to)];
  const straight = RULES[`${a} ${b}`];
  if (straight) return straight(document, from, to);
  const turned = RULES[`${b} ${a}`];
  if (turned) return turned(document, to, from);
  return { reason: t("A {from} and a {to} are not connected with each other.", { from: kindWords(a), to: kindWords(b) }) };
}

/** Whether things of two kinds are ever connected. */
export function joinable(from: string, to: string): boolean {
  const [a, b] = [kindOf(from), kindOf(to)];
  return `${a} ${b}` in RULES || `${b} ${a}` in RULES;
}

/** Return what can be connected with a thing, by the kinds of things. */
export function connectable(path: string): boolean {
  const kind = kindOf(path);
  return Object.keys(RULES).some((pair) => pair.split(" ").includes(kind));
}

function made(draft: Draft, words: string, selects: string): Connecting {
  return { ...draft.edit(selects), words };
}

const peering: Make = (document, from, to) => {
  const [a, b] = [idOf(from), idOf(to)];
  const links = entries(document, "peerings").filter(([, link]) => (link.vnet === a && link.remote_vnet === b) || (link.vnet === b && link.remote_vnet === a));
  if (links.length > 1) return { reason: t("{a} and {b} are peered already.", { a, b }) };
  const clash = clashOf(document, a, b);
  if (clash) return { reason: t("{a} and {b} overlap in {clash}; overlapping networks cannot be peered (G2).", { a, b, clash }) };
  const draft = new Draft(document);
  const path = peer(draft, a, b);
  return made(draft, links.length === 1 ? t("Add the missing peering link") : t("Peer {a} with {b}: two links", { a, b }), path);
};

function clashOf(document: JsonObject, a: string, b: string): string | null {
  const ranges = (id: string): string[] => texts((at(document, `vnets/${id}`) as JsonObject | null)?.address_space);
  for (const one of ranges(a))
    for (const other of ranges(b)) {
      const [left, right] = [parsePrefix(one), parsePrefix(other)];
      if (left && right && overlap(left, right)) return one;
    }
  return null;
}

const attach: Make = (document, nic, vm) => {
  const part = at(document, nic) as JsonObject;
  if (part.vm === idOf(vm)) return { reason: t("{nic} is on {vm} already.", { nic: idOf(nic), vm: idOf(vm) }) };
  const draft = new Draft(document);
  const others = entries(document, "nics").filter(([, one]) => one.vm === idOf(vm));
  draft.set(`${nic}/vm`, idOf(vm));
  draft.set(`${nic}/primary`, others.length === 0);
  if (text(part.vm)) draft.told.push(t("{nic} leaves {vm}.", { nic: idOf(nic), vm: text(part.vm) }));
  return made(draft, t("Attach {nic} to {vm}", { nic: idOf(nic), vm: idOf(vm) }), nic);
};

const member: Make = (document, machine, balancer) => {
  const own = entries(document, "nics").filter(([, nic]) => nic.vm === idOf(machine));
  const nic = machine.startsWith("nics/") ? idOf(machine) : (own.find(([, one]) => one.primary !== false) ?? own[0])?.[0];
  if (!nic) return { reason: t("{vm} has no NIC yet.", { vm: idOf(machine) }) };
  const configurations = children((at(document, `nics/${nic}`) as JsonObject | null)?.configurations);
  const configuration = (configurations.find(([, one]) => one.primary === true) ?? configurations[0])?.[0];
  if (!configuration) return { reason: t("{nic} has no address yet.", { nic }) };
  const draft = new Draft(document);
  const pools = children((at(document, balancer) as JsonObject | null)?.pools);
  const pool = pools[0]?.[0] ?? "pool";
  if (pools.some(([, one]) => children(one.members).some(([, entry]) => entry.nic === nic))) return { reason: t("{nic} is in a pool of {balancer} already.", { nic, balancer: idOf(balancer) }) };
  if (pools.length === 0) draft.set(`${balancer}/pools/pool`, { name: "pool", members: {}, internal: null, external: null });
  const keys = children(pools[0]?.[1].members).map(([key]) => key);
  draft.set(`${balancer}/pools/${pool}/members/${nextId(keys, nic)}`, { nic, configuration, admin_state: "none" });
  return made(draft, t("Add {nic} to pool {pool} of {balancer}", { nic, pool, balancer: idOf(balancer) }), balancer);
};

const viaRouter: Make = (document, gateway, router) => {
  const [, site = "", , key = ""] = router.split("/");
  if (entries(document, "connections").some(([, one]) => one.gateway === idOf(gateway) && one.site === site && one.router === key)) return { reason: t("They are joined already.") };
  const draft = new Draft(document);
  return made(draft, t("Join {gateway} with {site}", { gateway: idOf(gateway), site }), join(draft, idOf(gateway), site, key));
};

const viaSite: Make = (document, gateway, site) => {
  const routers = children((at(document, site) as JsonObject | null)?.routers);
  const first = routers[0]?.[0];
  return first ? viaRouter(document, gateway, `${site}/routers/${first}`) : { reason: t("{site} has no router yet; add one to it.", { site: idOf(site) }) };
};

const gateways: Make = (document, from, to) => {
  const [a, b] = [idOf(from), idOf(to)];
  if (entries(document, "connections").some(([, one]) => (one.gateway === a && one.remote_gateway === b) || (one.gateway === b && one.remote_gateway === a))) return { reason: t("They are joined already.") };
  const draft = new Draft(document);
  const id = nextId(entries(document, "connections").map(([key]) => key), `${a}-${b}`);
  draft.add("connections", id, "Connection", { name: id, gateway: a, remote_gateway: b });
  return made(draft, t("Join {a} with {b}", { a, b }), `connections/${id}`);
};

function attachment(field: "vnet" | "gateway"): Make {
  return (document, from, transit) => {
    const part = at(document, transit) as JsonObject | null;
    if (children(part?.attachments).some(([, one]) => one[field] === idOf(from))) return { reason: t("{from} is attached already.", { from: idOf(from) }) };
    const draft = new Draft(document);
    const key = nextId(children(part?.attachments).map(([id]) => id), idOf(from));
    const table = children(part?.tables)[0]?.[0] ?? null;
    draft.set(`${transit}/attachments/${key}`, { vnet: field === "vnet" ? idOf(from) : null, gateway: field === "gateway" ? idOf(from) : null, table });
    const known = table ? texts((at(draft.document, `${transit}/tables/${table}`) as JsonObject | null)?.propagations) : [];
    if (table) draft.set(`${transit}/tables/${table}/propagations`, [...known, key]);
    return made(draft, t("Attach {from} to {transit}", { from: idOf(from), transit: idOf(transit) }), transit);
  };
}

function field(name: string, words: string): Make {
  return (document, subnet, thing) => {
    const before = text((at(document, subnet) as JsonObject | null)?.[name]);
    if (before === idOf(thing)) return { reason: t("{subnet} has this {words} already.", { subnet: idOf(subnet), words: t(words) }) };
    const draft = new Draft(document);
    draft.set(`${subnet}/${name}`, idOf(thing));
    if (before) draft.told.push(t("It takes the place of the {words} {before}.", { words: t(words), before }));
    return made(draft, t("Give {subnet} the {words} {thing}", { subnet: idOf(subnet), words: t(words), thing: idOf(thing) }), subnet);
  };
}

const onMachine: Make = (document, vm, group) => {
  const own = entries(document, "nics").filter(([, nic]) => nic.vm === idOf(vm));
  const nic = (own.find(([, one]) => one.primary !== false) ?? own[0])?.[0];
  return nic ? field("security_group", mark("security group"))(document, `nics/${nic}`, group) : { reason: t("{vm} has no NIC yet.", { vm: idOf(vm) }) };
};

/** Public addresses of a thing, in the order they stand in the document. */
function publicAddresses(document: JsonObject, path: string): string[] {
  const part = at(document, path) as JsonObject | null;
  const ids =
    path.startsWith("public_ips/") ? [idOf(path)]
    : path.startsWith("load_balancers/") ? children(part?.frontends).map(([, front]) => text(front.public_ip))
    : entries(document, "nics").filter(([id, nic]) => `nics/${id}` === path || nic.vm === idOf(path)).flatMap(([, nic]) => children(nic.configurations).map(([, one]) => text(one.public_ip)));
  return ids.filter(Boolean).map((id) => text((at(document, `public_ips/${id}`) as JsonObject | null)?.address)).filter(Boolean);
}

const endpoint: Make = (document, manager, thing) => {
  const known = texts((at(document, manager) as JsonObject | null)?.endpoints);
  const fresh = publicAddresses(document, thing).filter((address) => !known.includes(address));
  if (fresh.length === 0) return { reason: t("{thing} has no public address that {name} does not name yet.", { thing: idOf(thing), name: idOf(manager) }) };
  const draft = new Draft(document);
  draft.set(`${manager}/endpoints`, [...known, ...fresh]);
  return made(draft, t("Let {name} answer with {address}", { name: idOf(manager), address: fresh.join(", ") }), manager);
};

const RULES: Record<string, Make> = {
  "vnets vnets": peering,
  "nics vms": attach,
  "vms load_balancers": member,
  "nics load_balancers": member,
  "gateways routers": viaRouter,
  "gateways sites": viaSite,
  "gateways gateways": gateways,
  "vnets transit_gateways": attachment("vnet"),
  "gateways transit_gateways": attachment("gateway"),
  "subnets route_tables": field("route_table", mark("route table")),
  "subnets security_groups": field("security_group", mark("security group")),
  "subnets nat_gateways": field("nat_gateway", "NAT gateway"),
  "nics security_groups": field("security_group", mark("security group")),
  "vms security_groups": onMachine,
  "traffic_managers load_balancers": endpoint,
  "traffic_managers vms": endpoint,
  "traffic_managers nics": endpoint,
  "traffic_managers public_ips": endpoint,
};

/** The same as `connect`, as other edits answer. */
export function connected(document: JsonObject, from: string, to: string): Result {
  return connect(document, from, to);
}

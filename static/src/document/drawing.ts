/**
 * The drawing: what there is to draw in a document, however broken the document is.
 *
 * A drawing with problems is still drawn, so nothing here trusts a shape: what is missing or of the wrong
 * kind is left out, and what refers to nothing is put into `loose`.
 */

import type { Json, JsonObject } from "./types";

export interface Badge {
  kind: "route table" | "security group" | "NAT gateway" | "no way out" | "public address";
  path: string;
  text: string;
  rows: string[];
}

export interface Machine {
  path: string;
  id: string;
  name: string;
  subnet: string;
  nics: Nic[];
  appliance: boolean;
  running: boolean;
  zone: number | null;
}

export interface Nic {
  path: string;
  id: string;
  name: string;
  vm: string | null;
  subnet: string;
  primary: boolean;
  ipForwarding: boolean;
  addresses: string[];
  badges: Badge[];
}

export interface Balancer {
  path: string;
  id: string;
  name: string;
  subnet: string | null;
  frontends: string[];
  members: string[];
  haPorts: boolean;
}

export interface Subnet {
  path: string;
  id: string;
  name: string;
  prefixes: string[];
  badges: Badge[];
  nextHops: { route: string; prefix: string; address: string }[];
  machines: Machine[];
  nics: Nic[];
  balancers: Balancer[];
}

export interface Gateway {
  path: string;
  id: string;
  name: string;
  kind: string;
  learned: string[];
}

export interface VirtualNetwork {
  path: string;
  id: string;
  name: string;
  region: string;
  prefixes: string[];
  hue: number;
  subnets: Subnet[];
  gateways: Gateway[];
}

export interface Host {
  path: string;
  id: string;
  name: string;
  address: string;
  gateway: string | null;
}

export interface Peering {
  from: string;
  to: string;
  forward: boolean;
  back: boolean;
}

export interface Drawing {
  vnets: VirtualNetwork[];
  hosts: Host[];
  publicBalancers: Balancer[];
  peerings: Peering[];
  /** Resources that belong to nothing that is drawn: a subnet without a network, a VM without a NIC. */
  loose: { path: string; name: string }[];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return a collection of the topology as pairs of id and object, sorted by nothing: document order. */
export function entries(document: unknown, collection: string): [string, JsonObject][] {
  const topology = isObject(document) ? document.topology : null;
  return children(isObject(topology) ? topology[collection] : null);
}

/** Return a map of parts as pairs; what is no object is left out. */
export function children(value: unknown): [string, JsonObject][] {
  if (!isObject(value)) return [];
  return Object.entries(value).filter((pair): pair is [string, JsonObject] => isObject(pair[1]));
}

export function text(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : fallback;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** Return the part at a path such as `nics/fw1` or `load_balancers/ilb/rules/all`; null when there is none. */
export function at(document: unknown, path: string): Json | null {
  let value: unknown = isObject(document) ? document.topology : null;
  for (const key of path.split("/")) {
    if (!isObject(value)) return null;
    value = value[key];
  }
  return (value ?? null) as Json | null;
}

/** Return what to draw. */
export function drawing(document: unknown): Drawing {
  const tables = new Map(entries(document, "route_tables"));
  const groups = new Map(entries(document, "security_groups"));
  const publics = new Map(entries(document, "public_ips"));
  const loose: Drawing["loose"] = [];

  const vnets = new Map<string, VirtualNetwork>();
  entries(document, "vnets").forEach(([id, raw], index) => {
    const base = { path: `vnets/${id}`, id, name: text(raw.name, id), region: text(raw.region) };
    vnets.set(id, { ...base, prefixes: texts(raw.address_space), hue: index % 8, subnets: [], gateways: [] });
  });

  const subnets = new Map<string, Subnet>();
  for (const [id, raw] of entries(document, "subnets")) {
    const subnet = readSubnet(id, raw, tables, groups);
    subnets.set(id, subnet);
    const home = vnets.get(text(raw.vnet));
    if (home) home.subnets.push(subnet);
    else loose.push({ path: subnet.path, name: subnet.name });
  }

  const machines = new Map<string, Machine>();
  for (const [id, raw] of entries(document, "vms")) machines.set(id, readMachine(id, raw));
  for (const [id, raw] of entries(document, "nics")) {
    const nic = readNic(id, raw, groups, publics);
    const owner = nic.vm === null ? undefined : machines.get(nic.vm);
    if (owner) owner.nics.push(nic);
    else if (subnets.has(nic.subnet)) subnets.get(nic.subnet)?.nics.push(nic);
    else loose.push({ path: nic.path, name: nic.name });
  }
  for (const machine of machines.values()) place(machine, subnets, loose);

  const publicBalancers: Balancer[] = [];
  for (const [id, raw] of entries(document, "load_balancers")) {
    const balancer = readBalancer(id, raw, publics);
    const home = balancer.subnet === null ? undefined : subnets.get(balancer.subnet);
    if (home) home.balancers.push(balancer);
    else publicBalancers.push(balancer);
  }
  for (const [id, raw] of entries(document, "gateways")) {
    const gateway = readGateway(id, raw);
    const home = vnets.get(text(raw.vnet));
    if (home) home.gateways.push(gateway);
    else loose.push({ path: gateway.path, name: gateway.name });
  }
  const hosts = entries(document, "hosts").map(([id, raw]) => ({
    path: `hosts/${id}`,
    id,
    name: text(raw.name, id),
    address: text(raw.address),
    gateway: typeof raw.gateway === "string" ? raw.gateway : null,
  }));
  return { vnets: [...vnets.values()], hosts, publicBalancers, peerings: readPeerings(document, vnets), loose };
}

function readSubnet(
  id: string,
  raw: JsonObject,
  tables: Map<string, JsonObject>,
  groups: Map<string, JsonObject>,
): Subnet {
  const badges: Badge[] = [];
  const nextHops: Subnet["nextHops"] = [];
  const tableId = text(raw.route_table);
  const table = tables.get(tableId);
  if (table) {
    const routes = children(table.routes);
    const rows = routes.map(([, route]) => routeLine(route));
    badges.push({ kind: "route table", path: `route_tables/${tableId}`, text: text(table.name, tableId), rows });
    for (const [key, route] of routes) {
      const address = text(route.next_hop_ip);
      const path = `route_tables/${tableId}/routes/${key}`;
      if (address) nextHops.push({ route: path, prefix: text(route.prefix), address });
    }
  }
  badges.push(...groupBadge(text(raw.security_group), groups));
  const nat = text(raw.nat_gateway);
  if (nat) badges.push({ kind: "NAT gateway", path: `nat_gateways/${nat}`, text: nat, rows: [] });
  const base = { path: `subnets/${id}`, id, name: text(raw.name, id), prefixes: texts(raw.prefixes) };
  return { ...base, badges, nextHops, machines: [], nics: [], balancers: [] };
}

/** Return a route as one line, as the portal would write it. */
export function routeLine(route: JsonObject): string {
  const address = text(route.next_hop_ip);
  return `${text(route.prefix)} → ${text(route.next_hop_type)}${address ? ` ${address}` : ""}`;
}

function groupBadge(id: string, groups: Map<string, JsonObject>): Badge[] {
  const group = groups.get(id);
  if (!group) return [];
  const rules = children(group.rules)
    .map(([, rule]) => rule)
    .sort((a, b) => Number(a.priority ?? 0) - Number(b.priority ?? 0));
  return [{ kind: "security group", path: `security_groups/${id}`, text: text(group.name, id), rows: rules.map(ruleLine) }];
}

/** Return a security rule as one line. */
export function ruleLine(rule: JsonObject): string {
  const to = texts(rule.destination_ports).join(", ") || "*";
  const who = `${texts(rule.source).join(", ") || "*"} → ${texts(rule.destination).join(", ") || "*"}`;
  return `${text(rule.priority)} ${text(rule.direction)} ${text(rule.access)} ${text(rule.protocol, "*")} ${who}:${to}`;
}

function readMachine(id: string, raw: JsonObject): Machine {
  const guest = isObject(raw.guest) ? raw.guest : {};
  return {
    path: `vms/${id}`,
    id,
    name: text(raw.name, id),
    subnet: "",
    nics: [],
    appliance: guest.forwarding === true,
    running: raw.power !== "stopped",
    zone: typeof raw.zone === "number" ? raw.zone : null,
  };
}

function readNic(
  id: string,
  raw: JsonObject,
  groups: Map<string, JsonObject>,
  publics: Map<string, JsonObject>,
): Nic {
  const configurations = children(raw.configurations)
    .map(([, configuration]) => configuration)
    .sort((a, b) => Number(b.primary === true) - Number(a.primary === true));
  const badges = groupBadge(text(raw.security_group), groups);
  for (const configuration of configurations) {
    const key = text(configuration.public_ip);
    const address = publics.get(key);
    if (address) badges.push({ kind: "public address", path: `public_ips/${key}`, text: text(address.address), rows: [] });
  }
  return {
    path: `nics/${id}`,
    id,
    name: text(raw.name, id),
    vm: typeof raw.vm === "string" ? raw.vm : null,
    subnet: text(raw.subnet),
    primary: raw.primary !== false,
    ipForwarding: raw.ip_forwarding === true,
    addresses: configurations.map((configuration) => text(configuration.address)).filter(Boolean),
    badges,
  };
}

/** Put a machine into the subnet of its primary NIC and its other NICs into theirs. */
function place(machine: Machine, subnets: Map<string, Subnet>, loose: Drawing["loose"]): void {
  machine.nics.sort((a, b) => Number(b.primary) - Number(a.primary));
  const first = machine.nics.find((nic) => subnets.has(nic.subnet));
  if (!first) {
    loose.push({ path: machine.path, name: machine.name });
    return;
  }
  machine.subnet = first.subnet;
  subnets.get(first.subnet)?.machines.push(machine);
  for (const nic of machine.nics) {
    if (nic === first) continue;
    const home = subnets.get(nic.subnet);
    if (home) home.nics.push(nic);
    else loose.push({ path: nic.path, name: nic.name });
  }
}

function readBalancer(id: string, raw: JsonObject, publics: Map<string, JsonObject>): Balancer {
  const frontends = children(raw.frontends).map(([, frontend]) => frontend);
  const inside = frontends.find((frontend) => typeof frontend.subnet === "string");
  const addresses = frontends.map((frontend) => {
    const pub = publics.get(text(frontend.public_ip));
    return text(frontend.address) || (pub ? text(pub.address) : "");
  });
  const members = children(raw.pools).flatMap(([, pool]) =>
    children(pool.members).map(([, member]) => `nics/${text(member.nic)}`),
  );
  const haPorts = children(raw.rules).some(([, rule]) => rule.protocol === "all");
  return {
    path: `load_balancers/${id}`,
    id,
    name: text(raw.name, id),
    subnet: inside ? text(inside.subnet) : null,
    frontends: addresses.filter(Boolean),
    members: [...new Set(members)],
    haPorts,
  };
}

function readGateway(id: string, raw: JsonObject): Gateway {
  const learned = children(raw.learned).map(([, route]) => text(route.prefix));
  return { path: `gateways/${id}`, id, name: text(raw.name, id), kind: text(raw.kind, "vpn"), learned };
}

function readPeerings(document: unknown, vnets: Map<string, VirtualNetwork>): Peering[] {
  const links = entries(document, "peerings")
    .map(([, raw]) => [text(raw.vnet), text(raw.remote_vnet)] as const)
    .filter(([a, b]) => vnets.has(a) && vnets.has(b) && a !== b);
  const found = new Map<string, Peering>();
  for (const [a, b] of links) {
    const [from, to] = a < b ? [a, b] : [b, a];
    const known = found.get(`${from} ${to}`) ?? { from, to, forward: false, back: false };
    if (from === a) known.forward = true;
    else known.back = true;
    found.set(`${from} ${to}`, known);
  }
  return [...found.values()];
}

/**
 * Return the path of the node that stands for a resource: a NIC stands in its VM's card when that card is in
 * the NIC's subnet, anything inside a balancer in the balancer, a route in its table's subnet.
 */
export function nodeFor(shown: Drawing, path: string | null): string | null {
  if (!path) return null;
  const [kind, id] = path.split("/");
  if (!kind || !id) return null;
  const subnets = shown.vnets.flatMap((vnet) => vnet.subnets);
  if (kind === "nics") {
    const machine = subnets.flatMap((subnet) => subnet.machines).find((vm) => vm.nics.some((nic) => nic.id === id));
    const nic = machine?.nics.find((one) => one.id === id);
    if (machine && nic && nic === machine.nics.find((one) => one.subnet === machine.subnet)) return machine.path;
    return `nics/${id}`;
  }
  if (kind === "route_tables" || kind === "security_groups" || kind === "nat_gateways") {
    const home = subnets.find((subnet) => subnet.badges.some((badge) => badge.path === `${kind}/${id}`));
    return home?.path ?? null;
  }
  if (kind === "peerings" || kind === "public_ips") return null;
  return `${kind}/${id}`;
}

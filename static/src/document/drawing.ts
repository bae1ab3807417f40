/**
 * The drawing: what there is to draw in a document, however broken the document is.
 *
 * A drawing with problems is still drawn, so nothing here trusts a shape: what is missing or of the wrong
 * kind is left out, and what refers to nothing is put into `loose`.
 */

import { mark, t } from "./text";
import type { JsonObject } from "./types";

import { type Note, readNotes } from "./notes";
import { type Site, type Tab, type TrafficManager, type TransitGateway, publicUses, readSites, readTabs, readTrafficManagers, readTransitGateways } from "./outside";
import { at, children, entries, isObject, text, texts } from "./raw";

export { at, children, entries, isObject, text, texts } from "./raw";
export type { Note } from "./notes";
export type { Site, SiteRouter, Tab, TrafficManager, TransitGateway } from "./outside";

export interface Badge {
  kind: "route table" | "security group" | "NAT gateway" | "public address" | "service endpoint";
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
  /** What runs in the guest besides services: bgp, vrrp, the kinds of its tunnels. */
  marks: string[];
  /** Outer destinations of its tunnels. */
  tunnels: { path: string; kind: string; remote: string }[];
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
  zone: number | null;
  nextHops: { route: string; prefix: string; address: string }[];
  machines: Machine[];
  nics: Nic[];
  balancers: Balancer[];
  endpoints: Endpoint[];
}

/** Something of the platform that has an address in a subnet: a private endpoint, a route server. */
export interface Endpoint {
  path: string;
  kind: "private endpoint" | "route server";
  name: string;
  addresses: string[];
  detail: string;
}

export interface VirtualNetwork {
  path: string;
  id: string;
  name: string;
  region: string;
  prefixes: string[];
  hue: number;
  subnets: Subnet[];
  tabs: Tab[];
}

export interface Host {
  path: string;
  id: string;
  name: string;
  address: string;
  gateway: string | null;
  site: string | null;
}

/** One link of a peering, as its side has it. */
export interface Half {
  path: string;
  connected: boolean;
  flags: string[];
}

/** Two virtual networks that are peered; a link that is not drawn is null. */
export interface Peering {
  from: string;
  to: string;
  forward: Half | null;
  back: Half | null;
}

/** A line between two things outside the rules of frames: a connection, a transit attachment, a group. */
export interface Link {
  path: string;
  kind: "connection" | "transit" | "group";
  from: string;
  to: string;
  label: string;
  up: boolean;
}

export interface Drawing {
  vnets: VirtualNetwork[];
  /** Hosts outside that are in no site. */
  hosts: Host[];
  sites: Site[];
  transitGateways: TransitGateway[];
  trafficManagers: TrafficManager[];
  notes: Note[];
  /** Tables, groups and gateways that hang on nothing, and what has no place on the canvas, used or not. */
  unattached: { path: string; name: string; kind: string; used: boolean }[];
  publicBalancers: Balancer[];
  peerings: Peering[];
  links: Link[];
  /** Resources that belong to nothing that is drawn: a subnet without a network, a VM without a NIC. */
  loose: { path: string; name: string }[];
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
    vnets.set(id, { ...base, prefixes: texts(raw.address_space), hue: index % 8, subnets: [], tabs: [] });
  });

  const subnets = new Map<string, Subnet>();
  for (const [id, raw] of entries(document, "subnets")) {
    const subnet = readSubnet(id, raw, tables, groups);
    subnets.set(id, subnet);
    const home = vnets.get(text(raw.vnet));
    if (home) home.subnets.push(subnet);
    else loose.push({ path: subnet.path, name: subnet.name });
  }

  for (const [id, raw] of entries(document, "nat_gateways")) {
    const badges = subnets.get(text(raw.subnet))?.badges;
    if (badges && !badges.some((badge) => badge.path === `nat_gateways/${id}`))
      badges.push({ kind: "NAT gateway", path: `nat_gateways/${id}`, text: text(raw.name, id), rows: [] });
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
  placeEndpoints(document, vnets, subnets, loose);
  for (const [vnet, tab] of readTabs(document)) {
    const home = vnets.get(vnet);
    if (home) home.tabs.push(tab);
    else loose.push({ path: tab.path, name: tab.name });
  }
  const hosts = entries(document, "hosts").map(([id, raw]) => readHost(id, raw));
  const sites = readSites(document, hosts);
  const transitGateways = readTransitGateways(document);
  const known = new Set(sites.map((site) => site.id));
  return {
    vnets: [...vnets.values()],
    hosts: hosts.filter((host) => host.site === null || !known.has(host.site)),
    sites,
    transitGateways,
    trafficManagers: readTrafficManagers(document),
    notes: readNotes(document),
    unattached: readUnattached(document),
    publicBalancers,
    peerings: readPeerings(document, vnets),
    links: readLinks(document),
    loose,
  };
}

function readHost(id: string, raw: JsonObject): Host {
  return {
    path: `hosts/${id}`,
    id,
    name: text(raw.name, id),
    address: text(raw.address),
    gateway: typeof raw.gateway === "string" ? raw.gateway : null,
    site: typeof raw.site === "string" ? raw.site : null,
  };
}

/** Put private endpoints into their subnets, route servers into theirs or onto the frame. */
function placeEndpoints(
  document: unknown,
  vnets: Map<string, VirtualNetwork>,
  subnets: Map<string, Subnet>,
  loose: Drawing["loose"],
): void {
  for (const [id, raw] of entries(document, "private_endpoints")) {
    const path = `private_endpoints/${id}`;
    const name = text(raw.name, id);
    const home = subnets.get(text(raw.subnet));
    if (home) home.endpoints.push({ path, kind: mark("private endpoint"), name, addresses: [text(raw.address)], detail: text(raw.service, "service") });
    else loose.push({ path, name });
  }
  for (const [id, raw] of entries(document, "route_servers")) {
    const path = `route_servers/${id}`;
    const name = text(raw.name, id);
    const vnet = vnets.get(text(raw.vnet));
    const home = vnet?.subnets.find((subnet) => subnet.name === "RouteServerSubnet");
    const detail = `AS ${text(raw.asn, "65515")}`;
    if (home) home.endpoints.push({ path, kind: mark("route server"), name, addresses: texts(raw.addresses), detail });
    else if (vnet) vnet.tabs.push({ path, kind: mark("route server"), name, rows: [detail] });
    else loose.push({ path, name });
  }
}

function readLinks(document: unknown): Link[] {
  const links: Link[] = [];
  for (const [id, raw] of entries(document, "connections")) {
    const site = text(raw.site);
    const router = text(raw.router);
    const far = text(raw.remote_gateway);
    const to = far ? `gateways/${far}` : router ? `sites/${site}/routers/${router}` : `sites/${site}`;
    const path = `connections/${id}`;
    const kind = at(document, `gateways/${text(raw.gateway)}/kind`);
    const words = [kind === "expressroute" ? "ExpressRoute" : "VPN", ...(raw.bgp === true ? ["BGP"] : []), ...(raw.up === false ? [t("down")] : [])];
    links.push({ path, kind: "connection", from: `gateways/${text(raw.gateway)}`, to, label: words.join(", "), up: raw.up !== false });
  }
  for (const [id, raw] of entries(document, "transit_gateways"))
    for (const [key, attachment] of children(raw.attachments)) {
      const to = text(attachment.vnet) ? `vnets/${text(attachment.vnet)}` : `gateways/${text(attachment.gateway)}`;
      links.push({ path: `transit_gateways/${id}/attachments/${key}`, kind: "transit", from: `transit_gateways/${id}`, to, label: "", up: true });
    }
  for (const [id, raw] of entries(document, "connected_groups")) {
    const members = texts(raw.vnets);
    members.forEach((from, index) => {
      for (const to of members.slice(index + 1))
        links.push({ path: `connected_groups/${id}`, kind: "group", from: `vnets/${from}`, to: `vnets/${to}`, label: text(raw.name, id), up: true });
    });
  }
  return links;
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
    badges.push({ kind: mark("route table"), path: `route_tables/${tableId}`, text: text(table.name, tableId), rows });
    for (const [key, route] of routes) {
      const address = text(route.next_hop_ip);
      const path = `route_tables/${tableId}/routes/${key}`;
      if (address) nextHops.push({ route: path, prefix: text(route.prefix), address });
    }
  }
  badges.push(...groupBadge(text(raw.security_group), groups));
  const nat = text(raw.nat_gateway);
  if (nat) badges.push({ kind: "NAT gateway", path: `nat_gateways/${nat}`, text: nat, rows: [] });
  for (const service of texts(raw.service_endpoints)) badges.push({ kind: mark("service endpoint"), path: `subnets/${id}`, text: service, rows: [] });
  const base = { path: `subnets/${id}`, id, name: text(raw.name, id), prefixes: texts(raw.prefixes) };
  const zone = typeof raw.zone === "number" ? raw.zone : null;
  return { ...base, badges, zone, nextHops, machines: [], nics: [], balancers: [], endpoints: [] };
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
  return [{ kind: mark("security group"), path: `security_groups/${id}`, text: text(group.name, id), rows: rules.map(ruleLine) }];
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
    marks: [
      ...(isObject(guest.bgp) ? ["bgp"] : []),
      ...children(guest.redundancy).map(([, group]) => text(group.kind, "vrrp")),
      ...new Set(children(guest.tunnels).map(([, tunnel]) => text(tunnel.kind))),
    ].filter(Boolean),
    tunnels: children(guest.tunnels).map(([key, tunnel]) => ({
      path: `vms/${id}/guest/tunnels/${key}`,
      kind: text(tunnel.kind),
      remote: text(tunnel.remote),
    })),
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
    if (address) badges.push({ kind: mark("public address"), path: `public_ips/${key}`, text: text(address.address), rows: [] });
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

const FLAGS = {
  allow_access: mark("access"),
  allow_forwarded: mark("forwarded traffic"),
  allow_gateway_transit: mark("gateway transit"),
  use_remote_gateways: mark("uses remote gateways"),
} as const;

/** Return what is switched on at one link of a peering. */
export function peeringFlags(raw: JsonObject): string[] {
  const on = { allow_access: true, ...raw };
  return Object.entries(FLAGS).filter(([key]) => on[key as keyof typeof on] === true).map(([, word]) => t(word));
}

function readPeerings(document: unknown, vnets: Map<string, VirtualNetwork>): Peering[] {
  const found = new Map<string, Peering>();
  for (const [id, raw] of entries(document, "peerings")) {
    const a = text(raw.vnet);
    const b = text(raw.remote_vnet);
    if (!vnets.has(a) || !vnets.has(b) || a === b) continue;
    const half: Half = { path: `peerings/${id}`, connected: raw.disconnected !== true, flags: peeringFlags(raw) };
    const [from, to] = a < b ? [a, b] : [b, a];
    const known = found.get(`${from} ${to}`) ?? { from, to, forward: null, back: null };
    if (from === a) known.forward = half;
    else known.back = half;
    found.set(`${from} ${to}`, known);
  }
  return [...found.values()];
}

const UNDRAWN = new Set(["peerings", "connected_groups", "application_groups", "admin_rules", "service_tags"]);

/** Where each kind hangs: a collection and the field that names it there. */
const HANGS: [string, string, [string, string][]][] = [
  ["route_tables", mark("route table"), [["subnets", "route_table"], ["vnets", "main_route_table"], ["gateways", "route_table"], ["internet_gateways", "route_table"]]],
  ["security_groups", mark("security group"), [["subnets", "security_group"], ["nics", "security_group"]]],
  ["nat_gateways", "NAT gateway", [["subnets", "nat_gateway"]]],
];

/** Tables, groups and NAT gateways that nothing names, and what has no place on the canvas at all. */
function readUnattached(document: unknown): Drawing["unattached"] {
  const found: Drawing["unattached"] = [];
  for (const [collection, kind, holders] of HANGS) {
    const used = new Set(holders.flatMap(([home, field]) => entries(document, home).map(([, part]) => text(part[field]))));
    for (const [id, part] of entries(document, collection)) if (!used.has(id) && !text(part.subnet)) found.push({ path: `${collection}/${id}`, name: text(part.name, id), kind, used: false });
  }
  const publics = publicUses(document);
  for (const [id, part] of entries(document, "public_ips")) found.push({ path: `public_ips/${id}`, name: text(part.name, id), kind: mark("public IP"), used: publics.has(id) });
  // Rules name groups and tags, and admin rules hold by themselves: nobody misses a place for them.
  for (const [collection, kind] of [["application_groups", mark("application group")], ["admin_rules", mark("admin rule")]] as const)
    for (const [id, part] of entries(document, collection)) found.push({ path: `${collection}/${id}`, name: text(part.name, id), kind, used: true });
  const tags = isObject(document) && isObject(document.topology) ? document.topology.service_tags : null;
  for (const id of Object.keys(isObject(tags) ? tags : {})) found.push({ path: `service_tags/${id}`, name: id, kind: mark("service tag"), used: true });
  return found;
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
  if (kind === "sites" && path.split("/")[2] === "routers") return path.split("/").slice(0, 4).join("/");
  if (kind === "connections") return shown.links.find((link) => link.path === path)?.from ?? null;
  if (UNDRAWN.has(kind) || kind === "public_ips" || kind === "connected_groups") return null;
  return `${kind}/${id}`;
}

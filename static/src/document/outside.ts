/** What is drawn outside subnets: sites with their routers, transit gateways, the tabs on a network's frame. */

import type { Host } from "./drawing";
import { children, entries, text, texts } from "./raw";
import { mark, t } from "./text";

export interface SiteRouter {
  path: string;
  id: string;
  name: string;
  address: string;
  running: boolean;
  bgp: boolean;
}

export interface Site {
  path: string;
  id: string;
  name: string;
  prefixes: string[];
  routers: SiteRouter[];
  hosts: Host[];
}

export interface TransitGateway {
  path: string;
  id: string;
  name: string;
  tables: number;
}

/** A name that answers with public addresses; whose they are, as far as they are drawn. */
export interface TrafficManager {
  path: string;
  id: string;
  name: string;
  endpoints: string[];
  /** Paths of what holds the addresses. */
  leads: string[];
}

/** Something that belongs to a whole virtual network: a tab on its frame. */
export interface Tab {
  path: string;
  kind: "VPN gateway" | "ExpressRoute gateway" | "Internet gateway" | "route server" | "main route table";
  name: string;
  rows: string[];
}

export function readSites(document: unknown, hosts: Host[]): Site[] {
  return entries(document, "sites").map(([id, raw]) => ({
    path: `sites/${id}`,
    id,
    name: text(raw.name, id),
    prefixes: texts(raw.prefixes),
    routers: children(raw.routers).map(([key, router]) => ({
      path: `sites/${id}/routers/${key}`,
      id: key,
      name: text(router.name, key),
      address: text(router.address),
      running: router.power !== "stopped",
      bgp: typeof router.bgp === "object" && router.bgp !== null,
    })),
    hosts: hosts.filter((host) => host.site === id),
  }));
}

export function readTransitGateways(document: unknown): TransitGateway[] {
  return entries(document, "transit_gateways").map(([id, raw]) => ({
    path: `transit_gateways/${id}`,
    id,
    name: text(raw.name, id),
    tables: children(raw.tables).length,
  }));
}

/** Return the tabs of every virtual network, each with the id of its network. */
export function readTabs(document: unknown): [string, Tab][] {
  const tabs: [string, Tab][] = [];
  for (const [id, raw] of entries(document, "gateways")) {
    const kind = raw.kind === "expressroute" ? mark("ExpressRoute gateway") : mark("VPN gateway");
    const instances = texts(raw.instances);
    const rows = [
      ...(instances.length > 1 ? [`active-active: ${instances.join(", ")}`] : []),
      ...children(raw.learned).map(([, route]) => t("learned {prefix}", { prefix: text(route.prefix) })),
    ];
    tabs.push([text(raw.vnet), { path: `gateways/${id}`, kind, name: text(raw.name, id), rows }]);
  }
  for (const [id, raw] of entries(document, "internet_gateways"))
    tabs.push([text(raw.vnet), { path: `internet_gateways/${id}`, kind: mark("Internet gateway"), name: text(raw.name, id), rows: [] }]);
  const tables = new Map(entries(document, "route_tables"));
  for (const [id, raw] of entries(document, "vnets")) {
    const key = text(raw.main_route_table);
    if (key) tabs.push([id, { path: `route_tables/${key}`, kind: mark("main route table"), name: text(tables.get(key)?.name, key), rows: [] }]);
  }
  return tabs;
}

export function readTrafficManagers(document: unknown): TrafficManager[] {
  const holders = publicHolders(document);
  return entries(document, "traffic_managers").map(([id, raw]) => {
    const endpoints = texts(raw.endpoints);
    const leads = endpoints.map((address) => holders.get(address)).filter((path): path is string => path !== undefined);
    return { path: `traffic_managers/${id}`, id, name: text(raw.name, id), endpoints, leads: [...new Set(leads)] };
  });
}

/** Who wears which public address: balancers, NICs, gateways. */
function publicHolders(document: unknown): Map<string, string> {
  const addresses = new Map(entries(document, "public_ips").map(([id, raw]) => [id, text(raw.address)]));
  const found = new Map<string, string>();
  for (const [key, path] of publicUses(document)) {
    const address = addresses.get(key);
    // A NAT gateway sends from its addresses; a name does not lead to it.
    if (address && !path.startsWith("nat_gateways/")) found.set(address, path);
  }
  for (const [id, raw] of entries(document, "hosts")) found.set(text(raw.address), `hosts/${id}`);
  return found;
}

/** Return what each public IP that is used hangs on, by its id. */
export function publicUses(document: unknown): Map<string, string> {
  const found = new Map<string, string>();
  for (const [id, raw] of entries(document, "nat_gateways")) for (const key of texts(raw.public_ips)) found.set(key, `nat_gateways/${id}`);
  for (const [id, raw] of entries(document, "load_balancers")) for (const [, front] of children(raw.frontends)) found.set(text(front.public_ip), `load_balancers/${id}`);
  for (const [id, raw] of entries(document, "nics")) for (const [, one] of children(raw.configurations)) found.set(text(one.public_ip), `nics/${id}`);
  for (const [id, raw] of entries(document, "gateways")) found.set(text(raw.public_ip), `gateways/${id}`);
  return found;
}

/** Adding a piece: what it needs comes with it, so that a new thing is whole and mostly without problems. */

import { type Piece, homeOf, placeOf } from "../grammar";
import { parsePrefix, first, written } from "../ip";
import { nextAddress, nextId, nextName, nextPublicAddress, nextRange, nextSubnetPrefix, subnetsOf, taken } from "../propose";
import { at, children, entries, text, texts } from "../raw";
import { t } from "../text";
import type { JsonObject } from "../types";
import { Draft, type Edit } from "./draft";

export interface Spot {
  x: number;
  y: number;
}

export type Result = Edit | { reason: string };

export function isEdit(result: Result): result is Edit {
  return "patch" in result;
}

class Refused extends Error {}

/**
 * Return the edit that adds a piece at a place, or the reason why it cannot.
 *
 * Args: `place` paths from what is pointed at outwards (`placeOf`); `spot` where it is drawn, in the
 * coordinates of its home; null lets the layout choose.
 */
export function add(document: JsonObject, piece: Piece, place: readonly string[], spot: Spot | null = null): Result {
  const found = homeOf(document, piece, place);
  if ("reason" in found) return found;
  const draft = new Draft(document);
  try {
    const path = MAKERS[piece.id]?.(draft, found.home, spot);
    return path ? draft.edit(path) : { reason: t("This cannot be added here.") };
  } catch (error) {
    if (error instanceof Refused) return { reason: error.message };
    throw error;
  }
}

type Make = (draft: Draft, home: string, spot: Spot | null) => string;

const idOf = (path: string): string => path.split("/")[1] ?? "";

function fresh(draft: Draft, collection: string, base: string, alone = false): { id: string; name: string } {
  const name = nextName(taken(draft.document, collection), base, alone);
  return { name, id: nextId(entries(draft.document, collection).map(([id]) => id), name) };
}

function addressIn(draft: Draft, subnet: string): string {
  const address = nextAddress(draft.document, subnet);
  if (address) return address;
  const part = at(draft.document, `subnets/${subnet}`) as JsonObject | null;
  throw new Refused(t("No address is free in {name}, {prefixes}.", { name: text(part?.name, subnet), prefixes: texts(part?.prefixes).join(", ") || t("which has no prefix") }));
}

function regionOf(draft: Draft, vnet: string): string {
  return text((at(draft.document, `vnets/${vnet}`) as JsonObject | null)?.region, "westeurope");
}

function vnetOf(draft: Draft, subnet: string): string {
  return text((at(draft.document, `subnets/${subnet}`) as JsonObject | null)?.vnet);
}

function addVnet(draft: Draft, _home: string, spot: Spot | null): string {
  const one = entries(draft.document, "vnets").length === 0 ? { id: "hub", name: "hub" } : fresh(draft, "vnets", "spoke");
  const path = draft.add("vnets", one.id, "VirtualNetwork", { name: one.name, address_space: [nextRange(draft.document)] });
  draft.place(path, spot);
  return path;
}

export function addSubnet(draft: Draft, home: string, spot: Spot | null, fixed?: { name: string; length: number }): string {
  const vnet = idOf(home);
  const found = nextSubnetPrefix(draft.document, vnet, fixed?.length ?? 24);
  if ("reason" in found) throw new Refused(found.reason);
  const own = subnetsOf(draft.document, vnet).map(([id, subnet]) => text(subnet.name, id));
  const name = fixed?.name ?? nextName([...own, ...taken(draft.document, "subnets")], "subnet");
  const id = nextId(entries(draft.document, "subnets").map(([key]) => key), fixed ? `${vnet}-${name}` : name);
  const path = draft.add("subnets", id, "Subnet", { name, vnet, prefixes: [found.prefix] });
  draft.place(path, spot);
  return path;
}

/** The subnet of a fixed name that the platform wants for itself; made where it is missing. */
function platformSubnet(draft: Draft, home: string, name: string, length: number): string {
  const known = subnetsOf(draft.document, idOf(home)).find(([, subnet]) => subnet.name === name);
  if (known) return known[0];
  const path = addSubnet(draft, home, null, { name, length });
  draft.told.push(t("A subnet {name} was added; it needs one of that name.", { name }));
  return idOf(path);
}

function addNic(draft: Draft, subnet: string, vm: string | null, name: string, more: JsonObject = {}): string {
  const id = nextId(entries(draft.document, "nics").map(([key]) => key), name);
  const address = addressIn(draft, subnet);
  return draft.add("nics", id, "NIC", { name: id, vm, subnet, configurations: { primary: { address, primary: true } }, ...more });
}

function addMachine(base: string, guest: JsonObject, more: JsonObject): Make {
  return (draft, home, spot) => {
    const { id, name } = fresh(draft, "vms", base);
    const path = draft.add("vms", id, "VirtualMachine", { name, guest });
    addNic(draft, idOf(home), id, `${id}-nic`, more);
    draft.place(path, spot);
    return path;
  };
}

const addOneNic: Make = (draft, home, spot) => {
  if (home.startsWith("subnets/")) {
    const path = addNic(draft, idOf(home), null, fresh(draft, "nics", "nic").id);
    draft.place(path, spot);
    return path;
  }
  const vm = idOf(home);
  const own = entries(draft.document, "nics").filter(([, nic]) => nic.vm === vm);
  const subnet = text((own.find(([, nic]) => nic.primary !== false) ?? own[0])?.[1].subnet);
  if (!subnet) throw new Refused(t("{vm} has no NIC whose subnet could be taken; drop the NIC on a subnet and connect it.", { vm }));
  return addNic(draft, subnet, vm, `${vm}-nic${own.length + 1}`, { primary: own.length === 0 });
};

function nicOf(draft: Draft, home: string): string {
  if (home.startsWith("nics/")) return idOf(home);
  const own = entries(draft.document, "nics").filter(([, nic]) => nic.vm === idOf(home));
  const found = own.find(([, nic]) => nic.primary !== false) ?? own[0];
  if (!found) throw new Refused(t("{vm} has no NIC yet.", { vm: idOf(home) }));
  return found[0];
}

function firstConfiguration(draft: Draft, nic: string): [string, JsonObject] {
  const part = at(draft.document, `nics/${nic}`) as JsonObject | null;
  const all = children(part?.configurations);
  const found = all.find(([, one]) => one.primary === true) ?? all[0];
  if (!found) throw new Refused(t("{nic} has no address yet.", { nic }));
  return found;
}

const addConfiguration: Make = (draft, home) => {
  const nic = nicOf(draft, home);
  const part = at(draft.document, `nics/${nic}`) as JsonObject;
  const keys = children(part.configurations).map(([key]) => key);
  const path = `nics/${nic}/configurations/${nextId(keys, "secondary")}`;
  draft.set(path, { address: addressIn(draft, text(part.subnet)), primary: keys.length === 0, public_ip: null, allocation: "static", application_groups: [], gateway_balancer: null });
  draft.told.push(t("The guest must be told of a second address by hand (A10)."));
  return `nics/${nic}`;
};

const addPublicIp = (draft: Draft): string => {
  const { id, name } = fresh(draft, "public_ips", "public-ip");
  return draft.add("public_ips", id, "PublicIP", { name, address: nextPublicAddress(draft.document) });
};

const addPublicIpTo: Make = (draft, home) => {
  const path = addPublicIp(draft);
  if (home === "canvas") return path;
  const nic = nicOf(draft, home);
  const [key, configuration] = firstConfiguration(draft, nic);
  if (text(configuration.public_ip)) throw new Refused(t("{nic} has the public IP {id}.", { nic, id: text(configuration.public_ip) }));
  draft.set(`nics/${nic}/configurations/${key}/public_ip`, idOf(path));
  return path;
};

/** Hang a table, group or NAT gateway on what it was dropped on; say what it takes the place of. */
function hang(draft: Draft, holder: string, field: string, path: string, words: string): void {
  const before = text((at(draft.document, holder) as JsonObject | null)?.[field]);
  draft.set(`${holder}/${field}`, idOf(path));
  if (before) draft.told.push(t("It takes the place of the {words} {before}.", { words, before }));
}

const addRouteTable: Make = (draft, home) => {
  const { id, name } = fresh(draft, "route_tables", home === "canvas" ? "routes" : `${idOf(home)}-routes`, true);
  const region = home === "canvas" ? text(entries(draft.document, "vnets")[0]?.[1].region, "westeurope") : regionOf(draft, vnetOf(draft, idOf(home)));
  const path = draft.add("route_tables", id, "RouteTable", { name, region });
  if (home !== "canvas") hang(draft, home, "route_table", path, t("route table"));
  return path;
};

const addSecurityGroup: Make = (draft, home) => {
  const { id, name } = fresh(draft, "security_groups", home === "canvas" ? "group" : `${idOf(home)}-group`, true);
  const path = draft.add("security_groups", id, "SecurityGroup", { name });
  if (home.startsWith("subnets/")) hang(draft, home, "security_group", path, t("security group"));
  else if (home !== "canvas") hang(draft, `nics/${nicOf(draft, home)}`, "security_group", path, t("security group"));
  return path;
};

const addApplicationGroup: Make = (draft, home) => {
  const { id, name } = fresh(draft, "application_groups", "servers");
  const path = draft.add("application_groups", id, "ApplicationGroup", { name });
  if (home === "canvas") return path;
  const nic = nicOf(draft, home);
  const [key, configuration] = firstConfiguration(draft, nic);
  draft.set(`nics/${nic}/configurations/${key}/application_groups`, [...texts(configuration.application_groups), id]);
  return path;
};

const addAdminRule: Make = (draft, home) => {
  const { id, name } = fresh(draft, "admin_rules", "admin-rule");
  const used = entries(draft.document, "admin_rules").map(([, rule]) => Number(rule.priority));
  const priority = Math.max(90, ...used) + 10;
  return draft.add("admin_rules", id, "AdminRule", { name, priority, direction: "Inbound", access: "Deny", protocol: "tcp", destination_ports: ["22"], vnets: home === "canvas" ? [] : [idOf(home)] });
};

const addServiceTag: Make = (draft) => {
  const topology = (draft.document.topology ?? {}) as JsonObject;
  const known = Object.keys((topology.service_tags ?? {}) as JsonObject);
  const name = nextName(known, "Service");
  draft.map(["topology"]);
  draft.map(["topology", "service_tags"]);
  draft.set(`service_tags/${name}`, ["198.51.100.0/24"]);
  return `service_tags/${name}`;
};

function balancerParts(frontend: JsonObject): JsonObject {
  return {
    frontends: { front: { name: "front", ...frontend } },
    pools: { pool: { name: "pool" } },
    probes: { probe: { name: "probe", protocol: "tcp", port: 443 } },
    rules: { rule: { name: "https", frontend: "front", pool: "pool", probe: "probe", protocol: "tcp", frontend_port: 443, backend_port: 443 } },
  };
}

const addInternalBalancer: Make = (draft, home, spot) => {
  const { id, name } = fresh(draft, "load_balancers", "balancer");
  const subnet = idOf(home);
  const path = draft.add("load_balancers", id, "LoadBalancer", { name, ...balancerParts({ subnet, address: addressIn(draft, subnet) }) });
  draft.place(path, spot);
  return path;
};

const addPublicBalancer: Make = (draft, _home, spot) => {
  const { id, name } = fresh(draft, "load_balancers", "balancer");
  const publicIp = draft.add("public_ips", nextId(entries(draft.document, "public_ips").map(([key]) => key), `${id}-ip`), "PublicIP", { name: `${name}-ip`, address: nextPublicAddress(draft.document) });
  const path = draft.add("load_balancers", id, "LoadBalancer", { name, ...balancerParts({ public_ip: idOf(publicIp) }) });
  draft.place(path, spot);
  return path;
};

const addTrafficManager: Make = (draft, _home, spot) => {
  const { id, name } = fresh(draft, "traffic_managers", "name");
  const fronts = entries(draft.document, "load_balancers").flatMap(([, one]) => children(one.frontends).map(([, front]) => text(front.public_ip)));
  const worn = entries(draft.document, "nics").flatMap(([, nic]) => children(nic.configurations).map(([, one]) => text(one.public_ip)));
  const endpoints = [...fronts, ...worn].filter(Boolean).map((key) => text((at(draft.document, `public_ips/${key}`) as JsonObject | null)?.address)).filter(Boolean).slice(0, 2);
  const path = draft.add("traffic_managers", id, "TrafficManager", { name, endpoints });
  draft.place(path, spot);
  if (endpoints.length === 0) draft.told.push(t("It has no endpoint yet; connect it with a public balancer or a VM with a public IP."));
  return path;
};

const addNatGateway: Make = (draft, home) => {
  const { id, name } = fresh(draft, "nat_gateways", "nat");
  const publicIp = addPublicIp(draft);
  const path = draft.add("nat_gateways", id, "NatGateway", { name, public_ips: [idOf(publicIp)] });
  if (home !== "canvas") hang(draft, home, "nat_gateway", path, t("NAT gateway"));
  return path;
};

function addGateway(kind: "vpn" | "expressroute"): Make {
  return (draft, home) => {
    const vnet = idOf(home);
    const { id, name } = fresh(draft, "gateways", `${vnet}-${kind === "vpn" ? "vpn" : "er"}`, true);
    platformSubnet(draft, home, "GatewaySubnet", 27);
    const publicIp = kind === "vpn" ? idOf(addPublicIp(draft)) : null;
    return draft.add("gateways", id, "Gateway", { name, vnet, kind, public_ip: publicIp });
  };
}

const addRouteServer: Make = (draft, home) => {
  const vnet = idOf(home);
  const { id, name } = fresh(draft, "route_servers", "route-server");
  const subnet = platformSubnet(draft, home, "RouteServerSubnet", 26);
  void subnet;
  return draft.add("route_servers", id, "RouteServer", { name, vnet });
};

const addInternetGateway: Make = (draft, home) => {
  const { id, name } = fresh(draft, "internet_gateways", "internet");
  return draft.add("internet_gateways", id, "InternetGateway", { name, vnet: idOf(home) });
};

const addTransitGateway: Make = (draft, _home, spot) => {
  const { id, name } = fresh(draft, "transit_gateways", "transit");
  const path = draft.add("transit_gateways", id, "TransitGateway", { name, tables: { main: { name: "main" } } });
  draft.place(path, spot);
  return path;
};

const addSite: Make = (draft, _home, spot) => {
  const { id, name } = fresh(draft, "sites", "site");
  const range = nextRange(draft.document, 16, "192.168.0.0/16") === "192.168.0.0/16" ? "192.168.0.0/16" : nextRange(draft.document, 16, "172.16.0.0/12");
  const path = draft.add("sites", id, "Site", { name, prefixes: [range], routers: { router: { name: "router", address: routerAddress(range, 1n), public_address: nextPublicAddress(draft.document) } } });
  draft.place(path, spot);
  return path;
};

function routerAddress(range: string, offset: bigint): string {
  const prefix = parsePrefix(range);
  return prefix ? written({ version: prefix.version, value: first(prefix) + offset }) : "192.168.0.1";
}

function freeInSite(draft: Draft, site: string): string {
  const part = at(draft.document, `sites/${site}`) as JsonObject | null;
  const used = new Set([...children(part?.routers).map(([, router]) => text(router.address)), ...entries(draft.document, "hosts").map(([, host]) => text(host.address))]);
  const range = texts(part?.prefixes)[0];
  if (!range) throw new Refused(t("{site} has no prefix yet.", { site }));
  for (let offset = 1n; ; offset += 1n) {
    const address = routerAddress(range, offset);
    if (!used.has(address)) return address;
  }
}

const addRouter: Make = (draft, home) => {
  const site = idOf(home);
  const routers = children((at(draft.document, home) as JsonObject | null)?.routers);
  const name = nextName(routers.map(([key]) => key), "router", true);
  const path = `${home}/routers/${name}`;
  draft.set(path, { name, address: freeInSite(draft, site), public_address: nextPublicAddress(draft.document), power: "running", bgp: null });
  return path;
};

const addHost: Make = (draft, home, spot) => {
  const { id, name } = fresh(draft, "hosts", home === "canvas" ? "client" : "host");
  const inside = home.startsWith("sites/");
  const path = draft.add("hosts", id, "Host", { name, address: inside ? freeInSite(draft, idOf(home)) : nextPublicAddress(draft.document), site: inside ? idOf(home) : null });
  draft.place(path, spot);
  return path;
};

const addPrivateEndpoint: Make = (draft, home, spot) => {
  const { id, name } = fresh(draft, "private_endpoints", "endpoint");
  const path = draft.add("private_endpoints", id, "PrivateEndpoint", { name, subnet: idOf(home), address: addressIn(draft, idOf(home)) });
  draft.place(path, spot);
  return path;
};

const addGroup: Make = (draft, home) => {
  const { id, name } = fresh(draft, "connected_groups", "mesh");
  const vnets = home === "canvas" ? entries(draft.document, "vnets").map(([key]) => key) : [idOf(home)];
  return draft.add("connected_groups", id, "ConnectedGroup", { name, vnets });
};

/** A peering from the network it was dropped on to the first that it is not peered with. */
const addPeering: Make = (draft, home) => {
  const vnet = idOf(home);
  const peered = new Set(entries(draft.document, "peerings").flatMap(([, link]) => (link.vnet === vnet ? [text(link.remote_vnet)] : [])));
  const other = entries(draft.document, "vnets").find(([id]) => id !== vnet && !peered.has(id));
  if (!other) throw new Refused(t("There is no other virtual network that {vnet} is not peered with.", { vnet }));
  return peer(draft, vnet, other[0]);
};

/** Add both links of a peering, or the one that is missing; return the path of the first. */
export function peer(draft: Draft, from: string, to: string): string {
  let made = "";
  for (const [vnet, remote] of [[from, to], [to, from]] as const) {
    if (entries(draft.document, "peerings").some(([, link]) => link.vnet === vnet && link.remote_vnet === remote)) continue;
    const id = nextId(entries(draft.document, "peerings").map(([key]) => key), `${vnet}-${remote}`);
    made ||= draft.add("peerings", id, "Peering", { vnet, remote_vnet: remote });
    if (made !== `peerings/${id}`) draft.add("peerings", id, "Peering", { vnet, remote_vnet: remote });
  }
  return made;
}

const addConnection: Make = (draft, home) => {
  const joined = new Set(entries(draft.document, "connections").flatMap(([, one]) => (one.gateway === idOf(home) ? [text(one.site)] : [])));
  const site = entries(draft.document, "sites").find(([id]) => !joined.has(id));
  if (!site) throw new Refused(t("There is no site that {gateway} is not joined with; add a site first.", { gateway: idOf(home) }));
  return join(draft, idOf(home), site[0], children(site[1].routers)[0]?.[0] ?? null);
};

/** Add a connection from a gateway to a router of a site. */
export function join(draft: Draft, gateway: string, site: string, router: string | null): string {
  const name = nextName(taken(draft.document, "connections"), `${gateway}-${site}`, true);
  const id = nextId(entries(draft.document, "connections").map(([key]) => key), name);
  return draft.add("connections", id, "Connection", { name, gateway, site, router });
}

const addNote: Make = (draft, _home, spot) => {
  const notes = (draft.document.notes ?? {}) as JsonObject;
  const id = nextName(Object.keys(notes), "note");
  draft.map(["notes"]);
  draft.do({ op: "add", path: `/notes/${id}`, value: { text: t("Note") } });
  draft.place(`notes/${id}`, spot ?? { x: 0, y: -90 });
  return `notes/${id}`;
};

const MAKERS: Record<string, Make> = {
  vnet: addVnet,
  subnet: (draft, home, spot) => addSubnet(draft, home, spot),
  peering: addPeering,
  "connected-group": addGroup,
  "private-endpoint": addPrivateEndpoint,
  vm: addMachine("vm", {}, {}),
  appliance: addMachine("fw", { forwarding: true }, { ip_forwarding: true }),
  nic: addOneNic,
  configuration: addConfiguration,
  "route-table": addRouteTable,
  "security-group": addSecurityGroup,
  "application-group": addApplicationGroup,
  "admin-rule": addAdminRule,
  "service-tag": addServiceTag,
  balancer: addInternalBalancer,
  "public-balancer": addPublicBalancer,
  "traffic-manager": addTrafficManager,
  "nat-gateway": addNatGateway,
  "public-ip": addPublicIpTo,
  "vpn-gateway": addGateway("vpn"),
  "expressroute-gateway": addGateway("expressroute"),
  "route-server": addRouteServer,
  "internet-gateway": addInternetGateway,
  "transit-gateway": addTransitGateway,
  site: addSite,
  router: addRouter,
  host: addHost,
  connection: addConnection,
  note: addNote,
};

/** Return the place a piece would be added at when something is selected: the selection, or what it is in. */
export function placeFor(document: JsonObject, piece: Piece, selection: string | null): string[] {
  const chosen = placeOf(document, selection);
  if (!("reason" in homeOf(document, piece, chosen))) return chosen;
  // Nothing suitable is selected: the only home there is will do; else the canvas.
  for (const home of piece.homes) {
    const all = entries(document, home);
    const only = all.length === 1 ? all[0] : undefined;
    if (only) return placeOf(document, `${home}/${only[0]}`);
  }
  return piece.homes.includes("canvas") ? [] : chosen;
}

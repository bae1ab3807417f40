/**
 * The grammar of a drawing: which pieces there are, where each may live, and why not elsewhere. Knows no DOM.
 *
 * A place is named by the paths from what is pointed at outwards, such as
 * `["vms/web1", "subnets/app", "vnets/hub"]`; an empty list is the empty canvas.
 */

import { at, entries, text } from "./raw";
import { mark, t } from "./text";
import type { JsonObject } from "./types";

/** `canvas` is the drawing itself; `anywhere` a thing without a place of its own, which may hang on what is pointed at. */
export type Home = "canvas" | "anywhere" | "vnets" | "subnets" | "vms" | "nics" | "sites" | "gateways" | "load_balancers" | "transit_gateways";

export interface Piece {
  id: string;
  collection: string;
  /** In the middle of a sentence. */
  name: string;
  group: "Network" | "Machines" | "Rules" | "Balancing" | "Ways out" | "Outside";
  homes: Home[];
  /** What it is for, in a short sentence. */
  hint: string;
  /** The key that adds it. */
  key?: string;
  /** Words people may search it by. */
  also?: string;
}

export const PIECES: Piece[] = [
  { id: "vnet", collection: "vnets", name: mark("virtual network"), group: mark("Network"), homes: ["canvas"], key: "n", hint: mark("One region, one or more address ranges"), also: "vnet vpc" },
  { id: "subnet", collection: "subnets", name: mark("subnet"), group: mark("Network"), homes: ["vnets"], key: "s", hint: mark("A prefix inside a virtual network") },
  { id: "peering", collection: "peerings", name: mark("peering"), group: mark("Network"), homes: ["vnets"], hint: mark("Two links between two virtual networks"), also: "peer vnet" },
  { id: "connected-group", collection: "connected_groups", name: mark("connected group"), group: mark("Network"), homes: ["vnets", "anywhere"], hint: mark("Virtual networks joined each with each"), also: "network manager mesh" },
  { id: "private-endpoint", collection: "private_endpoints", name: mark("private endpoint"), group: mark("Network"), homes: ["subnets"], hint: mark("A private address for a service"), also: "private link" },
  { id: "vm", collection: "vms", name: mark("VM"), group: mark("Machines"), homes: ["subnets"], key: "v", hint: mark("A machine with one NIC"), also: "server instance virtual machine" },
  { id: "appliance", collection: "vms", name: mark("appliance"), group: mark("Machines"), homes: ["subnets"], key: "f", hint: mark("A VM that forwards: firewall, router"), also: "nva firewall router" },
  { id: "nic", collection: "nics", name: mark("NIC"), group: mark("Machines"), homes: ["vms", "subnets"], hint: mark("On a VM: one more NIC; in a subnet: a free one"), also: "interface eni" },
  { id: "configuration", collection: "nics", name: mark("IP configuration"), group: mark("Machines"), homes: ["nics", "vms"], hint: mark("One more address of a NIC"), also: "secondary address" },
  { id: "route-table", collection: "route_tables", name: mark("route table"), group: mark("Rules"), homes: ["subnets", "anywhere"], key: "r", hint: mark("User routes of a subnet"), also: "udr routes" },
  { id: "security-group", collection: "security_groups", name: mark("security group"), group: mark("Rules"), homes: ["vms", "nics", "subnets", "anywhere"], key: "g", hint: mark("Rules of a subnet or a NIC"), also: "nsg firewall rules" },
  { id: "application-group", collection: "application_groups", name: mark("application group"), group: mark("Rules"), homes: ["vms", "nics", "anywhere"], hint: mark("A name for addresses that rules use"), also: "asg" },
  { id: "admin-rule", collection: "admin_rules", name: mark("admin rule"), group: mark("Rules"), homes: ["vnets", "anywhere"], hint: mark("Comes before every security group"), also: "security admin" },
  { id: "service-tag", collection: "service_tags", name: mark("service tag"), group: mark("Rules"), homes: ["anywhere"], hint: mark("A name for prefixes of a service"), also: "prefix list" },
  { id: "balancer", collection: "load_balancers", name: mark("internal balancer"), group: mark("Balancing"), homes: ["subnets"], key: "b", hint: mark("A private frontend in a subnet"), also: "load balancer ilb lb" },
  { id: "public-balancer", collection: "load_balancers", name: mark("public balancer"), group: mark("Balancing"), homes: ["canvas"], hint: mark("A frontend on the Internet"), also: "load balancer elb lb" },
  { id: "traffic-manager", collection: "traffic_managers", name: mark("traffic manager"), group: mark("Balancing"), homes: ["canvas"], hint: mark("A name that answers with an address that is up"), also: "dns failover" },
  { id: "nat-gateway", collection: "nat_gateways", name: mark("NAT gateway"), group: mark("Ways out"), homes: ["subnets", "anywhere"], key: "x", hint: mark("Lets a subnet out by public addresses"), also: "snat outbound" },
  { id: "public-ip", collection: "public_ips", name: mark("public IP"), group: mark("Ways out"), homes: ["vms", "nics", "anywhere"], hint: mark("A public address for a NIC, balancer or gateway"), also: "pip elastic ip" },
  { id: "vpn-gateway", collection: "gateways", name: mark("VPN gateway"), group: mark("Ways out"), homes: ["vnets"], key: "w", hint: mark("Joins sites over the Internet"), also: "ipsec virtual network gateway" },
  { id: "expressroute-gateway", collection: "gateways", name: mark("ExpressRoute gateway"), group: mark("Ways out"), homes: ["vnets"], hint: mark("Joins sites over a private circuit"), also: "direct connect er" },
  { id: "route-server", collection: "route_servers", name: mark("route server"), group: mark("Ways out"), homes: ["vnets"], hint: mark("Speaks BGP with appliances"), also: "bgp ars" },
  { id: "internet-gateway", collection: "internet_gateways", name: mark("Internet gateway"), group: mark("Ways out"), homes: ["vnets"], hint: mark("The way out where a network has none by itself"), also: "igw aws" },
  { id: "transit-gateway", collection: "transit_gateways", name: mark("transit gateway"), group: mark("Ways out"), homes: ["canvas"], hint: mark("A regional router between networks"), also: "tgw aws" },
  { id: "site", collection: "sites", name: mark("site"), group: mark("Outside"), homes: ["canvas"], key: "e", hint: mark("A place outside the cloud with a router"), also: "on-premises branch office" },
  { id: "router", collection: "sites", name: mark("router of a site"), group: mark("Outside"), homes: ["sites"], hint: mark("The far end of connections"), also: "cpe" },
  { id: "host", collection: "hosts", name: mark("host outside"), group: mark("Outside"), homes: ["sites", "canvas"], key: "h", hint: mark("A client on the Internet or in a site"), also: "client internet user" },
  { id: "connection", collection: "connections", name: mark("connection"), group: mark("Outside"), homes: ["gateways"], hint: mark("Joins a gateway to a site or another gateway"), also: "tunnel circuit" },
  { id: "note", collection: "notes", name: mark("note"), group: mark("Outside"), homes: ["canvas"], key: "t", hint: mark("Words on the drawing"), also: "text comment annotation" },
];

export function pieceOf(id: string): Piece {
  const found = PIECES.find((piece) => piece.id === id);
  if (!found) throw new Error(`there is no piece ${id}`);
  return found;
}

const HOMES: Record<Home, string> = {
  canvas: mark("on the empty canvas"),
  anywhere: mark("anywhere"),
  vnets: mark("in a virtual network"),
  subnets: mark("in a subnet"),
  vms: mark("on a VM"),
  nics: mark("on a NIC"),
  sites: mark("in a site"),
  gateways: mark("on a gateway"),
  load_balancers: mark("on a balancer"),
  transit_gateways: mark("on a transit gateway"),
};

/** Return the home a piece would get: a path, `canvas`; or the reason why it may not live there. */
export function homeOf(document: JsonObject, piece: Piece, place: readonly string[]): { home: string } | { reason: string } {
  const found = place.find((path) => piece.homes.includes((path.split("/")[0] ?? "") as Home));
  if (found) {
    const reason = refusal(document, piece, found);
    return reason ? { reason } : { home: found };
  }
  if (piece.homes.includes("anywhere") || (piece.homes.includes("canvas") && place.length === 0)) return { home: "canvas" };
  const where = piece.homes.map((home) => t(HOMES[home])).join(t(" or "));
  return { reason: t("A {name} lives {where}.", { name: t(piece.name), where }).replace(/^A (?=[AEIOaeio]|NIC|NAT)/, "An ").replace("An NAT", "A NAT") };
}

/** Whether a subnet is the platform's own by its name, which it does not tell apart by case. */
export function isPlatformSubnet(name: string): boolean {
  return ["gatewaysubnet", "routeserversubnet"].includes(name.toLowerCase());
}

/** Rules beyond containment that can be told before anything is dropped. */
function refusal(document: JsonObject, piece: Piece, home: string): string | null {
  const id = home.split("/")[1] ?? "";
  if (piece.id === "internet-gateway" && entries(document, "internet_gateways").some(([, one]) => one.vnet === id)) return t("{id} has an Internet gateway; one is all it may have.", { id });
  if (piece.id === "route-server" && entries(document, "route_servers").some(([, one]) => one.vnet === id)) return t("{id} has a route server; one is all it may have.", { id });
  if (piece.collection === "gateways") {
    const kind = piece.id === "vpn-gateway" ? "vpn" : "expressroute";
    if (entries(document, "gateways").some(([, one]) => one.vnet === id && text(one.kind, "vpn") === kind)) return t("{id} has a gateway of this kind; one is all it may have.", { id });
  }
  if (piece.homes.includes("subnets") && home.startsWith("subnets/") && ["vm", "appliance", "balancer"].includes(piece.id)) {
    const name = text((at(document, home) as JsonObject | null)?.name);
    if (isPlatformSubnet(name)) return t("{name} is kept for the platform; put it into another subnet.", { name });
  }
  return null;
}

/** Return the frames a thing lies in, the thing itself first: what `homeOf` takes as a place. */
export function placeOf(document: unknown, path: string | null): string[] {
  if (!path) return [];
  const [collection = "", id = ""] = path.split("/");
  const part = at(document, `${collection}/${id}`) as JsonObject | null;
  const self = `${collection}/${id}`;
  const outwards = (next: string): string[] => [self, ...placeOf(document, next)];
  if (collection === "subnets") return outwards(`vnets/${text(part?.vnet)}`);
  if (collection === "nics") return text(part?.vm) ? [self, `vms/${text(part?.vm)}`, ...placeOf(document, `subnets/${text(part?.subnet)}`)] : outwards(`subnets/${text(part?.subnet)}`);
  if (collection === "vms") {
    const nics = entries(document, "nics").filter(([, nic]) => nic.vm === id);
    const primary = nics.find(([, nic]) => nic.primary !== false) ?? nics[0];
    return primary ? outwards(`subnets/${text(primary[1].subnet)}`) : [self];
  }
  if (collection === "private_endpoints") return outwards(`subnets/${text(part?.subnet)}`);
  if (["gateways", "route_servers", "internet_gateways"].includes(collection)) return outwards(`vnets/${text(part?.vnet)}`);
  if (collection === "hosts" && text(part?.site)) return outwards(`sites/${text(part?.site)}`);
  if (collection === "load_balancers") {
    const frontends = (part?.frontends ?? {}) as Record<string, JsonObject>;
    const inside = Object.values(frontends).find((one) => text(one.subnet));
    return inside ? outwards(`subnets/${text(inside.subnet)}`) : [self];
  }
  return collection === "internet" ? [] : [self];
}

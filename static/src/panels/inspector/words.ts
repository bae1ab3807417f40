/** Field names of the document as words, and values with their units. */

import { t } from "../../document/text";
import type { Json } from "../../document/types";

/** Units by the ending of a field's name; `scale` makes the number one that people read. */
const UNITS: [ending: string, unit: string, scale: number][] = [
  ["_us", "s", 1_000_000],
  ["_ms", "ms", 1],
  ["_min", "min", 1],
  ["_s", "s", 1],
  ["_bytes", "bytes", 1],
  ["_mbps", "Mbit/s", 1],
];

const SPELT: Record<string, string> = {
  ip: "IP",
  ips: "IPs",
  id: "ID",
  nic: "NIC",
  nics: "NICs",
  vm: "VM",
  vms: "VMs",
  vnet: "virtual network",
  vnets: "virtual networks",
  bgp: "BGP",
  asn: "AS number",
  nat: "NAT",
  mac: "MAC",
  mtu: "MTU",
  ha: "HA",
  vpn: "VPN",
  tcp: "TCP",
  udp: "UDP",
  icmp: "ICMP",
  snat: "SNAT",
  dns: "DNS",
  ttl: "TTL",
  vrid: "VRID",
  sku: "SKU",
};

function unitOf(key: string): [ending: string, unit: string, scale: number] | undefined {
  return UNITS.find(([ending]) => key.endsWith(ending) && key.length > ending.length);
}

/** Return a field's name as words: `interval_s` as "Interval", `ip_forwarding` as "IP forwarding". */
export function label(key: string): string {
  const bare = key.slice(0, key.length - (unitOf(key)?.[0].length ?? 0));
  const words = bare
    .split("_")
    .map((word) => SPELT[word] ?? word)
    .join(" ");
  return t(words.charAt(0).toUpperCase() + words.slice(1));
}

/** Return a field's name as words with the unit it is kept in: `interval_s` as "Interval, s". */
export function unitName(key: string): string {
  const unit = UNITS.find(([ending]) => key.endsWith(ending) && key.length > ending.length);
  return unit ? `${label(key)}, ${unit[0] === "_us" ? "µs" : unit[1]}` : label(key);
}

/** Return a value as people say it; the field's name tells the unit. */
export function written(value: Json, key = ""): string {
  if (value === null) return "–";
  if (value === true) return "on";
  if (value === false) return "off";
  if (Array.isArray(value)) return value.map((entry) => written(entry, key)).join(", ") || "–";
  if (typeof value === "object") return JSON.stringify(value);
  const unit = unitOf(key);
  return unit && typeof value === "number" ? `${value / unit[2]} ${unit[1]}` : String(value);
}

/** Words of a profile's list that stand for fields of another name, by the collection they are in. */
const ALIASES: Record<string, { collections: string[]; fields: string[] }> = {
  peered_subnets: { collections: ["peerings"], fields: ["subnets", "remote_subnets"] },
  gateway_route_table: { collections: ["gateways", "internet_gateways"], fields: ["route_table"] },
};

/** Return whether a profile has nothing for a field of a collection. */
export function unknownField(collection: string, key: string, unknown: Record<string, string>): boolean {
  if (key in unknown) return true;
  return Object.entries(ALIASES).some(([word, { collections, fields }]) => word in unknown && collections.includes(collection) && fields.includes(key));
}

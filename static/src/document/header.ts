/** What a step did to a packet, in a few words each: addresses, ports, MACs, tunnels. */

import { t } from "./text";
import type { Header } from "./types";

export interface Change {
  what: "source" | "destination" | "MAC" | "TTL" | "protocol" | "size" | "wrapped" | "unwrapped" | "inside";
  before: string;
  after: string;
}

const NAMES: Record<number, string> = { 1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 89: "ospf", 112: "vrrp" };

export function protocolName(protocol: number): string {
  return NAMES[protocol] ?? t("protocol {protocol}", { protocol });
}

/** Return a packet as one line, such as `10.0.0.4:49152 → 10.0.1.4:443 tcp`. */
export function packetLine(header: Header): string {
  if (header.frame === "arp") return t("ARP for {destination}", { destination: header.destination });
  return `${end(header.source, header.source_port)} → ${end(header.destination, header.destination_port)} ${protocolName(header.protocol)}`;
}

function end(address: string, port: number): string {
  const host = address.includes(":") && port > 0 ? `[${address}]` : address;
  return port > 0 ? `${host}:${port}` : host;
}

/** Return the packets in a tunnel packet from the outside in. */
export function layers(header: Header): Header[] {
  const found: Header[] = [];
  for (let here: Header | null | undefined = header; here; here = here.inner) found.push(here);
  return found;
}

/** Return what changed between the header before and after a step; nothing when it passed untouched. */
export function changes(before: Header, after: Header): Change[] {
  const deep = layers(before).length;
  const now = layers(after).length;
  if (now > deep && after.inner) return [{ what: "wrapped", before: packetLine(after.inner), after: packetLine(after) }, ...mac(before, after)];
  if (now < deep && before.inner) return [{ what: "unwrapped", before: packetLine(before), after: packetLine(after) }, ...mac(before, after)];
  const found: Change[] = [];
  const ends = [
    ["source", end(before.source, before.source_port), end(after.source, after.source_port)],
    ["destination", end(before.destination, before.destination_port), end(after.destination, after.destination_port)],
    ["protocol", protocolName(before.protocol), protocolName(after.protocol)],
    ["TTL", String(before.ttl), String(after.ttl)],
    ["size", size(before), size(after)],
  ] as const;
  for (const [what, old, fresh] of ends) if (old !== fresh) found.push({ what, before: old, after: fresh });
  found.push(...mac(before, after));
  if (before.inner && after.inner)
    for (const change of changes(before.inner, after.inner)) found.push({ ...change, what: "inside" });
  return found;
}

function mac(before: Header, after: Header): Change[] {
  const old = before.destination_mac ?? "";
  const fresh = after.destination_mac ?? "";
  return old === fresh || fresh === "" ? [] : [{ what: "MAC", before: old, after: fresh }];
}

function size(header: Header): string {
  return typeof header.size_bytes === "number" ? t("{size_bytes} bytes", { size_bytes: header.size_bytes }) : "";
}

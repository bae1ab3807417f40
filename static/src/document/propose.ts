/** The next free name, id, prefix and address, and why another one does not do. Pure: reads a document, changes none. */

import { type Address, type Prefix, bitsOf, contains, first, isStrict, last, overlap, parseAddress, parsePrefix, sizeOf, within, written, writtenPrefix } from "./ip";
import { at, children, entries, text, texts } from "./raw";
import { t } from "./text";
import type { JsonObject } from "./types";

/** The platform keeps the network address and the three after it, and the last one (fact A1). */
const RESERVED_FIRST = 4n;

/** Return an id no other of a collection has, made from a name. */
export function nextId(taken: Iterable<string>, name: string): string {
  const known = new Set(taken);
  const base = name.replaceAll(/[^A-Za-z0-9_.-]+/g, "-").replaceAll(/^[^A-Za-z0-9]+|-+$/g, "").slice(0, 70) || "thing";
  if (!known.has(base)) return base;
  const stem = base.replace(/-?\d+$/, "");
  for (let number = 2; ; number += 1) {
    const id = `${stem || base}${/\d$/.test(stem) ? "-" : ""}${number}`;
    if (!known.has(id)) return id;
  }
}

/** Return a name that is not taken: the base itself where `alone`, else `vm1`, `vm2` and so on. */
export function nextName(taken: Iterable<string>, base: string, alone = false): string {
  const known = new Set(taken);
  if (alone && !known.has(base)) return base;
  for (let number = alone ? 2 : 1; ; number += 1) if (!known.has(`${base}${number}`)) return `${base}${number}`;
}

/** Return the names and ids of a collection, both of which a new name should not repeat. */
export function taken(document: unknown, collection: string): string[] {
  return entries(document, collection).flatMap(([id, part]) => [id, text(part.name, id)]);
}

export function prefixesOf(list: unknown): Prefix[] {
  return texts(list).map(parsePrefix).filter((prefix): prefix is Prefix => prefix !== null);
}

/** Return every range that is in use anywhere in the drawing: networks, sites. */
function rangesInUse(document: unknown): Prefix[] {
  return [
    ...entries(document, "vnets").flatMap(([, vnet]) => prefixesOf(vnet.address_space)),
    ...entries(document, "sites").flatMap(([, site]) => prefixesOf(site.prefixes)),
  ];
}

/** Return a range for a new virtual network or site that overlaps none; `base` as in `10.0.0.0/8`. */
export function nextRange(document: unknown, length = 16, base = "10.0.0.0/8"): string {
  return freeWithin(parsePrefix(base), length, rangesInUse(document)) ?? freeWithin(parsePrefix("172.16.0.0/12"), length, rangesInUse(document)) ?? "10.0.0.0/16";
}

/** Return the first free prefix of a length inside a range; null where there is none. */
export function freeWithin(range: Prefix | null, length: number, used: readonly Prefix[]): string | null {
  if (!range || length < range.length || length > bitsOf(range.version)) return null;
  const size = 1n << BigInt(bitsOf(range.version) - length);
  let value = first(range);
  while (value + size - 1n <= last(range)) {
    const wanted: Prefix = { version: range.version, value, length };
    const clash = used.find((one) => overlap(one, wanted));
    if (!clash) return writtenPrefix(wanted);
    // Go on behind what is in the way, on the next border of this length.
    value = ((last(clash) + size) / size) * size;
  }
  return null;
}

/** Return the prefix of a new subnet: /24 where there is room, else the largest that fits down to /29; of IPv6 always a /64. */
export function nextSubnetPrefix(document: unknown, vnet: string, length = 24, version: 4 | 6 = 4): { prefix: string } | { reason: string } {
  const part = at(document, `vnets/${vnet}`);
  const ranges = prefixesOf((part as JsonObject | null)?.address_space).filter((range) => range.version === version);
  const used = subnetsOf(document, vnet).flatMap(([, subnet]) => prefixesOf(subnet.prefixes));
  if (ranges.length === 0) return { reason: t("{vnet} has no IPv{version} range yet; give it one first.", { vnet, version }) };
  const [from, to] = version === 4 ? [length, 29] : [64, 64];
  for (let wanted = from; wanted <= to; wanted += 1)
    for (const range of ranges) {
      const found = freeWithin(range, wanted, used);
      if (found) return { prefix: found };
    }
  return { reason: t("{vnet} is full: no prefix of /{length} or larger is free in {ranges}.", { vnet, length: to, ranges: ranges.map(writtenPrefix).join(", ") }) };
}

export function subnetsOf(document: unknown, vnet: string): [string, JsonObject][] {
  return entries(document, "subnets").filter(([, subnet]) => text(subnet.vnet) === vnet);
}

export interface Holder {
  words: string;
  place: string;
}

/** Return who holds which private address of a subnet: address in its short form, holder in words and path. */
export function holders(document: unknown, subnet: string): Map<string, Holder> {
  return heldIn(document, text((at(document, `subnets/${subnet}`) as JsonObject | null)?.vnet), (one) => one === subnet);
}

/** Return the same of a whole virtual network, where an address belongs to one holder at a time (fact A8). */
export function holdersOf(document: unknown, vnet: string): Map<string, Holder> {
  const own = new Set(subnetsOf(document, vnet).map(([id]) => id));
  return heldIn(document, vnet, (one) => own.has(one));
}

function heldIn(document: unknown, vnet: string, home: (subnet: string) => boolean): Map<string, Holder> {
  const found = new Map<string, Holder>();
  const add = (address: unknown, words: string, place: string): void => {
    const parsed = parseAddress(text(address));
    if (parsed && !found.has(written(parsed))) found.set(written(parsed), { words, place });
  };
  for (const [id, nic] of entries(document, "nics"))
    if (home(text(nic.subnet)))
      for (const [key, one] of children(nic.configurations)) add(one.address, t("NIC {id}", { id: text(nic.name, id) }), `nics/${id}/configurations/${key}/address`);
  for (const [id, balancer] of entries(document, "load_balancers"))
    for (const [key, one] of children(balancer.frontends))
      if (home(text(one.subnet))) add(one.address, t("balancer {id}", { id: text(balancer.name, id) }), `load_balancers/${id}/frontends/${key}/address`);
  for (const [id, one] of entries(document, "private_endpoints"))
    if (home(text(one.subnet))) add(one.address, t("private endpoint {id}", { id: text(one.name, id) }), `private_endpoints/${id}/address`);
  for (const collection of ["gateways", "route_servers"])
    for (const [id, one] of entries(document, collection))
      if (text(one.vnet) === vnet)
        for (const address of texts(collection === "gateways" ? one.instances : one.addresses)) add(address, t("gateway {id}", { id: text(one.name, id) }), `${collection}/${id}`);
  return found;
}

/** Return the first address of a subnet that is free in its whole virtual network; null where there is none of the version. */
export function nextAddress(document: unknown, subnet: string, besides: Iterable<string> = [], version: 4 | 6 = 4): string | null {
  const part = at(document, `subnets/${subnet}`) as JsonObject | null;
  const vnet = text(part?.vnet);
  const busy = new Set([...holdersOf(document, vnet).keys(), ...holders(document, subnet).keys(), ...besides]);
  // Where subnets overlap, what lies in both belongs to neither.
  const others = subnetsOf(document, vnet).flatMap(([id, one]) => (id === subnet ? [] : prefixesOf(one.prefixes)));
  for (const prefix of prefixesOf(part?.prefixes)) {
    if (prefix.version !== version) continue;
    for (let value = first(prefix) + RESERVED_FIRST; value < last(prefix); value += 1n) {
      const address = written({ version, value });
      const other = others.find((one) => contains(one, { version, value }));
      if (other) value = last(other);
      else if (!busy.has(address)) return address;
    }
  }
  return null;
}

/** Return how many IPv4 addresses of a subnet are free. */
export function freeAddresses(document: unknown, subnet: string): number {
  const part = at(document, `subnets/${subnet}`) as JsonObject | null;
  const room = prefixesOf(part?.prefixes).filter((prefix) => prefix.version === 4).reduce((sum, prefix) => sum + sizeOf(prefix) - RESERVED_FIRST - 1n, 0n);
  const held = [...holders(document, subnet).keys()].filter((address) => !address.includes(":")).length;
  return Math.max(0, Number(room) - held);
}

/** Return a public address for an example that nobody has (RFC 5737). */
export function nextPublicAddress(document: unknown): string {
  const busy = new Set([
    ...entries(document, "public_ips").map(([, one]) => text(one.address)),
    ...entries(document, "hosts").map(([, one]) => text(one.address)),
    ...entries(document, "sites").flatMap(([, site]) => children(site.routers).map(([, router]) => text(router.public_address))),
  ]);
  for (const net of ["203.0.113", "198.51.100", "192.0.2"])
    for (let host = 10; host < 255; host += 1) if (!busy.has(`${net}.${host}`)) return `${net}.${host}`;
  return "203.0.113.10";
}

/** Say what is wrong with an address of a subnet; null where nothing is. `place` is its own, which does not count. */
export function explainAddress(document: unknown, subnet: string, typed: string, place: string): string | null {
  const address = parseAddress(typed);
  if (!address) return t("Write an address such as 10.0.1.4.");
  const part = at(document, `subnets/${subnet}`) as JsonObject | null;
  const prefixes = prefixesOf(part?.prefixes);
  const home = prefixes.find((prefix) => contains(prefix, address));
  if (!home) return t("{address} is outside {subnet}, {prefixes}.", { address: typed, subnet: text(part?.name, subnet), prefixes: prefixes.map(writtenPrefix).join(", ") || t("which has no prefix") });
  if (isReserved(home, address)) return t("The platform keeps {address}: the first four addresses and the last one of every subnet are reserved (A1).", { address: typed });
  const holder = holders(document, subnet).get(written(address));
  return holder && holder.place !== place ? t("{address} is taken by {holder}.", { address: typed, holder: holder.words }) : null;
}

export function isReserved(prefix: Prefix, address: Address): boolean {
  if (prefix.version !== 4) return false;
  return address.value < first(prefix) + RESERVED_FIRST || address.value === last(prefix);
}

/** Say what is wrong with a prefix of a virtual network, subnet or site; null where nothing is. */
export function explainPrefix(document: unknown, owner: string, typed: string): string | null {
  const prefix = parsePrefix(typed);
  if (!prefix) return t("Write a prefix such as 10.0.0.0/16.");
  if (!isStrict(prefix)) return t("Bits are set behind the length; {prefix} would do.", { prefix: writtenPrefix(prefix) });
  const [collection = "", id = ""] = owner.split("/");
  if (collection === "subnets") return explainSubnet(document, id, prefix);
  if (collection !== "vnets") return null;
  const inside = subnetsOf(document, id).flatMap(([, subnet]) => prefixesOf(subnet.prefixes));
  const space = prefixesOf((at(document, owner) as JsonObject | null)?.address_space);
  const lost = inside.find((one) => space.every((range) => !within(one, range)) && !within(one, prefix));
  const peer = peersOf(document, id).find(([, vnet]) => prefixesOf(vnet.address_space).some((range) => overlap(range, prefix)));
  if (peer) return t("Overlaps {vnet}, which it is peered with (G2).", { vnet: text(peer[1].name, peer[0]) });
  return lost ? t("Subnet {prefix} lies outside it.", { prefix: writtenPrefix(lost) }) : null;
}

/** Return the virtual networks that a link joins with another, in either direction. */
export function peersOf(document: unknown, vnet: string): [string, JsonObject][] {
  const links = entries(document, "peerings").map(([, link]) => [text(link.vnet), text(link.remote_vnet)]);
  const others = new Set(links.flatMap(([a, b]) => (a === vnet ? [b] : b === vnet ? [a] : [])));
  return entries(document, "vnets").filter(([id]) => others.has(id));
}

function explainSubnet(document: unknown, id: string, prefix: Prefix): string | null {
  const vnet = text((at(document, `subnets/${id}`) as JsonObject | null)?.vnet);
  const space = prefixesOf((at(document, `vnets/${vnet}`) as JsonObject | null)?.address_space);
  if (!space.some((range) => within(prefix, range))) return t("Outside the address space of {vnet}: {ranges}.", { vnet, ranges: space.map(writtenPrefix).join(", ") || t("no range") });
  if (prefix.version === 4 && prefix.length > 29) return t("A subnet is /29 at the smallest; five addresses of each are reserved (A1, A2).");
  const clash = subnetsOf(document, vnet).find(([other, subnet]) => other !== id && prefixesOf(subnet.prefixes).some((one) => overlap(one, prefix)));
  return clash ? t("Overlaps subnet {name}, {prefixes} (A7).", { name: text(clash[1].name, clash[0]), prefixes: texts(clash[1].prefixes).join(", ") }) : null;
}

/** Return a priority behind all others of a direction, in steps of ten. */
export function nextPriority(rules: readonly JsonObject[], direction: string): number {
  const used = rules.filter((rule) => rule.direction === direction).map((rule) => Number(rule.priority));
  const top = Math.max(90, ...used);
  if (top + 10 <= 4096) return Math.floor(top / 10) * 10 + 10;
  for (let free = 100; ; free += 1) if (!used.includes(free)) return free;
}

/** Quick fixes of addresses and prefixes: another one that is free, and what stands in a subnet moves along. */

import { type Prefix, contains, first, overlap, parseAddress, parsePrefix, written } from "../ip";
import { holdersOf, nextAddress, nextPublicAddress, nextSubnetPrefix, peersOf, prefixesOf } from "../propose";
import { at, children, entries, isObject, text, texts } from "../raw";
import { t } from "../text";
import type { Json, JsonObject } from "../types";
import { Draft } from "./draft";
import { type Find, type Fix, last, owner, parent, put, setting } from "./fixing";

export const address: Find = (document, path) => {
  const part = at(document, path.startsWith("load_balancers/") ? parent(path) : owner(path));
  const version = parseAddress(text(at(document, path)))?.version ?? 4;
  const free = isObject(part) ? nextAddress(document, text(part.subnet), [], version) : null;
  return [free ? setting(document, t("Take {address}, which is free", { address: free }), [[path, free]]) : null];
};

export const publicAddress: Find = (document, path) => {
  const free = nextPublicAddress(document);
  return [setting(document, t("Take {address}, which is free", { address: free }), [[`${owner(path)}/address`, free]])];
};

/** `path` is that of one prefix; or of the list, which then gets an IPv4 prefix. */
export const subnetPrefix: Find = (document, path) => {
  const subnet = owner(path);
  const vnet = text((at(document, subnet) as JsonObject).vnet);
  const typed = parsePrefix(text(at(document, path)));
  // As large as it was, where both providers have subnets of that size.
  const length = typed && typed.length >= 16 && typed.length <= 28 ? typed.length : 24;
  const free = nextSubnetPrefix(document, vnet, length, typed?.version);
  return ["prefix" in free ? moving(document, path, typed, free.prefix) : null];
};

/** A prefix outside its virtual network: another one, or the network takes the range in. */
export const outsideVnet: Find = (document, path) => {
  const vnet = text((at(document, owner(path)) as JsonObject).vnet);
  const typed = parsePrefix(text(at(document, path)));
  const space = `vnets/${vnet}/address_space`;
  const range = typed && fitsVnet(document, vnet, typed) ? setting(document, t("Add the range to {vnet}", { vnet }), [[space, [...texts(at(document, space)), text(at(document, path))]]]) : null;
  return [...subnetPrefix(document, path), range];
};

/** What the platform keeps for itself (fact A5). */
const REFUSED = prefixesOf(["224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32", "0.0.0.0/8"]);

/** Whether a virtual network can have a range more: it overlaps no own one, no peer's, and none of the peers of its peers (fact G2). */
function fitsVnet(document: JsonObject, vnet: string, prefix: Prefix): boolean {
  const near = peersOf(document, vnet);
  const far = near.flatMap(([id]) => peersOf(document, id));
  const ranges = [[vnet, at(document, `vnets/${vnet}`) as JsonObject] as const, ...near, ...far].flatMap(([, one]) => prefixesOf(one.address_space));
  return ![...ranges, ...REFUSED].some((range) => overlap(range, prefix));
}

/** Give a subnet another prefix in the place of one; its addresses, and what names them, move along. */
function moving(document: JsonObject, path: string, from: Prefix | null, to: string): Fix | null {
  const [subnet, fresh] = [owner(path), parsePrefix(to)];
  const id = last(subnet);
  // A peering of single subnets may meet the new prefix on its other side.
  if (!fresh || entries(document, "peerings").some(([, link]) => [...texts(link.subnets), ...texts(link.remote_subnets)].includes(id))) return null;
  const draft = new Draft(document);
  const before = text(at(document, path));
  if (from) put(draft, path, to);
  else draft.set(`${subnet}/prefixes`, [...texts(at(document, `${subnet}/prefixes`)), to]);
  const moved = new Map<string, string>();
  if (from) {
    for (const place of placesIn(document, id)) {
      const held = parseAddress(text(at(document, place)));
      if (!held || !contains(from, held)) continue;
      // At the same place in the new prefix, unless another thing of the network has that address already.
      const same = written({ version: fresh.version, value: first(fresh) + held.value - first(from) });
      const kept = fresh.length <= from.length && !holdersOf(draft.document, text((at(document, subnet) as JsonObject).vnet)).has(same);
      const after = kept ? same : nextAddress(draft.document, id, [], fresh.version);
      if (after === null) return null;
      if (!moved.has(text(at(document, place)))) moved.set(text(at(document, place)), after);
      put(draft, place, after);
    }
    follow(draft, before, to, moved);
  }
  if (moved.size > 0) draft.told.push(t("Addresses move along: {addresses}.", { addresses: [...moved].map(([was, is]) => `${was} → ${is}`).join(", ") }));
  return { ...draft.edit(subnet), words: t("Take {prefix}, which is free", { prefix: to }) };
}

/** Return the paths of the addresses that stand in a subnet. */
function placesIn(document: JsonObject, subnet: string): string[] {
  const found: string[] = [];
  for (const [id, nic] of entries(document, "nics"))
    if (nic.subnet === subnet) for (const [key] of children(nic.configurations)) found.push(`nics/${id}/configurations/${key}/address`);
  for (const [id, balancer] of entries(document, "load_balancers"))
    for (const [key, one] of children(balancer.frontends)) if (one.subnet === subnet) found.push(`load_balancers/${id}/frontends/${key}/address`);
  for (const [id, one] of entries(document, "private_endpoints")) if (one.subnet === subnet) found.push(`private_endpoints/${id}/address`);
  const part = at(document, `subnets/${subnet}`) as JsonObject;
  const platform: Record<string, [string, string]> = { gatewaysubnet: ["gateways", "instances"], routeserversubnet: ["route_servers", "addresses"] };
  const [collection, field] = platform[text(part.name).toLowerCase()] ?? [];
  if (collection && field)
    for (const [id, one] of entries(document, collection))
      if (one.vnet === part.vnet) texts(one[field]).forEach((_, index) => found.push(`${collection}/${id}/${field}/${index}`));
  return found;
}

/** Routes, neighbours and rules that name what moved follow it, unless another thing still has that name. */
function follow(draft: Draft, before: string, to: string, moved: ReadonlyMap<string, string>): void {
  const all: [string, Json][] = [];
  walk(draft.document.topology ?? {}, "", (path, value) => all.push([path, value]));
  const still = new Set(all.filter(([path]) => /^(subnets\/[^/]+\/prefixes\/|vnets\/|sites\/|hosts\/|gateways\/|route_servers\/[^/]+\/addresses|.*\/(configurations|frontends)\/[^/]+\/address$|private_endpoints\/)/.test(path)).map(([, value]) => value));
  for (const [path, value] of all) {
    const after = value === before ? to : moved.get(String(value));
    if (after && !still.has(value) && last(path) !== "name") put(draft, path, after);
  }
}

function walk(value: Json, path: string, see: (path: string, value: Json) => void): void {
  if (typeof value === "string") see(path, value);
  else if (Array.isArray(value) || isObject(value)) for (const [key, one] of Object.entries(value)) if (!key.includes("/")) walk(one as Json, path ? `${path}/${key}` : key, see);
}

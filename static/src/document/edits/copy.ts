/** Copying: a fragment of a drawing, and putting it back under other names, prefixes and addresses. */

import { type Prefix, contains, first, parseAddress, parsePrefix, sizeOf, within, written, writtenPrefix } from "../ip";
import { freeWithin, nextAddress, nextId, nextPublicAddress, nextRange, subnetsOf } from "../propose";
import { at, children, entries, isObject, text, texts } from "../raw";
import { type Reference, referenceOf, usesOf } from "../references";
import { COLLECTIONS, type Found, parts, visit } from "../shape";
import { t } from "../text";
import type { Json, JsonObject } from "../types";
import { Draft } from "./draft";
import type { Result } from "./add";

/** What is copied: resources by collection and id, and where they were drawn. `kind` tells it on the clipboard. */
export interface Fragment {
  kind: "vnet-sandbox-fragment";
  topology: Record<string, JsonObject>;
  layout: JsonObject;
  /** What was chosen itself, not what came with it. */
  chosen: string[];
}

/** Return a fragment with the chosen things and all that is in them. */
export function fragment(document: JsonObject, paths: readonly string[]): Fragment {
  const chosen = paths.filter((path) => path.split("/").length === 2 && isObject(at(document, path)));
  const all = new Set(chosen);
  for (let before = -1; before !== all.size; ) {
    before = all.size;
    for (const [collection, field, owner] of INSIDE)
      for (const [id, part] of entries(document, collection)) if (all.has(`${owner}/${text(part[field])}`)) all.add(`${collection}/${id}`);
    for (const [id] of entries(document, "vms")) if (!all.has(`vms/${id}`) && liesIn(document, id, all)) all.add(`vms/${id}`);
    for (const [id, balancer] of entries(document, "load_balancers"))
      if (children(balancer.frontends).some(([, front]) => all.has(`subnets/${text(front.subnet)}`))) all.add(`load_balancers/${id}`);
  }
  const topology: Record<string, JsonObject> = {};
  for (const path of all) {
    const [collection = "", id = ""] = path.split("/");
    (topology[collection] ??= {})[id] = at(document, path);
  }
  const kept = isObject(document.layout) ? document.layout : {};
  const layout = Object.fromEntries(Object.entries(kept).filter(([path]) => all.has(path)));
  return { kind: "vnet-sandbox-fragment", topology, layout, chosen };
}

/** What is copied with what it is in: collection, the field that says where, the collection of the owner. */
const INSIDE: [string, string, string][] = [
  ["subnets", "vnet", "vnets"],
  ["nics", "subnet", "subnets"],
  ["nics", "vm", "vms"],
  ["private_endpoints", "subnet", "subnets"],
  ["gateways", "vnet", "vnets"],
  ["route_servers", "vnet", "vnets"],
  ["internet_gateways", "vnet", "vnets"],
  ["hosts", "site", "sites"],
];

function liesIn(document: JsonObject, vm: string, all: ReadonlySet<string>): boolean {
  const nics = entries(document, "nics").filter(([, nic]) => nic.vm === vm);
  return nics.length > 0 && nics.every(([id]) => all.has(`nics/${id}`)) && nics.some(([, nic]) => all.has(`subnets/${text(nic.subnet)}`));
}

/** Return the fragment a text holds; null where it is something else. */
export function readFragment(words: string): Fragment | null {
  try {
    const value = JSON.parse(words) as unknown;
    return isObject(value) && value.kind === "vnet-sandbox-fragment" && isObject(value.topology) ? (value as unknown as Fragment) : null;
  } catch {
    return null;
  }
}

const STEP = 28;

/**
 * Return the edit that puts a fragment into a document.
 *
 * Args: `home` a subnet or virtual network that takes what needs one; null puts things beside where they were.
 */
export function paste(document: JsonObject, from: Fragment, home: string | null = null): Result {
  const draft = new Draft(document);
  const work = new Pasting(draft, from, home);
  const reason = work.settle();
  if (reason) return { reason };
  return draft.edit(...work.put());
}

export function duplicate(document: JsonObject, paths: readonly string[]): Result {
  const copied = fragment(document, paths);
  if (copied.chosen.length === 0) return { reason: t("Nothing that can be duplicated is selected.") };
  return paste(document, copied);
}

class Pasting {
  /** Old path to new id. */
  private readonly ids = new Map<string, string>();
  /** Old address or prefix to new, both as text. */
  private readonly moved = new Map<string, string>();
  private readonly ranges: [Prefix, Prefix][] = [];

  constructor(
    private readonly draft: Draft,
    private readonly from: Fragment,
    private readonly home: string | null,
  ) {}

  private all(collection: string): [string, JsonObject][] {
    return Object.entries(this.from.topology[collection] ?? {}).filter((pair): pair is [string, JsonObject] => isObject(pair[1]));
  }

  private has(path: string): boolean {
    const [collection = "", id = ""] = path.split("/");
    return id in (this.from.topology[collection] ?? {});
  }

  /** Choose ids, prefixes and addresses; return a reason where there is no room. */
  settle(): string | null {
    for (const collection of Object.keys(COLLECTIONS)) {
      const known = new Set(entries(this.draft.document, collection).map(([id]) => id));
      for (const [id] of this.all(collection)) {
        const fresh = nextId(known, id);
        known.add(fresh);
        this.ids.set(`${collection}/${id}`, fresh);
      }
    }
    const document = this.draft.document;
    const used: string[] = [];
    for (const collection of ["vnets", "sites"] as const)
      for (const [, part] of this.all(collection))
        for (const range of texts(part[collection === "vnets" ? "address_space" : "prefixes"])) {
          const old = parsePrefix(range);
          if (!old || old.version !== 4) continue;
          const fake = { topology: { vnets: { x: { address_space: used } }, sites: {} } };
          const fresh = nextRange(mixed(document, fake), old.length, writtenPrefix({ ...old, length: Math.min(old.length, 8) }));
          used.push(fresh);
          this.move(old, fresh);
        }
    const taken: string[] = [];
    for (const [id, subnet] of this.all("subnets")) {
      const outer = this.outer(id, subnet);
      if (outer === null) continue;
      if (!outer) return t("Select a virtual network to paste the subnet into.");
      const range = texts((at(document, `vnets/${outer}`) as JsonObject | null)?.address_space);
      for (const prefix of texts(subnet.prefixes)) {
        const old = parsePrefix(prefix);
        if (!old || old.version !== 4) continue;
        const busy = [...subnetsOf(document, outer).flatMap(([, one]) => texts(one.prefixes)), ...taken].map(parsePrefix).filter((one): one is Prefix => one !== null);
        const fresh = range.map((one) => freeWithin(parsePrefix(one), old.length, busy)).find((one) => one !== null);
        if (!fresh) return t("{vnet} has no free /{length} for the copy.", { vnet: outer, length: old.length });
        taken.push(fresh);
        this.move(old, fresh);
      }
    }
    return this.addresses();
  }

  /** The network a copied subnet goes into: null where it comes along, empty where there is none. */
  private outer(_id: string, subnet: JsonObject): string | null {
    const vnet = text(subnet.vnet);
    if (this.has(`vnets/${vnet}`)) return null;
    if (this.home?.startsWith("vnets/")) return this.home.slice(6);
    return at(this.draft.document, `vnets/${vnet}`) ? vnet : "";
  }

  private move(old: Prefix, fresh: string): void {
    const target = parsePrefix(fresh);
    if (!target) return;
    this.ranges.push([old, target]);
    this.moved.set(writtenPrefix(old), fresh);
  }

  /** Addresses in subnets that stay behind get free ones; all others move with their ranges. */
  private addresses(): string | null {
    const given: string[] = [];
    for (const [subnet, address] of this.held()) {
      if (this.has(`subnets/${subnet}`) || !parseAddress(address)) continue;
      const into = this.intoSubnet(subnet);
      if (!into) return t("Select a subnet to paste into.");
      const fresh = nextAddress(this.draft.document, into, given);
      if (!fresh) return t("No address is free in {subnet}.", { subnet: into });
      given.push(fresh);
      this.moved.set(address, fresh);
    }
    for (const [, one] of this.all("public_ips")) this.moved.set(text(one.address), "");
    return null;
  }

  private held(): [string, string][] {
    const nics = this.all("nics").flatMap(([, nic]) => children(nic.configurations).map(([, one]): [string, string] => [text(nic.subnet), text(one.address)]));
    const fronts = this.all("load_balancers").flatMap(([, one]) => children(one.frontends).filter(([, front]) => text(front.subnet)).map(([, front]): [string, string] => [text(front.subnet), text(front.address)]));
    const points = this.all("private_endpoints").map(([, one]): [string, string] => [text(one.subnet), text(one.address)]);
    return [...nics, ...fronts, ...points];
  }

  private intoSubnet(subnet: string): string {
    if (this.home?.startsWith("subnets/")) return this.home.slice(8);
    return at(this.draft.document, `subnets/${subnet}`) ? subnet : "";
  }

  /** Put everything in under its new name; return the paths of what was chosen. */
  put(): string[] {
    for (const [collection, model] of Object.entries(COLLECTIONS))
      for (const [id, part] of this.all(collection)) {
        const old = `${collection}/${id}`;
        const fresh = this.ids.get(old) ?? id;
        const copy = this.readdressed(structuredClone(part)) as JsonObject;
        const found: Found[] = [];
        visit(old, model, copy, found);
        for (const one of found) this.rename(one);
        if (collection === "vms") this.renameGuest(copy);
        if (typeof copy.name === "string") copy.name = this.nameOf(collection, id, fresh, part);
        if (collection === "public_ips" || (collection === "hosts" && !text(copy.site))) copy.address = nextPublicAddress(this.draft.document);
        if (collection === "nics" && copy.mac) copy.mac = null;
        if (collection === "peerings" && same(this.draft.document, copy)) continue;
        const path = this.draft.add(collection, fresh, model, copy);
        this.draft.place(path, this.spotOf(old));
      }
    return this.from.chosen.map((path) => `${path.split("/")[0] ?? ""}/${this.ids.get(path) ?? ""}`);
  }

  /** A subnet that comes along with its network keeps its name: the platform knows some by theirs. */
  private nameOf(collection: string, id: string, fresh: string, part: JsonObject): string {
    const name = text(part.name);
    if (fresh === id || (collection === "subnets" && this.has(`vnets/${text(part.vnet)}`))) return name;
    return name === id ? fresh : suffixed(name, fresh);
  }

  private spotOf(old: string): { x: number; y: number } | null {
    const spot = this.from.layout[old];
    if (!isObject(spot)) return null;
    const step = this.from.chosen.includes(old) ? STEP : 0;
    return { x: Number(spot.x) + step, y: Number(spot.y) + step };
  }

  /** References inside the fragment follow; those to things that are not there become empty. */
  private rename(found: Found): void {
    for (const use of usesOf(found)) {
      const fresh = this.named(use.reference, use.names, use.value);
      const now = found.part[use.field];
      if (Array.isArray(now)) found.part[use.field] = now.map((one) => (one === use.value ? fresh : one)).filter((one): one is string => one !== null);
      else found.part[use.field] = fresh;
    }
    for (const field of ["public_ip"]) if (referenceOf(found.model, field) && typeof found.part[field] === "string" && !this.has(`public_ips/${String(found.part[field])}`) && !this.isNew(String(found.part[field]))) found.part[field] = null;
  }

  private isNew(id: string): boolean {
    return this.all("public_ips").some(([old]) => this.ids.get(`public_ips/${old}`) === id);
  }

  private named(reference: Reference, names: string, value: string): string | null {
    if (reference.near || reference.of) return value;
    const path = names.split("/").slice(0, 2).join("/");
    const fresh = this.ids.get(path);
    if (fresh !== undefined) return reference.path ? [path.split("/")[0], fresh, ...names.split("/").slice(2)].join("/") : fresh;
    if (reference.to === "subnets" && this.home?.startsWith("subnets/")) return this.home.slice(8);
    if (reference.to === "vnets" && this.home?.startsWith("vnets/")) return this.home.slice(6);
    return at(this.draft.document, path) === null ? null : value;
  }

  /** The guest's settings of a NIC stand under the NIC's id. */
  private renameGuest(vm: JsonObject): void {
    const guest = isObject(vm.guest) ? vm.guest : null;
    if (guest && isObject(guest.interfaces)) guest.interfaces = Object.fromEntries(Object.entries(guest.interfaces).map(([nic, one]) => [this.ids.get(`nics/${nic}`) ?? nic, one]));
  }

  private readdressed(value: Json): Json {
    if (Array.isArray(value)) return value.map((one) => this.readdressed(one));
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.readdressed(one)]));
    return typeof value === "string" ? this.newText(value) : value;
  }

  private newText(old: string): string {
    const known = this.moved.get(old);
    if (known) return known;
    const address = parseAddress(old);
    const prefix = address ? null : parsePrefix(old);
    if (!address && !prefix) return old;
    // The narrowest range it lies in: a subnet's before its network's.
    const range = this.ranges
      .filter(([from]) => (address ? contains(from, address) : prefix !== null && within(prefix, from)))
      .sort(([a], [b]) => b.length - a.length)[0];
    if (!range) return old;
    const base = address ?? (prefix as Prefix);
    const value = first(range[1]) + ((base.value - first(range[0])) % sizeOf(range[0]));
    return prefix ? writtenPrefix({ ...prefix, value }) : written({ version: base.version, value });
  }
}

function suffixed(name: string, id: string): string {
  const number = /\d+$/.exec(id)?.[0];
  return number ? `${name.replace(/[ -]?\d+$/, "")} ${number}`.slice(0, 120) : name;
}

function same(document: JsonObject, link: JsonObject): boolean {
  return entries(document, "peerings").some(([, one]) => one.vnet === link.vnet && one.remote_vnet === link.remote_vnet);
}

/** A document that also has the ranges of another, to be counted as in use. */
function mixed(document: JsonObject, other: { topology: { vnets: JsonObject } }): JsonObject {
  const topology = isObject(document.topology) ? document.topology : {};
  return { topology: { ...topology, vnets: { ...(isObject(topology.vnets) ? topology.vnets : {}), ...other.topology.vnets } } };
}

/** Return every path that can be chosen: resources that stand for themselves on the canvas. */
export function everything(document: JsonObject): string[] {
  const drawn = new Set(["vnets", "subnets", "vms", "load_balancers", "hosts", "sites", "transit_gateways", "traffic_managers", "private_endpoints"]);
  return parts(document).map(({ path }) => path).filter((path) => path.split("/").length === 2 && drawn.has(path.split("/")[0] ?? ""));
}

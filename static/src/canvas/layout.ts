/**
 * Where things are drawn, as pure geometry.
 *
 * A position kept in the document wins; what has none is placed in rows. Frames grow with what they hold.
 * All positions are relative to the frame a thing is in, in canvas units.
 */

import type {
  Balancer,
  Drawing,
  Endpoint,
  Host,
  Machine,
  Nic,
  Note,
  Site,
  SiteRouter,
  Subnet,
  Tab,
  TrafficManager,
  TransitGateway,
  VirtualNetwork,
} from "../document/drawing";
import { isObject } from "../document/drawing";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Item =
  | { kind: "vnet"; path: string; parent: null; box: Box; vnet: VirtualNetwork; folded: boolean }
  | { kind: "subnet"; path: string; parent: string; box: Box; subnet: Subnet; hue: number; folded: boolean }
  | { kind: "machine"; path: string; parent: string; box: Box; machine: Machine; nic: Nic }
  | { kind: "nic"; path: string; parent: string; box: Box; nic: Nic }
  | { kind: "balancer"; path: string; parent: string | null; box: Box; balancer: Balancer }
  | { kind: "endpoint"; path: string; parent: string; box: Box; endpoint: Endpoint }
  | { kind: "tab"; path: string; parent: string; box: Box; tab: Tab; hue: number }
  | { kind: "site"; path: string; parent: null; box: Box; site: Site }
  | { kind: "router"; path: string; parent: string; box: Box; router: SiteRouter }
  | { kind: "transit"; path: string; parent: null; box: Box; transit: TransitGateway }
  | { kind: "manager"; path: string; parent: null; box: Box; manager: TrafficManager }
  | { kind: "note"; path: string; parent: null; box: Box; note: Note }
  | { kind: "host"; path: string; parent: string | null; box: Box; host: Host }
  | { kind: "internet"; path: string; parent: null; box: Box };

export const CARD = { width: 164, height: 58 };
export const PORT = { width: 164, height: 40 };
export const PILL = { width: 164, height: 44 };
const HOST = { width: 164, height: 48 };
const GAP = 16;
const SUBNET_HEAD = 56;
const VNET_HEAD = 56;
const PAD = 16;
const ROW_WIDTH = 980;
/** Rows of networks are as wide as a screen, which is about so many times as wide as it is high. */
const SCREEN = 1.6;
const VNET_GAP = { x: 96, y: 64 };

/**
 * Return everything that is drawn with its box, frames before what is in them.
 *
 * `outside` draws the Internet also where nothing of the drawing names it: a packet ends there.
 */
export function layout(drawing: Drawing, kept: unknown, outside = false): Item[] {
  const place = keeper(kept);
  const items: Item[] = [];
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const sites = drawing.sites.map((site) => layoutSite(site, place));
  const top = outsideHeight(drawing, sites);
  const laid = drawing.vnets.map((vnet) => ({ vnet, inside: layoutVnet(vnet, place), kept: place(vnet.path) }));
  const byHand = laid.flatMap(({ inside, kept }) => (kept ? [{ ...kept, ...inside.size }] : []));
  const area = laid.reduce((sum, { inside: { size } }) => sum + (size.width + VNET_GAP.x) * (size.height + VNET_GAP.y), 0);
  const widest = Math.max(ROW_WIDTH * SCREEN, Math.sqrt(area * SCREEN));
  for (const { vnet, inside, kept: spotKept } of laid) {
    const size = inside.size;
    if (x > 0 && x + size.width > widest) {
      x = 0;
      y += rowHeight + VNET_GAP.y;
      rowHeight = 0;
    }
    const box = spotKept ? { ...spotKept, ...size } : aside({ x, y: y + top, ...size }, byHand, VNET_GAP.x);
    items.push({ kind: "vnet", path: vnet.path, parent: null, box, vnet, folded: spotKept?.folded === true }, ...inside.items);
    items.push(...layoutTabs(vnet, size.width));
    if (!spotKept) x = box.x + size.width + VNET_GAP.x;
    rowHeight = Math.max(rowHeight, size.height);
  }
  const above = layoutOutside(drawing, sites, items, place);
  if (outside && !above.some((item) => item.kind === "internet")) above.push(loneInternet([...above, ...items], place));
  return [...above, ...items, ...layoutNotes(drawing, place)];
}

const NOTE = { width: 220, line: 18, letters: 30 };

/** Notes are as high as their words need. */
function layoutNotes(drawing: Drawing, place: Place): Item[] {
  return drawing.notes.map((note, index) => {
    const lines = note.text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / NOTE.letters)), 0);
    const spot = place(note.path) ?? { x: index * (NOTE.width + GAP), y: -140 };
    return { kind: "note", path: note.path, parent: null, box: { ...spot, width: NOTE.width, height: 18 + lines * NOTE.line }, note };
  });
}

/** The Internet above everything, where it moves nothing. */
function loneInternet(items: Item[], place: Place): Item {
  const roots = items.filter((item) => item.parent === null).map((item) => item.box);
  const top = Math.min(0, ...roots.map((box) => box.y));
  const right = Math.max(HOST.width, ...roots.map((box) => box.x + box.width));
  const spot = bare(place("internet")) ?? { x: (right - HOST.width) / 2, y: top - HOST.height - 56 };
  return { kind: "internet", path: "internet", parent: null, box: { ...spot, ...HOST } };
}

type Place = (path: string) => { x: number; y: number; folded: boolean } | null;

function bare(spot: { x: number; y: number } | null): { x: number; y: number } | null {
  return spot && { x: spot.x, y: spot.y };
}

function keeper(kept: unknown): Place {
  return (path) => {
    const spot = isObject(kept) ? kept[path] : null;
    if (!isObject(spot) || typeof spot.x !== "number" || typeof spot.y !== "number") return null;
    return Number.isFinite(spot.x) && Number.isFinite(spot.y) ? { x: spot.x, y: spot.y, folded: spot.folded === true } : null;
  };
}

interface Frame {
  site: Site;
  items: Item[];
  size: { width: number; height: number };
}

/** A place outside: its routers and hosts side by side. */
function layoutSite(site: Site, place: Place): Frame {
  const items: Item[] = [];
  const parent = site.path;
  let x = PAD;
  const next = (path: string): Box => {
    const box = { ...(place(path) ?? { x, y: SUBNET_HEAD - 12 }), ...HOST };
    x += HOST.width + GAP;
    return box;
  };
  for (const router of site.routers) items.push({ kind: "router", path: router.path, parent, box: next(router.path), router });
  for (const host of site.hosts) items.push({ kind: "host", path: host.path, parent, box: next(host.path), host });
  const right = Math.max(200, ...items.map((item) => item.box.x + item.box.width + PAD));
  const bottom = Math.max(SUBNET_HEAD, ...items.map((item) => item.box.y + item.box.height + PAD));
  return { site, items, size: { width: right, height: bottom } };
}

/** Tabs on the upper edge of a network's frame, from the right to the left. */
function layoutTabs(vnet: VirtualNetwork, width: number): Item[] {
  let right = width - PAD;
  return vnet.tabs.map((tab) => {
    const box = { width: Math.round(tab.name.length * 7 + 34), height: 24, x: 0, y: -12 };
    box.x = right - box.width;
    right = box.x - 8;
    return { kind: "tab", path: tab.path, parent: vnet.path, box, tab, hue: vnet.hue };
  });
}

function outsideHeight(drawing: Drawing, sites: Frame[]): number {
  const gateways = drawing.vnets.some((vnet) => vnet.tabs.some((tab) => tab.kind === "Internet gateway"));
  const internet = gateways || drawing.publicBalancers.length > 0;
  const singles = internet || drawing.hosts.length + drawing.transitGateways.length + drawing.trafficManagers.length > 0 ? HOST.height : 0;
  const row = Math.max(singles, ...sites.map((frame) => frame.size.height));
  return (row > 0 ? row + 56 : 0) + (drawing.publicBalancers.length > 0 ? PILL.height + 44 : 0);
}

/** What is outside in a row above everything; public balancers in a row between them and the frames. */
function layoutOutside(drawing: Drawing, sites: Frame[], frames: Item[], place: Place): Item[] {
  const roots = frames.filter((item) => item.kind === "vnet");
  const right = Math.max(600, ...roots.map((item) => item.box.x + item.box.width));
  const items: Item[] = [];
  const gap = 32;
  const middle = (width: number): number => Math.max(0, (Math.min(right, ROW_WIDTH) - width) / 2);
  const gateways = frames.some((item) => item.kind === "tab" && item.tab.kind === "Internet gateway");
  const internet = drawing.hosts.length > 0 || drawing.publicBalancers.length > 0 || gateways;
  const singles = Number(internet) + drawing.hosts.length + drawing.transitGateways.length + drawing.trafficManagers.length;
  const widths = [...Array<number>(singles).fill(HOST.width), ...sites.map((frame) => frame.size.width)];
  let x = middle(widths.reduce((sum, width) => sum + width + gap, -gap));
  const next = (path: string, width: number): { x: number; y: number } => {
    const spot = place(path) ?? { x, y: 0 };
    x += width + gap;
    return spot;
  };
  for (const { site, items: inside, size } of sites)
    items.push({ kind: "site", path: site.path, parent: null, box: { ...next(site.path, size.width), ...size }, site }, ...inside);
  if (internet) items.push({ kind: "internet", path: "internet", parent: null, box: { ...next("internet", HOST.width), ...HOST } });
  for (const host of drawing.hosts)
    items.push({ kind: "host", path: host.path, parent: null, box: { ...next(host.path, HOST.width), ...HOST }, host });
  for (const transit of drawing.transitGateways)
    items.push({ kind: "transit", path: transit.path, parent: null, box: { ...next(transit.path, HOST.width), ...HOST }, transit });
  for (const manager of drawing.trafficManagers)
    items.push({ kind: "manager", path: manager.path, parent: null, box: { ...next(manager.path, HOST.width), ...HOST }, manager });
  const y = outsideHeight(drawing, sites) - PILL.height - 44;
  const balancersAt = middle(drawing.publicBalancers.length * (PILL.width + gap) - gap);
  drawing.publicBalancers.forEach((balancer, index) => {
    const spot = place(balancer.path) ?? { x: balancersAt + index * (PILL.width + gap), y };
    items.push({ kind: "balancer", path: balancer.path, parent: null, box: { ...spot, ...PILL }, balancer });
  });
  return items;
}

function layoutVnet(vnet: VirtualNetwork, place: Place): { items: Item[]; size: { width: number; height: number } } {
  const items: Item[] = [];
  if (place(vnet.path)?.folded) return { items, size: { width: 280, height: VNET_HEAD + 20 } };
  let x = PAD;
  let y = VNET_HEAD;
  let rowHeight = 0;
  let width = 280;
  let bottom = VNET_HEAD + 40;
  const all = vnet.subnets.map((subnet) => ({ subnet, inside: layoutSubnet(subnet, place), kept: place(subnet.path) }));
  const byHand = all.flatMap(({ inside, kept }) => (kept ? [{ ...kept, ...inside.size }] : []));
  for (const { subnet, inside, kept } of all) {
    if (x > PAD && x + inside.size.width > ROW_WIDTH) {
      x = PAD;
      y += rowHeight + GAP;
      rowHeight = 0;
    }
    const box = kept ? { ...kept, ...inside.size } : aside({ x, y, ...inside.size }, byHand, GAP);
    items.push({ kind: "subnet", path: subnet.path, parent: vnet.path, box, subnet, hue: vnet.hue, folded: kept?.folded === true }, ...inside.items);
    if (!kept) {
      x = box.x + inside.size.width + GAP;
      rowHeight = Math.max(rowHeight, inside.size.height);
    }
    width = Math.max(width, box.x + box.width + PAD);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return { items, size: { width, height: bottom + PAD } };
}

function touches(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** A box that touches none of the others: moved to the right, past what is in its way. */
function aside(box: Box, others: readonly Box[], gap: number): Box {
  let here = box;
  for (let tries = 0; tries <= others.length; tries += 1) {
    const other = others.find((one) => touches(here, one));
    if (!other) return here;
    here = { ...here, x: other.x + other.width + gap };
  }
  return here;
}

/** The boxes of what a person placed in a subnet. */
function handPlaced(subnet: Subnet, place: Place): Box[] {
  const sized: [{ path: string }[], { width: number; height: number }][] = [
    [subnet.balancers, PILL],
    [subnet.machines, CARD],
    [subnet.nics, PORT],
    [subnet.endpoints, PORT],
  ];
  return sized.flatMap(([all, size]) =>
    all.flatMap((one) => {
      const spot = place(one.path);
      return spot ? [{ ...spot, ...size }] : [];
    }),
  );
}

function layoutSubnet(subnet: Subnet, place: Place): { items: Item[]; size: { width: number; height: number } } {
  const parent = subnet.path;
  const items: Item[] = [];
  if (place(subnet.path)?.folded) return { items, size: { width: Math.max(200, labelWidth(subnet)), height: SUBNET_HEAD + 28 } };
  const taken: Box[] = [];
  const count = subnet.machines.length + subnet.nics.length + subnet.balancers.length + subnet.endpoints.length;
  const columns = Math.max(1, Math.min(count, count > 12 ? Math.ceil(Math.sqrt(count * 1.6)) : count > 4 ? 3 : 2));
  let column = 0;
  let y = SUBNET_HEAD;
  let rowHeight = 0;
  const byHand = handPlaced(subnet, place);
  const next = (path: string, size: { width: number; height: number }): Box => {
    const kept = place(path);
    let box: Box | null = kept ? { ...kept, ...size } : null;
    while (box === null) {
      if (column === columns) {
        column = 0;
        y += rowHeight + GAP;
        rowHeight = 0;
      }
      const slot = { x: PAD + column * (CARD.width + GAP), y, ...size };
      column += 1;
      rowHeight = Math.max(rowHeight, size.height);
      // What was placed by hand keeps its room; the others go around it.
      if (byHand.every((other) => !touches(slot, other))) box = slot;
    }
    taken.push(box);
    return box;
  };
  for (const balancer of subnet.balancers) {
    const box = next(balancer.path, PILL);
    items.push({ kind: "balancer", path: balancer.path, parent, box, balancer });
    if (subnet.machines.length + subnet.nics.length > 0 && !place(balancer.path)) column = columns;
  }
  for (const machine of subnet.machines) {
    const nic = machine.nics.find((one) => one.subnet === subnet.id);
    if (nic) items.push({ kind: "machine", path: machine.path, parent, box: next(machine.path, CARD), machine, nic });
  }
  for (const nic of subnet.nics) items.push({ kind: "nic", path: nic.path, parent, box: next(nic.path, PORT), nic });
  for (const endpoint of subnet.endpoints) items.push({ kind: "endpoint", path: endpoint.path, parent, box: next(endpoint.path, PORT), endpoint });
  const right = Math.max(200, labelWidth(subnet), ...taken.map((box) => box.x + box.width + PAD));
  const bottom = Math.max(SUBNET_HEAD + 28, ...taken.map((box) => box.y + box.height + PAD));
  return { items, size: { width: right, height: bottom } };
}

/** A longer name is cut short: a frame must not grow over its neighbour because of it. */
const NAME_LETTERS = 22;

/** Enough for the name and the prefixes side by side, and for the badges under them. */
function labelWidth(subnet: Subnet): number {
  const title = Math.min(subnet.name.length, NAME_LETTERS) * 7.4 + subnet.prefixes.join(", ").length * 7.6 + 60;
  const badges = subnet.badges.reduce((sum, badge) => sum + badge.text.length * 6.6 + 40, 24);
  return Math.min(460, Math.max(title, badges));
}

/** Return the box of each item in the canvas' own coordinates, by path. */
export function boxes(items: Item[]): Map<string, Box> {
  const origins = new Map<string, { x: number; y: number }>();
  const found = new Map<string, Box>();
  for (const item of items) {
    const origin = item.parent === null ? { x: 0, y: 0 } : (origins.get(item.parent) ?? { x: 0, y: 0 });
    const corner = { x: origin.x + item.box.x, y: origin.y + item.box.y };
    origins.set(item.path, corner);
    found.set(item.path, { ...item.box, ...corner });
  }
  return found;
}

const FRAMES = new Set(["vnet", "subnet", "site"]);

/** Return the boxes that lines go around: what is no frame, and the words on frames. */
export function cardsOf(items: Item[], places: Map<string, Box>): Box[] {
  return items.flatMap((item) => {
    const box = places.get(item.path) ?? item.box;
    return FRAMES.has(item.kind) ? wordsOf(item, box) : [box];
  });
}

const HEAD_LINE = 20;

/** Return where the words of a frame stand: its name at the left, its prefixes at the right, badges below. */
function wordsOf(item: Item, box: Box): Box[] {
  const part = item.kind === "vnet" ? item.vnet : item.kind === "subnet" ? item.subnet : item.kind === "site" ? item.site : null;
  if (part === null) return [];
  const y = box.y + 6;
  const left = box.x + 12;
  const room = box.width - 24;
  const name = Math.min(part.name.length * 7.6, room / 2);
  const prefixes = Math.min(part.prefixes.join(", ").length * 7.4, room / 2);
  const words = [
    { x: left, y, width: name, height: HEAD_LINE },
    { x: left + room - prefixes, y, width: prefixes, height: HEAD_LINE },
  ];
  if (item.kind === "subnet" && item.subnet.badges.length > 0)
    words.push({ x: left, y: y + HEAD_LINE, width: Math.min(room, badgesWidth(item.subnet)), height: HEAD_LINE });
  return words;
}

function badgesWidth(subnet: Subnet): number {
  return subnet.badges.reduce((sum, badge) => sum + badge.text.length * 6.6 + 26, 0);
}

export interface Point {
  x: number;
  y: number;
}

export function middle(box: Box): Point {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Return where the line from the middle of a box towards a point leaves the box. */
export function border(box: Box, towards: Point): Point {
  const from = middle(box);
  const dx = towards.x - from.x;
  const dy = towards.y - from.y;
  if (dx === 0 && dy === 0) return from;
  const scale = Math.min(dx === 0 ? Infinity : box.width / 2 / Math.abs(dx), dy === 0 ? Infinity : box.height / 2 / Math.abs(dy), 1);
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}

/**
 * Where things are drawn, as pure geometry.
 *
 * A position kept in the document wins; what has none is placed in rows. Frames grow with what they hold.
 * All positions are relative to the frame a thing is in, in canvas units.
 */

import type { Balancer, Drawing, Host, Machine, Nic, Subnet, VirtualNetwork } from "../document/drawing";
import { isObject } from "../document/drawing";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Item =
  | { kind: "vnet"; path: string; parent: null; box: Box; vnet: VirtualNetwork }
  | { kind: "subnet"; path: string; parent: string; box: Box; subnet: Subnet; hue: number }
  | { kind: "machine"; path: string; parent: string; box: Box; machine: Machine; nic: Nic }
  | { kind: "nic"; path: string; parent: string; box: Box; nic: Nic }
  | { kind: "balancer"; path: string; parent: string | null; box: Box; balancer: Balancer }
  | { kind: "host"; path: string; parent: null; box: Box; host: Host }
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

/** Return everything that is drawn with its box, frames before what is in them. */
export function layout(drawing: Drawing, kept: unknown): Item[] {
  const place = keeper(kept);
  const items: Item[] = [];
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const top = outsideHeight(drawing);
  for (const vnet of drawing.vnets) {
    const inside = layoutVnet(vnet, place);
    const size = inside.size;
    if (x > 0 && x + size.width > ROW_WIDTH * 1.6) {
      x = 0;
      y += rowHeight + 64;
      rowHeight = 0;
    }
    const spot = place(vnet.path) ?? { x, y: y + top };
    items.push({ kind: "vnet", path: vnet.path, parent: null, box: { ...spot, ...size }, vnet }, ...inside.items);
    x += size.width + 96;
    rowHeight = Math.max(rowHeight, size.height);
  }
  return [...layoutOutside(drawing, items, place), ...items];
}

type Place = (path: string) => { x: number; y: number } | null;

function keeper(kept: unknown): Place {
  return (path) => {
    const spot = isObject(kept) ? kept[path] : null;
    if (!isObject(spot) || typeof spot.x !== "number" || typeof spot.y !== "number") return null;
    return Number.isFinite(spot.x) && Number.isFinite(spot.y) ? { x: spot.x, y: spot.y } : null;
  };
}

function outsideHeight(drawing: Drawing): number {
  return (drawing.hosts.length > 0 ? HOST.height + 40 : 0) + (drawing.publicBalancers.length > 0 ? PILL.height + 44 : 0);
}

/** Hosts and the Internet in a row above everything; public balancers in a row between them and the frames. */
function layoutOutside(drawing: Drawing, frames: Item[], place: Place): Item[] {
  const roots = frames.filter((item) => item.kind === "vnet");
  const right = Math.max(600, ...roots.map((item) => item.box.x + item.box.width));
  const items: Item[] = [];
  const row = (count: number, width: number): number => Math.max(0, (Math.min(right, ROW_WIDTH) - count * (width + 32) + 32) / 2);
  const outside = drawing.hosts.length > 0 || drawing.publicBalancers.length > 0;
  const hostsAt = row(drawing.hosts.length + 1, HOST.width);
  if (outside) {
    const spot = place("internet") ?? { x: hostsAt, y: 0 };
    items.push({ kind: "internet", path: "internet", parent: null, box: { ...spot, ...HOST } });
  }
  drawing.hosts.forEach((host, index) => {
    const spot = place(host.path) ?? { x: hostsAt + (index + 1) * (HOST.width + 32), y: 0 };
    items.push({ kind: "host", path: host.path, parent: null, box: { ...spot, ...HOST }, host });
  });
  const y = drawing.hosts.length > 0 ? HOST.height + 40 : 0;
  const balancersAt = row(drawing.publicBalancers.length, PILL.width);
  drawing.publicBalancers.forEach((balancer, index) => {
    const spot = place(balancer.path) ?? { x: balancersAt + index * (PILL.width + 32), y };
    items.push({ kind: "balancer", path: balancer.path, parent: null, box: { ...spot, ...PILL }, balancer });
  });
  return items;
}

function layoutVnet(vnet: VirtualNetwork, place: Place): { items: Item[]; size: { width: number; height: number } } {
  const items: Item[] = [];
  let x = PAD;
  let y = VNET_HEAD;
  let rowHeight = 0;
  let width = 280;
  let bottom = VNET_HEAD + 40;
  for (const subnet of vnet.subnets) {
    const inside = layoutSubnet(subnet, place);
    if (x > PAD && x + inside.size.width > ROW_WIDTH) {
      x = PAD;
      y += rowHeight + GAP;
      rowHeight = 0;
    }
    const spot = place(subnet.path) ?? { x, y };
    const box = { ...spot, ...inside.size };
    items.push({ kind: "subnet", path: subnet.path, parent: vnet.path, box, subnet, hue: vnet.hue }, ...inside.items);
    x += inside.size.width + GAP;
    rowHeight = Math.max(rowHeight, inside.size.height);
    width = Math.max(width, box.x + box.width + PAD);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return { items, size: { width, height: bottom + PAD } };
}

function layoutSubnet(subnet: Subnet, place: Place): { items: Item[]; size: { width: number; height: number } } {
  const parent = subnet.path;
  const items: Item[] = [];
  const boxes: Box[] = [];
  const count = subnet.machines.length + subnet.nics.length + subnet.balancers.length;
  const columns = Math.max(1, Math.min(count, count > 12 ? Math.ceil(Math.sqrt(count * 1.6)) : count > 4 ? 3 : 2));
  let column = 0;
  let y = SUBNET_HEAD;
  let rowHeight = 0;
  const next = (path: string, size: { width: number; height: number }): Box => {
    if (column === columns) {
      column = 0;
      y += rowHeight + GAP;
      rowHeight = 0;
    }
    const spot = place(path) ?? { x: PAD + column * (CARD.width + GAP), y };
    column += 1;
    rowHeight = Math.max(rowHeight, size.height);
    const box = { ...spot, ...size };
    boxes.push(box);
    return box;
  };
  for (const balancer of subnet.balancers) {
    const box = next(balancer.path, PILL);
    items.push({ kind: "balancer", path: balancer.path, parent, box, balancer });
    if (subnet.machines.length + subnet.nics.length > 0) column = columns;
  }
  for (const machine of subnet.machines) {
    const nic = machine.nics.find((one) => one.subnet === subnet.id);
    if (nic) items.push({ kind: "machine", path: machine.path, parent, box: next(machine.path, CARD), machine, nic });
  }
  for (const nic of subnet.nics) items.push({ kind: "nic", path: nic.path, parent, box: next(nic.path, PORT), nic });
  const right = Math.max(200, labelWidth(subnet), ...boxes.map((box) => box.x + box.width + PAD));
  const bottom = Math.max(SUBNET_HEAD + 28, ...boxes.map((box) => box.y + box.height + PAD));
  return { items, size: { width: right, height: bottom } };
}

/** Enough for the name and the prefixes side by side, and for the badges under them. */
function labelWidth(subnet: Subnet): number {
  const title = subnet.name.length * 7.4 + subnet.prefixes.join(", ").length * 7.6 + 60;
  const badges = subnet.badges.reduce((sum, badge) => sum + badge.text.length * 6.6 + 40, 24);
  return Math.min(460, Math.max(title, badges));
}

/** Return the centre of each item on the canvas, by path. */
export function centres(items: Item[]): Map<string, { x: number; y: number }> {
  const origins = new Map<string, { x: number; y: number }>();
  const found = new Map<string, { x: number; y: number }>();
  for (const item of items) {
    const origin = item.parent === null ? { x: 0, y: 0 } : (origins.get(item.parent) ?? { x: 0, y: 0 });
    const corner = { x: origin.x + item.box.x, y: origin.y + item.box.y };
    origins.set(item.path, corner);
    found.set(item.path, { x: corner.x + item.box.width / 2, y: corner.y + item.box.height / 2 });
  }
  return found;
}

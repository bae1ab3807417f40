/**
 * Lines around cards, as pure geometry: the shortest way between two boxes that crosses no other box.
 *
 * The way bends only at corners of what it goes around, like a taut string. Straight where nothing is in the way.
 */

import { type Box, type Point, border, middle } from "./layout";

/** Room between a line and the card it goes around, in canvas units. */
const CLEAR = 8;
/** More obstacles than this cost more time than a tidy line is worth; then the line is straight. */
const MOST = 48;

const found = new WeakMap<readonly Box[], Map<string, Point[]>>();

/** Return the points of a line from the border of one box to the border of another; found once for a drawing. */
export function way(from: Box, to: Box, others: readonly Box[]): Point[] {
  const known = found.get(others) ?? new Map<string, Point[]>();
  found.set(others, known);
  const key = [from.x, from.y, from.width, to.x, to.y, to.width].join(" ");
  const points = known.get(key) ?? search(from, to, others);
  known.set(key, points);
  return points;
}

function search(from: Box, to: Box, others: readonly Box[]): Point[] {
  const [start, end] = [border(from, middle(to)), border(to, middle(from))];
  const apart = others.filter((box) => !overlaps(box, from) && !overlaps(box, to));
  if (clear(start, end, apart)) return [start, end];
  const near = apart.filter((box) => overlaps(box, spanned(from, to)));
  if (near.length > MOST) return [start, end];
  const bends = bent(middle(from), middle(to), near);
  const [first, last] = [bends[0], bends.at(-1)];
  if (!first || !last) return [start, end];
  return [border(from, first), ...bends, border(to, last)];
}

/** Return a line as its straight pieces. */
export function piecesOf(points: readonly Point[]): [Point, Point][] {
  return points.flatMap((b, index) => {
    const a = points[index - 1];
    return a ? [[a, b] as [Point, Point]] : [];
  });
}

/** Return where the longest piece of a line has its middle: there is most room for words. */
export function labelPoint(points: readonly Point[]): Point {
  let best: Point = points[0] ?? { x: 0, y: 0 };
  let longest = -1;
  for (const [a, b] of piecesOf(points)) {
    const length = distance(a, b);
    if (length <= longest) continue;
    longest = length;
    best = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }
  return best;
}

/** Return the point at a share of a line's length. */
export function along(points: readonly Point[], share: number): Point {
  const pieces = piecesOf(points);
  let left = pieces.reduce((sum, [a, b]) => sum + distance(a, b), 0) * share;
  for (const [a, b] of pieces) {
    const length = distance(a, b);
    if (left <= length && length > 0) return { x: a.x + ((b.x - a.x) * left) / length, y: a.y + ((b.y - a.y) * left) / length };
    left -= length;
  }
  return points.at(-1) ?? { x: 0, y: 0 };
}

export function pathOf(points: readonly Point[]): string {
  return points.map((point, index) => `${index === 0 ? "M" : "L"}${point.x} ${point.y}`).join("");
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The region a detour may use: around both ends, with room at every side. */
function spanned(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x) - 200, Math.min(a.y, b.y) - 200];
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) + 200 - x, height: Math.max(a.y + a.height, b.y + b.height) + 200 - y };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

function clear(a: Point, b: Point, boxes: readonly Box[]): boolean {
  return boxes.every((box) => !crosses(a, b, box));
}

/** Whether a piece of a line enters a box (Liang and Barsky); touching its edge is no crossing. */
export function crosses(a: Point, b: Point, box: Box): boolean {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  let [enter, leave] = [0, 1];
  const sides: [number, number][] = [
    [-dx, a.x - box.x],
    [dx, box.x + box.width - a.x],
    [-dy, a.y - box.y],
    [dy, box.y + box.height - a.y],
  ];
  for (const [direction, room] of sides) {
    if (direction === 0) {
      if (room <= 0) return false;
      continue;
    }
    const share = room / direction;
    if (direction < 0) enter = Math.max(enter, share);
    else leave = Math.min(leave, share);
  }
  return leave - enter > 1e-6;
}

interface Bend {
  point: Point;
  cost: number;
  before: Bend | null;
}

/** Return the bends of the shortest way among the corners of the boxes (Dijkstra); none when there is no such way. */
function bent(start: Point, end: Point, boxes: readonly Box[]): Point[] {
  const corners = boxes.flatMap(cornersOf).filter((corner) => boxes.every((box) => !holds(box, corner)));
  const goal: Bend = { point: end, cost: Infinity, before: null };
  const open = new Set<Bend>([{ point: start, cost: 0, before: null }, goal, ...corners.map((point) => ({ point, cost: Infinity, before: null }))]);
  while (open.size > 0) {
    const here = [...open].reduce((best, one) => (one.cost < best.cost ? one : best));
    open.delete(here);
    if (here.cost === Infinity || here === goal) break;
    for (const next of open) {
      const reached = here.cost + distance(here.point, next.point);
      if (reached >= next.cost || !clear(here.point, next.point, boxes)) continue;
      next.cost = reached;
      next.before = here;
    }
  }
  const bends: Point[] = [];
  for (let one = goal.before; one?.before; one = one.before) bends.unshift(one.point);
  return bends;
}

function cornersOf(box: Box): Point[] {
  const [left, right] = [box.x - CLEAR, box.x + box.width + CLEAR];
  const [top, bottom] = [box.y - CLEAR, box.y + box.height + CLEAR];
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: left, y: bottom },
    { x: right, y: bottom },
  ];
}

function holds(box: Box, point: Point): boolean {
  return point.x > box.x && point.x < box.x + box.width && point.y > box.y && point.y < box.y + box.height;
}

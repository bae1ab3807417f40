/** The packet's way over the drawing as pieces from border to border, so that no name is covered. */

import type { Box, Point } from "./layout";
import { way } from "./routing";

export interface Overlaid {
  pieces: Point[][];
  /** Where the packet is now. */
  here: Point | null;
}

function within(inner: Box, outer: Box): boolean {
  return inner !== outer && inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

function same(a: Box, b: Box): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

/** Leave out frames around the place before or after them, and places named twice in a row. */
function places(boxes: readonly Box[]): Box[] {
  const leaves = boxes.filter((box, index) => ![boxes[index - 1], boxes[index + 1]].some((other) => other && within(other, box)));
  return leaves.filter((box, index) => {
    const before = leaves[index - 1];
    return !before || !same(box, before);
  });
}

/**
 * Return the pieces of a way through boxes.
 *
 * Args: `others` what lines go around; `offset` moves there and back apart, across the line's direction.
 */
export function overlaid(boxes: readonly Box[], others: readonly Box[], offset: number): Overlaid {
  const stops = places(boxes);
  const pieces = stops.flatMap((to, index) => {
    const from = stops[index - 1];
    return from ? [aside(way(from, to, others), offset)] : [];
  });
  const last = stops.at(-1);
  const here = pieces.at(-1)?.at(-1) ?? (last ? { x: last.x + last.width / 2, y: last.y } : null);
  return { pieces, here };
}

/** Move a piece to its right-hand side, so that the answer does not hide the request. */
function aside(points: Point[], offset: number): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (offset === 0 || !first || !last) return points;
  const length = Math.hypot(last.x - first.x, last.y - first.y) || 1;
  const [x, y] = [(-(last.y - first.y) / length) * offset, ((last.x - first.x) / length) * offset];
  return points.map((point) => ({ x: point.x + x, y: point.y + y }));
}

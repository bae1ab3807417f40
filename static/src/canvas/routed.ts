/** The lines of a drawing with the way each takes around what is not its own. */

import type { Edge } from "@xyflow/react";

import { type Box, type Item, type Point, cardsOf } from "./layout";
import { along, labelPoint, overlaps, piecesOf, way } from "./routing";

const FRAMES = new Set(["vnet", "site"]);

/** Return the lines, each with `points` and the boxes `ends` they were found for. */
export function routed(lines: Edge[], items: Item[], places: Map<string, Box>): Edge[] {
  const cards = cardsOf(items, places);
  const frames = items.filter((item) => FRAMES.has(item.kind)).map((item) => places.get(item.path) ?? item.box);
  // Words keep off cards and off each other.
  const taken = [...cards];
  return lines.map((line) => {
    const [from, to] = [places.get(line.source), places.get(line.target)];
    if (!from || !to) return line;
    // A line between frames keeps out of all other frames; any other keeps off the cards.
    const between = line.source.startsWith("vnets/") && line.target.startsWith("vnets/");
    const points = way(from, to, between ? frames : cards);
    const at = typeof line.label === "string" ? labelSpot(points, line.label, taken) : null;
    if (at && typeof line.label === "string") taken.push(labelBox(at, line.label));
    return { ...line, data: { ...line.data, points, at, ends: [from, to] } };
  });
}

/** Tried in this order: the middle first. */
const SHARES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
const LETTER = 6.4;
const LINE = 16;

/** Return where the words of a line cover no card and no other words; its middle where there is no such place. */
export function labelSpot(points: readonly Point[], words: string, cards: readonly Box[]): Point {
  const pieces = [...piecesOf(points)].sort(([a, b], [c, d]) => Math.hypot(d.x - c.x, d.y - c.y) - Math.hypot(b.x - a.x, b.y - a.y));
  for (const piece of pieces)
    for (const share of SHARES) {
      const spot = along(piece, share);
      const box = labelBox(spot, words);
      if (cards.every((card) => !overlaps(card, box))) return spot;
    }
  return labelPoint(points);
}

function labelBox({ x, y }: Point, words: string): Box {
  const width = words.length * LETTER + 8;
  return { x: x - width / 2, y: y - LINE / 2, width, height: LINE };
}

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
  const said: Box[] = [];
  return lines.map((line) => {
    const [from, to] = [places.get(line.source), places.get(line.target)];
    if (!from || !to) return line;
    // A line between frames keeps out of all other frames; any other keeps off the cards.
    const between = line.source.startsWith("vnets/") && line.target.startsWith("vnets/");
    const points = way(from, to, between ? frames : cards);
    const at = typeof line.label === "string" ? labelSpot(points, line.label, cards, said) : null;
    if (at && typeof line.label === "string") said.push(labelBox(at, line.label));
    return { ...line, data: { ...line.data, points, at, ends: [from, to] } };
  });
}

/** Tried in this order: the middle first. */
const SHARES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
const LETTER = 6.4;
const LINE = 16;

/** Where there is no room on a line, words stand this many lines above or below it, the nearest first. */
const BESIDE = [-1, 1, -2, 2, -3, 3].map((lines) => lines * (LINE + 2));

/**
 * Return where the words of a line stand: on it or close to it, where they cover no card and no other words.
 *
 * Where all of that is full, they cover a card, and other words never.
 */
export function labelSpot(points: readonly Point[], words: string, cards: readonly Box[], said: readonly Box[] = []): Point {
  const pieces = [...piecesOf(points)].sort(([a, b], [c, d]) => Math.hypot(d.x - c.x, d.y - c.y) - Math.hypot(b.x - a.x, b.y - a.y));
  const on = pieces.flatMap((piece) => SHARES.map((share) => along(piece, share)));
  const beside = BESIDE.flatMap((off) => on.map(({ x, y }) => ({ x, y: y + off })));
  const free = (boxes: readonly Box[]) => (spot: Point) => boxes.every((box) => !overlaps(box, labelBox(spot, words)));
  return on.find(free([...cards, ...said])) ?? beside.find(free([...cards, ...said])) ?? below(labelPoint(points), words, said);
}

/** Return the first place from a point downwards where words cover no other words. */
function below(spot: Point, words: string, said: readonly Box[]): Point {
  const box = labelBox(spot, words);
  const covered = said.filter((one) => overlaps(one, box)).map((one) => one.y + one.height);
  return covered.length === 0 ? spot : below({ x: spot.x, y: Math.max(...covered) + 2 + LINE / 2 }, words, said);
}

/** Return the room that words take around their middle. */
export function labelBox({ x, y }: Point, words: string): Box {
  const width = words.length * LETTER + 8;
  return { x: x - width / 2, y: y - LINE / 2, width, height: LINE };
}

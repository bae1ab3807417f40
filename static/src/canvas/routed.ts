/** The lines of a drawing with the way each takes around what is not its own. */

import type { Edge } from "@xyflow/react";

import { type Box, type Item, cardsOf } from "./layout";
import { way } from "./routing";

const FRAMES = new Set(["vnet", "site"]);

/** Return the lines, each with `points` and the boxes `ends` they were found for. */
export function routed(lines: Edge[], items: Item[], places: Map<string, Box>): Edge[] {
  const cards = cardsOf(items, places);
  const frames = items.filter((item) => FRAMES.has(item.kind)).map((item) => places.get(item.path) ?? item.box);
  return lines.map((line) => {
    const [from, to] = [places.get(line.source), places.get(line.target)];
    if (!from || !to) return line;
    // A line between frames keeps out of all other frames; any other keeps off the cards.
    const between = line.source.startsWith("vnets/") && line.target.startsWith("vnets/");
    return { ...line, data: { ...line.data, points: way(from, to, between ? frames : cards), ends: [from, to] } };
  });
}

/** Where things are drawn, for those who arrange them. */

import type { Drawing } from "../document/drawing";
import { type Box, boxes, layout } from "./layout";

/** Return the box of everything in its frame, and the frame. */
export function positionsOf(drawing: Drawing, kept: unknown): Map<string, { box: Box; parent: string | null }> {
  return new Map(layout(drawing, kept).map((item) => [item.path, { box: item.box, parent: item.parent }]));
}

/** Return every box in the coordinates of the drawing. */
export function boxesOf(drawing: Drawing, kept: unknown): Map<string, Box> {
  return boxes(layout(drawing, kept));
}

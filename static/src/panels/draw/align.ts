/** Putting chosen things in line, and folding frames: edits of the layout only. */

import { positionsOf } from "../../canvas/spots";
import { layoutPointer } from "../../document/edits/draft";
import { isObject } from "../../document/raw";
import { workbench } from "../../document/store";
import { change, move } from "../edits";

export type Edge = "left" | "right" | "top" | "bottom" | "row" | "column";

const GAP = 16;

/** Align the chosen things that lie in one frame; the first stays where it is. */
export function align(edge: Edge): void {
  const { drawing, document, chosen } = workbench();
  const spots = positionsOf(drawing, document.layout);
  const all = chosen.flatMap((path) => {
    const spot = spots.get(path);
    return spot ? [{ path, ...spot }] : [];
  });
  const [first] = all;
  if (!first) return;
  const same = all.filter((one) => one.parent === first.parent);
  let next = edge === "row" ? first.box.x : first.box.y;
  const sorted = edge === "row" ? same.sort((a, b) => a.box.x - b.box.x) : edge === "column" ? same.sort((a, b) => a.box.y - b.box.y) : same;
  if (edge === "row") next = Math.min(...same.map((one) => one.box.x));
  if (edge === "column") next = Math.min(...same.map((one) => one.box.y));
  move(
    sorted.map(({ path, box }) => {
      if (edge === "left") return { path, x: first.box.x, y: box.y };
      if (edge === "right") return { path, x: first.box.x + first.box.width - box.width, y: box.y };
      if (edge === "top") return { path, x: box.x, y: first.box.y };
      if (edge === "bottom") return { path, x: box.x, y: first.box.y + first.box.height - box.height };
      const here = next;
      next += (edge === "row" ? box.width : box.height) + GAP;
      return edge === "row" ? { path, x: here, y: first.box.y } : { path, x: first.box.x, y: here };
    }),
  );
}

/** Fold the chosen frames, or unfold them where all are folded. */
export function fold(): void {
  const { drawing, document, chosen } = workbench();
  const spots = positionsOf(drawing, document.layout);
  const layout = isObject(document.layout) ? document.layout : {};
  const frames = chosen.filter((path) => /^(vnets|subnets)\//.test(path));
  const folded = frames.every((path) => isObject(layout[path]) && layout[path].folded === true);
  change(
    frames.flatMap((path) => {
      const spot = spots.get(path)?.box;
      return spot ? [{ op: "add" as const, path: layoutPointer(path), value: { x: Math.round(spot.x), y: Math.round(spot.y), folded: !folded } }] : [];
    }),
  );
}

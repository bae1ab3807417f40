/** What the gestures on the canvas mean: a piece that is dropped, a line that is drawn, a thing that changes its frame. */

import type { CanvasProps } from "../../canvas/Canvas";
import { type Carried, type Pointed, inside } from "../../canvas/gesture";
import { add, isEdit, placeFor } from "../../document/edits/add";
import { connect } from "../../document/edits/connect";
import { rehome } from "../../document/edits/rehome";
import { type Piece, homeOf, placeOf } from "../../document/grammar";
import { at, isObject, text } from "../../document/raw";
import { tell, workbench } from "../../document/store";
import { t } from "../../document/text";
import { perform } from "../edits";

/** The upper left corner of a new card, so that it lies under the pointer. */
const HALF = { x: 82, y: 26 };

function nameOf(path: string): string {
  const part = at(workbench().document, path);
  return isObject(part) ? text(part.name, path.split("/").at(-1) ?? path) : (path.split("/").at(-1) ?? path);
}

/** Return what is carried from the palette. */
export function carriedPiece(piece: Piece): Carried {
  return {
    name: t(piece.name),
    judge: ({ place }) => {
      const found = homeOf(workbench().document, piece, place);
      if ("reason" in found) return { ok: false, words: found.reason, target: place[0] ?? null };
      const result = add(workbench().document, piece, place);
      if (!isEdit(result)) return { ok: false, words: result.reason, target: found.home };
      return { ok: true, words: found.home === "canvas" ? t("on the drawing") : t("in {home}", { home: nameOf(found.home) }), target: found.home === "canvas" ? null : found.home };
    },
    drop: (pointed) => {
      const found = homeOf(workbench().document, piece, pointed.place);
      if ("reason" in found) return;
      const spot = inside(found.home, pointed);
      put(piece, pointed.place, { x: Math.max(0, spot.x - HALF.x), y: spot.y - HALF.y }, found.home === "canvas");
    },
  };
}

function put(piece: Piece, place: readonly string[], spot: { x: number; y: number } | null, free = false): void {
  const corner = spot && !free ? { x: Math.max(12, spot.x), y: Math.max(56, spot.y) } : spot;
  const result = add(workbench().document, piece, place, corner);
  if (isEdit(result)) perform(result, spot === null);
  else tell([result.reason]);
}

/** Add a piece by key or press: into what is selected, or into the only home there is. */
export function addHere(piece: Piece): void {
  put(piece, placeFor(workbench().document, piece, workbench().selection), null);
}

export const onConnect: CanvasProps["onConnect"] = {
  judge: (from, { place }) => {
    const found = place[0] === undefined ? null : first(from, place);
    if (!found) return { ok: false, words: t("Drop it on what it shall be connected with."), target: null };
    return "reason" in found.result ? { ok: false, words: found.result.reason, target: found.target } : { ok: true, words: found.result.words, target: found.target };
  },
  drop: (from, { place }) => {
    const found = first(from, place);
    if (found && !("reason" in found.result)) perform(found.result);
  },
};

/** The innermost thing that can be connected; else the reason of the innermost. */
function first(from: string, place: readonly string[]): { target: string; result: ReturnType<typeof connect> } | null {
  const tried = place.map((target) => ({ target, result: connect(workbench().document, from, target) }));
  return tried.find(({ result }) => !("reason" in result)) ?? tried[0] ?? null;
}

export const onRehome: CanvasProps["onRehome"] = {
  judge: (path, pointed) => {
    const found = rehome(workbench().document, path, beside(path, pointed), { x: 0, y: 0 });
    if (!found) return null;
    const target = pointed.place.find((one) => one !== path && !placeOf(workbench().document, path).includes(one)) ?? null;
    return "reason" in found ? { ok: false, words: found.reason, target } : { ok: true, words: found.words, target };
  },
  drop: (path, pointed) => {
    const place = beside(path, pointed);
    const home = place[0] ? inside(place.find((one) => /^(subnets|sites)\//.test(one)) ?? "", pointed) : pointed;
    const found = rehome(workbench().document, path, place, { x: Math.max(12, home.x - HALF.x), y: Math.max(56, home.y - HALF.y) });
    if (!found) return false;
    if ("reason" in found) tell([found.reason]);
    else perform(found);
    return true;
  },
};

function beside(path: string, { place }: Pointed): string[] {
  return place.filter((one) => one !== path);
}

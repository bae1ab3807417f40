/** What of the drawing is in view, and bringing more of it there. */

import { type Viewport, getViewportForBounds, useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useEffect, useRef, useState } from "react";

import { nodeFor } from "../document/drawing";
import { useWorkbench } from "../document/store";
import { useMany, useSeenFrom } from "./detail";
import { type Box, type Item, middle } from "./layout";
import { isWide } from "./wide";
import { calm } from "../playback/calm";

/** `focus`: what is chosen is shown at least so near; `whole`: a frame that only fits from farther away is not. */
export const ZOOM = { least: 0.05, most: 2.5, fit: 1.1, focus: 0.7, whole: 0.6 };
/** Pixels of the longer side from which something can be made out. */
const LEGIBLE = 80;
/** Pixels around what is shown, where the buttons stand as well. */
const MARGIN = 56;
/** Room at the sides; more where the buttons stand, at the left and at the upper edge. */
const PADDING = { top: "52px", right: "18px", bottom: "18px", left: "58px" } as const;
const PADDING_NARROW = { top: "14px", right: "10px", bottom: "56px", left: "10px" } as const;
/** The whole drawing is shown beside a packet's way while its names can be read. */
const READABLE = 0.55;
/** Where the packet's way alone is hardly larger than the whole drawing, no frame is cut off for it. */
const GAIN = 1.4;
/** A way is shown with its whole networks, unless it alone could be shown more than so many times as large. */
const FRAMED = 2;
const MAP = { width: 132 + 30, height: 88 + 30 };
const MOVE_MS = 250;

/** Return the box around boxes; null around none. */
export function around(all: readonly Box[]): Box | null {
  return all.length === 0 ? null : aroundSome(all);
}

function aroundSome(all: readonly Box[]): Box {
  const x = Math.min(...all.map((box) => box.x));
  const y = Math.min(...all.map((box) => box.y));
  const right = Math.max(...all.map((box) => box.x + box.width));
  const bottom = Math.max(...all.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

const wholes = new WeakMap<Map<string, Box>, Box | null>();

/** Return the box around everything, found once for all who ask: there may be thousands of places. */
function wholeOf(places: Map<string, Box>): Box | null {
  const known = wholes.get(places);
  if (known !== undefined) return known;
  const whole = around([...places.values()]);
  wholes.set(places, whole);
  return whole;
}

/** Return whether a box lies in the seen part of a pane; `covered` is the width that something covers at its right. */
export function inView(box: Box, transform: readonly [number, number, number], pane: { width: number; height: number }, covered = 0): boolean {
  const [tx, ty, zoom] = transform;
  const left = box.x * zoom + tx;
  const top = box.y * zoom + ty;
  return left >= 0 && top >= 0 && left + box.width * zoom <= pane.width - covered && top + box.height * zoom <= pane.height;
}

/** Return the box around things and the networks and sites they lie in. */
function framed(boxes: readonly Box[], places: Map<string, Box>): Box {
  const holds = (frame: Box): boolean => boxes.some((box) => {
    const { x, y } = middle(box);
    return frame.x <= x && x <= frame.x + frame.width && frame.y <= y && y <= frame.y + frame.height;
  });
  const frames = [...places].flatMap(([path, box]) => (/^(vnets|sites)\//.test(path) && holds(box) ? [box] : []));
  return aroundSome([...boxes, ...frames]);
}

/**
 * Return what to show of a drawing when a packet's way is to be seen; null: nothing is drawn.
 *
 * `boxes` are the things on the way; `zoom` tells how large a box can be shown.
 */
export function shown(boxes: readonly Box[], places: Map<string, Box>, zoom: (box: Box) => number): Box | null {
  const [whole, way] = [wholeOf(places), around(boxes)];
  if (!whole || !way) return whole;
  const [all, alone] = [zoom(whole), zoom(way)];
  if (all >= READABLE || alone < all * GAIN) return whole;
  const more = framed(boxes, places);
  return alone <= zoom(more) * FRAMED ? more : way;
}

/** True when the small map helps and hides nothing: some of the drawing is out of sight, no card is under it. */
export function useMap(places: Map<string, Box>, cards: Box[]): boolean {
  const whole = wholeOf(places);
  return useStore((state) => {
    if (whole === null || inView(whole, state.transform, state)) return false;
    const [tx, ty, zoom] = state.transform;
    const [left, top] = [(state.width - MAP.width - tx) / zoom, (state.height - MAP.height - ty) / zoom];
    return cards.every((box) => box.x + box.width < left || box.y + box.height < top);
  });
}

/**
 * Keep in view what shall be seen: the whole drawing at first, then a packet's way. Until somebody moves the
 * view by hand, a pane of another size shows the same part again. Returns what to call when they do, and whether
 * the view is where it begins.
 */
export function useFit(places: Map<string, Box>): { fitted: boolean; movedByHand: () => void } {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const fit = useWorkbench((state) => state.fit);
  const drawing = useWorkbench((state) => state.drawing);
  const stranger = useWorkbench((state) => state.mode === "shared");
  const byHand = useRef<object | null>(null);
  const [fitted, setFitted] = useState(false);
  const wish = fit ?? START;
  const ids = wish.paths.map((path) => (places.has(path) ? path : (nodeFor(drawing, path) ?? "")));
  const boxes = ids.map((id) => places.get(id)).filter((box): box is Box => box !== undefined);
  const padding = isWide() ? PADDING : PADDING_NARROW;
  // Who opens a shared link does not know the drawing yet: a run that is there already does not hide the rest.
  const way = stranger || width === 0 ? [] : boxes;
  const target = shown(way, places, (box) => getViewportForBounds(box, width, height, ZOOM.least, ZOOM.fit, padding).zoom);
  const key = target ? `${target.x} ${target.y} ${target.width} ${target.height}` : "";
  useEffect(() => {
    if (!target || width === 0 || height === 0 || byHand.current === wish) return;
    const view = getViewportForBounds(target, width, height, ZOOM.least, ZOOM.fit, padding);
    void flow.setViewport(view, { duration: calm() || wish === START ? 0 : MOVE_MS });
    setFitted(true);
    // A new wish, another pane or other places; an edit elsewhere must not move the view.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wish, key, width, height]);
  const movedByHand = useCallback(() => {
    byHand.current = wish;
  }, [wish]);
  return { fitted: fitted || places.size === 0, movedByHand };
}

const START: { paths: string[] } = { paths: [] };

/** Bring the selection into view when somebody else than the canvas asked for it and it is out of sight. */
export function useFocus(places: Map<string, Box>, items: readonly Item[], moved: () => void): void {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const focus = useWorkbench((state) => state.focus);
  const drawing = useWorkbench((state) => state.drawing);
  const many = useMany();
  const seenFrom = useSeenFrom();
  const selection = useWorkbench((state) => state.selection);
  const target = nodeFor(drawing, selection);
  const served = useRef(0);
  // A wish of the page's address is there before the canvas has a size and a view; until then it waits.
  const ready = width > 0 && height > 0 && target !== null && places.has(target);
  useEffect(() => {
    const box = target === null ? undefined : places.get(target);
    if (focus === served.current || !box || !ready) return undefined;
    // The inspector opens with the selection; what it covers is known when it is there.
    const frame = requestAnimationFrame(() => {
      served.current = focus;
      const covered = coveredRight();
      const { x, y, zoom: here } = flow.getViewport();
      const kind = items.find((item) => item.path === target)?.kind;
      const drawn = kind === undefined || here >= seenFrom(kind);
      const readable = Math.max(box.width, box.height) * here >= LEGIBLE;
      if (drawn && readable && inView(box, [x, y, here], { width, height }, covered)) return;
      moved();
      void flow.setViewport(centred(box, { width: width - covered, height }, here), { duration: calm() || many ? 0 : MOVE_MS });
    });
    return () => {
      cancelAnimationFrame(frame);
    };
    // Only a new wish moves the view; a drag or an edit must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [focus, ready]);
}

/** Return the view in which a box is in the middle of a pane, near enough to be read; of a larger one its beginning. */
export function centred(box: Box, pane: { width: number; height: number }, here: number): Viewport {
  const fits = Math.min((pane.width - 2 * MARGIN) / box.width, (pane.height - 2 * MARGIN) / box.height);
  const zoom = Math.max(here, Math.min(ZOOM.focus, Math.max(fits, ZOOM.whole)));
  const place = (start: number, size: number, room: number): number => (size * zoom + 2 * MARGIN > room ? MARGIN - start * zoom : room / 2 - (start + size / 2) * zoom);
  return { x: place(box.x, box.width, pane.width), y: place(box.y, box.height, pane.height), zoom };
}

/** Return how much of the canvas the inspector covers at the right, in pixels. */
function coveredRight(): number {
  const pane = document.querySelector(".canvas")?.getBoundingClientRect();
  const panel = document.querySelector(".inspector")?.getBoundingClientRect();
  if (!pane || !panel || panel.top > pane.top + 1) return 0;
  return Math.max(0, pane.right - Math.max(pane.left, panel.left));
}

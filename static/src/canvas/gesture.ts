/** One gesture at a time: something is carried over the drawing, and what is under it says whether it may land. */

import { useSyncExternalStore } from "react";

import type { Box, Item } from "./layout";

export interface Pointed {
  /** Paths from what is pointed at outwards; empty on the empty canvas. */
  place: string[];
  /** Where, in the coordinates of the drawing. */
  x: number;
  y: number;
}

export interface Judged {
  ok: boolean;
  words: string;
  /** What lights up. */
  target: string | null;
}

/** What is carried: how it judges a place, and what becomes of it there. */
export interface Carried {
  name: string;
  /** A line is drawn from here, in pixels of the window. */
  from?: { x: number; y: number };
  judge: (pointed: Pointed) => Judged;
  drop: (pointed: Pointed) => void;
}

export interface Gesture {
  name: string;
  from: { x: number; y: number } | null;
  at: { x: number; y: number };
  judged: Judged | null;
}

let gesture: Gesture | null = null;
const listeners = new Set<() => void>();

export function showGesture(next: Gesture | null): void {
  gesture = next;
  for (const listener of listeners) listener();
}

export function useGesture<T>(read: (gesture: Gesture | null) => T): T {
  return useSyncExternalStore(subscribe, () => read(gesture));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

interface Ground {
  items: Item[];
  places: Map<string, Box>;
  /** From pixels of the window to the coordinates of the drawing. */
  toDrawing: (at: { x: number; y: number }) => { x: number; y: number };
  pane: () => DOMRect | undefined;
}

let ground: Ground | null = null;

/** The canvas says where things are. */
export function setGround(next: Ground | null): void {
  ground = next;
}

/** Return what lies at a point of the drawing, from the inside outwards. */
export function under(items: readonly Item[], places: Map<string, Box>, at: { x: number; y: number }): string[] {
  const hit = items.filter((item) => {
    const box = places.get(item.path);
    return box !== undefined && item.path !== "internet" && at.x >= box.x && at.x <= box.x + box.width && at.y >= box.y && at.y <= box.y + box.height;
  });
  const parents = new Map(items.map((item) => [item.path, item.parent]));
  const depth = (path: string): number => {
    const parent = parents.get(path);
    return parent ? depth(parent) + 1 : 0;
  };
  const inner = hit.sort((a, b) => depth(b.path) - depth(a.path))[0];
  const place: string[] = [];
  for (let path: string | null = inner?.path ?? null; path !== null; path = parents.get(path) ?? null) place.push(path);
  return place;
}

/** Return what a point of the window points at; null outside the canvas. A badge comes before what it is on. */
export function pointedAt(at: { x: number; y: number }): Pointed | null {
  const pane = ground?.pane();
  if (!ground || !pane || at.x < pane.left || at.x > pane.right || at.y < pane.top || at.y > pane.bottom) return null;
  const spot = ground.toDrawing(at);
  const badge = document.elementFromPoint(at.x, at.y)?.closest<HTMLElement>("[data-badge]")?.dataset.badge;
  const place = under(ground.items, ground.places, spot);
  return { ...spot, place: badge ? [badge, ...place] : place };
}

/** Return a spot of the drawing in the coordinates of a frame. */
export function inside(home: string, spot: { x: number; y: number }): { x: number; y: number } {
  const box = ground?.places.get(home);
  return box ? { x: spot.x - box.x, y: spot.y - box.y } : spot;
}

const SLACK = 4;

/** Carry something from where the pointer went down; a press without moving is `press`. */
export function carry(event: { clientX: number; clientY: number }, carried: Carried, press?: () => void): void {
  const start = { x: event.clientX, y: event.clientY };
  let moving = false;
  const move = (next: PointerEvent): void => {
    const at = { x: next.clientX, y: next.clientY };
    if (!moving && Math.hypot(at.x - start.x, at.y - start.y) < SLACK) return;
    moving = true;
    const pointed = pointedAt(at);
    showGesture({ name: carried.name, from: carried.from ?? null, at, judged: pointed ? carried.judge(pointed) : null });
  };
  const end = (): void => {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", escape, true);
    showGesture(null);
  };
  const up = (last: PointerEvent): void => {
    const pointed = moving ? pointedAt({ x: last.clientX, y: last.clientY }) : null;
    const lands = pointed !== null && carried.judge(pointed).ok;
    end();
    if (pointed && lands) carried.drop(pointed);
    else if (!moving) press?.();
  };
  const escape = (key: KeyboardEvent): void => {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    end();
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", escape, true);
}

/** How much is drawn: frames alone from far away, and of a large drawing only what is in view or near it. */

import { useStore } from "@xyflow/react";
import { useDeferredValue, useMemo } from "react";

import type { Drawing } from "../document/drawing";
import { useWorkbench } from "../document/store";
import type { Box, Item } from "./layout";
import { usePaths } from "./side";

/** Below this zoom only frames can be read. Cards that are many are left out earlier: they cost more than they say. */
const FAR = 0.42;
const FAR_OF_MANY = 0.6;
/** A packet's way needs the cards it touches; only a drawing of very many would drown in them. */
const FEW = 40;
/** More machines than this are drawn by the subnets that are in view. */
const MANY = 150;
/** How much more than the pane is drawn, as a share of it on each side. */
const BESIDE = 0.15;

const counted = new WeakMap<Drawing, number>();

function machinesOf(drawing: Drawing): number {
  const known = counted.get(drawing);
  if (known !== undefined) return known;
  const count = drawing.vnets.reduce((sum, vnet) => sum + vnet.subnets.reduce((inside, subnet) => inside + subnet.machines.length, 0), 0);
  counted.set(drawing, count);
  return count;
}

/** True when so many machines are drawn that only what is in view can be. */
export function useMany(): boolean {
  return useWorkbench((state) => machinesOf(state.drawing) > MANY);
}

/** True when the canvas is so far away that frames are all that can be read. */
export function useFar(): boolean {
  const many = useMany();
  const limit = many ? FAR_OF_MANY : FAR;
  const zoomedOut = useStore((state) => state.transform[2] < limit);
  const paths = usePaths();
  const few = useWorkbench((state) => machinesOf(state.drawing) <= FEW);
  return zoomedOut && !(few && paths.length > 0);
}

/** Words are drawn larger from far away, up to so many times. */
const LARGEST = 6;

/** How many times as large words of frames are drawn, in steps, so that they can be read from far away. */
export function useLarger(): number {
  const far = useFar();
  return useStore((state) => (far ? Math.min(LARGEST, Math.max(1, Math.round(1.8 / state.transform[2]) / 2)) : 1));
}

/** The least zoom at which a kind of thing is drawn at all. */
export function useSeenFrom(): (kind: Item["kind"]) => number {
  const limit = useMany() ? FAR_OF_MANY : FAR;
  return (kind) => (DETAIL.has(kind) ? limit : 0);
}

const DETAIL = new Set(["machine", "nic", "endpoint", "router"]);

/** Whether a frame lies in the pane or near it. */
export function nearView(box: Box, [tx, ty, zoom]: readonly [number, number, number], pane: { width: number; height: number }): boolean {
  const [x, y] = [pane.width * BESIDE, pane.height * BESIDE];
  const left = box.x * zoom + tx;
  const top = box.y * zoom + ty;
  return left < pane.width + x && left + box.width * zoom > -x && top < pane.height + y && top + box.height * zoom > -y;
}

/**
 * Return the things that are drawn now.
 *
 * Args: `ends` paths where lines end: they are drawn for the sake of their lines; `fitted` whether the view is where
 * it shall begin: before that of many machines none is drawn.
 */
export function useShown(items: Item[], places: Map<string, Box>, ends: ReadonlySet<string>, fitted: boolean): Item[] {
  const far = useFar();
  const many = useMany();
  const chosen = useWorkbench((state) => state.chosen);
  const subnets = useMemo(() => items.flatMap((item) => (item.kind === "subnet" ? [{ path: item.path, box: places.get(item.path) ?? item.box }] : [])), [items, places]);
  // One text for all that are in view: it changes only when one of them does, not with each step of the view.
  const inView = useStore((state) => {
    if (!many || far || !fitted) return "";
    return subnets.filter(({ box }) => nearView(box, state.transform, state)).map(({ path }) => path).join(" ");
  });
  const seen = useDeferredValue(inView);
  return useMemo(() => {
    if (far || (many && !fitted)) return items.filter((item) => !DETAIL.has(item.kind));
    if (!many) return items;
    const open = new Set(seen.split(" "));
    const marked = new Set(chosen);
    const parents = new Map(items.map((item) => [item.path, item.parent]));
    // What is chosen moves with the others that are, so it is there; inside of a chosen frame it moves with that.
    const held = (path: string | null): boolean => path !== null && (marked.has(path) || held(parents.get(path) ?? null));
    return items.filter((item) => item.parent === null || !item.parent.startsWith("subnets/") || open.has(item.parent) || ends.has(item.path) || (marked.has(item.path) && !held(item.parent)));
  }, [items, far, many, fitted, seen, ends, chosen]);
}

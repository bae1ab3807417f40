/** What packets do on one of several pictures of the same drawing; without a side, what the page's one picture shows. */

import { createContext, useContext } from "react";

import { type Highlight, type PacketPath, type Tone, useWorkbench } from "../document/store";

export interface Side {
  /** Tells the pictures apart. */
  id: string;
  /** One picture is drawn on; the others only show. */
  drawnOn: boolean;
  paths: PacketPath[];
  highlights: Highlight[];
}

export const SideContext = createContext<Side | null>(null);

export function useSide(): Side | null {
  return useContext(SideContext);
}

export function usePaths(): PacketPath[] {
  const side = useSide();
  const own = useWorkbench((state) => state.paths);
  return side?.paths ?? own;
}

/** How a thing is marked that is known by one path, or by more: a peering by those of its two links. */
export function useTone(...paths: readonly string[]): Tone | null {
  const side = useSide();
  return useWorkbench((state) => (side?.highlights ?? state.highlights).find((one) => paths.includes(one.path))?.tone ?? null);
}

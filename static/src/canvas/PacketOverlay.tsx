/** The packet's way over the drawing: solid forward, dashed back, one dot where it is now. */

import { ViewportPortal } from "@xyflow/react";
import type { ReactNode } from "react";

import { nodeFor } from "../document/drawing";
import { type PacketPath, useWorkbench } from "../document/store";
import { type Box, type Point, middle } from "./layout";

type Find = (path: string) => Point | null;

export function PacketOverlay({ places }: { places: Map<string, Box> }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const find: Find = (path) => {
    const box = places.get(path) ?? places.get(nodeFor(drawing, path) ?? "");
    return box ? middle(box) : null;
  };
  const paths = useWorkbench((state) => state.paths);
  if (paths.length === 0) return null;
  return (
    <ViewportPortal>
      <svg className="packet-overlay" aria-hidden="true">
        {paths.map((path) => (
          <Way key={path.packet} path={path} find={find} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

function Way({ path, find }: { path: PacketPath; find: Find }): ReactNode {
  const offset = path.direction === "forward" ? -5 : 5;
  const points = path.points
    .slice(0, path.reached)
    .map(find)
    .filter((point): point is Point => point !== null)
    .map((point) => ({ x: point.x + offset, y: point.y + offset }));
  const here = points.at(-1);
  if (!here) return null;
  const line = points.map((point, index) => `${index === 0 ? "M" : "L"}${point.x} ${point.y}`).join(" ");
  return (
    <g className={`way ${path.direction} tone-${path.tone.replace(" ", "-")}`}>
      <path d={line} />
      <circle className="packet" cx={0} cy={0} r={6} style={{ transform: `translate(${here.x}px, ${here.y}px)` }} />
    </g>
  );
}

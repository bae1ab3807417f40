/** The packet's way over the drawing: solid forward, dashed back, one dot where it is now. */

import { ViewportPortal } from "@xyflow/react";
import { type ReactNode, useMemo } from "react";

import { nodeFor } from "../document/drawing";
import { type PacketPath, useWorkbench } from "../document/store";
import type { Box } from "./layout";
import { overlaid } from "./overlaid";
import { pathOf } from "./routing";
import { usePaths } from "./side";

type Find = (path: string) => Box | undefined;

/** Distance of there and back from the middle line, in canvas units. */
const ASIDE = 4;

export function PacketOverlay({ places, cards }: { places: Map<string, Box>; cards: Box[] }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const find: Find = (path) => places.get(path) ?? places.get(nodeFor(drawing, path) ?? "");
  const paths = usePaths();
  if (paths.length === 0) return null;
  return (
    <ViewportPortal>
      <svg className="packet-overlay" aria-hidden="true">
        {paths.map((path) => (
          <Way key={path.packet} path={path} find={find} cards={cards} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

function Way({ path, find, cards }: { path: PacketPath; find: Find; cards: Box[] }): ReactNode {
  const { pieces, here } = useMemo(() => {
    const boxes = path.points.slice(0, path.reached).map(find).filter((box): box is Box => box !== undefined);
    return overlaid(boxes, cards, ASIDE);
    // A new path comes with every step; the finder is a new function each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path, cards]);
  if (!here) return null;
  return (
    <g className={`way ${path.direction} tone-${path.tone.replace(" ", "-")}`}>
      {pieces.map((piece, index) => (
        <path key={index} d={pathOf(piece)} />
      ))}
      <circle className="packet" cx={0} cy={0} r={6} style={{ transform: `translate(${here.x}px, ${here.y}px)` }} />
    </g>
  );
}

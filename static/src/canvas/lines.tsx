/** How lines are drawn: from border to border; a peering with a mark for each of its two links. */

import { BaseEdge, type EdgeProps, EdgeLabelRenderer, type InternalNode, useInternalNode } from "@xyflow/react";
import type { ReactNode } from "react";

import type { Half } from "../document/drawing";
import { type Box, type Point, border, middle } from "./layout";

function boxOf(node: InternalNode): Box {
  const { x, y } = node.internals.positionAbsolute;
  return { x, y, width: node.measured.width ?? 0, height: node.measured.height ?? 0 };
}

/** Frames hold what a line may lead to; then the line begins at the frame's own edge nearest to it. */
function ends(from: Box, to: Box): [Point, Point] {
  return [border(from, middle(to)), border(to, middle(from))];
}

export function Line({ id, source, target, label, data, style }: EdgeProps): ReactNode {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  if (!from || !to) return null;
  const [a, b] = ends(boxOf(from), boxOf(to));
  const halves = data?.halves as [Half | null, Half | null] | undefined;
  const at = (share: number): Point => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share });
  const centre = at(0.5);
  return (
    <>
      <BaseEdge id={id} path={`M${a.x} ${a.y}L${b.x} ${b.y}`} {...(style ? { style } : {})} />
      {halves && (
        <>
          <HalfMark half={halves[0]} at={at(0.14)} />
          <HalfMark half={halves[1]} at={at(0.86)} />
        </>
      )}
      {label && (
        <EdgeLabelRenderer>
          <span className="line-label" style={{ transform: `translate(-50%, -50%) translate(${centre.x}px, ${centre.y}px)` }}>
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Filled: the link is there. Hollow: it is missing. Crossed: it is there and disconnected. */
function HalfMark({ half, at }: { half: Half | null; at: Point }): ReactNode {
  const { x, y } = at;
  if (half === null) return <circle className="half missing" cx={x} cy={y} r={5} />;
  if (half.connected) return <circle className="half" cx={x} cy={y} r={5} />;
  return <path className="half missing" d={`M${x - 5} ${y - 5}l10 10M${x + 5} ${y - 5}l-10 10`} />;
}

export const EDGE_TYPES = { line: Line };

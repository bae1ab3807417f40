/** How lines are drawn: from border to border; a peering with a mark for each of its two links. */

import { BaseEdge, type EdgeProps, EdgeLabelRenderer, type InternalNode, useInternalNode } from "@xyflow/react";
import type { ReactNode } from "react";

import type { Half } from "../document/drawing";
import { t } from "../document/text";
import { type Box, type Point, border, middle } from "./layout";

import { along, labelPoint, pathOf } from "./routing";
import { useTone } from "./side";

function boxOf(node: InternalNode): Box {
  const { x, y } = node.internals.positionAbsolute;
  return { x, y, width: node.measured.width ?? 0, height: node.measured.height ?? 0 };
}

/** The way that was found for these boxes; while one of them is dragged, a straight line. */
function pointsOf(from: Box, to: Box, data: EdgeProps["data"]): Point[] {
  const found = data as { points?: Point[]; ends?: [Box, Box] } | undefined;
  if (found?.points && found.ends && near(found.ends[0], from) && near(found.ends[1], to)) return found.points;
  return [border(from, middle(to)), border(to, middle(from))];
}

function near(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) < 1 && Math.abs(a.y - b.y) < 1;
}

export function Line({ id, source, target, label, data, style }: EdgeProps): ReactNode {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  const halves = data?.halves as [Half | null, Half | null] | undefined;
  const parting = useTone(...(halves ?? []).map((half) => half?.path ?? ""), String(data?.path ?? "")) === "parting";
  if (!from || !to) return null;
  const points = pointsOf(boxOf(from), boxOf(to), data);
  const centre = data?.points === points && data.at ? (data.at as Point) : labelPoint(points);
  return (
    <>
      <BaseEdge id={id} path={pathOf(points)} {...(style ? { style } : {})} />
      {halves && (
        <>
          <HalfMark half={halves[0]} at={along(points, 0.1)} />
          <HalfMark half={halves[1]} at={along(points, 0.9)} />
        </>
      )}
      {(label ?? parting) && (
        <EdgeLabelRenderer>
          <span className={parting ? "line-label parting-label" : "line-label"} style={{ transform: `translate(-50%, -50%) translate(${centre.x}px, ${centre.y}px)` }}>
            {label} {parting && <strong>{t("here they part")}</strong>}
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

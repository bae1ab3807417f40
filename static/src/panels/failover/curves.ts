/** From results to the lines of charts. Knows no DOM. */

import type { Sweep } from "../../document/race";

export interface Series {
  label: string;
  /** Number of the design: its colour and its dashes. */
  design: number;
  dashed?: boolean;
  values: (number | null)[];
}

export interface CurveRow {
  design: string;
  title: string;
  p50: number | null;
  p95: number | null;
  /** Seconds and the share of trials recovered by then. */
  ecdf: [number, number][];
}

/** Times below it are drawn at it: a logarithm has no zero. */
export const LEAST_S = 0.01;
/** Return the share of trials that have recovered by a time. */
export function sharedBy(row: Pick<CurveRow, "ecdf">, time: number): number {
  return row.ecdf.findLast(([reached]) => reached <= time)?.[1] ?? 0;
}

/** Return the curves over one common axis of times; each keeps its last share until its next step. */
export function steps(rows: readonly CurveRow[]): { x: number[]; series: Series[] } {
  const x = [...new Set(rows.flatMap((row) => row.ecdf.map(([time]) => Math.max(time, LEAST_S))))].sort((a, b) => a - b);
  const series = rows.map((row, design) => ({ label: row.title, design, values: x.map((time) => sharedBy(row, time)) }));
  return { x, series };
}

/** Return the curves of the points that are numbers, in their order. */
export function curves({ points }: Sweep): { x: number[]; series: Series[] } {
  const known = points.filter((point) => typeof point.value === "number").sort((a, b) => Number(a.value) - Number(b.value));
  const series = (known[0]?.designs ?? []).flatMap((row, design) =>
    (["p95", "p50"] as const).map((name) => ({
      label: `${row.title}, ${name}`,
      design,
      dashed: name === "p50",
      values: known.map((point) => point.designs[design]?.[name] ?? null),
    })),
  );
  return { x: known.map((point) => Number(point.value)), series };
}

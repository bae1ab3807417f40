/** A comparison's events as two sides: what each says of the packet, and what of it is drawn. */

import type { Side } from "../../canvas/side";
import { type Drawing, nodeFor } from "../../document/drawing";
import type { RuleCard } from "../../document/reference";
import type { Highlight } from "../../document/store";
import type { Direction, Problem, RunEvent, Step, Verdict } from "../../document/types";
import { pointsOf } from "./legs";

export interface Parted {
  profile: string;
  step: Step | null;
  card: RuleCard | null;
  verdict: Verdict | null;
  problems: Problem[];
}

/** Where one packet parts under two profiles. */
export interface Parting {
  same: boolean;
  packet: number | null;
  index: number | null;
  a: Parted;
  b: Parted;
}

export interface ComparedLeg {
  side: "a" | "b";
  packet: number;
  direction: Direction;
  steps: Step[];
  verdict: Verdict;
  branches: { label: string; share: number; verdict: Verdict }[];
}

export function legsOfComparison(events: readonly RunEvent[]): ComparedLeg[] {
  return events.filter((event) => event.event === "compare.leg") as unknown as ComparedLeg[];
}

export function partingOf(events: readonly RunEvent[]): Parting | null {
  return (events.find((event) => event.event === "compare.done") as (RunEvent & Parting) | undefined) ?? null;
}

/** How the whole connection ended on one side; null where the drawing is refused. */
export function endingOf(legs: readonly ComparedLeg[], side: "a" | "b"): Verdict | null {
  const ends = legs.filter((leg) => leg.side === side).map((leg) => leg.verdict);
  return ends.find((verdict) => verdict.outcome !== "delivered") ?? ends[0] ?? null;
}

/** What is drawn of one side: the ways of its packets, their end, and the place where the two part. */
export function sideOf(events: readonly RunEvent[], side: "a" | "b", drawing: Drawing): Side {
  const own = legsOfComparison(events).filter((leg) => leg.side === side);
  const paths = own.map(({ direction, packet, steps, verdict }) => {
    const points = pointsOf(steps, verdict);
    return { direction, packet, points, reached: points.length, tone: verdict.outcome };
  });
  const parting = partingOf(events);
  const at = parting?.[side].step?.at ?? null;
  const parts = nodeFor(drawing, at) ?? at;
  const last = paths.at(-1);
  const end = nodeFor(drawing, last?.points.at(-1) ?? null) ?? last?.points.at(-1);
  const highlights: Highlight[] = parts ? [{ path: parts, tone: "parting" }] : [];
  if (last && end && end !== parts) highlights.push({ path: end, tone: last.tone });
  return { id: side, drawnOn: side === "a", paths, highlights };
}

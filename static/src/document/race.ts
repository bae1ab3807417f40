/** Events of failover runs and of trials, gathered into what there is to show. Knows no DOM. */

import type { RunEvent } from "./types";

export type Lane = "fault" | "detect" | "control" | "data" | "flows";
export const CLOCKS = ["detect", "control", "data"] as const;

export interface Note {
  t_us: number;
  lane: Lane;
  kind: string;
  text: string;
  ref: string | null;
  grade: string | null;
  source: string | null;
}

export interface Span {
  lane: Lane;
  from_us: number;
  to_us: number;
  text: string;
}

export interface Strip {
  flow: string;
  direction: "forward" | "return";
  from_us: number;
  to_us: number;
  delivered: number;
  codes: Record<string, number>;
}

export interface Assumption {
  name: string;
  value: string;
  grade: string | null;
  source: string;
}

export interface Metrics {
  completes: boolean;
  detect_us: number;
  control_us: number;
  data_us: number;
  recover_new_us: number | null;
  recover_existing_us: { p50: number | null; p95: number | null; never: number };
  lost: { forward: number; return: number; total: number };
  lost_by_cause: Record<string, number>;
  flows: Record<"survived" | "stalled" | "reset" | "hung" | "never_started", number>;
}

export interface Contender {
  design: string;
  title: string;
  mechanism: string;
  seed: number;
  flows: { id: string; name: string; protocol: string; packets_per_second: number }[];
  assumptions: Assumption[];
  notes: Note[];
  spans: Span[];
  strips: Strip[];
  metrics: Metrics | null;
}

export interface Race {
  fault_us: number;
  fault: string;
  duration_us: number;
  contenders: Contender[];
}

/** Return the race that some events tell, in the order in which the designs came in; null before any did. */
export function race(events: readonly RunEvent[]): Race | null {
  const found = new Map<string, Contender>();
  let made: Race | null = null;
  for (const event of events) {
    const design = String(event.design ?? "");
    if (event.event === "failover.started") {
      const fault = event.fault as { name: string; at_us: number };
      made ??= { fault_us: fault.at_us, fault: fault.name, duration_us: 0, contenders: [] };
      made.duration_us = Math.max(made.duration_us, Number(event.duration_us));
      const started = event as unknown as Contender;
      const { title, mechanism, seed, flows, assumptions } = started;
      const one = { design, title, mechanism, seed, flows, assumptions, notes: [], spans: [], strips: [], metrics: null };
      found.set(design, one);
      made.contenders.push(one);
      continue;
    }
    const one = found.get(design);
    if (!one) continue;
    if (event.event === "failover.event") one.notes.push(event as unknown as Note);
    if (event.event === "failover.span") one.spans.push(event as unknown as Span);
    if (event.event === "failover.strip") one.strips.push(event as unknown as Strip);
    if (event.event === "failover.metrics") one.metrics = event as unknown as Metrics;
  }
  return made;
}

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99?: number | null;
  max?: number | null;
  never?: number;
}

export interface TrialsRow {
  design: string;
  title: string;
  mechanism: string;
  new: Percentiles;
  existing: Percentiles;
  lost: Percentiles;
  clocks: Record<(typeof CLOCKS)[number], number | null>;
  dominated: Record<(typeof CLOCKS)[number], number>;
  interval: { p50: [number | null, number | null]; p95: [number | null, number | null] };
  ecdf: [number, number][];
}

export interface Trials {
  done: number;
  n: number;
  partial: { design: string; p50: number | null; p95: number | null }[];
  summary: { n: number; seed: number; designs: TrialsRow[]; ratio: { slow: string; fast: string; p50: number } | null } | null;
}

/** Return how far some trials are, and their summary once there is one. */
export function trials(events: readonly RunEvent[]): Trials {
  const made: Trials = { done: 0, n: 0, partial: [], summary: null };
  for (const event of events) {
    if (event.event === "trials.progress") {
      made.done = Number(event.done);
      made.n = Number(event.n);
      made.partial = (event.designs ?? []) as Trials["partial"];
    }
    if (event.event === "trials.summary") made.summary = event as unknown as NonNullable<Trials["summary"]>;
  }
  return made;
}

/** Return who is best in a column of numbers, smallest first; null means never and cannot win. No winner in a tie. */
export function winner<T>(rows: readonly T[], value: (row: T) => number | null | undefined): T | null {
  const known = rows.filter((row) => typeof value(row) === "number");
  const best = known.sort((a, b) => Number(value(a)) - Number(value(b)))[0];
  if (best === undefined || rows.length < 2) return null;
  return known.filter((row) => value(row) === value(best)).length === 1 ? best : null;
}

/** Return seconds as people read them: 0.35 s, 13.0 s, 12 min. */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return "never";
  if (value >= 600) return `${(value / 60).toFixed(0)} min`;
  return `${value.toFixed(value < 1 ? 2 : 1)} s`;
}

/** Return microseconds as people read them. */
export function duration(us: number | null | undefined): string {
  return seconds(us === null || us === undefined ? us : us / 1e6);
}

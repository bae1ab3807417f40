/** Events of failover runs and of trials, gathered into what there is to show. Knows no DOM. */

import { mark, t } from "./text";
import type { RunEvent } from "./types";

export type Lane = "fault" | "detect" | "control" | "data" | "flows";
export const CLOCKS = [mark("detect"), mark("control"), mark("data")] as const;

export interface Note {
  /** Number of the event in the log of its run: what links to a moment name it by. */
  seq: number;
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
  /** It has not ended yet. */
  open?: boolean;
}

export interface Strip {
  flow: string;
  direction: "forward" | "return";
  from_us: number;
  to_us: number;
  delivered: number;
  codes: Record<string, number>;
}

/** The way of one packet of a flow: one that arrives, or one that is lost; `share` of new flows fare like it. */
export interface Way {
  flow: string;
  direction: "forward" | "return";
  share: number;
  outcome: string;
  code: string | null;
  at: string | null;
  points: string[];
}

/** What is true from a time on, until the next moment of the same design. */
export interface Moment {
  t_us: number;
  down: string[];
  zones: number[];
  out: { balancer: string; member: string; vm: string | null }[];
  moved: { name: string; stale: string[] }[];
  ways: Way[];
}

export interface Assumption {
  name: string;
  value: string;
  grade: string | null;
  source: string;
}

export interface Metrics {
  completes: boolean;
  /** Why the clocks cannot be told apart, in a sentence; null: they can. */
  whole?: string | null;
  /** How long the clocks run beyond the recovery of new flows; 0: they add up to it. */
  beyond_us?: number;
  /** Null: the clock never stops. */
  detect_us: number | null;
  control_us: number | null;
  data_us: number | null;
  recover_new_us: number | null;
  recover_existing_us: { p50: number | null; p95: number | null; never: number };
  lost: { forward: number; return: number; total: number };
  /** How long connections stood still that went on: for their user, and for the network alone. */
  stall_us?: Record<"with_rto" | "without_rto", { p95: number | null; worst: number | null }>;
  /** Share of new connections that meet other stateful appliances there than back. */
  asymmetric?: { before: number; worst: number; after: number };
  dual_active_us?: number;
  calls?: { writes: number; polls: number; refusals: number; denied?: number; lowest_tokens: number | null };
  phases_us?: Record<"detect" | "decide" | "control" | "program", number | null>;
  lost_by_cause: Record<string, number>;
  flows: Outcomes;
}

/** What became of connections: five exclusive shares that add up to 1. */
export type Outcomes = Record<"survived" | "stalled" | "reset" | "hung" | "never_started", number>;

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
  moments: Moment[];
  metrics: Metrics | null;
}

export interface Race {
  fault_us: number;
  fault: string;
  duration_us: number;
  contenders: Contender[];
  /** Simulated time up to which the race is told; events come in the order of it. */
  told_us: number;
  /** Played live: people break and mend things while it goes on, and nobody knows when it ends. */
  live: boolean;
  /** When something was broken or mended: the fault, or what people did in a live race. */
  strikes: number[];
}

/** True while a live race goes on: it has an open end. */
export function isGrowing(race: Race): boolean {
  return race.live && race.contenders.some((one) => one.metrics === null);
}

/** Return the race that some events tell, in the order in which the designs came in; null before any did. */
export function race(events: readonly RunEvent[]): Race | null {
  const found = new Map<string, Contender>();
  let made: Race | null = null;
  for (const event of events) {
    if (event.event === "failover.started") {
      made ??= begun(event);
      made.duration_us = Math.max(made.duration_us, Number(event.duration_us ?? 0));
      const one = contender(event);
      found.set(one.design, one);
      made.contenders.push(one);
      continue;
    }
    if (!made) continue;
    const one = found.get(String(event.design ?? ""));
    const live = event.event === "live.clock" || event.event === "live.command";
    if (!one && !live) continue;
    made.told_us = Math.max(made.told_us, Number(event.t_us ?? event.to_us ?? 0));
    if (one) tell(one, event);
    if (event.event === "live.command" && event.accepted && (event.command as { kind?: string }).kind === "inject") made.strikes.push(Number(event.t_us));
  }
  if (made?.live) made.duration_us = Math.max(made.duration_us, made.told_us);
  return made;
}

function begun(event: RunEvent): Race {
  const fault = event.fault as { name: string; at_us: number };
  const live = event.live === true;
  return { fault_us: fault.at_us, fault: fault.name, duration_us: 0, contenders: [], told_us: 0, live, strikes: live ? [] : [fault.at_us] };
}

function contender(event: RunEvent): Contender {
  const { design, title, mechanism, seed, flows, assumptions } = event as unknown as Contender;
  return { design, title, mechanism, seed, flows, assumptions, notes: [], spans: [], strips: [], moments: [], metrics: null };
}

function tell(one: Contender, event: RunEvent): void {
  if (event.event === "failover.moment") one.moments.push(event as unknown as Moment);
  if (event.event === "failover.event") one.notes.push(event as unknown as Note);
  if (event.event === "failover.span") one.spans.push(event as unknown as Span);
  if (event.event === "failover.strip") one.strips.push(event as unknown as Strip);
  if (event.event === "failover.metrics") one.metrics = event as unknown as Metrics;
}

/** Return what is true of a design at a time; null before it is told. */
export function momentAt(one: Contender, t_us: number): Moment | null {
  return one.moments.filter((moment) => moment.t_us <= t_us).at(-1) ?? one.moments[0] ?? null;
}

/** Return the shares of a flow's new packets that arrive, there and back; 0 where no way leads through. */
export function sharesOf(moment: Moment, flow: string): { forward: number; back: number } {
  const arrived = (direction: Way["direction"]): number =>
    moment.ways.filter((way) => way.flow === flow && way.direction === direction && way.outcome === "delivered").reduce((sum, way) => sum + way.share, 0);
  return { forward: arrived("forward"), back: arrived("return") };
}

/** Return how flows fare together in one direction: each counts alike, and a piece ends where that of any flow does. */
export function together(strips: readonly Strip[], direction: Strip["direction"]): Omit<Strip, "flow">[] {
  const parts = strips.filter((strip) => strip.direction === direction);
  const ends = [...new Set(parts.flatMap((part) => [part.from_us, part.to_us]))].sort((a, b) => a - b);
  const made: Omit<Strip, "flow">[] = [];
  ends.slice(1).forEach((to_us, index) => {
    const from_us = ends[index] ?? 0;
    const here = parts.filter((part) => part.from_us <= from_us && part.to_us >= to_us);
    if (here.length === 0) return;
    const codes: Record<string, number> = {};
    for (const part of here) for (const [code, share] of Object.entries(part.codes)) codes[code] = (codes[code] ?? 0) + share / here.length;
    made.push({ direction, from_us, to_us, delivered: here.reduce((sum, part) => sum + part.delivered, 0) / here.length, codes });
  });
  return made;
}

/** Return all times at which something happens, once each, in order. */
export function eventTimes(race: Race): number[] {
  return [...new Set(race.contenders.flatMap((one) => one.notes.map((note) => note.t_us)))].sort((a, b) => a - b);
}

/** Return the time of the next event behind a time, or of the last one before it; null where there is none. */
export function neighbour(times: readonly number[], at: number, step: 1 | -1): number | null {
  const there = step === 1 ? times.find((time) => time > at + 1) : times.findLast((time) => time < at - 1);
  return there ?? null;
}

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99?: number | null;
  max?: number | null;
  never?: number;
}

export interface TargetVerdict {
  recover_s: number | null;
  lose_packets: number | null;
  /** Share of the trials that meet it. */
  share: number;
  passed: boolean;
  /** How far the p95 is inside the target; negative: beyond it, null: never recovers, or not asked for. */
  margin_s: number | null;
  margin_packets: number | null;
}

export interface TrialsRow {
  design: string;
  title: string;
  mechanism: string;
  new: Percentiles & { mean?: number | null; by_hand?: number };
  existing: Percentiles;
  lost: Percentiles & { mean?: number };
  lost_by_cause?: Record<string, number>;
  flows?: Outcomes;
  clocks: Record<(typeof CLOCKS)[number], number | null>;
  dominated: Record<(typeof CLOCKS)[number], number>;
  interval: { p50: [number | null, number | null]; p95: [number | null, number | null] };
  ecdf: [number, number][];
  target?: TargetVerdict | null;
  /** Why the clocks cannot be told apart, in a sentence; null: they can. */
  whole?: string | null;
  /** Share of the trials in which the clocks run beyond the recovery of new flows. */
  beyond?: number;
}

/** What a design means for a month. */
export interface Month {
  design: string;
  event: string;
  /** What happens, as people count it. */
  words: string;
  per_month: number;
  grade: string;
  source: string;
  window_s: number;
  false_per_month: number;
  false_seconds: number;
  seconds: number;
  availability: number;
  target: number;
  budget_s: number;
  budget_used: number;
  met: boolean;
}

export interface Summary {
  n: number;
  seed: number;
  designs: TrialsRow[];
  ratio: { slow: string; fast: string; p50: number } | null;
  availability?: Month[];
  /** Which event the fault stands for in a month; null: for none. */
  rate_of?: string | null;
  /** Why no month is shown; null: one is. */
  no_month?: string | null;
}

export interface Partial {
  design: string;
  title?: string;
  p50: number | null;
  p95: number | null;
  ecdf?: [number, number][];
}

export interface Trials {
  done: number;
  n: number;
  partial: Partial[];
  summary: Summary | null;
}

export interface SweepPoint {
  parameter: string;
  value: number | string;
  designs: { design: string; title: string; p50: number | null; p95: number | null; p99: number | null; never: number; lost_p50: number; month_s: number | null; false_per_month: number }[];
}

export interface Sweep {
  points: SweepPoint[];
  summary: {
    parameter: string;
    n: number;
    seed: number;
    values: (number | string)[];
    designs: { design: string; best_value: number | string | null; best_p95: number | null; worst_p95: number | null; best_month_value: number | string | null; best_month_s: number | null }[];
  } | null;
}

/** Return the points of a sweep so far, and its summary once there is one. */
export function sweep(events: readonly RunEvent[]): Sweep {
  return {
    points: events.filter((event) => event.event === "sweep.point") as unknown as SweepPoint[],
    summary: (events.find((event) => event.event === "sweep.summary") as unknown as Sweep["summary"] | undefined) ?? null,
  };
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
    if (event.event === "trials.summary") made.summary = event as unknown as Summary;
  }
  return made;
}

/** Say that clocks cover more than the recovery beside them; null where none do. */
export function beyondWords(titles: readonly string[], all: number): string | null {
  if (titles.length === 0) return null;
  const whose = titles.length === all ? t("The clocks") : t("The clocks of {titles}", { titles: titles.join(", ") });
  return t("{whose} cover the whole procedure, also calls and hosts that no flow waits for.", { whose });
}

/** Return who is best in a column of numbers, smallest first; null means never and cannot win. No winner in a tie. */
export function winner<T>(rows: readonly T[], value: (row: T) => number | null | undefined): T | null {
  const known = rows.filter((row) => typeof value(row) === "number");
  const best = known.sort((a, b) => Number(value(a)) - Number(value(b)))[0];
  if (best === undefined || rows.length < 2) return null;
  return known.filter((row) => value(row) === value(best)).length === 1 ? best : null;
}

const LONG: [unit: string, s: number][] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** Return seconds as people read them: 0.35 s, 13.0 s, 12 min 5 s, 2 h, 3 d 4 h. */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return "never";
  if (value < 120) return t("{value} s", { value: value.toFixed(value < 1 ? 2 : 1) });
  const first = LONG.findIndex(([, length]) => value >= length);
  const [unit, length] = LONG[first] ?? ["s", 1];
  const [less, part] = LONG[first + 1] ?? ["s", 1];
  const rounded = Math.round(value / part) * part;
  const rest = Math.round((rounded % length) / part);
  return rest === 0 ? `${Math.floor(rounded / length)} ${unit}` : `${Math.floor(rounded / length)} ${unit} ${rest} ${less}`;
}

/** Return an interval of seconds; one value where both ends are the same. */
export function between([low, high]: readonly [number | null, number | null]): string {
  return seconds(low) === seconds(high) ? seconds(low) : t("{seconds} to {seconds2}", { seconds: seconds(low), seconds2: seconds(high) });
}

/** Return microseconds as people read them. */
export function duration(us: number | null | undefined): string {
  return seconds(us === null || us === undefined ? us : us / 1e6);
}

/** Return a time on the clock that starts with the fault: +12.4 s. */
export function clock(t_us: number, fault_us: number): string {
  const seconds = (t_us - fault_us) / 1e6;
  return t("{sign}{value} s", { sign: seconds < 0 ? "−" : "+", value: Math.abs(seconds).toFixed(1) });
}

/** Return the title of a design in a summary. */
export function titleOf(summary: Summary, design: string): string {
  return summary.designs.find((row) => row.design === design)?.title ?? design;
}

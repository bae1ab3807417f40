/** A race that is played live: its clock, what people did to it, and the open ends of its lanes. Knows no DOM. */

import { type Contender, type Lane, type Moment, type Span, type Strip, momentAt } from "./race";
import { mark, t } from "./text";
import type { JsonObject, RunEvent } from "./types";

export interface Command {
  number: number;
  t_us: number;
  /** Who pressed, as they are called. */
  by: string;
  command: { kind: "inject"; step: JsonObject } | { kind: "pace"; pace: number } | { kind: "end" };
  accepted: boolean;
  /** Why it was refused. */
  reason: string;
}

export interface Saved {
  fault: string;
  scenario: string;
  url: string;
  revision: number;
}

export interface Live {
  /** Simulated seconds a second; 0: paused. */
  pace: number;
  designs: string[];
  protects: string | null;
  commands: Command[];
  saved: Saved | null;
}

/** Return what some events say of a live race; null before it began. */
export function live(events: readonly RunEvent[]): Live | null {
  let made: Live | null = null;
  for (const event of events) {
    if (event.event === "live.started") {
      made ??= { pace: Number(event.pace), designs: event.designs as string[], protects: (event.protects as string | null | undefined) ?? null, commands: [], saved: null };
      continue;
    }
    if (!made) continue;
    if (event.event === "live.clock") made.pace = Number(event.pace);
    if (event.event === "live.saved") made.saved = event as unknown as Saved;
    if (event.event !== "live.command") continue;
    const command = event as unknown as Command;
    made.commands.push(command);
    if (command.accepted && command.command.kind === "pace") made.pace = command.command.pace;
  }
  return made;
}

/** Return the strips of a design up to a time: those told, and the open one of each flow and direction. */
export function stripsUntil(one: Contender, now_us: number): Strip[] {
  if (one.metrics !== null) return one.strips;
  const first = one.moments[0];
  const moment = momentAt(one, now_us);
  if (!first || !moment) return one.strips;
  const open = one.flows.flatMap((flow) =>
    (["forward", "return"] as const).flatMap((direction): Strip[] => {
      const from_us = one.strips.filter((strip) => strip.flow === flow.id && strip.direction === direction).reduce((last, strip) => Math.max(last, strip.to_us), first.t_us);
      return from_us < now_us ? [{ flow: flow.id, direction, from_us, to_us: now_us, ...fate(moment, flow.id, direction) }] : [];
    }),
  );
  return [...one.strips, ...open];
}

function fate(moment: Moment, flow: string, direction: Strip["direction"]): Pick<Strip, "delivered" | "codes"> {
  const codes: Record<string, number> = {};
  let delivered = 0;
  for (const way of moment.ways) {
    if (way.flow !== flow || way.direction !== direction) continue;
    if (way.outcome === "delivered") delivered += way.share;
    else codes[way.code ?? way.outcome] = (codes[way.code ?? way.outcome] ?? 0) + way.share;
  }
  return { delivered, codes };
}

/** Return the spans of a design up to a time: those told, and what has begun on a lane and not ended. */
export function spansUntil(one: Contender, now_us: number): Span[] {
  if (one.metrics !== null) return one.spans;
  const open = [openDetect(one, now_us), openControl(one), openData(one, now_us), openFlows(one, now_us)];
  return [...one.spans, ...open.flatMap((span): Span[] => (span && span.from_us < now_us ? [{ ...span, to_us: now_us, open: true }] : []))];
}

type Opened = Omit<Span, "to_us" | "open"> | null;

/** When a lane was last known to be finished with what it did. */
function ended(one: Contender, lane: Lane): number {
  const spans = one.spans.filter((span) => span.lane === lane).map((span) => span.to_us);
  const notes = one.notes.filter((note) => note.lane === lane && note.kind === "end").map((note) => note.t_us);
  return Math.max(-1, ...spans, ...notes);
}

/** Somebody counts what is missed, as long as something is still broken. What is said as it breaks counts nothing. */
function openDetect(one: Contender, now_us: number): Opened {
  const moment = momentAt(one, now_us);
  if (!moment || moment.down.length + moment.zones.length === 0) return null;
  const end = ended(one, "detect");
  const breaks = new Set(one.notes.filter((note) => note.lane === "fault").map((note) => note.t_us));
  const begun = one.notes.find((note) => note.lane === "detect" && note.kind !== "end" && note.t_us > end && !breaks.has(note.t_us));
  return begun ? { lane: "detect", from_us: begun.t_us, text: t("noticing it") } : null;
}

/** A call has been sent and nobody has seen its end: its span comes when somebody does. */
function openControl(one: Contender): Opened {
  const end = Math.max(-1, ...one.spans.filter((span) => span.lane === "control").map((span) => span.to_us));
  const begun = one.notes.find((note) => note.lane === "control" && note.kind === "start" && note.t_us >= end);
  return begun ? { lane: "control", from_us: begun.t_us, text: begun.text } : null;
}

/** Some hosts still go by the old state. */
function openData(one: Contender, now_us: number): Opened {
  const told = one.moments.filter((moment) => moment.t_us <= now_us);
  const fresh = told.findLastIndex((moment) => moment.moved.every((setting) => setting.stale.length === 0));
  const begun = told[fresh + 1];
  return begun ? { lane: "data", from_us: begun.t_us, text: t("sending hosts learn the new state") } : null;
}

function openFlows(one: Contender, now_us: number): Opened {
  const from_us = flowsFailSince(one, now_us);
  return from_us === null ? null : { lane: "flows", from_us, text: t("new connections fail") };
}

/** Return since when some new flows of a design fail at a time; null while all arrive. */
export function flowsFailSince(one: Contender, at_us: number): number | null {
  const told = one.moments.filter((moment) => moment.t_us <= at_us);
  const fails = (moment: Moment): boolean => one.flows.some((flow) => (["forward", "return"] as const).some((direction) => fate(moment, flow.id, direction).delivered < 0.995));
  return told[told.findLastIndex((moment) => !fails(moment)) + 1]?.t_us ?? null;
}

/** How a VM fares: what is true of it, and since when. */
export interface Condition {
  state: "runs" | "down" | "paused" | "forwards nothing" | "probes are blocked";
  since_us: number | null;
}

const STATES: Record<string, Condition["state"]> = { pause: mark("paused"), "forwarding-stops": mark("forwards nothing"), "probe-blocked": mark("probes are blocked") };

/** Return how a VM fares at a time in a design, from its moments and from what people did. */
export function conditionOf(one: Contender, commands: readonly Command[], vm: string, zone: number | null, now_us: number): Condition {
  const last = commands.filter((command) => command.accepted && command.t_us <= now_us && command.command.kind === "inject" && command.command.step.vm === vm).at(-1);
  const step = last?.command.kind === "inject" ? last.command.step : {};
  const told = one.moments.filter((moment) => moment.t_us <= now_us);
  const dead = (moment: Moment): boolean => moment.down.includes(`vms/${vm}`) || (zone !== null && moment.zones.includes(zone));
  if (told.length > 0 && dead(told.at(-1) as Moment)) {
    const begun = told[told.findLastIndex((moment) => !dead(moment)) + 1];
    return { state: step.kind === "pause" ? "paused" : "down", since_us: begun?.t_us ?? null };
  }
  const state = STATES[String(step.kind)];
  const over = !last || (typeof step.lasts_us === "number" && last.t_us + step.lasts_us <= now_us);
  if (!state || state === "paused" || over) return { state: "runs", since_us: null };
  return { state, since_us: last.t_us };
}

/** Stretches of a live race that are shown at once, microseconds; null: all of it. */
export const WINDOWS_US = [60_000_000, 180_000_000, 600_000_000, null] as const;

/** Return the stretch of a race that is in sight: the one before while the cursor is in it, else one around the cursor. */
export function windowAt(before: { from: number; to: number } | null, at: number, length: number, start: number): { from: number; to: number } {
  if (before && before.to - before.from === length && before.from <= at && at <= before.to) return before;
  const step = length / 6;
  // Two thirds of what was stay in sight when it turns the page.
  const from = Math.max(start, Math.floor((at - (2 * length) / 3) / step) * step);
  return { from, to: from + length };
}

const LENGTHS_S = [30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 57_600, 115_200];

/** Return a round length that holds a race up to now, so that it is not redrawn all the time. */
export function roundLength(passed_us: number): number {
  return (LENGTHS_S.find((length) => length * 1e6 > passed_us) ?? Math.ceil(passed_us / 1e6)) * 1e6;
}

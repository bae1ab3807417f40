/** What lanes are made of: spans, events, pieces of a strip, and the cursor over them. */

import type { ReactNode } from "react";

import { codeWords } from "../../document/codeWords";
import { type Contender, type Lane, type Note, type Race, type Span, type Strip, clock, duration } from "../../document/race";
import { t } from "../../document/text";

export interface Scale {
  from: number;
  to: number;
  /** Where a time lies, in per cent of the whole width. */
  share: (t_us: number) => number;
}

/** What all lanes of a race need to know. */
export interface Drawn {
  race: Race;
  scale: Scale;
  at: number;
  /** Up to when a race that still grows is told; null: it is told. */
  now: number | null;
  /** Number of the chosen event. */
  event: number | null;
}

/** The clock of a race that grows runs a little behind what is told of it; nothing stands ahead of the clock. */
export function lastOf({ scale, now }: Drawn): number {
  return now === null ? scale.to : Math.min(scale.to, now);
}

/** Whether any of a stretch of time is in sight. */
export function inSight(drawn: Drawn, from_us: number, to_us: number): boolean {
  return to_us >= drawn.scale.from && from_us <= lastOf(drawn);
}

/** Return the time at which a lane was pressed; null beside the lanes. */
export function pressedAt(target: EventTarget, x: number, scale: Scale): number | null {
  const lane = target instanceof HTMLElement ? target.closest(".lane-area") : null;
  if (!lane) return null;
  const box = lane.getBoundingClientRect();
  return scale.from + ((x - box.left) / box.width) * (scale.to - scale.from);
}

function width(drawn: Drawn, from_us: number, to_us: number): string {
  return `${drawn.scale.share(Math.min(lastOf(drawn), to_us)) - drawn.scale.share(from_us)}%`;
}

export function Spans({ spans, drawn }: { spans: readonly Span[]; drawn: Drawn }): ReactNode {
  return spans
    .filter((span) => inSight(drawn, span.from_us, span.to_us))
    .map((span) => (
      <span
        key={`${span.lane} ${span.from_us} ${span.text}`}
        className={`span of-${span.lane}`}
        title={`${span.text}: ${duration(span.to_us - span.from_us)}`}
        style={{ left: `${drawn.scale.share(span.from_us)}%`, width: width(drawn, span.from_us, span.to_us) }}
      />
    ));
}

export function Events({ notes, drawn, show }: { notes: readonly Note[]; drawn: Drawn; show: (note: Note) => void }): ReactNode {
  return notes
    .filter((note) => inSight(drawn, note.t_us, note.t_us))
    .map((note) => (
      <span
        key={note.seq}
        className={note.seq === drawn.event ? "event chosen" : "event"}
        title={`${clock(note.t_us, drawn.race.fault_us)} ${note.text}`}
        style={{ left: `${drawn.scale.share(note.t_us)}%` }}
        onClick={(click) => {
          click.stopPropagation();
          show(note);
        }}
      />
    ));
}

type Piece = Omit<Strip, "flow">;

export function Pieces({ parts, drawn }: { parts: readonly Piece[]; drawn: Drawn }): ReactNode {
  return parts
    .filter((part) => inSight(drawn, part.from_us, part.to_us))
    .map((part) => (
      <span
        key={part.from_us}
        className={`piece ${tone(part)}`}
        title={pieceWords(part)}
        style={{ left: `${drawn.scale.share(part.from_us)}%`, width: width(drawn, part.from_us, part.to_us), ["--share" as string]: part.delivered }}
      />
    ));
}

export function Cursor({ drawn }: { drawn: Drawn }): ReactNode {
  const { race, scale, at, now } = drawn;
  return (
    <>
      <span className="veil" style={{ left: `${scale.share(at)}%` }} />
      {race.strikes
        .filter((strike) => inSight(drawn, strike, strike))
        .map((strike, index) => (
          <span key={index} className="struck-at" style={{ left: `${scale.share(strike)}%` }} />
        ))}
      {now !== null && now > at && <span className="newest" style={{ left: `${scale.share(now)}%` }} />}
      <span className="cursor" style={{ left: `${scale.share(at)}%` }} />
    </>
  );
}

function tone(part: Piece): string {
  return part.delivered >= 0.995 ? "whole" : part.delivered <= 0.005 ? "gone" : "part";
}

function pieceWords(part: Piece): string {
  const codes = Object.entries(part.codes).map(([code, share]) => `${codeWords(code)} ${Math.round(share * 100)} %`);
  return [t("{duration}: {percent} % of new flows get through", { duration: duration(part.to_us - part.from_us), percent: Math.round(part.delivered * 100) }), ...codes].join("; ");
}

export function stripWords(name: string, direction: string, parts: readonly Piece[]): string {
  const bad = parts.filter((part) => part.delivered < 0.995).reduce((sum, part) => sum + part.to_us - part.from_us, 0);
  return `${name}, ${direction}: ${bad > 0 ? t("disturbed for {duration}", { duration: duration(bad) }) : t("undisturbed")}`;
}

export function laneWords(one: Contender, lane: Lane): string {
  const events = t("{n} events", { n: one.notes.filter((note) => note.lane === lane).length });
  if (lane === "fault") return t("fault of {title}: {events}", { title: one.title, events });
  if (lane !== "flows" && one.metrics?.whole) return t("{lane} of {title}: not separable, {events}", { lane: t(lane), title: one.title, events });
  const time = lane === "flows" ? one.metrics?.recover_new_us : one.metrics?.[`${lane}_us`];
  return t("{lane} of {title}: {what}, {events}", { lane: t(lane), title: one.title, what: time === undefined ? t("running") : duration(time), events });
}

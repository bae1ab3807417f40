/** One design of a race: its lanes detect, control, data and flows, and a strip per flow and direction. */

import type { ReactNode } from "react";

import { spansUntil, stripsUntil } from "../../document/live";
import { CLOCKS, type Contender, type Lane, type Note, type Race, type Strip, clock, duration } from "../../document/race";
import { Fares } from "./Standings";

export interface Scale {
  from: number;
  to: number;
  /** Where a time lies, in per cent of the whole width. */
  share: (t_us: number) => number;
}

const LANES = [...CLOCKS, "flows"] as const;
const STEPS_S = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600];

export function Ticks({ scale, fault }: { scale: Scale; fault: number }): ReactNode {
  const length = (scale.to - Math.max(scale.from, fault)) / 1e6;
  const step = STEPS_S.find((one) => length / one <= (innerWidth < 700 ? 4 : 10)) ?? 7200;
  const marks: number[] = [];
  // The last word needs room to its right.
  const first = Math.max(0, Math.ceil((scale.from - fault) / 1e6 / step) * step);
  for (let second = first; fault + second * 1e6 <= scale.to && scale.share(fault + second * 1e6) < 95; second += step) marks.push(second);
  return (
    <div className="track-row ticks" aria-hidden="true">
      <span />
      <span className="lane-area">
        {marks.map((second) => (
          <span key={second} className="tick mono" style={{ left: `${scale.share(fault + second * 1e6)}%` }}>
            {second} s
          </span>
        ))}
      </span>
    </div>
  );
}

interface Props {
  one: Contender;
  race: Race;
  scale: Scale;
  at: number;
  /** Up to when a race that still grows is told; null: it is told. */
  now: number | null;
  /** The flow that is on the drawing; null: another design is. */
  shown: string | null;
  event: number | null;
  seek: (t_us: number) => void;
  choose: (flow: string) => void;
  show: (note: Note) => void;
}

export function Track({ one, race, scale, at, now, shown, event, seek, choose, show }: Props): ReactNode {
  const place = (target: HTMLElement, x: number): void => {
    const lane = target.closest(".lane-area");
    if (!lane) return;
    const box = lane.getBoundingClientRect();
    seek(scale.from + ((x - box.left) / box.width) * (scale.to - scale.from));
  };
  const lanes: Lane[] = one.notes.filter((note) => note.lane === "fault").length > 1 ? ["fault", ...LANES] : [...LANES];
  // The clock of a race that grows runs a little behind what is told of it; nothing stands ahead of the clock.
  const last = now === null ? scale.to : Math.min(scale.to, now);
  const inSight = (from_us: number, to_us: number): boolean => to_us >= scale.from && from_us <= last;
  const spans = (now === null ? one.spans : spansUntil(one, now)).filter((span) => inSight(span.from_us, span.to_us));
  const strips = (now === null ? one.strips : stripsUntil(one, now)).filter((strip) => inSight(strip.from_us, strip.to_us));
  const notes = one.notes.filter((note) => inSight(note.t_us, note.t_us));
  const cursor = <Cursor scale={scale} at={at} now={now} strikes={race.strikes.filter((strike) => inSight(strike, strike))} />;
  return (
    <div className={shown === null ? "track" : "track on-drawing"}>
      <div className="track-head">
        <h3>
          {one.title} <span className="badge mono">{one.mechanism}</span>
        </h3>
        {now !== null && <Lately notes={one.notes} at={at} fault={race.fault_us} />}
        <Result one={one} grows={now !== null} at={at} fault={race.fault_us} />
      </div>
      <div onClick={(click) => { place(click.target as HTMLElement, click.clientX); }}>
        {lanes.map((lane) => (
          <div key={lane} className="track-row">
            <span className="lane-name">{lane}</span>
            <span className={`lane-area ${lane}`} role="img" aria-label={laneWords(one, lane)}>
              {spans
                .filter((span) => span.lane === lane)
                .map((span) => (
                  <span
                    key={`${span.from_us} ${span.text}`}
                    className="span"
                    title={`${span.text}: ${duration(span.to_us - span.from_us)}`}
                    style={{ left: `${scale.share(span.from_us)}%`, width: `${scale.share(Math.min(last, span.to_us)) - scale.share(span.from_us)}%` }}
                  />
                ))}
              {notes
                .filter((note) => note.lane === lane)
                .map((note) => (
                  <span
                    key={note.seq}
                    className={note.seq === event ? "event chosen" : "event"}
                    title={`${clock(note.t_us, race.fault_us)} ${note.text}`}
                    style={{ left: `${scale.share(note.t_us)}%` }}
                    onClick={(click) => {
                      click.stopPropagation();
                      show(note);
                    }}
                  />
                ))}
              {cursor}
            </span>
          </div>
        ))}
        {one.flows.map((flow) => (
          <div key={flow.id} className="track-flow">
            <button
              type="button"
              className="flow-name link"
              aria-pressed={shown === flow.id}
              title={`Show ${flow.name} of ${one.title} on the drawing`}
              aria-label={`${flow.name} of ${one.title}: show on the drawing`}
              onClick={() => { choose(flow.id); }}
            >
              {flow.name}
            </button>
            {(["forward", "return"] as const).map((direction) => {
            const parts = strips.filter((strip) => strip.flow === flow.id && strip.direction === direction);
            return (
              <div key={direction} className="track-row">
                <span className="lane-name">{direction === "forward" ? "→ there" : "← back"}</span>
                <span className="lane-area strip" role="img" aria-label={stripWords(flow.name, direction, parts)} onClick={() => { choose(flow.id); }}>
                  {parts.map((part) => (
                    <span
                      key={part.from_us}
                      className={`piece ${tone(part)}`}
                      title={pieceWords(part)}
                      style={{
                        left: `${scale.share(part.from_us)}%`,
                        width: `${scale.share(Math.min(last, part.to_us)) - scale.share(part.from_us)}%`,
                        ["--share" as string]: part.delivered,
                      }}
                    />
                  ))}
                  {cursor}
                </span>
              </div>
            );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

/** What a design did last, while the race goes on; what it means for flows stands beside it. */
function Lately({ notes, at, fault }: { notes: Note[]; at: number; fault: number }): ReactNode {
  const last = notes.findLast((note) => note.t_us <= at && note.lane !== "flows");
  return (
    <span className="lately" title={last?.text}>
      {last && (
        <>
          <span className="mono">{clock(last.t_us, fault)}</span> {last.text}
        </>
      )}
    </span>
  );
}

function Result({ one, grows, at, fault }: { one: Contender; grows: boolean; at: number; fault: number }): ReactNode {
  const { metrics } = one;
  if (!metrics && grows) {
    return (
      <span className="track-result">
        <Fares one={one} at={at} fault={fault} />
      </span>
    );
  }
  if (!metrics) return <span className="muted">running</span>;
  return (
    <span className="track-result">
      <span>
        new flows back <strong className="mono">{metrics.recover_new_us === null ? "never" : `after ${duration(metrics.recover_new_us)}`}</strong>
      </span>
      <span>
        lost <strong className="mono">{metrics.lost.total.toLocaleString("en")}</strong>
      </span>
    </span>
  );
}

function Cursor({ scale, at, now, strikes }: { scale: Scale; at: number; now: number | null; strikes: number[] }): ReactNode {
  return (
    <>
      <span className="veil" style={{ left: `${scale.share(at)}%` }} />
      {strikes.map((strike, index) => (
        <span key={index} className="struck-at" style={{ left: `${scale.share(strike)}%` }} />
      ))}
      {now !== null && now > at && <span className="newest" style={{ left: `${scale.share(now)}%` }} />}
      <span className="cursor" style={{ left: `${scale.share(at)}%` }} />
    </>
  );
}

function tone(part: Strip): string {
  return part.delivered >= 0.995 ? "whole" : part.delivered <= 0.005 ? "gone" : "part";
}

function pieceWords(part: Strip): string {
  const codes = Object.entries(part.codes).map(([code, share]) => `${code} ${Math.round(share * 100)} %`);
  return [`${duration(part.to_us - part.from_us)}: ${Math.round(part.delivered * 100)} % of new flows get through`, ...codes].join("; ");
}

function stripWords(name: string, direction: string, parts: Strip[]): string {
  const bad = parts.filter((part) => part.delivered < 0.995).reduce((sum, part) => sum + part.to_us - part.from_us, 0);
  return `${name}, ${direction}: ${bad > 0 ? `disturbed for ${duration(bad)}` : "undisturbed"}`;
}

function laneWords(one: Contender, lane: Lane): string {
  const events = `${one.notes.filter((note) => note.lane === lane).length} events`;
  if (lane === "fault") return `fault of ${one.title}: ${events}`;
  const time = lane === "flows" ? one.metrics?.recover_new_us : one.metrics?.[`${lane}_us`];
  return `${lane} of ${one.title}: ${time === undefined ? "running" : duration(time)}, ${events}`;
}

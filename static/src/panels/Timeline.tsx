/** One race: every design on the same clock, three lanes, a strip for each direction, numbers beside it. */

import { Pause, Play } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";

import { CLOCKS, type Contender, type Note, type Race, type Strip, duration, winner } from "../document/race";
import { select } from "../document/store";
import { type Player, usePlayer } from "../playback/player";
import { FlowBar } from "./FlowBar";
import { Grade } from "./Grade";

/** Simulated seconds shown before the fault. */
const BEFORE_US = 5_000_000;
const SPEEDS = [1, 5, 15, 60];

interface Scale {
  from: number;
  to: number;
  share: (t_us: number) => number;
}

export function RaceView({ race }: { race: Race }): ReactNode {
  const scale = useMemo(() => {
    const from = Math.max(0, race.fault_us - BEFORE_US);
    const to = Math.max(race.duration_us, race.fault_us + 1);
    return { from, to, share: (t: number) => (100 * (Math.max(from, Math.min(to, t)) - from)) / (to - from) };
  }, [race.fault_us, race.duration_us]);
  const [speed, setSpeed] = useState(15);
  const player = usePlayer(scale.to - scale.from, speed * 1_000_000, 1_000_000);
  const at = scale.from + player.at;
  const complete = race.contenders.every((one) => one.metrics !== null);
  useEffect(() => {
    // A race that has just come in plays itself once; who wants less motion sees its end.
    if (!complete) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) player.seek(scale.to - scale.from);
    else player.toggle();
    // Only the arrival of the last number starts it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [complete]);
  return (
    <section className="race" data-testid="race" aria-label="Race" onKeyDown={player.keys} tabIndex={-1}>
      <div className="player">
        <button type="button" className="button small icon" aria-label={player.playing ? "Pause" : "Play"} onClick={player.toggle}>
          {player.playing ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
        </button>
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={clock(at, race.fault_us)}
          min={0}
          max={scale.to - scale.from}
          step={100_000}
          value={player.at}
          onChange={(event) => {
            player.seek(Number(event.target.value));
          }}
        />
        <span className="mono">{clock(at, race.fault_us)}</span>
        <select className="input speed" aria-label="Speed" value={speed} onChange={(event) => { setSpeed(Number(event.target.value)); }}>
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              ×{one}
            </option>
          ))}
        </select>
        <span className="muted">{race.fault} at 0 s; seed {race.contenders[0]?.seed}</span>
      </div>
      <div className="tracks">
        <Ticks scale={scale} fault={race.fault_us} />
        {race.contenders.map((one) => (
          <Track key={one.design} one={one} scale={scale} at={at} player={player} />
        ))}
      </div>
      <Numbers race={race} />
      <Happened race={race} at={at} />
      <Assumptions race={race} />
    </section>
  );
}

function clock(t_us: number, fault_us: number): string {
  const seconds = (t_us - fault_us) / 1e6;
  return `${seconds < 0 ? "−" : "+"}${Math.abs(seconds).toFixed(1)} s`;
}

function Ticks({ scale, fault }: { scale: Scale; fault: number }): ReactNode {
  const length = (scale.to - fault) / 1e6;
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600].find((one) => length / one <= (innerWidth < 700 ? 4 : 10)) ?? 7200;
  const marks: number[] = [];
  for (let second = 0; second <= length; second += step) marks.push(second);
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

function Track({ one, scale, at, player }: { one: Contender; scale: Scale; at: number; player: Player }): ReactNode {
  return (
    <div className="track">
      <h3>
        {one.title} <span className="badge mono">{one.mechanism}</span>
      </h3>
      <div
        onClick={(event) => {
          const lane = (event.target as HTMLElement).closest(".lane-area");
          if (!lane) return;
          const box = lane.getBoundingClientRect();
          player.seek(((event.clientX - box.left) / box.width) * (scale.to - scale.from));
        }}
      >
        {CLOCKS.map((lane) => (
          <div key={lane} className="track-row">
            <span className="lane-name">{lane}</span>
            <span className={`lane-area ${lane}`} role="img" aria-label={laneWords(one, lane)}>
              {one.spans
                .filter((span) => span.lane === lane)
                .map((span) => (
                  <span
                    key={`${span.from_us} ${span.text}`}
                    className="span"
                    title={`${span.text}: ${duration(span.to_us - span.from_us)}`}
                    style={{ left: `${scale.share(span.from_us)}%`, width: `${scale.share(span.to_us) - scale.share(span.from_us)}%` }}
                  />
                ))}
              {one.notes
                .filter((note) => note.lane === lane)
                .map((note) => (
                  <span key={`${note.t_us} ${note.text}`} className="event" title={note.text} style={{ left: `${scale.share(note.t_us)}%` }} />
                ))}
              <Cursor scale={scale} at={at} />
            </span>
          </div>
        ))}
        {one.flows.flatMap((flow) =>
          (["forward", "return"] as const).map((direction) => {
            const parts = one.strips.filter((strip) => strip.flow === flow.id && strip.direction === direction);
            return (
              <div key={`${flow.id} ${direction}`} className="track-row">
                <span className="lane-name">
                  {flow.name} {direction === "forward" ? "→" : "←"}
                </span>
                <span className="lane-area strip" role="img" aria-label={stripWords(flow.name, direction, parts)}>
                  {parts.map((part) => (
                    <span
                      key={part.from_us}
                      className={`piece ${tone(part)}`}
                      title={pieceWords(part)}
                      style={{
                        left: `${scale.share(part.from_us)}%`,
                        width: `${scale.share(part.to_us) - scale.share(part.from_us)}%`,
                        ["--share" as string]: part.delivered,
                      }}
                    />
                  ))}
                  <Cursor scale={scale} at={at} />
                </span>
              </div>
            );
          }),
        )}
      </div>
    </div>
  );
}

function Cursor({ scale, at }: { scale: Scale; at: number }): ReactNode {
  return (
    <>
      <span className="veil" style={{ left: `${scale.share(at)}%` }} />
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

function laneWords(one: Contender, lane: (typeof CLOCKS)[number]): string {
  const time = one.metrics?.[`${lane}_us`];
  return `${lane} of ${one.title}: ${time === undefined ? "running" : duration(time)}`;
}

function Numbers({ race }: { race: Race }): ReactNode {
  const done = race.contenders.filter((one) => one.metrics !== null);
  if (done.length === 0) return null;
  const columns: [string, (one: Contender) => number | null | undefined, (value: number | null | undefined) => string][] = [
    ["Detect", (one) => one.metrics?.detect_us, duration],
    ["Control", (one) => one.metrics?.control_us, duration],
    ["Data", (one) => one.metrics?.data_us, duration],
    ["New flows recover", (one) => one.metrics?.recover_new_us, duration],
    ["Existing flows recover, p50", (one) => one.metrics?.recover_existing_us.p50, duration],
    ["Existing flows never", (one) => one.metrics?.recover_existing_us.never, (value) => `${Math.round(Number(value) * 100)} %`],
    ["Packets lost", (one) => one.metrics?.lost.total, (value) => Number(value).toLocaleString("en")],
  ];
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="Numbers of the race">
      <table className="table" data-testid={done.length === race.contenders.length ? "race-metrics" : undefined}>
        <caption>
          Existing flows: connections open when the fault struck. The last column counts all connections, those opened later included.
        </caption>
        <thead>
          <tr>
            <th scope="col">Design</th>
            {columns.map(([name]) => (
              <th scope="col" className="number" key={name}>
                {name}
              </th>
            ))}
            <th scope="col">All connections</th>
          </tr>
        </thead>
        <tbody>
          {done.map((one) => (
            <tr key={one.design}>
              <th scope="row">{one.title}</th>
              {columns.map(([name, value, written]) => {
                const text = written(value(one));
                return (
                  <td className="number" key={name}>
                    {winner(done, value) === one ? <strong>{text}</strong> : text}
                  </td>
                );
              })}
              <td>{one.metrics && <FlowBar flows={one.metrics.flows} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Happened({ race, at }: { race: Race; at: number }): ReactNode {
  const rows = race.contenders.flatMap((one) => one.notes.map((note) => ({ one, note }))).sort((a, b) => a.note.t_us - b.note.t_us);
  const now = rows.filter((row) => row.note.t_us <= at).length - 1;
  return (
    <details className="happened">
      <summary>Everything that happened ({rows.length})</summary>
      <ol>
        {rows.map(({ one, note }, index) => (
          <li key={`${one.design} ${index}`} aria-current={index === now ? "step" : undefined} className={index <= now ? "past" : ""}>
            <span className="mono">{clock(note.t_us, race.fault_us)}</span> <span className={`lane-word ${note.lane}`}>{note.lane}</span>{" "}
            <span className="muted">{one.title}</span> <What note={note} /> <Grade grade={note.grade} source={note.source} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function What({ note }: { note: Note }): ReactNode {
  if (!note.ref) return note.text;
  return (
    <button type="button" className="link" onClick={() => { select(note.ref, true); }}>
      {note.text}
    </button>
  );
}

function Assumptions({ race }: { race: Race }): ReactNode {
  return (
    <details className="happened">
      <summary>What it rests on: numbers with grade and source</summary>
      {race.contenders.map((one) => (
        <div key={one.design} className="table-wrap">
          <table className="table">
            <caption>{one.title}</caption>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">Value</th>
                <th scope="col">Grade and source</th>
              </tr>
            </thead>
            <tbody>
              {one.assumptions.map((row) => (
                <tr key={row.name}>
                  <td>{row.name}</td>
                  <td>{row.value}</td>
                  <td>
                    <Grade grade={row.grade} source={row.source} open />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </details>
  );
}

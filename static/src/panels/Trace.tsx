/** The trace: choose a packet, run it, read every decision there and back. */

import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";

import { children, text } from "../document/drawing";
import { type PacketPath, type Tone, select, update, useWorkbench } from "../document/store";
import type { Direction, Header, JsonObject, RunEvent, Step, Verdict } from "../document/types";
import { type Player, usePlayer } from "../playback/player";
import { type Followed, isLive, start, useFollowed } from "../protocol/followed";
import { FactLinks, Sources } from "./FactLinks";
import { Mark } from "./Mark";
import { Fault, Waiting } from "./Waiting";

interface Told {
  direction: Direction;
  step: Step;
}

interface End {
  direction: Direction;
  verdict: Verdict;
  branches: { label: string; share: number; verdict: Verdict }[];
}

const STEPS_PER_SECOND = 12;

export function Trace(): ReactNode {
  const followed = useFollowed("trace");
  const can = useWorkbench((state) => state.can.run);
  const steps = useMemo(() => told(followed.events), [followed.events]);
  const ends = useMemo(() => verdicts(followed.events), [followed.events]);
  const player = usePlayer(steps.length, STEPS_PER_SECOND, 1);
  const { toggle } = player;
  const shown = Math.min(steps.length, Math.ceil(player.at));
  useEffect(() => {
    // A finished trace plays itself once, from its first step; who wants less motion sees all of it.
    if (ends.length === 0) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) player.seek(steps.length);
    else toggle();
    // Only the arrival of a verdict starts it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [followed.id, ends.length > 0]);
  useCanvas(steps, shown, ends);
  return (
    <div className="panel" onKeyDown={player.keys}>
      {can && <Question followed={followed} />}
      <Fault followed={followed} />
      {steps.length > 0 && (
        <>
          <Controls player={player} count={steps.length} shown={shown} />
          <Direction_ direction="forward" steps={steps} shown={shown} end={ends.find((end) => end.direction === "forward")} />
          <Direction_ direction="return" steps={steps} shown={shown} end={ends.find((end) => end.direction === "return")} />
        </>
      )}
      {steps.length === 0 && !isLive(followed) && (
        <p className="muted">Choose who sends and who shall receive; the steps and the verdict appear here and on the drawing.</p>
      )}
      <Waiting followed={followed} what="The packet is on its way" />
    </div>
  );
}

function told(events: readonly RunEvent[]): Told[] {
  return events
    .filter((event) => event.event === "trace.step" && event.packet !== 3)
    .map((event) => ({ direction: event.direction as Direction, step: event.step as Step }));
}

/** Verdicts by direction; packet 3 of a handshake, where there is one, has the last word on the way forward. */
function verdicts(events: readonly RunEvent[]): End[] {
  const found = new Map<Direction, End>();
  for (const event of events)
    if (event.event === "trace.verdict") found.set(event.direction as Direction, event as unknown as End);
  return [...found.values()];
}

function useCanvas(steps: Told[], shown: number, ends: End[]): void {
  useEffect(() => {
    const seen = steps.slice(0, shown);
    const paths: PacketPath[] = [];
    for (const direction of ["forward", "return"] as const) {
      const points = seen.filter((one) => one.direction === direction).map((one) => one.step.at);
      const way = points.filter((point, index): point is string => point !== null && point !== points[index - 1]);
      const all = steps.filter((one) => one.direction === direction).length;
      const end = ends.find((one) => one.direction === direction);
      const tone: Tone = end && points.length === all ? end.verdict.outcome : "active";
      if (way.length > 0) paths.push({ direction, points: way, reached: way.length, tone });
    }
    const last = seen.at(-1)?.step.at;
    update({ paths, highlights: last ? [{ path: last, tone: paths.at(-1)?.tone ?? "active" }] : [] });
    return () => {
      update({ paths: [], highlights: [] });
    };
  }, [steps, shown, ends]);
}

function firstFlow(traffic: unknown): JsonObject | null {
  const flows = children(traffic)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, flow]) => flow);
  return flows.find((flow) => text(flow.source).startsWith("vms/")) ?? flows[0] ?? null;
}

const PROTOCOLS = ["tcp", "udp", "icmp", "esp", "ah", "gre", "ipip"];

function Question({ followed }: { followed: Followed }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const runnable = useWorkbench((state) => state.runnable);
  const asked = useWorkbench((state) => state.asked);
  const machines = drawing.vnets.flatMap((vnet) => vnet.subnets).flatMap((subnet) => subnet.machines);
  const places = [...machines, ...drawing.hosts].map((one) => ({ path: one.path, name: one.name }));
  // A flow of the drawing's traffic is what its author wants to be asked; one of a VM before one from outside.
  const flow = useWorkbench((state) => firstFlow(state.document.traffic));
  const source = asked.source || text(flow?.source) || (places[0]?.path ?? "");
  const destination = asked.destination || text(flow?.destination) || (drawing.hosts[0]?.path ?? places[1]?.path ?? "");
  const [protocol, setProtocol] = useState(text(flow?.protocol, "tcp"));
  const [port, setPort] = useState(text(flow?.destination_port, "443"));
  const named = new Map(places.map((place) => [place.name, place.path]));
  const shownName = places.find((place) => place.path === destination)?.name ?? destination;
  const [typed, setTyped] = useState<string | null>(null);
  const ported = protocol === "tcp" || protocol === "udp";
  const send = (): void => {
    const target = typed === null ? destination : (named.get(typed.trim()) ?? typed.trim());
    const ports = ported ? { destination_port: Number(port) } : { destination_port: 0, source_port: 0 };
    void start("trace", { source, destination: target, protocol, ...ports });
  };
  return (
    <form
      className="question"
      aria-label="Packet"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="field">
        <label htmlFor="trace-source">Source</label>
        <select
          id="trace-source"
          value={source}
          onChange={(event) => {
            update({ asked: { ...asked, source: event.target.value } });
          }}
        >
          {places.map((place) => (
            <option key={place.path} value={place.path}>
              {place.name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="trace-destination">Destination, name or address</label>
        <input
          id="trace-destination"
          list="trace-places"
          required
          value={typed ?? shownName}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
          onBlur={(event) => {
            const path = named.get(event.target.value.trim()) ?? event.target.value.trim();
            if (!path) return; // an empty field stays empty, so that it is asked for
            update({ asked: { ...asked, destination: path } });
            setTyped(null);
          }}
        />
        <datalist id="trace-places">
          {places.map((place) => (
            <option key={place.path} value={place.name} />
          ))}
        </datalist>
      </div>
      <div className="field narrow">
        <label htmlFor="trace-protocol">Protocol</label>
        <select
          id="trace-protocol"
          value={protocol}
          onChange={(event) => {
            setProtocol(event.target.value);
          }}
        >
          {PROTOCOLS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div className="field narrow">
        <label htmlFor="trace-port">Port</label>
        <input
          id="trace-port"
          type="number"
          min={0}
          max={65535}
          required={ported}
          disabled={!ported}
          value={ported ? port : ""}
          onChange={(event) => {
            setPort(event.target.value);
          }}
        />
      </div>
      <button className="button primary" type="submit" disabled={!runnable || places.length === 0 || isLive(followed)}>
        <Play size={14} aria-hidden="true" /> Run trace
      </button>
      {!runnable && <p className="muted">The drawing has problems, so it cannot be run. The problems list says what and where.</p>}
    </form>
  );
}

function Controls({ player, count, shown }: { player: Player; count: number; shown: number }): ReactNode {
  return (
    <div className="player" role="group" aria-label="Player of the trace">
      <button type="button" className="button small icon quiet" aria-label="To the start" onClick={() => { player.seek(0); }}>
        <SkipBack size={14} aria-hidden="true" />
      </button>
      <button type="button" className="button small icon quiet" aria-label="One step back" onClick={() => { player.seek(shown - 1); }}>
        <StepBack size={14} aria-hidden="true" />
      </button>
      <button type="button" className="button small icon" aria-label={player.playing ? "Pause" : "Play"} onClick={player.toggle}>
        {player.playing ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
      </button>
      <button type="button" className="button small icon quiet" aria-label="One step on" onClick={() => { player.seek(shown + 1); }}>
        <StepForward size={14} aria-hidden="true" />
      </button>
      <button type="button" className="button small icon quiet" aria-label="To the end" onClick={() => { player.seek(count); }}>
        <SkipForward size={14} aria-hidden="true" />
      </button>
      <input
        type="range"
        aria-label="Step"
        min={0}
        max={count}
        step={1}
        value={shown}
        onChange={(event) => {
          player.seek(Number(event.target.value));
        }}
      />
      <span className="mono muted">
        {shown} / {count}
      </span>
    </div>
  );
}

function Direction_({ direction, steps, shown, end }: { direction: Direction; steps: Told[]; shown: number; end: End | undefined }): ReactNode {
  const rows = steps.map((one, index) => ({ ...one, index })).filter((one) => one.direction === direction);
  if (rows.length === 0) return null;
  const open = rows.filter((row) => row.index < shown);
  const done = open.length === rows.length;
  return (
    <section aria-label={direction === "forward" ? "Forward" : "Return"}>
      <h3 className="way-head">
        {direction === "forward" ? "Forward" : "Return"}
        {end && done && (
          <span data-testid={`verdict-${direction}`} className="verdict">
            <Mark state={end.verdict.outcome} /> <span>{end.verdict.sentence}</span>
            {end.verdict.code && <span className="badge mono">{end.verdict.code}</span>}
          </span>
        )}
      </h3>
      {end && done && end.verdict.mend && <p className="mend">What would mend it: {end.verdict.mend}</p>}
      {end && done && end.branches.length > 1 && (
        <ul className="branches">
          {end.branches.map((branch) => (
            <li key={branch.label}>
              <Mark state={branch.verdict.outcome} /> {Math.round(branch.share * 100)} % of flows: {branch.label}
            </li>
          ))}
        </ul>
      )}
      <ol className="steps" data-testid={direction === "forward" ? "trace-steps" : "trace-steps-return"}>
        {open.map((row) => (
          <StepRow key={row.index} step={row.step} here={row.index === shown - 1} />
        ))}
      </ol>
    </section>
  );
}

function StepRow({ step, here }: { step: Step; here: boolean }): ReactNode {
  const changes = changed(step.before, step.after);
  return (
    <li className="step" aria-current={here ? "step" : undefined}>
      <span className="place">
        {step.place}
        {step.actor !== step.place && <span className="muted"> {step.actor}</span>}
      </span>
      <span>
        {step.at && (
          <button type="button" className="link mono" onClick={() => { select(step.at, true); }}>
            {step.at}
          </button>
        )}
      </span>
      <span className="decision">
        <strong>{step.decision}</strong> {step.reason}
        {step.matched && <span className="mono matched">{step.matched.text}</span>}
        {step.overridden.map((lost) => (
          <span key={lost.text} className="mono matched struck">{lost.text}</span>
        ))}
        {changes && <span className="mono matched">{changes}</span>}
        {step.assumption && <span className="assumed">Assumption: {step.assumption}</span>}
      </span>
      <span className="facts">
        <FactLinks ids={step.facts} /> <Sources ids={step.facts} />
      </span>
    </li>
  );
}

function changed(before: Header, after: Header): string | null {
  const words: string[] = [];
  if (before.source !== after.source || before.source_port !== after.source_port)
    words.push(`source ${before.source}:${before.source_port} → ${after.source}:${after.source_port}`);
  if (before.destination !== after.destination || before.destination_port !== after.destination_port)
    words.push(`destination ${before.destination}:${before.destination_port} → ${after.destination}:${after.destination_port}`);
  if (before.ttl !== after.ttl) words.push(`TTL ${before.ttl} → ${after.ttl}`);
  return words.length > 0 ? words.join(", ") : null;
}

/** One race: every design on the same clock, its lanes and strips, and what the drawing shows at the cursor. */

import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useState } from "react";

import { momentOf } from "../../document/moment";
import { type Note, type Race, eventTimes, neighbour } from "../../document/race";
import { select, useWorkbench } from "../../document/store";
import { firstFlow } from "../../document/traffic";
import { usePlayer } from "../../playback/player";
import { Assumptions } from "./Assumptions";
import { Happened } from "./Happened";
import { Metrics } from "./Metrics";
import { type Chosen, RaceHead } from "./RaceHead";
import { type Scale, Ticks, Track } from "./Track";
import { useRaceCanvas } from "./raceCanvas";

/** Simulated time shown before the fault, microseconds. */
const BEFORE_US = 5_000_000;
const STEP_US = 1_000_000;

export function RaceView({ race, run, live }: { race: Race; run: string; live: boolean }): ReactNode {
  const scale = useMemo<Scale>(() => {
    const from = Math.max(0, race.fault_us - BEFORE_US);
    const to = Math.max(race.duration_us, race.fault_us + 1);
    return { from, to, share: (t) => (100 * (Math.max(from, Math.min(to, t)) - from)) / (to - from) };
  }, [race.fault_us, race.duration_us]);
  const [linked] = useState(() => {
    const found = momentOf(location.href);
    return found?.run === run ? found : null;
  });
  const [chosen, setChosen] = useState<Chosen>(() => ({ design: linked?.design ?? null, flow: linked?.flow ?? null, event: linked?.event ?? null }));
  const [speed, setSpeed] = useState(15);
  const player = usePlayer(scale.to - scale.from, speed * 1_000_000, STEP_US);
  const { seek, restart, keys } = player;
  const at = scale.from + player.at;
  const one = race.contenders.find((found) => found.design === chosen.design) ?? race.contenders[0];
  const first = useWorkbench((state) => firstFlow(state.document.traffic)?.id);
  const flow = [chosen.flow, first].map((id) => one?.flows.find((found) => found.id === id)).find(Boolean) ?? one?.flows[0];
  const complete = race.contenders.every((found) => found.metrics !== null);
  useEffect(() => {
    // A race that has just come in plays itself once; a link shows its moment; who wants less motion sees the end.
    if (!complete) return;
    if (linked) seek(linked.t_us - scale.from);
    else if (matchMedia("(prefers-reduced-motion: reduce)").matches) seek(scale.to - scale.from);
    else restart();
    // Only the arrival of the last number starts it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [complete]);
  // While the race is still being told, the cursor stands at the newest word of it.
  const now = complete || race.told_us === 0 ? at : Math.max(scale.from, race.told_us);
  useRaceCanvas(one ?? null, flow?.id ?? null, now);
  const times = useMemo(() => eventTimes(race), [race]);
  const jump = useCallback(
    (step: 1 | -1): void => {
      const there = neighbour(times, at, step);
      if (there !== null) seek(there - scale.from);
    },
    [times, at, seek, scale.from],
  );
  const choose = useCallback((change: Partial<Chosen>): void => {
    setChosen((before) => ({ ...before, ...change }));
  }, []);
  const show = useCallback(
    (design: string, note: Note): void => {
      seek(note.t_us - scale.from);
      setChosen((before) => ({ ...before, design, event: note.seq }));
      if (note.ref) select(note.ref, true);
    },
    [seek, scale.from],
  );
  const pressed = (event: KeyboardEvent): void => {
    const writing = ["INPUT", "SELECT", "TEXTAREA"].includes((event.target as HTMLElement).tagName) && (event.target as HTMLInputElement).type !== "range";
    const plain = !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && event.key === "n") jump(1);
    else if (plain && event.key === "b") jump(-1);
    else keys(event);
  };
  if (!one || !flow) return null;
  return (
    <section className="race" data-testid="race" aria-label="Race" onKeyDown={pressed} tabIndex={-1}>
      <RaceHead
        race={race}
        run={run}
        one={one}
        flow={flow}
        at={now}
        scale={scale}
        player={player}
        speed={speed}
        setSpeed={setSpeed}
        jump={jump}
        event={chosen.event}
        choose={choose}
        live={live}
      />
      <div className="tracks">
        <Ticks scale={scale} fault={race.fault_us} />
        {race.contenders.map((found) => (
          <Track
            key={found.design}
            one={found}
            race={race}
            scale={scale}
            at={now}
            shown={found === one ? flow.id : null}
            event={chosen.event}
            seek={(t) => { seek(t - scale.from); }}
            choose={(wanted) => { choose({ design: found.design, flow: wanted, event: null }); }}
            show={(note) => { show(found.design, note); }}
          />
        ))}
      </div>
      <Metrics race={race} />
      <Happened race={race} at={now} event={chosen.event} show={show} />
      <Assumptions race={race} />
    </section>
  );
}

/** One race: every design on the same clock, its lanes and strips, and what the drawing shows at the cursor. */

import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useState } from "react";

import { momentOf } from "../../document/moment";
import { type Note, type Race, eventTimes, neighbour } from "../../document/race";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { firstFlow } from "../../document/traffic";
import { Assumptions } from "./Assumptions";
import { Happened } from "./Happened";
import { Metrics } from "./Metrics";
import { MoreMetrics } from "./MoreMetrics";
import { type Chosen, RaceHead } from "./RaceHead";
import { Standings } from "./Standings";
import { Ticks } from "./Ticks";
import { Track } from "./Track";
import type { Drawn } from "./lanes";
import { useRaceCanvas } from "./raceCanvas";
import { useRaceClock } from "./raceClock";

interface Props {
  race: Race;
  run: string;
  live: boolean;
  /** Simulated seconds a second of a race that is played live; 0: paused. */
  pace?: number;
}

export function RaceView({ race, run, live, pace = 1 }: Props): ReactNode {
  const [linked] = useState(() => {
    const found = momentOf(location.href);
    return found?.run === run ? found : null;
  });
  const [chosen, setChosen] = useState<Chosen>(() => ({ design: linked?.design ?? null, flow: linked?.flow ?? null, event: linked?.event ?? null }));
  const [speed, setSpeed] = useState(15);
  const [folded, setFolded] = useState<Record<string, boolean>>({});
  const clock = useRaceClock(race, pace, speed, linked);
  const { at, seek, scale } = clock;
  const one = race.contenders.find((found) => found.design === chosen.design) ?? race.contenders[0];
  const first = useWorkbench((state) => firstFlow(state.document.traffic)?.id);
  const flow = [chosen.flow, first].map((id) => one?.flows.find((found) => found.id === id)).find(Boolean) ?? one?.flows[0];
  useRaceCanvas(one ?? null, flow?.id ?? null, at);
  const times = useMemo(() => eventTimes(race), [race]);
  const jump = (step: 1 | -1): void => {
    const there = neighbour(times, at, step);
    if (there !== null) seek(there);
  };
  const choose = useCallback((change: Partial<Chosen>): void => {
    setChosen((before) => ({ ...before, ...change }));
  }, []);
  const show = useCallback(
    (design: string, note: Note): void => {
      seek(note.t_us);
      setChosen((before) => ({ ...before, design, event: note.seq }));
      if (note.ref) select(note.ref, true);
    },
    [seek],
  );
  const pressed = (event: KeyboardEvent): void => {
    const writing = ["INPUT", "SELECT", "TEXTAREA"].includes((event.target as HTMLElement).tagName) && (event.target as HTMLInputElement).type !== "range";
    const plain = !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && event.key === "n") jump(1);
    else if (plain && event.key === "b") jump(-1);
    else clock.keys(event);
  };
  if (!one || !flow) return null;
  const drawn: Drawn = { race, scale, at, now: clock.growing ? clock.end : null, event: chosen.event };
  // Several designs are a race to look at side by side; one alone, or one that is played live, shows all it has.
  const folds = !race.live && race.contenders.length > 1;
  const anyFolded = race.contenders.some((found) => folded[found.design] ?? true);
  return (
    <section className="race" data-testid="race" aria-label={t("Race")} onKeyDown={pressed} tabIndex={-1}>
      <RaceHead
        race={race}
        run={run}
        one={one}
        flow={flow}
        clock={clock}
        speed={speed}
        setSpeed={setSpeed}
        jump={jump}
        event={chosen.event}
        choose={choose}
        live={live}
      />
      {clock.growing && <Standings contenders={race.contenders} drawn={one.design} at={at} fault={race.fault_us} choose={(design) => { choose({ design, event: null }); }} />}
      <div className={folds ? "tracks side" : "tracks"}>
        <Ticks scale={scale} fault={race.fault_us}>
          {folds && (
            <button type="button" className="link fold-all" onClick={() => { setFolded(Object.fromEntries(race.contenders.map((found) => [found.design, !anyFolded]))); }}>
              {anyFolded ? t("Unfold all") : t("Fold all")}
            </button>
          )}
        </Ticks>
        {race.contenders.map((found) => (
          <Track
            key={found.design}
            one={found}
            drawn={drawn}
            shown={found === one ? flow.id : null}
            folded={folds ? (folded[found.design] ?? true) : null}
            fold={(wanted) => { setFolded({ ...folded, [found.design]: wanted }); }}
            seek={seek}
            choose={(wanted) => { choose({ design: found.design, flow: wanted, event: null }); }}
            show={(note) => { show(found.design, note); }}
          />
        ))}
      </div>
      <Metrics race={race} />
      <MoreMetrics race={race} />
      <Happened race={race} at={at} event={chosen.event} show={show} />
      <Assumptions race={race} />
    </section>
  );
}

/** The clock of a race: player, what the drawing shows, and the moment at the cursor in a sentence. */

import { ChevronFirst, ChevronLast, Link2, Pause, Play, Radio } from "lucide-react";
import { type ReactNode, useState } from "react";

import { WINDOWS_US } from "../../document/live";
import { withMoment } from "../../document/moment";
import { type Contender, type Race, clock, momentAt } from "../../document/race";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { nameOf } from "./names";
import { momentWords } from "./momentWords";
import type { RaceClock } from "./raceClock";

const SPEEDS = [1, 5, 15, 60];

/** What is chosen in a race; null: the first one, or none. */
export interface Chosen {
  design: string | null;
  flow: string | null;
  event: number | null;
}

interface Props {
  race: Race;
  run: string;
  one: Contender;
  flow: Contender["flows"][number];
  clock: RaceClock;
  speed: number;
  setSpeed: (speed: number) => void;
  jump: (step: 1 | -1) => void;
  event: number | null;
  choose: (change: Partial<Chosen>) => void;
  live: boolean;
}

export function RaceHead({ race, run, one, flow, clock: time, speed, setSpeed, jump, event, choose, live }: Props): ReactNode {
  const document = useWorkbench((state) => state.document);
  const { at, player, growing } = time;
  const moment = momentAt(one, at);
  return (
    <div className="race-head">
      <div className="player" role="group" aria-label={t("Player of the race")}>
        <button type="button" className="button small icon quiet" aria-label={t("Event before")} title={t("Event before (b)")} onClick={() => { jump(-1); }}>
          <ChevronFirst size={14} aria-hidden="true" />
        </button>
        {growing && (
          <button type="button" className={time.held ? "button small primary now" : "button small quiet now"} aria-disabled={!time.held} title={t("Back to now (space, end)")} onClick={time.toNow}>
            <Radio size={14} aria-hidden="true" /> {time.held ? t("Back to now") : t("At now")}
          </button>
        )}
        {!growing && <button type="button" className="button small icon" aria-label={player.playing ? t("Pause") : t("Play")} title={t("Play or pause (space)")} onClick={player.toggle}>
          {player.playing ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
        </button>}
        <button type="button" className="button small icon quiet" aria-label={t("Next event")} title={t("Next event (n)")} onClick={() => { jump(1); }}>
          <ChevronLast size={14} aria-hidden="true" />
        </button>
        <input
          type="range"
          aria-label={t("Time")}
          aria-valuetext={clock(at, race.fault_us)}
          min={0}
          max={Math.max(1, Math.round(time.end - time.start))}
          step={1}
          value={Math.round(at - time.start)}
          onChange={(change) => { time.seek(time.start + Number(change.target.value)); }}
        />
        <span className="mono time">{clock(at, race.fault_us)}</span>
        {!growing && (
          <select className="input small" aria-label={t("Speed")} value={speed} onChange={(change) => { setSpeed(Number(change.target.value)); }}>
            {SPEEDS.map((each) => (
              <option key={each} value={each}>×{each}</option>
            ))}
          </select>
        )}
        {race.live && (
          <select className="input small" aria-label={t("Stretch in sight")} title={t("How much of the race is in sight")} value={String(time.span)} onChange={(change) => { time.setSpan(change.target.value === "null" ? null : Number(change.target.value)); }}>
            {WINDOWS_US.map((each) => (
              <option key={each} value={String(each)}>{each === null ? t("all of it") : t("{each} min", { each: each / 60_000_000 })}</option>
            ))}
          </select>
        )}
        <span className="drawn">
          <span className="muted">{t("On the drawing")}</span>
          <select className="input small" aria-label={t("Design on the drawing")} value={one.design} onChange={(change) => { choose({ design: change.target.value, event: null }); }}>
            {race.contenders.map((each) => (
              <option key={each.design} value={each.design}>{each.title}</option>
            ))}
          </select>
          <select className="input small" aria-label={t("Flow on the drawing")} value={flow.id} onChange={(change) => { choose({ flow: change.target.value }); }}>
            {one.flows.map((each) => (
              <option key={each.id} value={each.id}>{each.name}</option>
            ))}
          </select>
        </span>
        <CopyLink address={() => withMoment(location.href, { run, t_us: at, design: one.design, flow: flow.id, event })} />
      </div>
      <p className="moment" data-testid="moment">
        <span className="mono">{clock(at, race.fault_us)}</span> {moment ? momentWords(moment, flow.id, flow.name, (path) => nameOf(document, path)) : t("Nothing is told yet.")}
        {live && !race.live && <span className="muted"> {t("The race is still being told.")}</span>}
      </p>
    </div>
  );
}

function CopyLink({ address }: { address: () => string }): ReactNode {
  const [said, setSaid] = useState("");
  const copy = (): void => {
    const link = address();
    history.replaceState(history.state, "", link);
    navigator.clipboard.writeText(link).then(
      () => { setSaid(t("Copied.")); },
      () => { setSaid(t("The address of this page is the link now.")); },
    );
  };
  return (
    <span className="copy">
      <button type="button" className="button small quiet" aria-label={t("Copy link to this moment")} title={t("Copy link to this moment")} onClick={copy}>
        <Link2 size={14} aria-hidden="true" /> <span className="wide-only">{t("Copy link to this moment")}</span>
      </button>
      <span role="status" className="muted">{said}</span>
    </span>
  );
}

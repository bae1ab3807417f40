/** The failover race: choose what breaks, let designs race on one clock, then try it a thousand times. */

import { Flag, Square } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";

import { race as gather, trials as gatherTrials } from "../document/race";
import { useWorkbench } from "../document/store";
import { type Design, type Fault as Failure, api } from "../protocol/api";
import { cancel, isLive, start, useFollowed, words } from "../protocol/followed";
import { RaceView } from "./Timeline";
import { TrialsView } from "./Trials";
import { Fault, Waiting } from "./Waiting";

/** So many designs race at most, and so many are chosen until somebody chooses. */
const MOST_DESIGNS = 6;
const FIRST_DESIGNS = 2;
const MOST_TRIALS = 100_000;

interface Choice {
  designs: Design[];
  faults: Failure[];
  error: string | null;
}

export function Failover(): ReactNode {
  const can = useWorkbench((state) => state.can.run);
  const one = useFollowed("failover");
  const many = useFollowed("trials");
  const race = useMemo(() => gather(one.events), [one.events]);
  const trials = useMemo(() => gatherTrials(many.events), [many.events]);
  return (
    <div className="panel">
      {can && <Question racing={isLive(one)} trying={isLive(many)} />}
      <Fault followed={one} />
      {race && <RaceView key={one.id} race={race} />}
      <Waiting followed={one} what="The designs race" />
      <Fault followed={many} />
      {many.run && isLive(many) && (
        <div className="progress">
          <label htmlFor="trials-progress">
            {trials.done.toLocaleString("en")} of {(trials.n || Number(many.run.parameters.n ?? 0)).toLocaleString("en")} trials
          </label>
          <progress id="trials-progress" aria-label="Trials" max={trials.n || 1} value={trials.done} />
          <button type="button" className="button small" onClick={() => void cancel("trials")}>
            <Square size={12} aria-hidden="true" /> Cancel
          </button>
        </div>
      )}
      <TrialsView trials={trials} />
      <Waiting followed={many} what="Trials are running" />
      {!race && !trials.summary && !isLive(one) && !isLive(many) && (
        <p className="muted">
          Each design has three clocks: who notices, who acts, and when packets flow again. They start together when the fault strikes.
        </p>
      )}
    </div>
  );
}

function useChoice(): Choice | null {
  const revision = useWorkbench((state) => state.revision);
  const runnable = useWorkbench((state) => state.runnable);
  const [choice, setChoice] = useState<Choice | null>(null);
  useEffect(() => {
    let here = true;
    if (!runnable) return undefined;
    api.designs().then(
      (found) => {
        if (here) setChoice({ ...found, error: null });
      },
      (error: unknown) => {
        if (here) setChoice({ designs: [], faults: [], error: words(error) });
      },
    );
    return () => {
      here = false;
    };
  }, [revision, runnable]);
  return choice;
}

function Question({ racing, trying }: { racing: boolean; trying: boolean }): ReactNode {
  const runnable = useWorkbench((state) => state.runnable);
  const choice = useChoice();
  const [chosenFault, setFault] = useState("");
  const [wanted, setWanted] = useState<string[] | null>(null);
  const [count, setCount] = useState("1000");
  if (!runnable) return <p className="muted">The drawing has problems, so it cannot be run.</p>;
  if (!choice) return <p className="skeleton">Looking which designs this drawing can play</p>;
  if (choice.error) return <p role="alert" className="callout danger">{choice.error}</p>;
  if (choice.faults.length === 0) return <p className="muted">Nothing can fail in this drawing yet: it has no fault.</p>;
  if (choice.designs.length === 0)
    return <p className="muted">This drawing can play no failover design: it has no second appliance that could take over.</p>;
  const fault = chosenFault || (choice.faults[0]?.id ?? "");
  const refused = choice.faults.find((one) => one.id === fault)?.refused ?? {};
  const playable = choice.designs.filter((design) => !(design.id in refused));
  const ids = playable.map((design) => design.id);
  const designs = wanted === null ? ids.slice(0, FIRST_DESIGNS) : ids.filter((id) => wanted.includes(id));
  const n = Math.max(1, Math.min(MOST_TRIALS, Math.round(Number(count) || 1)));
  return (
    <form
      className="question"
      aria-label="Failover"
      onSubmit={(event) => {
        event.preventDefault();
        void start("failover", { fault, designs });
      }}
    >
      <div className="field">
        <label htmlFor="race-fault">What breaks</label>
        <select
          id="race-fault"
          value={fault}
          onChange={(event) => {
            setFault(event.target.value);
          }}
        >
          {choice.faults.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <fieldset className="designs">
        <legend className="label">Designs</legend>
        {choice.designs.map((design) => (
          <label key={design.id} title={refused[design.id] ?? design.description}>
            <input
              type="checkbox"
              disabled={design.id in refused || (designs.length >= MOST_DESIGNS && !designs.includes(design.id))}
              checked={designs.includes(design.id)}
              onChange={(event) => {
                setWanted(event.target.checked ? [...designs, design.id] : designs.filter((id) => id !== design.id));
              }}
            />{" "}
            {design.title}
          </label>
        ))}
      </fieldset>
      <button className="button primary" type="submit" disabled={racing || designs.length === 0}>
        <Flag size={14} aria-hidden="true" /> Race
      </button>
      <div className="field narrow">
        <label htmlFor="race-trials">Trials</label>
        <input
          id="race-trials"
          type="number"
          min={1}
          max={MOST_TRIALS}
          value={count}
          onChange={(event) => {
            setCount(event.target.value);
          }}
        />
      </div>
      <button className="button" type="button" disabled={trying || designs.length === 0} onClick={() => void start("trials", { fault, designs, n })}>
        Run {n.toLocaleString("en")} trials
      </button>
    </form>
  );
}

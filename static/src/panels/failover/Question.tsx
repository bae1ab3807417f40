/** What breaks, who races, how often, and what is asked for. */

import { Flag, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useWorkbench } from "../../document/store";
import type { JsonObject } from "../../document/types";
import { type Followed, isLive, start } from "../../protocol/followed";
import type { View } from "../Failover";
import { DesignChips } from "./DesignChips";
import { FaultEditor } from "./FaultEditor";
import { SweepQuestion } from "./SweepQuestion";
import { NO_TARGET, type Target, TargetFields, ratesOf, targetOf } from "./TargetFields";
import { type Choice, MOST_DESIGNS, type Picked, chosenOf, pickedBy, useChoice } from "./choice";

const MOST_TRIALS = 100_000;

interface Props {
  followed: Record<string, Followed>;
  view: View;
}

export function Question({ followed, view }: Props): ReactNode {
  const edit = useWorkbench((state) => state.can.edit);
  const [fault, setFault] = useState("");
  const [adding, setAdding] = useState(false);
  const add = edit && !adding && (
    <button type="button" className="button small quiet" onClick={() => { setAdding(true); }}>
      <Plus size={12} aria-hidden="true" /> Add a fault
    </button>
  );
  return (
    <>
      <Asked followed={followed} view={view} chosenFault={fault} setFault={setFault} add={add} />
      {adding && <FaultEditor close={() => { setAdding(false); }} made={setFault} />}
    </>
  );
}

function Asked({ followed, view, chosenFault, setFault, add }: Props & { chosenFault: string; setFault: (id: string) => void; add: ReactNode }): ReactNode {
  const runnable = useWorkbench((state) => state.runnable);
  const choice = useChoice();
  const [picked, setPicked] = useState<Picked>({});
  const [count, setCount] = useState("1000");
  const [target, setTarget] = useState<Target>(NO_TARGET);
  const [opened, setOpened] = useState<boolean | null>(null);
  const [asking, setAsking] = useState<Record<string, string | null>>({});
  // A run that was opened brings its question: what stands here is what was asked.
  const fresh = Object.entries(followed).find(([kind, one]) => kind !== "live" && one.run !== null && one.id !== (asking[kind] ?? null));
  if (fresh && choice && !choice.error) {
    const [kind, { id, run }] = fresh;
    setAsking({ ...asking, [kind]: id });
    setFault(String(run?.parameters.fault ?? ""));
    setPicked(pickedBy(choice.designs, run?.parameters.designs));
  }
  if (!runnable) return <p className="muted">The drawing has problems, so it cannot be run.</p>;
  if (!choice) return <p className="skeleton">Looking which designs this drawing can play</p>;
  if (choice.error) return <p role="alert" className="callout danger">{choice.error}</p>;
  if (choice.faults.length === 0)
    return (
      <div className="row">
        <span className="muted">Nothing can fail in this drawing yet: it has no fault.</span> {add}
      </div>
    );
  const fault = choice.faults.find((one) => one.id === chosenFault) ?? choice.faults[0];
  const refused = fault?.refused ?? {};
  const playable = choice.designs.filter((design) => !(design.id in refused));
  const designs = chosenOf(playable, picked, fault?.designs);
  const wrong = designs.length > MOST_DESIGNS ? `Choose at most ${MOST_DESIGNS} designs.` : "";
  // Once something was run, the answer needs the room: only what is chosen stays in sight.
  const began = Object.values(followed).some((one) => one.run !== null);
  const open = opened ?? (!began || designs.length === 0);
  const asked: JsonObject = { fault: fault?.id ?? "", designs };
  const n = Math.max(1, Math.min(MOST_TRIALS, Math.round(Number(count) || 1)));
  const ready = designs.length > 0 && wrong === "";
  const live = (kind: string): boolean => {
    const one = followed[kind];
    return one !== undefined && isLive(one);
  };
  return (
    <>
      <form
        className="question"
        aria-label="Failover"
        onSubmit={(event) => {
          event.preventDefault();
          void start("failover", asked);
        }}
      >
        <div className="field">
          <label htmlFor="race-fault">What breaks</label>
          <span className="row fault">
            <select id="race-fault" value={fault?.id} onChange={(event) => { setFault(event.target.value); setPicked({}); }}>
              {choice.faults.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
            {add}
          </span>
        </div>
        <DesignChips playable={playable} designs={designs} pick={(id, on) => { setPicked({ ...picked, [id]: on }); }} open={open} opened={began || opened !== null ? setOpened : null} />
        <span className="row actions">
          <button className="button primary" type="submit" disabled={live("failover") || !ready}>
            <Flag size={14} aria-hidden="true" /> Race
          </button>
          <span className="field narrow">
            <label htmlFor="race-trials">Trials</label>
            <input id="race-trials" type="number" min={1} max={MOST_TRIALS} value={count} onChange={(event) => { setCount(event.target.value); }} />
          </span>
          <button
            className="button"
            type="button"
            disabled={live("trials") || !ready}
            onClick={() => void start("trials", { ...asked, n, ...targetOf(target), ...ratesOf(target) })}
          >
            Run {n.toLocaleString("en")} trials
          </button>
        </span>
        {wrong && <p role="alert" className="field-error">{wrong}</p>}
      </form>
      <Refused refused={refused} choice={choice} />
      {view === "Distributions" && <TargetFields target={target} change={setTarget} />}
      {view === "Sweep" && <SweepQuestion asked={asked} ready={ready && !live("sweep")} />}
    </>
  );
}

export function Refused({ refused, choice }: { refused: Record<string, string>; choice: Choice }): ReactNode {
  const rows = Object.entries(refused);
  if (rows.length === 0) return null;
  const titles = new Map(choice.designs.map((design) => [design.id, design.title]));
  return (
    <details className="refused">
      <summary>Cannot be played here ({rows.length})</summary>
      <dl>
        {rows.map(([id, reason]) => (
          <div key={id}>
            <dt>{titles.get(id) ?? wordsOf(id)}</dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function wordsOf(id: string): string {
  const text = id.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What breaks, who races, how often, and what is asked for; once there is an answer, one line beside the views. */

import { ChevronUp, Flag, Pencil, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";

import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { type Followed, isLive, start } from "../../protocol/followed";
import type { View } from "../Failover";
import { Controllers, OF_CONTROLLERS } from "./Controllers";
import { DesignChips } from "./DesignChips";
import { FaultEditor } from "./FaultEditor";
import { Refused } from "./Refused";
import { SweepQuestion } from "./SweepQuestion";
import { NO_TARGET, type Target, TargetFields, ratesOf, targetOf } from "./TargetFields";
import { MOST_DESIGNS, type Picked, chosenOf, pickedBy, useChoice } from "./choice";
import { useRecording } from "./recording";
import { NOT_SWEEPING, type Sweeping } from "./sweepable";

const MOST_TRIALS = 100_000;

interface Props {
  followed: Record<string, Followed>;
  view: View;
  /** Kind of run that answers in this view; null: any of them. */
  kind: string | null;
  /** The tabs of the views: the short question stands in their line. */
  tabs: ReactNode;
  /** What the answer in sight is an answer to. */
  about: ReactNode;
}

export function Question({ followed, view, kind, tabs, about }: Props): ReactNode {
  const edit = useWorkbench((state) => state.can.edit);
  const recording = useRecording();
  const [fault, setFault] = useState("");
  const editing = useWorkbench((state) => state.fault);
  const shown = editing !== null || recording !== null;
  const add = edit && !shown && (
    <button type="button" className="button small quiet" onClick={() => { update({ fault: "" }); }}>
      <Plus size={12} aria-hidden="true" /> {t("Add a fault")}
    </button>
  );
  const editor = shown && <FaultEditor key={editing} of={editing ?? ""} close={() => { update({ fault: null }); }} made={(id) => { setFault(id); update({ fault: id }); }} />;
  return <Asked followed={followed} view={view} kind={kind} tabs={tabs} about={about} chosenFault={fault} setFault={setFault} add={add} editor={editor} />;
}

interface AskedProps extends Props {
  chosenFault: string;
  setFault: (id: string) => void;
  add: ReactNode;
  editor: ReactNode;
}

function Asked({ followed, view, kind, tabs, about, chosenFault, setFault, add, editor }: AskedProps): ReactNode {
  const runnable = useWorkbench((state) => state.runnable);
  const choice = useChoice();
  const [picked, setPicked] = useState<Picked>({});
  const [count, setCount] = useState("1000");
  const [target, setTarget] = useState<Target>(NO_TARGET);
  const [sweeping, setSweeping] = useState<Sweeping>(NOT_SWEEPING);
  const [opened, setOpened] = useState<Partial<Record<View, boolean>>>({});
  const [asking, setAsking] = useState<Record<string, string | null>>({});
  // A run that was opened brings its question: what stands here is what was asked.
  const fresh = Object.entries(followed).find(([name, one]) => name !== "live" && one.run !== null && one.id !== (asking[name] ?? null));
  if (fresh && choice && !choice.error) {
    const [name, { id, run }] = fresh;
    setAsking({ ...asking, [name]: id });
    setFault(String(run?.parameters.fault ?? ""));
    setPicked(pickedBy(choice.designs, run?.parameters.designs));
  }
  // The editor keeps its place whatever stands before it, so that what is written in it stays.
  const before = (question: ReactNode): ReactNode => (
    <>
      {question}
      {editor}
      {tabs}
      {about}
    </>
  );
  if (!runnable) return before(<p className="muted">{t("The drawing has problems, so it cannot be run.")}</p>);
  if (!choice) return before(<p className="skeleton">{t("Looking which designs this drawing can play")}</p>);
  if (choice.error) return before(<p role="alert" className="callout danger">{choice.error}</p>);
  if (choice.faults.length === 0)
    return before(
      <div className="row">
        <span className="muted">{t("Nothing can fail in this drawing yet: it has no fault.")}</span> {add}
      </div>,
    );
  const fault = choice.faults.find((one) => one.id === chosenFault) ?? choice.faults[0];
  const refused = fault?.refused ?? {};
  const playable = choice.designs.filter((design) => !(design.id in refused));
  const designs = chosenOf(playable, picked, fault?.designs);
  const wrong = designs.length > MOST_DESIGNS ? t("Choose at most {MOST_DESIGNS} designs.", { MOST_DESIGNS }) : "";
  // Once there is an answer it needs the room: the question is one line until somebody changes it.
  const answered = Object.entries(followed).some(([name, one]) => name !== "live" && (kind === null || name === kind) && (one.run !== null || one.starting));
  const open = editor ? true : (opened[view] ?? (!answered || designs.length === 0));
  const asked = { fault: fault?.id ?? "", designs };
  const n = Math.max(1, Math.min(MOST_TRIALS, Math.round(Number(count) || 1)));
  const ready = designs.length > 0 && wrong === "";
  const live = (name: string): boolean => {
    const one = followed[name];
    return one !== undefined && isLive(one);
  };
  const fold = (): void => { setOpened({}); };
  const raceNow = (): void => {
    fold();
    void start("failover", asked);
  };
  const tryMany = (
    <button
      className="button"
      type="button"
      disabled={live("trials") || !ready}
      onClick={() => {
        fold();
        void start("trials", { ...asked, n, ...targetOf(target), ...ratesOf(target) });
      }}
    >
      {t("Run {n} trials", { n: n.toLocaleString("en") })}
    </button>
  );
  if (!open)
    return (
      <div className="views-line">
        {tabs}
        {about}
        <div className="short-question" role="group" aria-label={t("Question")}>
          <button className="button" type="button" disabled={live("failover") || !ready} onClick={raceNow}>
            <Flag size={14} aria-hidden="true" /> {t("Race")}
          </button>
          {tryMany}
          <button type="button" className="button quiet" aria-expanded={false} onClick={() => { setOpened({ ...opened, [view]: true }); }}>
            <Pencil size={14} aria-hidden="true" /> {t("Change the question")}
          </button>
        </div>
      </div>
    );
  return before(
    <>
      <form
        className="question"
        aria-label={t("Failover")}
        onSubmit={(event) => {
          event.preventDefault();
          raceNow();
        }}
      >
        <div className="field">
          <label htmlFor="race-fault">{t("What breaks")}</label>
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
        <DesignChips playable={playable} designs={designs} pick={(id, on) => { setPicked({ ...picked, [id]: on }); }} open opened={null} />
        <span className="row actions">
          <button className="button primary" type="submit" disabled={live("failover") || !ready}>
            <Flag size={14} aria-hidden="true" /> {t("Race")}
          </button>
          <span className="field narrow">
            <label htmlFor="race-trials">{t("Trials")}</label>
            <input id="race-trials" type="number" min={1} max={MOST_TRIALS} value={count} onChange={(event) => { setCount(event.target.value); }} />
          </span>
          {tryMany}
          {answered && !editor && (
            <button type="button" className="button quiet" aria-expanded onClick={() => { setOpened({ ...opened, [view]: false }); }}>
              <ChevronUp size={14} aria-hidden="true" /> {t("Fold the question")}
            </button>
          )}
        </span>
        {wrong && <p role="alert" className="field-error">{wrong}</p>}
      </form>
      {designs.some((one) => OF_CONTROLLERS.has(one)) && <Controllers />}
      <Refused refused={refused} choice={choice} />
      {view === "Distributions" && <TargetFields target={target} change={setTarget} />}
      {view === "Sweep" && <SweepQuestion asked={asked} ready={ready && !live("sweep")} sweeping={sweeping} change={setSweeping} started={fold} />}
    </>,
  );
}

/** An empty drawing begins somewhere: the steps to a packet through a firewall, ticked as they are done. */

import { Check, X } from "lucide-react";
import { type ReactNode, useEffect, useMemo } from "react";

import type { Drawing } from "../../document/drawing";
import { isEdit } from "../../document/edits/add";
import { type Act, type Lesson, NOTHING_SEEN, acceptAct, lessonOf, seenAfter } from "../../document/lesson";
import { text } from "../../document/raw";
import { tell, update, useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import type { Verdict } from "../../document/types";
import { useFollowed } from "../../protocol/followed";
import { Mark } from "../Mark";
import { perform } from "../edits";
import { keepFor, keptFor } from "../kept";
import { FactLinks } from "../reference/FactLinks";
import { endOf, legsOf, stateWord, withoutState } from "../trace/legs";

const KEPT = "first-steps";
/** Steps to the first packet; the others follow when it has arrived. */
const FIRST = 4;
const FORWARDED_OFF = "PEERING_FORWARDED_OFF";

/** Take up the steps of a drawing that began empty in this browser, and keep what is known of them. */
export function useFirstSteps(): void {
  const lesson = useWorkbench((state) => state.lesson);
  const id = useWorkbench((state) => state.id);
  const document = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  const last = useLast();
  useEffect(() => {
    const { can, mode, lesson: taken } = workbench();
    if (taken || !can.edit || mode !== "edit") return;
    const kept = keptFor<Lesson>(KEPT, id);
    if (kept ?? isEmpty(workbench().drawing)) update({ lesson: kept ?? { seen: NOTHING_SEEN, closed: false } });
  }, [id]);
  useEffect(() => {
    if (lesson) keepFor(KEPT, id, lesson);
  }, [lesson, id]);
  useEffect(() => {
    if (!last || !lesson) return;
    const seen = seenAfter(lesson.seen, document, drawing, last);
    if (JSON.stringify(seen) !== JSON.stringify(lesson.seen)) update({ lesson: { ...lesson, seen } });
    // Once for each trace: what was drawn since does not change what it showed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [last]);
}

function isEmpty(drawing: Drawing): boolean {
  return drawing.vnets.length + drawing.hosts.length + drawing.sites.length === 0;
}

function close(): void {
  const { lesson } = workbench();
  if (lesson) update({ lesson: { ...lesson, closed: true } });
}

/** On the empty drawing: how it begins. */
export function Beginning(): ReactNode {
  const empty = useWorkbench((state) => isEmpty(state.drawing));
  const lesson = useWorkbench((state) => state.lesson);
  const document = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  if (!empty) return null;
  if (!lesson || lesson.closed) return <p className="canvas-empty">{t("Nothing is drawn yet.")}</p>;
  return (
    <section className="first-steps" aria-label={t("First steps")}>
      <div className="row">
        <h2>{t("Nothing is drawn yet")}</h2>
        <Close />
      </div>
      <ol>
        {lessonOf(document, drawing, lesson.seen).slice(0, FIRST).map((step, index) => (
          <li key={step.id} className={index === 0 ? "next" : ""}>
            <span className="step-tick">{index + 1}</span>
            <span>{step.words}</span>
            {index === 0 && <Do act={step.act} />}
          </li>
        ))}
      </ol>
      <p>{t("Then a hub with two spokes and a firewall: why the spokes do not reach each other, and what it takes.")}</p>
      <p className="muted">
        {t("Or drag pieces from the palette, the plus at the left.")} <kbd>{t("Ctrl K")}</kbd> {t("finds everything.")}
      </p>
    </section>
  );
}

/** Beside the drawing: the next step, why, where the last packet ended, and what to do about it. */
export function NextStep(): ReactNode {
  const lesson = useWorkbench((state) => state.lesson);
  const document = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  const last = useLast();
  if (!lesson || lesson.closed || isEmpty(drawing)) return null;
  const steps = lessonOf(document, drawing, lesson.seen);
  const next = steps.findIndex((step) => !step.done);
  const step = steps[next];
  const lost = last?.ending && last.ending.outcome !== "delivered" ? last.ending : null;
  // Where the packet died because a link was closed, that comes first.
  const mending = step?.id === "across" && lost?.code === FORWARDED_OFF ? acceptAct(document, drawing) : null;
  const number = step ? next + 1 : steps.length;
  return (
    <section className="next-step" aria-label={t("First steps")}>
      <div className="row">
        <h2>{t("First steps")}</h2>
        <span className="muted">{t("{n} of {total}", { n: number, total: steps.length })}</span>
        <Close />
      </div>
      <progress max={steps.length} value={steps.filter((one) => one.done).length} aria-label={t("Steps that are done")} />
      <p className="wanted">
        <strong>{step?.words ?? t("A packet went from spoke to spoke through the firewall, and its answer came back.")}</strong>
      </p>
      {step && (
        <p className="row">
          <Do act={mending ?? step.act} />
        </p>
      )}
      {lost && number > FIRST && <Lost verdict={lost} />}
      {step?.why && (
        <p>
          {step.why} <FactLinks ids={step.facts} />
        </p>
      )}
      {!step && <p>{t("Break something next: the failover tab lets designs race. Templates and courses go on from here.")}</p>}
      <details>
        <summary>{t("All steps")}</summary>
        <ol>
          {steps.map((one, index) => (
            <li key={one.id} className={one.done ? "done" : index === next ? "next" : ""}>
              <span className="step-tick">{one.done ? <Check size={13} aria-label={t("done")} /> : index + 1}</span>
              <span>{one.words}</span>
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}

/** Where the last packet ended, and why; what to do about it is the step. */
function Lost({ verdict }: { verdict: Verdict }): ReactNode {
  return (
    <p className="lost" role="status">
      <Mark state={verdict.outcome}>{stateWord(verdict)}</Mark> {withoutState(verdict)} <FactLinks ids={verdict.facts} />
    </p>
  );
}

function Close(): ReactNode {
  return (
    <button type="button" className="button icon quiet small push" aria-label={t("Close the first steps")} title={t("Close the first steps")} onClick={close}>
      <X size={14} aria-hidden="true" />
    </button>
  );
}

function Do({ act }: { act: Act | null }): ReactNode {
  const runnable = useWorkbench((state) => state.runnable);
  if (!act) return null;
  const run = (): void => {
    if ("packet" in act) {
      update({ asked: { ...workbench().asked, ...act.packet }, dock: "trace", sendAsked: true });
      return;
    }
    const result = act.make();
    if (isEdit(result)) perform(result, true);
    else tell([result.reason]);
  };
  return (
    <button type="button" className="button primary small" disabled={"packet" in act && !runnable} onClick={run}>
      {act.words}
    </button>
  );
}

interface Last {
  source: string;
  destination: string;
  passed: string[];
  verdicts: Verdict[];
  ending: Verdict | null;
}

/** The trace that ended last. */
function useLast(): Last | null {
  const { run, events } = useFollowed("trace");
  const over = events.some((event) => event.event === "run.finished");
  return useMemo(() => {
    if (!run || !over) return null;
    const legs = legsOf(events);
    if (legs.length === 0) return null;
    return {
      source: text(run.parameters.source),
      destination: text(run.parameters.destination),
      passed: legs.flatMap((leg) => leg.steps.map((step) => step.at ?? "")),
      verdicts: legs.flatMap((leg) => (leg.verdict ? [leg.verdict] : [])),
      ending: endOf(legs),
    };
    // The events of a run that is over change no more.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [run?.id, over]);
}

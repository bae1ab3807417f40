/** The trace: choose a packet, run it, read every decision there and back. */

import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import { samePacket } from "../../document/packet";
import { type Judgement, NO_PREDICTION, type Said, nextPlace, prepared, preparedStep, stepped } from "../../document/prediction";
import { type PacketPath, type Tone, update, useWorkbench } from "../../document/store";
import { mark, t } from "../../document/text";
import type { JsonObject, RunEvent } from "../../document/types";
import { calm } from "../../playback/calm";
import { usePlayer } from "../../playback/player";
import { isLive, quiet, start, useFollowed } from "../../protocol/followed";
import { Fault, Waiting } from "../Waiting";
import { AskedFor } from "./AskedFor";
import { Controls } from "./Controls";
import { Explained } from "./Explained";
import { Judged } from "./Judged";
import { Mended } from "./Mended";
import { PICTURES, type Picture, Pictures } from "./Pictures";
import { Predict, PredictStep } from "./Predict";
import { Question } from "./Question";
import { Steps } from "./Steps";
import { Why } from "./Why";
import { Verdicts } from "./Verdicts";
import { type Leg, TITLES, endOf, legsOf, mendOf, overall, pointsOf, textOf, withBranches } from "./legs";
import { useMending } from "./mending";

const STEPS_PER_SECOND = 12;

export function Trace(): ReactNode {
  const followed = useFollowed("trace");
  const mending = useMending();
  const asked = useFollowed("why");
  const can = useWorkbench((state) => state.can.run);
  const [view, setView] = useState<View>("Steps");
  const predicting = useWorkbench((state) => state.predicting);
  const [prediction, setPrediction] = useState(NO_PREDICTION);
  // Step by step: what is said of the next place, and whether the places before were said in this way.
  const [stepwise, setStepwise] = useState(false);
  const [step, setStep] = useState<Said>(UNSAID);
  const stepping = predicting && stepwise;
  const committed = predicting && !stepwise ? prepared(prediction) : null;
  const [chosen, setChosen] = useState<{ id: string | null; branches: Record<number, number> }>({ id: null, branches: {} });
  const branches = chosen.id === followed.id ? chosen.branches : NONE;
  // The run that was shown when the prediction began: its answer would give the prediction away.
  const [known, setKnown] = useState<string | null>(null);
  const begun = prediction.forward.length > 0;
  const hidden = predicting && followed.id !== null && (followed.id === known || (stepping && !begun));
  const events = hidden ? NOTHING : followed.events;
  const walked = useMemo(() => legsOf(events), [events]);
  const legs = useMemo(() => withBranches(walked, branches), [walked, branches]);
  const text = useMemo(() => textOf(events), [events]);
  const judgement = events.find((event) => event.event === "trace.prediction") as (RunEvent & Judgement) | undefined;
  const count = legs.reduce((sum, leg) => sum + leg.steps.length, 0);
  // The verdict of the request is there before the answer is walked, so only the end of the run counts.
  const over = events.some((event) => event.event === "run.finished");
  const open = judgement?.open === true;
  const ended = over && legs.length > 0 && (open || legs.every((leg) => leg.verdict !== null));
  const player = usePlayer(count, STEPS_PER_SECOND, 1);
  const { restart, seek } = player;
  const shown = Math.min(count, Math.ceil(player.at));
  useEffect(() => {
    // A finished trace plays itself once, from its first step; who wants less motion sees all of it.
    if (!ended) return;
    if (calm()) seek(count);
    else restart();
    // Once for each run, when all of it is there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [followed.id, ended]);
  useCanvas(legs, shown, ended, followed.id);
  const choose = (packet: number, branch: number): void => {
    setChosen({ id: followed.id, branches: { ...branches, [packet]: branch } });
    seek(Number.MAX_SAFE_INTEGER);
  };
  const before = (leg: Leg): number => legs.slice(0, legs.indexOf(leg)).reduce((sum, one) => sum + one.steps.length, 0);
  const done = (leg: Leg): boolean => shown >= before(leg) + leg.steps.length;
  const all = ended && shown === count;
  const end = useRef<HTMLDivElement>(null);
  const ran = followed.run !== null;
  useEffect(() => {
    // What was asked is below the form, which fills a small window.
    if (ended && ran) end.current?.scrollIntoView({ block: "nearest" });
  }, [followed.id, ended, ran]);
  const again = (): void => {
    setPrediction(NO_PREDICTION);
    setStep(UNSAID);
    setKnown(followed.id);
  };
  const send = (packet: JsonObject): void => {
    if (!stepping) {
      void start("trace", committed ? { ...packet, prediction: committed } : packet);
      return;
    }
    const place = nextPlace(String(packet.source), begun ? (judgement ?? null) : null);
    if (!place) return;
    const before = prediction;
    const now = stepped(before, place.leg, { ...step, at: place.at });
    setPrediction(now);
    void start("trace", { ...packet, prediction: preparedStep(now, true) }).then((run) => {
      if (run) setStep(UNSAID);
      else setPrediction(before); // refused: the step is still to be said
    });
  };
  const showRest = (): void => {
    if (followed.run) void start("trace", { ...packetOf(followed.run.parameters), prediction: preparedStep(prediction, false) });
    update({ predicting: false });
  };
  const unsaid = stepping ? (step.value === "" ? t("Say where it goes next.") : null) : predicting && committed === null ? t("Say each hop, and how it ends.") : null;
  const missing = stepping && begun && !open ? "" : unsaid;
  const mended = mending && samePacket(packetOf(followed.run?.parameters ?? mending.packet), mending.packet) && (followed.run === null || Number(followed.run.revision) > mending.revision) ? mending : null;
  return (
    <div className="panel" onKeyDown={player.keys}>
      {can && (
        <Question
          action={stepping ? t("Commit this step") : predicting ? t("Commit and run") : t("Run trace")}
          busy={isLive(followed)}
          refused={followed.error}
          ask={send}
          changed={() => {
            quiet("trace");
            again();
          }}
          extra={
            <>
              <label className="check">
                <input
                  type="checkbox"
                  checked={predicting}
                  onChange={(event) => {
                    again();
                    update({ predicting: event.target.checked });
                  }}
                />{" "}
                {t("Predict first")}
              </label>
              {predicting && (
                <label className="check">
                  <input
                    type="checkbox"
                    checked={stepwise}
                    onChange={(event) => {
                      again();
                      setStepwise(event.target.checked);
                    }}
                  />{" "}
                  {t("step by step")}
                </label>
              )}
            </>
          }
          below={(packet) => {
            if (!predicting) return null;
            if (!stepping) return <Predict source={packet.source} prediction={prediction} change={setPrediction} />;
            const place = begun && !judgement ? null : nextPlace(packet.source, begun ? (judgement ?? null) : null);
            return place && <PredictStep key={`${place.leg} ${prediction.forward.length} ${prediction.back.length}`} leg={place.leg} at={place.at} first={place.first} said={step} choose={setStep} />;
          }}
          unfinished={missing}
        />
      )}
      {!followed.error && <Fault followed={followed} />}
      {mended && <Mended mending={mended} after={all ? endOf(walked) : null} />}
      {count > 0 && (
        <>
          <div className="row">
            <Controls player={player} count={count} shown={shown} />
            <div className="row no-print" role="group" aria-label={t("Show the packet as")}>
              {VIEWS.map((one) => (
                <button key={one} type="button" className="button small" aria-pressed={view === one} onClick={() => { setView(view === one ? "Steps" : one); }}>
                  {t(one)}
                </button>
              ))}
            </div>
          </div>
          {followed.run && <AskedFor run={followed.run} />}
          <div ref={end}>
            <Verdicts legs={walked} done={(leg) => done(legs[walked.indexOf(leg)] ?? leg)} chosen={branches} choose={choose} />
            {all && judgement && <Judged judgement={judgement} />}
          </div>
          {all && stepping && open && (
            <p className="row">
              <button type="button" className="button small" onClick={showRest}>{t("Show the rest")}</button> <span className="muted">{t("The packet has further to go: say the next step above.")}</span>
            </p>
          )}
          {all && stepping && !open && (
            <p className="row">
              <button type="button" className="button small" onClick={again}>{t("Predict another time")}</button> <span className="muted">{t("The packet has come to its end.")}</span>
            </p>
          )}
          {all && !open && followed.run && overall(walked) !== "delivered" && (
            <Why packet={packetOf(followed.run.parameters)} revision={followed.run.revision} advice={mendOf(walked)} searched={overall(walked) !== "not modelled"} />
          )}
          {view === "Steps" && <Ways legs={legs} before={before} shown={shown} />}
          {view === SENTENCES && <Explained text={text} />}
          {isPicture(view) && <Pictures picture={view} legs={legs.map((leg) => ({ packet: leg.packet, steps: leg.steps.slice(0, Math.max(0, shown - before(leg))) }))} />}
        </>
      )}
      {count === 0 && followed.run === null && !isLive(followed) && asked.run && <Why packet={asked.run.parameters} revision={asked.run.revision} advice={null} searched />}
      {count === 0 && !isLive(followed) && (
        <p className="muted">{t("Choose who sends and who shall receive; the steps and the verdict appear here and on the drawing.")}</p>
      )}
      <Waiting followed={followed} what={t("The packet is on its way")} />
    </div>
  );
}

const SENTENCES = mark("Explain in sentences");
const VIEWS = [SENTENCES, ...PICTURES] as const;
type View = "Steps" | (typeof VIEWS)[number];

function isPicture(view: View): view is Picture {
  return PICTURES.includes(view as Picture);
}

/** Return the packet of a trace without what was predicted of it. */
function packetOf({ prediction: _, ...packet }: JsonObject): JsonObject {
  return packet;
}

const UNSAID: Said = { value: "", code: "" };
const NONE: Record<number, number> = {};
const NOTHING: RunEvent[] = [];
const STEP_IDS: Record<number, string> = { 1: "trace-steps", 2: "trace-steps-return", 3: "trace-steps-third" };

/** Forward and return beside each other where there is room. */
function Ways({ legs, before, shown }: { legs: Leg[]; before: (leg: Leg) => number; shown: number }): ReactNode {
  const column = (direction: Leg["direction"]): ReactNode => {
    const mine = legs.filter((leg) => leg.direction === direction && shown > before(leg));
    if (mine.length === 0) return null;
    return (
      <div className="way-column">
        {mine.map((leg) => (
          <section key={leg.packet} aria-label={t("Steps, {TITLES}", { TITLES: TITLES[leg.packet] ?? "" })}>
            <h3 className={mine.length > 1 ? "" : "only-stacked"}>{t("Steps, {TITLES}", { TITLES: (TITLES[leg.packet] ?? "").toLowerCase() })}</h3>
            <Steps
              testId={STEP_IDS[leg.packet] ?? ""}
              anchor={`step-${leg.packet}`}
              steps={leg.steps.slice(0, Math.max(0, shown - before(leg))).map((step, index) => ({ step, here: before(leg) + index === shown - 1 }))}
            />
          </section>
        ))}
      </div>
    );
  };
  return (
    <div className="ways">
      {column("forward")}
      {column("return")}
    </div>
  );
}

/** Show the packets' ways on the drawing, as far as the cursor is, and what decided in the rules list. */
function useCanvas(legs: Leg[], shown: number, ended: boolean, id: string | null): void {
  useEffect(() => {
    const paths: PacketPath[] = [];
    let left = shown;
    let last: string | null = null;
    for (const { packet, direction, steps, verdict } of legs) {
      const seen = steps.slice(0, Math.max(0, left));
      left -= steps.length;
      const points = pointsOf(seen, seen.length === steps.length ? verdict : null);
      const tone: Tone = verdict && seen.length === steps.length ? verdict.outcome : "active";
      if (points.length > 0) paths.push({ direction, packet, points, reached: points.length, tone });
      last = points.at(-1) ?? last;
    }
    update({ paths, highlights: last ? [{ path: last, tone: paths.at(-1)?.tone ?? "active" }] : [] });
    return () => {
      update({ paths: [], highlights: [] });
    };
  }, [legs, shown]);
  useEffect(() => {
    if (!ended) return;
    const steps = legs.flatMap((leg) => leg.steps);
    const decided = steps.flatMap((step) => (step.matched?.ref && step.at ? [{ at: step.at, ref: step.matched.ref }] : []));
    const paths = [...new Set(legs.flatMap((leg) => pointsOf(leg.steps, leg.verdict)))];
    update({ decided, fit: { paths } });
    // Once per trace.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, ended]);
}

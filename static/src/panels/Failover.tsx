/** The failover: choose what breaks and who races, then look: one race, many trials, one number varied, the numbers. */

import { type ReactNode, useMemo, useState } from "react";

import { type Assumption, race as gather, sweep as gatherSweep, trials as gatherTrials } from "../document/race";
import { useWorkbench } from "../document/store";
import { mark, t } from "../document/text";
import type { RunKind } from "../document/types";
import { type Followed, isLive, useFollowed } from "../protocol/followed";
import { Tab } from "./Tab";
import { Fault, Waiting } from "./Waiting";
import { DistributionsView } from "./failover/Distributions";
import { Export } from "./failover/Export";
import { Numbers } from "./failover/Numbers";
import { Progress } from "./failover/Progress";
import { Question } from "./failover/Question";
import { RaceView } from "./failover/Race";
import { useRecording } from "./failover/recording";
import { ResultOf } from "./failover/ResultOf";
import { SweepView } from "./failover/Sweep";
import { LiveQuestion } from "./failover/live/LiveQuestion";
import { LiveView } from "./failover/live/LiveView";

const VIEWS = [mark("Timeline"), mark("Live"), mark("Distributions"), mark("Sweep"), mark("Numbers")] as const;
export type View = (typeof VIEWS)[number];
const KINDS: [RunKind, View][] = [
  ["failover", "Timeline"],
  ["trials", "Distributions"],
  ["sweep", "Sweep"],
  ["live", "Live"],
];

export function Failover(): ReactNode {
  const can = useWorkbench((state) => state.can.run);
  const followed: Record<string, Followed> = {
    failover: useFollowed("failover"),
    trials: useFollowed("trials"),
    sweep: useFollowed("sweep"),
    live: useFollowed("live"),
  };
  const recording = useRecording() !== null;
  const [chosen, setView] = useState<View | null>(null);
  const [seen, setSeen] = useState<Record<string, string | null>>({});
  // A run that has just begun, or was opened, brings its view.
  const fresh = KINDS.find(([kind]) => (followed[kind]?.id ?? null) !== (seen[kind] ?? null));
  if (fresh) {
    setSeen(Object.fromEntries(KINDS.map(([kind]) => [kind, followed[kind]?.id ?? null])));
    if (followed[fresh[0]]?.id) setView(fresh[1]);
  }
  const view = chosen ?? "Timeline";
  const tabs = (
    <div className="tabs views" role="tablist" aria-label={t("Views of the failover")}>
      {VIEWS.map((one) => (
        <Tab key={one} name={t(one)} chosen={view === one} choose={() => { setView(one); }} />
      ))}
    </div>
  );
  const kind = KINDS.find(([, named]) => named === view)?.[0] ?? null;
  const about = kind !== null && kind !== "live" && <About kind={kind} />;
  // A recording is ended where it was begun.
  const live = view === "Live" && !recording;
  return (
    <div className="panel failover">
      {can && !live && <Question followed={followed} view={view} kind={kind} tabs={tabs} about={about} />}
      {can && live && <LiveQuestion />}
      {(!can || live) && tabs}
      {!can && about}
      <div role="tabpanel" aria-label={t(view)} className="panel">
        {view === "Timeline" && <Timeline />}
        {view === "Live" && <LiveView />}
        {view === "Distributions" && <Distributions />}
        {view === "Sweep" && <Swept />}
        {view === "Numbers" && <Numbers />}
      </div>
    </div>
  );
}

/** Says what a result answers; the race tells the name of its fault itself, as it was when it was run. */
function About({ kind }: { kind: RunKind }): ReactNode {
  const one = useFollowed(kind);
  const began = one.events.find((event) => event.event === "failover.started");
  const fault = (began?.fault as { name?: string } | undefined)?.name;
  return <ResultOf followed={one} {...(fault ? { fault } : {})} />;
}

function Timeline(): ReactNode {
  const one = useFollowed("failover");
  const race = useMemo(() => gather(one.events), [one.events]);
  return (
    <>
      <Fault followed={one} />
      {race && one.id && <RaceView key={one.id} race={race} run={one.id} live={isLive(one)} />}
      <Waiting followed={one} what={t("The designs race")} />
      <Export followed={one} />
      {!race && !isLive(one) && (
        <p className="muted">
          {t("Each design has three clocks: who notices, who acts, and when packets flow again. They start together when the fault strikes. Race them to see one failover second by second.")}
        </p>
      )}
    </>
  );
}

function Distributions(): ReactNode {
  const many = useFollowed("trials");
  const trials = useMemo(() => gatherTrials(many.events), [many.events]);
  const raced = useFollowed("failover");
  const rests = useMemo(() => restsOf(raced, many), [raced, many]);
  const n = trials.n || Number(many.run?.parameters.n ?? 0);
  return (
    <>
      <Fault followed={many} />
      <Progress followed={many} done={trials.done} n={n} what={t("trials")} />
      <DistributionsView trials={trials} rests={rests} />
      <Waiting followed={many} what={t("Trials are running")} />
      <Export followed={many} />
      {!trials.summary && !isLive(many) && (
        <p className="muted">{t("One race is one draw of luck. Many trials show the whole distribution; every design meets the same luck in the same trial.")}</p>
      )}
    </>
  );
}

/** What designs rest on, as told by a race of the same fault in the same drawing: trials play the same numbers. */
function restsOf(raced: Followed, many: Followed): Map<string, Assumption[]> {
  const alike = raced.run !== null && many.run !== null && raced.run.revision === many.run.revision && raced.run.parameters.fault === many.run.parameters.fault;
  return new Map((alike ? gather(raced.events)?.contenders : undefined)?.map((one) => [one.design, one.assumptions]));
}

function Swept(): ReactNode {
  const one = useFollowed("sweep");
  const sweep = useMemo(() => gatherSweep(one.events), [one.events]);
  const values = one.run?.parameters.values;
  return (
    <>
      <Fault followed={one} />
      <Progress followed={one} done={sweep.points.length} n={Array.isArray(values) ? values.length : 0} what={t("points")} />
      <SweepView sweep={sweep} run={one.run} />
      <Waiting followed={one} what={t("The sweep is running")} />
      <Export followed={one} />
      {sweep.points.length === 0 && !isLive(one) && (
        <p className="muted">{t("Vary one number and see what it does to every design; all points meet the same luck, so the curve shows the number.")}</p>
      )}
    </>
  );
}

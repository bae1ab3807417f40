/** A race played live: its clock, what can be pressed, what was pressed, and the lanes as they grow. */

import type { ReactNode } from "react";

import type { Machine } from "../../../document/drawing";
import { conditionOf } from "../../../document/live";
import { useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import type { JsonObject } from "../../../document/types";
import { ask, useAsked } from "../../../protocol/commands";
import { isLive } from "../../../protocol/followed";
import { Fault, Waiting } from "../../Waiting";
import { Export } from "../Export";
import { RaceView } from "../Race";
import { Controls } from "./Controls";
import { Feed } from "./Feed";
import { MoveAddress } from "./MoveAddress";
import { Other } from "./Other";
import { SavedTimeline } from "./SavedTimeline";
import { Units } from "./Units";
import { useJoin, useLive } from "./useLive";

export function LiveView(): ReactNode {
  const { followed, live, race, mayPress } = useLive();
  const asked = useAsked();
  const mine = useWorkbench((state) => state.can.run);
  useJoin(followed);
  const playing = isLive(followed);
  const run = followed.id;
  if (!run || !race || !live)
    return (
      <>
        <Fault followed={followed} />
        <Waiting followed={followed} what={t("The designs come in")} />
        {!playing && (
          <p className="muted">
            {t("The designs race on a clock that everybody sees who watches.")} {mine && t("Break and mend what you like while it goes on; ")}{t("at the end the timeline is saved and can be replayed.")}
          </p>
        )}
      </>
    );
  const send = (step: JsonObject): void => void ask(run, { kind: "inject", step });
  const one = race.contenders[0];
  const condition = (machine: Machine): ReturnType<typeof conditionOf> =>
    one ? conditionOf(one, live.commands, machine.id, machine.zone, race.told_us) : { state: "runs", since_us: null };
  const own = asked.run === run ? asked : { sent: [], error: "" };
  const last = Math.max(0, ...live.commands.map((command) => command.number));
  const waiting = own.sent.filter((number) => number > last).length;
  return (
    <div className={playing ? "live playing" : "live"} data-testid="live">
      <Fault followed={followed} />
      {playing && <Controls run={run} live={live} fault_us={race.fault_us} mayPress={mayPress} lost={followed.lost} />}
      {live.saved && <SavedTimeline saved={live.saved} designs={live.designs} seed={race.contenders[0]?.seed ?? null} />}
      <div className="live-columns">
        {playing && (
          <section className="desk" aria-label={mayPress ? t("Break and mend") : t("What happens to it")}>
            <Units condition={condition} fault_us={race.fault_us} send={mayPress ? send : null} />
            {own.error && <p role="alert" className="callout danger">{own.error}</p>}
            {mayPress && (
              <>
                <MoveAddress send={send} />
                <Other send={send} />
              </>
            )}
          </section>
        )}
        <RaceView key={run} race={race} run={run} live={playing} pace={live.pace} />
        <Feed commands={live.commands} fault_us={race.fault_us} waiting={playing ? waiting : 0} />
      </div>
      <Export followed={followed} />
    </div>
  );
}

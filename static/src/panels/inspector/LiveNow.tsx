/** While a live race goes on, a selected VM is broken and mended where it is looked at. */

import type { ReactNode } from "react";

import { conditionOf } from "../../document/live";
import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { ask } from "../../protocol/commands";
import { conditionWords } from "../failover/live/liveWords";
import { useLive } from "../failover/live/useLive";

export function LiveNow({ path }: { path: string }): ReactNode {
  const { followed, live, race, mayPress } = useLive();
  const zone = useWorkbench((state) => {
    const machines = state.drawing.vnets.flatMap((vnet) => vnet.subnets.flatMap((subnet) => subnet.machines));
    return machines.find((machine) => machine.path === path)?.zone ?? null;
  });
  const vm = /^vms\/([^/]+)$/.exec(path)?.[1];
  const one = race?.contenders[0];
  const run = followed.id;
  if (!vm || !mayPress || !live || !race || !one || !run) return null;
  const condition = conditionOf(one, live.commands, vm, zone, race.told_us);
  const send = (kind: string): void => {
    void ask(run, { kind: "inject", step: { kind, vm } }).then((taken) => {
      if (!taken) update({ dock: "failover" }); // where the reason stands
    });
  };
  return (
    <p className="row live-now">
      <button type="button" className="button small danger" onClick={() => { send("crash"); }}>
        {t("Fail now")}
      </button>
      <button type="button" className="button small" onClick={() => { send("restore"); }}>
        {t("Restore now")}
      </button>
      <span className="muted" role="status">
        {t("Live: {conditionWords}", { conditionWords: conditionWords(condition, race.fault_us) })}
      </span>
    </p>
  );
}

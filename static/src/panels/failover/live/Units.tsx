/** The appliances of a live race, how each fares, and the buttons that break and mend them. */

import { type ReactNode, useMemo, useState } from "react";

import type { Condition } from "../../../document/live";
import type { Machine } from "../../../document/drawing";
import { select, useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import { Mark, type State } from "../../Mark";
import { HOW, conditionWords } from "./liveWords";

/** With so few VMs and no appliance among them, each gets its buttons. */
const FEW = 4;

const MARKS: Record<Condition["state"], State> = {
  runs: "delivered",
  down: "dropped",
  paused: "ambiguous",
  "forwards nothing": "ambiguous",
  "probes are blocked": "ambiguous",
};

interface Props {
  /** How a VM fares now. */
  condition: (machine: Machine) => Condition;
  fault_us: number;
  /** Sends a step; null: this person only watches. */
  send: ((step: { kind: string; vm: string }) => void) | null;
}

export function Units({ condition, fault_us, send }: Props): ReactNode {
  const machines = useUnits();
  const [how, setHow] = useState("crash");
  if (machines.length === 0) return null;
  return (
    <div className="units">
      <ul className="plain" aria-label={t("Appliances")}>
        {machines.map((machine) => (
          <li key={machine.path} className="unit">
            <button type="button" className="link unit-name" title={t("Show on the drawing")} onClick={() => { select(machine.path, true); }}>
              {machine.name}
            </button>
            <span className="unit-state">
              <Mark state={MARKS[condition(machine).state]}>{conditionWords(condition(machine), fault_us)}</Mark>
            </span>
            {send && <Buttons machine={machine} condition={condition(machine)} how={how} send={send} />}
          </li>
        ))}
      </ul>
      {send && (
        <span className="how">
          <label className="label" htmlFor="live-how">{t("Fail means: it")}</label>
          <select id="live-how" className="input small" value={how} onChange={(event) => { setHow(event.target.value); }}>
            {HOW.map(([kind, words]) => (
              <option key={kind} value={kind}>{words}</option>
            ))}
          </select>
        </span>
      )}
    </div>
  );
}

/** Both stay where they are, so that nobody presses the other one by mistake. */
export function Buttons({ machine, condition, how = "crash", send }: { machine: Machine; condition: Condition; how?: string; send: NonNullable<Props["send"]> }): ReactNode {
  const { state } = condition;
  const fails = state === "down" || state === "paused";
  const runs = state === "runs";
  const press = (kind: string, idle: boolean): void => {
    if (!idle) send({ kind, vm: machine.id });
  };
  return (
    <span className="unit-buttons">
      <button
        type="button"
        className="button danger"
        aria-label={t("Fail {name}", { name: machine.name })}
        aria-disabled={fails}
        title={fails ? t("{name} is {state} already", { name: machine.name, state: t(state) }) : undefined}
        onClick={() => { press(how, fails); }}
      >
        {t("Fail")}
      </button>
      <button
        type="button"
        className="button"
        aria-label={t("Restore {name}", { name: machine.name })}
        aria-disabled={runs}
        title={runs ? t("{name} runs", { name: machine.name }) : undefined}
        onClick={() => { press("restore", runs); }}
      >
        {t("Restore")}
      </button>
    </span>
  );
}

function useUnits(): Machine[] {
  const drawing = useWorkbench((state) => state.drawing);
  return useMemo(() => {
    const all = drawing.vnets.flatMap((vnet) => vnet.subnets.flatMap((subnet) => subnet.machines));
    const appliances = all.filter((machine) => machine.appliance);
    return appliances.length > 0 || all.length > FEW ? appliances : all;
  }, [drawing]);
}

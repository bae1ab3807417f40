/** What is asked of the trials: a target, and how often in a month things happen. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import type { JsonObject } from "../../document/types";
import { Grade } from "../Grade";
import { useFailoverChoices } from "./failoverChoices";
import { capital } from "./sweepable";

/** What is written in the fields; empty: not asked for, or the default. */
export interface Target {
  recover: string;
  lose: string;
  rates: Record<string, string>;
}

export const NO_TARGET: Target = { recover: "", lose: "", rates: {} };

/** Return the target as a parameter of the run; nothing where nothing is asked for. */
export function targetOf({ recover, lose }: Target): JsonObject {
  const asked: JsonObject = {};
  if (known(recover)) asked.recover_s = Number(recover);
  if (known(lose)) asked.lose_packets = Number(lose);
  return Object.keys(asked).length > 0 ? { target: asked } : {};
}

/** Return the changed rates as a parameter of the run. */
export function ratesOf({ rates }: Target): JsonObject {
  const changed = Object.entries(rates).filter(([, value]) => known(value));
  return changed.length > 0 ? { rates: Object.fromEntries(changed.map(([name, value]) => [name, Number(value)])) } : {};
}

function known(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "" && Number(value) >= 0;
}

export function TargetFields({ target, change }: { target: Target; change: (target: Target) => void }): ReactNode {
  const { rates } = useFailoverChoices();
  return (
    <fieldset className="target">
      <legend className="visually-hidden">{t("Target")}</legend>
      <span className="asked">
        <label htmlFor="target-recover">{t("Recover within")}</label>
        <input id="target-recover" className="input" type="number" min={0} step="any" placeholder={t("any")} value={target.recover} onChange={(event) => { change({ ...target, recover: event.target.value }); }} />
        <span>{t("s,")}</span>
        <label htmlFor="target-lose">{t("lose at most")}</label>
        <input id="target-lose" className="input" type="number" min={0} step="any" placeholder={t("any")} value={target.lose} onChange={(event) => { change({ ...target, lose: event.target.value }); }} />
        <span>{t("packets. The next trials are judged by it.")}</span>
      </span>
      <details>
        <summary>{t("How often things happen in a month")}</summary>
        <span className="asked rates">
          {rates.map((rate) => (
            <span key={rate.name} className="field">
              <span className="row">
                <label htmlFor={`rate-${rate.name}`}>{capital(rate.words)}</label> <Grade grade={rate.grade} source={rate.source} />
              </span>
              <input
                id={`rate-${rate.name}`}
                type="number"
                min={0}
                step="any"
                placeholder={String(Number(rate.per_month.toPrecision(2)))}
                value={target.rates[rate.name] ?? ""}
                onChange={(event) => { change({ ...target, rates: { ...target.rates, [rate.name]: event.target.value } }); }}
              />
            </span>
          ))}
        </span>
      </details>
    </fieldset>
  );
}

/** What is asked of the trials: a target, and how often in a month things happen. */

import type { ReactNode } from "react";

import type { JsonObject } from "../../document/types";
import { Grade } from "../Grade";

/** What is written in the fields; empty: not asked for, or the default. */
export interface Target {
  recover: string;
  lose: string;
  rates: Record<string, string>;
}

export const NO_TARGET: Target = { recover: "", lose: "", rates: {} };

/** Events per month and instance, as the engine has them (reference on failover, sections 2.6 and 2.7). */
const RATES: [name: string, words: string, usual: string][] = [
  ["crash", "Crashes", "0.33"],
  ["pause-5", "Pauses up to 5 s", "0.3"],
  ["pause-10", "Pauses up to 10 s", "0.1"],
  ["pause-30", "Longer pauses", "0.056"],
  ["zone-lost", "Zone losses", "0.017"],
];

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
  return (
    <fieldset className="target">
      <legend className="visually-hidden">Target</legend>
      <span className="asked">
        <label htmlFor="target-recover">Recover within</label>
        <input id="target-recover" className="input" type="number" min={0} step="any" placeholder="any" value={target.recover} onChange={(event) => { change({ ...target, recover: event.target.value }); }} />
        <span>s,</span>
        <label htmlFor="target-lose">lose at most</label>
        <input id="target-lose" className="input" type="number" min={0} step="any" placeholder="any" value={target.lose} onChange={(event) => { change({ ...target, lose: event.target.value }); }} />
        <span>packets. The next trials are judged by it.</span>
      </span>
      <details>
        <summary>
          How often things happen in a month <Grade grade="D" source="assumption; change them to what you see" />
        </summary>
        <span className="asked">
          {RATES.map(([name, words, usual]) => (
            <span key={name} className="field narrow">
              <label htmlFor={`rate-${name}`}>{words}</label>
              <input
                id={`rate-${name}`}
                type="number"
                min={0}
                step="any"
                placeholder={usual}
                value={target.rates[name] ?? ""}
                onChange={(event) => { change({ ...target, rates: { ...target.rates, [name]: event.target.value } }); }}
              />
            </span>
          ))}
        </span>
      </details>
    </fieldset>
  );
}

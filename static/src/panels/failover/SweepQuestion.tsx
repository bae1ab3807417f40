/** Which number is varied, over which values. */

import { type ReactNode, useState } from "react";

import { text } from "../../document/drawing";
import { useWorkbench } from "../../document/store";
import type { JsonObject } from "../../document/types";
import { start } from "../../protocol/followed";
import { useTiming } from "./timing";

/** Numbers of the drawing itself that can be varied, with values worth trying. */
const DRAWN: [name: string, words: string, values: string][] = [
  ["probe.interval", "Probe interval, s", "5, 10, 15, 20, 30"],
  ["probe.threshold", "Probe threshold, failures", "1, 2, 3, 5"],
  ["routes", "Number of routes to an appliance", "1, 5, 20, 50, 100"],
  ["bgp.keepalive", "BGP keepalive, s", "1, 5, 10, 30, 60"],
  ["bgp.hold", "BGP hold time, s", "3, 15, 30, 90, 180"],
];

/** Return the values that somebody wrote, numbers as numbers. */
export function valuesOf(written: string): (number | string)[] {
  return written
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((value) => (Number.isFinite(Number(value)) ? Number(value) : value));
}

export function SweepQuestion({ asked, ready }: { asked: JsonObject; ready: boolean }): ReactNode {
  const profile = useWorkbench((state) => text(state.document.timing, "published"));
  const timing = useTiming(profile);
  const numbers = (timing?.numbers ?? []).flatMap((one): [string, string, string][] =>
    one.distribution === "choice"
      ? [[one.name, one.meaning, one.options.join(", ")]]
      : Object.entries(one.values).map(([field, value]) => [
          one.distribution === "constant" || one.distribution === "bernoulli" ? one.name : `${one.name}.${field}`,
          `${one.meaning}${one.distribution === "constant" || one.distribution === "bernoulli" ? "" : `, ${field}`}${one.unit === "1" ? "" : `, ${one.unit}`}`,
          around(Number(value), one.distribution === "bernoulli"),
        ]),
  );
  const all = [...DRAWN, ...numbers];
  const [parameter, setParameter] = useState(DRAWN[0]?.[0] ?? "");
  const [written, setWritten] = useState<string | null>(null);
  const [count, setCount] = useState("1000");
  const usual = all.find(([name]) => name === parameter)?.[2] ?? "";
  const values = valuesOf(written ?? usual);
  return (
    <form
      className="question"
      aria-label="Sweep"
      onSubmit={(event) => {
        event.preventDefault();
        void start("sweep", { ...asked, parameter, values, n: Math.max(1, Math.round(Number(count) || 1)) });
      }}
    >
      <div className="field">
        <label htmlFor="sweep-parameter">What is varied</label>
        <select
          id="sweep-parameter"
          value={parameter}
          onChange={(event) => {
            setParameter(event.target.value);
            setWritten(null);
          }}
        >
          <optgroup label="In the drawing">
            {DRAWN.map(([name, words]) => (
              <option key={name} value={name}>{words}</option>
            ))}
          </optgroup>
          <optgroup label="In the timing profile">
            {numbers.map(([name, words]) => (
              <option key={name} value={name}>{words}</option>
            ))}
          </optgroup>
        </select>
      </div>
      <div className="field">
        <label htmlFor="sweep-values">Values</label>
        <input id="sweep-values" className="mono" value={written ?? usual} onChange={(event) => { setWritten(event.target.value); }} />
      </div>
      <div className="field narrow">
        <label htmlFor="sweep-trials">Trials each</label>
        <input id="sweep-trials" type="number" min={1} value={count} onChange={(event) => { setCount(event.target.value); }} />
      </div>
      <button className="button" type="submit" disabled={!ready || values.length === 0}>
        Run sweep
      </button>
    </form>
  );
}

/** Values around the one of the profile: a quarter, a half, itself, twice, four times. */
function around(value: number, isShare: boolean): string {
  if (value === 0) return isShare ? "0, 0.1, 0.5, 1" : "0, 1, 5, 10";
  const found = [0.25, 0.5, 1, 2, 4].map((factor) => Number((value * factor).toPrecision(3)));
  return [...new Set(isShare ? found.map((one) => Math.min(1, one)) : found)].join(", ");
}

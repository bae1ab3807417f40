/** Which number is varied, over which values: what this drawing and these designs use. */

import type { ReactNode } from "react";

import { useWorkbench } from "../../document/store";
import { t, tx } from "../../document/text";
import { start } from "../../protocol/followed";
import { Grade } from "../Grade";
import { type Sweeping, parameterWords, valueWords, valuesOf, wrongValues } from "./sweepable";
import { useSweepable } from "./useSweepable";

const GROUPS = [
  ["drawing", t("In the drawing")],
  ["timing", t("In the timing profile")],
] as const;

interface Props {
  asked: { fault: string; designs: string[] };
  ready: boolean;
  sweeping: Sweeping;
  change: (sweeping: Sweeping) => void;
  started: () => void;
}

export function SweepQuestion({ asked, ready, sweeping, change, started }: Props): ReactNode {
  const revision = useWorkbench((state) => state.revision);
  const sweepable = useSweepable(asked.fault, asked.designs, revision);
  if (asked.designs.length === 0) return <p className="muted">{t("Choose a design: which numbers can be varied hangs on it.")}</p>;
  if (!sweepable) return <p className="skeleton">{t("Looking which numbers these designs use")}</p>;
  if (sweepable.error) return <p role="alert" className="callout danger">{sweepable.error}</p>;
  const { items } = sweepable;
  const one = items.find((item) => item.name === sweeping.parameter) ?? items[0];
  if (!one) return <p className="muted">{t("These designs use no number that can be varied here.")}</p>;
  const written = sweeping.values[one.name] ?? one.values.join(", ");
  const values = valuesOf(written);
  const wrong = wrongValues(one, values);
  return (
    <form
      className="question sweep"
      aria-label={t("Sweep")}
      onSubmit={(event) => {
        event.preventDefault();
        started();
        void start("sweep", { ...asked, parameter: one.name, values, n: Math.max(1, Math.round(Number(sweeping.trials) || 1)) });
      }}
    >
      <div className="field parameter">
        <label htmlFor="sweep-parameter">{t("What is varied")}</label>
        <select id="sweep-parameter" value={one.name} onChange={(event) => { change({ ...sweeping, parameter: event.target.value }); }}>
          {GROUPS.map(([where, title]) => {
            const here = items.filter((item) => item.where === where);
            return (
              here.length > 0 && (
                <optgroup key={where} label={title}>
                  {here.map((item) => (
                    <option key={item.name} value={item.name}>{parameterWords(item)}</option>
                  ))}
                </optgroup>
              )
            );
          })}
        </select>
      </div>
      <div className="field">
        <label htmlFor="sweep-values">{t("Values")}</label>
        <input
          id="sweep-values"
          className="mono"
          aria-invalid={wrong !== ""}
          aria-describedby="sweep-wrong"
          value={written}
          onChange={(event) => { change({ ...sweeping, values: { ...sweeping.values, [one.name]: event.target.value } }); }}
        />
      </div>
      <div className="field narrow">
        <label htmlFor="sweep-trials">{t("Trials each")}</label>
        <input id="sweep-trials" type="number" min={1} value={sweeping.trials} onChange={(event) => { change({ ...sweeping, trials: event.target.value }); }} />
      </div>
      <button className="button" type="submit" disabled={!ready || wrong !== ""}>
        {t("Run sweep")}
      </button>
      <p className="now muted">
        {tx("Now {strong} in {what}", { strong: <strong className="mono">{valueWords(one.value, one.unit)}</strong>, what: one.where === "drawing" ? t("the drawing") : t("the timing profile") })} {one.grade && <Grade grade={one.grade} source={one.source} />}
      </p>
      <span id="sweep-wrong" className={wrong ? "field-error" : "visually-hidden"}>{wrong}</span>
    </form>
  );
}

/** What one number does to every design: p50 dashed, p95 solid, and the same as a table. */

import { type ReactNode, useCallback, useMemo } from "react";

import type { Sweep } from "../../document/race";
import { t } from "../../document/text";
import type { Run } from "../../document/types";
import { Chart } from "./Chart";
import { SweepTable } from "./SweepTable";
import { curves } from "./curves";
import { unitOf } from "./sweepable";
import { sweepWords } from "./sweepWords";
import { useParameterWords } from "./useSweepable";

export function SweepView({ sweep, run }: { sweep: Sweep; run: Run | null }): ReactNode {
  const { points, summary } = sweep;
  const first = points[0];
  const { title, unit } = useParameterWords(run, first?.parameter ?? "");
  const { x, series } = useMemo(() => curves(sweep), [sweep]);
  const xWords = useCallback((value: number): string => `${value}${unitOf(unit) ? ` ${unitOf(unit)}` : ""}`, [unit]);
  if (!first) return null;
  const said = sweepWords(sweep, unit);
  const caption = t("Time until new flows recover, by {title}", { title: title.charAt(0).toLowerCase() + title.slice(1) });
  return (
    <section className="trials" data-testid={summary ? "sweep-summary" : undefined} aria-label={t("Sweep")}>
      <h3>
        {title} {summary && <span className="muted">{t("{n} trials for each value, seed {seed}", { n: summary.n.toLocaleString("en"), seed: summary.seed })}</span>}
      </h3>
      {said.length > 0 ? (
        <ul className="said">
          {said.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p className="said">{t("The curve grows point by point.")}</p>
      )}
      {x.length > 1 && (
        <figure className="curve">
          <figcaption>{t("{caption}: p95 solid, p50 dashed", { caption })}</figcaption>
          <Chart label={`${caption}. ${said.join(" ")}`} x={x} series={series} xWords={xWords} yWords={secondsOf} />
        </figure>
      )}
      <SweepTable points={points} title={title} unit={unit} />
    </section>
  );
}

function secondsOf(value: number): string {
  return t("{value} s", { value });
}

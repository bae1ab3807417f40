/** What one number does to every design: p50 dashed, p95 solid, and the same as a table. */

import { type ReactNode, useMemo } from "react";

import { type Sweep, seconds } from "../../document/race";
import { Chart } from "./Chart";
import { curves } from "./curves";

export function SweepView({ sweep }: { sweep: Sweep }): ReactNode {
  const { points, summary } = sweep;
  const designs = useMemo(() => points[0]?.designs ?? [], [points]);
  const { x, series } = useMemo(() => curves(sweep), [sweep]);
  const first = points[0];
  if (!first) return null;
  const titled = (id: string): string => designs.find((row) => row.design === id)?.title ?? id;
  const said = (summary?.designs ?? []).map((row) =>
    row.best_value === null
      ? `${titled(row.design)} never recovers.`
      : `${titled(row.design)}: p95 from ${seconds(row.best_p95)} (at ${row.best_value}) to ${seconds(row.worst_p95)}.${ofMonth(row)}`,
  );
  return (
    <section className="trials" data-testid={summary ? "sweep-summary" : undefined} aria-label="Sweep">
      <h3>
        {first.parameter}
        {summary && `, ${summary.n.toLocaleString("en")} trials for each value, seed ${summary.seed}`}
      </h3>
      <p className="said">{said.join(" ") || "The curve grows point by point."}</p>
      {x.length > 1 && (
        <figure className="curve">
          <Chart label={`Seconds until new flows recover, by ${first.parameter}. ${said.join(" ")}`} x={x} series={series} xWords={String} yWords={secondsOf} />
          <figcaption>Seconds until new flows recover, by {first.parameter}: p95 solid, p50 dashed</figcaption>
        </figure>
      )}
      <div className="table-wrap" tabIndex={0} role="region" aria-label="Points of the sweep">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">{first.parameter}</th>
              {designs.flatMap((design) =>
                ["p50", "p95", "packets lost, p50", "away in a month"].map((name) => (
                  <th scope="col" className="number" key={`${design.design} ${name}`}>
                    {design.title}, {name}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={String(point.value)}>
                <th scope="row" className="number">{point.value}</th>
                {point.designs.flatMap((row) => [
                  <td className="number" key={`${row.design} p50`}>{seconds(row.p50)}</td>,
                  <td className="number" key={`${row.design} p95`}>{seconds(row.p95)}</td>,
                  <td className="number" key={`${row.design} lost`}>{Math.round(row.lost_p50).toLocaleString("en")}</td>,
                  <td className="number" key={`${row.design} month`}>{seconds(row.month_s)}</td>,
                ])}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Say which value a month likes best, where that is another one than the quickest. */
function ofMonth(row: { best_value: number | string | null; best_month_value: number | string; best_month_s: number }): string {
  if (row.best_month_value === row.best_value) return "";
  return ` False alarms counted, a month loses least at ${row.best_month_value}: ${seconds(row.best_month_s)}.`;
}

function secondsOf(value: number): string {
  return `${value} s`;
}

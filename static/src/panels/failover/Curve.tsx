/** The share of trials recovered after so many seconds, all designs over one logarithmic axis of time. */

import { type ReactNode, useMemo } from "react";

import { seconds } from "../../document/race";
import { t } from "../../document/text";
import { Chart } from "./Chart";
import { type CurveRow, LEAST_S, sharedBy, steps } from "./curves";
import { SameAsTable } from "./SameAsTable";

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
const WHOLE: [number, number] = [0, 1];

export function Curve({ rows, target }: { rows: CurveRow[]; target: number | null }): ReactNode {
  const { x, series } = useMemo(() => steps(rows), [rows]);
  const mark = useMemo(() => (target === null ? null : { at: Math.max(target, LEAST_S), text: t("target {seconds}", { seconds: seconds(target) }) }), [target]);
  const words = rows.map((row) => `${row.title}: ${within(row)}${target === null ? "" : t(", {percent} % within the target", { percent: Math.round(sharedBy(row, target) * 100) })}.`);
  return (
    <figure className="curve">
      <figcaption>{t("Share of trials in which new flows are back, by seconds after the fault")}</figcaption>
      <p className="said">{words.join(" ")}</p>
      <Chart label={t("Share of trials recovered after so many seconds. {words}", { words: words.join(" ") })} x={x} series={series} logarithmic stepped xWords={axisWords} yWords={percent} yRange={WHOLE} mark={mark} />
      <SameAsTable
        label={t("Distribution")}
        corner={t("Share of trials")}
        columns={rows.map((row) => ({ key: row.design, name: row.title }))}
        rows={SHARES.map((share) => ({
          key: String(share),
          name: percent(share),
          cells: rows.map((row) => seconds(row.ecdf.find(([, reached]) => reached >= share)?.[0])),
        }))}
      />
    </figure>
  );
}

/** Say within which time half of the trials recover, and nearly all. */
function within({ p50, p95 }: CurveRow): string {
  if (p50 === null) return t("more than half of the trials never recover");
  const half = t("half of the trials recover within {seconds}", { seconds: seconds(p50) });
  return p95 === null ? t("{half}, and at least one in twenty never", { half }) : t("{half}, 95 % within {seconds}", { half, seconds: seconds(p95) });
}

function axisWords(value: number): string {
  return t("{value} s", { value: Number(value.toPrecision(2)) });
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

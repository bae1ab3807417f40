/** What a sweep says, design by design, in sentences. Knows no DOM. */

import { type Sweep, type SweepPoint, seconds } from "../../document/race";
import { t } from "../../document/text";
import { valueWords } from "./sweepable";

type Row = SweepPoint["designs"][number];

/** Return one sentence for each design; none before the summary is there. */
export function sweepWords({ points, summary }: Sweep, unit: string): string[] {
  if (!summary) return [];
  return summary.designs.map((row) => {
    const title = points[0]?.designs.find((one) => one.design === row.design)?.title ?? row.design;
    const rows = rowsOf(points, row.design);
    if (rows.every((one) => one.p50 === null)) return t("{title}: more than half of the trials never recover, at any value.", { title });
    if (points.length > 1 && isFlat(rows)) return t("{title} does not depend on it: p95 {seconds}.", { title, seconds: seconds(rows[0]?.p95) });
    const best = row.best_value === null ? t("the p95 never recovers") : t("p95 from {seconds} (at {valueWords}) to {seconds2}", { seconds: seconds(row.best_p95), valueWords: valueWords(row.best_value, unit), seconds2: seconds(row.worst_p95) });
    return `${title}: ${best}.${monthWords(row, unit)}`;
  });
}

/** Return the rows of a design, point by point. */
export function rowsOf(points: readonly SweepPoint[], design: string): Row[] {
  return points.flatMap((point) => point.designs.filter((row) => row.design === design));
}

/** Whether a design recovers and loses alike at every value. */
export function isFlat(rows: readonly Row[]): boolean {
  const [first] = rows;
  return first !== undefined && rows.every((row) => row.p50 === first.p50 && row.p95 === first.p95 && row.lost_p50 === first.lost_p50 && row.month_s === first.month_s);
}

/** Say which value a month likes best, where that is another one than the quickest. */
function monthWords(row: { best_value: number | string | null; best_month_value: number | string | null; best_month_s: number | null }, unit: string): string {
  if (row.best_month_value === null || row.best_month_value === row.best_value) return "";
  return t(" False alarms counted, a month loses least at {valueWords}: {seconds}.", { valueWords: valueWords(row.best_month_value, unit), seconds: seconds(row.best_month_s) });
}

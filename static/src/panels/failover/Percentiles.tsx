/** Percentiles of the time until new flows recover, with intervals; the best of each column stands in bold. */

import type { ReactNode } from "react";

import { type Assumption, type Summary, type TrialsRow, between, seconds, winner } from "../../document/race";
import { t } from "../../document/text";
import { Caption, TableWrap } from "./TableWrap";
import { Weakest } from "./Weakest";

interface Props {
  summary: Summary;
  /** What each design rests on, by its id, as a race of the same question tells it; empty where there is none. */
  rests: ReadonlyMap<string, readonly Assumption[]>;
}

export function Percentiles({ summary, rests }: Props): ReactNode {
  const rows = summary.designs;
  const known = rows.some((row) => rests.has(row.design));
  const cell = (row: TrialsRow, value: (row: TrialsRow) => number | null | undefined, words = seconds): ReactNode =>
    winner(rows, value) === row ? <strong>{words(value(row))}</strong> : words(value(row));
  return (
    <TableWrap label={t("Percentiles")}>
      <table className="table">
        <Caption>{t("Until new flows recover, from the fault")}</Caption>
        <thead>
          <tr>
            <th scope="col">{t("Design")}</th>
            <th scope="col" className="number">p50</th>
            <th scope="col" className="number">p95</th>
            <th scope="col" className="number">p99</th>
            <th scope="col" className="number">{t("max")}</th>
            <th scope="col" className="number">{t("95 % interval of p50")}</th>
            <th scope="col" className="number">{t("95 % interval of p95")}</th>
            <th scope="col" className="number">{t("Packets lost, p50")}</th>
            <th scope="col" className="number">{t("Existing flows never")}</th>
            {known && <th scope="col">{t("Weakest number")}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.design}>
              <th scope="row">{row.title}</th>
              <td className="number">{cell(row, (one) => one.new.p50)}</td>
              <td className="number">{cell(row, (one) => one.new.p95)}</td>
              <td className="number">{summary.n < 1000 ? t("needs 1,000 trials") : cell(row, (one) => one.new.p99)}</td>
              <td className="number">{cell(row, (one) => one.new.max)}</td>
              <td className="number">{between(row.interval.p50)}</td>
              <td className="number">{between(row.interval.p95)}</td>
              <td className="number">{cell(row, (one) => one.lost.p50, (value) => Math.round(Number(value)).toLocaleString("en"))}</td>
              <td className="number">{cell(row, (one) => one.existing.never, (value) => `${Math.round(Number(value) * 100)} %`)}</td>
              {known && <td><Weakest of={rests.get(row.design) ?? []} /></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </TableWrap>
  );
}

/** Percentiles of the time until new flows recover, with intervals; the best of each column stands in bold. */

import type { ReactNode } from "react";

import { type Summary, type TrialsRow, between, seconds, winner } from "../../document/race";

export function Percentiles({ summary }: { summary: Summary }): ReactNode {
  const rows = summary.designs;
  const cell = (row: TrialsRow, value: (row: TrialsRow) => number | null | undefined, words = seconds): ReactNode =>
    winner(rows, value) === row ? <strong>{words(value(row))}</strong> : words(value(row));
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="Percentiles">
      <table className="table">
        <caption>Until new flows recover, from the fault</caption>
        <thead>
          <tr>
            <th scope="col">Design</th>
            <th scope="col" className="number">p50</th>
            <th scope="col" className="number">p95</th>
            <th scope="col" className="number">p99</th>
            <th scope="col" className="number">max</th>
            <th scope="col" className="number">95 % interval of p50</th>
            <th scope="col" className="number">95 % interval of p95</th>
            <th scope="col" className="number">Packets lost, p50</th>
            <th scope="col" className="number">Existing flows never</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.design}>
              <th scope="row">{row.title}</th>
              <td className="number">{cell(row, (one) => one.new.p50)}</td>
              <td className="number">{cell(row, (one) => one.new.p95)}</td>
              <td className="number">{summary.n < 1000 ? "needs 1,000 trials" : cell(row, (one) => one.new.p99)}</td>
              <td className="number">{cell(row, (one) => one.new.max)}</td>
              <td className="number">{between(row.interval.p50)}</td>
              <td className="number">{between(row.interval.p95)}</td>
              <td className="number">{cell(row, (one) => one.lost.p50, (value) => Math.round(Number(value)).toLocaleString("en"))}</td>
              <td className="number">{cell(row, (one) => one.existing.never, (value) => `${Math.round(Number(value) * 100)} %`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The points of a sweep: values as columns, and for each design what it does there as rows. */

import type { ReactNode } from "react";

import { type SweepPoint, seconds } from "../../document/race";
import { t } from "../../document/text";
import { Caption, TableWrap } from "./TableWrap";
import { unitOf } from "./sweepable";
import { isFlat, rowsOf } from "./sweepWords";

type Row = SweepPoint["designs"][number];

const AWAY = t("Away in a month");
const MEASURES: [name: string, written: (row: Row) => string][] = [
  [t("New flows recover, p50"), (row) => seconds(row.p50)],
  [t("New flows recover, p95"), (row) => seconds(row.p95)],
  [t("Packets lost, p50"), (row) => Math.round(row.lost_p50).toLocaleString("en")],
  [AWAY, (row) => seconds(row.month_s)],
];

export function SweepTable({ points, title, unit }: { points: readonly SweepPoint[]; title: string; unit: string }): ReactNode {
  const designs = points[0]?.designs ?? [];
  const measures = MEASURES.filter(([name]) => name !== AWAY || designs.some((row) => row.month_s !== null));
  const behind = unitOf(unit);
  return (
    <TableWrap label={t("Points of the sweep")}>
      <table className="table sweep-table">
        <Caption>{t("{title}: what each value does", { title })}</Caption>
        <thead>
          <tr>
            <th scope="col">{t("Design")}</th>
            <th scope="col">{t("At")}</th>
            {points.map((point) => (
              <th scope="col" className="number" key={String(point.value)}>
                {point.value}
                {behind && ` ${behind}`}
              </th>
            ))}
          </tr>
        </thead>
        {designs.map((design) => {
          const rows = rowsOf(points, design.design);
          const flat = points.length > 1 && isFlat(rows);
          return (
            <tbody key={design.design}>
              {measures.map(([name, written], index) => (
                <tr key={name}>
                  {index === 0 && (
                    <th scope="rowgroup" rowSpan={measures.length}>
                      {design.title}
                      {flat && <span className="muted">{t("does not depend on it")}</span>}
                    </th>
                  )}
                  <th scope="row">{name}</th>
                  {rows.map((row, place) => (
                    <td className={flat ? "number muted" : "number"} key={String(points[place]?.value)}>{written(row)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </TableWrap>
  );
}

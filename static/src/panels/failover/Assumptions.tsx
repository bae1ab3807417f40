/** Every number a race used, design by design, with grade and source. */

import type { ReactNode } from "react";

import type { Race } from "../../document/race";
import { t, tn } from "../../document/text";
import { Grade } from "../Grade";
import { Caption, TableWrap } from "./TableWrap";

export function Assumptions({ race }: { race: Race }): ReactNode {
  const assumed = race.contenders.reduce((sum, one) => sum + one.assumptions.filter((row) => row.grade === "D").length, 0);
  return (
    <details className="happened">
      <summary>
        {t("What it rests on: numbers with grade and source")}{assumed > 0 && tn("; {n} of them is an assumption", "; {n} of them are assumptions", assumed)}
      </summary>
      {race.contenders.map((one) => (
        <TableWrap key={one.design} label={t("Numbers under {title}", { title: one.title })}>
          <table className="table">
            <Caption>{one.title}</Caption>
            <thead>
              <tr>
                <th scope="col">{t("Number")}</th>
                <th scope="col">{t("Value")}</th>
                <th scope="col">{t("Grade and source")}</th>
              </tr>
            </thead>
            <tbody>
              {one.assumptions.map((row, index) => (
                <tr key={`${index} ${row.name}`}>
                  <td>{row.name}</td>
                  <td>{row.value}</td>
                  <td>
                    <Grade grade={row.grade} source={row.source} open />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableWrap>
      ))}
    </details>
  );
}

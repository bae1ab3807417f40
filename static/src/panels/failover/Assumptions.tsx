/** Every number a race used, design by design, with grade and source. */

import type { ReactNode } from "react";

import type { Race } from "../../document/race";
import { Grade } from "../Grade";
import { Caption, TableWrap } from "./TableWrap";

export function Assumptions({ race }: { race: Race }): ReactNode {
  const assumed = race.contenders.reduce((sum, one) => sum + one.assumptions.filter((row) => row.grade === "D").length, 0);
  return (
    <details className="happened">
      <summary>
        What it rests on: numbers with grade and source{assumed > 0 && `; ${assumed} of them ${assumed === 1 ? "is an assumption" : "are assumptions"}`}
      </summary>
      {race.contenders.map((one) => (
        <TableWrap key={one.design} label={`Numbers under ${one.title}`}>
          <table className="table">
            <Caption>{one.title}</Caption>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">Value</th>
                <th scope="col">Grade and source</th>
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

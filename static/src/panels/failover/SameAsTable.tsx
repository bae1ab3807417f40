/** What a chart shows, as a table behind a disclosure. */

import type { ReactNode } from "react";
import { t } from "../../document/text";
import { TableWrap } from "./TableWrap";

interface Props {
  label: string;
  /** What the first column holds. */
  corner: string;
  columns: { key: string; name: string }[];
  /** A name and one cell for each column. */
  rows: { key: string; name: string; cells: string[] }[];
}

export function SameAsTable({ label, corner, columns, rows }: Props): ReactNode {
  return (
    <details className="same-as-table">
      <summary>{t("The same as a table")}</summary>
      <TableWrap label={label}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{corner}</th>
              {columns.map((column) => (
                <th scope="col" className="number" key={column.key}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">{row.name}</th>
                {row.cells.map((cell, place) => (
                  <td className="number" key={columns[place]?.key}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableWrap>
    </details>
  );
}

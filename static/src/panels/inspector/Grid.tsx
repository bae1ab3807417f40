/** A small table of the inspector under a heading, with the facts it rests on. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import { FactLinks } from "../reference/FactLinks";

export interface GridRow {
  key: string;
  cells: ReactNode[];
  marked?: boolean;
}

interface Props {
  title: string;
  facts: string[];
  head: string[];
  rows: GridRow[];
  none?: string;
  children?: ReactNode;
}

export function Grid({ title, facts, head, rows, none = t("None."), children }: Props): ReactNode {
  return (
    <section aria-label={title}>
      <h3 className="grid-head">
        {title} <FactLinks ids={facts} />
      </h3>
      {rows.length === 0 && <p className="muted">{none}</p>}
      {rows.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t("Table: {title}", { title })}>
          <table className="table">
            <thead>
              <tr>
                {head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key} className={row.marked === true ? "marked" : ""}>
                  {row.cells.map((cell, index) => (
                    <td key={head[index]} className="mono">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {children}
    </section>
  );
}

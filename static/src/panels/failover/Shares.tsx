/** Shares of a whole as one stacked bar for each design, with a sentence and the same as a table. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import { SameAsTable } from "./SameAsTable";

export interface Part {
  key: string;
  name: string;
  className: string;
}

interface Props {
  title: string;
  /** What it shows, in one sentence. */
  text: string;
  parts: Part[];
  rows: { key: string; name: string; values: Record<string, number>; note?: string }[];
  /** How a value is written in the table. */
  written: (value: number) => string;
}

export function Shares({ title, text, parts, rows, written }: Props): ReactNode {
  const used = parts.filter((part) => rows.some((row) => (row.values[part.key] ?? 0) > 0));
  return (
    <figure className="shares">
      <figcaption>{title}</figcaption>
      <p className="said">{text}</p>
      {rows.map((row) => {
        const whole = used.reduce((sum, part) => sum + (row.values[part.key] ?? 0), 0);
        return (
          <div key={row.key} className="share-row">
            <span className="share-name">
              {row.name} {row.note && <span className="muted">{row.note}</span>}
            </span>
            <span className="bar-parts" aria-hidden="true">
              {used.map((part) => (
                <span
                  key={part.key}
                  className={part.className}
                  title={`${part.name}: ${written(row.values[part.key] ?? 0)}`}
                  style={{ width: `${whole > 0 ? ((row.values[part.key] ?? 0) / whole) * 100 : 0}%` }}
                />
              ))}
            </span>
          </div>
        );
      })}
      <ul className="legend" aria-hidden="true">
        {used.map((part) => (
          <li key={part.key}>
            <span className={`swatch ${part.className}`} /> {part.name}
          </li>
        ))}
      </ul>
      <SameAsTable
        label={title}
        corner={t("Design")}
        columns={used}
        rows={rows.map((row) => ({ key: row.key, name: row.name, cells: used.map((part) => written(row.values[part.key] ?? 0)) }))}
      />
    </figure>
  );
}

/** Designs that cannot be played for a fault, each with its reason. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import type { Choice } from "./choice";

export function Refused({ refused, choice }: { refused: Record<string, string>; choice: Choice }): ReactNode {
  const rows = Object.entries(refused);
  if (rows.length === 0) return null;
  const titles = new Map(choice.designs.map((design) => [design.id, design.title]));
  return (
    <details className="refused">
      <summary>{t("Cannot be played here ({rows})", { rows: rows.length })}</summary>
      <dl>
        {rows.map(([id, reason]) => (
          <div key={id}>
            <dt>{titles.get(id) ?? wordsOf(id)}</dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function wordsOf(id: string): string {
  const text = id.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What became of the connections: five exclusive shares, as a bar and in words. */

import type { ReactNode } from "react";

import type { Metrics } from "../../document/race";
import { t } from "../../document/text";

const OUTCOMES = [
  ["survived", "survived"],
  ["stalled", "stalled"],
  ["reset", "reset"],
  ["hung", "hang"],
  ["never_started", t("never started")],
] as const;

export function FlowBar({ flows }: { flows: Metrics["flows"] }): ReactNode {
  const words = OUTCOMES.filter(([key]) => flows[key] > 0).map(([key, word]) => `${percent(flows[key])} ${word}`);
  return (
    <span className="flow-bar">
      <span className="bar-parts" aria-hidden="true">
        {OUTCOMES.map(([key]) => (
          <span key={key} className={`flow-${key}`} style={{ width: `${flows[key] * 100}%` }} />
        ))}
      </span>
      <span>{words.join(", ")}</span>
    </span>
  );
}

function percent(share: number): string {
  return share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}

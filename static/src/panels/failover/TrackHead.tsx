/** What a design did last and what came of it, in words beside its lanes. */

import type { ReactNode } from "react";

import { type Contender, type Note, clock, duration } from "../../document/race";
import { t } from "../../document/text";
import { Fares } from "./Standings";

/** What a design did last, while the race goes on; what it means for flows stands beside it. */
export function Lately({ notes, at, fault }: { notes: Note[]; at: number; fault: number }): ReactNode {
  const last = notes.findLast((note) => note.t_us <= at && note.lane !== "flows");
  return (
    <span className="lately" title={last?.text}>
      {last && (
        <>
          <span className="mono">{clock(last.t_us, fault)}</span> {last.text}
        </>
      )}
    </span>
  );
}

export function Result({ one, grows, at, fault }: { one: Contender; grows: boolean; at: number; fault: number }): ReactNode {
  const { metrics } = one;
  if (!metrics && grows) {
    return (
      <span className="track-result">
        <Fares one={one} at={at} fault={fault} />
      </span>
    );
  }
  if (!metrics) return <span className="muted">{t("running")}</span>;
  return (
    <span className="track-result">
      <span>
        {t("new flows back")} <strong className="mono">{metrics.recover_new_us === null ? t("never") : t("after {duration}", { duration: duration(metrics.recover_new_us) })}</strong>
      </span>
      <span>
        {t("lost")} <strong className="mono">{metrics.lost.total.toLocaleString("en")}</strong>
      </span>
    </span>
  );
}

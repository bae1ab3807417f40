/** Who carries new flows at the cursor of a race that goes on, all designs in one line; choosing one draws it. */

import type { ReactNode } from "react";

import { flowsFailSince } from "../../document/live";
import { type Contender, clock } from "../../document/race";
import { t } from "../../document/text";
import { Mark } from "../Mark";

interface Props {
  contenders: Contender[];
  /** The design on the drawing. */
  drawn: string;
  at: number;
  fault: number;
  choose: (design: string) => void;
}

export function Standings({ contenders, drawn, at, fault, choose }: Props): ReactNode {
  if (contenders.length < 2) return null;
  return (
    <div className="standings" role="group" aria-label={t("How new flows fare")}>
      <span className="muted">{t("New flows")}</span>
      {contenders.map((one) => (
        <button key={one.design} type="button" className="standing" aria-pressed={one.design === drawn} title={t("Show {title} on the drawing", { title: one.title })} onClick={() => { choose(one.design); }}>
          {one.title} <Fares one={one} at={at} fault={fault} short />
        </button>
      ))}
    </div>
  );
}

/** Whether new flows arrive, or since when they fail. */
export function Fares({ one, at, fault, short = false }: { one: Contender; at: number; fault: number; short?: boolean }): ReactNode {
  const since = flowsFailSince(one, at);
  if (since === null) return <Mark state="delivered">{short ? t("arrive") : t("all new flows arrive")}</Mark>;
  return <Mark state="dropped">{t("{what} since {clock}", { what: short ? t("fail") : t("new flows fail"), clock: clock(since, fault) })}</Mark>;
}

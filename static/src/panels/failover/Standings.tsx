/** Who carries new flows at the cursor of a race that goes on, all designs in one line; choosing one draws it. */

import type { ReactNode } from "react";

import { flowsFailSince } from "../../document/live";
import { type Contender, clock } from "../../document/race";
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
    <div className="standings" role="group" aria-label="How new flows fare">
      <span className="muted">New flows</span>
      {contenders.map((one) => (
        <button key={one.design} type="button" className="standing" aria-pressed={one.design === drawn} title={`Show ${one.title} on the drawing`} onClick={() => { choose(one.design); }}>
          {one.title} <Fares one={one} at={at} fault={fault} short />
        </button>
      ))}
    </div>
  );
}

/** Whether new flows arrive, or since when they fail. */
export function Fares({ one, at, fault, short = false }: { one: Contender; at: number; fault: number; short?: boolean }): ReactNode {
  const since = flowsFailSince(one, at);
  if (since === null) return <Mark state="delivered">{short ? "arrive" : "all new flows arrive"}</Mark>;
  return <Mark state="dropped">{short ? "fail" : "new flows fail"} since {clock(since, fault)}</Mark>;
}

/** The clock over the lanes, from the fault on. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import type { Scale } from "./lanes";

const STEPS_S = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600];

export function Ticks({ scale, fault, children }: { scale: Scale; fault: number; children?: ReactNode }): ReactNode {
  const length = (scale.to - Math.max(scale.from, fault)) / 1e6;
  const step = STEPS_S.find((one) => length / one <= (innerWidth < 700 ? 4 : 10)) ?? 7200;
  const marks: number[] = [];
  // The last word needs room to its right.
  const first = Math.max(0, Math.ceil((scale.from - fault) / 1e6 / step) * step);
  for (let second = first; fault + second * 1e6 <= scale.to && scale.share(fault + second * 1e6) < 95; second += step) marks.push(second);
  return (
    <div className="track-row ticks">
      <span className="ticks-head">{children}</span>
      <span className="lane-area" aria-hidden="true">
        {marks.map((second) => (
          <span key={second} className="tick mono" style={{ left: `${scale.share(fault + second * 1e6)}%` }}>
            {t("{second} s", { second })}
          </span>
        ))}
      </span>
    </div>
  );
}


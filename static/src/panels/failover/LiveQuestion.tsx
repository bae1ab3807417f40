/** Starts a run that is played at a pace, so that people can break and mend things while it goes on. */

import { Radio } from "lucide-react";
import { type ReactNode, useState } from "react";

import type { JsonObject } from "../../document/types";
import { start, useFollowed } from "../../protocol/followed";

const SPEEDS = [1, 2, 5, 10];

export function LiveQuestion({ asked, ready }: { asked: JsonObject; ready: boolean }): ReactNode {
  const [speed, setSpeed] = useState(1);
  const { unknown } = useFollowed("live");
  if (unknown) return null;
  return (
    <div className="question">
      <div className="field narrow">
        <label htmlFor="live-speed">Speed</label>
        <select id="live-speed" value={speed} onChange={(event) => { setSpeed(Number(event.target.value)); }}>
          {SPEEDS.map((one) => (
            <option key={one} value={one}>×{one}</option>
          ))}
        </select>
      </div>
      <button type="button" className="button primary" disabled={!ready} onClick={() => void start("live", { ...asked, speed })}>
        <Radio size={14} aria-hidden="true" /> Play live
      </button>
    </div>
  );
}

/** The clock of a race that is still being told: word of it comes about once a second, and it runs on in between. */

import { useEffect, useRef, useState } from "react";
import { calm } from "./calm";

const TICK_MS = 80;
/** It runs on for so long without a word; then nobody knows, and it stands. */
const AHEAD_S = 1.5;
/** So far ahead of the truth it waits for it; further, it goes back. */
const SLACK_S = 0.5;

/** Return the time to show, microseconds. Who wants less motion sees what is told, and no running clock. */
export function useTold(told_us: number, pace: number, growing: boolean): number {
  const [shown, setShown] = useState(told_us);
  const word = useRef({ told_us, pace, came: 0 });
  useEffect(() => {
    word.current = { told_us, pace, came: performance.now() };
  }, [told_us, pace]);
  const smooth = growing && !calm();
  useEffect(() => {
    if (!smooth) return undefined;
    const timer = setInterval(() => {
      const last = word.current;
      setShown((old) => runOn(old, last.told_us, last.pace, (performance.now() - last.came) / 1000));
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [smooth]);
  return smooth ? shown : told_us;
}

/** Return where a clock stands that showed something, `since_s` seconds after the last word of the truth. */
export function runOn(shown_us: number, told_us: number, pace: number, since_s: number): number {
  const second = pace * 1e6;
  const goal = told_us + second * Math.min(since_s, AHEAD_S);
  return shown_us > goal + SLACK_S * second ? goal : Math.max(shown_us, goal);
}

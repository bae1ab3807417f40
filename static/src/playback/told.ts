/** The clock of a race that is still being told: it runs smoothly behind what is told and never ahead of it. */

import { useEffect, useRef, useState } from "react";

const TICK_MS = 80;
/** A clock that is further behind than so many seconds of its pace jumps. */
const FAR_S = 3;
/** So far behind it stays, for the next word comes about once a second. */
const NEAR_S = 1;

/** Return the time to show, microseconds: what is told, reached at its pace. */
export function useTold(told_us: number, pace: number, growing: boolean): number {
  const [shown, setShown] = useState(told_us);
  const goal = useRef({ told_us, pace });
  useEffect(() => {
    goal.current = { told_us, pace };
  }, [told_us, pace]);
  const smooth = growing && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  useEffect(() => {
    if (!smooth) return undefined;
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const passed = (now - before) / 1000;
      before = now;
      setShown((old) => follow(old, goal.current.told_us, goal.current.pace, passed));
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [smooth]);
  return smooth ? Math.min(shown, told_us) : told_us;
}

/** Return where a clock stands that ran on for `passed_s` seconds towards what is told. */
export function follow(shown_us: number, told_us: number, pace: number, passed_s: number): number {
  const second = pace * 1e6;
  const behind = told_us - shown_us;
  if (behind <= 0 || second === 0) return told_us;
  if (behind > FAR_S * second) return told_us - NEAR_S * second;
  const hurry = behind > NEAR_S * second ? 1.2 : 1;
  return Math.min(told_us, shown_us + hurry * passed_s * second);
}

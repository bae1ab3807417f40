/** One time cursor for packet walks and failover timelines, and one set of keys for it. */

import { type KeyboardEvent, useCallback, useEffect, useState } from "react";

export interface Player {
  at: number;
  playing: boolean;
  seek: (at: number) => void;
  toggle: () => void;
  /** Play from the beginning, whatever was played before. */
  restart: () => void;
  keys: (event: KeyboardEvent) => void;
}

/**
 * A cursor from 0 to `end`, moving by `rate` a second while it plays, by `step` with the arrow keys.
 */
export function usePlayer(end: number, rate: number, step: number): Player {
  const [at, setAt] = useState(0);
  const [started, setStarted] = useState(false);
  const here = Math.min(at, end);
  const playing = started && here < end;

  const seek = useCallback((wanted: number) => {
    setStarted(false);
    setAt(Math.max(0, wanted)); // beyond the end means the end, also of what is still to come
  }, []);

  const toggle = useCallback(() => {
    if (!playing && here >= end) setAt(0);
    setStarted(!playing);
  }, [playing, here, end]);

  const restart = useCallback(() => {
    setAt(0);
    setStarted(true);
  }, []);

  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    let before = performance.now();
    const tick = (now: number): void => {
      const passed = (now - before) / 1000;
      before = now;
      setAt((old) => Math.min(end, old + passed * rate));
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [playing, end, rate]);

  const keys = useCallback(
    (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName) && target.getAttribute("type") !== "range") return;
      const wanted = keyed(event.key, here, end, step);
      if (wanted !== null) seek(wanted);
      else if (event.key === " " && !["BUTTON", "A", "SUMMARY"].includes(target.tagName)) toggle();
      else return;
      event.preventDefault();
    },
    [here, end, step, seek, toggle],
  );

  return { at: here, playing, seek, toggle, restart, keys };
}

/** Return where a key moves the cursor; null when it does not. */
export function keyed(key: string, at: number, end: number, step: number): number | null {
  if (key === "ArrowRight") return Math.min(end, at + step);
  if (key === "ArrowLeft") return Math.max(0, at - step);
  if (key === "Home") return 0;
  if (key === "End") return end;
  return null;
}

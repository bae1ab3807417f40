/** Where the cursor of a race stands: at a player's place, or at the newest word of a race that still grows. */

import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { WINDOWS_US, roundLength, windowAt } from "../../document/live";
import { type MomentLink } from "../../document/moment";
import { type Race, isGrowing } from "../../document/race";
import { type Player, keyed, usePlayer } from "../../playback/player";
import { useTold } from "../../playback/told";
import type { Scale } from "./lanes";
import { calm } from "../../playback/calm";

/** Simulated time shown before the fault, microseconds. */
const BEFORE_US = 5_000_000;
const STEP_US = 1_000_000;

export interface RaceClock {
  /** The race goes on and nobody knows when it ends. */
  growing: boolean;
  /** First and last time there is, so far. */
  start: number;
  end: number;
  at: number;
  /** Somebody looks at an earlier moment of a race that goes on. */
  held: boolean;
  seek: (t_us: number) => void;
  toNow: () => void;
  keys: (event: KeyboardEvent) => void;
  player: Player;
  scale: Scale;
  /** Length of the stretch in sight; null: all of it. */
  span: number | null;
  setSpan: (length: number | null) => void;
}

export function useRaceClock(race: Race, pace: number, speed: number, linked: MomentLink | null): RaceClock {
  const growing = isGrowing(race);
  const start = Math.max(0, race.fault_us - BEFORE_US);
  const told = useTold(race.told_us, pace, growing);
  const end = growing ? Math.max(told, start) : Math.max(race.duration_us, race.fault_us + 1);
  const player = usePlayer(end - start, speed * 1_000_000, STEP_US);
  const { seek: place, restart } = player;
  const [held, setHeld] = useState(growing && linked !== null);
  const newest = useRef(end);
  useEffect(() => {
    newest.current = end;
  }, [end]);
  const seek = useCallback(
    (t_us: number): void => {
      setHeld(t_us < newest.current);
      place(t_us - start);
    },
    [place, start],
  );
  const toNow = useCallback((): void => { setHeld(false); }, []);
  const complete = race.contenders.every((found) => found.metrics !== null);
  const placed = useRef(false);
  useEffect(() => {
    if (linked && !placed.current && (complete || growing)) {
      placed.current = true;
      seek(linked.t_us);
    }
    // A race that has just come in plays itself once; who wants less motion sees the end, and so does who saw it live.
    else if (!complete) return;
    else if (race.live ? !held : calm()) seek(end);
    else if (!race.live) restart();
    // Only the arrival of the last number starts it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [complete]);
  const cursor = start + player.at;
  // While a race is being told, the cursor stands at the newest word of it, unless somebody looks back.
  const at = growing ? (held ? Math.min(cursor, end) : end) : complete || race.told_us === 0 ? cursor : Math.max(start, race.told_us);
  const { span, setSpan, scale } = useWindow(race, growing, at, start, end);
  const keys = (event: KeyboardEvent): void => {
    if (!growing) {
      player.keys(event);
      return;
    }
    const target = event.target as HTMLElement;
    if (["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName) && target.getAttribute("type") !== "range") return;
    const wanted = keyed(event.key, at - start, end - start, STEP_US);
    if (wanted !== null) seek(start + wanted);
    else if (event.key === " " && !["BUTTON", "A", "SUMMARY"].includes(target.tagName)) {
      if (held) toNow();
      else seek(at - 1);
    } else return;
    event.preventDefault();
  };
  return { growing, start, end, at, held: growing && held, seek, toNow, keys, player, scale, span, setSpan };
}

/** The stretch in sight: all of it, or a window that turns the page when the cursor leaves it. */
function useWindow(race: Race, growing: boolean, at: number, start: number, end: number): Pick<RaceClock, "span" | "setSpan" | "scale"> {
  const [chosen, setSpan] = useState<number | null | undefined>(undefined);
  const [page, setPage] = useState<{ from: number; to: number } | null>(null);
  const span = chosen === undefined ? (growing ? WINDOWS_US[1] : null) : chosen;
  const next = race.live && span !== null ? windowAt(page, at, span, start) : null;
  if (next !== page) setPage(next);
  const from = next?.from ?? start;
  const to = next?.to ?? (growing ? start + roundLength(end - start) : end);
  const scale = useMemo<Scale>(() => ({ from, to, share: (t) => (100 * (Math.max(from, Math.min(to, t)) - from)) / (to - from) }), [from, to]);
  return { span, setSpan, scale };
}

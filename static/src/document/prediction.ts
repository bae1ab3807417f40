/** What somebody says a packet will do, before it is run: stops and an ending for each direction. */

import { children, text } from "./drawing";
import { t } from "./text";
import type { JsonObject } from "./types";

export const ENDINGS = ["delivered", "dropped", "looped"] as const;
export type Ending = (typeof ENDINGS)[number];

/** Stops in order, the last one an ending; empty where nothing has been said. */
export type Guess = readonly string[];

export interface Prediction {
  forward: Guess;
  back: Guess;
}

export const NO_PREDICTION: Prediction = { forward: [], back: [] };

/** The Internet as a stop. */
export const INTERNET = "internet";

/** The server takes no more stops than this. */
export const MOST_STOPS = 16;

export interface StopGroup {
  title: string;
  stops: { path: string; name: string }[];
}

const KINDS: readonly [string, string][] = [
  ["vms", t("Virtual machines")],
  ["load_balancers", t("Balancers")],
  ["gateways", t("Gateways")],
  ["private_endpoints", t("Private endpoints")],
  ["hosts", t("Outside")],
];

/** Return where a packet can stop in a drawing, by kind; the Internet is always there. */
export function stopGroups(document: JsonObject): StopGroup[] {
  const topology = document.topology as JsonObject | undefined;
  const groups = KINDS.map(([kind, title]) => ({
    title,
    stops: children(topology?.[kind]).map(([id, one]) => ({ path: `${kind}/${id}`, name: text(one.name, id) })),
  }));
  groups.at(-1)?.stops.push({ path: INTERNET, name: t("the Internet") });
  return groups.filter((group) => group.stops.length > 0);
}

/** Return a guess with one row changed; what was said after it falls, for it began elsewhere. */
export function guessed(guess: Guess, row: number, value: string): Guess {
  return [...guess.slice(0, row), ...(value ? [value] : [])];
}

export function isEnding(value: string | undefined): value is Ending {
  return ENDINGS.includes(value as Ending);
}

/** Whether a direction has been said to its end. */
export function isWhole(guess: Guess): boolean {
  return isEnding(guess.at(-1));
}

/** Return the prediction as a run takes it; null while the way there is not said to its end. */
export function prepared(prediction: Prediction): JsonObject | null {
  const leg = (guess: Guess): JsonObject => ({ stops: guess.slice(0, -1), outcome: guess.at(-1) ?? "" });
  if (!isWhole(prediction.forward)) return null;
  if (prediction.back.length > 0 && !isWhole(prediction.back)) return null;
  return { forward: leg(prediction.forward), ...(prediction.back.length > 0 ? { back: leg(prediction.back) } : {}) };
}

export interface Hop {
  at: string;
  said: string;
  was: string | null;
  right: boolean;
}

export interface Misconception {
  id: string;
  name: string;
  truth: string;
  facts: string[];
}

export interface LegJudgement {
  right: boolean;
  hops: Hop[];
  reason: string;
  facts: string[];
  misconception: Misconception | null;
}

export interface Judgement {
  right: boolean;
  forward: LegJudgement;
  back: LegJudgement | null;
}

/** What somebody says a packet will do, before it is run: at each place the next stop, or how it ends there. */

import { children, text } from "./drawing";
import { t } from "./text";
import type { JsonObject } from "./types";

export const ENDINGS = ["delivered", "dropped", "looped"] as const;
export type Ending = (typeof ENDINGS)[number];

/** What is said of one place. */
export interface Said {
  /** The next stop, or an ending. */
  value: string;
  /** Why it is dropped, as a drop code; empty where nobody says. */
  code: string;
  /** Where the packet stands; without it, where the place before sent it. */
  at?: string;
}

/** Places in order, the last one an ending; empty where nothing has been said. */
export type Guess = readonly Said[];

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
export function guessed(guess: Guess, row: number, said: Said): Guess {
  return [...guess.slice(0, row), ...(said.value ? [said] : [])];
}

export function isEnding(value: string | undefined): value is Ending {
  return ENDINGS.includes(value as Ending);
}

/** Whether a direction has been said to its end. */
export function isWhole(guess: Guess): boolean {
  return isEnding(guess.at(-1)?.value);
}

function hops(guess: Guess): JsonObject {
  return {
    hops: guess.map(({ value, code, at }) => ({
      ...(isEnding(value) ? { verdict: value } : { verdict: "forwarded", next: value }),
      ...(value === "dropped" && code ? { code } : {}),
      ...(at ? { at } : {}),
    })),
  };
}

/** Return the prediction as a run takes it; null while the way there is not said to its end. */
export function prepared({ forward, back }: Prediction): JsonObject | null {
  if (!isWhole(forward)) return null;
  if (back.length > 0 && !isWhole(back)) return null;
  return { forward: hops(forward), ...(back.length > 0 ? { back: hops(back) } : {}) };
}

/** Return a prediction that is made step by step as a run takes it, with one more place said. */
export function preparedStep({ forward, back }: Prediction, stepwise: boolean): JsonObject {
  return { forward: hops(forward), ...(back.length > 0 ? { back: hops(back) } : {}), ...(stepwise ? { stepwise } : {}) };
}

/** Where the next step is to be said; null where the packet has come to its end. */
export function nextPlace(source: string, judgement: Judgement | null): { leg: "forward" | "back"; at: string; first: boolean } | null {
  if (judgement === null) return { leg: "forward", at: source, first: true };
  if (!judgement.open) return null;
  const { forward, back } = judgement;
  if (!forward.over) return { leg: "forward", at: stands(forward), first: false };
  if (back && back.hops.length > 0) return { leg: "back", at: stands(back), first: false };
  const receiver = forward.hops.findLast((hop) => hop.was !== null && !isEnding(hop.was))?.was;
  return { leg: "back", at: receiver ?? stands(forward), first: true };
}

function stands(leg: LegJudgement): string {
  const last = leg.hops.at(-1);
  return last ? (last.was ?? last.at) : "";
}

/** Return a prediction with one more place said. */
export function stepped(prediction: Prediction, leg: "forward" | "back", said: Said): Prediction {
  return { ...prediction, [leg]: [...prediction[leg], said] };
}

export interface Hop {
  at: string;
  said: string;
  said_code?: string;
  was: string | null;
  was_code?: string;
  right: boolean;
  /** Of a wrong one; runs of before say it of the first one only, for the whole direction. */
  reason?: string;
  facts?: string[];
  misconception?: Misconception | null;
}

export interface Misconception {
  id: string;
  name: string;
  truth: string;
  facts: string[];
}

export interface LegJudgement {
  right: boolean;
  /** The packet has come to its end in this direction. */
  over?: boolean;
  hops: Hop[];
  reason: string;
  facts: string[];
  misconception: Misconception | null;
}

export interface Judgement {
  right: boolean;
  /** Made step by step, and the packet has further to go. */
  open?: boolean;
  score?: { right: number; of: number };
  forward: LegJudgement;
  back: LegJudgement | null;
}

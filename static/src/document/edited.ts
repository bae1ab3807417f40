/** Which revisions forward alike, and what an edit is compared with. Pure. */

import { same } from "./same";
import { t } from "./text";
import type { Json, JsonObject, Operation } from "./types";

export interface Seen {
  revision: number;
  runnable: boolean;
  /** What forwarding hangs on. */
  key: Json;
}

export interface Watched {
  newest: Seen;
  /** The first of the revisions up to the newest that forward alike. */
  since: number;
  /** The revision that the next edit is compared with: the last one that could be run. */
  base: Seen | null;
}

const FORWARDING = ["profile", "switches", "topology"];

/** Return what of a document forwarding hangs on; positions, words and stories are not of it. */
export function keyOf(document: JsonObject): Json {
  return FORWARDING.map((part): Json => document[part] ?? null);
}

/** Whether a patch may change what forwarding hangs on. */
export function touches(patch: readonly Operation[]): boolean {
  return patch.some(({ path }) => FORWARDING.includes(path.split("/")[1] ?? ""));
}

/** Take a revision in. An edit to be told of is there where `tells` says so. */
export function watched(before: Watched | null, newest: Seen): Watched {
  const alike = before !== null && same(before.newest.key, newest.key);
  const base = before?.base ?? null;
  const kept = base !== null && !same(base.key, newest.key) ? base : newest.runnable ? newest : base;
  return { newest, since: alike ? before.since : newest.revision, base: kept };
}

/** Whether the newest revision can be run and forwards otherwise than the one it is compared with. */
export function tells({ newest, base }: Watched): boolean {
  return newest.runnable && base !== null && !same(base.key, newest.key);
}

/** Whether what was found of a revision holds of the newest too. */
export function holds(watch: Watched | null, revision: number | null | undefined): boolean {
  return watch !== null && typeof revision === "number" && revision >= watch.since && revision <= watch.newest.revision;
}

export const EFFECTS = [
  ["opened", t("opened"), t("Opened")],
  ["closed", t("closed"), t("Closed")],
  ["answer_lost", t("answers lost"), t("Answer lost")],
  ["rerouted", t("rerouted"), t("Rerouted")],
  ["asymmetric", t("now asymmetric"), t("Now asymmetric")],
  ["symmetric", t("symmetric again"), t("Symmetric again")],
  ["otherwise", t("fail otherwise"), t("Fail otherwise than before")],
] as const;
export type Effect = (typeof EFFECTS)[number][0];

/** Return what an edit did, in one line, such as `opened 3, closed 1`; empty where it did nothing. */
export function effectsLine(counts: Readonly<Record<string, unknown>>): string {
  return EFFECTS.flatMap(([name, words]) => (Number(counts[name] ?? 0) > 0 ? [`${words} ${Number(counts[name]).toLocaleString("en")}`] : [])).join(", ");
}

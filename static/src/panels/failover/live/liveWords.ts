/** What people do to a live race, in words. Knows no DOM. */

import type { Command, Condition } from "../../../document/live";
import { clock } from "../../../document/race";
import { mark, t } from "../../../document/text";
import type { JsonObject } from "../../../document/types";

type Name = (path: string) => string;

/** Past and wish: "failed Appliance 1", "wanted to fail Appliance 1". */
const VERBS: Record<string, [done: string, wish: string]> = {
  crash: [t("failed"), t("fail")],
  pause: [t("paused"), t("pause")],
  "forwarding-stops": [t("stopped the forwarding of"), t("stop the forwarding of")],
  "graceful-stop": [t("stopped"), t("stop")],
  "probe-blocked": [t("blocked the probes of"), t("block the probes of")],
  "pair-restarts": [t("took away the pair of"), t("take away the pair of")],
  restore: [t("restored"), t("restore")],
  "link-lost": [t("cut"), t("cut")],
  "zone-lost": [t("took away"), t("take away")],
  "region-lost": [t("took away"), t("take away")],
  "gateway-planned": [t("sent to maintenance"), t("send to maintenance")],
  "gateway-unplanned": [t("failed"), t("fail")],
  "move-address": [t("moved"), t("move")],
  edit: [t("changed"), t("change")],
};

export const HOW: [kind: string, words: string][] = [
  ["crash", t("dies without a word")],
  ["pause", t("is paused for 5 s")],
  ["forwarding-stops", t("forwards no more")],
  ["graceful-stop", t("is stopped in order")],
  ["probe-blocked", t("has its probes blocked")],
];

/** Return what somebody did, or wanted to do and was refused. */
export function commandWords({ by, command, accepted }: Command, name: Name): string {
  const who = by || t("Somebody");
  if (command.kind === "end") return accepted ? t("{who} ended the race", { who }) : t("{who} wanted to end the race", { who });
  if (command.kind === "pace") {
    const [done, wish] = command.pace === 0 ? [t("paused the race"), t("pause the race")] : [t("set the pace to ×{pace}", { pace: command.pace }), t("set the pace to ×{pace}", { pace: command.pace })];
    return accepted ? t("{who} {done}", { who, done }) : t("{who} wanted to {wish}", { who, wish });
  }
  const { step } = command;
  const [done, wish] = VERBS[String(step.kind)] ?? [t("did"), t("do")];
  return t(accepted ? mark("{who} {done} {what}") : mark("{who} wanted to {wish} {what}"), { who, done, wish, what: target(step, name) });
}

function target(step: JsonObject, name: Name): string {
  const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  if (step.kind === "move-address") return t("{word} to {name}", { word: word(step.address), name: name(`nics/${word(step.nic)}`) });
  if (step.kind === "edit") {
    const [first] = Array.isArray(step.edits) ? step.edits : [];
    return t("the drawing at {what}", { what: typeof first === "object" && first !== null && "pointer" in first ? word(first.pointer) : t("some place") });
  }
  if (step.gateway) return t("instance {word} of {name}", { word: word(step.instance ?? 0), name: name(`gateways/${word(step.gateway)}`) });
  if (step.zone) return t("zone {word}", { word: word(step.zone) });
  if (step.region) return t("region {word}", { word: word(step.region) });
  if (step.link) return name(word(step.link));
  return step.vm ? name(`vms/${word(step.vm)}`) : t("something");
}

/** Return how a VM fares, and since when. */
export function conditionWords({ state, since_us }: Condition, fault_us: number): string {
  return since_us === null ? t(state) : t("{state} since {clock}", { state: t(state), clock: clock(since_us, fault_us) });
}

/** Return the pace of a race: ×5, or paused. */
export function paceWords(pace: number): string {
  return pace === 0 ? t("paused") : `×${pace}`;
}

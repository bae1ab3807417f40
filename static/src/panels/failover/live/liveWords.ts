/** What people do to a live race, in words. Knows no DOM. */

import type { Command, Condition } from "../../../document/live";
import { clock } from "../../../document/race";
import type { JsonObject } from "../../../document/types";

type Name = (path: string) => string;

/** Past and wish: "failed Appliance 1", "wanted to fail Appliance 1". */
const VERBS: Record<string, [done: string, wish: string]> = {
  crash: ["failed", "fail"],
  pause: ["paused", "pause"],
  "forwarding-stops": ["stopped the forwarding of", "stop the forwarding of"],
  "graceful-stop": ["stopped", "stop"],
  "probe-blocked": ["blocked the probes of", "block the probes of"],
  "pair-restarts": ["took away the pair of", "take away the pair of"],
  restore: ["restored", "restore"],
  "link-lost": ["cut", "cut"],
  "zone-lost": ["took away", "take away"],
  "region-lost": ["took away", "take away"],
  "gateway-planned": ["sent to maintenance", "send to maintenance"],
  "gateway-unplanned": ["failed", "fail"],
  "move-address": ["moved", "move"],
  edit: ["changed", "change"],
};

export const HOW: [kind: string, words: string][] = [
  ["crash", "dies without a word"],
  ["pause", "is paused for 5 s"],
  ["forwarding-stops", "forwards no more"],
  ["graceful-stop", "is stopped in order"],
  ["probe-blocked", "has its probes blocked"],
];

/** Return what somebody did, or wanted to do and was refused. */
export function commandWords({ by, command, accepted }: Command, name: Name): string {
  const who = by || "Somebody";
  if (command.kind === "end") return accepted ? `${who} ended the race` : `${who} wanted to end the race`;
  if (command.kind === "pace") {
    const [done, wish] = command.pace === 0 ? ["paused the race", "pause the race"] : [`set the pace to ×${command.pace}`, `set the pace to ×${command.pace}`];
    return accepted ? `${who} ${done}` : `${who} wanted to ${wish}`;
  }
  const { step } = command;
  const [done, wish] = VERBS[String(step.kind)] ?? ["did", "do"];
  return `${who} ${accepted ? done : `wanted to ${wish}`} ${target(step, name)}`;
}

function target(step: JsonObject, name: Name): string {
  const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  if (step.kind === "move-address") return `${word(step.address)} to ${name(`nics/${word(step.nic)}`)}`;
  if (step.kind === "edit") {
    const [first] = Array.isArray(step.edits) ? step.edits : [];
    return `the drawing at ${typeof first === "object" && first !== null && "pointer" in first ? word(first.pointer) : "some place"}`;
  }
  if (step.gateway) return `instance ${word(step.instance ?? 0)} of ${name(`gateways/${word(step.gateway)}`)}`;
  if (step.zone) return `zone ${word(step.zone)}`;
  if (step.region) return `region ${word(step.region)}`;
  if (step.link) return name(word(step.link));
  return step.vm ? name(`vms/${word(step.vm)}`) : "something";
}

/** Return how a VM fares, and since when. */
export function conditionWords({ state, since_us }: Condition, fault_us: number): string {
  return since_us === null ? state : `${state} since ${clock(since_us, fault_us)}`;
}

/** Return the pace of a race: ×5, or paused. */
export function paceWords(pace: number): string {
  return pace === 0 ? "paused" : `×${pace}`;
}

/** Words and rows for the runs that ask about all headers, from the events that they tell. */

import { isObject, text, texts } from "../document/raw";
import { t } from "../document/text";
import type { JsonObject, Question, Run, RunEvent, RunKind } from "../document/types";

const QUESTIONS: readonly Question[] = ["matrix", "reach", "exposed", "difference"];

/** Those that are answered above the list of runs; the others have panels of their own. */
export const LISTED = ["reach", "exposed"] as const;
export type Listed = (typeof LISTED)[number];

export function isQuestion(kind: RunKind): kind is Question {
  return (QUESTIONS as readonly RunKind[]).includes(kind);
}

export interface Rows {
  heads: string[];
  rows: string[][];
}

const number = (value: unknown): string => Number(value ?? 0).toLocaleString("en");
const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** What was asked, in one line. */
export function askedOf(run: Run): string {
  const { parameters: p } = run;
  if (run.kind === "matrix") return `${text(p.protocol)} ${Array.isArray(p.ports) ? p.ports.join(", ") : ""}`.trim();
  if (run.kind === "reach") return [`${text(p.source)} > ${text(p.destination) || t("every VM")}`, text(p.protocol), text(p.ports)].filter(Boolean).join(" ");
  if (run.kind === "difference") return t("revision {before} > {revision}", { before: text(p.before), revision: String(run.revision) });
  return t("all public addresses");
}

/** What the run is doing, with how far it is where it says so. */
export function progressOf(events: readonly RunEvent[]): string {
  const last = events.findLast((event) => typeof event.done === "number" && typeof event.of === "number");
  return last ? t("Asking: {done} of {of}", { done: number(last.done), of: number(last.of) }) : t("Reading the network");
}

/** Names and numbers of what was found. */
export function countsOf(events: readonly RunEvent[]): [string, string][] {
  const counts: [string, string][] = [];
  for (const event of events) {
    if (event.event === "exposed.done") counts.push([t("Public addresses"), number(event.addresses)], [t("Reached from the Internet"), number(event.reached)]);
    if (event.event === "reach.done" && isObject(event.counts)) {
      const { connects, one_way, nothing, unknown } = event.counts;
      counts.push([t("Addresses that connect"), number(connects)], [t("Reached without an answer"), number(one_way)], [t("Not reached"), number(nothing)], [t("Not modelled"), number(unknown)]);
    }
  }
  return counts;
}

/** The first of what was found, as a table. */
export function examplesOf(events: readonly RunEvent[]): Rows {
  const done = events.find((event) => event.event === "reach.done" || event.event === "exposed.done");
  const examples = list(done?.examples);
  if (done?.event === "exposed.done") {
    const rows = examples.map((one) => [text(one.address), text(one.ref), text(one.senders), text(one.connects), text(one.one_way), texts(one.at).join(", ")]);
    return { heads: [t("Address"), t("Held by"), t("From"), t("Connects"), t("Without an answer"), t("Taken by")], rows };
  }
  const rows = examples.map((one) => [text(one.source_address) || text(one.source), text(one.to), text(one.address), text(one.connects), text(one.one_way), text(one.unknown)]);
  return { heads: [t("From"), t("To"), t("Address"), t("Connects"), t("Without an answer"), t("Not modelled")], rows };
}

/** Why nobody knows something, each reason once. */
export function unknownOf(events: readonly RunEvent[]): string[] {
  const told = events.flatMap((event) => [...texts(event.not_modelled), ...list(event.not_modelled).map((one) => t("{source} to {destination}: {reason}", { source: text(one.source), destination: text(one.destination), reason: text(one.reason) }))]);
  return [...new Set(told)];
}

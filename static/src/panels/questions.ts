/** Words and rows for the runs that ask about all headers, from the events that they tell. */

import { isObject } from "../document/drawing";
import type { JsonObject, Question, Run, RunEvent, RunKind } from "../document/types";

export const QUESTIONS: readonly Question[] = ["matrix", "reach", "exposed", "difference"];

export function isQuestion(kind: RunKind): kind is Question {
  return (QUESTIONS as readonly RunKind[]).includes(kind);
}

export interface Row {
  cells: string[];
  /** The packet that shows it; null where none does. */
  packet: JsonObject | null;
}

export interface Rows {
  heads: string[];
  rows: Row[];
}

const number = (value: unknown): string => Number(value ?? 0).toLocaleString("en");
const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const words = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);
const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** What was asked, in one line. */
export function askedOf(run: Run): string {
  const { parameters: p } = run;
  if (run.kind === "matrix") return `${text(p.protocol)} ${Array.isArray(p.ports) ? p.ports.join(", ") : ""}`.trim();
  if (run.kind === "reach") return [`${text(p.source)} > ${text(p.destination) || "every VM"}`, text(p.protocol), text(p.ports)].filter(Boolean).join(" ");
  if (run.kind === "difference") return `revision ${text(p.before)} > ${String(run.revision)}`;
  return "all public addresses";
}

/** What the run is doing, with how far it is where it says so. */
export function progressOf(events: readonly RunEvent[]): string {
  const last = events.findLast((event) => typeof event.done === "number" && typeof event.of === "number");
  return last ? `Asking: ${number(last.done)} of ${number(last.of)}` : "Reading the network";
}

/** Names and numbers of what was found. */
export function countsOf(events: readonly RunEvent[]): [string, string][] {
  const counts: [string, string][] = [];
  for (const event of events) {
    const where = `${text(event.protocol)} ${text(event.port)}`;
    if (event.event === "matrix.port") {
      counts.push([`${where}: pairs of VMs that reach each other`, number(event.pairs)]);
      if (event.one_way) counts.push([`${where}: without an answer`, number(event.one_way)]);
      if (event.unknown) counts.push([`${where}: not modelled`, number(event.unknown)]);
    }
    if (event.event === "matrix.done") counts.push(["VMs", number(event.vms)], ["Classes of VMs that behave alike", number(event.classes)]);
    if (event.event === "exposed.done") counts.push(["Public addresses", number(event.addresses)], ["Reached from the Internet", number(event.reached)]);
    if (event.event === "reach.done" && isObject(event.counts)) {
      const { connects, one_way, nothing, unknown } = event.counts;
      counts.push(["Addresses that connect", number(connects)], ["Reached without an answer", number(one_way)], ["Not reached", number(nothing)], ["Not modelled", number(unknown)]);
    }
    if (event.event === "difference.done" && isObject(event.counts)) {
      counts.push(["Edits", number(event.edits)], ["Changes", number(event.changes)]);
      for (const [effect, pairs] of Object.entries(event.counts)) if (pairs) counts.push([`Pairs: ${effect.replace("_", " ")}`, number(pairs)]);
    }
  }
  return counts;
}

/** The first of what was found, as a table. */
export function examplesOf(events: readonly RunEvent[]): Rows {
  const matrix = events.filter((event) => event.event === "matrix.port").flatMap((event) => list(event.examples));
  if (matrix.length > 0) {
    const rows = matrix.map(({ answered, ...packet }) => ({
      cells: [text(packet.source), text(packet.destination), `${text(packet.protocol)} ${text(packet.destination_port)}`, answered === null ? "not asked" : answered ? "yes" : "no"],
      packet,
    }));
    return { heads: ["From", "To", "Port", "Answered"], rows };
  }
  const done = events.find((event) => event.event === "reach.done" || event.event === "exposed.done");
  if (done?.event === "reach.done") {
    const rows = list(done.examples).map((one) => ({
      cells: [text(one.source_address) || text(one.source), text(one.to), text(one.address), text(one.connects), text(one.one_way), text(one.unknown)],
      packet: null,
    }));
    return { heads: ["From", "To", "Address", "Connects", "Without an answer", "Not modelled"], rows };
  }
  if (done) {
    const rows = list(done.examples).map((one) => ({
      cells: [text(one.address), text(one.ref), text(one.senders), text(one.connects), text(one.one_way), words(one.at).join(", ")],
      packet: null,
    }));
    return { heads: ["Address", "Held by", "From", "Connects", "Without an answer", "Taken by"], rows };
  }
  const changes = events.filter((event) => event.event === "difference.change");
  const rows = changes.map((event) => ({
    cells: [words(event.effects).join(", ").replace("_", " "), number(event.pairs), text(event.text)],
    packet: isObject(event.example) ? event.example : null,
  }));
  return { heads: ["Effect", "Pairs", "What changed"], rows };
}

/** Why nobody knows something, each reason once. */
export function unknownOf(events: readonly RunEvent[]): string[] {
  const told = events.flatMap((event) => [...words(event.not_modelled), ...list(event.not_modelled).map((one) => `${text(one.source)} to ${text(one.destination)}: ${text(one.reason)}`)]);
  return [...new Set(told)];
}

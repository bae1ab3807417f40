/** Which fields a fault of each kind has, and the fault that a filled form stands for. Knows no DOM. */

import type { EditOf } from "../../document/between";
import { isObject } from "../../document/drawing";
import { t } from "../../document/text";
import type { Json, JsonObject, Problem } from "../../document/types";
import type { BreakField, FaultKind } from "../../protocol/api";

/** What is written in the form; times are seconds there. */
export interface Draft {
  name: string;
  kind: string;
  vm: string;
  zone: string;
  region: string;
  link: string;
  gateway: string;
  instance: string;
  address: string;
  nic: string;
  edits: EditOf[];
  at: string;
  lasts_us: string;
  conditions: string[];
}

export const EMPTY: Draft = {
  name: "",
  kind: "crash",
  vm: "",
  zone: "1",
  region: "",
  link: "",
  gateway: "",
  instance: "0",
  address: "",
  nic: "",
  edits: [],
  at: "60",
  lasts_us: "",
  conditions: [],
};

export function fieldsOf(kinds: readonly FaultKind[], kind: string): BreakField[] {
  return kinds.find((one) => one.kind === kind)?.fields ?? [];
}

/** Return what people call a kind of fault. */
export function kindWords(kinds: readonly FaultKind[], kind: string): string {
  return kinds.find((one) => one.kind === kind)?.words ?? kind;
}

/** Return the fault as the document has it; only the fields that its kind has. */
export function faultOf(draft: Draft, kinds: readonly FaultKind[]): JsonObject {
  return {
    name: draft.name.trim() || kindWords(kinds, draft.kind),
    at_us: microseconds(draft.at) ?? 0,
    ...(draft.conditions.length > 0 ? { conditions: draft.conditions } : {}),
    ...stepOf(draft, kinds),
  };
}

/** Return only what breaks, as a step of a fault has it. */
export function stepOf(draft: Draft, kinds: readonly FaultKind[]): JsonObject {
  const written = fieldsOf(kinds, draft.kind).flatMap((field): [string, Json][] => {
    if (field === "edits") return [[field, draft.edits]];
    if (field === "instance") return [[field, Number(draft.instance) || 0]];
    if (field === "lasts_us") return draft.lasts_us.trim() ? [[field, microseconds(draft.lasts_us) ?? 0]] : [];
    if (!draft[field]) return [];
    return [[field, field === "zone" ? Number(draft.zone) : draft[field]]];
  });
  return { kind: draft.kind, ...Object.fromEntries(written) };
}

function microseconds(seconds: string): number | null {
  const value = Number(seconds);
  return Number.isFinite(value) && value >= 0 && seconds.trim() ? Math.round(value * 1e6) : null;
}

/** JSON where it is JSON, else the text itself; nothing written removes what is there. */
export function valueOf(written: string): Json {
  if (!written.trim()) return null;
  try {
    return JSON.parse(written) as Json;
  } catch {
    return written;
  }
}

/** Return an id for a fault that no other has, made from its name. */
export function idOf(name: string, taken: readonly string[]): string {
  const base = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 40) || "fault";
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** Return what the engine finds wrong with a field of a fault, in words; empty where nothing is. */
export function wrongAt(problems: readonly Problem[], id: string, field: string): string {
  const place = `/faults/${id}/${field}`;
  return problems
    .filter((problem) => problem.pointer === place || problem.pointer.startsWith(`${place}/`))
    .map((problem) => t("Found {found}, expected {expected}. {hint}", { found: problem.found, expected: problem.expected, hint: problem.hint }).trim())
    .join(" ");
}

/** Return ids and names of a collection of the drawing. */
export function optionsOf(document: JsonObject, collection: string): [string, string][] {
  const topology = document.topology;
  const parts = isObject(topology) ? topology[collection] : null;
  if (!isObject(parts)) return [];
  return Object.entries(parts).map(([id, part]) => [id, isObject(part) && typeof part.name === "string" ? part.name : id]);
}

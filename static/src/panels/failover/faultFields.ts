/** Which fields a fault of each kind has, and the fault that a filled form stands for. Knows no DOM. */

import type { EditOf } from "../../document/between";
import { isObject, text, texts } from "../../document/raw";
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
  /** Seconds since the fault began; of a later step only. */
  after: string;
  /** What happens later, in the order of the document. */
  then: Draft[];
  /** Designs that the drawing names to race for it. */
  designs: string[];
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
  after: "60",
  then: [],
  designs: [],
};

/** Return what the form of a fault that is in the drawing is filled with. */
export function draftOf(fault: JsonObject): Draft {
  const seconds = (value: Json | undefined): string => (typeof value === "number" ? String(value / 1e6) : "");
  const word = (key: string): string => text(fault[key], EMPTY[key as "vm"]);
  return {
    name: word("name"),
    kind: word("kind"),
    vm: word("vm"),
    zone: word("zone"),
    region: word("region"),
    link: word("link"),
    gateway: word("gateway"),
    instance: word("instance"),
    address: word("address"),
    nic: word("nic"),
    edits: Array.isArray(fault.edits) ? (fault.edits as unknown as EditOf[]) : [],
    at: seconds(fault.at_us),
    lasts_us: seconds(fault.lasts_us),
    conditions: texts(fault.conditions),
    after: seconds(fault.after_us),
    then: Array.isArray(fault.then) ? fault.then.filter(isObject).map(draftOf) : [],
    designs: texts(fault.designs),
  };
}


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
    ...(draft.designs.length > 0 ? { designs: draft.designs } : {}),
    ...(draft.then.length > 0 ? { then: draft.then.map((step) => ({ after_us: microseconds(step.after) ?? 0, ...stepOf(step, kinds) })) } : {}),
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

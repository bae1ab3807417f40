/** Which fields a fault of each kind has, and the fault that a filled form stands for. Knows no DOM. */

import { isObject } from "../../document/drawing";
import type { Json, JsonObject, Problem } from "../../document/types";

export type Field = "vm" | "zone" | "region" | "link" | "gateway" | "instance" | "address" | "nic" | "edit" | "lasts";

export const KINDS: [kind: string, words: string, fields: Field[]][] = [
  ["crash", "A VM dies without a word", ["vm", "lasts"]],
  ["pause", "A VM is paused, memory kept", ["vm", "lasts"]],
  ["forwarding-stops", "The guest forwards no more; its probe port answers", ["vm", "lasts"]],
  ["graceful-stop", "A VM stops after it has ended its BGP sessions", ["vm", "lasts"]],
  ["probe-blocked", "A rule denies the balancer's probes of a VM", ["vm", "lasts"]],
  ["pair-restarts", "A VM and its standby are both away", ["vm", "lasts"]],
  ["link-lost", "A peering or a connection is gone", ["link", "lasts"]],
  ["zone-lost", "A zone is lost", ["zone", "lasts"]],
  ["region-lost", "A region is lost", ["region", "lasts"]],
  ["gateway-planned", "A gateway instance goes for maintenance", ["gateway", "instance", "lasts"]],
  ["gateway-unplanned", "A gateway instance dies", ["gateway", "instance", "lasts"]],
  ["restore", "A VM runs again", ["vm"]],
  ["move-address", "An address moves to another NIC", ["address", "nic"]],
  ["edit", "The drawing changes", ["edit"]],
  ["nothing", "Nothing breaks", []],
];

export const CONDITIONS: [string, string][] = [
  ["control-plane-degraded", "Every call of the control plane is slow"],
  ["flag-lost", "IP forwarding is off where the address moves to"],
  ["failover-fails", "The failover never completes by itself"],
];

/** What is written in the form. */
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
  pointer: string;
  value: string;
  at: string;
  lasts: string;
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
  pointer: "/topology/",
  value: "",
  at: "60",
  lasts: "",
  conditions: [],
};

export function fieldsOf(kind: string): Field[] {
  return KINDS.find(([name]) => name === kind)?.[2] ?? [];
}

/** Return the fault as the document has it; only the fields that its kind has. */
export function faultOf(draft: Draft): JsonObject {
  return {
    name: draft.name.trim() || (KINDS.find(([name]) => name === draft.kind)?.[1] ?? draft.kind),
    at_us: microseconds(draft.at) ?? 0,
    ...(draft.conditions.length > 0 ? { conditions: draft.conditions } : {}),
    ...stepOf(draft),
  };
}

/** Return only what breaks, as a step of a fault has it. */
export function stepOf(draft: Draft): JsonObject {
  const has = (field: Field): boolean => fieldsOf(draft.kind).includes(field);
  return {
    kind: draft.kind,
    ...(has("vm") && draft.vm ? { vm: draft.vm } : {}),
    ...(has("zone") && draft.zone ? { zone: Number(draft.zone) } : {}),
    ...(has("region") && draft.region ? { region: draft.region } : {}),
    ...(has("link") && draft.link ? { link: draft.link } : {}),
    ...(has("gateway") && draft.gateway ? { gateway: draft.gateway } : {}),
    ...(has("instance") ? { instance: Number(draft.instance) || 0 } : {}),
    ...(has("address") && draft.address ? { address: draft.address } : {}),
    ...(has("nic") && draft.nic ? { nic: draft.nic } : {}),
    ...(has("edit") ? { edits: [{ pointer: draft.pointer, value: valueOf(draft.value) }] } : {}),
    ...(has("lasts") && draft.lasts.trim() ? { lasts_us: microseconds(draft.lasts) ?? 0 } : {}),
  };
}

function microseconds(seconds: string): number | null {
  const value = Number(seconds);
  return Number.isFinite(value) && value >= 0 && seconds.trim() ? Math.round(value * 1e6) : null;
}

/** JSON where it is JSON, else the text itself; nothing written removes what is there. */
function valueOf(written: string): Json {
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
    .map((problem) => `Found ${problem.found}, expected ${problem.expected}. ${problem.hint}`.trim())
    .join(" ");
}

/** Return ids and names of a collection of the drawing. */
export function optionsOf(document: JsonObject, collection: string): [string, string][] {
  const topology = document.topology;
  const parts = isObject(topology) ? topology[collection] : null;
  if (!isObject(parts)) return [];
  return Object.entries(parts).map(([id, part]) => [id, isObject(part) && typeof part.name === "string" ? part.name : id]);
}

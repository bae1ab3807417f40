/** Who reaches whom, read from the columns of a run (sandbox/runs/reaching.py): VMs that behave alike are one class. Pure. */

import { mark } from "../../document/text";
import { type Bits, type Numbers, type Table, bit } from "../../protocol/columns";

/** What becomes of a packet from one class to another; `self` where there is nobody but the sender. */
export type Cell = "delivered" | "no answer" | "dropped" | "not modelled" | "self";

export interface Group {
  /** Ids of the VMs, ascending. */
  vms: string[];
  /** What makes them alike. */
  why: string;
}

export interface PortCells {
  port: number;
  reaches: Bits;
  /** Absent where nobody asked whether answers come back. */
  answered: Bits | null;
  /** Pairs of classes of which nobody knows, each as `source * classes + destination`. */
  unknown: Set<number>;
}

export interface Matrix {
  protocol: string;
  groups: Group[];
  ports: PortCells[];
  /** Class of each VM, by its id. */
  classOf: Map<string, number>;
}

/** Return the matrix that some tables are; null where they are none, or not yet all of it. */
export function matrixOf(tables: readonly Table[]): Matrix | null {
  const vms = tables.find((table) => table.name === "vms");
  const classes = tables.find((table) => table.name === "classes");
  if (!vms || !classes) return null;
  const of = vms.numbers.class;
  const groups: Group[] = (classes.texts.why ?? []).map((why) => ({ vms: [], why }));
  const classOf = new Map<string, number>();
  (vms.texts.id ?? []).forEach((id, row) => {
    const number = of?.[row] ?? 0;
    groups[number]?.vms.push(id);
    classOf.set(id, number);
  });
  const ports = new Map<number, PortCells>();
  for (const table of tables) {
    const port = Number(table.about.port);
    const reaches = table.bits.reaches;
    if (table.name === "cells" && reaches) ports.set(port, { port, reaches, answered: null, unknown: new Set() });
    const here = ports.get(port);
    if (table.name === "answered" && here) here.answered = table.bits.answered ?? null;
    if (table.name === "unknown" && here) here.unknown = pairs(table.numbers.source, table.numbers.destination, groups.length);
  }
  const protocol = tables.find((table) => table.name === "cells")?.about.protocol;
  return { protocol: typeof protocol === "string" ? protocol : "", groups, ports: [...ports.values()], classOf };
}

function pairs(sources: Numbers | undefined, destinations: Numbers | undefined, width: number): Set<number> {
  const found = new Set<number>();
  sources?.forEach((source, row) => found.add(source * width + (destinations?.[row] ?? 0)));
  return found;
}

/** What becomes of a packet from each VM of one class to each other VM of another. */
export function cellOf(matrix: Matrix, port: PortCells, from: number, to: number): Cell {
  if (from === to && matrix.groups[from]?.vms.length === 1) return "self";
  if (port.unknown.has(from * matrix.groups.length + to)) return mark("not modelled");
  if (!bit(port.reaches, from, to)) return "dropped";
  return port.answered && !bit(port.answered, from, to) ? "no answer" : "delivered";
}

/** Two VMs that stand for two classes; null where there is nobody but the sender. */
export function pairOf(matrix: Matrix, from: number, to: number): [string, string] | null {
  const source = matrix.groups[from]?.vms[0];
  const destination = matrix.groups[to]?.vms[from === to ? 1 : 0];
  return source === undefined || destination === undefined ? null : [source, destination];
}

/**
 * Return the pairs of classes, each as `source * classes + destination`, of which some pair of VMs fared otherwise in
 * an earlier matrix. VMs that were not there reached nobody.
 */
export function changesIn(matrix: Matrix, port: PortCells, before: Matrix, portBefore: PortCells): Set<number> {
  const found = new Set<number>();
  const width = matrix.groups.length;
  const origins = matrix.groups.map(({ vms }) => originsOf(vms, before));
  origins.forEach((sources, from) => {
    origins.forEach((destinations, to) => {
      const now = cellOf(matrix, port, from, to);
      if (now === "self") return;
      for (const [source, count] of sources)
        for (const destination of destinations.keys()) {
          // Nobody is asked about itself, so one VM alone on both sides says nothing.
          if (from === to && source === destination && count === 1) continue;
          const was = source < 0 || destination < 0 ? "dropped" : cellOf(before, portBefore, source, destination);
          if (was !== "self" && was !== now) found.add(from * width + to);
        }
    });
  });
  return found;
}

/** Return of which classes some VMs were, -1 for those that were not there, with how many of each. */
function originsOf(vms: readonly string[], before: Matrix): Map<number, number> {
  const counts = new Map<number, number>();
  for (const vm of vms) {
    const was = before.classOf.get(vm) ?? -1;
    counts.set(was, (counts.get(was) ?? 0) + 1);
  }
  return counts;
}

/** Return the classes of which a VM's name has the words in it; all where there are none. */
export function matching(matrix: Matrix, words: string, name: (vm: string) => string): number[] {
  const wanted = words.trim().toLowerCase();
  const all = matrix.groups.map((_, number) => number);
  return wanted === "" ? all : all.filter((number) => matrix.groups[number]?.vms.some((vm) => name(vm).toLowerCase().includes(wanted) || vm.toLowerCase().includes(wanted)));
}

/** Return the senders and receivers of a filter such as `web > db`; a word alone is about senders. */
export function sides(filter: string): [string, string] {
  const [from = "", to = ""] = filter.split(">");
  return [from, to];
}

/** Return the ports that somebody wrote, such as `22, 443`; null where these are none. Nothing means those the drawing names. */
export function portsOf(text: string): number[] | "interesting" | null {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  if (parts.length === 0) return "interesting";
  const ports = parts.map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : NaN));
  return ports.every((port) => port <= 65_535) ? [...new Set(ports)] : null;
}

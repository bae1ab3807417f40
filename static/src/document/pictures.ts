/**
 * Three ways to look at one packet: all subnets share one router; each NIC is a small router; or nothing but
 * the Ethernet frames that a VM sees. All are read from the same steps.
 */

import type { Header, Step } from "./types";

/** One pass of a packet through the fabric, from who sent it to where it came. */
export interface Pass {
  from: string;
  /** Null where the packet never came out again. */
  to: string | null;
  /** What decided: the route, else the last reason. */
  by: string;
}

/** What one NIC does to a packet on its way out or in, as a router of its own. */
export interface NicRouter {
  nic: string;
  way: "out" | "in" | "between" | "balancer" | "edge";
  /** What was decided, and the route, rule or owner that decided; else the reason in words. */
  lines: { decision: string; matched: string | null; reason: string }[];
}

/** A frame on the wire between a VM and its host. */
export interface Frame {
  nic: string;
  vm: string;
  way: "sends" | "receives";
  header: Header;
}

const INTERNET = "internet";

function isStop(step: Step): boolean {
  return step.place === "guest" || step.place === "balancer" || step.place === "gateway" || (step.place === "edge" && !step.at?.startsWith("nics/"));
}

/** Return the passes of one direction, with one router for all. */
export function passesOf(steps: readonly Step[]): Pass[] {
  const passes: Pass[] = [];
  let here: string | null = null;
  let by = "";
  for (const step of steps) {
    const edge = step.place === "edge" && (step.at === null || step.at.startsWith("nics/"));
    if (isStop(step) || edge) {
      const stop = edge ? INTERNET : (step.at ?? INTERNET);
      if (here !== null && stop !== here) {
        passes.push({ from: here, to: stop, by });
        by = "";
      }
      here = stop;
    } else {
      if (step.place === "fabric" && step.matched?.kind === "route") by = step.matched.text;
      else if (by === "" || step === steps.at(-1)) by = step.matched?.text ?? step.reason;
    }
  }
  const last = steps.at(-1);
  // What ends inside the fabric has come out nowhere.
  if (here !== null && last && !isStop(last) && last.place !== "edge") passes.push({ from: here, to: null, by: last.reason });
  return passes;
}

/** Return what each NIC, balancer and edge on the way decides, in order. */
export function routersOf(steps: readonly Step[]): NicRouter[] {
  const routers: NicRouter[] = [];
  let leaving = true;
  for (const step of steps) {
    if (step.place === "guest" || step.place === "name") {
      leaving = true;
      continue;
    }
    const nic = step.at ?? INTERNET;
    const way = wayOf(step, leaving);
    const current = routers.at(-1);
    const line = { decision: step.decision, matched: step.matched?.text ?? null, reason: step.reason };
    if (current && current.nic === nic && current.way === way) current.lines.push(line);
    else routers.push({ nic, way, lines: [line] });
    if (step.place === "fabric" && leaving) leaving = false;
    if (way === "balancer" || way === "edge") leaving = false;
  }
  return routers;
}

function wayOf(step: Step, leaving: boolean): NicRouter["way"] {
  if (step.place === "balancer" || step.at?.startsWith("load_balancers/")) return "balancer";
  if (step.place === "edge" || step.place === "gateway") return "edge";
  if (!step.at?.startsWith("nics/")) return "between";
  return leaving ? "out" : "in";
}

/** Return the frames that VMs put on the wire and get from it; `owner` says whose NIC it is. */
export function framesOf(steps: readonly Step[], owner: (nic: string) => string): Frame[] {
  const frames: Frame[] = [];
  let guest = false;
  for (const step of steps) {
    if (step.place === "nic" && step.at?.startsWith("nics/")) {
      const { at: nic, after } = step;
      if (after.source_mac && after.destination_mac) frames.push({ nic, vm: owner(nic), way: guest ? "sends" : "receives", header: after });
    }
    guest = step.place === "guest";
  }
  return frames;
}

/** A trace's events as directions: steps, verdict, branches, and the text of it all. */

import { t } from "../../document/text";
import type { Direction, Outcome, RunEvent, Step, Verdict } from "../../document/types";

export interface Branch {
  label: string;
  share: number;
  verdict: Verdict;
  steps: Step[];
}

/** One packet's way: 1 the request, 2 the answer, 3 packet 3 of a handshake. */
export interface Leg {
  packet: number;
  direction: Direction;
  steps: Step[];
  verdict: Verdict | null;
  branches: Branch[];
}

export interface Paragraph {
  role: "summary" | "heading" | "step" | "overridden" | "assumption" | "branch" | "verdict" | "mend";
  text: string;
  packet: number | null;
  at: string | null;
  step: number | null;
  facts: string[];
}

export const TITLES: Record<number, string> = { 1: t("Forward"), 2: t("Return"), 3: t("Packet 3, forward again") };

/** Return the directions of a trace in the order in which they were walked. */
export function legsOf(events: readonly RunEvent[]): Leg[] {
  const legs = new Map<number, Leg>();
  const leg = (event: RunEvent): Leg => {
    const packet = Number(event.packet ?? (event.direction === "return" ? 2 : 1));
    const found = legs.get(packet) ?? { packet, direction: packet === 2 ? "return" : "forward", steps: [], verdict: null, branches: [] };
    legs.set(packet, found);
    return found;
  };
  for (const event of events) {
    if (event.event === "trace.step") leg(event).steps.push(event.step as Step);
    if (event.event === "trace.verdict") {
      const here = leg(event);
      here.verdict = event.verdict as Verdict;
      here.branches = (event.branches as Omit<Branch, "steps">[]).map((branch) => ({ ...branch, steps: [] }));
    }
    if (event.event === "trace.branch") {
      const { branches } = leg(event);
      const number = Number(event.number);
      const known = branches[number];
      if (known) branches[number] = { ...known, steps: event.steps as Step[] };
    }
  }
  return [...legs.values()];
}

export function textOf(events: readonly RunEvent[]): Paragraph[] {
  const told = events.find((event) => event.event === "trace.text");
  return (told?.paragraphs as Paragraph[] | undefined) ?? [];
}

/** Return the legs with the steps of chosen branches in place of those of the hash. */
export function withBranches(legs: readonly Leg[], chosen: Readonly<Record<number, number>>): Leg[] {
  return legs.map((leg) => {
    const branch = leg.branches[chosen[leg.packet] ?? 0];
    return branch && branch.steps.length > 0 ? { ...leg, steps: branch.steps } : leg;
  });
}

/** Return how the whole connection ended: the first direction that was not delivered has the word. */
export function endOf(legs: readonly Leg[]): Verdict | null {
  const ends = legs.map((leg) => leg.verdict).filter((verdict): verdict is Verdict => verdict !== null);
  return ends.find((verdict) => verdict.outcome !== "delivered") ?? ends[0] ?? null;
}

/** Return how the whole connection fared, in one word. */
export function overall(legs: readonly Leg[]): Outcome | null {
  return endOf(legs)?.outcome ?? null;
}

/** Return what would mend the first direction that was not delivered; null where nobody can say. */
export function mendOf(legs: readonly Leg[]): string | null {
  return legs.find((leg) => leg.verdict?.mend)?.verdict?.mend ?? null;
}

/**
 * Return the resources a packet touches, in order. A packet that ends at the edge of the Internet ends at the
 * Internet's own place, for the step itself names the NIC or balancer it left by.
 */
export function pointsOf(steps: readonly Step[], verdict: Verdict | null): string[] {
  const points = steps.map((step) => step.at).filter((point, index, all): point is string => point !== null && point !== all[index - 1]);
  const atEdge = steps.at(-1)?.place === "edge" && verdict !== null && verdict.outcome !== "delivered";
  return atEdge && points.at(-1) !== "internet" ? [...points, "internet"] : points;
}

const STATES = /^(Delivered|Dropped|Looped|Ambiguous|Not modelled)\b[:,.]?\s*/;

/** Return a verdict's sentence without the word that its mark says already. */
export function withoutState(verdict: Verdict): string {
  const found = STATES.exec(verdict.sentence);
  return found?.[1]?.toLowerCase() === verdict.outcome ? verdict.sentence.slice(found[0].length) : verdict.sentence;
}

/** Return a state as a sentence begins: "Dropped". */
export function stateWord(verdict: Verdict): string {
  return verdict.outcome.charAt(0).toUpperCase() + verdict.outcome.slice(1);
}

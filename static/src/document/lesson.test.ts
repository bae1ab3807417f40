import { describe, expect, it } from "vitest";

import { drawing } from "./drawing";
import { isEdit } from "./edits/add";
import { type Ended, type LessonStep, NOTHING_SEEN, type Seen, acceptAct, lessonOf, seenAfter } from "./lesson";
import { applied } from "./patch";
import type { JsonObject, Verdict } from "./types";

const verdict = (outcome: Verdict["outcome"]): Verdict => ({ outcome, code: null, at: null, sentence: "", mend: null, facts: [] });
const delivered = [verdict("delivered"), verdict("delivered")];
const dropped = [verdict("dropped")];

interface State {
  document: JsonObject;
  seen: Seen;
}

function next({ document, seen }: State): LessonStep | undefined {
  return lessonOf(document, drawing(document), seen).find((step) => !step.done);
}

/** Do what the next step offers, where it is an edit. */
function done(state: State): State {
  const act = next(state)?.act;
  if (!act || !("make" in act)) throw new Error(`nothing to draw at ${next(state)?.id ?? "the end"}`);
  const result = act.make();
  if (!isEdit(result)) throw new Error(result.reason);
  return { ...state, document: applied(state.document, result.patch) as JsonObject };
}

function traced(state: State, ended: Partial<Ended>): State {
  const act = next(state)?.act;
  if (!act || !("packet" in act)) throw new Error(`nothing to trace at ${next(state)?.id ?? "the end"}`);
  const whole: Ended = { ...act.packet, passed: [], verdicts: delivered, ...ended };
  return { ...state, seen: seenAfter(state.seen, state.document, drawing(state.document), whole) };
}

function until(state: State, id: LessonStep["id"]): State {
  let here = state;
  for (let tries = 0; tries < 30 && next(here)?.id !== id; tries += 1) {
    const act = next(here)?.act;
    here = act && "packet" in act ? traced(here, next(here)?.id === "blocked" ? { verdicts: dropped } : { passed: ["vms/fw1"] }) : done(here);
  }
  expect(next(here)?.id).toBe(id);
  return here;
}

const BLANK: State = { document: { schema: 1, name: "x", topology: {} }, seen: NOTHING_SEEN };

describe("the first steps", () => {
  it("lead from nothing to a hub, two spokes and a firewall by what they offer", () => {
    const offered: string[] = [];
    let state = BLANK;
    for (let step = next(state); step; step = next(state)) {
      offered.push(step.act?.words ?? "");
      const act = step.act;
      state = act && "packet" in act ? traced(state, step.id === "blocked" ? { verdicts: dropped } : { passed: ["vms/fw1"] }) : done(state);
    }
    expect(offered).toEqual([
      "Add a virtual network",
      "Add a subnet",
      "Add a VM",
      "Add another VM",
      "Run trace",
      "Add a spoke",
      "Add a subnet to spoke1",
      "Add a VM to spoke1",
      "Add a spoke",
      "Add a subnet to spoke2",
      "Add a VM to spoke2",
      "Peer hub with spoke1",
      "Peer hub with spoke2",
      "Run trace",
      "Add an appliance to hub",
      "Add a route table to spoke1",
      "Route spoke1 by fw1",
      "Add a route table to spoke2",
      "Route spoke2 by fw1",
      "Run trace",
    ]);
    const { topology } = state.document as { topology: Record<string, Record<string, { routes: Record<string, { next_hop_ip: string }> }>> };
    const hops = Object.values(topology.route_tables ?? {}).flatMap((table) => Object.values(table.routes).map((one) => one.next_hop_ip));
    expect(hops).toEqual(["10.0.0.6", "10.0.0.6"]);
  });

  it("take it as done when somebody draws hub and spokes at once", () => {
    let state = until(BLANK, "peerings");
    state = { ...state, seen: NOTHING_SEEN };
    expect(next(state)?.id).toBe("peerings");
  });

  it("open the links of both spokes when a packet dies of them, and of no others", () => {
    const { document } = until(BLANK, "across");
    const act = acceptAct(document, drawing(document));
    expect(act?.words).toBe("Accept forwarded traffic at spoke1, spoke2");
    const result = act && "make" in act ? act.make() : null;
    if (!result || !isEdit(result)) throw new Error("no edit");
    const after = applied(document, result.patch) as { topology: { peerings: Record<string, { vnet: string; allow_forwarded: boolean }> } };
    const open = Object.values(after.topology.peerings).filter((link) => link.allow_forwarded).map((link) => link.vnet);
    expect(open.sort()).toEqual(["spoke1", "spoke2"]);
    expect(acceptAct(after as unknown as JsonObject, drawing(after))).toBeNull();
  });

  it("are not done by a packet that goes another way, or that gets no answer", () => {
    const state = until(BLANK, "across");
    expect(next(traced(state, { passed: [] }))?.id).toBe("across");
    expect(next(traced(state, { passed: ["vms/fw1"], verdicts: [verdict("delivered"), verdict("dropped")] }))?.id).toBe("across");
    expect(next(traced(state, { passed: ["nics/fw1-nic"] }))).toBeUndefined();
  });

  it("ask for IP forwarding where a firewall lacks it", () => {
    const state = until(BLANK, "routes");
    const without = applied(state.document, [{ op: "replace", path: "/topology/nics/fw1-nic/ip_forwarding", value: false }]) as JsonObject;
    expect(next({ ...state, document: without })?.act?.words).toBe("Switch on IP forwarding at fw1-nic");
    expect(next(done({ ...state, document: without }))?.id).toBe("routes");
  });
});

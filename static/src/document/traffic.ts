/** Which flow of a drawing's traffic is meant where nobody has chosen one. */

import { children, text } from "./drawing";
import type { JsonObject } from "./types";

/**
 * What the author of the drawing wants to be asked: a flow of a VM before one from outside, by id, for
 * databases keep the keys of a document in different orders.
 */
export function firstFlow(traffic: unknown): { id: string; flow: JsonObject } | null {
  const flows = children(traffic)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, flow]) => ({ id, flow }));
  return flows.find(({ flow }) => text(flow.source).startsWith("vms/")) ?? flows[0] ?? null;
}

/** A saved timeline as an address: opening it races the same designs with the same seed once more. Knows no DOM. */

import type { Saved } from "../../../document/live";
import type { JsonObject } from "../../../document/types";

const FIELDS = ["replay", "designs", "seed"] as const;

/** Return the address at which a saved timeline plays itself. */
export function replayAddress(saved: Saved, designs: readonly string[], seed: number | null): string {
  const query = new URLSearchParams({ replay: saved.fault, designs: designs.join(",") });
  if (seed !== null) query.set("seed", String(seed));
  return `${saved.url}?${query.toString()}`;
}

/** Return the race that an address asks for; null where it asks for none. */
export function replayOf(address: string): JsonObject | null {
  const { searchParams } = new URL(address);
  const fault = searchParams.get("replay");
  const designs = (searchParams.get("designs") ?? "").split(",").filter(Boolean);
  if (!fault || designs.length === 0) return null;
  const seed = searchParams.get("seed");
  return { fault, designs, ...(seed !== null && Number.isSafeInteger(Number(seed)) ? { seed: Number(seed) } : {}) };
}

/** Return an address that asks for no race any more. */
export function withoutReplay(address: string): string {
  const url = new URL(address);
  for (const field of FIELDS) url.searchParams.delete(field);
  return url.href;
}

/** A moment of a race as an address: which run, when, and which design, flow and event are chosen. Knows no DOM. */

export interface MomentLink {
  run: string;
  /** Simulated time of the run, microseconds. */
  t_us: number;
  design: string | null;
  flow: string | null;
  /** Number of the event in the log of the run. */
  event: number | null;
}

const FIELDS = ["t", "design", "flow", "event"] as const;

/** Return an address with a moment in it; `t` is written in seconds, to the microsecond. */
export function withMoment(address: string, moment: MomentLink): string {
  const url = new URL(withoutMoment(address));
  url.searchParams.set("run", moment.run);
  url.searchParams.set("t", String(Math.round(moment.t_us) / 1e6));
  if (moment.design) url.searchParams.set("design", moment.design);
  if (moment.flow) url.searchParams.set("flow", moment.flow);
  if (moment.event !== null) url.searchParams.set("event", String(moment.event));
  return url.href;
}

/** Return an address that names no moment any more; the run stays. */
export function withoutMoment(address: string): string {
  const url = new URL(address);
  for (const field of FIELDS) url.searchParams.delete(field);
  return url.href;
}

/** Return the moment that an address names; null where it names none, or none that can be. */
export function momentOf(address: string): MomentLink | null {
  const { searchParams } = new URL(address);
  const run = searchParams.get("run");
  const seconds = searchParams.get("t");
  if (!run || seconds === null || seconds === "" || !(Number(seconds) >= 0)) return null;
  const event = Number(searchParams.get("event") ?? NaN);
  return {
    run,
    t_us: Math.round(Number(seconds) * 1e6),
    design: searchParams.get("design"),
    flow: searchParams.get("flow"),
    event: Number.isInteger(event) ? event : null,
  };
}

/** What the drawing shows at the cursor of a race: what is dead, who is out of rotation, and a flow's way. */

import { useEffect } from "react";

import { type Contender, type Moment, momentAt } from "../../document/race";
import { type Highlight, type PacketPath, type Tone, update } from "../../document/store";

const TONES = new Set(["delivered", "dropped", "looped", "ambiguous", "not modelled"]);

/** Return the ways of a flow at a moment as the canvas draws them; the way of what arrives comes first. */
export function pathsOf(moment: Moment, flow: string): PacketPath[] {
  return moment.ways
    .filter((way) => way.flow === flow && way.points.length > 0)
    .map((way, index) => ({
      direction: way.direction,
      packet: index + 1,
      points: way.points,
      reached: way.points.length,
      tone: (TONES.has(way.outcome) ? way.outcome : "dropped") as Tone,
    }));
}

/** Return the marks of a moment: dead things first, for a thing bears one mark. */
export function marksOf(moment: Moment, flow: string): Highlight[] {
  const down = moment.down.map((path): Highlight => ({ path, tone: "down" }));
  const out = moment.out.flatMap(({ vm }): Highlight[] => (vm && !moment.down.includes(vm) ? [{ path: vm, tone: "out" }] : []));
  const dying = moment.ways.filter((way) => way.flow === flow && way.outcome !== "delivered" && way.at !== null);
  const died = dying.flatMap((way): Highlight[] => (way.at && !moment.down.includes(way.at) ? [{ path: way.at, tone: "dropped" }] : []));
  return [...down, ...out, ...died];
}

/** Keep the drawing at the cursor's time; it is touched when the moment changes, not with every frame. */
export function useRaceCanvas(one: Contender | null, flow: string | null, at: number): void {
  const moment = one ? momentAt(one, at) : null;
  useEffect(() => {
    if (!moment || flow === null) return;
    update({ paths: pathsOf(moment, flow), highlights: marksOf(moment, flow) });
  }, [moment, flow]);
  useEffect(
    () => () => {
      update({ paths: [], highlights: [] });
    },
    [],
  );
  const whole = one?.metrics !== null && one !== null && flow !== null;
  useEffect(() => {
    if (!whole) return;
    const touched = one.moments.flatMap((each) => each.ways.filter((way) => way.flow === flow).flatMap((way) => way.points));
    update({ fit: { paths: [...new Set(touched)] } });
    // When a race is told, or another flow is chosen.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [whole, one?.design, flow]);
}

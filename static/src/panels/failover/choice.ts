/** The designs and faults of the drawing, and which of its designs are to race. */

import { useEffect, useState } from "react";

import { useWorkbench } from "../../document/store";
import { type Design, type Fault as Failure, api } from "../../protocol/api";
import { words } from "../../protocol/followed";

export const MOST_DESIGNS = 6;
/** Chosen until somebody chooses. */
const FIRST_DESIGNS = 2;

export interface Choice {
  designs: Design[];
  faults: Failure[];
  error: string | null;
}

export function useChoice(): Choice | null {
  const revision = useWorkbench((state) => state.revision);
  const runnable = useWorkbench((state) => state.runnable);
  const [choice, setChoice] = useState<Choice | null>(null);
  useEffect(() => {
    let here = true;
    if (!runnable) return undefined;
    api.designs().then(
      (found) => {
        if (here) setChoice({ ...found, error: null });
      },
      (error: unknown) => {
        if (here) setChoice({ designs: [], faults: [], error: words(error) });
      },
    );
    return () => {
      here = false;
    };
  }, [revision, runnable]);
  return choice;
}

/** What somebody picked or left out. */
export type Picked = Record<string, boolean>;

/** Return who races: as picked, else the designs that the fault names, else the first ones that can be played. */
export function chosenOf(playable: readonly Design[], picked: Picked, named: readonly string[] = []): string[] {
  const meant = playable.filter((design) => named.includes(design.id));
  const usual = (meant.length > 0 ? meant : playable.slice(0, FIRST_DESIGNS)).map((design) => design.id);
  return playable.filter((design) => picked[design.id] ?? usual.includes(design.id)).map((design) => design.id);
}

/** Return what was picked for a run, as if somebody had picked it here. */
export function pickedBy(designs: readonly Design[], raced: unknown): Picked {
  const ids = Array.isArray(raced) ? raced : [];
  return Object.fromEntries(designs.map((design) => [design.id, ids.includes(design.id)]));
}

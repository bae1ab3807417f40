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

/** What somebody picked or left out; whoever picked nothing gets the first ones that can be played. */
export type Picked = Record<string, boolean>;

export function chosenOf(playable: readonly Design[], picked: Picked): string[] {
  return playable.filter((design, index) => picked[design.id] ?? index < FIRST_DESIGNS).map((design) => design.id);
}

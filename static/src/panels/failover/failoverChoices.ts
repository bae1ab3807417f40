/** Kinds of faults, conditions and rates: asked of the server once for a page. */

import { useEffect, useState } from "react";

import { type FailoverChoices, api } from "../../protocol/api";

const NONE: FailoverChoices = { kinds: [], conditions: [], rates: [] };
let asked: Promise<FailoverChoices> | null = null;
let known: FailoverChoices | null = null;

/** Return what the engine offers; empty until it is known. */
export function useFailoverChoices(): FailoverChoices {
  const [found, setFound] = useState(known ?? NONE);
  useEffect(() => {
    let here = true;
    asked ??= api.failover();
    asked.then(
      (choices) => {
        known = choices;
        if (here) setFound(choices);
      },
      () => {
        asked = null; // a failure is not kept: the next look asks again
      },
    );
    return () => {
      here = false;
    };
  }, []);
  return found;
}

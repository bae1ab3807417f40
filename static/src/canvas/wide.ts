/** Is there room to edit? Narrow windows read and run. */

import { useSyncExternalStore } from "react";

const WIDE = "(min-width: 761px)";

export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(WIDE).matches);
}

function subscribe(changed: () => void): () => void {
  const query = matchMedia(WIDE);
  query.addEventListener("change", changed);
  return () => {
    query.removeEventListener("change", changed);
  };
}

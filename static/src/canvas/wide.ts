/** Is there room to edit? Narrow windows read and run. */

import { useSyncExternalStore } from "react";

const WIDE = "(min-width: 761px)";

export function useWide(): boolean {
  return useSyncExternalStore(subscribe, isWide);
}

function subscribe(changed: () => void): () => void {
  const query = matchMedia(WIDE);
  query.addEventListener("change", changed);
  return () => {
    query.removeEventListener("change", changed);
  };
}

export function isWide(): boolean {
  return matchMedia(WIDE).matches;
}

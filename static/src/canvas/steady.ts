/** Handlers that stay the same. */

import { useCallback, useLayoutEffect, useRef } from "react";

/**
 * Return a function that never changes and does what the newest one does. React Flow looks anew at all its nodes
 * where a handler is another one than before.
 */
export function useSteady<Args extends unknown[], Result>(newest: (...args: Args) => Result): (...args: Args) => Result {
  const kept = useRef(newest);
  useLayoutEffect(() => {
    kept.current = newest;
  });
  return useCallback((...args: Args) => kept.current(...args), []);
}

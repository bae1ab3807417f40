/** What the server says about one thing of the drawing, asked anew for every revision. */

import { type ReactNode, useEffect, useState } from "react";

import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { words } from "../../protocol/followed";
import { useMute } from "../Withheld";

export type Answer<T> = { ready: true; value: T } | { ready: false; instead: ReactNode };

/** Return the answer, or what to show instead of it: waiting, refused, or a drawing with problems. */
export function useAnswer<T>(key: string, ask: () => Promise<T>): Answer<T> {
  const revision = useWorkbench((state) => state.revision);
  const runnable = useWorkbench((state) => state.runnable);
  // The server answers for what it has; an edit on its way there is waited for.
  const busy = useWorkbench((state) => state.saved === "saving" || state.saved === "waiting");
  const mute = useMute();
  const [found, setFound] = useState<{ key: string; value: T } | { key: string; error: string } | null>(null);
  useEffect(() => {
    let here = true;
    if (!runnable || busy || mute) return undefined;
    ask().then(
      (value) => {
        if (here) setFound({ key, value });
      },
      (error: unknown) => {
        if (here) setFound({ key, error: words(error) });
      },
    );
    return () => {
      here = false;
    };
    // The key says what is asked; the question itself is a new function each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, revision, runnable, busy, mute]);
  if (!runnable) return { ready: false, instead: <p className="muted">{t("The drawing has problems, so there is no answer yet.")}</p> };
  if (mute) return { ready: false, instead: <p className="callout">{t("Predictions come first. Lock your answers in the exercise, then this is told.")}</p> };
  if (found?.key !== key) return { ready: false, instead: <p className="skeleton">{t("Working it out")}</p> };
  if ("error" in found) return { ready: false, instead: <p role="alert" className="callout danger">{found.error}</p> };
  return { ready: true, value: found.value };
}

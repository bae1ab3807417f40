/** How far a long run is, and the button that stops it. */

import { Square } from "lucide-react";
import type { ReactNode } from "react";

import { t } from "../../document/text";
import { type Followed, cancel, isLive } from "../../protocol/followed";

export function Progress({ followed, done, n, what }: { followed: Followed; done: number; n: number; what: string }): ReactNode {
  const { run } = followed;
  if (!run || !isLive(followed)) return null;
  return (
    <div className="progress">
      <label htmlFor={`${run.kind}-progress`}>
        {t("{done} of {n} {what}", { done: done.toLocaleString("en"), n: n.toLocaleString("en"), what })}
      </label>
      <progress id={`${run.kind}-progress`} max={n || 1} value={done} />
      <button type="button" className="button small" onClick={() => void cancel(run.kind)}>
        <Square size={12} aria-hidden="true" /> {t("Cancel")}
      </button>
    </div>
  );
}

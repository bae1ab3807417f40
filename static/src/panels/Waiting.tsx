/** What a run is doing while there is nothing of it to show, and what went wrong with it. */

import type { ReactNode } from "react";

import { t } from "../document/text";
import { type Followed, isLive } from "../protocol/followed";
import { Mark } from "./Mark";

export function Waiting({ followed, what }: { followed: Followed; what: string }): ReactNode {
  const words = followed.lost
    ? t("The connection is lost; reconnecting. Nothing of the run is lost.")
    : followed.run?.state === "queued"
      ? followed.run.engine_starts
        ? t("The engine is getting ready: it compiles for this machine once, which takes up to a minute")
        : t("Waiting for a worker")
      : what;
  return (
    <p role="status" className="waiting">
      {(isLive(followed) || followed.lost) && <Mark state={followed.run?.state === "queued" ? "queued" : "running"}>{words}</Mark>}
    </p>
  );
}

/** The reason why a run ended otherwise than well, or could not begin. */
export function Fault({ followed }: { followed: Followed }): ReactNode {
  const { run, error } = followed;
  if (error) return <p role="alert" className="callout danger">{error}</p>;
  if (run?.state === "failed") return <p role="alert" className="callout danger">{t("Failed: {reason}", { reason: run.reason })}</p>;
  if (run?.state === "cancelled") return <p className="callout">{run.reason || t("Cancelled.")}</p>;
  return null;
}

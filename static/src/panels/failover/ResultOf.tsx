/** What a result is the answer to: which fault, which revision of the drawing, and whether that is the one in sight. */

import type { ReactNode } from "react";

import { isObject, text } from "../../document/drawing";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Followed } from "../../protocol/followed";

export function ResultOf({ followed, fault }: { followed: Followed; fault?: string }): ReactNode {
  const faults = useWorkbench((state) => state.document.faults);
  const now = useWorkbench((state) => state.revision);
  const { run } = followed;
  if (!run) return null;
  const id = text(run.parameters.fault, "");
  const drawn = isObject(faults) ? faults[id] : undefined;
  const name = fault ?? (isObject(drawn) ? text(drawn.name, id) : id);
  return (
    <p className="result-of">
      <strong>{name}</strong> <span className="muted">{t("revision {revision}, seed {seed}", { revision: run.revision ?? "", seed: run.seed ?? "" })}</span>
      {run.revision !== null && run.revision !== now && <span className="badge">{t("of an earlier revision; the drawing is at {now} now", { now })}</span>}
    </p>
  );
}

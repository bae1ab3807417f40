/** Before and after an edit that was to mend a packet: both endings, what it changed, and the way back. */

import { Undo2, X } from "lucide-react";
import type { ReactNode } from "react";

import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Verdict } from "../../document/types";
import { Differences } from "../Differences";
import { FactLinks } from "../reference/FactLinks";
import { Mark } from "../Mark";
import { stateWord, withoutState } from "./legs";
import { type Mending, canTakeBack, forgetMending, takeBack } from "./mending";

export function Mended({ mending, after }: { mending: Mending; after: Verdict | null }): ReactNode {
  // Read so that the way back is offered only while this is the last edit.
  useWorkbench((state) => state.document);
  const may = useWorkbench((state) => state.can.edit);
  return (
    <section className="mended card" aria-label={t("Before and after the edit")} data-testid="mended">
      <div className="row">
        <h3>
          {t("Edited:")} {mending.sentence}
        </h3>
        <span className="push row">
          {may && canTakeBack() && (
            <button type="button" className="button small" onClick={takeBack}>
              <Undo2 size={13} aria-hidden="true" /> {t("Undo this edit")}
            </button>
          )}
          <button type="button" className="button icon quiet small" aria-label={t("Close before and after")} title={t("Close before and after")} onClick={forgetMending}>
            <X size={13} aria-hidden="true" />
          </button>
        </span>
      </div>
      <div className="before-after">
        <Ending title={t("Before")} verdict={mending.before} />
        <Ending title={t("After")} verdict={after} />
      </div>
      <Differences of={mending.changes} />
    </section>
  );
}

function Ending({ title, verdict }: { title: string; verdict: Verdict | null }): ReactNode {
  return (
    <div>
      <h4>{title}</h4>
      {verdict ? (
        <p className="verdict">
          <Mark state={verdict.outcome}>{stateWord(verdict)}</Mark> <span>{withoutState(verdict)}</span> <FactLinks ids={verdict.facts} />
        </p>
      ) : (
        <p className="muted">{t("The packet is on its way again.")}</p>
      )}
    </div>
  );
}

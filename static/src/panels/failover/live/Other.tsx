/** Everything else that can break or be mended while a live race goes on: other VMs, links, zones, gateways, edits. */

import { type ReactNode, useMemo, useState } from "react";

import { useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import type { JsonObject } from "../../../document/types";
import { BreakFields } from "../BreakFields";
import { useFailoverChoices } from "../failoverChoices";
import { type Draft, EMPTY, stepOf } from "../faultFields";

/** A live race begins with nothing, and an address has its own form. */
const NOT_HERE = ["nothing", "move-address"];

export function Other({ send }: { send: (step: JsonObject) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const choices = useFailoverChoices();
  const kinds = useMemo(() => choices.kinds.filter(({ kind }) => !NOT_HERE.includes(kind)), [choices]);
  return (
    <details className="other">
      <summary>{t("Something else")}</summary>
      <form
        aria-label={t("Something else")}
        onSubmit={(event) => {
          event.preventDefault();
          send(stepOf(draft, kinds));
        }}
      >
        <BreakFields prefix="live-other" required document={document} kinds={kinds} draft={draft} set={(part) => { setDraft((before) => ({ ...before, ...part })); }} />
        <button type="submit" className="button danger">{t("Do it now")}</button>
      </form>
    </details>
  );
}

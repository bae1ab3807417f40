/** Before something is deleted that other things hang on: what goes with it, what lets go of it. */

import { type ReactNode, useMemo } from "react";

import { remove, saidOf } from "../../document/edits/remove";
import { useWorkbench, workbench } from "../../document/store";
import { t, tn } from "../../document/text";
import { perform } from "../edits";
import { Dialog, inSentence } from "./Dialog";

const SHOWN = 40;

export function Delete({ close }: { close: () => void }): ReactNode {
  const chosen = useWorkbench((state) => state.chosen);
  const document = useWorkbench((state) => state.document);
  const removal = useMemo(() => remove(document, chosen), [document, chosen]);
  const [first] = chosen;
  const what = chosen.length === 1 && first ? saidOf(document, first) : tn("{n} thing", "{n} things", chosen.length);
  const run = (): void => {
    perform({ ...remove(workbench().document, workbench().chosen), told: [tn("{n} thing was deleted.", "{n} things were deleted.", removal.goes.length)] });
    close();
  };
  return (
    <Dialog
      title={t("Delete {what}?", { what: inSentence(what) })}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="button" className="button danger" data-first="" onClick={run}>{t("Delete")}</button>
        </>
      }
    >
      <ul className="differences">
        {removal.told.slice(0, SHOWN).map((sentence, index) => (
          <li key={`${sentence} ${index}`} className="difference removed">
            <span aria-hidden="true">−</span> {sentence}
          </li>
        ))}
      </ul>
      {removal.told.length > SHOWN && <p className="muted">{t("And {n} more.", { n: removal.told.length - SHOWN })}</p>}
      <p className="muted">{t("Undo brings everything back.")}</p>
    </Dialog>
  );
}

/** Delete what is chosen, when nothing else is touched by it; return false where that must be told first. */
export function deleteAtOnce(): boolean {
  const removal = remove(workbench().document, workbench().chosen);
  // A NIC of a VM that goes is no news.
  const news = removal.told.filter((sentence) => !/^NIC .* goes with it\.$/.test(sentence));
  if (news.length > 0) return false;
  perform({ ...removal, told: [] });
  return true;
}

/** Copy, cut and paste of things, also into another drawing. */

import { useEffect } from "react";

import { isEdit } from "../../document/edits/add";
import { duplicate, everything, fragment, paste, readFragment } from "../../document/edits/copy";
import { remove } from "../../document/edits/remove";
import { placeOf } from "../../document/grammar";
import { choose, tell, workbench } from "../../document/store";
import { t } from "../../document/text";
import { perform } from "../edits";

function mayEdit(): boolean {
  const { can, mode } = workbench();
  return can.edit && mode === "edit";
}

export function deleteChosen(): void {
  const { document, chosen } = workbench();
  const removal = remove(document, chosen);
  if (removal.patch.length > 0) perform(removal);
}

export function duplicateChosen(): void {
  const { document, chosen } = workbench();
  const result = duplicate(document, chosen);
  if (isEdit(result)) perform(result);
  else tell([result.reason]);
}

export function chooseAll(): void {
  choose(everything(workbench().document));
}

/** Listen to the browser's own copy, cut and paste while nobody writes. */
export function useClipboard(): void {
  useEffect(() => {
    const writing = (event: Event): boolean => event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog, .dock") !== null;
    const copy = (event: ClipboardEvent): void => {
      const { document: drawn, chosen } = workbench();
      if (writing(event) || chosen.length === 0 || String(window.getSelection())) return;
      const copied = fragment(drawn, chosen);
      if (copied.chosen.length === 0) return;
      event.clipboardData?.setData("text/plain", JSON.stringify(copied));
      event.preventDefault();
      if (event.type === "cut" && mayEdit()) deleteChosen();
      else tell([t("Copied. Paste it here or in another scenario.")]);
    };
    const put = (event: ClipboardEvent): void => {
      if (writing(event) || !mayEdit()) return;
      const copied = readFragment(event.clipboardData?.getData("text/plain") ?? "");
      if (!copied) return;
      event.preventDefault();
      const home = placeOf(workbench().document, workbench().selection).find((path) => /^(subnets|vnets)\//.test(path)) ?? null;
      const result = paste(workbench().document, copied, home);
      if (isEdit(result)) perform(result, true);
      else tell([result.reason]);
    };
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", put);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", put);
    };
  }, []);
}

/** Predictions that come before the drawing runs, each a link to its question. */

import { type ReactNode, useEffect } from "react";

import { update, useWorkbench, workbench } from "../document/store";
import { t } from "../document/text";
import { api } from "../protocol/api";

/** Whether the engine tells nothing of packets yet. */
export function useMute(): boolean {
  return useWorkbench((state) => state.withheld.some((one) => one.told === "packets"));
}

/** What stands above the questions of the dock until the predictions are locked. */
export function Withheld(): ReactNode {
  const withheld = useWorkbench((state) => state.withheld);
  const races = !useMute();
  const open = withheld.length > 0;
  useEffect(() => {
    if (!open) return undefined;
    // They are locked on another page; whoever comes back from there goes on here.
    window.addEventListener("focus", look);
    return () => {
      window.removeEventListener("focus", look);
    };
  }, [open]);
  if (!open) return null;
  return (
    <p className="withheld" role="status" data-testid="withheld">
      <strong>{t("Predictions come first.")}</strong>{" "}
      {races ? t("Lock your answers, then races run:") : t("Lock your answers, then the drawing runs:")}{" "}
      {withheld.map((one) => (
        <a key={one.url} href={one.url}>
          {one.title}
        </a>
      ))}
    </p>
  );
}

function look(): void {
  api.scenario().then(
    ({ withheld = [] }) => {
      if (withheld.length !== workbench().withheld.length) update({ withheld });
    },
    () => undefined,
  );
}

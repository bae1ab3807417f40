/** Where what happened was saved, and how to play it again. */

import { History } from "lucide-react";
import type { ReactNode } from "react";

import type { Saved } from "../../../document/live";
import { useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import { replayAddress } from "./replay";

export function SavedTimeline({ saved, designs, seed }: { saved: Saved; designs: string[]; seed: number | null }): ReactNode {
  const mine = useWorkbench((state) => state.mode === "edit");
  if (!mine) return <p className="callout" data-testid="live-saved">{t("The race is over. Its timeline is saved with whoever plays it.")}</p>;
  return (
    <p className="callout saved-timeline" data-testid="live-saved">
      <span>{t("The race is over. What was done is saved as a fault of a new scenario. Played again it tells the same up to here, and goes on until everything has settled.")}</span>
      <a className="button primary" href={replayAddress(saved, designs, seed)}>
        <History size={14} aria-hidden="true" /> {t("Replay the saved timeline")}
      </a>
    </p>
  );
}

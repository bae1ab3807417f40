/** How sure a number is, as a small letter, or as the word "assumption"; one click shows what it means and its source. */

import type { ReactNode } from "react";
import { t } from "../document/text";

const MEANING: Record<string, string> = {
  A: t("official document"),
  B: t("measured by somebody who shows the numbers"),
  C: t("single statement or simple derivation"),
  D: t("assumption of ours"),
};

interface Props {
  grade: string | null;
  source: string | null;
  /** The source stands beside the letter, so there is nothing to open. */
  open?: boolean;
}

export function Grade({ grade, source, open = false }: Props): ReactNode {
  const meaning = grade ? t("grade {grade}: {MEANING}", { grade, MEANING: MEANING[grade] ?? "" }) : "";
  const badge = grade && <abbr className={`badge ${grade === "D" ? "assumed" : "mono"}`}>{grade === "D" ? t("assumption") : grade}</abbr>;
  if (open) {
    return (
      <span className="grade" title={meaning}>
        {badge} <span className="muted">{source}</span>
      </span>
    );
  }
  if (!badge) return null;
  return (
    <details className="grade">
      <summary aria-label={t("{meaning}: show the source", { meaning })}>{badge}</summary>
      <span className="source">{[meaning, source].filter(Boolean).join(". ")}</span>
    </details>
  );
}

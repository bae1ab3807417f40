/** How sure a number is, as a small letter, or as the word "assumption"; its source on hover, or beside it. */

import type { ReactNode } from "react";

const MEANING: Record<string, string> = {
  A: "official document",
  B: "measured by somebody who shows the numbers",
  C: "single statement or simple derivation",
  D: "assumption of ours",
};

export function Grade({ grade, source, open = false }: { grade: string | null; source: string | null; open?: boolean }): ReactNode {
  const words = [grade ? `grade ${grade}: ${MEANING[grade] ?? ""}` : "", source ?? ""].filter(Boolean).join(". ");
  return (
    <span className="grade" title={words}>
      {grade && <abbr className={`badge ${grade === "D" ? "assumed" : "mono"}`}>{grade === "D" ? "assumption" : grade}</abbr>}{" "}
      {open && <span className="muted">{source}</span>}
    </span>
  );
}

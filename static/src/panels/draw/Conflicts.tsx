/** Places that two people changed at the same time: ours stands, theirs is one press away. */

import type { ReactNode } from "react";

import { useWorkbench } from "../../document/store";
import { t, tn } from "../../document/text";
import type { Json } from "../../document/types";
import { typedOf } from "../../document/validate";
import { settle } from "../edits";

export function Conflicts(): ReactNode {
  const conflicts = useWorkbench((state) => state.conflicts);
  if (conflicts.length === 0) return null;
  return (
    <section className="conflicts" aria-label={t("Conflicts")} role="alert">
      <h2>{tn("{n} place was changed by somebody else too", "{n} places were changed by somebody else too", conflicts.length)}</h2>
      <p className="muted">{t("Your edit stands. Take theirs where theirs is right.")}</p>
      <ul>
        {conflicts.slice(0, 8).map((one) => (
          <li key={one.pointer}>
            <span className="mono">{one.pointer.replace("/topology/", "")}</span>
            <span>{t("yours {mine}, theirs {theirs}", { mine: said(one.mine), theirs: said(one.theirs) })}</span>
            <span className="row">
              <button type="button" className="button small" onClick={() => { settle(one, "mine"); }}>{t("Keep mine")}</button>
              <button type="button" className="button small" onClick={() => { settle(one, "theirs"); }}>{t("Take theirs")}</button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function said(value: Json | undefined): string {
  if (value === undefined) return t("deleted");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return typeof value.name === "string" ? value.name : t("another one");
  return typedOf(value) || t("none");
}

/** Places that two people changed at the same time: ours stands, theirs is one press away; but a deletion stands. */

import type { ReactNode } from "react";

import { pathOf } from "../../document/edits/fixes";
import { saidOf } from "../../document/edits/remove";
import { type Conflict, type Gone, useWorkbench } from "../../document/store";
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
      {conflicts.some((one) => !one.gone) && <p className="muted">{t("Your edit stands. Take theirs where theirs is right.")}</p>}
      <ul>
        {conflicts.slice(0, 8).map((one) => (
          <li key={one.pointer}>
            <Place pointer={one.pointer} />
            {one.gone ? <Lost conflict={one} gone={one.gone} /> : <Met conflict={one} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Both are there: ours stands. */
function Met({ conflict }: { conflict: Conflict }): ReactNode {
  return (
    <>
      <span>{t("yours {mine}, theirs {theirs}", { mine: said(conflict.mine), theirs: said(conflict.theirs) })}</span>
      <span className="row">
        <button type="button" className="button small" onClick={() => { settle(conflict, "mine"); }}>{t("Keep mine")}</button>
        <button type="button" className="button small" onClick={() => { settle(conflict, "theirs"); }}>{t("Take theirs")}</button>
      </span>
    </>
  );
}

/** Somebody deleted it: theirs stands, and ours is lost with it. */
function Lost({ conflict, gone }: { conflict: Conflict; gone: Gone }): ReactNode {
  return (
    <>
      <span>{t("deleted by somebody else; your edit, {mine}, is lost with it", { mine: said(conflict.mine) })}</span>
      <span className="row">
        <button type="button" className="button small" onClick={() => { settle(conflict, "theirs"); }}>{t("Understood")}</button>
        {gone.back.length > 0 && <button type="button" className="button small" onClick={() => { settle(conflict, "mine"); }}>{t("Bring it back with my edit")}</button>}
      </span>
    </>
  );
}

/** The thing in words, and what of it was changed. */
function Place({ pointer }: { pointer: string }): ReactNode {
  const path = pathOf(pointer);
  const thing = path?.split("/").slice(0, 2).join("/") ?? null;
  const words = useWorkbench((state) => (thing ? saidOf(state.document, thing) : ""));
  const field = path?.split("/").slice(2).join(" ").replaceAll("_", " ") ?? "";
  if (!thing) return <span className="mono">{pointer}</span>;
  return <span title={pointer}>{field ? t("{thing}: {field}", { thing: words, field }) : words}</span>;
}

function said(value: Json | undefined): string {
  if (value === undefined) return t("deleted");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return typeof value.name === "string" ? value.name : t("another one");
  return typedOf(value) || t("none");
}

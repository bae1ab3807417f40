/** The history of a scenario: what each revision changed, in words and on the drawing; names, and the way back. */

import { type ReactNode, useEffect, useState } from "react";

import { differences, marksOf } from "../../document/diff";
import { between } from "../../document/patch";
import { select, update, useWorkbench, workbench } from "../../document/store";
import { t, tn } from "../../document/text";
import type { JsonObject } from "../../document/types";
import { type RevisionItem, api } from "../../protocol/api";
import { start, words } from "../../protocol/followed";
import { Differences } from "../Differences";
import { change } from "../edits";
import { rememberRun } from "../Runs";
import { Dialog } from "./Dialog";

export function History({ close }: { close: () => void }): ReactNode {
  const [items, setItems] = useState<RevisionItem[] | null>(null);
  const [error, setError] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const [end, setEnd] = useState(false);
  const load = (before?: number): void => {
    api.revisions(before).then(
      (answer) => {
        setItems((known) => [...(before ? (known ?? []) : []), ...answer.items]);
        setEnd(answer.items.length < 100);
      },
      (reason: unknown) => { setError(words(reason)); },
    );
  };
  useEffect(() => { load(); }, []);
  const item = items?.find((one) => one.revision === chosen) ?? null;
  return (
    <Dialog title={t("History")} close={close} wide>
      {error && <p role="alert" className="field-error">{error}</p>}
      {!items && !error && <p className="skeleton">{t("Reading the history")}</p>}
      <div className="history">
        <ol className="history-list" aria-label={t("Revisions, newest first")} tabIndex={0}>
          {items?.map((one) => (
            <li key={one.revision}>
              <button type="button" aria-pressed={one.revision === chosen} onClick={() => { setChosen(one.revision); }}>
                <span className="mono">{one.revision}</span>
                <span className="name">{one.label ?? when(one.created_at)}</span>
                <span className="muted">{[one.label ? when(one.created_at) : "", one.author ?? ""].filter(Boolean).join(", ")}</span>
                {one.problems > 0 && <span className="badge">{tn("{n} problem", "{n} problems", one.problems)}</span>}
              </button>
            </li>
          ))}
          {items && !end && (
            <li>
              <button type="button" className="button small quiet" onClick={() => { load(items.at(-1)?.revision); }}>{t("Older")}</button>
            </li>
          )}
        </ol>
        <div className="history-detail">
          {item ? <Detail key={item.revision} item={item} close={close} named={() => { load(); }} /> : <p className="muted">{t("Choose a revision to see what it changed.")}</p>}
        </div>
      </div>
    </Dialog>
  );
}

function when(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

type View = "edit" | "now";

function Detail({ item, close, named }: { item: RevisionItem; close: () => void; named: () => void }): ReactNode {
  const may = useWorkbench((state) => state.can.edit);
  const runs = useWorkbench((state) => state.can.run);
  const now = useWorkbench((state) => state.document);
  const [view, setView] = useState<View>("edit");
  const [own, setOwn] = useState<JsonObject | null>(null);
  const [before, setBefore] = useState<JsonObject | null>(item.revision > 1 ? null : {});
  const [label, setLabel] = useState(item.label ?? "");
  const [error, setError] = useState("");
  const number = item.revision;
  useEffect(() => {
    const failed = (reason: unknown): void => { setError(words(reason)); };
    api.revision(number).then(setOwn, failed);
    if (number > 1) api.revision(number - 1).then(setBefore, failed);
  }, [number]);
  const found = own && before ? (view === "edit" ? differences(before, own) : differences(own, now)) : null;
  const keepName = (): void => {
    if (label.trim() !== (item.label ?? "")) api.nameRevision(number, label.trim()).then(named, (reason: unknown) => { setError(words(reason)); });
  };
  const restore = (): void => {
    if (!own) return;
    change(between(workbench().document, { ...own, schema: workbench().document.schema ?? null }));
    update({ told: [t("Revision {number} is back as a new revision. Undo takes it away again.", { number })], compared: null });
    close();
  };
  const show = (): void => {
    if (!found) return;
    update({ compared: marksOf(found, workbench().document), told: [t("{n} differences are marked on the drawing; Escape takes the marks away.", { n: found.length })] });
    select(null);
    close();
  };
  const told = view === "edit" ? { before: number - 1, after: number } : { before: number, after: workbench().revision };
  const ask = (): void => {
    update({ dock: "edits" });
    void start("difference", { before: told.before }, { revision: told.after }).then((run) => { if (run) rememberRun(run.id); });
    close();
  };
  return (
    <>
      {may && (
        <div className="field">
          <label htmlFor="revision-name">{t("Name of revision {number}", { number })}</label>
          <input id="revision-name" maxLength={80} value={label} placeholder={t("none")} onChange={(event) => { setLabel(event.target.value); }} onBlur={keepName} onKeyDown={(event) => { if (event.key === "Enter") keepName(); }} />
        </div>
      )}
      <div className="row">
        <select className="input" aria-label={t("Compare")} value={view} onChange={(event) => { setView(event.target.value as View); }}>
          <option value="edit">{t("What this edit changed")}</option>
          <option value="now">{t("What changed since then")}</option>
        </select>
      </div>
      {error && <p role="alert" className="field-error">{error}</p>}
      {!found && !error && <p className="skeleton">{t("Comparing")}</p>}
      {found?.length === 0 && <p className="muted">{t("Nothing is different.")}</p>}
      <Differences of={found?.slice(0, 100) ?? []} />
      <p className="row">
        <button type="button" className="button small" disabled={!found || found.length === 0} onClick={show}>{t("Show on the drawing")}</button>
        {runs && told.before > 0 && told.before !== told.after && (
          <button type="button" className="button small" onClick={ask}>{t("What it did to flows")}</button>
        )}
        {may && number !== workbench().revision && (
          <button type="button" className="button small primary" disabled={!own} onClick={restore}>{t("Restore revision {number}", { number })}</button>
        )}
      </p>
    </>
  );
}

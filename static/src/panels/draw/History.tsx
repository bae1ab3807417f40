/** The history of a scenario: what each revision changed, in words and on the drawing; names, and the way back. */

import { type ReactNode, useEffect, useState } from "react";

import { type Difference, marksOf } from "../../document/diff";
import { between } from "../../document/patch";
import { select, tell, update, useWorkbench, workbench } from "../../document/store";
import { t, tn } from "../../document/text";
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
                <span className="name">{one.label ?? (didOf(one) || when(one.created_at))}</span>
                {one.problems > 0 && <span className="badge">{tn("{n} problem", "{n} problems", one.problems)}</span>}
                {one.label && didOf(one) && <span className="did">{didOf(one)}</span>}
                <span className="muted">{[one.label || didOf(one) ? when(one.created_at) : "", one.author ?? ""].filter(Boolean).join(", ")}</span>
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

/** So many changes of an edit stand in its row. */
const TOLD = 2;

/** What an edit did, in one line; empty for revisions of which nobody kept it. */
function didOf({ words: told, more }: RevisionItem): string {
  const left = more + Math.max(0, told.length - TOLD);
  const line = told.slice(0, TOLD).join("; ");
  return left > 0 ? t("{line}, and {n} more", { line, n: left }) : line;
}

type View = "edit" | "now";

function Detail({ item, close, named }: { item: RevisionItem; close: () => void; named: () => void }): ReactNode {
  const may = useWorkbench((state) => state.can.edit);
  const runs = useWorkbench((state) => state.can.run);
  const newest = useWorkbench((state) => state.revision);
  const [view, setView] = useState<View>("edit");
  const [found, setFound] = useState<Difference[] | null>(null);
  const [label, setLabel] = useState(item.label ?? "");
  const [error, setError] = useState("");
  const number = item.revision;
  const [from, to] = view === "edit" ? [number - 1, number] : [number, newest];
  useEffect(() => {
    let current = true;
    api.changes(from, to).then(
      ({ items }) => { if (current) setFound(items); },
      (reason: unknown) => { if (current) setError(words(reason)); },
    );
    return () => {
      current = false;
      setFound(null);
    };
  }, [from, to]);
  const keepName = (): void => {
    if (label.trim() !== (item.label ?? "")) api.nameRevision(number, label.trim()).then(named, (reason: unknown) => { setError(words(reason)); });
  };
  const restore = async (): Promise<void> => {
    try {
      const own = await api.revision(number);
      const token = change(between(workbench().document, { ...own, schema: workbench().document.schema ?? null }));
      update({ compared: null });
      tell([t("Revision {number} is back as a new revision. Undo takes it away again.", { number })], token);
      close();
    } catch (reason) {
      setError(words(reason));
    }
  };
  const show = (): void => {
    if (!found) return;
    update({ compared: marksOf(found, workbench().document) });
    tell([t("{n} differences are marked on the drawing; Escape takes the marks away.", { n: found.length })]);
    select(null);
    close();
  };
  const ask = (): void => {
    update({ dock: "edits" });
    void start("difference", { before: from }, { revision: to }).then((run) => { if (run) rememberRun(run.id); });
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
        {runs && from > 0 && from !== to && (
          <button type="button" className="button small" onClick={ask}>{t("What it did to flows")}</button>
        )}
        {may && number !== newest && (
          <button type="button" className="button small primary" onClick={() => { void restore(); }}>{t("Restore revision {number}", { number })}</button>
        )}
      </p>
    </>
  );
}

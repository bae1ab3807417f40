/** Share links: make one of this revision with some finished runs, copy it, list and revoke those there are. */

import { Copy, Trash2, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";

import { useWorkbench } from "../document/store";
import { t, tn } from "../document/text";
import type { Run } from "../document/types";
import { type ShareItem, api } from "../protocol/api";
import { words } from "../protocol/followed";

export function Share({ close }: { close: () => void }): ReactNode {
  const [finished, setFinished] = useState<Run[] | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const head = useWorkbench((state) => state.revision);
  const [left, setLeft] = useState<string[]>([]);
  const [shares, setShares] = useState<ShareItem[]>([]);
  const [link, setLink] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const report = (error: unknown): void => {
    setSaid(words(error));
  };
  const load = (): void => {
    api.shares().then((found) => { setShares(found.items); }, report);
  };
  useEffect(() => {
    load();
    api.runs().then((found) => { setFinished(found.items.filter((run) => (run.state === "succeeded" || (run.kind === "live" && run.state === "running")) && run.revision !== null)); }, report);
    // Once, when the dialog opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    // Wherever the focus is: the popover covers the drawing and is not modal.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close();
    };
    document.addEventListener("keydown", onKey);
    return () => { document.removeEventListener("keydown", onKey); };
  }, [close]);
  // A link shows one revision, so runs of different revisions cannot go together.
  const revisions = [...new Set([head, ...(finished ?? []).map((run) => Number(run.revision))])].sort((a, b) => b - a);
  const revision = chosen ?? head;
  const runs = (finished ?? []).filter((run) => run.revision === revision);
  const named = runs.map((run) => run.id).filter((id) => !left.includes(id));
  const make = (): void => {
    api.share(named).then((made) => {
      setLink(new URL(made.url, location.href).href);
      setSaid(t("The link is made. Whoever holds it can look and fork; keep it: it is not shown again."));
      load();
    }, report);
  };
  const copy = (): void => {
    navigator.clipboard.writeText(link ?? "").then(
      () => { setSaid(t("Copied.")); },
      () => { setSaid(t("The browser did not allow copying; select the link and copy it by hand.")); },
    );
  };
  return (
    <div className="popover share" role="dialog" aria-label={t("Share")}>
      <div className="row">
        <h2>{t("Share this revision")}</h2>
        <button type="button" className="button icon quiet small push" aria-label={t("Close")} onClick={close}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      <p className="muted">{t("A link shows one revision of the drawing and the runs of it that you choose, without an account. It can be revoked.")}</p>
      {revisions.length > 1 && (
        <div className="field">
          <label htmlFor="share-revision">{t("Revision")}</label>
          <select id="share-revision" value={revision} onChange={(event) => { setChosen(Number(event.target.value)); }}>
            {revisions.map((one) => (
              <option key={one} value={one}>
                {one === head ? t("{one}, as it is now", { one }) : one}
              </option>
            ))}
          </select>
        </div>
      )}
      {runs.length > 0 && (
        <fieldset className="share-runs">
          <legend className="label">{t("Runs that go with it")}</legend>
          {runs.map((run) => (
            <label key={run.id} className="choice">
              <input
                type="checkbox"
                checked={!left.includes(run.id)}
                onChange={(event) => {
                  setLeft(event.target.checked ? left.filter((id) => id !== run.id) : [...left, run.id]);
                }}
              />{" "}
              {run.kind}{run.state === "running" && t(", going on now")} <span className="mono muted">{run.created_at.slice(0, 16).replace("T", " ")}</span>
            </label>
          ))}
        </fieldset>
      )}
      <button type="button" className="button primary" disabled={finished === null || (revision !== head && named.length === 0)} onClick={make}>
        {t("Make a link")}
      </button>
      {link && (
        <div className="field">
          <label htmlFor="share-link">{t("Share link")}</label>
          <span className="row">
            <input id="share-link" className="mono" readOnly value={link} onFocus={(event) => { event.target.select(); }} />
            <button type="button" className="button" onClick={copy}>
              <Copy size={14} aria-hidden="true" /> {t("Copy")}
            </button>
          </span>
        </div>
      )}
      <p role="status">{said}</p>
      {shares.length > 0 && (
        <>
          <h3>{t("Links there are")}</h3>
          <ul className="plain">
            {shares.map((share) => (
              <li key={share.id} className="row">
                <span>
                  {tn("revision {revision}, {n} run ", "revision {revision}, {n} runs ", share.runs.length, { revision: share.revision })}
                  <span className="mono muted">{share.created_at.slice(0, 16).replace("T", " ")}</span>
                </span>
                <button
                  type="button"
                  className="button small danger push"
                  onClick={() => {
                    api.revoke(share.id).then(() => {
                      setSaid(t("Revoked: the link opens nothing any more."));
                      load();
                    }, report);
                  }}
                >
                  <Trash2 size={12} aria-hidden="true" /> {t("Revoke")}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

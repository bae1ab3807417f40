/** What happened to an edit that is not saved: always in sight until it is, or somebody has read it, in every width. */

import type { ReactNode } from "react";

import { useWorkbench } from "../document/store";
import { t } from "../document/text";
import { dismiss, retry } from "./edits";

export function Notice(): ReactNode {
  const saved = useWorkbench((state) => state.saved);
  const message = useWorkbench((state) => state.message);
  if (!message || saved === "saving" || saved === "stale") return null;
  const waiting = saved === "waiting";
  return (
    <div className="toast" role="alert" data-testid="notice">
      <span>
        {waiting && <strong>{t("Not saved, trying again.")} </strong>}
        {message}
        {(waiting || saved === "signed out") && t(" Your edit is kept on this page.")}
      </span>
      {waiting && (
        <button type="button" className="button small" onClick={retry}>
          {t("Try now")}
        </button>
      )}
      {saved === "signed out" && (
        <a className="button small" href={`/accounts/login/?next=${encodeURIComponent(location.pathname)}`} target="_blank" rel="noopener">
          {t("Sign in")}
        </a>
      )}
      {(saved === "failed" || saved === "saved") && (
        <button type="button" className="button small" onClick={dismiss}>
          {t("Understood")}
        </button>
      )}
      {saved === "deleted" && (
        <a className="button small" href="/">
          {t("My scenarios")}
        </a>
      )}
    </div>
  );
}

/** One line above the dock: what the last edit did to all flows. It opens the details. */

import type { ReactNode } from "react";

import { effectsLine } from "../../document/edited";
import { isObject } from "../../document/drawing";
import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { isLive, useFollowed } from "../../protocol/followed";
import { useWatched } from "./watch";

export function LastEdit(): ReactNode {
  const followed = useFollowed("difference");
  const dock = useWorkbench((state) => state.dock);
  const { run } = useWatched();
  const mine = run !== null && followed.id === run && dock !== "edits";
  const done = mine ? followed.events.find((event) => event.event === "difference.done") : undefined;
  const line = done && isObject(done.counts) ? effectsLine(done.counts) : "";
  const aside = Number(done?.side_effects ?? 0);
  return (
    <p className="last-edit" role="status">
      {mine && isLive(followed) && <span className="muted">{t("Asking what the last edit did")}</span>}
      {done && line === "" && <span className="muted">{t("The last edit changed no flow")}</span>}
      {mine && followed.run?.state === "failed" && <span className="muted">{t("What the last edit did is not known")}</span>}
      {line !== "" && (
        <button type="button" className="link" onClick={() => { update({ dock: "edits" }); }}>
          {t("The last edit: {line}", { line })}
          {aside > 0 && <strong>{t(", with side effects")}</strong>}
        </button>
      )}
    </p>
  );
}

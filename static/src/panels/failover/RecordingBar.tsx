/** Says that edits of the drawing are being recorded, which ones so far, and ends it. */

import { Circle } from "lucide-react";
import type { ReactNode } from "react";

import type { EditOf } from "../../document/between";
import { useWorkbench } from "../../document/store";
import { t, tn, tx } from "../../document/text";
import { EditList } from "./EditsField";
import { endRecording, recorded } from "./recording";

/** The engine takes no more edits in one event. */
const MOST_EDITS = 50;

export function RecordingBar({ keep }: { keep: (edits: EditOf[]) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const saving = useWorkbench((state) => state.saved === "saving");
  const edits = recorded(document);
  const count = tn("{n} change so far", "{n} changes so far", edits.length);
  return (
    <div className="recording" role="group" aria-label={t("Recording")}>
      <p role="status">
        <Circle size={12} className="record on" aria-hidden="true" /> {tx("{strong} Change the drawing as the event shall change it; afterwards it is put back as it was.", { strong: <strong>{t("Recording: {count}.", { count })}</strong> })}
      </p>
      <EditList edits={edits} />
      {edits.length > MOST_EDITS && <p className="field-error">{t("An event has at most {MOST_EDITS} changes.", { MOST_EDITS })}</p>}
      <span className="row">
        <button type="button" className="button primary small" disabled={saving || edits.length === 0 || edits.length > MOST_EDITS} onClick={() => { keep(endRecording()); }}>
          {t("Keep as this event")}
        </button>
        <button type="button" className="button small" disabled={saving} onClick={() => { endRecording(); }}>
          {t("Throw away")}
        </button>
      </span>
    </div>
  );
}

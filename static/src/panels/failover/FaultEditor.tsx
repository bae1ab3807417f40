/** A fault as a form: what breaks, when, for how long. It is an edit of the drawing and can be undone. */

import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { isObject } from "../../document/drawing";
import { useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import { change } from "../edits";
import { BreakFields, FieldOf } from "./BreakFields";
import { RecordingBar } from "./RecordingBar";
import { useFailoverChoices } from "./failoverChoices";
import { type Draft, EMPTY, faultOf, idOf, kindWords, wrongAt } from "./faultFields";
import { record, useRecording } from "./recording";

export function FaultEditor({ close, made }: { close: () => void; made: (id: string) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const problems = useWorkbench((state) => state.problems);
  const { kinds, conditions } = useFailoverChoices();
  const recording = useRecording();
  const [draft, setDraft] = useState(recording?.draft ?? EMPTY);
  const [id, setId] = useState<string | null>(recording?.id ?? null);
  const set = (part: Partial<Draft>): void => { setDraft((before) => ({ ...before, ...part })); };
  const kept = id !== null && isObject(document.faults) && id in document.faults;
  const wrong = (field: string): string => (id === null ? "" : wrongAt(problems, id, field));
  const save = (): void => {
    const fault = faultOf(draft, kinds);
    const faults = workbench().document.faults;
    const known = isObject(faults) ? faults : null;
    const key = kept ? id : idOf(String(fault.name), Object.keys(known ?? {}));
    change([...(known ? [] : [{ op: "add" as const, path: "/faults", value: {} }]), { op: kept ? "replace" : "add", path: `/faults/${key}`, value: fault }]);
    setId(key);
    made(key);
  };
  const place = useRef<HTMLElement>(null);
  const isRecording = recording !== null;
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, [isRecording, draft.kind]);
  const home = (element: HTMLElement | null): void => { place.current = element; };
  if (recording)
    return (
      <div ref={home} className="fault-editor">
        <h3>{draft.name.trim() || kindWords(kinds, draft.kind)}</h3>
        <RecordingBar keep={(edits) => { set({ edits }); }} />
      </div>
    );
  return (
    <form
      ref={home}
      className="fault-editor"
      aria-label={t("Fault")}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="row">
        <h3>{kept ? t("Fault in the drawing") : t("Add a fault")}</h3>
        <button type="button" className="button icon quiet small push" aria-label={t("Close")} onClick={close}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      <div className="question">
        <FieldOf id="fault-name" words={t("Name")} wrong={wrong("name")}>
          <input id="fault-name" aria-describedby="fault-name-wrong" placeholder={kindWords(kinds, draft.kind)} value={draft.name} onChange={(event) => { set({ name: event.target.value }); }} />
        </FieldOf>
        <BreakFields prefix="fault" document={document} kinds={kinds} draft={draft} set={set} record={() => { record(draft, id); }} wrong={wrong} />
        <FieldOf id="fault-at" words={t("At, s")} wrong={wrong("at_us")}>
          <input id="fault-at" aria-describedby="fault-at-wrong" type="number" min={0} step="any" value={draft.at} onChange={(event) => { set({ at: event.target.value }); }} />
        </FieldOf>
        <fieldset className="designs">
          <legend className="label">{t("Besides")}</legend>
          <span className="chips">
            {conditions.map(({ condition, words }) => (
              <label key={condition} className="chip">
                <input
                  type="checkbox"
                  checked={draft.conditions.includes(condition)}
                  onChange={(event) => { set({ conditions: event.target.checked ? [...draft.conditions, condition] : draft.conditions.filter((one) => one !== condition) }); }}
                />{" "}
                {words}
              </label>
            ))}
          </span>
        </fieldset>
        <button className="button primary" type="submit">
          {kept ? t("Save the fault") : t("Add the fault")}
        </button>
        {kept && <span role="status" className="muted">{t("It is in the drawing. Undo takes it back.")}</span>}
      </div>
    </form>
  );
}

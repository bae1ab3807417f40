/** A fault as a form: what breaks, when, for how long. It is an edit of the drawing and can be undone. */

import { Plus, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { at, isObject } from "../../document/raw";
import { useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import type { JsonObject } from "../../document/types";
import { change } from "../edits";
import { BreakFields, FieldOf } from "./BreakFields";
import { RecordingBar } from "./RecordingBar";
import { useChoice } from "./choice";
import { useFailoverChoices } from "./failoverChoices";
import { type Draft, EMPTY, draftOf, faultOf, idOf, kindWords, wrongAt } from "./faultFields";
import { record, useRecording } from "./recording";

export function FaultEditor({ of, close, made }: { of: string; close: () => void; made: (id: string) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const problems = useWorkbench((state) => state.problems);
  const { kinds, conditions } = useFailoverChoices();
  const recording = useRecording();
  const [draft, setDraft] = useState(() => recording?.draft ?? (of ? draftOf(partOf(document, of)) : EMPTY));
  const [id, setId] = useState<string | null>(recording?.id ?? (of || null));
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
        <fieldset className="designs" id="fault-conditions">
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
        <Racers chosen={draft.designs} set={(designs) => { set({ designs }); }} />
        <Later then={draft.then} set={(then) => { set({ then }); }} wrong={wrong("then")} />
        <button className="button primary" type="submit">
          {kept ? t("Save the fault") : t("Add the fault")}
        </button>
        {kept && (
          <button type="button" className="button quiet danger" onClick={() => {
              change([{ op: "remove", path: `/faults/${id}` }]);
              close();
            }}>
            {t("Delete the fault")}
          </button>
        )}
        {kept && <span role="status" className="muted">{t("It is in the drawing. Undo takes it back.")}</span>}
      </div>
    </form>
  );
}

function partOf(document: JsonObject, id: string): JsonObject {
  const fault = at(document, `faults/${id}`);
  return isObject(fault) ? fault : {};
}

/** Designs that race for this fault until somebody chooses others; none: the first that can be played. */
function Racers({ chosen, set }: { chosen: string[]; set: (designs: string[]) => void }): ReactNode {
  const designs = useChoice()?.designs ?? [];
  const gone = chosen.filter((id) => !designs.some((design) => design.id === id)).map((id) => ({ id, title: t("{id} (cannot be played)", { id }) }));
  return (
    <fieldset className="designs" id="fault-designs">
      <legend className="label">{t("Designs that race for it")}</legend>
      {designs.length + gone.length === 0 && <span className="muted">{t("There is none to choose.")}</span>}
      <span className="chips">
        {[...designs, ...gone].map(({ id, title }) => (
          <label key={id} className="chip">
            <input type="checkbox" checked={chosen.includes(id)} onChange={(event) => { set(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id)); }} /> {title}
          </label>
        ))}
      </span>
    </fieldset>
  );
}

/** What happens after the fault began, one step after the other. */
function Later({ then, set, wrong }: { then: Draft[]; set: (then: Draft[]) => void; wrong: string }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const { kinds } = useFailoverChoices();
  return (
    <fieldset className="later">
      <legend className="label">{t("Later")}</legend>
      {then.map((step, index) => {
        const put = (part: Partial<Draft>): void => { set(then.map((one, number) => (number === index ? { ...one, ...part } : one))); };
        return (
          <div key={index} className="question" role="group" aria-label={t("Step {n}", { n: index + 1 })}>
            <FieldOf id={`fault-after-${index}`} words={t("After, s")} wrong="">
              <input id={`fault-after-${index}`} type="number" min={0} step="any" value={step.after} onChange={(event) => { put({ after: event.target.value }); }} />
            </FieldOf>
            <BreakFields prefix={`fault-step-${index}`} document={document} kinds={kinds} draft={step} set={put} />
            <button type="button" className="button icon quiet small" aria-label={t("Delete step {n}", { n: index + 1 })} onClick={() => { set(then.filter((_, number) => number !== index)); }}>
              <X size={13} aria-hidden="true" />
            </button>
          </div>
        );
      })}
      {wrong && <p className="field-error">{wrong}</p>}
      <button type="button" className="button small quiet" onClick={() => { set([...then, EMPTY]); }}>
        <Plus size={12} aria-hidden="true" /> {t("Add a step")}
      </button>
    </fieldset>
  );
}

/** The edits of a timed event: recorded by drawing them, or written by hand as place and value. */

import { Circle, X } from "lucide-react";
import { type ReactNode, useState } from "react";

import type { EditOf } from "../../document/between";
import { t } from "../../document/text";
import { valueOf } from "./faultFields";

interface Props {
  prefix: string;
  edits: EditOf[];
  set: (edits: EditOf[]) => void;
  /** Begins to record the next edits of the drawing; absent where they cannot be. */
  record?: (() => void) | undefined;
  wrong: string;
}

export function EditsField({ prefix, edits, set, record, wrong }: Props): ReactNode {
  const [pointer, setPointer] = useState("/topology/");
  const [value, setValue] = useState("");
  const add = (): void => {
    set([...edits.filter((one) => one.pointer !== pointer), { pointer, value: valueOf(value) }]);
    setPointer("/topology/");
    setValue("");
  };
  return (
    <div className="edits-field" role="group" aria-label={t("Changes of the drawing")}>
      <span className="label">{t("Changes of the drawing")}</span>
      <EditList edits={edits} remove={(gone) => { set(edits.filter((one) => one !== gone)); }} />
      {edits.length === 0 && <span className="muted">{t("None yet.")}</span>}
      {record && (
        <button type="button" className="button small" onClick={record}>
          <Circle size={12} className="record" aria-hidden="true" /> {t("Record the next edits of the drawing as this event")}
        </button>
      )}
      <details open={record === undefined || undefined}>
        <summary>{t("Write a change by hand")}</summary>
        <span className="asked">
          <label htmlFor={`${prefix}-pointer`}>{t("Place in the document")}</label>
          <input id={`${prefix}-pointer`} className="input mono wide" aria-describedby={`${prefix}-edits-wrong`} value={pointer} onChange={(event) => { setPointer(event.target.value); }} />
          <label htmlFor={`${prefix}-value`}>{t("New value; empty removes it")}</label>
          <input id={`${prefix}-value`} className="input mono" aria-describedby={`${prefix}-edits-wrong`} value={value} onChange={(event) => { setValue(event.target.value); }} />
          <button type="button" className="button small" disabled={pointer.split("/").length < 3 || pointer.endsWith("/")} onClick={add}>
            {t("Add the change")}
          </button>
        </span>
      </details>
      <span id={`${prefix}-edits-wrong`} className={wrong ? "field-error" : "visually-hidden"}>
        {wrong}
      </span>
    </div>
  );
}

/** Edits as place and new value. */
export function EditList({ edits, remove }: { edits: readonly EditOf[]; remove?: (edit: EditOf) => void }): ReactNode {
  if (edits.length === 0) return null;
  return (
    <ol className="edit-list">
      {edits.map((edit) => (
        <li key={edit.pointer}>
          <code title={edit.pointer}>{edit.pointer}</code> <EditValue value={edit.value} />
          {remove && (
            <button type="button" className="button small icon quiet" aria-label={t("Leave out {pointer}", { pointer: edit.pointer })} onClick={() => { remove(edit); }}>
              <X size={12} aria-hidden="true" />
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

function EditValue({ value }: { value: EditOf["value"] }): ReactNode {
  if (value === null) return <span>{t("is removed")}</span>;
  const written = JSON.stringify(value);
  return (
    <span>
      {t("becomes")} <code title={written}>{written.length > 60 ? `${written.slice(0, 60)}…` : written}</code>
    </span>
  );
}

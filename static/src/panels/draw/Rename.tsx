/** Another name for what is chosen, from wherever one is. */

import { type ReactNode, useId, useState } from "react";

import { pointerOf } from "../../document/edits/draft";
import { saidOf } from "../../document/edits/remove";
import { at, isObject, text } from "../../document/raw";
import { type Field, fieldsOf, modelAt } from "../../document/shape";
import { workbench } from "../../document/store";
import { t } from "../../document/text";
import { parseTyped } from "../../document/validate";
import { change } from "../edits";
import { Dialog, inSentence } from "./Dialog";

/** Return the field of the name of a thing; null where it has none. */
export function nameField(path: string): Field | null {
  const model = modelAt(path);
  return (model && fieldsOf(model).find(([key]) => key === "name")?.[1]) || null;
}

export function Rename({ close }: { close: () => void }): ReactNode {
  const id = useId();
  const [path] = useState(() => workbench().chosen[0] ?? "");
  const [before] = useState(() => {
    const part = at(workbench().document, path);
    return isObject(part) ? text(part.name) : "";
  });
  const [typed, setTyped] = useState(before);
  const field = nameField(path);
  const parsed = field ? parseTyped(field, typed) : { value: null };
  const wrong = "wrong" in parsed ? parsed.wrong : "";
  const keep = (): void => {
    if ("wrong" in parsed) return;
    if (parsed.value !== before) change([{ op: "add", path: pointerOf(`${path}/name`), value: parsed.value }]);
    close();
  };
  return (
    <Dialog
      title={t("Rename {what}", { what: inSentence(saidOf(workbench().document, path)) })}
      close={close}
      enter={keep}
      foot={
        <>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="button" className="button primary" disabled={wrong !== ""} onClick={keep}>{t("Rename")}</button>
        </>
      }
    >
      <div className="field">
        <label htmlFor={id}>{t("Name")}</label>
        <input
          id={id}
          className="input"
          value={typed}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={wrong !== ""}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onFocus={(event) => { event.target.select(); }}
          onChange={(event) => { setTyped(event.target.value); }}
        />
        {wrong && <p id={`${id}-wrong`} role="alert" className="field-error">{wrong}</p>}
      </div>
    </Dialog>
  );
}

/** What the inspector shows of a thing that can be edited: its form, and beside tables what is in force. */

import { type ReactNode, useState } from "react";

import { pointerOf } from "../../document/edits/draft";
import { at, entries, isObject, text, texts } from "../../document/raw";
import { modelAt } from "../../document/shape";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { change } from "../edits";
import { InForce, servesNics } from "./InForce";
import { PartForm } from "./PartForm";
import { PeeringForm } from "./PeeringForm";

export function Edit({ path }: { path: string }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const [collection = "", id = ""] = path.split("/");
  if (collection === "notes") return <NoteForm key={path} id={id} />;
  const part = at(document, path);
  if (collection === "service_tags") return <TagForm key={path} id={id} prefixes={texts(part)} />;
  const model = modelAt(path);
  if (!isObject(part) || !model) return <p className="muted">{t("The drawing has no such thing any more.")}</p>;
  if (collection === "peerings") return <PeeringForm id={id} />;
  const serves = servesNics(path);
  const nics = collection === "vms" && path.split("/").length === 2 ? entries(document, "nics").filter(([, nic]) => nic.vm === id) : [];
  return (
    <>
      <PartForm key={path} path={path} model={model} part={part} />
      {nics.map(([key, nic]) => (
        <section key={key} aria-label={t("NIC {key}", { key })} className="nic-of-vm">
          <h3>
            {t("NIC ")}
            <button type="button" className="link" onClick={() => { select(`nics/${key}`, true); }}>
              {text(nic.name, key)}
            </button>
          </h3>
          <PartForm path={`nics/${key}`} model="NIC" part={nic} without={["name", "vm"]} of={text(nic.name, key)} />
        </section>
      ))}
      {serves && <InForce {...serves} />}
    </>
  );
}

function NoteForm({ id }: { id: string }): ReactNode {
  const kept = useWorkbench((state) => (isObject(state.document.notes) && isObject(state.document.notes[id]) ? text(state.document.notes[id].text) : ""));
  const [typed, setTyped] = useState(kept);
  const keep = (): void => {
    if (typed.trim() && typed !== kept) change([{ op: "replace", path: pointerOf(`notes/${id}/text`), value: typed }]);
  };
  return (
    <div className="field">
      <label htmlFor={`note-${id}`}>{t("Words on the drawing")}</label>
      <textarea id={`note-${id}`} rows={8} maxLength={4000} value={typed} onChange={(event) => { setTyped(event.target.value); }} onBlur={keep} />
    </div>
  );
}

function TagForm({ id, prefixes }: { id: string; prefixes: string[] }): ReactNode {
  const [typed, setTyped] = useState(prefixes.join("\n"));
  const keep = (): void => {
    const next = typed.split(/[\s,]+/).filter(Boolean);
    if (next.join() !== prefixes.join()) change([{ op: "replace", path: pointerOf(`service_tags/${id}`), value: next }]);
  };
  return (
    <div className="field">
      <label htmlFor={`tag-${id}`}>{t("Prefixes, one a line")}</label>
      <textarea id={`tag-${id}`} className="mono" rows={8} value={typed} onChange={(event) => { setTyped(event.target.value); }} onBlur={keep} />
    </div>
  );
}

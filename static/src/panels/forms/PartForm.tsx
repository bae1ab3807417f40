/** A part as a form: its own fields, then what is in it. Every kind of thing of the document has one. */

import { Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";

import { pointerOf } from "../../document/edits/draft";
import { remove } from "../../document/edits/remove";
import { freshRow } from "../../document/edits/rows";
import { at, children, isObject, text } from "../../document/raw";
import { type Field as Shape, fieldsOf, withDefaults } from "../../document/shape";
import { useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import type { Json, JsonObject } from "../../document/types";
import { change, perform } from "../edits";
import { useRulesOf } from "../inspector/rulesOf";
import { label, unknownField } from "../inspector/words";
import { Field } from "./Field";
import { MapTable } from "./MapTable";

export function PartForm({ path, model, part, without = [], of }: { path: string; model: string; part: JsonObject; without?: string[]; of?: string }): ReactNode {
  const profile = useWorkbench((state) => text(state.document.profile, "azure-2026"));
  const { unknown } = useRulesOf(profile);
  const collection = path.split("/")[0] ?? "";
  // What the profile has nothing for is left out, unless it is set: then it is a problem and must be seen.
  const known = fieldsOf(model).filter(([key, shape]) => !without.includes(key) && !(unknownField(collection, key, unknown) && empty(part[key], shape)));
  const plain = known.filter(([, shape]) => shape.type !== "map" && shape.type !== "part" && shape.type !== "any");
  const inner = known.filter(([, shape]) => shape.type === "map" || shape.type === "part");
  return (
    <>
      <div className="form">
        {plain.map(([key, shape]) => (
          <Field key={key} path={path} model={model} name={key} shape={shape} value={part[key]} />
        ))}
      </div>
      {inner.map(([key, shape]) => (
        <Inner key={key} path={`${path}/${key}`} name={key} shape={shape} value={part[key]} {...(of ? { of } : {})} />
      ))}
    </>
  );
}

function empty(value: Json | undefined, shape: Shape): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (typeof value === "object") return Object.keys(value).length === 0;
  return JSON.stringify(value) === JSON.stringify(shape.default);
}

interface InnerProps {
  path: string;
  name: string;
  shape: Shape;
  value: Json | undefined;
  of?: string;
}

function Inner({ path, name, shape, value, of }: InnerProps): ReactNode {
  const model = shape.model ?? "";
  if (shape.type === "map") return isDeep(model) ? <Stack path={path} model={model} title={label(name)} value={value} /> : <OptionalMap path={path} model={model} name={name} shape={shape} value={value} {...(of ? { of } : {})} />;
  if (isObject(value))
    return (
      <Folding key={path} title={label(name)} open={model !== "Guest" || !plainGuest(value)} off={shape.nullable ? () => { change([{ op: "add", path: pointerOf(path), value: null }]); } : null}>
        <PartForm path={path} model={model} part={value} />
      </Folding>
    );
  const start = (): void => {
    const first = Object.fromEntries(fieldsOf(model).filter(([, one]) => one.required).map(([key, one]): [string, Json] => [key, key === "asn" ? 65001 : (one.minimum ?? 1)]));
    change([{ op: "add", path: pointerOf(path), value: withDefaults(model, first) }]);
  };
  return (
    <p className="row absent">
      <strong>{label(name)}</strong>
      <span className="muted">{t("none")}</span>
      <button type="button" className="button small quiet push" onClick={start}>
        <Plus size={13} aria-hidden="true" /> {t("Add")}
      </button>
    </p>
  );
}

/** A map that may be absent as a whole: a guest without a list of services answers everything. */
function OptionalMap({ path, model, name, shape, value, of }: InnerProps & { model: string }): ReactNode {
  const title = label(name);
  if (!shape.nullable) return <MapTable path={path} model={model} title={title} value={value} {...(of ? { of } : {})} />;
  return (
    <>
      {isObject(value) ? <MapTable path={path} model={model} title={title} value={value} /> : <h3>{title}</h3>}
      <label className="row small-words">
        <input type="checkbox" checked={!isObject(value)} onChange={(event) => { change([{ op: "add", path: pointerOf(path), value: event.target.checked ? null : {} }]); }} />{" "}
        {t("Answers everything that reaches it")}
      </label>
    </>
  );
}

function plainGuest(guest: JsonObject): boolean {
  return Object.values(guest).every((value) => value === null || value === false || (typeof value === "object" && Object.keys(value).length === 0));
}

/** Whether the entries of a map have maps or parts of their own, so that a row of a table cannot hold them. */
function isDeep(model: string): boolean {
  return fieldsOf(model).some(([, shape]) => shape.type === "map" || shape.type === "part");
}

/** Parts one below the other, each with its whole form, and a button for one more. */
export function Stack({ path, model, title, value }: { path: string; model: string; title: string; value: Json | undefined }): ReactNode {
  const [said, setSaid] = useState("");
  const add = (): void => {
    const fresh = freshRow(workbench().document, path, model);
    if ("reason" in fresh) setSaid(fresh.reason);
    else change([...(isObject(at(workbench().document, path)) ? [] : [{ op: "add" as const, path: pointerOf(path), value: {} }]), { op: "add", path: pointerOf(`${path}/${fresh.id}`), value: fresh.row }]);
  };
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {children(value).map(([id, one]) => (
        <Folding key={id} title={text(one.name, id)} open off={() => { perform(remove(workbench().document, [`${path}/${id}`])); }}>
          <PartForm path={`${path}/${id}`} model={model} part={one} />
        </Folding>
      ))}
      {said && <p role="alert" className="field-error">{said}</p>}
      <button type="button" className="button small quiet" onClick={add}>
        <Plus size={13} aria-hidden="true" /> {t("Add")} <span className="visually-hidden">{t("to {title}", { title })}</span>
      </button>
    </section>
  );
}

/** A part that folds. `open` says how it begins: an edit inside must not close it under one's hands. */
export function Folding({ title, open = false, off = null, children: inside }: { title: string; open?: boolean; off?: (() => void) | null; children: ReactNode }): ReactNode {
  const [began] = useState(open);
  return (
    <details className="folding" open={began}>
      <summary>{title}</summary>
      {off && (
        <button type="button" className="button icon quiet small folding-off" aria-label={t("Delete {title}", { title })} title={t("Delete {title}", { title })} onClick={off}>
          <Trash2 size={13} aria-hidden="true" />
        </button>
      )}
      <div className="folding-body">{inside}</div>
    </details>
  );
}

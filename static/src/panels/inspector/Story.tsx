/** What is told of the network beside the drawing itself: description, seed, traffic and faults, each as a form. */

import { Plus } from "lucide-react";
import { type ReactNode, useState } from "react";

import { children, isObject, text } from "../../document/raw";
import { update, useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import type { Json } from "../../document/types";
import { change } from "../edits";
import { MapTable } from "../forms/MapTable";

/** Set a field of the scenario itself, when it is another value than before. */
function keep(field: "description" | "seed", value: Json): void {
  if (workbench().document[field] !== value) change([{ op: "add", path: `/${field}`, value }]);
}

export function Description(): ReactNode {
  const kept = useWorkbench((state) => text(state.document.description));
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div className="field">
      <label htmlFor="description">{t("Description")}</label>
      <textarea
        id="description"
        rows={Math.min(12, Math.max(2, Math.ceil(kept.length / 52)))}
        maxLength={20_000}
        placeholder={t("What this drawing is for")}
        value={typed ?? kept}
        onChange={(event) => { setTyped(event.target.value); }}
        onBlur={() => {
          if (typed !== null) keep("description", typed);
          setTyped(null);
        }}
      />
    </div>
  );
}

export function Story(): ReactNode {
  const traffic = useWorkbench((state) => state.document.traffic);
  return (
    <>
      <MapTable path="traffic" model="Flow" title={t("Traffic")} value={traffic} />
      <Seed />
    </>
  );
}

/** Random draws begin with it: the same seed gives the same run. */
function Seed(): ReactNode {
  const kept = useWorkbench((state) => text(state.document.seed, "1"));
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && !/^\d{1,15}$/.test(typed.trim());
  return (
    <div className="form-field">
      <label htmlFor="seed">{t("Seed of random draws")}</label>
      <div className="form-control">
        <input
          id="seed"
          className="mono"
          inputMode="numeric"
          aria-invalid={wrong}
          value={typed ?? kept}
          onChange={(event) => { setTyped(event.target.value); }}
          onBlur={() => {
            if (typed !== null && !wrong) keep("seed", Number(typed));
            setTyped(null);
          }}
        />
        {wrong && <span role="alert" className="field-error">{t("A whole number of up to 15 digits.")}</span>}
      </div>
    </div>
  );
}

/** Faults by name; the form of each is where they are run. */
export function Faults(): ReactNode {
  const may = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const faults = useWorkbench((state) => state.document.faults);
  const all = children(isObject(faults) ? faults : null);
  const open = (id: string): void => { update({ dock: "failover", fault: id }); };
  return (
    <>
      <h3>{t("What can break")}</h3>
      {all.length === 0 && <p className="muted">{t("Nothing yet.")}</p>}
      <ul className="plain">
        {all.map(([id, fault]) => (
          <li key={id}>
            {may ? <button type="button" className="link" onClick={() => { open(id); }}>{text(fault.name, id)}</button> : text(fault.name, id)}{" "}
            <span className="muted mono">{[text(fault.vm) || text(fault.link) || text(fault.gateway) || text(fault.region), `${Number(fault.at_us ?? 0) / 1e6} s`].filter(Boolean).join(", ")}</span>
          </li>
        ))}
      </ul>
      {may && (
        <button type="button" className="button small quiet" onClick={() => { open(""); }}>
          <Plus size={12} aria-hidden="true" /> {t("Add a fault")}
        </button>
      )}
    </>
  );
}

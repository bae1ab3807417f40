/** A fault as a form: what breaks, when, for how long. It is an edit of the drawing and can be undone. */

import { X } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";

import { isObject } from "../../document/drawing";
import { useWorkbench, workbench } from "../../document/store";
import { change } from "../edits";
import { CONDITIONS, type Draft, EMPTY, KINDS, faultOf, fieldsOf, idOf, optionsOf, wrongAt } from "./faultFields";

export function FaultEditor({ close, made }: { close: () => void; made: (id: string) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const problems = useWorkbench((state) => state.problems);
  const [draft, setDraft] = useState(EMPTY);
  const [id, setId] = useState<string | null>(null);
  const set = (part: Partial<Draft>): void => { setDraft((before) => ({ ...before, ...part })); };
  const options = useMemo(() => choices(document), [document]);
  const fields = fieldsOf(draft.kind);
  const kept = id !== null && isObject(document.faults) && id in document.faults;
  const wrong = (field: string): string => (id === null ? "" : wrongAt(problems, id, field));
  const save = (): void => {
    const fault = faultOf(draft);
    const faults = workbench().document.faults;
    const known = isObject(faults) ? faults : null;
    const key = kept ? id : idOf(String(fault.name), Object.keys(known ?? {}));
    change([...(known ? [] : [{ op: "add" as const, path: "/faults", value: {} }]), { op: kept ? "replace" : "add", path: `/faults/${key}`, value: fault }]);
    setId(key);
    made(key);
  };
  const picker = (field: keyof Draft & string, words: string, rows: [string, string][]): ReactNode => (
    <FieldOf name={field} words={words} wrong={wrong(field)}>
      <select id={`fault-${field}`} aria-describedby={`fault-${field}-wrong`} value={String(draft[field])} onChange={(event) => { set({ [field]: event.target.value }); }}>
        <option value="">choose</option>
        {rows.map(([key, name]) => (
          <option key={key} value={key}>{name}</option>
        ))}
      </select>
    </FieldOf>
  );
  const input = (field: keyof Draft & string, words: string, wrongField: string, type = "text", placeholder = ""): ReactNode => (
    <FieldOf name={field} words={words} wrong={wrong(wrongField)}>
      <input id={`fault-${field}`} aria-describedby={`fault-${field}-wrong`} type={type} min={type === "number" ? 0 : undefined} step="any" placeholder={placeholder} value={String(draft[field])} onChange={(event) => { set({ [field]: event.target.value }); }} />
    </FieldOf>
  );
  return (
    <form
      className="fault-editor"
      aria-label="Fault"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="row">
        <h3>{kept ? "Fault in the drawing" : "Add a fault"}</h3>
        <button type="button" className="button icon quiet small push" aria-label="Close" onClick={close}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      <div className="question">
        {input("name", "Name", "name", "text", KINDS.find(([kind]) => kind === draft.kind)?.[1])}
        <FieldOf name="kind" words="What happens" wrong={wrong("kind")}>
          <select id="fault-kind" value={draft.kind} onChange={(event) => { set({ kind: event.target.value }); }}>
            {KINDS.map(([kind, words]) => (
              <option key={kind} value={kind}>{words}</option>
            ))}
          </select>
        </FieldOf>
        {fields.includes("vm") && picker("vm", "VM", options.vms)}
        {fields.includes("zone") && picker("zone", "Zone", [["1", "1"], ["2", "2"], ["3", "3"]])}
        {fields.includes("region") && picker("region", "Region", options.regions)}
        {fields.includes("link") && picker("link", "Peering or connection", options.links)}
        {fields.includes("gateway") && picker("gateway", "Gateway", options.gateways)}
        {fields.includes("instance") && input("instance", "Instance", "instance", "number")}
        {fields.includes("edit") && input("pointer", "Place in the document", "edits")}
        {fields.includes("edit") && input("value", "New value; empty removes it", "edits")}
        {input("at", "At, s", "at_us", "number")}
        {fields.includes("lasts") && input("lasts", "Lasts, s", "lasts_us", "number", draft.kind === "pause" ? "5" : "for good")}
        <fieldset className="designs">
          <legend className="label">Besides</legend>
          <span className="chips">
            {CONDITIONS.map(([condition, words]) => (
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
          {kept ? "Save the fault" : "Add the fault"}
        </button>
        {kept && <span role="status" className="muted">It is in the drawing. Undo takes it back.</span>}
      </div>
    </form>
  );
}

function FieldOf({ name, words, wrong, children }: { name: string; words: string; wrong: string; children: ReactNode }): ReactNode {
  return (
    <div className="field">
      <label htmlFor={`fault-${name}`}>{words}</label>
      {children}
      <span id={`fault-${name}-wrong`} className={wrong ? "field-error" : "visually-hidden"}>
        {wrong}
      </span>
    </div>
  );
}

function choices(document: Parameters<typeof optionsOf>[0]): Record<"vms" | "gateways" | "links" | "regions", [string, string][]> {
  const topology = isObject(document.topology) ? document.topology : {};
  const vnets = isObject(topology.vnets) ? Object.values(topology.vnets) : [];
  const regions = [...new Set(vnets.flatMap((vnet) => (isObject(vnet) && typeof vnet.region === "string" ? [vnet.region] : [])))];
  const links = ["peerings", "connections"].flatMap((kind) => optionsOf(document, kind).map(([id, name]): [string, string] => [`${kind}/${id}`, name]));
  return { vms: optionsOf(document, "vms"), gateways: optionsOf(document, "gateways"), links, regions: regions.map((region) => [region, region]) };
}

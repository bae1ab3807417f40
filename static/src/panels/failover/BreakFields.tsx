/** The fields that say what breaks: the kind, and what a fault of this kind names. */

import { type ReactNode, useMemo } from "react";

import { isObject } from "../../document/drawing";
import { t } from "../../document/text";
import type { JsonObject } from "../../document/types";
import type { BreakField, FaultKind } from "../../protocol/api";
import { EditsField } from "./EditsField";
import { type Draft, fieldsOf, optionsOf } from "./faultFields";
import { movables } from "./live/addresses";

interface Props {
  /** Begins the ids of the fields. */
  prefix: string;
  document: JsonObject;
  kinds: readonly FaultKind[];
  draft: Draft;
  set: (part: Partial<Draft>) => void;
  /** The browser asks for what is left open before the form is sent. */
  required?: boolean;
  /** Begins to record the next edits of the drawing; absent where they cannot be. */
  record?: () => void;
  /** What is wrong with a field of the fault, in words. */
  wrong?: (field: string) => string;
}

export function BreakFields({ prefix, document, kinds, draft, set, required = false, record, wrong = () => "" }: Props): ReactNode {
  const options = useMemo(() => choices(document), [document]);
  const fields = fieldsOf(kinds, draft.kind);
  const picker = (field: Exclude<BreakField, "edits">, words: string, rows: [string, string][]): ReactNode =>
    fields.includes(field) && (
      <FieldOf id={`${prefix}-${field}`} words={words} wrong={wrong(field)}>
        <select id={`${prefix}-${field}`} required={required} aria-describedby={`${prefix}-${field}-wrong`} value={draft[field]} onChange={(event) => { set({ [field]: event.target.value }); }}>
          <option value="">{t("choose")}</option>
          {rows.map(([key, name]) => (
            <option key={key} value={key}>{name}</option>
          ))}
        </select>
      </FieldOf>
    );
  const input = (field: "instance" | "lasts_us", words: string, placeholder = ""): ReactNode =>
    fields.includes(field) && (
      <FieldOf id={`${prefix}-${field}`} words={words} wrong={wrong(field)}>
        <input
          id={`${prefix}-${field}`}
          aria-describedby={`${prefix}-${field}-wrong`}
          type="number"
          min={0}
          step="any"
          placeholder={placeholder}
          value={draft[field]}
          onChange={(event) => { set({ [field]: event.target.value }); }}
        />
      </FieldOf>
    );
  return (
    <>
      <FieldOf id={`${prefix}-kind`} words={t("What happens")} wrong={wrong("kind")}>
        <select id={`${prefix}-kind`} value={draft.kind} onChange={(event) => { set({ kind: event.target.value }); }}>
          {kinds.map(({ kind, words }) => (
            <option key={kind} value={kind}>{words}</option>
          ))}
        </select>
      </FieldOf>
      {picker("vm", "VM", options.vms)}
      {picker("zone", t("Zone"), [["1", "1"], ["2", "2"], ["3", "3"]])}
      {picker("region", t("Region"), options.regions)}
      {picker("link", t("Peering or connection"), options.links)}
      {picker("gateway", t("Gateway"), options.gateways)}
      {picker("address", t("Address"), options.addresses)}
      {picker("nic", t("To NIC"), options.nics)}
      {input("instance", t("Instance"))}
      {fields.includes("edits") && <EditsField prefix={prefix} edits={draft.edits} set={(edits) => { set({ edits }); }} record={record} wrong={wrong("edits")} />}
      {input("lasts_us", "Lasts, s", draft.kind === "pause" ? "5" : t("for good"))}
    </>
  );
}

export function FieldOf({ id, words, wrong, children }: { id: string; words: string; wrong: string; children: ReactNode }): ReactNode {
  return (
    <div className="field">
      <label htmlFor={id}>{words}</label>
      {children}
      <span id={`${id}-wrong`} className={wrong ? "field-error" : "visually-hidden"}>
        {wrong}
      </span>
    </div>
  );
}

function choices(document: JsonObject): Record<"vms" | "gateways" | "links" | "regions" | "addresses" | "nics", [string, string][]> {
  const topology = isObject(document.topology) ? document.topology : {};
  const vnets = isObject(topology.vnets) ? Object.values(topology.vnets) : [];
  const regions = [...new Set(vnets.flatMap((vnet) => (isObject(vnet) && typeof vnet.region === "string" ? [vnet.region] : [])))];
  return {
    vms: optionsOf(document, "vms"),
    gateways: optionsOf(document, "gateways"),
    links: ["peerings", "connections"].flatMap((kind) => optionsOf(document, kind).map(([id, name]): [string, string] => [`${kind}/${id}`, name])),
    regions: regions.map((region) => [region, region]),
    addresses: movables(document).map(({ address }) => [address, address]),
    nics: optionsOf(document, "nics"),
  };
}

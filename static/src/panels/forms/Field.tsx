/** One field of a part: typed, chosen or switched; checked as it is typed, kept when it is left. */

import { type ReactNode, useEffect, useId, useState } from "react";

import { pointerOf } from "../../document/edits/draft";
import { explainAddress, explainPrefix, nextAddress, nextRange, nextSubnetPrefix } from "../../document/propose";
import { at, isObject, text, texts } from "../../document/raw";
import { choicesOf, referenceOf } from "../../document/references";
import type { Field as Shape } from "../../document/shape";
import { select, useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import { forgetTyping, sayTyping } from "../../document/typing";
import type { Json, JsonObject, Problem } from "../../document/types";
import { parseTyped, typedOf } from "../../document/validate";
import { change } from "../edits";
import { label, unitName } from "../inspector/words";

export interface FieldProps {
  /** Path of the part below the topology. */
  path: string;
  model: string;
  name: string;
  shape: Shape;
  value: Json | undefined;
  /** In a cell of a table: no label in sight, this is said instead. */
  cell?: string;
}

/** Set a field of a part, when it is another value than before. */
function keep(path: string, name: string, value: Json): void {
  const before = at(workbench().document, `${path}/${name}`);
  if (JSON.stringify(before) !== JSON.stringify(value)) change([{ op: "add", path: pointerOf(`${path}/${name}`), value }]);
}

/** What the engine finds wrong with a field, in words. */
function problemAt(problems: readonly Problem[], path: string, name: string): string {
  const place = pointerOf(`${path}/${name}`);
  return problems
    .filter((one) => one.pointer === place || one.pointer.startsWith(`${place}/`))
    .map((one) => t("Found {found}, expected {expected}.", { found: one.found, expected: one.expected }))
    .join(" ");
}

export function Field({ path, model, name, shape, value, cell }: FieldProps): ReactNode {
  const id = useId();
  const reference = referenceOf(model, name);
  const found = useWorkbench((state) => problemAt(state.problems, path, name));
  const [wrong, setWrong] = useState("");
  const said = wrong || found;
  const words = unitName(name);
  const shared = { id, name: `${path}/${name}`, "aria-invalid": said !== "", ...(said && !cell ? { "aria-describedby": `${id}-said` } : {}), ...(cell ? { "aria-label": cell, title: said } : {}) };
  const set = (next: Json): void => { keep(path, name, next); };
  const choices = useChoices(reference, path);
  let control: ReactNode;
  if (reference && !reference.free && shape.type !== "list") control = <Choice shared={shared} shape={shape} value={value} set={set} choices={choices} />;
  else if (shape.type === "flag") control = <Flag shared={shared} shape={shape} value={value} set={set} />;
  else if (shape.type === "choice") control = <Choice shared={shared} shape={shape} value={value} set={set} choices={(shape.choices ?? []).map((one) => [String(one), String(one)])} />;
  else if (reference && !cell) control = <Several shared={shared} value={value} set={set} choices={choices} words={words} />;
  else control = <Typed key={typedOf(value)} shared={shared} path={path} name={name} shape={shape} value={value} set={set} setWrong={setWrong} compact={cell !== undefined} choices={reference?.free ? choices : NONE} />;
  if (cell) return control;
  return (
    <div className="form-field">
      <label htmlFor={id}>{words}</label>
      <div className="form-control">
        {control}
        {reference && !reference.near && !reference.of && typeof value === "string" && value !== "" && shape.type !== "list" && (
          <button type="button" className="link small-words" onClick={() => { select(reference.path ? value : `${reference.to}/${value}`, true); }}>
            {t("Go to {name}", { name: value })}
          </button>
        )}
        {said && <span id={`${id}-said`} role={wrong ? "alert" : undefined} className="field-error">{said}</span>}
      </div>
    </div>
  );
}

const NONE: [string, string][] = [];

type Shared = { id: string; name: string; "aria-invalid": boolean; "aria-label"?: string; "aria-describedby"?: string; title?: string };

function useChoices(reference: ReturnType<typeof referenceOf>, path: string): [string, string][] {
  const document = useWorkbench((state) => (reference ? state.document : null));
  return reference && document ? choicesOf(document, reference, path) : [];
}

interface ControlProps {
  shared: Shared;
  shape: Shape;
  value: Json | undefined;
  set: (value: Json) => void;
}

function Choice({ shared, shape, value, set, choices }: ControlProps & { choices: [string, string][] }): ReactNode {
  const now = typedOf(value);
  const known = now === "" || choices.some(([key]) => key === now);
  return (
    <select
      {...shared}
      value={now}
      onChange={(event) => {
        const chosen = event.target.value;
        const number = shape.choices?.find((one) => typeof one === "number" && String(one) === chosen);
        set(chosen === "" ? null : (number ?? chosen));
      }}
    >
      {(shape.nullable || now === "") && <option value="">{t("none")}</option>}
      {!known && <option value={now}>{t("{id} (not there)", { id: now })}</option>}
      {choices.map(([key, words]) => (
        <option key={key} value={key}>{words}</option>
      ))}
    </select>
  );
}

function Flag({ shared, shape, value, set }: ControlProps): ReactNode {
  if (!shape.nullable) return <input {...shared} type="checkbox" className="switch-box" checked={value === true} onChange={(event) => { set(event.target.checked); }} />;
  return (
    <select {...shared} value={value === true ? "on" : value === false ? "off" : ""} onChange={(event) => { set(event.target.value === "" ? null : event.target.value === "on"); }}>
      <option value="">{t("as the rules have it")}</option>
      <option value="on">{t("on")}</option>
      <option value="off">{t("off")}</option>
    </select>
  );
}

function Several({ shared, value, set, choices, words }: { shared: Shared; value: Json | undefined; set: (value: Json) => void; choices: [string, string][]; words: string }): ReactNode {
  const now = texts(value);
  const gone = now.filter((one) => !choices.some(([key]) => key === one)).map((one): [string, string] => [one, t("{id} (not there)", { id: one })]);
  const all = [...choices, ...gone];
  if (all.length === 0) return <span className="muted">{t("There is none to choose.")}</span>;
  return (
    <div className="several" role="group" aria-label={words}>
      {all.map(([key, name], index) => (
        <label key={key} className="chip">
          <input {...(index === 0 ? { id: shared.id } : {})} name={shared.name} type="checkbox" checked={now.includes(key)} onChange={(event) => { set(event.target.checked ? [...now, key] : now.filter((one) => one !== key)); }} /> {name}
        </label>
      ))}
    </div>
  );
}

function Typed({ shared, path, name, shape, value, set, setWrong, compact, choices }: ControlProps & { path: string; name: string; setWrong: (wrong: string) => void; compact: boolean; choices: [string, string][] }): ReactNode {
  const [typed, setTyped] = useState(typedOf(value));
  const readable = "value" in parseTyped(shape, typed);
  const proposal = useWorkbench((state) => (compact ? null : proposed(state.document, path, name, value)));
  const explained = useWorkbench((state) => (compact ? "" : explain(state.document, path, name, typed)));
  const check = (next: string): { value: Json } | { wrong: string } => {
    const parsed = parseTyped(shape, next);
    setWrong("wrong" in parsed ? parsed.wrong : "");
    return parsed;
  };
  const place = pointerOf(`${path}/${name}`);
  useEffect(() => () => { forgetTyping(place); }, [place]);
  const tell = (next: string): void => {
    const parsed = check(next);
    const same = "value" in parsed && JSON.stringify(parsed.value) === JSON.stringify(value ?? null);
    sayTyping(same ? null : { pointer: place, value: "value" in parsed ? parsed.value : undefined });
  };
  const leave = (): void => {
    const parsed = check(typed);
    if ("value" in parsed) set(parsed.value);
    forgetTyping(place);
  };
  const input = (
    <input
      {...shared}
      className={["address", "prefix", "list", "integer", "number"].includes(shape.type) || /address|port|mac|asn|prefix|source|destination/.test(name) ? "mono" : ""}
      value={typed}
      list={choices.length > 0 ? `${shared.id}-list` : undefined}
      inputMode={shape.type === "integer" ? "numeric" : undefined}
      spellCheck={false}
      autoComplete="off"
      placeholder={shape.nullable && !compact ? t("none") : ""}
      onChange={(event) => {
        setTyped(event.target.value);
        tell(event.target.value);
      }}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === "Enter") leave();
        if (event.key === "Escape") {
          setTyped(typedOf(value));
          setWrong("");
          forgetTyping(place);
        }
      }}
    />
  );
  const list = choices.length > 0 && (
    <datalist id={`${shared.id}-list`}>
      {choices.map(([key, words]) => (
        <option key={key} value={key}>{words}</option>
      ))}
    </datalist>
  );
  if (compact) return <>{input}{list}</>;
  return (
    <>
      {input}
      {list}
      {explained && readable && <span className="explained">{explained}</span>}
      {proposal && (
        <button type="button" className="link small-words" onClick={() => { set(Array.isArray(value) ? [...value, proposal] : proposal); }}>
          {t("Next free: {value}", { value: proposal })}
        </button>
      )}
    </>
  );
}

/** The subnet an address of a part lies in; null where addresses are free. */
function subnetOf(document: JsonObject, path: string, name: string): string | null {
  if (name !== "address") return null;
  const keys = path.split("/");
  const part = at(document, path);
  if (keys[0] === "nics") return text((at(document, keys.slice(0, 2).join("/")) as JsonObject | null)?.subnet) || null;
  return (keys[0] === "load_balancers" || keys[0] === "private_endpoints") && isObject(part) ? text(part.subnet) || null : null;
}

const RANGES = new Set(["vnets address_space", "subnets prefixes"]);

function rangesAt(path: string, name: string): boolean {
  return RANGES.has(`${path.split("/")[0] ?? ""} ${name}`);
}

function explain(document: JsonObject, path: string, name: string, typed: string): string {
  const subnet = subnetOf(document, path, name);
  if (subnet) return typed.trim() ? (explainAddress(document, subnet, typed, `${path}/address`) ?? "") : "";
  if (!rangesAt(path, name)) return "";
  const reasons = typed.split(/[\s,]+/).filter(Boolean).map((one) => explainPrefix(document, path, one));
  return reasons.find((reason) => reason !== null) ?? "";
}

function proposed(document: JsonObject, path: string, name: string, value: Json | undefined): string | null {
  const subnet = subnetOf(document, path, name);
  if (subnet) return explainAddress(document, subnet, typedOf(value), `${path}/address`) === null ? null : nextAddress(document, subnet);
  if (!rangesAt(path, name) || (Array.isArray(value) && value.length > 0)) return null;
  if (path.startsWith("vnets/")) return nextRange(document);
  const found = nextSubnetPrefix(document, text((at(document, path) as JsonObject | null)?.vnet));
  return "prefix" in found ? found.prefix : null;
}

export { label };

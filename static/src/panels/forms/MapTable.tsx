/** A map of parts as a table that is written in: add, delete, reorder, paste from a spreadsheet. */

import { ArrowDown, ArrowUp, Maximize2, Plus, Trash2 } from "lucide-react";
import { type ClipboardEvent, type ReactNode, useState } from "react";

import { pointerOf } from "../../document/edits/draft";
import { remove } from "../../document/edits/remove";
import { freshRow, pasteRows, reorder, rowsOf } from "../../document/edits/rows";
import { at, isObject, text } from "../../document/raw";
import { type Field as Shape, fieldsOf } from "../../document/shape";
import { tell, useWorkbench, workbench } from "../../document/store";
import { t, tn } from "../../document/text";
import type { Json, JsonObject } from "../../document/types";
import { Dialog } from "../draw/Dialog";
import { change, lastEdit, perform } from "../edits";
import { Field } from "./Field";
import { InForce, servesNics } from "./InForce";
import { label, unitName } from "../inspector/words";

interface Props {
  /** Path of the map below the topology. */
  path: string;
  model: string;
  title: string;
  value: Json | undefined;
  /** Whose it is, where several things are on one page. */
  of?: string;
}

const SIZE = { size: 13, "aria-hidden": true } as const;

export function MapTable(props: Props): ReactNode {
  const [wide, setWide] = useState(false);
  const serves = servesNics(props.path);
  return (
    <section aria-label={named(props)} className="map-table">
      <div className="row">
        <h3>{props.title}</h3>
        <button type="button" className="button icon quiet small push" aria-label={t("{title} as a wide table", { title: named(props) })} title={t("Wide table")} onClick={() => { setWide(true); }}>
          <Maximize2 {...SIZE} />
        </button>
      </div>
      <Rows {...props} all={false} />
      {wide && (
        <Dialog title={props.path.includes("/") ? `${props.title} ${t("of")} ${props.path.split("/")[1] ?? ""}` : props.title} close={() => { setWide(false); }} wide>
          <div className={serves ? "wide-table beside" : "wide-table"}>
            <div>
              <Rows {...props} all />
              <p className="muted">{t("Paste rows from a spreadsheet into any cell; a first line of column names chooses the columns.")}</p>
            </div>
            {serves && <InForce {...serves} />}
          </div>
        </Dialog>
      )}
    </section>
  );
}

/** In the narrow inspector only the columns that say something; in the wide table all. */
function columnsOf(model: string, rows: [string, JsonObject][], all: boolean): [string, Shape][] {
  const plain = fieldsOf(model).filter(([, shape]) => shape.type !== "map" && shape.type !== "part" && shape.type !== "any");
  if (all) return plain;
  return plain.filter(([key, shape]) => shape.required || ALWAYS.has(`${model}.${key}`) || rows.some(([, row]) => !isDefault(row[key], shape)));
}

const ALWAYS = new Set(["Route.next_hop_ip", "SecurityRule.protocol", "SecurityRule.source", "SecurityRule.destination", "SecurityRule.destination_ports", "PoolMember.admin_state", "IPConfiguration.primary", "IPConfiguration.public_ip", "Frontend.address", "Frontend.public_ip", "Probe.protocol", "Probe.interval_s", "GuestRoute.nic", "GuestRoute.via", "GuestService.port", "GuestFirewallRule.access", "GuestFirewallRule.protocol", "GuestFirewallRule.destination_ports", "Flow.protocol", "Flow.destination_port"]);

function isDefault(value: Json | undefined, shape: Shape): boolean {
  if (value === undefined || value === null) return true;
  return JSON.stringify(value) === JSON.stringify(shape.default ?? (shape.type === "list" ? [] : false));
}

function named({ title, of }: Props): string {
  return of ? t("{title} of {of}", { title, of }) : title;
}

function Rows({ path, model, title, value, all, of = "" }: Props & { all: boolean }): ReactNode {
  const rows = rowsOf(value);
  const columns = columnsOf(model, rows, all);
  const ordered = columns.some(([key]) => key === "priority");
  const [said, setSaid] = useState<string[]>([]);
  const add = (): void => {
    const fresh = freshRow(workbench().document, path, model);
    if ("reason" in fresh) {
      setSaid([fresh.reason]);
      return;
    }
    const home = at(workbench().document, path);
    change([...(isObject(home) ? [] : [{ op: "add" as const, path: pointerOf(path), value: {} }]), { op: "add", path: pointerOf(`${path}/${fresh.id}`), value: fresh.row }]);
    setSaid([]);
  };
  const paste = (event: ClipboardEvent): void => {
    const words = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(words.replace(/\n+$/, ""))) return;
    event.preventDefault();
    const cell = (event.target as HTMLElement).closest<HTMLElement>("td[data-column]");
    const row = Number(cell?.closest<HTMLElement>("tr")?.dataset.row ?? rows.length);
    const column = columns.findIndex(([key]) => key === cell?.dataset.column);
    const done = pasteRows(workbench().document, path, model, columns.map(([key]) => key), { row, column: Math.max(0, column) }, words);
    if (done.patch.length > 0) change(done.patch);
    setSaid(done.wrong);
    const some = done.rows < done.of;
    tell([some ? t("{n} of {of} rows were pasted; the others have a wrong cell.", { n: done.rows, of: done.of }) : tn("{n} row was pasted.", "{n} rows were pasted.", done.rows)], done.rows > 0 ? lastEdit() : null);
  };
  return (
    <div onPaste={paste}>
      {rows.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t("Table: {title}", { title: of ? `${title}, ${of}` : title })}>
          <table className="table editing">
            <thead>
              <tr>
                {!columns.some(([key]) => key === "name") && <th scope="col">{t("Id")}</th>}
                {columns.map(([key]) => (
                  <th key={key} scope="col">{unitName(key)}</th>
                ))}
                <th scope="col"><span className="visually-hidden">{t("Edit")}</span></th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([id, row], index) => (
                <tr key={id} data-row={index}>
                  {!columns.some(([key]) => key === "name") && <th scope="row" className="mono" title={id}>{id}</th>}
                  {columns.map(([key, shape]) => (
                    <td key={key} data-column={key} className={widthOf(key, shape)}>
                      <Field path={`${path}/${id}`} model={model} name={key} shape={shape} value={row[key]} cell={`${label(key)} ${t("of")} ${text(row.name, id)}`} />
                    </td>
                  ))}
                  <td className="row-tools">
                    {ordered && (
                      <>
                        <RowButton words={t("Move {id} up", { id })} act={() => { change(reorder(at(workbench().document, path), path, id, -1)); }}><ArrowUp {...SIZE} /></RowButton>
                        <RowButton words={t("Move {id} down", { id })} act={() => { change(reorder(at(workbench().document, path), path, id, 1)); }}><ArrowDown {...SIZE} /></RowButton>
                      </>
                    )}
                    <RowButton words={t("Delete {id}", { id })} act={() => { perform(remove(workbench().document, [`${path}/${id}`])); }}><Trash2 {...SIZE} /></RowButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Wrong path={path} />
      {said.length > 0 && (
        <ul role="alert" className="field-error errorlist">
          {said.slice(0, 6).map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
      <button type="button" className="button small quiet" onClick={add}>
        <Plus {...SIZE} /> {t("Add")} <span className="visually-hidden">{t("to {title}", { title })}</span>
      </button>
    </div>
  );
}

function RowButton({ words, act, children }: { words: string; act: () => void; children: ReactNode }): ReactNode {
  return (
    <button type="button" className="button icon quiet small" aria-label={words} title={words} onClick={act}>
      {children}
    </button>
  );
}

/** What the engine finds wrong in the table, under it: a cell is too narrow for sentences. */
function Wrong({ path }: { path: string }): ReactNode {
  const problems = useWorkbench((state) => state.problems);
  const place = `${pointerOf(path)}/`;
  const own = problems.filter((one) => one.pointer.startsWith(place));
  if (own.length === 0) return null;
  return (
    <ul className="field-error errorlist">
      {own.slice(0, 6).map((one, index) => (
        <li key={`${one.pointer} ${index}`}>
          <span className="mono">{one.pointer.slice(place.length).split("/")[0]}</span>: {t("found {found}, expected {expected}.", { found: one.found, expected: one.expected })} {one.hint}
        </li>
      ))}
    </ul>
  );
}

function widthOf(key: string, shape: Shape): string {
  if (shape.type === "flag" && !shape.nullable) return "narrow-cell";
  if (shape.type === "integer" || key === "zone") return "number-cell";
  if (key === "next_hop_type") return "type-cell";
  return /address|prefix|source|destination|ip|remote|via/.test(key) ? "address-cell" : "text-cell";
}

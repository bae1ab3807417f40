/** Several things of one kind edited together: a field is set in all of them at once. */

import { type ReactNode, useState } from "react";

import { pointerOf } from "../../document/edits/draft";
import { kindWords } from "../../document/edits/remove";
import { at, entries, isObject } from "../../document/raw";
import { choicesOf, referenceOf } from "../../document/references";
import { COLLECTIONS, type Field as Shape, fieldsOf } from "../../document/shape";
import { tell, useWorkbench } from "../../document/store";
import { t, tn } from "../../document/text";
import type { Operation } from "../../document/types";
import { parseTyped, typedOf } from "../../document/validate";
import { change, lastEdit } from "../edits";
import { unitName } from "../inspector/words";
import { Dialog } from "./Dialog";

export function Bulk({ close }: { close: () => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const chosen = useWorkbench((state) => state.chosen);
  const groups = groupsOf(chosen, (id) => entries(document, "nics").filter(([, nic]) => nic.vm === id).map(([key]) => `nics/${key}`));
  const kinds = [...groups.keys()].sort((a, b) => (groups.get(b)?.length ?? 0) - (groups.get(a)?.length ?? 0));
  const [kind, setKind] = useState(kinds[0] ?? "");
  const paths = groups.get(kind) ?? [];
  const [typed, setTyped] = useState<Record<string, string>>({});
  const model = COLLECTIONS[kind.split(" ")[0] ?? ""] ?? "";
  const base = kind === "vms guest" ? "guest" : "";
  const fields = fieldsOf(base ? "Guest" : model).filter(([key, shape]) => key !== "name" && !["map", "part", "any"].includes(shape.type) && !(base === "" && ["vnet", "address"].includes(key)));
  const wrong: string[] = [];
  const patch: Operation[] = Object.entries(typed).flatMap(([key, words]) => {
    const shape = fields.find(([name]) => name === key)?.[1];
    if (!shape || words === KEEP) return [];
    const parsed = parseTyped(shape, words);
    if ("wrong" in parsed) {
      wrong.push(`${unitName(key)}: ${parsed.wrong}`);
      return [];
    }
    return paths.map((path): Operation => ({ op: "add", path: pointerOf([path, base, key].filter(Boolean).join("/")), value: parsed.value }));
  });
  const run = (): void => {
    change(patch);
    tell([tn("{n} thing was changed.", "{n} things were changed.", paths.length)], lastEdit());
    close();
  };
  const ready = patch.length > 0 && wrong.length === 0;
  return (
    <Dialog
      title={t("Edit together")}
      close={close}
      enter={ready ? run : undefined}
      foot={
        <>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="button" className="button primary" disabled={!ready} onClick={run}>
            {tn("Change {n} thing", "Change {n} things", paths.length)}
          </button>
        </>
      }
    >
      <div className="field">
        <label htmlFor="bulk-kind">{t("What")}</label>
        <select id="bulk-kind" value={kind} onChange={(event) => { setKind(event.target.value); setTyped({}); }}>
          {kinds.map((one) => (
            <option key={one} value={one}>{`${kindWords(one.split(" ")[0] ?? "").replace(/^./, (letter) => letter.toUpperCase())}${one.includes(" ") ? `, ${t("guest")}` : ""}: ${groups.get(one)?.length ?? 0}`}</option>
          ))}
        </select>
      </div>
      <div className="form">
        {fields.map(([key, shape]) => (
          <BulkField key={key} model={base ? "Guest" : model} name={key} shape={shape} now={values(document, paths, base, key)} typed={typed[key] ?? KEEP} set={(words) => { setTyped({ ...typed, [key]: words }); }} />
        ))}
      </div>
      {wrong.length > 0 && <p role="alert" className="field-error">{wrong.join(" ")}</p>}
    </Dialog>
  );
}

const KEEP = "\u0000keep";

function groupsOf(chosen: readonly string[], nicsOf: (vm: string) => string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const put = (kind: string, path: string): void => { groups.set(kind, [...(groups.get(kind) ?? []), path]); };
  for (const path of chosen) {
    const kind = path.split("/")[0] ?? "";
    if (!COLLECTIONS[kind]) continue;
    put(kind, path);
    if (kind === "vms") {
      put("vms guest", path);
      for (const nic of nicsOf(path.split("/")[1] ?? "")) put("nics", nic);
    }
  }
  return groups;
}

function values(document: Parameters<typeof at>[0], paths: readonly string[], base: string, key: string): string {
  const all = new Set(
    paths.map((path) => {
      const part = at(document, base ? `${path}/${base}` : path);
      return isObject(part) ? typedOf(part[key]) : "";
    }),
  );
  return all.size === 1 ? ([...all][0] ?? "") : t("different");
}

function BulkField({ model, name, shape, now, typed, set }: { model: string; name: string; shape: Shape; now: string; typed: string; set: (words: string) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const id = `bulk-${name}`;
  const reference = referenceOf(model, name);
  const choices: [string, string][] | null =
    shape.type === "flag" ? [["on", t("on")], ["off", t("off")]]
    : shape.type === "choice" ? (shape.choices ?? []).map((one) => [String(one), String(one)])
    : reference && shape.type !== "list" && !reference.near ? choicesOf(document, reference, "")
    : null;
  return (
    <div className="form-field">
      <label htmlFor={id}>{unitName(name)}</label>
      <div className="form-control">
        {choices ? (
          <select id={id} value={typed} onChange={(event) => { set(event.target.value); }}>
            <option value={KEEP}>{t("as it is ({now})", { now: now || t("none") })}</option>
            {shape.nullable && <option value="">{t("none")}</option>}
            {choices.map(([key, words]) => (
              <option key={key} value={key}>{words}</option>
            ))}
          </select>
        ) : (
          <input id={id} className="mono" value={typed === KEEP ? "" : typed} placeholder={t("as it is ({now})", { now: now || t("none") })} onChange={(event) => { set(event.target.value === "" ? KEEP : event.target.value); }} />
        )}
      </div>
    </div>
  );
}

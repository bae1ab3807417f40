/** The numbers of the timing profile: each with unit, grade and source; changed ones are edits of the drawing. */

import { RotateCcw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";

import { isObject, text } from "../../document/drawing";
import { useWorkbench, workbench } from "../../document/store";
import { t } from "../../document/text";
import type { Json, JsonObject, Operation } from "../../document/types";
import { type TimingNumber, api } from "../../protocol/api";
import { Grade } from "../Grade";
import { change } from "../edits";
import { useTiming } from "./timing";
import { TableWrap } from "./TableWrap";

interface Named {
  id: string;
  title: string;
}

export function Numbers(): ReactNode {
  const profile = useWorkbench((state) => text(state.document.timing, "published"));
  const can = useWorkbench((state) => state.can.edit);
  const overrides = useWorkbench((state) => state.document.timing_overrides);
  const problems = useWorkbench((state) => state.problems);
  const timing = useTiming(profile);
  const [profiles, setProfiles] = useState<Named[]>([]);
  useEffect(() => {
    let here = true;
    api.timings().then(
      (found) => {
        if (here) setProfiles(found.items);
      },
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, []);
  const changed = isObject(overrides) ? overrides : {};
  const wrong = (name: string): string =>
    problems.filter((problem) => problem.pointer.startsWith(`/timing_overrides/${name}`)).map((problem) => `${problem.expected} ${problem.hint}`.trim()).join(" ");
  return (
    <section className="numbers" aria-label={t("Numbers of the timing profile")}>
      <div className="row">
        <label htmlFor="timing-profile" className="label">{t("Timing profile")}</label>
        <select id="timing-profile" className="input" disabled={!can} value={profile} onChange={(event) => { change([{ op: "add", path: "/timing", value: event.target.value }]); }}>
          {!profiles.some((one) => one.id === profile) && <option value={profile}>{profile}</option>}
          {profiles.map((one) => (
            <option key={one.id} value={one.id}>{one.title}</option>
          ))}
        </select>
        <span className="muted">{t("{what}. The next run uses them.", { what: Object.keys(changed).length > 0 ? t("{keys} changed in this drawing", { keys: Object.keys(changed).length }) : t("All as the profile has them") })}</span>
      </div>
      {!timing && <p className="skeleton">{t("Reading the numbers")}</p>}
      {timing && (
        <TableWrap label={t("Numbers")}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("Number")}</th>
                <th scope="col">{t("Value")}</th>
                <th scope="col">{t("Unit")}</th>
                <th scope="col">{t("Grade and source")}</th>
              </tr>
            </thead>
            <tbody>
              {timing.numbers.map((one) => (
                <Row key={`${profile} ${one.name}`} one={one} own={changed[one.name]} can={can} wrong={wrong(one.name)} />
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
    </section>
  );
}

function Row({ one, own, can, wrong }: { one: TimingNumber; own: Json | undefined; can: boolean; wrong: string }): ReactNode {
  const isOwn = own !== undefined;
  return (
    <tr>
      <th scope="row">
        {one.meaning} <span className="mono muted">{one.name}</span>
      </th>
      <td>
        <span className="values">
          {Object.entries(one.values).map(([field, value]) => (
            <Value key={field} one={one} field={field} usual={value} own={own} can={can} />
          ))}
          {isOwn && can && (
            <button type="button" className="button small icon quiet" aria-label={t("{name} as the profile has it", { name: one.name })} title={t("As the profile has it")} onClick={() => { change([{ op: "remove", path: `/timing_overrides/${one.name}` }]); }}>
              <RotateCcw size={12} aria-hidden="true" />
            </button>
          )}
        </span>
        {wrong && <span className="field-error">{wrong}</span>}
      </td>
      <td>{one.unit === "1" ? "" : one.unit}</td>
      <td>{isOwn ? <Grade grade="D" source={t("changed in this drawing; the profile has {text}", { text: one.text })} open /> : <Grade grade={one.grade} source={one.source} open />}</td>
    </tr>
  );
}

function Value({ one, field, usual, own, can }: { one: TimingNumber; field: string; usual: number | string; own: Json | undefined; can: boolean }): ReactNode {
  const held = isObject(own) ? own[field] : own;
  const shown = String(held ?? usual);
  const [written, setWritten] = useState<string | null>(null);
  const label = `${one.name}${Object.keys(one.values).length > 1 ? `, ${field}` : ""}`;
  const keep = (value: string): void => {
    setWritten(null);
    if (value.trim() === "" || value === shown) return;
    change(override(workbench().document, one, field, one.distribution === "choice" ? value : Number(value)));
  };
  if (one.distribution === "choice")
    return (
      <select className="input small" aria-label={label} disabled={!can} value={shown} onChange={(event) => { keep(event.target.value); }}>
        {one.options.map((option) => (
          <option key={option} value={option}>{option}</option>
        ))}
      </select>
    );
  return (
    <span className="value">
      {Object.keys(one.values).length > 1 && <span className="muted">{field}</span>}
      <input
        className="input small mono"
        type="number"
        step="any"
        min={0}
        aria-label={label}
        disabled={!can}
        value={written ?? shown}
        onChange={(event) => { setWritten(event.target.value); }}
        onBlur={(event) => { keep(event.target.value); }}
        onKeyDown={(event) => {
          if (event.key === "Enter") keep(event.currentTarget.value);
        }}
      />
    </span>
  );
}

/** Return the edit that changes one number; a distribution keeps the fields that were changed before. */
export function override(document: JsonObject, one: Pick<TimingNumber, "name" | "values">, field: string, value: number | string): Operation[] {
  const { timing_overrides: all } = document;
  const before = isObject(all) ? all[one.name] : undefined;
  const single = Object.keys(one.values).length === 1;
  const made: Json = single ? value : { ...(isObject(before) ? before : {}), [field]: value };
  const first: Operation[] = isObject(all) ? [] : [{ op: "add", path: "/timing_overrides", value: {} }];
  return [...first, { op: before === undefined ? "add" : "replace", path: `/timing_overrides/${one.name}`, value: made }];
}

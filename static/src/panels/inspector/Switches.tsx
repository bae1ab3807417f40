/** Open points of the sources as switches of this drawing: what each decides, who says so, what the profile has. */

import type { ReactNode } from "react";

import { isObject, text } from "../../document/drawing";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Choice, Switch } from "../../protocol/api";
import { FactLinks } from "../reference/FactLinks";
import { useReference } from "../reference/useReference";
import { chooseSwitch } from "../edits";
import { useRulesOf } from "./rulesOf";

export function Switches(): ReactNode {
  const profile = useWorkbench((state) => text(state.document.profile, "azure-2026"));
  const rules = useRulesOf(profile);
  if (rules.switches.length === 0) return null;
  return (
    <section aria-label={t("Rules")} className="switches" data-testid="switches">
      <h3>{t("Rules")}</h3>
      <p className="muted">{t("The sources leave these points open. The profile decides them; this drawing may decide otherwise.")}</p>
      {rules.switches.map((one) => (
        <Row key={one.name} one={one} />
      ))}
    </section>
  );
}

function Row({ one }: { one: Switch }): ReactNode {
  const can = useWorkbench((state) => state.can.edit);
  const set = useWorkbench((state) => (isObject(state.document.switches) ? state.document.switches[one.name] : undefined));
  const { facts } = useReference();
  const own = one.choices.find((choice) => choice === set);
  const sources = [...new Set(one.facts.map((id) => facts[id]?.source).filter(Boolean))].join("; ");
  return (
    <div className="switch">
      <label htmlFor={`switch-${one.name}`}>{one.text}</label>
      <select
        id={`switch-${one.name}`}
        className="input"
        disabled={!can}
        value={own === undefined ? "" : String(own)}
        onChange={(event) => {
          chooseSwitch(one.name, one.choices.find((choice) => String(choice) === event.target.value) ?? null);
        }}
      >
        <option value="">{t("{choiceWords} (profile)", { choiceWords: choiceWords(one.default) })}</option>
        {one.choices.map((choice) => (
          <option key={String(choice)} value={String(choice)}>
            {choiceWords(choice)}
          </option>
        ))}
      </select>
      <span className="muted source">
        {own !== undefined && <span className="badge">{t("set in this drawing")}</span>} <span className="badge mono" title={t("open point {point} of the facts", { point: one.point })}>{one.point}</span> <FactLinks ids={one.facts} /> {sources}
      </span>
    </div>
  );
}

/** An option as people say it: "half a minute", "yes". */
export function choiceWords(choice: Choice): string {
  if (choice === true) return t("yes");
  if (choice === false) return t("no");
  return String(choice).replaceAll("-", " ").replace(/^(?:docs|seed)(\d{4})$/, "list of $1");
}

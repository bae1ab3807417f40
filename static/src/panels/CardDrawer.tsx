/** One rule card beside the work: the rule, who says so, how sure that is, and what switches it. */

import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";

import { isObject } from "../document/drawing";
import { update, useWorkbench } from "../document/store";
import { t } from "../document/text";
import type { Json } from "../document/types";
import { api } from "../protocol/api";
import { useReference } from "./FactLinks";

const GRADES: Record<string, string> = {
  D: t("documented by the provider"),
  R: t("widely reported"),
  I: t("inferred: a modelling decision"),
};

export function CardDrawer(): ReactNode {
  const wanted = useWorkbench((state) => state.card);
  return wanted === null ? null : <Card key={wanted} wanted={wanted} />;
}

function Card({ wanted }: { wanted: string }): ReactNode {
  const { cards, facts } = useReference();
  const switches = useWorkbench((state) => state.document.switches);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = (): void => {
    update({ card: null });
  };
  const card = cards.find((one) => one.id === wanted) ?? cards.find((one) => one.facts.includes(wanted));
  const ids = card?.facts ?? [wanted];
  const first = ids.includes(wanted) ? wanted : (ids[0] ?? wanted);
  return (
    <section
      className="popover rule-drawer"
      role="dialog"
      aria-label={t("Rule card")}
      tabIndex={-1}
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <div className="row">
        <h2>{t("Rule card")}</h2>
        {card && <span className="badge mono">{card.id}</span>}
        <button type="button" className="button icon quiet small push" aria-label={t("Close the rule card")} onClick={close}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      {card && <p className="statement">{card.statement}</p>}
      {!card && cards.length > 0 && <p className="muted">{t("No rule card names {wanted} yet.", { wanted })}</p>}
      {card && (
        <dl className="pairs">
          <dt>{t("Source")}</dt>
          <dd>
            {card.source}, {card.date}
          </dd>
          <dt>{t("Grade")}</dt>
          <dd>
            <span className={`badge mono${card.confidence === "I" ? " assumed" : ""}`}>{card.confidence}</span> {GRADES[card.confidence]}
          </dd>
          {card.switch && (
            <>
              <dt>{t("Switch")}</dt>
              <dd>
                <span className="mono">{card.switch}</span> {setting(switches, card.switch)}
              </dd>
            </>
          )}
        </dl>
      )}
      <h3>{ids.length === 1 ? t("The fact behind it") : t("The facts behind it")}</h3>
      <ul className="plain facts-list">
        {ids.map((id) => (
          <li key={id} aria-current={id === wanted ? "true" : undefined}>
            <span className="badge mono">{id}</span> {sameWords(facts[id]?.statement, card?.statement) ? "" : (facts[id]?.statement ?? t("Not in the reference."))}
            {facts[id] && (
              <span className="muted">
                {" "}
                {facts[id].source} <abbr title={GRADES[facts[id].confidence]}>{facts[id].confidence}</abbr>
              </span>
            )}
          </li>
        ))}
      </ul>
      <p>
        <a href={`${api.factsUrl()}#${first.toLowerCase()}`} target="_blank" rel="noopener">
          {t("Among all rule cards")}
        </a>
      </p>
    </section>
  );
}

/** A card with one fact often says it in the fact's own words; saying it twice helps nobody. */
function sameWords(a: string | undefined, b: string | undefined): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, " ").trim();
  return a !== undefined && b !== undefined && plain(a) === plain(b);
}

function setting(switches: Json | undefined, name: string): string {
  const value = isObject(switches) ? switches[name] : undefined;
  return value === undefined ? t("as the profile has it") : t("set to {value} in this drawing", { value: JSON.stringify(value) });
}

/** One rule card beside the work: the rule, who says so, how sure that is, and what switches it. */

import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";

import { isObject } from "../../document/drawing";
import { type Placed, restingOn, wordsAbout } from "../../document/reference";
import { select, update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Json } from "../../document/types";
import { api } from "../../protocol/api";
import { useFollowed } from "../../protocol/followed";
import { TITLES, legsOf } from "../trace/legs";
import { openCard } from "./FactLinks";
import { look } from "./look";
import { useReference } from "./useReference";

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
  const { cards, facts, words } = useReference();
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
  const others = card && wanted !== card.id ? cards.filter((one) => one !== card && one.facts.includes(wanted)) : [];
  const about = wordsAbout(words, ids);
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
      {others.length > 0 && (
        <>
          <h3>{t("Other rules of the same fact")}</h3>
          <ul className="plain">
            {others.map((other) => (
              <li key={other.id}>
                <a href={`${api.factsUrl()}#${other.id}`} onClick={(event) => { openCard(event, other.id); }}>{other.statement}</a>
              </li>
            ))}
          </ul>
        </>
      )}
      <InTrace card={card?.id ?? null} facts={card ? [] : [wanted]} close={close} />
      {about.length > 0 && (
        <p>
          {t("Words:")}{" "}
          {about.map((word, index) => (
            <span key={word.id}>
              {index > 0 && ", "}
              <button type="button" className="link" title={word.meaning} onClick={() => { look("words", word.term.split(",")[0] ?? word.term); }}>{word.term}</button>
            </span>
          ))}
        </p>
      )}
      <p className="row">
        <button type="button" className="button small" onClick={() => { look("cards", first); }}>{t("Among all rule cards")}</button>
        <a href={`${api.factsUrl()}#${first.toLowerCase()}`} target="_blank" rel="noopener">
          {t("On a page of its own")}
        </a>
      </p>
    </section>
  );
}

/** The steps of the trace that rest on the card: the way back from the reference to the packet. */
function InTrace({ card, facts, close }: { card: string | null; facts: readonly string[]; close: () => void }): ReactNode {
  const { events } = useFollowed("trace");
  const steps = legsOf(events).flatMap((leg) => leg.steps.map((step): Placed => ({ packet: leg.packet, step })));
  const found = restingOn(steps, card, facts);
  if (steps.length === 0) return null;
  const show = ({ packet, step }: Placed): void => {
    close();
    update({ dock: "trace" });
    requestAnimationFrame(() => {
      const row = document.getElementById(`step-${packet}-${step.index}`);
      row?.scrollIntoView({ block: "center" });
      row?.focus();
      if (step.at) select(step.at, true);
    });
  };
  return (
    <>
      <h3>{t("In this trace")}</h3>
      {found.length === 0 && <p className="muted">{t("No step of the trace rests on it.")}</p>}
      <ul className="plain">
        {found.map((one) => (
          <li key={`${one.packet} ${one.step.index}`}>
            <button type="button" className="link" onClick={() => { show(one); }}>
              {t("{leg}, step {step}", { leg: t(TITLES[one.packet] ?? ""), step: one.step.index + 1 })}
            </button>{" "}
            {one.step.reason}
          </li>
        ))}
      </ul>
    </>
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

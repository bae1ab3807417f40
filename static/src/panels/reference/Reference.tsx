/** All rule cards and all words, to be read and searched beside the drawing. */

import { type ReactNode, useId } from "react";

import { type RuleCard, areasOf, wordsOf } from "../../document/reference";
import { useWorkbench } from "../../document/store";
import { t, tn } from "../../document/text";
import { api } from "../../protocol/api";
import { useFollowed } from "../../protocol/followed";
import { legsOf } from "../trace/legs";
import { FactLinks, openCard } from "./FactLinks";
import { type View, look } from "./look";
import { useReference } from "./useReference";

const NOWHERE: { view: View; query: string } = { view: "cards", query: "" };

export function Reference(): ReactNode {
  const { view, query } = useWorkbench((state) => state.reference) ?? NOWHERE;
  const id = useId();
  const tab = (name: View, title: string): ReactNode => (
    <button type="button" className="button small" aria-pressed={view === name} onClick={() => { look(name, query); }}>
      {title}
    </button>
  );
  return (
    <div className="reference">
      <div className="row" role="group" aria-label={t("Show")}>
        {tab("cards", t("Rules"))}
        {tab("words", t("Words"))}
      </div>
      <label className="visually-hidden" htmlFor={id}>{view === "cards" ? t("Find a rule") : t("Find a word")}</label>
      <input
        id={id}
        className="input"
        type="search"
        autoComplete="off"
        value={query}
        placeholder={view === "cards" ? t("A rule, a fact id, a source") : t("A word, ours or a cloud’s")}
        onChange={(event) => { look(view, event.target.value); }}
      />
      {view === "cards" ? <Cards query={query} /> : <Words query={query} />}
    </div>
  );
}

function Cards({ query }: { query: string }): ReactNode {
  const { cards, facts, areas } = useReference();
  const { events } = useFollowed("trace");
  const open = useWorkbench((state) => state.card);
  const used = new Set(legsOf(events).flatMap((leg) => leg.steps.map((step) => step.card)));
  const found = areasOf(cards, facts, query.trim());
  const count = found.reduce((sum, area) => sum + area.cards.length, 0);
  const row = (card: RuleCard): ReactNode => (
    <li key={card.id} aria-current={open === card.id ? "true" : undefined}>
      <a href={`${api.factsUrl()}#${card.id}`} onClick={(event) => { openCard(event, card.id); }}>{card.statement}</a>{" "}
      <span className="muted mono">{card.facts.join(" ")}</span>
      {used.has(card.id) && <span className="badge">{t("in this trace")}</span>}
    </li>
  );
  return (
    <>
      <p className="muted" role="status">{query.trim() ? t("{n} of {total} rules", { n: count, total: cards.length }) : tn("{n} rule", "{n} rules", count)}</p>
      {found.map((area) => (
        <section key={area.letter} aria-label={areas[area.letter] ?? t("Ours")}>
          <h3>{areas[area.letter] ?? t("Ours")}</h3>
          <ul className="plain rule-list">{area.cards.map(row)}</ul>
        </section>
      ))}
      {count === 0 && cards.length > 0 && (
        <p>
          {t("No rule says that.")} <button type="button" className="link" onClick={() => { look("words", query); }}>{t("Look among the words")}</button>
        </p>
      )}
      <p><a href={api.factsUrl()} target="_blank" rel="noopener">{t("All rule cards on a page")}</a></p>
    </>
  );
}

function Words({ query }: { query: string }): ReactNode {
  const { words } = useReference();
  const found = wordsOf(words, query.trim());
  return (
    <>
      <p className="muted" role="status">{query.trim() ? t("{n} of {total} words", { n: found.length, total: words.length }) : tn("{n} word", "{n} words", found.length)}</p>
      <dl className="word-list">
        {found.map((word) => (
          <div key={word.id}>
            <dt>{word.term}</dt>
            <dd>
              {word.meaning}
              <span className="row muted">
                {word.azure && <span>{t("Azure: {name}", { name: word.azure })}</span>}
                {word.aws && <span>{t("AWS: {name}", { name: word.aws })}</span>}
                <FactLinks ids={word.facts} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {found.length === 0 && words.length > 0 && (
        <p>
          {t("No word here means that.")} <button type="button" className="link" onClick={() => { look("cards", query); }}>{t("Look among the rules")}</button>
        </p>
      )}
      <p><a href={api.glossaryUrl()} target="_blank" rel="noopener">{t("The glossary on a page")}</a></p>
    </>
  );
}

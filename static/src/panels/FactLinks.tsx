/** Fact ids as links that open the rule card beside the work; the address leads to the page of all cards. */

import { type MouseEvent, type ReactNode, useEffect, useState } from "react";

import { update } from "../document/store";
import { type Fact, type RuleCard, api } from "../protocol/api";

interface Reference {
  cards: RuleCard[];
  facts: Record<string, Fact>;
}

const NOTHING: Reference = { cards: [], facts: {} };
let loading: Promise<Reference> | null = null;

/** The rule cards and the facts behind them, read once per page. */
export function useReference(): Reference {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    let here = true;
    loading ??= api.ruleCards().catch(() => NOTHING);
    void loading.then((answer) => {
      if (here) setFound(answer);
    });
    return () => {
      here = false;
    };
  }, []);
  return found;
}

/** Open a rule card on a plain click; with a key held the browser follows the link as always. */
function open(event: MouseEvent, id: string): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  update({ card: id });
}

export function FactLinks({ ids }: { ids: readonly string[] }): ReactNode {
  const { facts } = useReference();
  return ids.map((id) => {
    const fact = facts[id];
    const words = fact ? `${fact.statement} — ${fact.source} [${fact.confidence}]` : id;
    return (
      <a
        key={id}
        className="badge mono"
        href={`${api.factsUrl()}#${id.toLowerCase()}`}
        target="_blank"
        rel="noopener"
        title={words}
        onClick={(event) => { open(event, id); }}
      >
        {id}
      </a>
    );
  });
}

/** The rule card that decided, by its id, as one more link. */
export function CardLink({ id }: { id: string | null }): ReactNode {
  const { cards } = useReference();
  const card = cards.find((one) => one.id === id);
  if (id === null || !card) return null;
  const href = `${api.factsUrl()}#${(card.facts[0] ?? id).toLowerCase()}`;
  return (
    <a className="card-link" href={href} target="_blank" rel="noopener" title={card.statement} onClick={(event) => { open(event, id); }}>
      {card.source}
    </a>
  );
}

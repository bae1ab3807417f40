/** Fact ids as links that open the rule card beside the work; the address leads to the page of all cards. */

import type { MouseEvent, ReactNode } from "react";

import { update } from "../../document/store";
import { api } from "../../protocol/api";
import { useReference } from "./useReference";

/** Open a rule card on a plain click; with a key held the browser follows the link as always. */
export function openCard(event: MouseEvent, id: string): void {
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
        onClick={(event) => { openCard(event, id); }}
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
    <a className="card-link" href={href} target="_blank" rel="noopener" title={card.statement} onClick={(event) => { openCard(event, id); }}>
      {card.source}
    </a>
  );
}

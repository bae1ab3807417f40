/** Fact ids as links to the rule cards; the statement and its source on hover and focus. */

import { type ReactNode, useEffect, useState } from "react";

import { type Fact, api } from "../protocol/api";

let loading: Promise<Record<string, Fact>> | null = null;

/** The facts behind the rule cards, read once per page. */
export function useFacts(): Record<string, Fact> {
  const [facts, setFacts] = useState<Record<string, Fact>>({});
  useEffect(() => {
    let here = true;
    loading ??= api.ruleCards().then(
      (answer) => answer.facts,
      () => ({}),
    );
    void loading.then((found) => {
      if (here) setFacts(found);
    });
    return () => {
      here = false;
    };
  }, []);
  return facts;
}

export function FactLinks({ ids }: { ids: string[] }): ReactNode {
  const facts = useFacts();
  return ids.map((id) => {
    const fact = facts[id];
    const words = fact ? `${fact.statement} — ${fact.source} [${fact.confidence}]` : id;
    return (
      <a key={id} className="badge mono" href={`${api.factsUrl()}#${id.toLowerCase()}`} target="_blank" rel="noopener" title={words}>
        {id}
      </a>
    );
  });
}

/** The sources of some facts in words, each once. */
export function Sources({ ids }: { ids: string[] }): ReactNode {
  const facts = useFacts();
  const sources = [...new Set(ids.map((id) => facts[id]?.source).filter((source): source is string => Boolean(source)))];
  return sources.length > 0 ? <span className="muted">{sources.join("; ")}</span> : null;
}

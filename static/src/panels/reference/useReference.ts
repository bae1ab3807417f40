/** The rule cards, the facts behind them and the words, read once per page. */

import { useEffect, useState } from "react";

import type { Fact, RuleCard, Word } from "../../document/reference";
import { api } from "../../protocol/api";

interface Reference {
  cards: RuleCard[];
  facts: Record<string, Fact>;
  words: Word[];
  /** Titles of the areas by the first letter of their facts. */
  areas: Record<string, string>;
}

const NOTHING: Reference = { cards: [], facts: {}, words: [], areas: {} };
let loading: Promise<Reference> | null = null;

async function read(): Promise<Reference> {
  const [rules, words] = await Promise.all([api.ruleCards().catch(() => ({ cards: [], facts: {} })), api.words().catch(() => ({ words: [], areas: {} }))]);
  return { ...rules, ...words };
}

export function useReference(): Reference {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    let here = true;
    loading ??= read();
    void loading.then((answer) => {
      if (here) setFound(answer);
    });
    return () => {
      here = false;
    };
  }, []);
  return found;
}

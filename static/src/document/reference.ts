/** Finding rule cards and words: what holds every word that was typed, and which steps of a trace rest on a card. Pure. */

import type { Step } from "./types";

export interface RuleCard {
  id: string;
  statement: string;
  facts: string[];
  source: string;
  date: string;
  confidence: string;
  switch: string | null;
}

export interface Fact {
  statement: string;
  source: string;
  confidence: string;
}

/** One idea: our word for it, what it means, and what the clouds call it. */
export interface Word {
  id: string;
  term: string;
  meaning: string;
  azure: string;
  aws: string;
  facts: string[];
}

export interface Area {
  letter: string;
  cards: RuleCard[];
}

function holds(text: string, query: string): boolean {
  const here = text.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => here.includes(word));
}

/** Return the cards that hold every word typed, by area, in the order of their fact ids. */
export function areasOf(cards: readonly RuleCard[], facts: Readonly<Record<string, Fact>>, query: string): Area[] {
  const found = cards.filter((card) => holds([card.id, card.statement, card.source, ...card.facts.flatMap((id) => [id, facts[id]?.statement ?? "", facts[id]?.source ?? ""])].join(" "), query));
  const letters = [...new Set(found.map(letterOf))].sort();
  return letters.map((letter) => ({ letter, cards: found.filter((card) => letterOf(card) === letter).sort((a, b) => numberOf(a) - numberOf(b) || a.id.localeCompare(b.id)) }));
}

function letterOf(card: RuleCard): string {
  return (card.facts[0] ?? "~").slice(0, 1).toUpperCase();
}

function numberOf(card: RuleCard): number {
  return Number(/\d+/.exec(card.facts[0] ?? "")?.[0] ?? 0);
}

/** Return the words that hold every word typed. */
export function wordsOf(words: readonly Word[], query: string): Word[] {
  return words.filter((word) => holds([word.term, word.meaning, word.azure, word.aws, ...word.facts].join(" "), query));
}

/** Return the words that rest on one of some facts. */
export function wordsAbout(words: readonly Word[], facts: readonly string[]): Word[] {
  return words.filter((word) => word.facts.some((id) => facts.includes(id)));
}

export interface Placed {
  packet: number;
  step: Step;
}

/** Return the steps that a card decided, or that name one of its facts. */
export function restingOn(steps: readonly Placed[], card: string | null, facts: readonly string[]): Placed[] {
  return steps.filter(({ step }) => (card !== null && step.card === card) || step.facts.some((id) => facts.includes(id)));
}

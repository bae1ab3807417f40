import { describe, expect, it } from "vitest";

import { areasOf, restingOn, wordsAbout, wordsOf } from "./reference";
import type { Step } from "./types";

const card = (id: string, statement: string, facts: string[]) => ({ id, statement, facts, source: "Azure", date: "2026", confidence: "D", switch: null });
const CARDS = [card("peer", "A peering needs both links.", ["G1"]), card("prefix", "The longest prefix wins.", ["D20"]), card("system", "A system route for each range.", ["D2"])];
const FACTS = { D20: { statement: "Azure chooses by longest prefix match.", source: "Routing", confidence: "D" } };
const step = (card: string | null, facts: string[]): Step => ({ index: 0, card, facts }) as unknown as Step;

describe("finding rules and words", () => {
  it("groups cards by area, in the order of their facts", () => {
    expect(areasOf(CARDS, FACTS, "").map((area) => [area.letter, area.cards.map((one) => one.id)])).toEqual([["D", ["system", "prefix"]], ["G", ["peer"]]]);
  });

  it("looks into the facts too, and wants every word", () => {
    expect(areasOf(CARDS, FACTS, "LONGEST match").flatMap((area) => area.cards)).toEqual([CARDS[1]]);
    expect(areasOf(CARDS, FACTS, "longest peering")).toEqual([]);
  });

  it("finds words by what a cloud calls them, and by fact", () => {
    const words = [{ id: "appliance", term: "appliance", meaning: "A VM that forwards.", azure: "NVA", aws: "middlebox", facts: ["E5"] }];
    expect(wordsOf(words, "nva")).toEqual(words);
    expect(wordsAbout(words, ["E5"])).toEqual(words);
    expect(wordsAbout(words, ["D2"])).toEqual([]);
  });

  it("says which steps rest on a card", () => {
    const steps = [{ packet: 1, step: step("prefix", ["D1"]) }, { packet: 2, step: step(null, ["G1"]) }];
    expect(restingOn(steps, "prefix", ["D20"])).toEqual([steps[0]]);
    expect(restingOn(steps, "peer", ["G1"])).toEqual([steps[1]]);
  });
});

import { expect, it } from "vitest";

import { score } from "./fuzzy";

it("finds letters in order, and likes beginnings of words", () => {
  expect(score("xyz", "Add route table")).toBeNull();
  const best = (typed: string, names: string[]): string | undefined => names.map((name) => ({ name, value: score(typed, name) ?? -1e9 })).sort((a, b) => b.value - a.value)[0]?.name;
  expect(best("art", ["Add security group", "Add route table", "Start of a test"])).toBe("Add route table");
  expect(best("rou tab", ["Router of a site", "Add a round one", "Add route table"])).toBe("Add route table");
  expect(best("undo", ["Tidy up", "Undo", "Add a round one"])).toBe("Undo");
});

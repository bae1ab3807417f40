import { expect, it } from "vitest";

import { ranked, score } from "./fuzzy";

it("finds letters in order, and likes beginnings of words", () => {
  expect(score("xyz", "Add route table")).toBeNull();
  const best = (typed: string, names: string[]): string | undefined => names.map((name) => ({ name, value: score(typed, name) ?? -1e9 })).sort((a, b) => b.value - a.value)[0]?.name;
  expect(best("art", ["Add security group", "Add route table", "Start of a test"])).toBe("Add route table");
  expect(best("rou tab", ["Router of a site", "Add a round one", "Add route table"])).toBe("Add route table");
  expect(best("undo", ["Tidy up", "Undo", "Add a round one"])).toBe("Undo");
});

const rows = [
  ...["Add VM", "Add virtual network", "Add NIC", "Align left"].map((name) => ({ name, detail: "" })),
  ...[["VM fw", "fw"], ["VM add-on", "add-on"], ["Subnet vm", "vm"], ["NIC fw-nic", "fw-nic"], ["NIC n", "n"]].map(([name = "", called = ""]) => ({ name, called, detail: "10.0.0.4" })),
];

it.each([
  ["VM f", "VM fw"],
  ["add", "Add VM"],
  ["nic", "Add NIC"],
  ["add nic", "Add NIC"],
  ["virtual net", "Add virtual network"],
  ["fw", "VM fw"],
  ["add-on", "VM add-on"],
  ["vm fw", "VM fw"],
  ["vm", "Subnet vm"],
  ["fw-", "NIC fw-nic"],
])("%s finds first %s", (typed, first) => {
  expect(ranked(typed, rows, () => false)[0]?.name).toBe(first);
});

it("puts commands before things that only begin so, used lately or not", () => {
  const others = rows.filter(({ name }) => name !== "Subnet vm");
  expect(ranked("VM", others, (row) => row.name === "VM fw").map(({ name }) => name).slice(0, 2)).toEqual(["Add VM", "VM fw"]);
});

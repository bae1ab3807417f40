// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type Schema, offersAt } from "./offers";
import { placeAt } from "./place";

const schema = (name: string): Schema =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../../../docs/schemas", `${name}.schema.json`), "utf8")) as Schema;
const CHECKS = schema("checks");
const SOLUTION = schema("solution");

const offers = (whole: Schema, text: string) => {
  const [before = "", after = ""] = text.split("|");
  return offersAt(whole, placeAt(before.split("\n"), after.split("\n").slice(1)), ["web1", "app1"]);
};
const labels = (whole: Schema, text: string) => offers(whole, text).map((one) => one.label);

describe("what an author may write", () => {
  it("is the fields of a check that it does not have yet", () => {
    const found = labels(CHECKS, "checks:\n  - id: a\n    |\n    points: 10");
    expect(found).toEqual(expect.arrayContaining(["kind", "title", "check", "hidden"]));
    expect(found).not.toContain("id");
    expect(found).not.toContain("points");
  });

  it("is every verb, with what it means", () => {
    const found = offers(CHECKS, "checks:\n  - id: a\n    check:\n      |");
    const verbs = found.map((one) => one.label);
    expect(verbs).toEqual(expect.arrayContaining(["delivers", "drops", "visits", "avoids", "symmetric", "route", "prop", "count", "unchanged", "lost", "after", "forall", "never", "predict", "explain", "differs_at"]));
    expect(found.find((one) => one.label === "drops")?.info).toBe("The connection does not come about.");
  });

  it("is the values of an enumeration, and drop codes", () => {
    expect(labels(CHECKS, "checks:\n  - kind: |")).toContain("P");
    expect(labels(CHECKS, "checks:\n  - check:\n      drops: {flow: web1 -> app1, code: |")).toEqual(expect.arrayContaining(["NSG_IN", "ROUTE_NONE_SYSTEM"]));
    expect(labels(CHECKS, "checks:\n  - check:\n      drops:\n        packet: |")).toContain("answer");
  });

  it("is names of the drawing at the ends of a flow, and services after them", () => {
    expect(labels(CHECKS, "checks:\n  - check:\n      delivers: |")).toContain("web1");
    expect(labels(CHECKS, "checks:\n  - check:\n      delivers: web1 -> a|")).toContain("app1");
    expect(labels(CHECKS, "checks:\n  - check:\n      delivers: web1 -> app1 |")).toContain("tcp/443");
    expect(labels(CHECKS, "checks:\n  - check:\n      all:\n        - delivers: web1 -> |")).toContain("app1");
  });

  it("is inserted as YAML that goes on at the right depth", () => {
    const found = offers(CHECKS, "checks:\n  - id: a\n    |");
    expect(found.find((one) => one.label === "title")?.text).toBe("title: ");
    expect(found.find((one) => one.label === "check")?.text).toBe("check:\n      ");
  });

  it("is edits of a solution", () => {
    expect(labels(SOLUTION, "edits:\n  - |")).toContain("add_vm");
    expect(labels(SOLUTION, "edits:\n  - add_vm: {|")).toEqual(expect.arrayContaining(["name", "subnet"]));
    expect(offers(SOLUTION, "|").find((one) => one.label === "edits")?.text).toBe("edits:\n  - ");
  });

  it("says what a field is for, from the description of its object", () => {
    expect(offers(CHECKS, "checks:\n  - check:\n      drops:\n        |").find((one) => one.label === "at")?.info).toMatch(/^where it ends/);
  });

  it("is nothing where no schema reaches", () => {
    expect(labels(CHECKS, "no-such-key:\n  |")).toEqual([]);
  });
});

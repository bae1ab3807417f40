// @vitest-environment node
import { describe, expect, it } from "vitest";

import { ITEM, placeAt } from "./place";

/** The place of the bar in a text. */
const at = (text: string) => {
  const [before = "", after = ""] = text.split("|");
  return placeAt(before.split("\n"), after.split("\n").slice(1));
};

describe("where the cursor stands", () => {
  it("is at the top of an empty text", () => {
    expect(at("|")).toMatchObject({ path: [], writes: "key", typed: "", indent: 0 });
  });

  it("is in an item whose first key stands beside the dash", () => {
    const place = at("checks:\n  - id: a\n    ki|\n    title: x\n  - id: b\n    points: 3");
    expect(place).toMatchObject({ path: ["checks", ITEM], writes: "key", typed: "ki", indent: 4 });
    expect(place.taken).toEqual(["id", "title"]);
  });

  it("is the first key of an item", () => {
    expect(at("checks:\n  - id: a\n  - |")).toMatchObject({ path: ["checks", ITEM], typed: "", indent: 4 });
    expect(at("checks:\n- |")).toMatchObject({ path: ["checks", ITEM], indent: 2 });
  });

  it("is after a colon", () => {
    expect(at("checks:\n  - kind: |")).toMatchObject({ path: ["checks", ITEM, "kind"], writes: "value", typed: "" });
  });

  it("passes over deeper lines, comments and empty lines", () => {
    const text = "checks:\n  - id: a\n    check:\n      all:\n        - delivers: a -> b\n\n# why\n    po|";
    expect(at(text)).toMatchObject({ path: ["checks", ITEM], typed: "po", taken: ["check", "id"] });
  });

  it("is deep in verbs inside verbs", () => {
    const text = "checks:\n  - check:\n      after:\n        changes:\n          - stop: fw1\n        check:\n          |";
    expect(at(text).path).toEqual(["checks", ITEM, "check", "after", "check"]);
  });

  it("is between braces and brackets", () => {
    expect(at("      drops: {flow: a -> b tcp/22, co|")).toMatchObject({ path: ["drops"], writes: "key", typed: "co", taken: ["flow"], inline: true });
    expect(at("      drops: {flow: a -> b tcp/22, code: NSG|")).toMatchObject({ path: ["drops", "code"], writes: "value", typed: "NSG" });
    expect(at("      visits: {flow: a -> b, stops: [fw, w|").path).toEqual(["visits", "stops", ITEM]);
    expect(at("fails: [one, t|")).toMatchObject({ path: ["fails", ITEM], typed: "t" });
    expect(at("edits:\n  - add_vm: {name: b, sub|")).toMatchObject({ path: ["edits", ITEM, "add_vm"], typed: "sub", taken: ["name"] });
  });

  it("is after braces that were closed", () => {
    expect(at("drops: {flow: a -> b, code: [X, Y], |").path).toEqual(["drops"]);
  });
});

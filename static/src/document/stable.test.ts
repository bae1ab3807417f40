import { expect, it } from "vitest";

import { same, stable } from "./stable";

it("does not look at the order of keys, nor at what is null", () => {
  expect(same({ a: 1, b: { c: [1, { d: 2, e: 3 }] } }, { b: { c: [1, { e: 3, d: 2 }] }, a: 1, f: null })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({ a: "1" }, { a: 1 })).toBe(false);
  expect(stable(undefined)).toBe("null");
});

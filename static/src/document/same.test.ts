import { expect, it } from "vitest";

import { same } from "./same";

it("does not look at the order of keys, nor at what is null", () => {
  expect(same({ a: 1, b: { c: [1, { d: 2, e: 3 }] } }, { b: { c: [1, { e: 3, d: 2 }] }, a: 1, f: null })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({ a: "1" }, { a: 1 })).toBe(false);
  expect(same(undefined, null)).toBe(true);
  expect(same({ a: null }, { b: 0 })).toBe(false);
  expect(same({ a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] })).toBe(false);
  expect([same([], {}), same({}, []), same(null, {}), same({ a: {} }, { a: null }), same([1], [1, 2])]).toEqual([false, false, false, false, false]);
});

import { describe, expect, it } from "vitest";

import { follow } from "./told";

const SECOND = 1_000_000;

describe("the clock behind what is told", () => {
  it("runs at its pace and never ahead of it", () => {
    expect(follow(0, SECOND, 1, 0.1)).toBe(0.1 * SECOND);
    expect(follow(0.95 * SECOND, SECOND, 1, 0.1)).toBe(SECOND);
    expect(follow(2 * SECOND, SECOND, 1, 0.1)).toBe(SECOND);
  });
  it("catches up when it is late, and jumps when it is lost", () => {
    expect(follow(0, 30 * SECOND, 15, 0.1)).toBeCloseTo(1.8 * SECOND);
    expect(follow(0, 300 * SECOND, 15, 0.1)).toBe(285 * SECOND);
  });
  it("stands where the race stands", () => {
    expect(follow(0, 5 * SECOND, 0, 0.1)).toBe(5 * SECOND);
  });
});

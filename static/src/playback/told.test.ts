import { describe, expect, it } from "vitest";

import { runOn } from "./told";

const SECOND = 1_000_000;

describe("the clock between two words of the truth", () => {
  it("runs on at its pace, for a while", () => {
    expect(runOn(0, SECOND, 5, 0.2)).toBe(2 * SECOND);
    expect(runOn(0, SECOND, 5, 60)).toBe(8.5 * SECOND);
  });
  it("waits where it is a little ahead, and goes back where it is far ahead", () => {
    expect(runOn(1.4 * SECOND, SECOND, 1, 0)).toBe(1.4 * SECOND);
    expect(runOn(30 * SECOND, SECOND, 1, 0)).toBe(SECOND);
  });
  it("jumps to the truth where it was behind", () => {
    expect(runOn(0, 300 * SECOND, 1, 0)).toBe(300 * SECOND);
  });
  it("stands exactly where a paused race stands", () => {
    expect(runOn(1.2 * SECOND, SECOND, 0, 3)).toBe(SECOND);
  });
});

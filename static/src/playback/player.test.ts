import { describe, expect, it } from "vitest";

import { keyed } from "./player";

describe("keys of the player", () => {
  it("move by a step and stay inside", () => {
    expect(keyed("ArrowRight", 4, 10, 1)).toBe(5);
    expect(keyed("ArrowRight", 10, 10, 1)).toBe(10);
    expect(keyed("ArrowLeft", 0, 10, 1)).toBe(0);
  });
  it("jump to both ends", () => {
    expect(keyed("Home", 4, 10, 1)).toBe(0);
    expect(keyed("End", 4, 10, 1)).toBe(10);
  });
  it("leave other keys alone", () => {
    expect(keyed("x", 4, 10, 1)).toBeNull();
  });
});

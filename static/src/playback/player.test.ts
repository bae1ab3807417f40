import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { keyed, usePlayer } from "./player";

// What still plays would draw after the page of the test is gone.
afterEach(cleanup);

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

describe("a player that is used again", () => {
  it("plays a second run from its beginning, also while the first still plays", () => {
    const { result, rerender } = renderHook(({ end }) => usePlayer(end, 1, 1), { initialProps: { end: 5 } });
    act(() => { result.current.restart(); });
    expect(result.current.playing).toBe(true);
    act(() => { result.current.seek(5); });
    rerender({ end: 30 });
    act(() => { result.current.restart(); });
    expect(result.current.playing).toBe(true);
    expect(result.current.at).toBe(0);
    act(() => { result.current.restart(); });
    expect(result.current.playing).toBe(true);
  });
});

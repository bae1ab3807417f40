import { describe, expect, it } from "vitest";

import { nearView } from "./detail";

const PANE = { width: 1000, height: 600 };
const frame = (x: number, y: number): { x: number; y: number; width: number; height: number } => ({ x, y, width: 200, height: 100 });

describe("a frame near the view", () => {
  it("is one in the pane, or a little beside it", () => {
    expect(nearView(frame(0, 0), [0, 0, 1], PANE)).toBe(true);
    expect(nearView(frame(1100, 0), [0, 0, 1], PANE)).toBe(true);
    expect(nearView(frame(-300, 0), [0, 0, 1], PANE)).toBe(true);
  });

  it("is none that is farther away", () => {
    expect(nearView(frame(1200, 0), [0, 0, 1], PANE)).toBe(false);
    expect(nearView(frame(0, 800), [0, 0, 1], PANE)).toBe(false);
    expect(nearView(frame(-500, 0), [0, 0, 1], PANE)).toBe(false);
  });

  it("follows the view as it moves and comes nearer", () => {
    expect(nearView(frame(1200, 0), [-400, 0, 1], PANE)).toBe(true);
    expect(nearView(frame(1200, 0), [0, 0, 0.5], PANE)).toBe(true);
    expect(nearView(frame(900, 0), [0, 0, 2], PANE)).toBe(false);
  });
});

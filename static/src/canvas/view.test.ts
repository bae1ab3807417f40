import { describe, expect, it } from "vitest";

import { drawing } from "../document/drawing";
import { boxes, layout } from "./layout";
import { around, inView } from "./view";

describe("what is in view", () => {
  const pane = { width: 400, height: 300 };
  it("counts zoom, place and what is covered", () => {
    const box = { x: 100, y: 100, width: 100, height: 50 };
    expect(inView(box, [0, 0, 1], pane)).toBe(true);
    expect(inView(box, [0, 0, 1], pane, 250)).toBe(false);
    expect(inView(box, [-150, 0, 1], pane)).toBe(false);
    expect(inView(box, [0, 0, 3], pane)).toBe(false);
  });
  it("is a box around boxes", () => {
    expect(around([{ x: 0, y: 0, width: 10, height: 10 }, { x: 20, y: -5, width: 10, height: 10 }])).toEqual({ x: 0, y: -5, width: 30, height: 15 });
    expect(around([])).toBeNull();
  });
});

describe("the Internet", () => {
  const shown = drawing({ topology: { vnets: { a: { name: "a", address_space: ["10.0.0.0/16"] } } } });
  it("is drawn above the frames when a packet ends there, and moves nothing", () => {
    const without = boxes(layout(shown, null));
    const places = boxes(layout(shown, null, true));
    expect(without.has("internet")).toBe(false);
    expect(places.get("vnets/a")).toEqual(without.get("vnets/a"));
    const internet = places.get("internet");
    expect((internet?.y ?? 0) + (internet?.height ?? 0)).toBeLessThan(places.get("vnets/a")?.y ?? -1);
  });
});

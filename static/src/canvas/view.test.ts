import { describe, expect, it } from "vitest";

import { drawing } from "../document/drawing";
import { boxes, layout } from "./layout";
import { around, inView, shown } from "./view";

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

describe("what is shown of a packet's way", () => {
  const whole = { x: 0, y: 0, width: 4000, height: 300 };
  const zoom = (box: { width: number }): number => 400 / box.width;
  it("is the way alone where the whole would be small", () => {
    const way = { x: 0, y: 0, width: 1000, height: 300 };
    expect(shown(way, whole, zoom)).toBe(way);
  });
  it("is the whole drawing where the way is hardly larger, or the names can be read", () => {
    expect(shown({ x: 500, y: 0, width: 3200, height: 300 }, whole, zoom)).toBe(whole);
    const small = { x: 0, y: 0, width: 600, height: 300 };
    expect(shown({ x: 0, y: 0, width: 100, height: 50 }, small, zoom)).toBe(small);
    expect(shown(null, whole, zoom)).toBe(whole);
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

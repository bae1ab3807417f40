import { describe, expect, it } from "vitest";

import { drawing } from "../document/drawing";
import { type Box, boxes, layout } from "./layout";
import { around, centred, inView, shown } from "./view";

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
  const frame = (x: number, width = 400): Box => ({ x, y: 0, width, height: 300 });
  const card = (x: number): Box => ({ x: x + 100, y: 100, width: 160, height: 60 });
  const zoom = (box: Box): number => 400 / box.width;
  const places = new Map([0, 1000, 3600].flatMap((x): [string, Box][] => [[`vnets/${String(x)}`, frame(x)], [`vms/${String(x)}`, card(x)]]));
  const whole = { x: 0, y: 0, width: 4000, height: 300 };
  it("is the way with its whole networks, and not those it does not go through", () => {
    expect(shown([card(0), card(1000)], places, zoom)).toEqual({ x: 0, y: 0, width: 1400, height: 300 });
  });
  it("is the way alone where its networks are far larger", () => {
    const large = new Map([["vnets/a", frame(0, 4000)], ["vms/a", card(0)], ["vms/b", card(1000)]]);
    expect(shown([card(0), card(1000)], large, zoom)).toEqual({ x: 100, y: 100, width: 1160, height: 60 });
  });
  it("is the whole drawing without a way, where the way is hardly larger, and where the names can be read", () => {
    expect(shown([], places, zoom)).toEqual(whole);
    expect(shown([card(0), card(3600)], places, zoom)).toEqual(whole);
    const small = new Map([["vnets/a", frame(0)], ["vms/a", card(0)]]);
    expect(shown([card(0)], small, zoom)).toEqual(frame(0));
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

describe("what is chosen elsewhere", () => {
  const pane = { width: 800, height: 600 };
  it("comes into the middle, near enough to be read, and a view that is nearer stays so", () => {
    expect(centred({ x: 1000, y: 1000, width: 160, height: 60 }, pane, 0.05)).toEqual({ x: 400 - 1080 * 0.7, y: 300 - 1030 * 0.7, zoom: 0.7 });
    expect(centred({ x: 1000, y: 1000, width: 160, height: 60 }, pane, 1.5).zoom).toBe(1.5);
  });
  it("is shown whole where it fits, else from its beginning", () => {
    const { zoom } = centred({ x: 0, y: 0, width: 1100, height: 400 }, pane, 0.05);
    expect(zoom).toBeCloseTo(688 / 1100);
    expect(centred({ x: 1000, y: 2000, width: 3000, height: 4000 }, pane, 0.05)).toEqual({ x: 56 - 600, y: 56 - 1200, zoom: 0.6 });
  });
});

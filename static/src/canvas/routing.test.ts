import { describe, expect, it } from "vitest";

import type { Box } from "./layout";
import { along, crosses, labelPoint, overlaps, piecesOf, way } from "./routing";
import { overlaid } from "./overlaid";
import { labelBox, labelSpot } from "./routed";

const box = (x: number, y: number, width = 100, height = 50): Box => ({ x, y, width, height });

describe("a line between two boxes", () => {
  it("is straight and ends at the borders where nothing is in the way", () => {
    expect(way(box(0, 0), box(300, 0), [box(0, 200)])).toEqual([
      { x: 100, y: 25 },
      { x: 300, y: 25 },
    ]);
  });
  it("goes around a card", () => {
    const between = box(180, -10, 60, 60);
    const points = way(box(0, 0), box(300, 0), [between]);
    expect(points.length).toBeGreaterThan(2);
    for (const [a, b] of piecesOf(points)) expect(crosses(a, b, between)).toBe(false);
  });
  it("does not go around the frame that holds an end", () => {
    expect(way(box(0, 0), box(300, 0), [box(-50, -50, 200, 200)])).toHaveLength(2);
  });
  it("has its words beside cards", () => {
    const { x } = labelSpot([{ x: 0, y: 0 }, { x: 400, y: 0 }], "10.0.0.0/8", [box(150, -20)]);
    expect(x < 150 || x > 250).toBe(true);
  });
  it.each([0, 20])("has its words beside those of other lines, however many there are (%i apart)", (apart) => {
    const words = "10.124.1.0/24, 10.124.2.0/24";
    const said: Box[] = [];
    for (let line = 0; line < 12; line++) {
      const points = [{ x: line * apart, y: 0 }, { x: 0, y: 30 }];
      const here = labelBox(labelSpot(points, words, [box(-200, 30, 400, 50)], said), words);
      expect(said.filter((one) => overlaps(one, here))).toEqual([]);
      said.push(here);
    }
  });
  it("has its words close to it where there is no room on it", () => {
    const line = [{ x: 0, y: 0 }, { x: 0, y: 60 }];
    const [cards, words] = [[box(-100, 60, 200, 50)], "10.0.0.0/8"];
    const full = [labelBox({ x: 0, y: 30 }, words), labelBox({ x: 0, y: 12 }, words), labelBox({ x: 0, y: 48 }, words)];
    const spot = labelSpot(line, words, cards, full);
    expect(Math.abs(spot.y - 30)).toBeLessThan(60);
    expect([...cards, ...full].filter((one) => overlaps(one, labelBox(spot, words)))).toEqual([]);
  });
  it("has its label and its marks on it", () => {
    const points = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 100 }];
    expect(labelPoint(points)).toEqual({ x: 10, y: 50 });
    expect(along(points, 0.5)).toEqual({ x: 10, y: 45 });
  });
});

describe("the way of a packet", () => {
  it("touches borders and leaves names free", () => {
    const [piece] = overlaid([box(0, 0), box(300, 0)], [], 0).pieces;
    expect(piece?.[0]?.x).toBe(100);
    expect(piece?.at(-1)?.x).toBe(300);
  });
  it("skips frames that hold the next card", () => {
    expect(overlaid([box(0, 0), box(250, -50, 300, 200), box(300, 0)], [], 0).pieces).toHaveLength(1);
  });
  it("shows where a packet is that went nowhere", () => {
    expect(overlaid([box(0, 0)], [], 0).here).toEqual({ x: 50, y: 0 });
  });
});

import { describe, expect, it } from "vitest";

import hub from "../../../sandbox/scenarios/seeds/hub-and-spokes.json";
import { drawing } from "../document/drawing";
import { atFrames, edges } from "./edges";
import { layout } from "./layout";

const shown = drawing(hub);
const all = edges(shown);
const drawn = (folded: string[]): Set<string> =>
  new Set(layout(shown, Object.fromEntries(folded.map((path) => [path, { x: 0, y: 0, folded: true }]))).map((item) => item.path));

describe("lines of folded frames", () => {
  it("are as they are where nothing is folded", () => {
    expect(atFrames(all, shown, drawn([]))).toEqual(all);
  });

  it.each([["subnet", shown.vnets.flatMap((vnet) => vnet.subnets.map((subnet) => subnet.path))], ["network", shown.vnets.map((vnet) => vnet.path)]])("end at every folded %s", (_, folded) => {
    const paths = drawn(folded);
    const hidden = all.filter((edge) => !paths.has(edge.source) || !paths.has(edge.target));
    expect(hidden.length).toBeGreaterThan(0);
    const lines = atFrames(all, shown, paths);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(paths).toContain(line.source);
      expect(paths).toContain(line.target);
      expect(line.source).not.toBe(line.target);
    }
    expect(lines.some((line) => folded.includes(line.target) && hidden.some((edge) => edge.id === line.id))).toBe(true);
  });
});

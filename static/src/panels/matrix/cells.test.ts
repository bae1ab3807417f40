import { describe, expect, it } from "vitest";

import type { Bits, Table } from "../../protocol/columns";
import { cellOf, changesIn, matching, matrixOf, pairOf, portsOf, sides } from "./cells";

function bits(rows: number[][]): Bits {
  return { width: rows.length, bytes: Uint8Array.from(rows.map((row) => row.reduce((sum, value, place) => sum | (value << place), 0))) };
}

function table(name: string, rows: number, more: Partial<Table>): Table {
  return { name, rows, about: {}, numbers: {}, texts: {}, bits: {}, ...more };
}

/** web1 and web2 are alike, db is alone. */
function tables(reaches: number[][], answered: number[][]): Table[] {
  const about = { protocol: "tcp", port: 443 };
  return [
    table("vms", 3, { texts: { id: ["db", "web1", "web2"] }, numbers: { class: Uint32Array.of(1, 0, 0) } }),
    table("classes", 2, { texts: { first: ["web1", "db"], why: ["same subnet", ""] }, numbers: { vms: Uint32Array.of(2, 1) } }),
    table("cells", 2, { about, numbers: { own: Uint8Array.of(1, 1) }, bits: { reaches: bits(reaches) } }),
    table("answered", 2, { about, bits: { answered: bits(answered) } }),
    table("unknown", 1, { about, numbers: { source: Uint32Array.of(1), destination: Uint32Array.of(0) } }),
  ];
}

function read(reaches: number[][], answered: number[][]) {
  const matrix = matrixOf(tables(reaches, answered));
  const port = matrix?.ports[0];
  if (!matrix || !port) throw new Error("no matrix");
  return { matrix, port };
}

describe("a matrix", () => {
  const { matrix, port } = read([[1, 1], [0, 1]], [[0, 1], [0, 1]]);

  it("is read by class from the columns", () => {
    expect(matrix.protocol).toBe("tcp");
    expect(matrix.groups).toEqual([{ vms: ["web1", "web2"], why: "same subnet" }, { vms: ["db"], why: "" }]);
    expect(cellOf(matrix, port, 0, 1)).toBe("delivered");
    expect(cellOf(matrix, port, 0, 0)).toBe("no answer");
    expect(cellOf(matrix, port, 1, 0)).toBe("not modelled");
    expect(cellOf(matrix, port, 1, 1)).toBe("self");
    expect(matrixOf([])).toBeNull();
  });

  it("names two VMs that stand for two classes", () => {
    expect(pairOf(matrix, 0, 1)).toEqual(["web1", "db"]);
    expect(pairOf(matrix, 0, 0)).toEqual(["web1", "web2"]);
    expect(pairOf(matrix, 1, 1)).toBeNull();
  });

  it("tells what fared otherwise before", () => {
    const before = read([[1, 0], [0, 1]], [[0, 0], [0, 1]]);
    expect([...changesIn(matrix, port, before.matrix, before.port)]).toEqual([1]);
    expect([...changesIn(matrix, port, matrix, port)]).toEqual([]);
  });

  it("takes VMs that were not there as reached by nobody", () => {
    const before = { ...matrix, classOf: new Map([["db", 1]]) };
    expect([...changesIn(matrix, port, before, port)]).toEqual([0, 1, 2]);
  });

  it("is filtered by the names of its VMs", () => {
    const name = (vm: string): string => (vm === "db" ? "Database" : vm);
    expect(matching(matrix, "WEB2", name)).toEqual([0]);
    expect(matching(matrix, " base", name)).toEqual([1]);
    expect(matching(matrix, "", name)).toEqual([0, 1]);
    expect(sides("web > db")).toEqual(["web ", " db"]);
    expect(sides("web")).toEqual(["web", ""]);
  });

  it("is asked about ports as people write them", () => {
    expect(portsOf("443")).toEqual([443]);
    expect(portsOf("22, 443 22")).toEqual([22, 443]);
    expect(portsOf(" ")).toBe("interesting");
    expect(portsOf("70000")).toBeNull();
    expect(portsOf("http")).toBeNull();
  });
});

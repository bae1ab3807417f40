import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { update } from "../../document/store";
import type { Run } from "../../document/types";
import type { Table } from "../../protocol/columns";
import { matrixOf } from "./cells";
import { type Result, askedWith, unseenIn, usual } from "./results";

const EDITOR = { edit: true, run: true, share: true, fork: false };
const RULE = [{ op: "replace" as const, path: "/topology/security_groups/g/rules/web/access", value: "Deny" }];
const MOVED = [{ op: "add" as const, path: "/layout/vms~1a", value: { x: 1, y: 2, folded: false } }];

/** Two VMs; `reaches` has a row for each sender, the lowest bit the first receiver. */
function result(reaches: number[], port = 443): Result {
  const tables = [
    { name: "vms", rows: 2, about: {}, numbers: { class: new Uint32Array([0, 1]) }, texts: { id: ["a", "b"] }, bits: {} },
    { name: "classes", rows: 2, about: {}, numbers: {}, texts: { why: ["", ""] }, bits: {} },
    { name: "cells", rows: 2, about: { protocol: "tcp", port }, numbers: {}, texts: {}, bits: { reaches: { width: 2, bytes: new Uint8Array(reaches) } } },
  ] as unknown as Table[];
  const matrix = matrixOf(tables);
  if (!matrix) throw new Error("no matrix");
  return { run: { id: String(reaches), revision: 1 } as Run, matrix, follows: true };
}

beforeEach(() => {
  update({ can: EDITOR, document: { traffic: {} } });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the matrix in the background", () => {
  it("is asked with edits that may change forwarding, of what the drawing's traffic wants", () => {
    expect(askedWith([MOVED])).toBeNull();
    expect(askedWith([MOVED, RULE])).toEqual({ protocol: "tcp", ports: [443] });
    update({ document: { traffic: { one: { source: "vms/a", destination: "vms/b", protocol: "udp", destination_port: 53 } } } });
    expect(askedWith([RULE])).toEqual({ protocol: "udp", ports: [53] });
    update({ document: { traffic: { one: { source: "vms/a", destination: "vms/b", protocol: "icmp" } } } });
    expect(usual()).toEqual({ protocol: "icmp", ports: null });
  });

  it("is not asked while nobody can see the page, nor by who may not run", () => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    expect(askedWith([RULE])).toBeNull();
    vi.restoreAllMocks();
    expect(askedWith([RULE])).not.toBeNull();
    update({ can: { ...EDITOR, run: false } });
    expect(askedWith([RULE])).toBeNull();
  });

  it("says how many pairs fare otherwise since somebody looked", () => {
    const [both, none] = [result([0b10, 0b01]), result([0b00, 0b01])];
    expect(unseenIn({ shown: none, seen: both })).toBe(1);
    expect(unseenIn({ shown: both, seen: both })).toBe(0);
    expect(unseenIn({ shown: both, seen: result([0b10, 0b01]) })).toBe(0);
    expect(unseenIn({ shown: both, seen: null })).toBe(0);
    expect(unseenIn({ shown: result([0, 0], 22), seen: both })).toBe(0);
  });
});

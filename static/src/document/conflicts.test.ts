import { describe, expect, it } from "vitest";

import { conflictsOf, fitting, goneAt, isDone, takeTheirs } from "./conflicts";
import { applied } from "./patch";
import type { JsonObject } from "./types";

const before: JsonObject = { name: "a", topology: { vms: { web: { name: "web" }, db: { name: "db" } } } };

describe("two people at one place", () => {
  it("meet where both changed the same, and nowhere else", () => {
    const theirs: JsonObject = { name: "b", topology: { vms: { web: { name: "web" }, db: { name: "theirs" } } } };
    const patch = [
      { op: "replace" as const, path: "/topology/vms/web/name", value: "mine" },
      { op: "replace" as const, path: "/topology/vms/db/name", value: "mine" },
    ];
    const found = conflictsOf(patch, before, theirs);
    expect(found).toEqual([{ pointer: "/topology/vms/db/name", mine: "mine", theirs: "theirs" }]);
    expect(found.flatMap(takeTheirs)).toEqual([{ op: "add", path: "/topology/vms/db/name", value: "theirs" }]);
  });

  it("leaves out what was deleted meanwhile, and keeps what brings its own place", () => {
    const theirs: JsonObject = { name: "a", topology: { vms: { web: { name: "web" } } } };
    const patch = [
      { op: "replace" as const, path: "/topology/vms/db/name", value: "mine" },
      { op: "add" as const, path: "/topology/vms/new", value: { name: "new" } },
      { op: "add" as const, path: "/topology/vms/new/guest", value: {} },
    ];
    expect(fitting(patch, theirs).map((operation) => operation.path)).toEqual(["/topology/vms/new", "/topology/vms/new/guest"]);
  });

  it("know what is done already; of a list nobody knows", () => {
    const there: JsonObject = { name: "a", list: ["x"], topology: { vms: { web: { name: "web", zone: null } } } };
    expect(isDone({ op: "add", path: "/topology/vms/web", value: { name: "web" } }, there)).toBe(true);
    expect(isDone({ op: "replace", path: "/name", value: "b" }, there)).toBe(false);
    expect(isDone({ op: "remove", path: "/gone" }, there)).toBe(false);
    expect(isDone({ op: "add", path: "/topology/vms/db", value: null }, there)).toBe(false);
    expect(isDone({ op: "add", path: "/list/0", value: "x" }, there)).toBe(false);
  });

  it("bring back what was deleted, with what went along and its place, and nothing else", () => {
    const nic = (vm: string): JsonObject => ({ vm, subnet: "s" });
    const kept: JsonObject = { subnets: { s: {} }, nics: { m: nic("db") } };
    const mine: JsonObject = { layout: { "vms/web": { x: 1, y: 2 } }, topology: { ...kept, vms: { web: { name: "mine" }, db: {} }, nics: { n: nic("web"), m: nic("db") } } };
    const theirs: JsonObject = { layout: {}, topology: { ...kept, vms: { db: {} } } };
    const { pointer, back } = goneAt("/topology/vms/web/name", mine, theirs);
    expect(pointer).toBe("/topology/vms/web");
    expect(applied(theirs, back)).toEqual(mine);
  });

  it("bring back no entry of a list, for it has no name", () => {
    const list = (...groups: string[]): JsonObject => ({ topology: { nics: { n: { groups } } } });
    expect(goneAt("/topology/nics/n/groups/1", list("a", "mine"), list("a")).back).toEqual([]);
  });
});

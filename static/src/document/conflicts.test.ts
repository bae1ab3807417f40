import { describe, expect, it } from "vitest";

import { conflictsOf, fitting, isDone, takeTheirs } from "./conflicts";
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
});

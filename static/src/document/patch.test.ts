import { describe, expect, it } from "vitest";

import { applied, between, inverse, valueAt } from "./patch";
import type { Json, JsonObject, Operation } from "./types";

const document: Json = { profile: "azure-2026", topology: { nics: { a: { ip_forwarding: false, groups: ["x", "y"] } } } };

describe("inverse", () => {
  const patches: Operation[][] = [
    [{ op: "replace", path: "/profile", value: "aws" }],
    [{ op: "add", path: "/switches", value: {} }, { op: "add", path: "/switches/mtu", value: 1400 }],
    [{ op: "remove", path: "/topology/nics/a" }],
    [{ op: "add", path: "/topology/nics/a/groups/-", value: "z" }],
    [{ op: "add", path: "/topology/nics/a/groups/0", value: "z" }, { op: "remove", path: "/topology/nics/a/groups/2" }],
    [{ op: "add", path: "/topology/nics/b~1c", value: { ip_forwarding: true } }],
  ];
  it.each(patches.map((patch) => [patch]))("takes %j back", (patch) => {
    const changed = applied(document, patch);
    expect(changed).not.toEqual(document);
    expect(applied(changed, inverse(document, patch))).toEqual(document);
  });
});

describe("between", () => {
  const vms = (names: string[], power: string): JsonObject => Object.fromEntries(names.map((name) => [name, { power, a: power, b: power }]));
  const from: JsonObject = { name: "a", topology: { vms: vms(["web", "db"], "on") }, notes: { "x/y": {} } };
  const to: JsonObject = { name: "a", topology: { vms: { web: { power: "off", a: "on", b: "on" }, new: {} }, nics: {} } };

  it("touches only what differs", () => {
    expect(between(from, to)).toEqual([
      { op: "replace", path: "/topology/vms/web/power", value: "off" },
      { op: "remove", path: "/topology/vms/db" },
      { op: "add", path: "/topology/vms/new", value: {} },
      { op: "add", path: "/topology/nics", value: {} },
      { op: "remove", path: "/notes" },
    ]);
    expect(applied(from, between(from, to))).toEqual(to);
  });

  it("replaces whole things where the server would not take so many operations", () => {
    const names = Array.from({ length: 700 }, (_, index) => `vm${index}`);
    const [many, other] = [{ topology: { vms: vms(names, "on") } }, { topology: { vms: vms(names, "off") } }];
    const patch = between(many, other);
    expect(patch).toHaveLength(700);
    expect(applied(many, patch)).toEqual(other);
  });
});

describe("valueAt", () => {
  it("is undefined where there is nothing", () => {
    expect(valueAt(document, "/topology/vms/a")).toBeUndefined();
    expect(valueAt(document, "/topology/nics/a/groups/1")).toBe("y");
  });
});

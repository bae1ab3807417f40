import { describe, expect, it } from "vitest";

import { applied, inverse, valueAt } from "./patch";
import type { Json, Operation } from "./types";

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

describe("valueAt", () => {
  it("is undefined where there is nothing", () => {
    expect(valueAt(document, "/topology/vms/a")).toBeUndefined();
    expect(valueAt(document, "/topology/nics/a/groups/1")).toBe("y");
  });
});

import { describe, expect, it } from "vitest";

import { pieceOf, placeOf } from "../grammar";
import { applied } from "../patch";
import { at } from "../raw";
import type { JsonObject } from "../types";
import { add, isEdit } from "./add";
import { rehome } from "./rehome";

function put(document: JsonObject, piece: string, selection: string | null): JsonObject {
  const result = add(document, pieceOf(piece), placeOf(document, selection));
  if (!isEdit(result)) throw new Error(result.reason);
  return applied(document, result.patch) as JsonObject;
}

/** [vm1] in subnet1 beside subnet2, both of the hub; vm1 was placed by hand. */
function network(): JsonObject {
  let document = put({ schema: 1, name: "x", topology: {} }, "vnet", null);
  document = put(put(document, "subnet", "vnets/hub"), "subnet", "vnets/hub");
  return { ...put(document, "vm", "subnets/subnet1"), layout: { "vms/vm1": { x: 400, y: 300, folded: false } } };
}

describe("moving into another frame by key", () => {
  it("takes an address there and lets the layout choose the place", () => {
    const document = network();
    const moved = rehome(document, "vms/vm1", placeOf(document, "subnets/subnet2"), null);
    if (!moved || "reason" in moved) throw new Error("it does not move");
    expect(moved.words).toBe("Move to subnet2, 10.0.1.4");
    const after = applied(document, moved.patch) as JsonObject;
    expect(at(after, "nics/vm1-nic/subnet")).toBe("subnet2");
    expect(after.layout).toEqual({});
  });

  it("stays where it is, or says why it cannot go", () => {
    const document = network();
    expect(rehome(document, "vms/vm1", placeOf(document, "subnets/subnet1"), null)).toBeNull();
    expect(rehome(document, "subnets/subnet1", placeOf(document, "subnets/subnet2"), null)).toBeNull();
  });
});

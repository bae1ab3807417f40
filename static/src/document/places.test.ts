import { describe, expect, it } from "vitest";

import { placesOf } from "./places";

const drawing = { topology: { vms: { a: {} }, route_tables: { b: { routes: { c: {} } } } } };

describe("placesOf", () => {
  it("takes the resource of each place, once, and leaves out what is not drawn", () => {
    const address = "https://x.test/s/1?select=route_tables/b/routes/c,vms/a,vms/a/guest/forwarding,vms/gone,vms,__proto__/x";
    expect(placesOf(address, drawing)).toEqual(["route_tables/b", "vms/a"]);
  });
  it("is empty where the address names none", () => {
    expect(placesOf("https://x.test/s/1", drawing)).toEqual([]);
  });
});

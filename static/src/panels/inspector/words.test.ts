import { describe, expect, it } from "vitest";

import { choiceWords } from "./Switches";
import { label, unknownField, written } from "./words";

describe("fields as words", () => {
  it("lose underscores and gain units", () => {
    expect([label("interval_s"), written(5, "interval_s")]).toEqual(["Interval", "5 s"]);
    expect([label("at_us"), written(60_000_000, "at_us")]).toEqual(["At", "60 s"]);
    expect(label("ip_forwarding")).toBe("IP forwarding");
    expect(label("next_hop_ip")).toBe("Next hop IP");
  });
  it("are hidden where the profile has nothing for them", () => {
    expect(unknownField("load_balancers", "cross_zone", { cross_zone: "J16" })).toBe(true);
    expect(unknownField("gateways", "route_table", { gateway_route_table: "D63" })).toBe(true);
    expect(unknownField("subnets", "route_table", { gateway_route_table: "D63" })).toBe(false);
  });
});

describe("options of switches", () => {
  it("are plain words", () => {
    expect([true, "half-a-minute", "docs2024"].map((choice) => choiceWords(choice))).toEqual(["yes", "half a minute", "list of 2024"]);
  });
});

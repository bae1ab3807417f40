import { describe, expect, it } from "vitest";

import { firstFlow } from "./traffic";

describe("the flow that is meant", () => {
  it("is one of a VM, whatever the order of the keys", () => {
    const inbound = { source: "hosts/client" };
    const outbound = { source: "vms/web1" };
    expect(firstFlow({ outbound, inbound })?.id).toBe("outbound");
    expect(firstFlow({ inbound, outbound })?.id).toBe("outbound");
    expect(firstFlow({ b: inbound, a: inbound })?.id).toBe("a");
    expect(firstFlow({})).toBeNull();
  });
});

import { describe, expect, it } from "vitest";

import { isAddress } from "./address";

describe("isAddress", () => {
  it.each(["10.0.0.4", "255.255.255.255", "::", "::1", "2001:db8::7", "fe80::1:2", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.4"])("takes %s", (text) => {
    expect(isAddress(text)).toBe(true);
  });
  it.each(["", "web1", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/8", "1::2::3", "1:2:3:4:5:6:7", "12345::", "vms/web1"])("refuses %s", (text) => {
    expect(isAddress(text)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";

import { changes, layers, packetLine } from "./header";
import type { Header } from "./types";

const plain: Header = {
  source: "10.0.0.4",
  destination: "10.0.1.4",
  protocol: 6,
  source_port: 49152,
  destination_port: 443,
  ttl: 64,
  destination_mac: null,
};

describe("packetLine", () => {
  it("writes ports only where there are any, and brackets around IPv6", () => {
    expect(packetLine(plain)).toBe("10.0.0.4:49152 → 10.0.1.4:443 tcp");
    expect(packetLine({ ...plain, protocol: 1, source_port: 0, destination_port: 0 })).toBe("10.0.0.4 → 10.0.1.4 icmp");
    expect(packetLine({ ...plain, source: "2001:db8::1" })).toBe("[2001:db8::1]:49152 → 10.0.1.4:443 tcp");
    expect(packetLine({ ...plain, frame: "arp" })).toBe("ARP for 10.0.1.4");
  });
});

describe("changes", () => {
  it("is empty when nothing changed", () => {
    expect(changes(plain, { ...plain })).toEqual([]);
  });

  it("names what a translation changed, and the MAC a guest was told", () => {
    const after = { ...plain, source: "203.0.113.10", source_port: 1024, destination_mac: "12:34:56:78:9a:bc" };
    expect(changes(plain, after)).toEqual([
      { what: "source", before: "10.0.0.4:49152", after: "203.0.113.10:1024" },
      { what: "MAC", before: "", after: "12:34:56:78:9a:bc" },
    ]);
  });

  it("shows a tunnel's outer and inner packet", () => {
    const outer = { ...plain, source: "10.9.0.4", destination: "10.9.1.4", protocol: 17, destination_port: 4789, inner: plain };
    expect(changes(plain, outer)[0]).toEqual({ what: "wrapped", before: packetLine(plain), after: packetLine(outer) });
    expect(changes(outer, plain)[0]).toEqual({ what: "unwrapped", before: packetLine(outer), after: packetLine(plain) });
    expect(layers(outer)).toHaveLength(2);
  });

  it("names a change of the packet inside", () => {
    const outer = { ...plain, inner: plain };
    expect(changes(outer, { ...outer, inner: { ...plain, ttl: 63 } })).toEqual([{ what: "inside", before: "64", after: "63" }]);
  });
});

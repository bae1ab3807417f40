import { describe, expect, it } from "vitest";

import { type Asked, MORE_FIELDS, asAsked, macOf, packetOf, samePacket, wrongMore } from "./packet";

const ASKED: Asked = { source: "vms/a", destination: "10.0.0.9", protocol: "udp", port: "5000", more: {} };
/** A packet as a run keeps it: the server writes out what nobody chose. */
const KEPT = { source: "vms/a", destination: "10.0.0.9", protocol: "udp", source_port: 49152, destination_port: 5000, ttl: 64, dont_fragment: false, fragment: false, frame: "ip" };

describe("the packet that is asked about", () => {
  it("leaves to the engine what nobody wrote", () => {
    expect(packetOf(ASKED)).toEqual({ source: "vms/a", destination: "10.0.0.9", protocol: "udp", destination_port: 5000 });
    expect(packetOf({ ...ASKED, protocol: "icmp", more: { source_port: "7" } })).toEqual({ source: "vms/a", destination: "10.0.0.9", protocol: "icmp", destination_port: 0, source_port: 0 });
  });

  it("says everything that was written", () => {
    const more = { source_address: "10.9.9.9", destination_mac: "00-0D-3A-30-01-06", source_port: "7", ttl: "1", size_bytes: "1500", frame: "arp", dont_fragment: "on", fragment: "on" };
    expect(Object.keys(more)).toEqual(MORE_FIELDS.map((field) => field.name));
    expect(packetOf({ ...ASKED, more })).toEqual({
      ...packetOf(ASKED), source_address: "10.9.9.9", destination_mac: "00:0d:3a:30:01:06", source_port: 7, ttl: 1, size_bytes: 1500, frame: "arp", dont_fragment: true, fragment: true,
    });
  });

  it("is read back from a run: what is as usual stays unwritten", () => {
    expect(asAsked(KEPT)).toEqual(ASKED);
    const forged = { ...KEPT, source_address: "10.9.9.9", destination_mac: "00:0d:3a:30:01:06", ttl: 3, dont_fragment: true };
    expect(asAsked(forged).more).toEqual({ source_address: "10.9.9.9", destination_mac: "00:0d:3a:30:01:06", ttl: "3", dont_fragment: "on" });
    expect(packetOf(asAsked(forged))).toEqual({ ...packetOf(ASKED), source_address: "10.9.9.9", destination_mac: "00:0d:3a:30:01:06", ttl: 3, dont_fragment: true });
  });

  it("is not sent while something in it cannot be", () => {
    for (const [name, typed] of [["source_address", "10.0.0"], ["destination_mac", "00:0d"], ["ttl", "0"], ["size_bytes", "1.5"], ["source_port", "x"]] as const) {
      expect(packetOf({ ...ASKED, more: { [name]: typed } })).toBeNull();
      const field = MORE_FIELDS.find((one) => one.name === name);
      expect(field && wrongMore(field, typed)).toMatch(/leave it empty/);
    }
  });

  it("takes a MAC in the ways people write one", () => {
    expect([macOf("000D3A300106"), macOf("000d.3a30.0106"), macOf(" 00-0D-3A-30-01-06 "), macOf("zz")]).toEqual(["00:0d:3a:30:01:06", "00:0d:3a:30:01:06", "00:0d:3a:30:01:06", "zz"]);
  });

  it("is another question when its frame or its source is another", () => {
    expect(samePacket(KEPT, { ...packetOf(ASKED) })).toBe(true);
    expect(samePacket(KEPT, { ...KEPT, destination_mac: "00:0d:3a:30:01:06" })).toBe(false);
    expect(samePacket(KEPT, undefined)).toBe(false);
  });
});

/** The packet that is asked about: as its form holds it, as a run takes it, and back again. */

import { isAddress } from "./address";
import { text } from "./raw";
import { t } from "./text";
import type { JsonObject } from "./types";

/** The question of a trace; empty where nobody has chosen yet. */
export interface Asked {
  source: string;
  destination: string;
  protocol: string;
  port: string;
  /** What else was written, by the name of the packet's field; what is not there the engine decides. */
  more: More;
}

export type More = Readonly<Record<string, string>>;

export const NOT_ASKED: Asked = { source: "", destination: "", protocol: "", port: "", more: {} };

export interface MoreField {
  name: string;
  type: "address" | "MAC" | "number" | "flag" | "frame";
  /** What a packet has where nothing is written. */
  usual?: number;
  from?: number;
  to?: number;
}

/** What a packet may say besides its ends, its protocol and its port, in the order of the form. */
export const MORE_FIELDS: readonly MoreField[] = [
  { name: "source_address", type: "address" },
  { name: "destination_mac", type: "MAC" },
  { name: "source_port", type: "number", usual: 49_152, from: 0, to: 65_535 },
  { name: "ttl", type: "number", usual: 64, from: 1, to: 255 },
  { name: "size_bytes", type: "number", from: 20, to: 65_535 },
  { name: "frame", type: "frame" },
  { name: "dont_fragment", type: "flag" },
  { name: "fragment", type: "flag" },
];

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** Return a MAC as the document writes it: six pairs of small letters with colons between. */
export function macOf(words: string): string {
  const bare = words.trim().toLowerCase().replaceAll(/[:.-]/g, "");
  return /^[0-9a-f]{12}$/.test(bare) ? (bare.match(/../g) ?? []).join(":") : words.trim().toLowerCase();
}

/** Return whether a protocol has ports. */
export function ported(protocol: string): boolean {
  return protocol === "tcp" || protocol === "udp";
}

/** Return what is wrong with a field of `more`; empty where it can be sent. */
export function wrongMore({ type, from = 0, to = 0 }: MoreField, typed: string): string {
  const words = typed.trim();
  if (words === "") return "";
  if (type === "address" && !isAddress(words)) return t("Write an IP address, such as 10.0.0.4, or leave it empty.");
  if (type === "MAC" && !MAC.test(macOf(words))) return t("Write a MAC such as 00:0d:3a:30:01:06, or leave it empty.");
  const number = Number(words);
  if (type === "number" && !(Number.isInteger(number) && number >= from && number <= to)) return t("Write a whole number from {from} to {to}, or leave it empty.", { from, to });
  return "";
}

/** Return the question as a run takes it; null where something of `more` cannot be sent. */
export function packetOf(asked: Asked): JsonObject | null {
  const has = ported(asked.protocol);
  const packet: JsonObject = { source: asked.source, destination: asked.destination, protocol: asked.protocol, destination_port: has ? Number(asked.port) : 0 };
  if (!has) packet.source_port = 0;
  for (const field of MORE_FIELDS) {
    const words = (asked.more[field.name] ?? "").trim();
    if (words === "" || !applies(field, asked.protocol)) continue;
    if (wrongMore(field, words)) return null;
    packet[field.name] = field.type === "number" ? Number(words) : field.type === "flag" ? true : field.type === "MAC" ? macOf(words) : words;
  }
  return packet;
}

/** Return whether a field means anything for a protocol. */
export function applies(field: MoreField, protocol: string): boolean {
  return field.name !== "source_port" || ported(protocol);
}

/** Return the question that a packet of a run answers, without what is as usual. */
export function asAsked(packet: JsonObject): Asked {
  const more: Record<string, string> = {};
  for (const { name, type, usual } of MORE_FIELDS) {
    const value = packet[name];
    if (type === "flag" ? value !== true : value === undefined || value === null || value === usual || value === "ip") continue;
    more[name] = type === "flag" ? "on" : text(value);
  }
  const protocol = text(packet.protocol, "tcp");
  if (!ported(protocol)) delete more.source_port;
  return { source: text(packet.source), destination: text(packet.destination), protocol, port: text(packet.destination_port), more };
}

/** Whether two packets are the same question, whatever each of them leaves unsaid. */
export function samePacket(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  return a !== undefined && b !== undefined && JSON.stringify(asAsked(a)) === JSON.stringify(asAsked(b));
}

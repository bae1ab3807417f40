/** From a packet that something was said of to its trace: the question is filled in and run. */

import { update, workbench } from "../document/store";
import type { JsonObject } from "../document/types";
import { start } from "../protocol/followed";

export function openTrace(packet: JsonObject): void {
  const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  update({
    dock: "trace",
    predicting: false,
    asked: { source: text(packet.source), destination: text(packet.destination), protocol: text(packet.protocol), port: text(packet.destination_port) },
  });
  if (workbench().can.run) void start("trace", packet);
}

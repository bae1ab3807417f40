/** From a packet that something was said of to its trace: the question is filled in and run. */

import { asAsked } from "../document/packet";
import { update, workbench } from "../document/store";
import type { JsonObject } from "../document/types";
import { start } from "../protocol/followed";

export function openTrace(packet: JsonObject): void {
  update({ dock: "trace", predicting: false, asked: asAsked(packet) });
  if (workbench().can.run) void start("trace", packet);
}

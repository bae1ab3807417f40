/** Which addresses can be moved in a drawing, and to which NICs. Knows no DOM. */

import { children, entries, text } from "../../../document/raw";
import type { JsonObject } from "../../../document/types";

export interface Movable {
  address: string;
  /** NIC that holds it in the drawing. */
  nic: string;
  subnet: string;
  /** An address besides the first one of its NIC: those are what pairs move. */
  extra: boolean;
}

/** Return the addresses of NICs, those that pairs move first. */
export function movables(document: JsonObject): Movable[] {
  const found = entries(document, "nics").flatMap(([nic, part]) =>
    children(part.configurations).flatMap(([, configuration]): Movable[] => {
      const address = text(configuration.address);
      return address ? [{ address, nic, subnet: text(part.subnet), extra: configuration.primary !== true }] : [];
    }),
  );
  return [...found.filter((one) => one.extra), ...found.filter((one) => !one.extra)];
}

/** Return ids and names of the NICs of a subnet that belong to a VM: an address stays in its subnet. */
export function nicsFor(document: JsonObject, subnet: string): [id: string, name: string][] {
  return entries(document, "nics")
    .filter(([, part]) => text(part.subnet) === subnet && text(part.vm) !== "")
    .map(([id, part]) => [id, text(part.name, id)]);
}

/** Which addresses can be moved in a drawing, and to which NICs. Knows no DOM. */

import { children, entries, text } from "../../../document/raw";
import type { JsonObject } from "../../../document/types";

export interface Movable {
  address: string;
  /** Path of the NIC that holds it in the drawing, or of the balancer, whose address some designs put on a NIC. */
  holder: string;
  subnet: string;
}

/** Return the addresses that can leave their place: a primary one cannot leave its NIC. */
export function movables(document: JsonObject): Movable[] {
  const held = entries(document, "nics").flatMap(([nic, part]) =>
    children(part.configurations).flatMap(([, configuration]): Movable[] => {
      const address = text(configuration.address);
      return address && configuration.primary !== true ? [{ address, holder: `nics/${nic}`, subnet: text(part.subnet) }] : [];
    }),
  );
  const fronted = entries(document, "load_balancers").flatMap(([balancer, part]) =>
    children(part.frontends).flatMap(([, frontend]): Movable[] => {
      const address = text(frontend.address);
      return address && text(frontend.subnet) ? [{ address, holder: `load_balancers/${balancer}`, subnet: text(frontend.subnet) }] : [];
    }),
  );
  return [...held, ...fronted];
}

/** Return ids and names of the NICs of a subnet that belong to a VM: an address stays in its subnet. */
export function nicsFor(document: JsonObject, subnet: string): [id: string, name: string][] {
  return entries(document, "nics")
    .filter(([, part]) => text(part.subnet) === subnet && text(part.vm) !== "")
    .map(([id, part]) => [id, text(part.name, id)]);
}

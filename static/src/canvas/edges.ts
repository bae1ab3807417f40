/** Lines between things: which backend a balancer has, where a route table sends, who is peered, which NIC is whose. */

import type { Edge } from "@xyflow/react";

import { type Drawing, nodeFor } from "../document/drawing";

/** Return the lines of a drawing; each end is the path of a node that is drawn. */
export function edges(drawing: Drawing): Edge[] {
  const found: Edge[] = [];
  const add = (id: string, source: string | null, target: string | null, kind: string, label?: string): void => {
    if (!source || !target || source === target) return;
    const base = { id, source, target, type: "straight", className: `line-${kind}`, zIndex: 3, focusable: false };
    found.push(label === undefined ? base : { ...base, label });
  };
  const subnets = drawing.vnets.flatMap((vnet) => vnet.subnets);
  const balancers = [...drawing.publicBalancers, ...subnets.flatMap((subnet) => subnet.balancers)];
  for (const balancer of balancers)
    for (const member of balancer.members) add(`pool ${balancer.path} ${member}`, balancer.path, nodeFor(drawing, member), "pool");
  for (const balancer of drawing.publicBalancers) add(`front ${balancer.path}`, "internet", balancer.path, "outside");
  for (const host of drawing.hosts) {
    if (host.gateway === null) continue;
    const home = drawing.vnets.find((vnet) => vnet.gateways.some((gateway) => gateway.id === host.gateway));
    add(`site ${host.path}`, host.path, home?.path ?? null, "outside");
  }
  const owners = new Map<string, string>();
  for (const subnet of subnets) {
    for (const machine of subnet.machines)
      for (const nic of machine.nics) for (const address of nic.addresses) owners.set(address, nic.path);
    for (const nic of subnet.nics) for (const address of nic.addresses) owners.set(address, nic.path);
    for (const balancer of subnet.balancers) for (const address of balancer.frontends) owners.set(address, balancer.path);
  }
  for (const subnet of subnets) {
    const targets = new Map<string, string[]>();
    for (const hop of subnet.nextHops) {
      const node = nodeFor(drawing, owners.get(hop.address) ?? null);
      if (node) targets.set(node, [...(targets.get(node) ?? []), hop.prefix]);
    }
    for (const [node, prefixes] of targets) {
      const label = prefixes.length > 2 ? `${prefixes.slice(0, 2).join(", ")} …` : prefixes.join(", ");
      add(`hop ${subnet.path} ${node}`, subnet.path, node, "hop", label);
    }
    for (const machine of subnet.machines)
      for (const nic of machine.nics) if (nic.subnet !== subnet.id) add(`nic ${nic.path}`, machine.path, nic.path, "nic");
  }
  for (const peering of drawing.peerings) {
    const whole = peering.forward && peering.back;
    const label = whole ? "peering" : "peering: one link missing";
    add(`peering ${peering.from} ${peering.to}`, `vnets/${peering.from}`, `vnets/${peering.to}`, whole ? "peering" : "peering-half", label);
  }
  return found;
}

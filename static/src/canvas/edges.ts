/** Lines between things: which backend a balancer has, where a route table sends, who is peered, which NIC is whose. */

import type { Edge } from "@xyflow/react";

import { type Drawing, type Half, nodeFor } from "../document/drawing";
import { t } from "../document/text";

export type { Edge } from "@xyflow/react";

/** A name answers with the first of its endpoints that is up. */
const ORDER = ["1st", "2nd", "3rd"];

/** Return the lines of a drawing; each end is the path of a node that is drawn. */
export function edges(drawing: Drawing): Edge[] {
  const found: Edge[] = [];
  const add = (id: string, source: string | null, target: string | null, kind: string, more: { label?: string; path?: string; halves?: [Half | null, Half | null] } = {}): void => {
    if (!source || !target || source === target) return;
    const { label, ...data } = more;
    const base = { id, source, target, type: "line", className: `line-${kind}${more.path ? "" : " passive"}`, zIndex: 3, focusable: false, ariaLabel: t("Line from {source} to {target}", { source, target }), selectable: more.path !== undefined, data };
    found.push(label ? { ...base, label } : base);
  };
  const subnets = drawing.vnets.flatMap((vnet) => vnet.subnets);
  const balancers = [...drawing.publicBalancers, ...subnets.flatMap((subnet) => subnet.balancers)];
  for (const balancer of balancers)
    for (const member of balancer.members) add(`pool ${balancer.path} ${member}`, balancer.path, nodeFor(drawing, member), "pool");
  for (const balancer of drawing.publicBalancers) add(`front ${balancer.path}`, "internet", balancer.path, "outside");
  for (const host of drawing.hosts)
    if (host.gateway !== null) add(`site ${host.path}`, host.path, `gateways/${host.gateway}`, "outside");
  for (const vnet of drawing.vnets)
    for (const tab of vnet.tabs) if (tab.kind === "Internet gateway") add(`out ${tab.path}`, "internet", tab.path, "outside");

  const owners = addresses(drawing);
  for (const subnet of subnets) {
    const targets = new Map<string, string[]>();
    for (const hop of subnet.nextHops) {
      const node = nodeFor(drawing, owners.get(hop.address) ?? null);
      if (node) targets.set(node, [...(targets.get(node) ?? []), hop.prefix]);
    }
    for (const [node, prefixes] of targets) {
      const label = prefixes.length > 2 ? `${prefixes.slice(0, 2).join(", ")} …` : prefixes.join(", ");
      add(`hop ${subnet.path} ${node}`, subnet.path, node, "hop", { label });
    }
    for (const machine of subnet.machines) {
      for (const nic of machine.nics) if (nic.subnet !== subnet.id) add(`nic ${nic.path}`, machine.path, nic.path, "nic");
      for (const tunnel of machine.tunnels) {
        const far = nodeFor(drawing, owners.get(tunnel.remote) ?? null);
        // Both ends draw the same tunnel; one line is enough.
        const known = found.some((edge) => edge.className?.startsWith("line-tunnel") === true && edge.source === far && edge.target === machine.path);
        if (!known) add(tunnel.path, machine.path, far, "tunnel", { label: tunnel.kind });
      }
    }
  }
  for (const manager of drawing.trafficManagers)
    manager.leads.forEach((path, index) => {
      add(`name ${manager.path} ${path}`, manager.path, nodeFor(drawing, path), "name", { label: ORDER[index] ?? "" });
    });
  for (const { from, to, forward, back } of drawing.peerings) {
    const whole = forward?.connected === true && back?.connected === true;
    const label = whole ? t("peering") : forward && back ? t("peering, disconnected") : t("peering, one link missing");
    const path = (forward ?? back)?.path;
    const more = { label, halves: [forward, back] as [Half | null, Half | null], ...(path ? { path } : {}) };
    add(`peering ${from} ${to}`, `vnets/${from}`, `vnets/${to}`, whole ? "peering" : "peering-half", more);
  }
  for (const link of drawing.links) {
    const kind = link.up ? link.kind : `${link.kind}-down`;
    add(`${link.path} ${link.from} ${link.to}`, nodeFor(drawing, link.from), nodeFor(drawing, link.to), kind, { label: link.label, path: link.path });
  }
  return found;
}

/** Return the lines with the ends that folded frames hide moved to the frames; what begins and ends in one is left out. */
export function atFrames(all: Edge[], drawing: Drawing, drawn: ReadonlySet<string>): Edge[] {
  const frames = framesOf(drawing);
  const shown = (path: string): string => {
    const frame = drawn.has(path) ? undefined : frames.get(path);
    return frame === undefined ? path : shown(frame);
  };
  const known = new Set<string>();
  return all.flatMap((edge) => {
    const [source, target] = [shown(edge.source), shown(edge.target)];
    if (source === edge.source && target === edge.target) return [edge];
    const same = [source, target, edge.className, edge.label].join(" ");
    if (source === target || known.has(same)) return [];
    known.add(same);
    return [{ ...edge, source, target }];
  });
}

/** The frame that each thing stands in. */
function framesOf(drawing: Drawing): Map<string, string> {
  const frames = new Map<string, string>();
  for (const vnet of drawing.vnets)
    for (const subnet of vnet.subnets) {
      frames.set(subnet.path, vnet.path);
      for (const one of [...subnet.balancers, ...subnet.machines, ...subnet.nics, ...subnet.endpoints]) frames.set(one.path, subnet.path);
    }
  return frames;
}

/** Who owns which address inside the drawing. */
function addresses(drawing: Drawing): Map<string, string> {
  const owners = new Map<string, string>();
  for (const subnet of drawing.vnets.flatMap((vnet) => vnet.subnets)) {
    const nics = [...subnet.machines.flatMap((machine) => machine.nics), ...subnet.nics];
    for (const owner of nics) for (const address of owner.addresses) owners.set(address, owner.path);
    for (const balancer of subnet.balancers) for (const address of balancer.frontends) owners.set(address, balancer.path);
    for (const endpoint of subnet.endpoints) for (const address of endpoint.addresses) owners.set(address, endpoint.path);
  }
  for (const site of drawing.sites) for (const router of site.routers) owners.set(router.address, router.path);
  return owners;
}

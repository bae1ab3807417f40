/** Which fields name another thing of the drawing, and what becomes of the holder when that thing goes. */

import { at, children, entries, isObject, text, texts } from "./raw";
import { type Found, parts } from "./shape";
import { t } from "./text";
import type { Json, JsonObject } from "./types";

export interface Reference {
  /** A collection of the topology; or, with `near`, a collection inside the holder's resource. */
  to: string;
  near?: boolean;
  /** It lies inside what another field of the holder names: `nic` for a configuration of that NIC. */
  of?: string;
  /** The value is a path such as `vms/web1`, not an id. */
  path?: boolean;
  /** What may be named by its path; without it what a route may name. */
  among?: readonly string[];
  /** Something else may be written too, such as an address. */
  free?: boolean;
  /** The holder goes with it, although the field may be empty. */
  goes?: boolean;
}

const REFERENCES: Record<string, Reference> = {
  "VirtualNetwork.main_route_table": { to: "route_tables" },
  "Subnet.vnet": { to: "vnets" },
  "Subnet.route_table": { to: "route_tables" },
  "Subnet.security_group": { to: "security_groups" },
  "Subnet.nat_gateway": { to: "nat_gateways" },
  "Subnet.service_endpoints": { to: "service_tags" },
  "Peering.vnet": { to: "vnets" },
  "Peering.remote_vnet": { to: "vnets" },
  "Peering.subnets": { to: "subnets" },
  "Peering.remote_subnets": { to: "subnets" },
  "ConnectedGroup.vnets": { to: "vnets" },
  "PrivateEndpoint.subnet": { to: "subnets" },
  "Route.target": { to: "", path: true, goes: true },
  "SecurityRule.source_groups": { to: "application_groups" },
  "SecurityRule.destination_groups": { to: "application_groups" },
  "AdminRule.vnets": { to: "vnets" },
  "NIC.vm": { to: "vms", goes: true },
  "NIC.subnet": { to: "subnets" },
  "NIC.security_group": { to: "security_groups" },
  "IPConfiguration.public_ip": { to: "public_ips" },
  "IPConfiguration.application_groups": { to: "application_groups" },
  "IPConfiguration.gateway_balancer": { to: "load_balancers" },
  "GuestRoute.nic": { to: "nics", goes: true },
  "GuestRoute.tunnel": { to: "guest/tunnels", near: true, goes: true },
  "GuestService.needs_vms": { to: "vms" },
  "RedundancyGroup.nic": { to: "nics", goes: true },
  "Frontend.subnet": { to: "subnets", goes: true },
  "Frontend.public_ip": { to: "public_ips", goes: true },
  "Frontend.gateway_balancer": { to: "load_balancers" },
  "PoolMember.nic": { to: "nics" },
  "PoolMember.configuration": { to: "configurations", of: "nic", goes: true },
  "InboundNatRule.configuration": { to: "configurations", of: "nic", goes: true },
  "BalancingRule.frontend": { to: "frontends", near: true },
  "BalancingRule.pool": { to: "pools", near: true },
  "BalancingRule.probe": { to: "probes", near: true },
  "OutboundRule.frontend": { to: "frontends", near: true },
  "OutboundRule.pool": { to: "pools", near: true },
  "InboundNatRule.frontend": { to: "frontends", near: true },
  "InboundNatRule.nic": { to: "nics" },
  "NatGateway.public_ips": { to: "public_ips" },
  "NatGateway.subnet": { to: "subnets", goes: true },
  "Gateway.vnet": { to: "vnets" },
  "Gateway.public_ip": { to: "public_ips" },
  "Gateway.route_table": { to: "route_tables" },
  "Connection.gateway": { to: "gateways" },
  "Connection.site": { to: "sites", goes: true },
  "Connection.remote_gateway": { to: "gateways", goes: true },
  "RouteServer.vnet": { to: "vnets" },
  "InternetGateway.vnet": { to: "vnets" },
  "InternetGateway.route_table": { to: "route_tables" },
  "TransitAttachment.vnet": { to: "vnets", goes: true },
  "TransitAttachment.gateway": { to: "gateways", goes: true },
  "TransitAttachment.table": { to: "tables", near: true },
  "TransitTable.propagations": { to: "attachments", near: true },
  "TransitRoute.attachment": { to: "attachments", near: true, goes: true },
  "Host.gateway": { to: "gateways", goes: true },
  "Host.site": { to: "sites", goes: true },
  "Controller.tables": { to: "route_tables" },
  "Flow.source": { to: "", path: true, among: ["vms", "hosts"] },
  "Flow.destination": { to: "", path: true, among: ["vms", "hosts", "traffic_managers"], free: true },
};

/** Return what a field of a model names; null where it names nothing. */
export function referenceOf(model: string, field: string): Reference | null {
  return REFERENCES[`${model}.${field}`] ?? null;
}

/** Return the path below the topology of what a value of a reference names, for a holder at `path`. */
export function namedBy(reference: Reference, value: string, path: string, part: JsonObject): string {
  if (reference.path) return value;
  if (reference.of) return `nics/${text(part[reference.of])}/${reference.to}/${value}`;
  const owner = reference.near ? `${path.split("/").slice(0, 2).join("/")}/` : "";
  return `${owner}${reference.to}/${value}`;
}

export interface Use {
  holder: Found;
  field: string;
  reference: Reference;
  value: string;
  /** Path of what is named. */
  names: string;
}

/** Return every mention of a thing by another, all over the topology. */
export function uses(document: unknown): Use[] {
  return parts(document).flatMap((holder) => usesOf(holder));
}

export function usesOf(holder: Found): Use[] {
  return Object.entries(holder.part).flatMap(([field, value]) => {
    const reference = referenceOf(holder.model, field);
    if (!reference) return [];
    return valuesOf(value).map((one) => ({ holder, field, reference, value: one, names: namedBy(reference, one, holder.path, holder.part) }));
  });
}

function valuesOf(value: Json | undefined): string[] {
  return typeof value === "string" ? [value] : texts(value);
}

/** Return the choices of a reference: value and words, for a holder at `path` of the document. */
export function choicesOf(document: JsonObject, reference: Reference, path: string): [string, string][] {
  if (reference.path) return everything(document, reference.among ?? TARGETS);
  if (reference.to === "service_tags") return Object.keys(tagsOf(document)).map((key) => [key, key]);
  if (reference.of) return configurations(document, path, reference.of);
  // A guest knows its own NICs only.
  const guest = reference.to === "nics" ? /^vms\/([^/]+)\/guest/.exec(path)?.[1] : undefined;
  if (!reference.near) return entries(document, reference.to).filter(([, part]) => guest === undefined || part.vm === guest).map(([id, part]) => [id, nameOf(part, id)]);
  const keys = [...path.split("/").slice(0, 2), ...reference.to.split("/")];
  let value: Json | undefined = document.topology;
  for (const key of keys) value = isObject(value) ? value[key] : undefined;
  return children(value).map(([id, part]) => [id, nameOf(part, id)]);
}

function configurations(document: JsonObject, path: string, field: string): [string, string][] {
  const part = at(document, path);
  const nic = isObject(part) ? at(document, `nics/${text(part[field])}/configurations`) : null;
  return children(nic).map(([id, one]) => [id, `${id}, ${text(one.address)}`]);
}

function tagsOf(document: JsonObject): JsonObject {
  const topology = isObject(document.topology) ? document.topology : {};
  return isObject(topology.service_tags) ? topology.service_tags : {};
}

/** What a route may name by its path (fact L9). */
const TARGETS = ["nics", "gateways", "internet_gateways", "nat_gateways", "transit_gateways", "peerings", "private_endpoints"];

function everything(document: JsonObject, collections: readonly string[]): [string, string][] {
  return collections.flatMap((collection) => entries(document, collection).map(([id, part]): [string, string] => [`${collection}/${id}`, nameOf(part, id)]));
}

function nameOf(part: JsonObject, id: string): string {
  return text(part.name) || (text(part.vnet) && text(part.remote_vnet) ? t("{vnet} to {remote_vnet}", { vnet: text(part.vnet), remote_vnet: text(part.remote_vnet) }) : id);
}

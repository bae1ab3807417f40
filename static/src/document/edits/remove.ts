/** Deleting: what hangs on a thing goes with it or lets go of it, and is told beforehand. */

import { at, children, entries, isObject, text, texts } from "../raw";
import { type Use, uses } from "../references";
import { mark, t } from "../text";
import type { Json, JsonObject } from "../types";
import { Draft, type Edit, layoutPointer } from "./draft";

export interface Removal extends Edit {
  /** Paths of everything that goes, traffic and faults included, what was asked for first. */
  goes: string[];
}

/** Return the edit that deletes things, with all that goes with them. */
export function remove(document: JsonObject, paths: readonly string[]): Removal {
  const goes = new Set(paths.filter((path) => there(document, path)));
  const asked = new Set(goes);
  const all = uses(document);
  for (let before = -1; before !== goes.size; ) {
    before = goes.size;
    for (const use of all) if (named(goes, use) && holderGoes(use)) goes.add(use.holder.path);
    for (const path of emptied(document, goes, asked)) goes.add(path);
  }
  const draft = new Draft(document);
  for (const use of all) if (named(goes, use) && !holderGoes(use) && !within(goes, use.holder.path)) letGo(draft, use);
  const top = [...goes].filter((path) => !within(goes, path, true));
  for (const path of top) draft.remove(path);
  const story = dropStory(draft, goes);
  for (const path of Object.keys(isObject(document.layout) ? document.layout : {})) if (within(goes, path)) draft.do({ op: "remove", path: layoutPointer(path) });
  const besides = top.filter((path) => !asked.has(path));
  for (const path of besides) draft.told.unshift(t("{what} goes with it.", { what: saidOf(document, path) }));
  return { patch: draft.patch, told: draft.told, selects: [], goes: [...asked, ...besides, ...story] };
}

function there(document: JsonObject, path: string): boolean {
  return at(document, path) !== null;
}

/** Whether a path, or what it lies in, goes. */
function within(goes: ReadonlySet<string>, path: string, inside = false): boolean {
  const keys = path.split("/");
  for (let length = inside ? keys.length - 1 : keys.length; length >= 2; length -= 1) if (goes.has(keys.slice(0, length).join("/"))) return true;
  return false;
}

function named(goes: ReadonlySet<string>, use: Use): boolean {
  return within(goes, use.names);
}

function isList(use: Use): boolean {
  return Array.isArray(use.holder.part[use.field]);
}

const REQUIRED = new Set(["Subnet.vnet", "Peering.vnet", "Peering.remote_vnet", "PrivateEndpoint.subnet", "NIC.subnet", "PoolMember.nic", "BalancingRule.frontend", "BalancingRule.pool", "OutboundRule.frontend", "OutboundRule.pool", "InboundNatRule.frontend", "InboundNatRule.nic", "Gateway.vnet", "Connection.gateway", "RouteServer.vnet", "InternetGateway.vnet"]);

function holderGoes(use: Use): boolean {
  return !isList(use) && (use.reference.goes === true || REQUIRED.has(`${use.holder.model}.${use.field}`));
}

/** VMs whose NICs all go, balancers whose frontends all go, unless they were asked about alone. */
function emptied(document: JsonObject, goes: ReadonlySet<string>, asked: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const [id] of entries(document, "vms")) {
    const nics = entries(document, "nics").filter(([, nic]) => nic.vm === id);
    // Deleting the last NIC by hand leaves the VM, which then has a problem; a subnet takes both.
    if (nics.length > 0 && nics.every(([nic]) => goes.has(`nics/${nic}`)) && nics.some(([nic]) => !asked.has(`nics/${nic}`))) found.push(`vms/${id}`);
  }
  for (const [id, balancer] of entries(document, "load_balancers")) {
    const fronts = children(balancer.frontends).map(([key]) => `load_balancers/${id}/frontends/${key}`);
    if (fronts.length > 0 && fronts.every((path) => goes.has(path)) && fronts.some((path) => !asked.has(path))) found.push(`load_balancers/${id}`);
  }
  return found;
}

function letGo(draft: Draft, use: Use): void {
  const place = `${use.holder.path}/${use.field}`;
  const now = at(draft.document, place);
  if (Array.isArray(now)) {
    draft.set(place, now.filter((one) => one !== use.value));
  } else draft.set(place, null);
  draft.told.push(t("{what} lets go of {value}.", { what: saidOf(draft.document, use.holder.path), value: use.value }));
}

/** Guest settings of NICs, traffic and faults that name what goes; return the paths of the traffic and the faults. */
function dropStory(draft: Draft, goes: ReadonlySet<string>): string[] {
  const dropped: string[] = [];
  for (const [id, vm] of entries(draft.document, "vms")) {
    const guest = isObject(vm.guest) ? vm.guest : {};
    for (const [nic] of children(guest.interfaces)) if (goes.has(`nics/${nic}`)) draft.remove(`vms/${id}/guest/interfaces/${nic}`);
  }
  const traffic = isObject(draft.document.traffic) ? draft.document.traffic : {};
  for (const [id, flow] of children(traffic)) {
    if (!within(goes, text(flow.source)) && !within(goes, text(flow.destination))) continue;
    draft.do({ op: "remove", path: `/traffic/${id}` });
    dropped.push(`traffic/${id}`);
    draft.told.push(t("Traffic {name} goes with it.", { name: text(flow.name, id) }));
  }
  const faults = isObject(draft.document.faults) ? draft.document.faults : {};
  for (const [id, fault] of children(faults)) {
    if (!namesAny(goes, fault)) continue;
    draft.do({ op: "remove", path: `/faults/${id}` });
    dropped.push(`faults/${id}`);
    draft.told.push(t("Fault {name} goes with it.", { name: text(fault.name, id) }));
  }
  // A list of rights that has become empty is a right to nothing: no table is named that is not there.
  const controllers = isObject(draft.document.controllers) ? draft.document.controllers : {};
  for (const [id, controller] of children(controllers)) {
    const tables = texts(controller.tables);
    const left = tables.filter((table) => !goes.has(`route_tables/${table}`));
    if (left.length === tables.length) continue;
    draft.set(`controllers/${id}/tables`, left);
    draft.told.push(t("Controller {name} has no right to it any more.", { name: text(controller.name, id) }));
  }
  return dropped;
}

function namesAny(goes: ReadonlySet<string>, fault: JsonObject): boolean {
  const steps = [fault, ...(Array.isArray(fault.then) ? fault.then.filter((step: Json): step is JsonObject => isObject(step)) : [])];
  return steps.some((step) => goes.has(`vms/${text(step.vm)}`) || goes.has(`gateways/${text(step.gateway)}`) || goes.has(text(step.link)));
}

const WORDS: Record<string, string> = {
  vnets: mark("virtual network"), subnets: mark("subnet"), peerings: mark("peering link"), connected_groups: mark("connected group"), private_endpoints: mark("private endpoint"),
  route_tables: mark("route table"), security_groups: mark("security group"), application_groups: mark("application group"), admin_rules: mark("admin rule"), vms: mark("VM"), nics: mark("NIC"),
  public_ips: mark("public IP"), load_balancers: mark("balancer"), nat_gateways: mark("NAT gateway"), gateways: mark("gateway"), connections: mark("connection"), sites: mark("site"),
  route_servers: mark("route server"), internet_gateways: mark("Internet gateway"), transit_gateways: mark("transit gateway"), traffic_managers: mark("traffic manager"), hosts: mark("host"),
  service_tags: mark("service tag"), notes: mark("note"), controllers: mark("controller"), routes: mark("route"), rules: mark("rule"), pools: mark("pool"), members: mark("member"), frontends: mark("frontend"), probes: mark("probe"), routers: mark("router"),
  attachments: mark("attachment"), tables: mark("table"), configurations: mark("IP configuration"), outbound_rules: mark("outbound rule"), inbound_nat_rules: mark("inbound NAT rule"),
  tunnels: mark("tunnel"), redundancy: mark("redundancy group"), interfaces: mark("interface"), services: mark("service"), port_forwards: mark("port forward"), firewall: mark("firewall rule"), neighbours: mark("neighbour"), announces: mark("announcement"),
};

export function kindWords(collection: string): string {
  return t(WORDS[collection] ?? collection.replaceAll("_", " "));
}

/** Return a thing in words: its kind, its name, and what it is in. */
export function saidOf(document: JsonObject, path: string): string {
  const keys = path.split("/");
  if (path.startsWith("notes/")) return t("The note");
  const part = at(document, path);
  const name = isObject(part) ? text(part.name, keys.at(-1) ?? path) : (keys.at(-1) ?? path);
  const kind = kindWords(keys.at(-2) ?? "");
  const inside = keys.length > 2 ? t(" of {owner}", { owner: keys[1] ?? "" }) : "";
  if (keys[0] === "peerings" && isObject(part)) return t("Peering link from {from} to {to}", { from: text(part.vnet), to: text(part.remote_vnet) });
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${name}${inside}`;
}

/** Quick fixes: what would mend a problem, as an edit that can be undone. None where only a person can decide. */

import { parseAddress, parsePrefix, writtenPrefix } from "../ip";
import { nextAddress, nextId, nextPriority, nextRange, nextSubnetPrefix } from "../propose";
import { BESIDE, at, children, entries, isObject, text } from "../raw";
import { isPlatformSubnet, pieceOf } from "../grammar";
import { t } from "../text";
import type { Json, JsonObject, Problem } from "../types";
import { add, addSubnet, isEdit } from "./add";
import { address, outsideVnet, publicAddress, subnetPrefix } from "./addressFixes";
import { balancerPort, haPorts } from "./balancerFixes";
import { dangling, ofFault } from "./danglingFixes";
import { Draft } from "./draft";
import { type Find, type Fix, deleting, last, outOfList, owner, parent, setting } from "./fixing";
import { natPublicIps, ownPublicIp } from "./publicIpFixes";

export type { Fix } from "./fixing";

/** What the program knows nothing of, wherever it stands. */
const BY_POINTER: ReadonlySet<string> = new Set(["bad-layout-key", "unknown-field", "unknown-switch"]);

/** Return the path that a pointer names: below the topology, or of traffic, a fault or a note beside it; null elsewhere. */
export function pathOf(pointer: string): string | null {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (BESIDE.has(parts[0] ?? "")) return parts.length > 1 ? parts.join("/") : null;
  return parts[0] === "topology" && parts.length > 2 ? parts.slice(1).join("/") : null;
}

/** Return what would mend a problem. */
export function fixesOf(document: JsonObject, problem: Problem): Fix[] {
  if (BY_POINTER.has(problem.code)) return [{ patch: [{ op: "remove", path: problem.pointer }], told: [], selects: [], words: t("Remove it") }];
  const path = pathOf(problem.pointer);
  if (!path || at(document, path.split("/").slice(0, 2).join("/")) === null) return [];
  return (FIXES[problem.code] ?? nothing)(document, path).filter((fix): fix is Fix => fix !== null);
}

const nothing: Find = () => [];

/** Set what is at fault to the one value it can have. */
function becomes(words: string, value: Json): Find {
  return (document, path) => [setting(document, words, [[path, value]])];
}

const letGo: Find = becomes(t("Let go of it"), null);

const around: Find = (document, path) => [deleting(document, parent(path), t("Delete {name}", { name: last(parent(path)) }))];

const ofOwner: Find = (document, path) => [deleting(document, owner(path), t("Delete {name}", { name: path.split("/")[1] ?? "" }))];

const priority: Find = (document, path) => {
  const rule = at(document, parent(path)) as JsonObject;
  const rules = children(at(document, path.split("/").slice(0, 3).join("/"))).map(([, one]) => one);
  const used = new Set(rules.filter((one) => one.direction === rule.direction).map((one) => Number(one.priority)));
  // The next free one behind it leaves the order of the rules nearly as it is.
  let free = Number(rule.priority);
  while (used.has(free) && free < 4096) free += 1;
  const value = used.has(free) ? nextPriority(rules, text(rule.direction)) : free;
  return [setting(document, t("Take priority {priority}, which is free", { priority: value }), [[path, value]])];
};

const strictPrefix: Find = (document, path) => {
  const typed = parsePrefix(String(at(document, path)));
  return [typed ? setting(document, t("Write {prefix}", { prefix: writtenPrefix(typed) }), [[path, writtenPrefix(typed)]]) : null];
};

const portsInOrder: Find = (document, path) => {
  const [from, to] = String(at(document, path)).split("-");
  const turned = `${to ?? ""}-${from ?? ""}`;
  const sound = Number(to) < Number(from) && Number(from) <= 65535;
  return [sound ? setting(document, t("Write {ports}", { ports: turned }), [[path, turned]]) : null];
};

const transit: Find = (document, path) => {
  const link = at(document, owner(path)) as JsonObject;
  const other = entries(document, "peerings").find(([, one]) => one.vnet === link.remote_vnet && one.remote_vnet === link.vnet);
  const gateways = entries(document, "gateways");
  const allows = other && other[1].allow_gateway_transit !== true && gateways.some(([, one]) => one.vnet === link.remote_vnet) && gateways.every(([, one]) => one.vnet !== link.vnet);
  return [
    allows ? setting(document, t("Allow gateway transit on {name}", { name: text(other[1].name, other[0]) }), [[`peerings/${other[0]}/allow_gateway_transit`, true]]) : null,
    setting(document, t("Do not use remote gateways"), [[path, false]]),
  ];
};

const propagation: Find = (document, path) => {
  const table = text(at(document, path));
  return [setting(document, t("Let {name} take gateway routes", { name: table }), [[`route_tables/${table}/gateway_propagation`, true]]), ...letGo(document, path)];
};

function platformSubnet(name: string, length: number): Find {
  return (document, path) => {
    const home = `vnets/${text(at(document, path))}`;
    const found = nextSubnetPrefix(document, text(at(document, path)), length);
    if (!("prefix" in found)) return [];
    const draft = new Draft(document);
    addSubnet(draft, home, null, { name, length });
    return [{ ...draft.edit(owner(path)), words: t("Add {name}, {prefix}", { name, prefix: found.prefix }) }];
  };
}

const lonely: Find = (document, path) => {
  const homes = entries(document, "subnets").filter(([, subnet]) => !isPlatformSubnet(text(subnet.name)));
  const home = homes.map(([id, subnet]) => ({ id, name: text(subnet.name, id), free: nextAddress(document, id) })).find((one) => one.free !== null);
  const draft = new Draft(document);
  const vm = last(path);
  const id = nextId(entries(document, "nics").map(([key]) => key), `${vm}-nic`);
  if (home) draft.add("nics", id, "NIC", { name: id, vm, subnet: home.id, configurations: { primary: { address: home.free, primary: true } } });
  return [home ? { ...draft.edit(path), words: t("Give it a NIC in {subnet}", { subnet: home.name }) } : null, deleting(document, path, t("Delete the VM"))];
};

/** The appliances that could take the packets: they forward, and their own packets do not take the same route. */
const nextHop: Find = (document, path) => {
  const route = at(document, parent(path)) as JsonObject;
  const version = parsePrefix(text(route.prefix))?.version ?? 4;
  const found = entries(document, "nics").flatMap(([, nic]) => {
    const vm = at(document, `vms/${text(nic.vm)}`);
    const subnet = at(document, `subnets/${text(nic.subnet)}`);
    const forwards = nic.ip_forwarding === true && isObject(vm) && isObject(vm.guest) && vm.guest.forwarding === true;
    if (!forwards || !isObject(subnet) || subnet.route_table === path.split("/")[1]) return [];
    const held = children(nic.configurations).map(([, one]) => text(one.address)).find((one) => parseAddress(one)?.version === version);
    return held ? [{ held, name: text(vm.name, text(nic.vm)) }] : [];
  });
  return [...found.slice(0, 3).map(({ held, name }) => setting(document, t("Send to {name}, {address}", { name, address: held }), [[path, held]])), ...around(document, path)];
};

const onePrimary: Find = (document, path) => {
  const nics = entries(document, "nics").filter(([, nic]) => nic.vm === path.split("/")[1]);
  return nics.slice(0, 3).map(([id]) => setting(document, t("Make {nic} the primary one", { nic: id }), nics.map(([key]): [string, Json] => [`nics/${key}/primary`, key === id])));
};

const oneConfiguration: Find = (document, path) => {
  const all = children(at(document, path));
  return all.slice(0, 3).map(([id]) => setting(document, t("Make {id} the primary one", { id }), all.map(([key]): [string, Json] => [`${path}/${key}/primary`, key === id])));
};

const addressOnNic: Find = (document, path) => {
  const result = add(document, pieceOf("configuration"), [owner(path)]);
  return [isEdit(result) ? { ...result, words: t("Give it a free address") } : null];
};

/** The table moves only where nothing in another region uses it. */
const region: Find = (document, path) => {
  const table = text((at(document, owner(path)) as JsonObject).route_table);
  const regionOf = (subnet: JsonObject): string => text((at(document, `vnets/${text(subnet.vnet)}`) as JsonObject | null)?.region, "westeurope");
  const homes = new Set(entries(document, "subnets").filter(([, subnet]) => subnet.route_table === table).map(([, subnet]) => regionOf(subnet)));
  const [home = ""] = homes;
  return [homes.size === 1 ? setting(document, t("Move the table to {region}", { region: home }), [[`route_tables/${table}/region`, home]]) : null, ...letGo(document, path)];
};

const gone: Find = (document, path) => [deleting(document, path.split("/").length > 2 ? path : owner(path), t("Delete it"))];

const FIXES: Record<string, Find> = {
  "address-reserved": address,
  "address-outside-subnet": address,
  "address-twice": (document, path) => (path.startsWith("public_ips/") || path.startsWith("hosts/") ? publicAddress(document, path) : address(document, path)),
  "address-not-public": publicAddress,
  "subnet-overlap": subnetPrefix,
  "subnet-outside-vnet": outsideVnet,
  "subnet-without-ipv4": (document, path) => subnetPrefix(document, `${owner(path)}/prefixes`),
  "subnet-size": subnetPrefix,
  "vnet-without-ipv4": (document, path) => [setting(document, t("Give it {prefix}", { prefix: nextRange(document) }), [[`${owner(path)}/address_space`, [nextRange(document)]]])],
  "dangling-reference": dangling,
  "fault-incomplete": ofFault,
  "rule-without-port": balancerPort,
  "ha-ports": haPorts,
  "route-without-next-hop": nextHop,
  "vm-without-nic": lonely,
  "primary-nic": onePrimary,
  "primary-configuration": oneConfiguration,
  "nic-without-ipv4": addressOnNic,
  "route-table-region": region,
  "nat-public-ips": natPublicIps,
  "peering-self": (document, path) => gone(document, owner(path)),
  "peering-twice": gone,
  "range-overlap": outOfList,
  "name-endpoint-twice": outOfList,
  "member-twice": gone,
  "balancing-rule-twice": gone,
  "route-twice": around,
  "route-server-peer-twice": around,
  "group-denies": around,
  "internet-gateway-twice": ofOwner,
  "gateway-twice": ofOwner,
  "route-server-twice": ofOwner,
  "priority-twice": priority,
  "public-ip-twice": ownPublicIp,
  "bad-prefix": strictPrefix,
  "bad-port-range": portsInOrder,
  "platform-subnet-table": letGo,
  "platform-subnet-group": letGo,
  "nat-gateway-subnet": letGo,
  "gateway-subnet-default": letGo,
  "gateway-subnet-propagation": propagation,
  "route-next-hop-unused": letGo,
  "route-target-unused": letGo,
  "mtu-too-small": letGo,
  "remote-gateway": transit,
  "gateway-without-subnet": platformSubnet("GatewaySubnet", 27),
  "route-server-subnet": platformSubnet("RouteServerSubnet", 26),
  "bfd-without-circuit": becomes(t("Switch BFD off"), false),
  "circuit-without-bgp": becomes(t("Switch BGP on"), true),
  "route-server-asn": becomes(t("Take {number}", { number: 65515 }), 65515),
  "route-server-addresses": becomes(t("Leave them to the platform"), []),
  "rule-without-entries": becomes(t("Write * for any"), ["*"]),
  "rule-groups-and-prefixes": becomes(t("Write * for any"), ["*"]),
  "unknown-to-provider": (document, path) => (path.split("/").length === 2 ? gone(document, path) : []),
};

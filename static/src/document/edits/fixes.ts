/** Quick fixes: what would mend a problem, as an edit that can be undone. None where only a person can decide. */

import { parsePrefix, within, writtenPrefix } from "../ip";
import { nextAddress, nextId, nextPriority, nextPublicAddress, nextRange, nextSubnetPrefix } from "../propose";
import { at, children, entries, isObject, text, texts } from "../raw";
import { referenceOf } from "../references";
import { modelAt } from "../shape";
import { pieceOf } from "../grammar";
import { t } from "../text";
import type { Json, JsonObject, Problem } from "../types";
import { add, isEdit } from "./add";
import { Draft, type Edit } from "./draft";
import { remove } from "./remove";

export interface Fix extends Edit {
  words: string;
}

/** What the program knows nothing of, wherever it stands. */
const BY_POINTER: ReadonlySet<string> = new Set(["bad-layout-key", "unknown-field", "unknown-switch"]);

/** Return the path below the topology that a pointer names; null outside it. */
export function pathOf(pointer: string): string | null {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts[0] === "topology" && parts.length > 2 ? parts.slice(1).join("/") : null;
}

/** Return what would mend a problem. */
export function fixesOf(document: JsonObject, problem: Problem): Fix[] {
  if (BY_POINTER.has(problem.code)) return [{ patch: [{ op: "remove", path: problem.pointer }], told: [], selects: [], words: t("Remove it") }];
  const path = pathOf(problem.pointer);
  if (!path || at(document, path.split("/").slice(0, 2).join("/")) === null) return [];
  return (FIXES[problem.code] ?? nothing)(document, path).filter((fix): fix is Fix => fix !== null);
}

type Find = (document: JsonObject, path: string) => (Fix | null)[];

const nothing: Find = () => [];

function owner(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function parent(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

function setting(document: JsonObject, words: string, all: [string, Json][]): Fix {
  const draft = new Draft(document);
  for (const [path, value] of all) draft.set(path, value);
  return { ...draft.edit(owner(all[0]?.[0] ?? "")), words };
}

function deleting(document: JsonObject, path: string, words: string): Fix {
  return { ...remove(document, [path]), words };
}

function subnetAt(document: JsonObject, path: string): string {
  const part = at(document, path.startsWith("load_balancers/") ? parent(path) : owner(path));
  return isObject(part) ? text(part.subnet) : "";
}

const address: Find = (document, path) => {
  const free = nextAddress(document, subnetAt(document, path));
  return [free ? setting(document, t("Take {address}, which is free", { address: free }), [[path, free]]) : null];
};

const subnetPrefix: Find = (document, path) => {
  const subnet = owner(path);
  const vnet = text((at(document, subnet) as JsonObject).vnet);
  const found = nextSubnetPrefix(document, vnet);
  const fixes: (Fix | null)[] = ["prefix" in found ? setting(document, t("Take {prefix}, which is free", { prefix: found.prefix }), [[`${subnet}/prefixes`, [found.prefix]]]) : null];
  const typed = parsePrefix(String(at(document, path)));
  const space = texts((at(document, `vnets/${vnet}`) as JsonObject | null)?.address_space);
  if (typed && !space.some((one) => { const range = parsePrefix(one); return range !== null && within(typed, range); }))
    fixes.push(setting(document, t("Add the range to {vnet}", { vnet }), [[`vnets/${vnet}/address_space`, [...space, String(at(document, path))]]]));
  return fixes;
};

const dangling: Find = (document, path) => {
  const keys = path.split("/");
  const inList = /^\d+$/.test(keys.at(-1) ?? "");
  const field = inList ? (keys.at(-2) ?? "") : (keys.at(-1) ?? "");
  const holder = keys.slice(0, inList ? -2 : -1).join("/");
  const model = modelAt(holder);
  const part = at(document, holder);
  if (!model || !isObject(part) || !referenceOf(model, field)) return [];
  if (inList) return outOfList(document, path);
  if (["vnet", "subnet", "frontend", "pool", "nic", "gateway"].includes(field)) return [deleting(document, holder, t("Delete {name}", { name: holder.split("/").at(-1) ?? "" }))];
  return [setting(document, t("Let go of it"), [[`${holder}/${field}`, null]])];
};

const outOfList: Find = (document, path) => {
  const [list, place] = [parent(path), Number(path.split("/").at(-1))];
  return [setting(document, t("Take it out of the list"), [[list, texts(at(document, list)).filter((_, index) => index !== place)]])];
};

/** Set what is at fault to the one value it can have. */
function becomes(words: string, value: Json): Find {
  return (document, path) => [setting(document, words, [[path, value]])];
}

const letGo: Find = becomes(t("Let go of it"), null);

const whole: Find = (document, path) => [deleting(document, path, t("Delete it"))];

const around: Find = (document, path) => [deleting(document, parent(path), t("Delete {name}", { name: parent(path).split("/").at(-1) ?? "" }))];

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

const anotherPublicIp: Find = (document, path) => {
  const draft = new Draft(document);
  const id = nextId(entries(document, "public_ips").map(([key]) => key), `${path.split("/")[1] ?? "new"}-ip`);
  draft.add("public_ips", id, "PublicIP", { name: id, address: nextPublicAddress(document) });
  draft.set(path, id);
  return [{ ...draft.edit(owner(path)), words: t("Give it a public IP of its own") }];
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
    const vnet = text(at(document, path));
    const found = nextSubnetPrefix(document, vnet, length);
    if (!("prefix" in found)) return [];
    const draft = new Draft(document);
    const id = nextId(entries(document, "subnets").map(([key]) => key), `${vnet}-${name}`);
    draft.add("subnets", id, "Subnet", { name, vnet, prefixes: [found.prefix] });
    return [{ ...draft.edit(owner(path)), words: t("Add {name}, {prefix}", { name, prefix: found.prefix }) }];
  };
}

const lonely: Find = (document, path) => {
  const [subnet] = entries(document, "subnets");
  if (!subnet) return [deleting(document, path, t("Delete the VM"))];
  const draft = new Draft(document);
  const vm = path.split("/")[1] ?? "";
  const free = nextAddress(document, subnet[0]);
  if (free) draft.add("nics", `${vm}-nic`, "NIC", { name: `${vm}-nic`, vm, subnet: subnet[0], configurations: { primary: { address: free, primary: true } } });
  return [free ? { ...draft.edit(path), words: t("Give it a NIC in {subnet}", { subnet: text(subnet[1].name, subnet[0]) }) } : null, deleting(document, path, t("Delete the VM"))];
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

const region: Find = (document, path) => {
  const subnet = at(document, owner(path)) as JsonObject;
  const home = text((at(document, `vnets/${text(subnet.vnet)}`) as JsonObject | null)?.region);
  return [setting(document, t("Move the table to {region}", { region: home }), [[`route_tables/${text(subnet.route_table)}/region`, home]])];
};

const publicIp: Find = (document, path) => {
  const draft = new Draft(document);
  const nat = owner(path);
  const id = nextId(entries(document, "public_ips").map(([key]) => key), `${nat.split("/")[1] ?? "nat"}-ip`);
  draft.add("public_ips", id, "PublicIP", { name: id, address: nextPublicAddress(document) });
  const place = Number(path.split("/")[3] ?? Infinity);
  const others = texts((at(document, nat) as JsonObject).public_ips).filter((_, index) => index !== place);
  draft.set(`${nat}/public_ips`, [...others, id]);
  return [{ ...draft.edit(nat), words: t("Give it a public IP") }];
};

const gone: Find = (document, path) => [deleting(document, path.split("/").length > 2 ? path : owner(path), t("Delete it"))];

const FIXES: Record<string, Find> = {
  "address-reserved": address,
  "address-outside-subnet": address,
  "address-twice": (document, path) => (path.startsWith("public_ips/") || path.startsWith("hosts/") ? publicAddress(document, path) : address(document, path)),
  "address-not-public": publicAddress,
  "subnet-overlap": subnetPrefix,
  "subnet-outside-vnet": subnetPrefix,
  "subnet-without-ipv4": (document, path) => subnetPrefix(document, `${owner(path)}/prefixes`),
  "subnet-size": subnetPrefix,
  "vnet-without-ipv4": (document, path) => [setting(document, t("Give it {prefix}", { prefix: nextRange(document) }), [[`${owner(path)}/address_space`, [nextRange(document)]]])],
  "dangling-reference": dangling,
  "vm-without-nic": lonely,
  "primary-nic": onePrimary,
  "primary-configuration": oneConfiguration,
  "nic-without-ipv4": addressOnNic,
  "route-table-region": region,
  "nat-public-ips": publicIp,
  "peering-self": (document, path) => gone(document, owner(path)),
  "peering-twice": gone,
  "range-overlap": outOfList,
  "name-endpoint-twice": outOfList,
  "member-twice": whole,
  "balancing-rule-twice": whole,
  "route-twice": around,
  "route-server-peer-twice": around,
  "group-denies": around,
  "internet-gateway-twice": ofOwner,
  "gateway-twice": ofOwner,
  "route-server-twice": ofOwner,
  "priority-twice": priority,
  "public-ip-twice": anotherPublicIp,
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

function publicAddress(document: JsonObject, path: string): (Fix | null)[] {
  const free = nextPublicAddress(document);
  return [setting(document, t("Take {address}, which is free", { address: free }), [[`${owner(path)}/address`, free]])];
}

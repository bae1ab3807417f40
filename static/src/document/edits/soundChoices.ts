/** What a reference may name without making another problem: the few rules that a choice among what is there can break. */

import { isPlatformSubnet } from "../grammar";
import { contains, overlap, parseAddress } from "../ip";
import { explainAddress, explainPrefix, peersOf, prefixesOf, subnetsOf } from "../propose";
import { at, children, entries, isObject, text, texts } from "../raw";
import type { Json, JsonObject } from "../types";
import { Draft } from "./draft";
import { owner, parent } from "./fixing";

interface Choice {
  /** The document with the choice made. */
  after: JsonObject;
  holder: string;
  part: JsonObject;
  value: string;
}

/** Whether a field may name a thing that is there. */
export function sound(document: JsonObject, holder: string, model: string, field: string, value: string): boolean {
  const draft = new Draft(document);
  const before = text(at(document, `${holder}/${field}`));
  draft.set(`${holder}/${field}`, value);
  const part = at(draft.document, holder);
  const rule = RULES[`${model}.${field}`] ?? always;
  return isObject(part) && rule({ after: draft.document, holder, part, value }, before) && spread(draft.document) <= spread(document);
}

type Rule = (choice: Choice, before: string) => boolean;

const always: Rule = () => true;

function vnetOf(document: JsonObject, subnet: Json | undefined): string {
  return text(part(document, `subnets/${text(subnet)}`).vnet);
}

function part(document: JsonObject, path: string): JsonObject {
  const found = at(document, path);
  return isObject(found) ? found : {};
}

/** Return how many homes too many there are of what has one: VMs, addresses, pools with their frontends, NAT gateways, application groups; and tables away from home. */
function spread(document: JsonObject): number {
  const homes = new Map<string, Set<string>>();
  const see = (what: string, home: string): void => void (home && homes.set(what, (homes.get(what) ?? new Set()).add(home)));
  const nicHome = (nic: Json | undefined): string => vnetOf(document, part(document, `nics/${text(nic)}`).subnet);
  for (const [id, nic] of entries(document, "nics")) {
    if (text(nic.vm)) see(`vm ${text(nic.vm)}`, nicHome(id));
    for (const [key, one] of children(nic.configurations)) see(`${text(one.address)} in ${nicHome(id)}`, `${id} ${key}`);
    for (const [, one] of children(nic.configurations)) for (const group of texts(one.application_groups)) see(`group ${group}`, nicHome(id));
  }
  for (const [id, subnet] of entries(document, "subnets")) {
    if (text(subnet.nat_gateway)) see(`nat ${text(subnet.nat_gateway)}`, text(subnet.vnet));
    const table = text(subnet.route_table);
    if (table) for (const region of [part(document, `route_tables/${table}`).region, part(document, `vnets/${text(subnet.vnet)}`).region]) see(`table ${table} of ${id}`, text(region));
  }
  for (const [id, balancer] of entries(document, "load_balancers")) {
    for (const [pool, one] of children(balancer.pools)) for (const [, member] of children(one.members)) see(`pool ${id} ${pool}`, nicHome(member.nic));
    for (const [, rule] of children(balancer.rules)) see(`pool ${id} ${text(rule.pool)}`, vnetOf(document, part(document, `load_balancers/${id}/frontends/${text(rule.frontend)}`).subnet));
  }
  return [...homes.values()].reduce((sum, one) => sum + one.size - 1, 0);
}

/** A subnet for VMs in which the addresses of the holder are free. */
function fits(after: JsonObject, subnet: string, places: readonly string[]): boolean {
  const platform = isPlatformSubnet(text(part(after, `subnets/${subnet}`).name));
  return !platform && places.every((place) => explainAddress(after, subnet, text(at(after, place)), place) === null);
}

/** The link that answers it is there, and this one is not yet; none of the peers overlap. */
const mirrored: Rule = ({ after, holder, part: link }) => {
  const links = entries(after, "peerings").filter(([id]) => `peerings/${id}` !== holder).map(([, one]) => one);
  const [here, there] = [text(link.vnet), text(link.remote_vnet)];
  const ranges = (id: string): ReturnType<typeof prefixesOf> => prefixesOf(part(after, `vnets/${id}`).address_space);
  const clear = peersOf(after, here).every(([id]) => id === there || !ranges(id).some((one) => ranges(there).some((other) => overlap(one, other))));
  const own = (names: Json | undefined, vnet: string): boolean => texts(names).every((id) => vnetOf(after, id) === vnet);
  return here !== there && clear && own(link.subnets, here) && own(link.remote_subnets, there) && link.use_remote_gateways !== true
    && links.some((one) => one.vnet === there && one.remote_vnet === here) && !links.some((one) => one.vnet === here && one.remote_vnet === there);
};

/** No other of the same collection has these fields alike. */
function alone(...fields: string[]): Rule {
  return ({ after, holder, part: one }) => children(at(after, parent(holder))).every(([id, other]) => `${parent(holder)}/${id}` === holder || fields.some((field) => other[field] !== one[field]));
}

function platformSubnet(document: JsonObject, vnet: string, name: string): JsonObject | null {
  return subnetsOf(document, vnet).find(([, one]) => text(one.name).toLowerCase() === name)?.[1] ?? null;
}

function inSubnet(subnet: JsonObject | null, addresses: Json | undefined): boolean {
  return subnet !== null && texts(addresses).every((one) => { const held = parseAddress(one); return held !== null && prefixesOf(subnet.prefixes).some((prefix) => contains(prefix, held)); });
}

const vpnEnd = (document: JsonObject, id: string): boolean => {
  const gateway = part(document, `gateways/${id}`);
  return gateway.kind !== "expressroute" && gateway.routing !== "policy-based" && platformSubnet(document, text(gateway.vnet), "gatewaysubnet") !== null;
};

const gatewayHome: Rule = (choice) => {
  const { after, part: gateway, value } = choice;
  const borrows = entries(after, "peerings").some(([, link]) => link.vnet === value && link.use_remote_gateways === true);
  return !borrows && !text(gateway.route_table) && alone("vnet", "kind")(choice, "") && inSubnet(platformSubnet(after, value, "gatewaysubnet"), gateway.instances);
};

const connectionGateway: Rule = ({ after, part: connection, value }) => {
  if (connection.remote_gateway === value) return false;
  if (part(after, `gateways/${value}`).kind !== "expressroute") return connection.bfd !== true && vpnEnd(after, value);
  return connection.bgp === true && !text(connection.remote_gateway);
};

/** A port of a frontend is one rule's; HA ports are not for public frontends. */
const ruleFrontend: Rule = ({ after, holder, part: rule, value }) => {
  const balancer = part(after, owner(holder));
  const others = [...children(balancer.rules).map(([id, one]) => [`rules/${id}`, one] as const), ...children(balancer.inbound_nat_rules).map(([id, one]) => [`inbound_nat_rules/${id}`, one] as const)];
  const taken = others.some(([id, one]) => `${owner(holder)}/${id}` !== holder && ["frontend", "protocol", "frontend_port"].every((field) => one[field] === rule[field]));
  return !taken && !(rule.protocol === "all" && text(part(after, `${owner(holder)}/frontends/${value}`).public_ip));
};

const outbound: Rule = (choice) => text(part(choice.after, `${owner(choice.holder)}/frontends/${text(choice.part.frontend)}`).public_ip) !== "" && (!choice.part.ports_per_backend || alone("frontend")(choice, ""));

const target: Rule = ({ after, holder, value }, before) => {
  const [kind = "", id = ""] = value.split("/");
  const [table] = [holder.split("/")[1] ?? ""];
  const thing = part(after, value);
  const homes = kind === "peerings" ? [text(thing.vnet), text(thing.remote_vnet)] : kind === "transit_gateways" ? null : [text(thing.vnet) || vnetOf(after, thing.subnet)];
  const users = [
    ...entries(after, "subnets").filter(([, one]) => (text(one.route_table) || text(part(after, `vnets/${text(one.vnet)}`).main_route_table)) === table).map(([, one]) => text(one.vnet)),
    ...["gateways", "internet_gateways"].flatMap((ways) => entries(after, ways)).filter(([, one]) => one.route_table === table).map(([, one]) => text(one.vnet)),
  ];
  return id !== "" && before.startsWith(`${kind}/`) && (homes === null || users.every((vnet) => homes.includes(vnet)));
};

const RULES: Record<string, Rule> = {
  "Subnet.vnet": ({ after, holder, part: subnet }) => texts(subnet.prefixes).every((prefix) => explainPrefix(after, holder, prefix) === null),
  "NIC.subnet": ({ after, holder, part: nic, value }) => fits(after, value, children(nic.configurations).map(([id]) => `${holder}/configurations/${id}/address`)),
  "PrivateEndpoint.subnet": ({ after, holder, value }) => fits(after, value, [`${holder}/address`]),
  "Frontend.subnet": ({ after, holder, value }) => fits(after, value, [`${holder}/address`]),
  "Frontend.public_ip": ({ after, value }) => holdersOfPublic(after, value) === 1,
  "Peering.vnet": mirrored,
  "Peering.remote_vnet": mirrored,
  "PoolMember.nic": (choice, before) => isObject(at(choice.after, `nics/${choice.value}/configurations/${text(choice.part.configuration)}`)) && alone("nic", "configuration")(choice, before),
  "PoolMember.configuration": alone("nic", "configuration"),
  "InboundNatRule.nic": ({ after, part: rule, value }) => isObject(at(after, `nics/${value}/configurations/${text(rule.configuration)}`)),
  "InboundNatRule.frontend": ruleFrontend,
  "BalancingRule.frontend": ruleFrontend,
  "OutboundRule.frontend": outbound,
  "Gateway.vnet": gatewayHome,
  "RouteServer.vnet": (choice) => alone("vnet")(choice, "") && inSubnet(platformSubnet(choice.after, choice.value, "routeserversubnet"), choice.part.addresses),
  "InternetGateway.vnet": alone("vnet"),
  "Connection.gateway": connectionGateway,
  "Connection.site": ({ part: connection }) => !text(connection.remote_gateway),
  "Connection.remote_gateway": ({ after, part: connection, value }) => connection.gateway !== value && !text(connection.site) && vpnEnd(after, value),
  "Host.site": ({ after, part: host, value }) => inSubnet({ prefixes: part(after, `sites/${value}`).prefixes ?? [] }, [text(host.address)]),
  "Route.target": target,
  "TransitAttachment.vnet": alone("vnet"),
  "TransitAttachment.gateway": alone("gateway"),
};

/** Return how many things a public IP stands in front of. */
function holdersOfPublic(document: JsonObject, id: string): number {
  let count = 0;
  const see = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(see);
    else if (isObject(value)) for (const [key, one] of Object.entries(value)) {
      if ((key === "public_ip" && one === id) || (key === "public_ips" && texts(one).includes(id))) count += 1;
      see(one);
    }
  };
  see(document.topology ?? null);
  return count;
}

"""Virtual networks, subnets, peerings, route tables, security groups, NAT gateways, gateways."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from netcore.formats.arm_addresses import free_blocks, slug
from netcore.formats.arm_deploy import Resource
from netcore.formats.arm_draft import (
    CONNECTIONS,
    GATEWAYS,
    LOCAL_GATEWAYS,
    NAT_GATEWAYS,
    PEERINGS,
    ROUTE_TABLES,
    SUBNETS,
    VNETS,
    Draft,
)
from netcore.formats.arm_props import Props
from netcore.words import say

_NEXT_HOPS = {
    "virtualappliance": "VirtualAppliance",
    "virtualnetworkgateway": "VirtualNetworkGateway",
    "vnetlocal": "VnetLocal",
    "internet": "Internet",
    "none": "None",
}
ROUTES = f"{ROUTE_TABLES}/routes"


def local_ids(items: list[str]) -> list[str]:
    """Return ids for names inside one resource, in order, unique."""
    taken: set[str] = set()
    found = []
    for name in items:
        key, number = slug(name), 2
        while key in taken:
            key, number = f"{slug(name)}-{number}", number + 1
        taken.add(key)
        found.append(key)
    return found


def children(draft: Draft, parent: Resource, kind: str) -> list[Resource]:
    """Return the child resources of a type that belong to ``parent``, in the order of the file."""
    prefix = f"{parent.id.lower()}/{kind.rpartition('/')[2]}/"
    return [r for r in draft.of(kind) if r.id.lower().startswith(prefix)]


def parts(draft: Draft, parent: Resource, field: str, kind: str) -> list[tuple[str, Props]]:
    """Return name and properties of the parts of a resource: written inside it, or as child resources.

    A child resource of the same name replaces the inner one, as deploying it would.
    """
    found: dict[str, tuple[str, Props]] = {}
    for item in draft.props(parent).objects(field):
        name = item.text("name") or f"{field}-{len(found) + 1}"
        inner = Props(item.raw("properties") or {}, draft.notes, f"{parent.label}/{name}")
        found[name.lower()] = (name, inner)
    for child in children(draft, parent, kind):
        found[child.short.lower()] = (child.short, draft.props(child))
    return list(found.values())


def map_vnets(draft: Draft) -> None:
    """Fill ``vnets`` and ``subnets``; the references of subnets follow in ``link_subnets``."""
    for resource in draft.of(VNETS):
        key = draft.ids["vnets"][resource.id.lower()]
        space = draft.props(resource).sub("addressSpace")
        prefixes = list(dict.fromkeys(str(p) for p in space.prefixes("addressPrefixes")))
        draft.topology["vnets"][key] = {
            "name": resource.short[:120],
            "region": draft.region(resource),
            "address_space": prefixes,
        }
        names = [item.text("name") for item in draft.props(resource).slots("subnets")]
        draft.overlay[resource.id.lower()] = {
            "subnets": [{"id": f"{resource.id}/subnets/{name}", "name": name} for name in names]
        }
    for child in draft.of(SUBNETS):
        draft.vnet(child.id[: child.id.lower().rindex("/subnets/")])
    found: list[tuple[str, str, Props, str]] = []
    for resource in draft.of(VNETS):
        vnet = draft.ids["vnets"][resource.id.lower()]
        for name, props in parts(draft, resource, "subnets", SUBNETS):
            found.append((vnet, name, props, f"{resource.id}/subnets/{name}".lower()))
    inside = {entry[3] for entry in found}
    for child in draft.of(SUBNETS):
        if child.id.lower() not in inside:
            vnet = draft.vnet(child.id[: child.id.lower().rindex("/subnets/")])
            known = [e for e in found if e[0] == vnet and e[1].lower() == child.short.lower()]
            found = [e for e in found if e not in known]
            found.append((vnet, child.short, draft.props(child), child.id.lower()))
    titles = [(f"{vnet}/{name.lower()}", name, f"{vnet}-{name}") for vnet, name, _, _ in found]
    keys = draft.names.several("subnets", titles)
    for vnet, name, props, resource_id in found:
        key = keys[f"{vnet}/{name.lower()}"]
        draft.ids["subnets"][resource_id] = key
        draft.subnet_keys[(vnet, name.lower())] = key
        draft.topology["subnets"][key] = _subnet(draft, vnet, name, props)
    fill_ranges(draft)


def fill_ranges(draft: Draft) -> None:
    """Give networks and subnets whose ranges the file does not say (an empty parameter) some, with a note."""
    members: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for key, subnet in draft.topology["subnets"].items():
        members.setdefault(subnet["vnet"], []).append((key, subnet))
    for vnet_key, subnets in members.items():
        vnet = draft.topology["vnets"][vnet_key]
        used = [ip_network(p) for _, subnet in subnets for p in subnet["prefixes"]]
        if not vnet["address_space"] and used:
            four = collapse_addresses(p for p in used if isinstance(p, IPv4Network))
            six = collapse_addresses(p for p in used if isinstance(p, IPv6Network))
            vnet["address_space"] = [str(p) for p in (*four, *six)]
            words = say("It has no address range; those of its subnets are taken.")
            draft.notes.add("assumed", vnet["name"], words, f"vnets/{vnet_key}")
        blocks = free_blocks([ip_network(p) for p in vnet["address_space"]], used, 24)
        for key, subnet in subnets:
            if subnet["prefixes"]:
                continue
            block = next(blocks, None)
            label, ref = f"{vnet['name']}/{subnet['name']}", f"subnets/{key}"
            if block is None:
                draft.notes.add("unclear", label, say("It has no address range."), ref)
                continue
            subnet["prefixes"] = [str(block)]
            words = say("It has no address range that can be read; {block} is made up.", block=block)
            draft.notes.add("assumed", label, words, ref)


def _subnet(draft: Draft, vnet: str, name: str, props: Props) -> dict[str, Any]:
    prefixes = [str(p) for p in props.prefixes("addressPrefix", "addressPrefixes")]
    subnet: dict[str, Any] = {"name": name[:120], "vnet": vnet, "prefixes": prefixes}
    links = (
        ("route_table", "route_tables", "routeTable", say("route table")),
        ("security_group", "security_groups", "networkSecurityGroup", say("security group")),
        ("nat_gateway", "nat_gateways", "natGateway", say("NAT gateway")),
    )
    for field, collection, source, what in links:
        found = draft.optional(collection, props.ref(source), props.label, what)
        if found is not None:
            subnet[field] = found
    outbound = props.flag("defaultOutboundAccess")
    if outbound is not None:
        subnet["default_outbound"] = outbound
    services = [text for item in props.objects("serviceEndpoints") if (text := item.text("service"))]
    if services:
        subnet["service_endpoints"] = [name[:120] for name in dict.fromkeys(services)]
        for service in subnet["service_endpoints"]:
            need_tag(draft, service, props.label)
    return subnet


def need_tag(draft: Draft, tag: str, label: str) -> None:
    """Make sure a service tag exists in the document; its prefixes are not in the file."""
    if tag not in draft.service_tags:
        draft.service_tags[tag] = []
        draft.notes.add(
            "unclear",
            label,
            say("The prefixes of the service tag {tag} are not in the file: it matches nothing.", tag=tag),
        )


def map_peerings(draft: Draft) -> None:
    """Fill ``peerings``; a virtual network outside the file gets a placeholder."""
    found: list[tuple[str, str, str, Props]] = []
    inside: set[str] = set()
    for resource in draft.of(VNETS):
        vnet = draft.ids["vnets"][resource.id.lower()]
        for name, props in parts(draft, resource, "virtualNetworkPeerings", PEERINGS):
            inside.add(f"{resource.id}/virtualNetworkPeerings/{name}".lower())
            found.append((vnet, name, resource.id, props))
    for child in draft.of(PEERINGS):
        if child.id.lower() not in inside:
            owner = child.id[: child.id.lower().rindex("/virtualnetworkpeerings/")]
            found.append((draft.vnet(owner), child.short, owner, draft.props(child)))
    links: set[tuple[str, str]] = set()
    for vnet, name, _owner, props in found:
        target = props.ref("remoteVirtualNetwork")
        if not target:
            draft.notes.add(
                "left out", props.label, say("The virtual network at the other end is not named.")
            )
            continue
        remote = draft.vnet(target)
        key = draft.names.one("peerings", name, f"{vnet}-{name}")
        draft.topology["peerings"][key] = {
            "vnet": vnet,
            "remote_vnet": remote,
            "allow_access": props.flag("allowVirtualNetworkAccess") is not False,
            "allow_forwarded": bool(props.flag("allowForwardedTraffic")),
            "allow_gateway_transit": bool(props.flag("allowGatewayTransit")),
            "use_remote_gateways": bool(props.flag("useRemoteGateways")),
        }
        links.add((vnet, remote))
    for vnet, remote in sorted(links):
        if (remote, vnet) not in links:
            draft.notes.add(
                "unclear",
                say("peering {vnet} to {remote}", vnet=vnet, remote=remote),
                say("Only this link of the peering is in the file; no traffic passes without the other one."),
            )


def map_route_tables(draft: Draft) -> None:
    """Fill ``route_tables``."""
    for resource in draft.of(ROUTE_TABLES):
        key = draft.ids["route_tables"][resource.id.lower()]
        entries = parts(draft, resource, "routes", ROUTES)
        routes: dict[str, Any] = {}
        for local, (name, props) in zip(local_ids([name for name, _ in entries]), entries, strict=True):
            route = _route(draft, name, props, f"route_tables/{key}/routes/{local}")
            if route is not None:
                routes[local] = route
        draft.topology["route_tables"][key] = {
            "name": resource.short[:120],
            "region": draft.region(resource),
            "gateway_propagation": not draft.props(resource).flag("disableBgpRoutePropagation"),
            "routes": routes,
        }
    _orphans(draft, ROUTES, ROUTE_TABLES)


def _route(draft: Draft, name: str, props: Props, ref: str) -> dict[str, Any] | None:
    kind = props.text("nextHopType")
    hop = _NEXT_HOPS.get(kind.lower())
    if hop is None:
        draft.notes.add(
            "left out", props.label, say("The next hop type {kind!r} is not known.", kind=kind[:40])
        )
        return None
    text = props.text("addressPrefix")
    if any(c in text for c in "/.:"):
        networks = props.prefixes("addressPrefix") if "/" in text or ":" in text else []
        text = str(networks[0]) if networks else ""
    elif text:
        need_tag(draft, text, props.label)
    if not text:
        draft.notes.add(
            "left out", props.label, say("Route {name} has no prefix that can be read.", name=name)
        )
        return None
    route: dict[str, Any] = {"prefix": text, "next_hop_type": hop}
    address = props.address("nextHopIpAddress")
    if hop == "VirtualAppliance":
        if address is None:
            draft.notes.add("unclear", props.label, say("The address of its next hop is not known."), ref)
        else:
            route["next_hop_ip"] = str(address)
    return route


def _orphans(draft: Draft, kind: str, parent_kind: str) -> None:
    parents = {r.id.lower() for r in draft.of(parent_kind)}
    for child in draft.of(kind):
        if child.id.lower().rsplit("/", 2)[0] not in parents:
            draft.notes.add("left out", child.label, say("What it belongs to is not in this file."))


def map_nat_gateways(draft: Draft) -> None:
    """Fill ``nat_gateways``."""
    for resource in draft.of(NAT_GATEWAYS):
        key = draft.ids["nat_gateways"][resource.id.lower()]
        props = draft.props(resource)
        addresses = [draft.public_ip(text) for text in props.refs("publicIpAddresses")]
        if props.refs("publicIpPrefixes"):
            draft.notes.add(
                "left out",
                resource.label,
                say("Its public address prefix: only single public addresses exist here."),
            )
        draft.topology["nat_gateways"][key] = {
            "name": resource.short[:120],
            "public_ips": [a for a in dict.fromkeys(addresses) if a is not None],
        }


def map_gateways(draft: Draft) -> None:
    """Fill ``gateways``; what their other side announces comes from connections and client pools."""
    for resource in draft.of(GATEWAYS):
        key = draft.ids["gateways"][resource.id.lower()]
        props = draft.props(resource)
        setups = [item.sub("properties") for item in props.objects("ipConfigurations")]
        subnets = [draft.subnet(setup.ref("subnet")) for setup in setups]
        subnet = next((s for s in subnets if s is not None), None)
        if subnet is None:
            draft.notes.add("left out", resource.label, say("The file does not say in which subnet it is."))
            del draft.ids["gateways"][resource.id.lower()]
            continue
        gateway: dict[str, Any] = {
            "name": resource.short[:120],
            "vnet": draft.vnet_of(subnet),
            "kind": "expressroute" if props.text("gatewayType").lower() == "expressroute" else "vpn",
            "learned": {},
        }
        public = [p for p in (draft.public_ip(s.ref("publicIPAddress")) for s in setups) if p is not None]
        if public:
            gateway["public_ip"] = public[0]
        if len(public) > 1:
            draft.notes.add(
                "left out", resource.label, say("Of its public addresses only the first is kept.")
            )
        if props.flag("activeActive"):
            gateway["instances"] = []
            draft.later.append((subnet, 2, gateway["instances"]))
        for prefix in (
            props.sub("vpnClientConfiguration").sub("vpnClientAddressPool").prefixes("addressPrefixes")
        ):
            gateway["learned"][f"clients-{slug(str(prefix))}"] = {"prefix": str(prefix)}
            draft.notes.add(
                "assumed",
                resource.label,
                say("Its client pool {prefix} is written as a route it announces.", prefix=prefix),
            )
        if props.flag("enableBgp"):
            draft.notes.add(
                "unclear",
                resource.label,
                say("Routes it learns by BGP are not in the file."),
                f"gateways/{key}",
            )
        draft.topology["gateways"][key] = gateway
    _connect(draft)


def _connect(draft: Draft) -> None:
    local = {r.id.lower(): r for r in draft.of(LOCAL_GATEWAYS)}
    used: set[str] = set()
    for resource in draft.of(CONNECTIONS):
        props = draft.props(resource)
        gateway = draft.find("gateways", props.ref("virtualNetworkGateway1"))
        kind = props.text("connectionType").lower()
        side = draft.world.by_id(props.ref("localNetworkGateway2"))
        if gateway is None:
            draft.notes.add(
                "left out", resource.label, say("Its virtual network gateway is not in this file.")
            )
        elif kind == "ipsec" and side is not None and side.id.lower() in local:
            used.add(side.id.lower())
            _learn(draft, gateway, side, props)
        else:
            words = {
                "vnet2vnet": say("A tunnel between two gateways of this cloud is not modelled yet."),
                "expressroute": say(
                    "The circuit's other side, and the routes it announces, are not in the file."
                ),
            }
            draft.notes.add(
                "left out", resource.label, words.get(kind, "Its other side is not in this file.")
            )
    for key, resource in local.items():
        if key not in used:
            draft.notes.add("left out", resource.label, say("No connection in this file uses it."))


def _learn(draft: Draft, gateway: str, side: Resource, connection: Props) -> None:
    space = draft.props(side).sub("localNetworkAddressSpace")
    learned = draft.topology["gateways"][gateway]["learned"]
    for prefix in space.prefixes("addressPrefixes"):
        learned[f"{slug(side.short)[:40]}-{slug(str(prefix))}"] = {"prefix": str(prefix)}
    if not connection.flag("enableBgp"):
        return
    draft.notes.add(
        "unclear",
        connection.label,
        say("Routes it learns by BGP are not in the file."),
        f"gateways/{gateway}",
    )

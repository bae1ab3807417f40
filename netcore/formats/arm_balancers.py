"""Load balancers: frontends, pools with their members, probes, rules, outbound rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from netcore.document.values import Address
from netcore.formats.arm_deploy import Resource
from netcore.formats.arm_draft import BALANCERS, Draft
from netcore.formats.arm_machines import Card
from netcore.formats.arm_network import local_ids, parts
from netcore.formats.arm_props import Props
from netcore.words import say

_DISTRIBUTION = {
    "": "5-tuple",
    "default": "5-tuple",
    "sourceip": "source-ip",
    "sourceipprotocol": "source-ip-protocol",
}
# Resource Manager's own defaults, where a probe does not say (facts J7, J8).
_INTERVAL_S = 15
_THRESHOLD = 2


@dataclass
class Balancer:
    """One load balancer on its way into the document; ``ids`` per part: lower-case name to id."""

    key: str
    resource: Resource
    props: Props
    data: dict[str, Any]
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    addresses: list[tuple[str, str, Address | None, int]] = field(default_factory=list)

    def ref(self, part: str, text: str) -> str | None:
        """Return the id of the part an ARM id names."""
        return self.ids.get(part, {}).get(text.rstrip("/").rpartition("/")[2].lower())


def read_balancers(draft: Draft) -> list[Balancer]:
    """Return the load balancers with their frontends read; addresses are handed out later."""
    found = []
    for resource in draft.of(BALANCERS):
        key = draft.ids["load_balancers"][resource.id.lower()]
        data: dict[str, Any] = {"name": resource.short[:120], "sku": draft.sku(resource)}
        balancer = Balancer(key, resource, draft.props(resource), data)
        if (
            str(Props(resource.field("sku") or {}, draft.notes, resource.label).text("name")).lower()
            == "gateway"
        ):
            draft.notes.add(
                "unclear",
                resource.label,
                say("A gateway load balancer is drawn as a plain one; chaining is left out."),
            )
        data["frontends"] = _named(draft, balancer, "frontends", "frontendIPConfigurations", _frontend)
        found.append(balancer)
        draft.topology["load_balancers"][key] = data
    return found


def _named(
    draft: Draft,
    balancer: Balancer,
    part: str,
    source: str,
    read: Callable[[Draft, Balancer, str, str, Props], dict[str, Any] | None],
) -> dict[str, Any]:
    """Read one list of named parts into a map."""
    kind = f"{BALANCERS}/{source.lower()}"
    entries = parts(draft, balancer.resource, source, kind)
    keys = local_ids([name for name, _ in entries])
    balancer.ids[part] = {name.lower(): key for key, (name, _) in zip(keys, entries, strict=True)}
    found = {}
    for key, (name, props) in zip(keys, entries, strict=True):
        data = read(draft, balancer, key, name, props)
        if data is not None:
            found[key] = {"name": name[:120], **data}
    return found


def _frontend(draft: Draft, balancer: Balancer, key: str, name: str, props: Props) -> dict[str, Any]:
    public = props.ref("publicIPAddress")
    if public:
        found = draft.public_ip(public)
        return {"public_ip": found} if found is not None else {}
    if props.ref("publicIPPrefix"):
        draft.notes.add(
            "left out", props.label, say("Its public address prefix: the frontend has no address.")
        )
        return {}
    subnet = draft.subnet(props.ref("subnet"))
    if subnet is None:
        draft.notes.add("unclear", props.label, say("It has neither a public address nor a subnet."))
        return {}
    address = props.address("privateIPAddress")
    version = 6 if props.text("privateIPAddressVersion").lower() == "ipv6" else 4
    if address is not None:
        draft.saw_address(subnet, address)
    balancer.addresses.append((key, subnet, address, version))
    return {"subnet": subnet}


def take_frontends(draft: Draft, balancers: list[Balancer]) -> None:
    """Mark the frontend addresses the file gives as taken."""
    for balancer in balancers:
        for _, subnet, address, _ in balancer.addresses:
            if address is not None:
                draft.room(subnet).take(address)


def address_frontends(draft: Draft, balancers: list[Balancer], cards: list[Card]) -> None:
    """Hand out the frontend addresses the file leaves open; NIC addresses it gives are kept free."""
    for card in cards:
        for setup in card.setups:
            if setup.address is not None:
                draft.room(card.subnet).take(setup.address)
    for balancer in balancers:
        for key, subnet, given, version in balancer.addresses:
            frontend = balancer.data["frontends"][key]
            address = given or draft.address_in(subnet, version)
            label = f"{balancer.resource.label}/{frontend['name']}"
            if address is None:
                draft.notes.add("unclear", label, say("Its subnet has no free address for it."))
                continue
            frontend["address"] = str(address)
            if given is None:
                draft.notes.add(
                    "assumed",
                    label,
                    say("Its address is dynamic; {address}, the lowest free one, is taken.", address=address),
                    f"load_balancers/{balancer.key}/frontends/{key}",
                )
        draft.overlay[balancer.resource.id.lower()] = _shown(balancer)


def _shown(balancer: Balancer) -> dict[str, Any]:
    """Return what an expression may ask a deployed balancer for."""
    shown: dict[str, Any] = {}
    for source in ("frontendIPConfigurations", "backendAddressPools", "probes"):
        shown[source] = [
            {"id": f"{balancer.resource.id}/{source}/{item.text('name')}"}
            for item in balancer.props.slots(source)
        ]
    names = balancer.ids["frontends"]
    for item, out in zip(
        balancer.props.slots("frontendIPConfigurations"), shown["frontendIPConfigurations"], strict=True
    ):
        frontend = balancer.data["frontends"].get(names.get(item.text("name").lower(), ""), {})
        if "address" in frontend:
            out["properties"] = {"privateIPAddress": frontend["address"]}
    return shown


def map_balancers(draft: Draft, balancers: list[Balancer], cards: list[Card]) -> None:
    """Fill pools, probes, rules and outbound rules. Needs the addresses of the NICs."""
    for balancer in balancers:
        data = balancer.data
        data["pools"] = _named(draft, balancer, "pools", "backendAddressPools", _pool)
        data["probes"] = _named(draft, balancer, "probes", "probes", _probe)
        data["rules"] = _named(draft, balancer, "rules", "loadBalancingRules", _rule)
        data["outbound_rules"] = _outbound_rules(draft, balancer)
        for source, what in (("inboundNatRules", "rule"), ("inboundNatPools", "pool")):
            for name, props in parts(draft, balancer.resource, source, f"{BALANCERS}/{source.lower()}"):
                port = props.text("frontendPort") or props.text("frontendPortRangeStart")
                draft.notes.add(
                    "left out",
                    f"{balancer.resource.label}/{name}",
                    say(
                        "Inbound NAT {what} (frontend port {port}): not modelled yet.",
                        what=what,
                        port=port or say("not given"),
                    ),
                )
    by_id = {b.resource.id.lower(): b for b in balancers}
    for card in cards:
        for setup in card.setups:
            for pool in setup.pools:
                _join(draft, by_id, card, setup.key, pool)
    for balancer in balancers:
        _join_written(draft, balancer)
    parents = set(by_id)
    for kind, children in draft.kinds().items():
        if kind.startswith(BALANCERS + "/"):
            for child in children:
                if child.id.lower().rsplit("/", 2)[0] not in parents:
                    draft.notes.add("left out", child.label, say("Its load balancer is not in this file."))


def _pool(draft: Draft, balancer: Balancer, key: str, name: str, props: Props) -> dict[str, Any]:
    if props.objects("tunnelInterfaces"):
        draft.notes.add("left out", props.label, say("The tunnel interfaces of a gateway load balancer."))
    return {"members": {}}


def _probe(draft: Draft, balancer: Balancer, key: str, name: str, props: Props) -> dict[str, Any] | None:
    port = props.number("port")
    if port is None or not 1 <= port <= 65535:
        draft.notes.add("left out", props.label, say("The probe has the port {port}.", port=port))
        del balancer.ids["probes"][name.lower()]
        return None
    protocol = props.text("protocol").lower()
    interval, threshold = (props.number("intervalInSeconds"), props.number("probeThreshold"))
    ref = f"load_balancers/{balancer.key}/probes/{key}"
    if threshold is None:
        # numberOfProbes is the older word for the same count; see the conflicting texts of fact J8.
        threshold = props.number("numberOfProbes")
    if interval is None or threshold is None:
        draft.notes.add(
            "assumed",
            props.label,
            say(
                "Interval or count not given; {interval} s x {threshold} is taken.",
                interval=interval or _INTERVAL_S,
                threshold=threshold or _THRESHOLD,
            ),
            ref,
        )
    data: dict[str, Any] = {
        "protocol": protocol if protocol in ("http", "https") else "tcp",
        "port": port,
        "interval_s": min(max(interval or _INTERVAL_S, 5), 2_147_483),
        "threshold": min(max(threshold or _THRESHOLD, 1), 100),
    }
    path = props.text("requestPath")
    if path and data["protocol"] != "tcp":
        data["path"] = path
    return data


def _rule(draft: Draft, balancer: Balancer, key: str, name: str, props: Props) -> dict[str, Any] | None:
    frontend = balancer.ref("frontends", props.ref("frontendIPConfiguration"))
    pools = [props.ref("backendAddressPool"), *props.refs("backendAddressPools")]
    pool = next((p for p in (balancer.ref("pools", text) for text in pools) if p is not None), None)
    protocol = {"tcp": "tcp", "udp": "udp", "all": "all", "*": "all"}.get(props.text("protocol").lower())
    front, back = props.number("frontendPort"), props.number("backendPort")
    if frontend is None or pool is None or protocol is None:
        draft.notes.add("left out", props.label, say("Its frontend, pool or protocol is not known."))
        return None
    if protocol == "all":
        front, back = front or 0, back or 0
    if front is None or back is None or not (0 <= front <= 65535 and 0 <= back <= 65535):
        draft.notes.add(
            "left out", props.label, say("Its ports are {front} and {back}.", front=front, back=back)
        )
        return None
    data: dict[str, Any] = {
        "frontend": frontend,
        "pool": pool,
        "protocol": protocol,
        "frontend_port": front,
        "backend_port": back,
        "floating_ip": bool(props.flag("enableFloatingIP")),
    }
    probe = balancer.ref("probes", props.ref("probe"))
    if probe is not None:
        data["probe"] = probe
    public = "public_ip" in balancer.data["frontends"].get(frontend, {})
    if public and not props.flag("disableOutboundSnat") and not balancer.props.objects("outboundRules"):
        draft.notes.add(
            "unclear",
            balancer.resource.label,
            say("Its rules also let the pool leave by the public frontend; only outbound rules are kept."),
            f"load_balancers/{balancer.key}",
        )
    distribution = props.text("loadDistribution").lower()
    data["distribution"] = _DISTRIBUTION.get(distribution, "5-tuple")
    return data


def _outbound_rules(draft: Draft, balancer: Balancer) -> dict[str, Any]:
    entries = parts(draft, balancer.resource, "outboundRules", f"{BALANCERS}/outboundrules")
    found: dict[str, Any] = {}
    for key, (name, props) in zip(local_ids([name for name, _ in entries]), entries, strict=True):
        pool = balancer.ref("pools", props.ref("backendAddressPool"))
        frontends = [balancer.ref("frontends", text) for text in props.refs("frontendIPConfigurations")]
        known = [frontend for frontend in frontends if frontend is not None]
        if pool is None or not known:
            draft.notes.add("left out", props.label, say("Its frontend or pool is not known."))
            continue
        for number, frontend in enumerate(known, start=1):
            local = key if number == 1 else f"{key}-{number}"
            while number > 1 and local in found:
                local += "x"
            found[local] = {"name": name[:120], "frontend": frontend, "pool": pool}
    return found


def _join(draft: Draft, balancers: dict[str, Balancer], card: Card, setup: str, text: str) -> None:
    owner = text[: text.lower().rfind("/backendaddresspools/")]
    resource = draft.world.by_id(owner)
    balancer = balancers.get(resource.id.lower()) if resource is not None else None
    pool = balancer.ref("pools", text) if balancer is not None else None
    if balancer is None or pool is None:
        name = text.rpartition("/")[2][:80]
        draft.notes.add(
            "left out",
            card.label,
            say("The backend pool {name!r} it belongs to is not in this file.", name=name),
        )
    elif setup in card.data["configurations"]:
        _add_member(balancer, pool, card.key, setup)


def _add_member(balancer: Balancer, pool: str, nic: str, setup: str) -> None:
    members = balancer.data["pools"][pool]["members"]
    entry = {"nic": nic, "configuration": setup}
    if entry in members.values():
        return
    key = nic if nic not in members else f"{nic[:40]}-{setup[:30]}"
    while key in members:
        key += "x"
    members[key] = entry


def _join_written(draft: Draft, balancer: Balancer) -> None:
    """Add the members a pool names by address (``loadBalancerBackendAddresses``)."""
    entries = parts(draft, balancer.resource, "backendAddressPools", f"{BALANCERS}/backendaddresspools")
    for name, props in entries:
        pool = balancer.ids["pools"][name.lower()]
        for item in props.objects("loadBalancerBackendAddresses"):
            address = item.sub("properties").address("ipAddress")
            if address is None:
                continue
            owner = next(
                (
                    (nic, setup)
                    for nic, data in draft.topology["nics"].items()
                    for setup, configuration in data["configurations"].items()
                    if configuration["address"] == str(address)
                ),
                None,
            )
            if owner is None:
                draft.notes.add(
                    "left out",
                    props.label,
                    say("Its member {address} is not an address of a NIC here.", address=address),
                )
            else:
                _add_member(balancer, pool, *owner)

"""The edge: where packets leave for the Internet and come in from it, and public addresses are made.

Public addresses are objects of the control plane; no guest ever sees one (fact K1).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, ip_network
from typing import Any

from netcore.control.owners import PublicOwner
from netcore.document.values import Address
from netcore.forwarding import vpc_edge
from netcore.forwarding.balancer import lost_zones
from netcore.forwarding.delivery import bring
from netcore.forwarding.gateway_balancer import chained
from netcore.forwarding.hashing import choose, flow_seed, named
from netcore.forwarding.hops import (
    Balance,
    Beyond,
    End,
    Endpoint,
    FromEdge,
    Hop,
    Inspect,
    Kept,
    Stand,
    ToEdge,
)
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run, rewritten
from netcore.forwarding.snat import (
    Allotment,
    free_port,
    nat_allotment,
    rule_allotment,
    used_ports,
)
from netcore.forwarding.state import key_of, reverse
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import ICMP, TCP, UDP, protocol_name
from netcore.trace.sentences import flow_text, socket_text
from netcore.words import say

NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "64:ff9b::/96",
    )
)
"""Private space (fact A6) and what is never routed."""

NAT64 = ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones where something translates; here nothing does (fact K9)."""

STAND_IN = int(IPv4Address("192.0.2.0"))
"""Default outbound access has an address nobody can know; one of this example range stands for it."""

ESP = 50


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a packet gets a public source (fact K2).

    Args:
        key: sentence.
        name: what to call it.
        address: the public source.
        protocols: IP protocols it carries.
        ref: path of the object in the document, where there is one.
        values: further values of the sentence.
        ports: its SNAT ports; None where addresses are translated one to one.
        fragments: whether it carries fragments (fact C10).
        lost_zone: where it stands, if that zone is lost (facts K5, M4).
    """

    key: str
    name: str
    address: Address
    protocols: frozenset[int]
    ref: str | None
    values: dict[str, Any]
    ports: Allotment | None = None
    fragments: bool = False
    lost_zone: int | None = None


def out(run: Run, hop: ToEdge) -> Hop:
    """Send a packet to the Internet under a public source.

    Source: facts D46, E6, K1-K4, K7, K9, J19, C11.
    """
    port = run.drawing.ports[hop.nic]
    header = hop.header
    at = f"nics/{port.id}"
    if is_private(header.destination):
        return run.drop(
            "NO_SUCH_HOST",
            Place.EDGE,
            Actor.FABRIC,
            at,
            header,
            "no_nat64" if header.destination in NAT64 else "private_outside",
            destination=header.destination,
        )
    after = _translated(run, port, header)
    if isinstance(after, End):
        return after
    chain = chained(run, after.source)
    if chain is not None:
        return Inspect(chain, after, False, Beyond(at, after))
    return beyond(run, Beyond(at, after))


def beyond(run: Run, hop: Beyond) -> Hop:
    """Bring a packet with a public source to its destination on the Internet, or back in (facts D46, K1)."""
    at, after = hop.at, hop.header
    # A way out without a drawn address has no owner, but the edge remembers who asked by it.
    asked = key_of(after) in run.sessions.inward or key_of(after) in run.sessions.translated
    if asked or run.network.public_owner(after.destination) is not None:
        run.step(Place.EDGE, Actor.FABRIC, at, "edge.backbone", after, destination=after.destination)
        return FromEdge(after)
    host_id = run.drawing.hosts_outside.get(after.destination)
    if host_id is None:
        return run.deliver(
            Place.EDGE,
            Actor.FABRIC,
            None,
            "edge.undrawn",
            Endpoint(Stand.INTERNET, str(after.destination), after),
            destination=after.destination,
        )
    return run.deliver(
        Place.EDGE,
        Actor.FABRIC,
        f"hosts/{host_id}",
        "host.accept",
        Endpoint(Stand.HOST, host_id, after),
        host=run.network.scenario.topology.hosts[host_id].name,
        flow=flow_text(after),
    )


def enter(run: Run, hop: FromEdge) -> Hop:
    """Take a packet from the Internet to what holds its public destination (facts K1, K4, K8, J1)."""
    header = hop.header
    chain = None if hop.inspected else chained(run, header.destination)
    if chain is not None:
        return Inspect(chain, header, True, FromEdge(header, inspected=True))
    answered = vpc_edge.returned(run, header)
    if answered is not None:
        return answered
    waiting = run.sessions.inward.get(key_of(header))
    if waiting is not None:
        lost = _lost_nat(run, header)
        if lost is not None:
            return lost
        nic, address, number = waiting
        after = rewritten(header, destination=address, destination_port=number)
        run.step(
            Place.EDGE,
            Actor.FABRIC,
            f"nics/{nic}",
            "edge.in_answer",
            header,
            after,
            old=socket_text(header.destination, header.destination_port, header.protocol),
            new=socket_text(address, number, header.protocol),
        )
        return bring(run, nic, after)
    owner = run.network.public_owner(header.destination)
    if owner is None:
        return _unknown(run, header)
    if owner.kind == "frontend":
        run.step(
            Place.EDGE,
            Actor.FABRIC,
            f"load_balancers/{owner.balancer}",
            "edge.in_frontend",
            header,
            destination=header.destination,
            balancer=run.network.scenario.topology.load_balancers[owner.balancer].name,
        )
        return Balance(owner.balancer, owner.frontend, header, None, public=True)
    if owner.kind == "nic" and run.network.profile.internet_needs_gateway:
        return vpc_edge.enter(run, owner, header)
    if owner.kind == "nic":
        return _to_nic(run, owner, header)
    if owner.kind == "nat_gateway":
        return run.drop(
            "STATE_MISSING",
            Place.EDGE,
            Actor.FABRIC,
            f"nat_gateways/{owner.nat_gateway}",
            header,
            "nat",
            destination=header.destination,
        )
    return run.not_modelled(
        Place.EDGE, f"gateways/{owner.gateway}", header, say("a packet for the gateway's own public address")
    )


def is_private(address: Address) -> bool:
    """Return whether nothing on the Internet answers to an address (fact A6)."""
    return any(address.version == prefix.version and address in prefix for prefix in NOT_PUBLIC)


def _lost_nat(run: Run, header: Header) -> End | None:
    """Drop what comes back to a NAT gateway that died with its zone (facts K5, M4)."""
    owner = run.network.public_owner(header.destination) if run.state.down_zones else None
    if owner is None or owner.kind != "nat_gateway":
        return None
    nat = run.network.scenario.topology.nat_gateways[owner.nat_gateway]
    if nat.zone not in run.state.down_zones:
        return None
    at = f"nat_gateways/{owner.nat_gateway}"
    way = say("NAT gateway {name}", name=nat.name)
    return run.drop("NO_OUTBOUND", Place.EDGE, Actor.FABRIC, at, header, "zone", way=way, zone=nat.zone)


def _to_nic(run: Run, owner: PublicOwner, header: Header) -> Hop:
    """Translate an instance's public address to the private one behind it (facts K1, F7)."""
    topology = run.network.scenario.topology
    private = topology.nics[owner.nic].configurations[owner.configuration].address
    after = rewritten(header, destination=private)
    run.sessions.outward[(owner.nic, reverse(key_of(after)))] = header.destination
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        f"nics/{owner.nic}",
        "edge.in_public_ip",
        header,
        after,
        old=header.destination,
        new=private,
        nic=run.drawing.ports[owner.nic].name,
    )
    standard = topology.public_ips[owner.public_ip].sku == "standard"
    return bring(run, owner.nic, after, kept=Kept.NO, public=standard)


def _unknown(run: Run, header: Header) -> Hop:
    """End a packet for an address that no public address object of the drawing has."""
    destination = header.destination
    if is_private(destination):
        variant = "private_from_outside"
    elif destination in run.drawing.hosts_outside:
        return run.not_modelled(
            Place.EDGE,
            f"hosts/{run.drawing.hosts_outside[destination]}",
            header,
            say("traffic between two places outside the cloud"),
        )
    else:
        variant = "public"
    return run.drop("NO_SUCH_HOST", Place.EDGE, Actor.FABRIC, None, header, variant, destination=destination)


def _translated(run: Run, port: Port, header: Header) -> Header | End:
    """Return the packet under its public source, or the drop if it has none (facts K1-K4, E6)."""
    at = f"nics/{port.id}"
    remembered = run.sessions.outward.get((port.id, key_of(header)))
    if remembered is not None:
        after = rewritten(header, source=remembered)
        run.step(Place.EDGE, Actor.FABRIC, at, "edge.answer", header, after, new=remembered)
        return after
    if header.source not in port.held:
        return run.drop(
            "NO_OUTBOUND",
            Place.EDGE,
            Actor.FABRIC,
            at,
            header,
            "foreign_source",
            source=header.source,
            nic=port.name,
            vm=run.drawing.machines[port.vm].name if port.vm is not None else port.name,
        )
    way = way_out(run, port, header)
    if way is None:
        variant = "family" if header.source.version == 6 else ""
        return run.drop("NO_OUTBOUND", Place.EDGE, Actor.FABRIC, at, header, variant, nic=port.name)
    unfit = _unfit(way, header)
    if unfit is not None:
        return run.drop(
            "NO_OUTBOUND",
            Place.EDGE,
            Actor.FABRIC,
            at,
            header,
            unfit,
            way=way.name,
            protocol=protocol_name(header.protocol),
            zone=way.lost_zone,
        )
    number = _port_of(run, way, port, at, header)
    if isinstance(number, End):
        return number
    after = rewritten(header, source=way.address, source_port=number)
    run.sessions.inward[reverse(key_of(after))] = (port.id, header.source, header.source_port)
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        at,
        way.key,
        header,
        after,
        matched=Match(kind="way out", ref=way.ref, text=way.name),
        old=header.source,
        new=way.address,
        **way.values,
    )
    return after


def _unfit(way: WayOut, header: Header) -> str | None:
    """Return why a way out does not take a packet: a variant of ``NO_OUTBOUND``; None if it does."""
    if way.lost_zone is not None:
        return "zone"
    if header.protocol not in way.protocols:
        return "protocol"
    return "fragment" if header.fragment and not way.fragments else None


def _port_of(run: Run, way: WayOut, port: Port, at: str, header: Header) -> int | End:
    """Return the source port a flow has outside, or the drop if there is none left (facts K4, K6)."""
    if way.ports is None:
        return header.source_port
    taker = (port.id, header.source, header.source_port)
    number = free_port(run.sessions, header, way.address, taker)
    answer = (header.protocol, header.destination, header.destination_port, way.address, number or 0)
    open_already = answer in run.sessions.snat
    used = used_ports(run.state, run.sessions, way.ports, header) - open_already
    values: dict[str, Any] = {
        "way": way.name,
        "allotted": f"{way.ports.ports:,}",
        "sum": way.ports.sum,
        "used": f"{used:,}",
        "destination": socket_text(header.destination, header.destination_port, header.protocol),
    }
    by_nat = way.key != "edge.outbound_rule"
    # A flow that has its port keeps it; only new ones find none (fact K6).
    if number is None or (used >= way.ports.ports and not open_already):
        variant = "nat" if by_nat else ""
        return run.drop("SNAT_EXHAUSTED", Place.EDGE, Actor.FABRIC, at, header, variant, **values)
    run.sessions.snat[answer] = way.ports.key
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        at,
        "edge.ports",
        header,
        matched=Match.model_construct(kind="way out", ref=way.ref, text=way.name),
        facts=("K4",) if by_nat else ("K6",),
        port=number,
        **values,
    )
    return number


def way_out(run: Run, port: Port, header: Header) -> WayOut | None:
    """Return the first way out of the order of precedence (fact K2)."""
    return (
        _nat_gateway(run, port, header)
        or _public_address(run, port, header)
        or _outbound_rule(run, port, header)
        or _default_access(run, port, header)
    )


def _nat_gateway(run: Run, port: Port, header: Header) -> WayOut | None:
    """NAT gateway of the subnet: TCP and UDP, IPv4; in one zone or in no particular one (K4, K5, K9)."""
    topology = run.network.scenario.topology
    nat_id = topology.subnets[port.subnet].nat_gateway
    nat = topology.nat_gateways.get(nat_id) if nat_id is not None else None
    if nat is None or header.source.version != 4:
        return None
    addresses = [
        topology.public_ips[key].address
        for key in sorted(nat.public_ips)
        if key in topology.public_ips and topology.public_ips[key].address.version == 4
    ]
    if not addresses:
        return None
    names = [str(address) for address in addresses]
    address = addresses[choose(f"nat|{nat_id}", flow_seed(header), names)]
    assert nat_id is not None
    lost = run.state.down_zones
    return WayOut(
        "edge.nat_unzoned" if lost and nat.zone is None else "edge.nat_gateway",
        say("NAT gateway {name}", name=nat.name),
        address,
        frozenset({TCP, UDP}),
        f"nat_gateways/{nat_id}",
        {"gateway": nat.name},
        nat_allotment(run.network.profile, nat_id, len(addresses)),
        lost_zone=nat.zone if nat.zone in lost else None,
    )


def _public_address(run: Run, port: Port, header: Header) -> WayOut | None:
    """Public address of the IP configuration that holds the source (facts K1, C11)."""
    topology = run.network.scenario.topology
    for _, configuration in sorted(topology.nics[port.id].configurations.items()):
        if configuration.address != header.source or configuration.public_ip is None:
            continue
        public = topology.public_ips.get(configuration.public_ip)
        if public is not None:
            return WayOut(
                "edge.public_ip",
                say("public address {name}", name=public.name),
                public.address,
                ICMP | {TCP, UDP, ESP},
                f"public_ips/{configuration.public_ip}",
                {},
                fragments=True,
            )
    return None


def _outbound_rule(run: Run, port: Port, header: Header) -> WayOut | None:
    """Outbound rule of a balancer whose pool holds the primary IP configuration (facts K2, K6, K7)."""
    topology = run.network.scenario.topology
    configurations = topology.nics[port.id].configurations
    for balancer_id, balancer in sorted(topology.load_balancers.items()):
        for rule_id, rule in sorted(balancer.outbound_rules.items()):
            frontend = balancer.frontends.get(rule.frontend)
            pool = balancer.pools.get(rule.pool)
            public = topology.public_ips.get(frontend.public_ip or "") if frontend is not None else None
            if (
                frontend is None
                or public is None
                or pool is None
                or public.address.version != header.source.version
            ):
                continue
            for member in pool.members.values():
                configuration = configurations.get(member.configuration)
                if (
                    member.nic == port.id
                    and configuration is not None
                    and configuration.primary
                    and configuration.address == header.source
                ):
                    ref = f"load_balancers/{balancer_id}/outbound_rules/{rule_id}"
                    return WayOut(
                        "edge.outbound_rule",
                        say("outbound rule {name}", name=rule.name),
                        public.address,
                        frozenset({TCP, UDP}),
                        ref,
                        {"rule": rule.name, "balancer": balancer.name},
                        rule_allotment(run.network.profile, ref, port.id, len(pool.members), rule),
                        lost_zone=next(iter(lost_zones(run, frontend)), None),
                    )
    return None


def _default_access(run: Run, port: Port, header: Header) -> WayOut | None:
    """Default outbound access: not for private subnets, nor for pools of an internal Standard balancer.

    Source: facts K3 (TCP and UDP only), J19, K9 (IPv4 only).
    """
    subnet = run.network.scenario.topology.subnets[port.subnet]
    allowed = (
        run.network.profile.default_outbound if subnet.default_outbound is None else subnet.default_outbound
    )
    if not allowed or header.source.version != 4 or port.id in run.drawing.inner_pool_nics:
        return None
    names = [str(number) for number in range(1, 255)]
    address = IPv4Address(STAND_IN + 1 + choose(say("default outbound"), named(port.id), names))
    return WayOut(
        "edge.default",
        say("default outbound access"),
        address,
        frozenset({TCP, UDP}),
        f"subnets/{port.subnet}",
        {},
    )

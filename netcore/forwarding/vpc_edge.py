"""Where a VPC meets the Internet: internet gateways that translate one to one, and NAT gateways in subnets.

Nothing leads out that is not drawn: a gateway, a route to it, and a public address (fact L6).
"""

from __future__ import annotations

from netcore.control.owners import PublicOwner
from netcore.control.routes import HopType
from netcore.document.values import Address
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.hops import Beyond, End, Hop, Routed
from netcore.forwarding.run import Run, rewritten
from netcore.forwarding.sizes import fits
from netcore.forwarding.state import key_of, reverse
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import ICMP, TCP, UDP, protocol_name
from netcore.trace.sentences import socket_text
from netcore.words import say


def out(run: Run, vnet: str, at: str, gateway: str, header: Header) -> Hop:
    """Leave by an internet gateway, under the public address that belongs to the private source (L6).

    The gateway looks at the source of the packet, whichever NIC brought it.
    """
    where = f"internet_gateways/{gateway}"
    name = run.network.scenario.topology.internet_gateways[gateway].name
    if any(header.destination in prefix for prefix in run.network.profile.addresses.private):
        return run.drop(
            "NO_SUCH_HOST",
            Place.EDGE,
            Actor.FABRIC,
            where,
            header,
            "private_outside",
            destination=header.destination,
        )
    owner = run.network.public_owner(header.source)
    if owner is not None and owner.kind == "frontend":
        return Beyond(at, header)
    public = _public_of(run, vnet, header.source)
    if public is None:
        return run.drop(
            "NO_OUTBOUND",
            Place.EDGE,
            Actor.FABRIC,
            where,
            header,
            "no_public_address",
            source=header.source,
            gateway=name,
        )
    public_ip, address = public
    fitting = fits(run, where, say("internet gateway {name}", name=name), header)
    if isinstance(fitting, End):
        return fitting
    header = fitting
    after = rewritten(header, source=address)
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        where,
        "vpc.internet",
        header,
        after,
        matched=Match(
            kind="way out", ref=f"public_ips/{public_ip}", text=say("internet gateway {name}", name=name)
        ),
        gateway=name,
        old=header.source,
        new=address,
    )
    return Beyond(at, after)


def translate(run: Run, at: str, gateway: str, header: Header) -> Hop:
    """Pass a NAT gateway, which stands in a subnet and follows that subnet's table (fact L6)."""
    topology = run.network.scenario.topology
    nat = topology.nat_gateways[gateway]
    where = f"nat_gateways/{gateway}"
    carried = ICMP | {TCP, UDP}
    if header.protocol not in carried or header.source.version != 4:
        return run.drop(
            "NO_OUTBOUND",
            Place.EDGE,
            Actor.FABRIC,
            where,
            header,
            "protocol" if header.source.version == 4 else "family",
            way=say("NAT gateway {name}", name=nat.name),
            protocol=protocol_name(header.protocol),
            nic=run.drawing.name(at),
        )
    addresses = [
        topology.public_ips[key].address for key in sorted(nat.public_ips) if key in topology.public_ips
    ]
    subnet = topology.subnets.get(nat.subnet or "")
    found = _way_of_nat(run, gateway, header)
    if isinstance(found, End):
        return found
    assert subnet is not None
    fitting = fits(run, where, say("NAT gateway {name}", name=nat.name), header)
    if isinstance(fitting, End):
        return fitting
    header = fitting
    names = [str(address) for address in addresses]
    address = addresses[choose(f"nat|{gateway}", flow_seed(header), names)]
    after = rewritten(header, source=address)
    run.sessions.translated[reverse(key_of(after))] = (gateway, header.source, header.source_port)
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        where,
        "vpc.nat_gateway",
        header,
        after,
        matched=Match(kind="way out", ref=where, text=say("NAT gateway {name}", name=nat.name)),
        gateway=nat.name,
        subnet=subnet.name,
        old=header.source,
        new=address,
    )
    return Beyond(at, after)


def _way_of_nat(run: Run, gateway: str, header: Header) -> End | None:
    """Return the drop of a NAT gateway whose subnet does not lead to an internet gateway."""
    nat = run.network.scenario.topology.nat_gateways[gateway]
    where = f"nat_gateways/{gateway}"
    if nat.subnet is None:
        return run.drop(
            "NO_OUTBOUND", Place.EDGE, Actor.FABRIC, where, header, "nat_nowhere", gateway=nat.name
        )
    subnet = run.network.scenario.topology.subnets[nat.subnet]
    zone = nat.zone or subnet.zone
    if zone is not None and zone in run.state.down_zones:
        return run.drop(
            "NO_OUTBOUND",
            Place.EDGE,
            Actor.FABRIC,
            where,
            header,
            "zone",
            way=say("NAT gateway {name}", name=nat.name),
            zone=zone,
        )
    selection = run.network.subnet_routes(nat.subnet).select(header.destination)
    found = selection.routes[0] if selection.routes else None
    if found is not None and found.next_hop_type is HopType.INTERNET and found.target is not None:
        return None
    if found is not None and found.next_hop_type not in (HopType.INTERNET, HopType.NONE, HopType.NAT_GATEWAY):
        return run.not_modelled(
            Place.EDGE,
            where,
            header,
            say(
                "NAT gateway {name} towards {target}",
                name=nat.name,
                target=found.target or say("its own network"),
            ),
        )
    return run.drop(
        "NO_OUTBOUND",
        Place.EDGE,
        Actor.FABRIC,
        where,
        header,
        "nat_subnet",
        gateway=nat.name,
        subnet=subnet.name,
    )


def returned(run: Run, header: Header) -> Hop | None:
    """Take the answer to what a NAT gateway has sent out, back by the table of its subnet; else None."""
    waiting = run.sessions.translated.get(key_of(header))
    if waiting is None:
        return None
    gateway, address, number = waiting
    nat = run.network.scenario.topology.nat_gateways[gateway]
    after = rewritten(header, destination=address, destination_port=number)
    where = f"nat_gateways/{gateway}"
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        where,
        "edge.in_answer",
        header,
        after,
        facts=("L6",),
        old=socket_text(header.destination, header.destination_port, header.protocol),
        new=socket_text(address, number, header.protocol),
    )
    assert nat.subnet is not None  # it sent the request
    vnet = run.network.scenario.topology.subnets[nat.subnet].vnet
    return Routed(vnet, where, nat.name, run.network.subnet_routes(nat.subnet), after)


def enter(run: Run, owner: PublicOwner, header: Header) -> Hop:
    """Take a packet for an instance's public address in by the network's internet gateway (L6, L10)."""
    topology = run.network.scenario.topology
    nic = topology.nics[owner.nic]
    private = nic.configurations[owner.configuration].address
    vnet = topology.subnets[nic.subnet].vnet
    path = run.network.vpc.internet_gateway(vnet)
    if path is None:
        return run.drop(
            "NO_GATEWAY",
            Place.EDGE,
            Actor.FABRIC,
            f"nics/{owner.nic}",
            header,
            "no_internet_gateway",
            vnet=run.drawing.vnet_name(vnet),
            destination=header.destination,
        )
    gateway = topology.internet_gateways[path.partition("/")[2]]
    after = rewritten(header, destination=private)
    run.step(
        Place.EDGE,
        Actor.FABRIC,
        path,
        "edge.in_public_ip",
        header,
        after,
        facts=("L6",),
        old=header.destination,
        new=private,
        nic=run.drawing.ports[owner.nic].name,
    )
    table = run.network.table_routes(vnet, gateway.route_table)
    return Routed(vnet, path, gateway.name, table, after)


def _public_of(run: Run, vnet: str, source: Address) -> tuple[str, Address] | None:
    """Return the public address that stands for a private one of a network, and its id."""
    owner = run.network.owners.held(vnet, source)
    if owner is None or owner.kind != "nic":
        return None
    topology = run.network.scenario.topology
    public_ip = topology.nics[owner.nic].configurations[owner.configuration].public_ip
    public = topology.public_ips.get(public_ip or "")
    return None if public is None or public_ip is None else (public_ip, public.address)

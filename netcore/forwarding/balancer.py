"""The balancer: which backend gets a flow, and under which addresses.

It terminates nothing: the client's source stays, and the answer goes straight from the backend to the
client with the frontend as its source (fact J1).
"""

from __future__ import annotations

from netcore.document.balancers import Frontend, InboundNatRule, LoadBalancer, Zone
from netcore.document.values import Address
from netcore.forwarding.backends import backend_for, rule_for
from netcore.forwarding.delivery import bring
from netcore.forwarding.gateway_balancer import give_back
from netcore.forwarding.hops import Balance, End, Hop, Kept
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run, rewritten
from netcore.forwarding.state import key_of, reverse
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import ICMP, protocol_number
from netcore.trace.sentences import flow_text, socket_text
from netcore.words import say

ZONES: tuple[Zone, ...] = (1, 2, 3)
"""The zones that serve a frontend which names none (fact J16)."""


def balance(run: Run, hop: Balance) -> Hop:
    """Give a flow to one backend of the rule that matches it.

    As a next hop the destination is kept; as the destination itself it is rewritten, unless floating IP
    is on (facts J3, J4, J6, E8).
    """
    balancer = run.network.scenario.topology.load_balancers[hop.balancer]
    header = hop.header
    at = f"load_balancers/{hop.balancer}"
    lost = _lost(run, at, balancer.frontends[hop.frontend], header)
    if lost is not None:
        return lost
    if balancer.sku == "gateway":
        return give_back(run, hop)
    if hop.prefix is None:
        published = _published(balancer, hop.frontend, header)
        if published is not None:
            return _to_published(run, hop, balancer, *published)
    found = rule_for(balancer, hop.frontend, header, run.network.profile.icmp_ha_ports)
    if found is None:
        variant = "icmp" if header.protocol in ICMP else "fragment" if header.fragment else ""
        if balancer.frontends[hop.frontend].address is None:  # HA-ports rules are for private frontends
            variant = f"public_{variant}" if variant else "public"
        return run.drop(
            "LB_NO_RULE",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            variant,
            frontend=balancer.frontends[hop.frontend].name,
            flow=flow_text(header),
        )
    rule_id, rule = found
    member = backend_for(run, hop.balancer, balancer, rule_id, rule, header)
    if isinstance(member, End):
        return member
    backend = balancer.pools[rule.pool].members[member]
    address = run.drawing.member_address(backend, header.destination.version)
    if address is None:
        return run.not_modelled(
            Place.BALANCER,
            at,
            header,
            say(
                "a frontend and a backend ({member_name}) of different IP versions",
                member_name=run.drawing.member_name(backend),
            ),
        )
    if hop.prefix is not None:
        run.step(
            Place.BALANCER,
            Actor.FABRIC,
            at,
            "balancer.keep",
            header,
            destination=header.destination,
            flow=flow_text(header),
        )
        return bring(run, backend.nic, header, prefix=hop.prefix, kept=Kept.NEXT_HOP)
    return _give(run, hop, balancer, backend.nic, address, rule.backend_port, rule.floating_ip)


def answer(run: Run, port: Port, header: Header) -> Header:
    """Return the header of a backend's answer with the frontend as source; others unchanged (fact J1).

    It happens at the backend's host, before the lookup of the way back.
    """
    frontend = run.sessions.balanced.get((port.id, key_of(header)))
    if frontend is None:
        return header
    after = rewritten(header, source=frontend[0], source_port=frontend[1])
    client = run.sessions.clients.get((port.id, key_of(header)))
    if client is not None:
        mac = run.network.profile.router_mac
        after = rewritten(after, destination=client[0], destination_port=client[1], destination_mac=mac)
    owner = run.network.public_owner(frontend[0])
    if owner is not None:
        run.sessions.outward[(port.id, key_of(after))] = frontend[0]
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        f"nics/{port.id}",
        "balancer.answer",
        header,
        after,
        old=socket_text(header.source, header.source_port, header.protocol),
        new=socket_text(after.source, after.source_port, after.protocol),
    )
    return after


def _give_as_client(run: Run, hop: Balance, nic: str, address: Address, backend_port: int) -> Hop:
    """Bring a packet to its backend under the frontend's own address, so that answers come back (L19)."""
    header = hop.header
    at = f"load_balancers/{hop.balancer}"
    if hop.public:
        return run.not_modelled(
            Place.BALANCER,
            at,
            header,
            say("under which private address a public frontend reaches its backends"),
        )
    after = rewritten(
        header,
        source=header.destination,
        destination=address,
        destination_port=backend_port or header.destination_port,
    )
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "balancer.as_client",
        header,
        after,
        old=flow_text(header),
        new=flow_text(after),
    )
    back = (nic, reverse(key_of(after)))
    run.sessions.balanced[back] = (header.destination, header.destination_port)
    run.sessions.clients[back] = (header.source, header.source_port)
    return bring(run, nic, after)


def answered(run: Run, port: Port, header: Header) -> bool:
    """Return whether a packet is an answer whose source has become a frontend (fact J1)."""
    frontend = (header.source, header.source_port)
    return any(nic == port.id and at == frontend for (nic, _), at in run.sessions.balanced.items())


def lost_zones(run: Run, frontend: Frontend) -> tuple[int, ...]:
    """Return the zones a frontend was served from where all of them are lost, else nothing (J16, M4)."""
    zones = frontend.zones or ZONES
    return tuple(sorted(zones)) if set(zones) <= run.state.down_zones else ()


def _lost(run: Run, at: str, frontend: Frontend, header: Header) -> End | None:
    """Drop what comes for a frontend whose zones are all lost (facts J16, M4)."""
    if not run.state.down_zones:
        return None
    lost = lost_zones(run, frontend)
    if lost:
        zones = ", ".join(map(str, lost))
        return run.drop(
            "ZONE_DOWN", Place.BALANCER, Actor.FABRIC, at, header, frontend=frontend.name, zones=zones
        )
    key = "balancer.zonal" if frontend.zones else "balancer.zone_redundant"
    run.step(Place.BALANCER, Actor.FABRIC, at, key, header, frontend=frontend.name)
    return None


def _published(
    balancer: LoadBalancer, frontend: str, header: Header
) -> tuple[str, InboundNatRule, Match] | None:
    """Return the inbound NAT rule for a packet, if there is one."""
    for rule_id, rule in sorted(balancer.inbound_nat_rules.items()):
        if (
            rule.frontend == frontend
            and not header.fragment
            and protocol_number(rule.protocol) == header.protocol
            and rule.frontend_port == header.destination_port
        ):
            text = say(
                "{name}: {protocol}/{frontend_port} -> {nic} port {backend_port}",
                name=rule.name,
                protocol=rule.protocol,
                frontend_port=rule.frontend_port,
                nic=rule.nic,
                backend_port=rule.backend_port,
            )
            return rule_id, rule, Match(kind="rule", ref=None, text=text)
    return None


def _to_published(
    run: Run, hop: Balance, balancer: LoadBalancer, rule_id: str, rule: InboundNatRule, matched: Match
) -> Hop:
    """Send a packet to the one backend of an inbound NAT rule, whatever its health."""
    at = f"load_balancers/{hop.balancer}"
    header = hop.header
    address = run.network.scenario.topology.nics[rule.nic].configurations[rule.configuration].address
    if address.version != header.destination.version:
        return run.not_modelled(
            Place.BALANCER,
            at,
            header,
            say(
                "a frontend and a backend ({name}) of different IP versions",
                name=run.drawing.name(f"nics/{rule.nic}"),
            ),
        )
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "balancer.published",
        header,
        matched=matched.model_copy(update={"ref": f"{at}/inbound_nat_rules/{rule_id}"}),
        rule=rule.name,
        balancer=balancer.name,
        nic=run.drawing.ports[rule.nic].name,
    )
    return _give(run, hop, balancer, rule.nic, address, rule.backend_port, rule.floating_ip)


def _give(
    run: Run,
    hop: Balance,
    balancer: LoadBalancer,
    nic: str,
    address: Address,
    backend_port: int,
    floating: bool,
) -> Hop:
    """Rewrite a packet for its backend, remember the frontend for the answer, and bring it there."""
    header = hop.header
    at = f"load_balancers/{hop.balancer}"
    port = run.drawing.ports[nic]
    said = balancer.preserve_client_ip
    if not (run.network.profile.preserve_client_ip if said is None else said):
        return _give_as_client(run, hop, nic, address, backend_port)
    if port.vm is not None and header.source in run.drawing.machines[port.vm].own:
        return run.drop(
            "LB_HAIRPIN",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            vm=run.drawing.machines[port.vm].name,
        )
    after = rewritten(
        header,
        destination=header.destination if floating else address,
        destination_port=backend_port or header.destination_port,
    )
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "balancer.floating" if floating else "balancer.rewrite",
        header,
        after,
        destination=header.destination,
        old=socket_text(header.destination, header.destination_port, header.protocol),
        new=socket_text(after.destination, after.destination_port, after.protocol),
    )
    run.sessions.balanced[(nic, reverse(key_of(after)))] = (header.destination, header.destination_port)
    kept = Kept.FLOATING if floating else Kept.NO
    return bring(run, nic, after, kept=kept, public=hop.public and balancer.sku == "standard")

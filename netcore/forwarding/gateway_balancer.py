"""The gateway balancer: Internet traffic of a public address passes appliances on its way, unchanged.

A public frontend, or an IP configuration with a public address, is chained to a gateway balancer. What
comes in for it and what leaves under it is wrapped whole, brought to one appliance, looked at there, wrapped
again and given back; then it goes on as if nothing had been in between. Both directions of a flow meet the
same appliance. Neither peering nor routes lead there: the chain does.

    Internet -> edge ==external tunnel==> {appliance} ==internal tunnel==> edge -> consumer

Source: facts J21, J3. The kind of tunnel, its port and key are the profile's where the pool names none.
"""

from __future__ import annotations

from netcore.document.balancers import BackendPool
from netcore.document.values import Address
from netcore.forwarding import guest_memory as memory
from netcore.forwarding.backends import backend_for
from netcore.forwarding.delivery import bring
from netcore.forwarding.hashing import flow_seed
from netcore.forwarding.hops import Balance, End, Hop, Inspect, Kept, Leave, Unwrap
from netcore.forwarding.machines import Machine, Port
from netcore.forwarding.run import Run
from netcore.profiles.model import Profile
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import UDP
from netcore.trace.sentences import flow_text
from netcore.words import say

FIRST_PORT = 49_152
"""Source ports of the tunnels start here; the flow's hash adds to it, as VXLAN and GENEVE advise."""


def chained(run: Run, address: Address) -> str | None:
    """Return the gateway balancer that Internet traffic of a public address passes, or None (fact J21)."""
    found: str | None = run.drawing.memo(("chains",), lambda: _chains(run)).get(address)
    return found


def inspect(run: Run, hop: Inspect) -> Hop:
    """Wrap a packet and bring it to the appliance of its flow.

    Source: facts J21, J3 (both directions meet the same one), J11, J12.
    """
    balancer = run.network.scenario.topology.load_balancers[hop.balancer]
    header = hop.header
    at = f"load_balancers/{hop.balancer}"
    found = next(
        ((key, rule) for key, rule in sorted(balancer.rules.items()) if rule.protocol == "all"), None
    )
    if found is None:
        return run.drop(
            "LB_NO_RULE",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            "gateway",
            balancer=balancer.name,
            frontend="",
            flow=flow_text(header),
        )
    rule_id, rule = found
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "gateway_balancer.chain",
        header,
        balancer=balancer.name,
        flow=flow_text(header),
    )
    member = backend_for(run, hop.balancer, balancer, rule_id, rule, header)
    if isinstance(member, End):
        return member
    pool = balancer.pools[rule.pool]
    frontend = balancer.frontends[rule.frontend].address
    address = run.drawing.member_address(pool.members[member], None)
    if frontend is None or address is None or frontend.version != address.version:
        return run.not_modelled(
            Place.BALANCER,
            at,
            header,
            say(
                "a frontend and a backend ({member_name}) of different IP versions",
                member_name=run.drawing.member_name(pool.members[member]),
            ),
        )
    number, key = tunnel(pool, run.network.profile, external=hop.inbound)
    outer = _wrapped(header, frontend, address, number)
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "gateway_balancer.wrap",
        header,
        outer,
        kind=run.network.profile.tunnel_kind.upper(),
        side=_side(hop.inbound),
        port=number,
        vni=key,
        old=frontend,
        new=address,
    )
    hop.rule = rule_id
    run.inspections.append(hop)
    return bring(run, pool.members[member].nic, outer, kept=Kept.TUNNEL)


def take(run: Run, hop: Unwrap) -> Hop:
    """Let an appliance look at a wrapped packet and send it back by its other tunnel.

    The guest must run and forward. It changes nothing inside: a translation there would break the flow.
    Source: fact J21; that an appliance translates nothing is inferred.
    """
    port = run.drawing.ports[hop.nic]
    assert port.vm is not None  # the NIC hands packets to VMs only
    machine = run.drawing.machines[port.vm]
    outer, inner = hop.header, hop.header.inner
    assert inner is not None  # only wrapped packets come here
    at = f"vms/{machine.id}"
    waiting = run.inspections[-1]
    profile = run.network.profile
    balancer = run.network.scenario.topology.load_balancers[waiting.balancer]
    pool = balancer.pools[balancer.rules[waiting.rule].pool]
    arrived = tunnel(pool, profile, external=waiting.inbound)
    refused = _refused(run, machine, port, outer, arrived)
    if refused is not None:
        return refused
    run.step(
        Place.GUEST,
        Actor.GUEST,
        at,
        "gateway_balancer.unwrap",
        outer,
        inner,
        vm=machine.name,
        flow=flow_text(inner),
        side=_side(waiting.inbound),
        vni=arrived[1],
    )
    if not machine.guest.forwarding:
        return run.drop(
            "OS_FORWARDING_OFF",
            Place.GUEST,
            Actor.GUEST,
            at,
            inner,
            vm=machine.name,
            destination=inner.destination,
        )
    denied = memory.session(run, machine, inner) or memory.firewall(run, machine, "forward", inner)
    if denied is not None:
        return denied
    number, key = tunnel(pool, profile, external=not waiting.inbound)
    macs = (port.guest_mac, profile.router_mac)
    back = _wrapped(inner, outer.destination, outer.source, number, macs)
    run.step(
        Place.GUEST,
        Actor.GUEST,
        at,
        "gateway_balancer.rewrap",
        inner,
        back,
        vm=machine.name,
        kind=profile.tunnel_kind.upper(),
        side=_side(not waiting.inbound),
        port=number,
        vni=key,
        new=outer.source,
    )
    return Leave(port.id, back)


def give_back(run: Run, hop: Balance) -> Hop:
    """Unwrap what an appliance returns, and let the packet go on to where it was going.

    Anything else that is sent to a gateway balancer's frontend is dropped: it serves chains only, and so
    nothing between VMs (fact J21).
    """
    at = f"load_balancers/{hop.balancer}"
    balancer = run.network.scenario.topology.load_balancers[hop.balancer]
    outer, inner = hop.header, hop.header.inner
    waiting = run.inspections[-1] if run.inspections else None
    if inner is None or waiting is None or waiting.balancer != hop.balancer or waiting.header != inner:
        return run.drop(
            "LB_NO_RULE",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            outer,
            "gateway",
            balancer=balancer.name,
            frontend=balancer.frontends[hop.frontend].name,
            flow=flow_text(outer),
        )
    run.inspections.pop()
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "gateway_balancer.give_back",
        outer,
        inner,
        balancer=balancer.name,
        flow=flow_text(inner),
    )
    return waiting.then


def tunnel(pool: BackendPool, profile: Profile, *, external: bool) -> tuple[int, int]:
    """Return UDP port and key of one of the two tunnels between a pool and its gateway balancer.

    Source: fact J21; what the pool does not name is the profile's default.
    """
    drawn = pool.external if external else pool.internal
    if drawn is not None:
        return drawn.port, drawn.key
    return profile.tunnel_external if external else profile.tunnel_internal


def _chains(run: Run) -> dict[Address, str]:
    """Return the gateway balancer of each public address that is chained to one."""
    topology = run.network.scenario.topology
    pairs = [
        (frontend.public_ip, frontend.gateway_balancer)
        for balancer in topology.load_balancers.values()
        for frontend in balancer.frontends.values()
    ]
    pairs += [
        (configuration.public_ip, configuration.gateway_balancer)
        for nic in topology.nics.values()
        for configuration in nic.configurations.values()
    ]
    return {
        topology.public_ips[public].address: balancer
        for public, balancer in pairs
        if public is not None and balancer is not None and public in topology.public_ips
    }


def _refused(run: Run, machine: Machine, port: Port, outer: Header, arrived: tuple[int, int]) -> Hop | None:
    """Drop a wrapped packet that the guest cannot take: wrong MAC, wrong address, wrong tunnel."""
    at = f"vms/{machine.id}"
    if port.guest_mac != port.mac:
        return run.drop(
            "GUEST_MAC_MISMATCH",
            Place.GUEST,
            Actor.GUEST,
            at,
            outer,
            "inbound",
            vm=machine.name,
            nic=port.name,
            expected=port.mac,
            found=port.guest_mac,
        )
    if outer.destination not in machine.own:
        return run.drop(
            "GUEST_IP_MISMATCH",
            Place.GUEST,
            Actor.GUEST,
            at,
            outer,
            vm=machine.name,
            nic=port.name,
            destination=outer.destination,
        )
    drawn = [entry for entry in machine.guest.tunnels.values() if entry.remote == outer.source]
    if drawn and not any((entry.port or arrived[0], entry.key) == arrived for entry in drawn):
        return run.drop(
            "LB_NO_RULE",
            Place.GUEST,
            Actor.GUEST,
            at,
            outer,
            "tunnel",
            vm=machine.name,
            port=arrived[0],
            vni=arrived[1],
            frontend="",
            flow=flow_text(outer),
        )
    return memory.firewall(run, machine, "input", outer)


def _wrapped(
    inner: Header,
    source: Address,
    destination: Address,
    number: int,
    macs: tuple[str | None, str | None] = (None, None),
) -> Header:
    """Return the outer header of a tunnel packet; its source port spreads flows."""
    return Header.model_construct(
        source=source,
        destination=destination,
        protocol=UDP,
        source_port=FIRST_PORT + flow_seed(inner) % (65_536 - FIRST_PORT),
        destination_port=number,
        ttl=64,
        source_mac=macs[0],
        destination_mac=macs[1],
        size_bytes=None,
        dont_fragment=False,
        fragment=False,
        frame="ip",
        inner=inner,
    )


def _side(external: bool) -> str:
    return "external" if external else "internal"

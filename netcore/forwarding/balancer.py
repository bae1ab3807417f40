"""The balancer: which backend gets a flow, and under which addresses.

It terminates nothing: the client's source stays, and the answer goes straight from the backend to the
client with the frontend as its source (fact J1).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from netcore.document.balancers import BalancingRule, LoadBalancer
from netcore.document.models import Direction
from netcore.forwarding.delivery import bring
from netcore.forwarding.guest import serves
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.hops import Balance, End, Hop, Kept
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Phase, Run, rewritten
from netcore.forwarding.security import denying_rule
from netcore.forwarding.state import key_of, pin_key, reverse
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import ICMP, TCP, UDP, protocol_number
from netcore.trace.sentences import flow_text, socket_text

PROBE_SOURCE = ip_address("168.63.129.16")
"""Where probes come from (facts A14, F9, J7)."""


def balance(run: Run, hop: Balance) -> Hop:
    """Give a flow to one backend of the rule that matches it.

    As a next hop the destination is kept; as the destination itself it is rewritten, unless floating IP
    is on (facts J3, J4, J6, E8).
    """
    balancer = run.network.scenario.topology.load_balancers[hop.balancer]
    header = hop.header
    at = f"load_balancers/{hop.balancer}"
    found = _rule_for(balancer, hop.frontend, header, run.network.profile.icmp_ha_ports)
    if found is None:
        return run.drop(
            "LB_NO_RULE",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            "icmp" if header.protocol in ICMP else "",
            frontend=hop.frontend,
            flow=flow_text(header),
        )
    rule_id, rule = found
    member = _member(run, hop.balancer, balancer, rule_id, rule, header)
    if isinstance(member, End):
        return member
    backend = balancer.pools[rule.pool].members[member]
    port = run.drawing.ports[backend.nic]
    address = run.drawing.member_address(backend, header.destination.version)
    if address is None:
        return run.not_modelled(
            Place.BALANCER, at, header, f"a frontend and a backend ({member}) of different IP versions"
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
        return bring(run, port.id, header, prefix=hop.prefix, kept=Kept.NEXT_HOP)
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
        destination=header.destination if rule.floating_ip else address,
        destination_port=rule.backend_port or header.destination_port,
    )
    kept = Kept.FLOATING if rule.floating_ip else Kept.NO
    run.step(
        Place.BALANCER,
        Actor.FABRIC,
        at,
        "balancer.floating" if rule.floating_ip else "balancer.rewrite",
        header,
        after,
        destination=header.destination,
        old=socket_text(header.destination, header.destination_port, header.protocol),
        new=socket_text(after.destination, after.destination_port, after.protocol),
    )
    run.sessions.balanced[(port.id, reverse(key_of(after)))] = (
        header.destination,
        header.destination_port,
    )
    return bring(run, port.id, after, kept=kept, public=hop.public and balancer.sku == "standard")


def answer(run: Run, port: Port, header: Header) -> Header:
    """Return the header of a backend's answer with the frontend as source; others unchanged (fact J1).

    It happens at the backend's host, before the lookup of the way back.
    """
    frontend = run.sessions.balanced.get((port.id, key_of(header)))
    if frontend is None:
        return header
    after = rewritten(header, source=frontend[0], source_port=frontend[1])
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


def ailments(run: Run, balancer_id: str, pool_id: str, probe_id: str | None) -> dict[str, str]:
    """Return why backends of a pool are not healthy, by member id; healthy ones are absent.

    Computed from the drawing: the VM runs, the platform's probe passes the security groups of the NIC,
    and the guest answers on the probe's port under the address the platform knows (facts J7, F9). What the
    moment adds comes from ``State.unhealthy``. A guest is taken to answer a probe by the NIC it came in on.
    """
    found = dict(
        run.drawing.memo(
            ("ailments", balancer_id, pool_id, probe_id),
            lambda: _computed(run, balancer_id, pool_id, probe_id),
        )
    )
    for lb, pool, member in run.state.unhealthy:
        if (lb, pool) == (balancer_id, pool_id):
            found.setdefault(member, "its probe fails")
    return found


def _computed(run: Run, balancer_id: str, pool_id: str, probe_id: str | None) -> dict[str, str]:
    balancer = run.network.scenario.topology.load_balancers[balancer_id]
    probe = balancer.probes.get(probe_id) if probe_id is not None else None
    found: dict[str, str] = {}
    for member_id, member in sorted(balancer.pools[pool_id].members.items()):
        port = run.drawing.ports.get(member.nic)
        if port is None or port.vm is None:
            found[member_id] = "no VM is attached"
            continue
        machine = run.drawing.machines[port.vm]
        address = run.drawing.member_address(member, None)
        if not machine.runs:
            found[member_id] = f"{machine.name} is stopped"
        elif probe is None:
            continue
        elif address is None or port.guest_mac != port.mac or address not in machine.own:
            found[member_id] = f"the guest of {machine.name} does not hold the probed address"
        else:
            header = Header(
                source=PROBE_SOURCE,
                destination=address,
                protocol=TCP,
                source_port=49152,
                destination_port=probe.port,
            )
            denied = denying_rule(run, port.id, Direction.INBOUND, header)
            if denied is not None:
                found[member_id] = f"{denied} denies the probe to {machine.name} from {PROBE_SOURCE}"
            elif not serves(machine, TCP, probe.port):
                found[member_id] = f"nothing in {machine.name} answers the probe on port {probe.port}"
    return found


def _rule_for(
    balancer: LoadBalancer, frontend: str, header: Header, carries_icmp: bool
) -> tuple[str, BalancingRule] | None:
    """Return the rule of a frontend for a flow, exact port before HA ports (facts J2, J4, J5)."""
    rules = sorted((rule_id, rule) for rule_id, rule in balancer.rules.items() if rule.frontend == frontend)
    for rule_id, rule in rules:
        if (
            rule.protocol != "all"
            and protocol_number(rule.protocol) == header.protocol
            and rule.frontend_port in (0, header.destination_port)
        ):
            return rule_id, rule
    if header.protocol in ICMP and not carries_icmp:
        return None
    return next(((rule_id, rule) for rule_id, rule in rules if rule.protocol == "all"), None)


def _member(
    run: Run, balancer_id: str, balancer: LoadBalancer, rule_id: str, rule: BalancingRule, header: Header
) -> str | End:
    """Return the backend of a flow, or the drop if there is none (facts J2, J3, J11, J12)."""
    at = f"load_balancers/{balancer_id}"
    members = balancer.pools[rule.pool].members
    if not members:
        return run.drop("LB_NO_HEALTHY", Place.BALANCER, Actor.FABRIC, at, header, "empty", pool=rule.pool)
    sick = ailments(run, balancer_id, rule.pool, rule.probe)
    healthy = [member for member in sorted(members) if member not in sick]
    pin = pin_key(balancer_id, header)
    pinned = run.sessions.pins.get(pin) or run.state.pins.get(pin)
    matched = Match(kind="rule", ref=f"{at}/rules/{rule_id}", text=_rule_text(rule))
    values: dict[str, Any] = {"rule": rule_id, "balancer": balancer.name, "count": len(healthy)}
    if pinned in members and _stays(balancer, rule, header, pinned, healthy):
        vm = run.drawing.vm_of(members[pinned].nic)
        old = run.phase is not Phase.OPENING or pin in run.state.pins
        if old and header.protocol != UDP and vm is not None and not run.runs(vm):
            return run.drop(
                "LB_FLOW_PINNED_DEAD",
                Place.BALANCER,
                Actor.FABRIC,
                at,
                header,
                matched=matched,
                vm=run.drawing.machines[vm].name,
            )
        key = "balancer.symmetric" if run.phase is Phase.ANSWER else "balancer.pinned"
        run.step(Place.BALANCER, Actor.FABRIC, at, key, header, matched=matched, member=pinned, **values)
        return pinned
    if not healthy:
        why = "; ".join(f"{member}: {sick[member]}" for member in sorted(members))
        return run.drop(
            "LB_NO_HEALTHY",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            matched=matched,
            pool=rule.pool,
            why=why,
        )
    if len(healthy) == 1:
        member, key = healthy[0], "balancer.only"
    else:
        seed = flow_seed(header, rule.distribution)
        member = healthy[run.choose(healthy, choose(f"{balancer_id}|{rule.pool}", seed, healthy))]
        key = "balancer.choose"
    run.step(Place.BALANCER, Actor.FABRIC, at, key, header, matched=matched, member=member, **values)
    run.sessions.pins[pin] = member
    return member


def _stays(
    balancer: LoadBalancer, rule: BalancingRule, header: Header, pinned: str, healthy: list[str]
) -> bool:
    """Return whether a flow stays with the backend it has: TCP does, UDP only while it is healthy.

    Source: facts J11, J12: with no healthy backend left, Standard keeps established TCP flows of a pool with
    more than one backend, Basic ends them.
    """
    if pinned in healthy:
        return True
    if header.protocol == UDP:
        return False
    if healthy:
        return True
    return balancer.sku == "standard" and len(balancer.pools[rule.pool].members) > 1


def _rule_text(rule: BalancingRule) -> str:
    if rule.protocol == "all":
        return f"{rule.name}: HA ports -> {rule.pool}"
    return f"{rule.name}: {rule.protocol}/{rule.frontend_port} -> {rule.pool} port {rule.backend_port}"

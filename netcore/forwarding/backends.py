"""Which rule of a frontend a flow falls under, and which backend gets it (facts J2-J5, J11-J13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from netcore.document.balancers import BalancingRule, LoadBalancer, PoolMember
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.hops import End
from netcore.forwarding.probes import Rotation, rotation
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import pin_key
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import ICMP, TCP, UDP, protocol_number
from netcore.words import say


def rule_for(
    balancer: LoadBalancer, frontend: str, header: Header, carries_icmp: bool
) -> tuple[str, BalancingRule] | None:
    """Return the rule of a frontend for a flow, exact port before HA ports (facts J2, J4, J5, C10)."""
    rules = sorted((rule_id, rule) for rule_id, rule in balancer.rules.items() if rule.frontend == frontend)
    for rule_id, rule in rules:
        if (
            rule.protocol != "all"
            and not header.fragment
            and protocol_number(rule.protocol) == header.protocol
            and rule.frontend_port in (0, header.destination_port)
        ):
            return rule_id, rule
    if header.protocol in ICMP and not carries_icmp:
        return None
    return next(((rule_id, rule) for rule_id, rule in rules if rule.protocol == "all"), None)


def backend_for(
    run: Run, balancer_id: str, balancer: LoadBalancer, rule_id: str, rule: BalancingRule, header: Header
) -> str | End:
    """Return the backend of a flow, or the drop if there is none (facts J2, J3, J11-J13)."""
    at = f"load_balancers/{balancer_id}"
    members = balancer.pools[rule.pool].members
    if not members:
        return run.drop(
            "LB_NO_HEALTHY",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            "empty",
            pool=balancer.pools[rule.pool].name,
        )
    turn = rotation(run, balancer_id, rule.pool, rule.probe)
    healthy = near(run, balancer, rule, turn.healthy)
    stays = said_of(run, balancer)
    pin = pin_key(balancer_id, header)
    pinned = run.sessions.pins.get(pin) or run.state.pins.get(pin)
    matched = Match.model_construct(kind="rule", ref=f"{at}/rules/{rule_id}", text=rule_text(rule))
    names: dict[str, str] = run.drawing.memo(
        ("members", balancer_id, rule.pool), lambda: _names(run, members)
    )
    values: dict[str, Any] = {"rule": rule.name, "balancer": balancer.name, "count": len(healthy)}
    if pinned in members and _stays(balancer, rule, header, pinned, turn, stays):
        vm = run.drawing.vm_of(members[pinned].nic)
        old = run.phase is not Phase.OPENING or pin in run.state.pins
        ended = _ended(run, header, pinned, vm, turn, stays) if old and vm is not None else None
        if ended is not None:
            code, said = ended
            return run.drop(code, Place.BALANCER, Actor.FABRIC, at, header, matched=matched, **said)
        key = "balancer.symmetric" if run.phase is Phase.ANSWER else "balancer.pinned"
        if pinned in turn.drained:
            key = "balancer.draining"
        run.step(
            Place.BALANCER, Actor.FABRIC, at, key, header, matched=matched, member=names[pinned], **values
        )
        return pinned
    if not healthy:
        far = say("in another zone than the frontend, and cross-zone is off")
        why = "; ".join(f"{names[member]}: {turn.sick.get(member, far)}" for member in sorted(members))
        return run.drop(
            "LB_NO_HEALTHY",
            Place.BALANCER,
            Actor.FABRIC,
            at,
            header,
            "drained" if turn.drained == set(members) else "",
            matched=matched,
            pool=balancer.pools[rule.pool].name,
            why=why,
        )
    if len(healthy) == 1:
        member, key = healthy[0], "balancer.only"
    else:
        seed = flow_seed(header, rule.distribution)
        labels = [names[member] for member in healthy]
        member = healthy[run.choose(labels, choose(f"{balancer_id}|{rule.pool}", seed, healthy))]
        key = "balancer.choose"
    if member in turn.sick:
        key = "balancer.all_up"
    run.step(Place.BALANCER, Actor.FABRIC, at, key, header, matched=matched, member=names[member], **values)
    run.sessions.pins[pin] = member
    return member


def _names(run: Run, members: Mapping[str, PoolMember]) -> dict[str, str]:
    """Return what people call the members of a pool, by id; with the id where two have one name."""
    names = {key: run.drawing.member_name(member) for key, member in members.items()}
    times = Counter(names.values())
    return {key: name if times[name] == 1 else f"{name} ({key})" for key, name in names.items()}


def rule_text(rule: BalancingRule) -> str:
    """Return a rule as one line."""
    if rule.protocol == "all":
        return say("{name}: HA ports -> {pool}", name=rule.name, pool=rule.pool)
    return say(
        "{name}: {protocol}/{frontend_port} -> {pool} port {backend_port}",
        name=rule.name,
        protocol=rule.protocol,
        frontend_port=rule.frontend_port,
        pool=rule.pool,
        backend_port=rule.backend_port,
    )


def near(run: Run, balancer: LoadBalancer, rule: BalancingRule, healthy: tuple[str, ...]) -> tuple[str, ...]:
    """Return the members a frontend spreads over: those of its own zone where cross-zone is off (L19).

    A frontend stands in the zone of its subnet, or in the one zone that it names. Members without a zone
    are in all of them.
    """
    cross_zone = run.network.profile.cross_zone if balancer.cross_zone is None else balancer.cross_zone
    if cross_zone or balancer.sku == "gateway":
        return healthy
    topology = run.network.scenario.topology
    frontend = balancer.frontends[rule.frontend]
    subnet = topology.subnets.get(frontend.subnet or "")
    zone = subnet.zone if subnet is not None else None
    if zone is None and len(frontend.zones) == 1:
        zone = frontend.zones[0]
    if zone is None:
        return healthy
    found = []
    for member in healthy:
        nic = balancer.pools[rule.pool].members[member].nic
        vm = topology.vms.get(run.drawing.vm_of(nic) or "")
        place = vm.zone if vm is not None and vm.zone else topology.subnets[topology.nics[nic].subnet].zone
        if place in (None, zone):
            found.append(member)
    return tuple(found)


def said_of(run: Run, balancer: LoadBalancer) -> bool | None:
    """Return whether all flows of a dead member stay with it (True) or move (False); None: by J11 (L18)."""
    said = balancer.rebalance
    if said is None and balancer.sku == "gateway":
        said = run.network.profile.gateway_rebalance
    return None if said is None else not said


def _ended(
    run: Run, header: Header, pinned: str, vm: str, turn: Rotation, stays: bool | None
) -> tuple[str, dict[str, Any]] | None:
    """Return how an established flow ends at the backend it belongs to, and what the code's text names.

    A provider may reset TCP flows of a backend that is out of rotation (L19), though not of one that a
    person took out (J13). Else they hang once it is dead.

    Args:
        stays: see ``said_of``.
    """
    name = run.drawing.machines[vm].name
    out = pinned not in turn.healthy and pinned not in turn.drained
    if out and stays is None and header.protocol == TCP and run.network.profile.resets_unhealthy:
        return "LB_FLOW_RESET", {"vm": name, "why": turn.sick[pinned]}
    if (header.protocol != UDP or stays) and not run.runs(vm):
        return "LB_FLOW_PINNED_DEAD", {"vm": name}
    return None


def _stays(
    balancer: LoadBalancer,
    rule: BalancingRule,
    header: Header,
    pinned: str,
    turn: Rotation,
    said: bool | None = None,
) -> bool:
    """Return whether a flow stays with the backend it has: TCP does, UDP only while it is in rotation.

    Source: facts J11-J13: with no healthy backend left, Standard keeps established TCP flows of a pool with
    more than one backend, Basic ends them. What a person took out keeps its TCP flows.
    """
    if pinned in turn.healthy:
        return True
    if said is not None:
        return said
    if header.protocol == UDP:
        return False
    if turn.healthy or pinned in turn.drained:
        return True
    return balancer.sku == "standard" and len(balancer.pools[rule.pool].members) > 1

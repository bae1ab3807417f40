"""Who is in the rotation of a pool at this moment: what probes find, and what people order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import NamedTuple

from netcore.control.network import Network
from netcore.control.probes import Meets
from netcore.document.balancers import LoadBalancer, PoolMember, Probe
from netcore.document.models import Direction
from netcore.document.values import Address
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.guest import serves, serving
from netcore.forwarding.guest_memory import denying
from netcore.forwarding.machines import Machine, Port
from netcore.forwarding.run import Phase, Run, loses
from netcore.forwarding.security import denying_rule
from netcore.forwarding.state import Sessions, State
from netcore.trace.model import Header
from netcore.trace.packet import TCP
from netcore.words import say

PROBE_SOURCE = ip_address("168.63.129.16")
"""Where probes come from (facts A14, F9, J7)."""


class Ailment(NamedTuple):
    """Why a probe fails, and what it meets: silence, or an answer that says no."""

    reason: str
    meets: Meets = "timeout"


@dataclass(frozen=True, slots=True)
class Rotation:
    """The members of a pool as new flows find them.

    Args:
        healthy: members that get new flows, sorted.
        sick: why the others do not, by member id.
        drained: those of them that a person took out (fact J13).
    """

    healthy: tuple[str, ...]
    sick: Mapping[str, str]
    drained: frozenset[str]


@dataclass(frozen=True, slots=True)
class BackendHealth:
    """What a balancing rule holds of one backend.

    Args:
        balancer: id, as ``rule``, ``pool`` and ``member``.
        healthy: whether new flows of the rule may go there.
        reason: why not; empty where it is healthy.
    """

    balancer: str
    rule: str
    pool: str
    member: str
    healthy: bool
    reason: str


def backend_health(network: Network, state: State | None = None) -> tuple[BackendHealth, ...]:
    """Return the health of every backend, once for each balancing rule that uses it.

    Returns:
        Sorted by balancer, rule and member. Rules may probe one pool in different ways.

    Source: facts J7, J11-J13, J18, F9.
    """
    run = Run(network, drawing_of(network), state or State(), Sessions(), Phase.OPENING)
    found: list[BackendHealth] = []
    for balancer_id, balancer in sorted(network.scenario.topology.load_balancers.items()):
        for rule_id, rule in sorted(balancer.rules.items()):
            turn = rotation(run, balancer_id, rule.pool, rule.probe)
            found.extend(
                BackendHealth(
                    balancer_id,
                    rule_id,
                    rule.pool,
                    member,
                    member in turn.healthy,
                    "" if member in turn.healthy else turn.sick[member],
                )
                for member in sorted(balancer.pools[rule.pool].members)
            )
    return tuple(found)


def rotation(run: Run, balancer_id: str, pool_id: str, probe_id: str | None) -> Rotation:
    """Return who gets new flows of a rule (facts J11-J13).

    With nobody healthy, a probe may say that the pool goes on as if all were, apart from those a person
    took out.
    """
    if run.state.unhealthy or run.state.probed is not None:
        return _rotation(run, balancer_id, pool_id, probe_id)
    found: Rotation = run.drawing.memo(
        ("rotation", balancer_id, pool_id, probe_id),
        lambda: _rotation(run, balancer_id, pool_id, probe_id),
    )
    return found


def _rotation(run: Run, balancer_id: str, pool_id: str, probe_id: str | None) -> Rotation:
    balancer = run.network.scenario.topology.load_balancers[balancer_id]
    members = balancer.pools[pool_id].members
    sick = ailments(run, balancer_id, pool_id, probe_id)
    drained = frozenset(key for key, member in members.items() if member.admin_state == "down")
    healthy = tuple(member for member in sorted(members) if member not in sick)
    probe = balancer.probes.get(probe_id) if probe_id is not None else None
    if not healthy and probe is not None and probe.all_down == "all":
        healthy = tuple(member for member in sorted(members) if member not in drained)
    return Rotation(healthy, sick, drained)


def ailments(run: Run, balancer_id: str, pool_id: str, probe_id: str | None) -> dict[str, str]:
    """Return why backends of a pool get no new flows, by member id; healthy ones are absent.

    Computed from the drawing: the VM runs, the platform's probe passes the security groups of the NIC,
    the guest answers on the probe's port under the address the platform knows, and by the NIC it was
    asked at (facts J7, F9, J18). What the moment adds comes from ``State.unhealthy``. A person's order
    overrides both (fact J13).
    """
    seen = _seen(run, balancer_id, pool_id)
    found = dict(
        seen.drawing.memo(
            ("ailments", balancer_id, pool_id, probe_id),
            lambda: _computed(seen, balancer_id, pool_id, probe_id),
        )
    )
    for *place, member_id in run.state.unhealthy:
        if place == [balancer_id, pool_id]:
            found.setdefault(member_id, say("its probe fails"))
    pool = run.network.scenario.topology.load_balancers[balancer_id].pools[pool_id]
    probe = run.network.scenario.topology.load_balancers[balancer_id].probes.get(probe_id or "")
    for member_id, member in pool.members.items():
        lacking = _lacking(run, member, probe)
        # What a dead VM does to the probes of others is noticed in time, as its own death is.
        if lacking is not None and not run.state.down_vms and not run.state.down_zones:
            found.setdefault(member_id, lacking.reason)
    for member_id, ordered in pool.members.items():
        if ordered.admin_state == "up":
            found.pop(member_id, None)
        elif ordered.admin_state == "down":
            found[member_id] = say("its admin state is down")
    return found


def probe_meets(network: Network, state: State, member: tuple[str, str, str], probe: Probe) -> Meets:
    """Return what a probe of a pool member meets at a moment, whatever the rotation is.

    Args:
        member: balancer, pool and member id.

    Source: facts F9, J7, J9, J18.
    """
    balancer_id, pool_id, member_id = member
    run = Run(network, drawing_of(network), state, Sessions(), Phase.OPENING)
    drawn = network.scenario.topology.load_balancers[balancer_id].pools[pool_id].members[member_id]
    port = run.drawing.ports.get(drawn.nic)
    if port is not None and port.vm is not None and loses(network, state, port.vm):
        return "timeout"
    found = _ailment(run, drawn, probe) or _lacking(run, drawn, probe)
    return "ok" if found is None else found.meets


def _seen(run: Run, balancer_id: str, pool_id: str) -> Run:
    """Return the walk's view of what probes have seen last; its own where the pool was another one then."""
    before = run.state.probed
    if before is None:
        return run
    there = before.scenario.topology.load_balancers.get(balancer_id)
    now = run.network.scenario.topology.load_balancers[balancer_id]
    if there is None or there.pools.get(pool_id) != now.pools[pool_id]:
        return run
    return Run(before, drawing_of(before), run.state, Sessions(), Phase.OPENING)


def noticed(network: Network, state: State) -> State:
    """Return the moment after every probe has noticed the VMs that do not run any more.

    Members without a probe stay in rotation, and nothing else in the network changes: nothing else reacts
    to a dead VM by itself (facts J11, J22).
    """
    drawing = drawing_of(network)
    found = set(state.unhealthy)
    for balancer_id, balancer in network.scenario.topology.load_balancers.items():
        for pool_id, pool in balancer.pools.items():
            if not _probed(balancer, pool_id):
                continue
            for member_id, member in pool.members.items():
                port = drawing.ports.get(member.nic)
                if port is not None and port.vm is not None and loses(network, state, port.vm):
                    found.add((balancer_id, pool_id, member_id))
    return replace(state, unhealthy=frozenset(found))


def _probed(balancer: LoadBalancer, pool_id: str) -> bool:
    """Return whether a rule with a probe uses a pool."""
    return any(rule.pool == pool_id and rule.probe is not None for rule in balancer.rules.values())


def _computed(run: Run, balancer_id: str, pool_id: str, probe_id: str | None) -> dict[str, str]:
    balancer = run.network.scenario.topology.load_balancers[balancer_id]
    probe = balancer.probes.get(probe_id) if probe_id is not None else None
    members = balancer.pools[pool_id].members
    found = {key: _ailment(run, member, probe) for key, member in sorted(members.items())}
    return {key: ailment.reason for key, ailment in found.items() if ailment is not None}


def _ailment(run: Run, member: PoolMember, probe: Probe | None) -> Ailment | None:
    """Return why a backend is not healthy as drawn, or None (facts F9, J7, J18)."""
    port = run.drawing.ports.get(member.nic)
    if port is None or port.vm is None:
        return Ailment(say("no VM is attached"))
    machine = run.drawing.machines[port.vm]
    if not machine.runs:
        return Ailment(say("{name} is stopped", name=machine.name))
    if probe is None:
        return None
    address = run.drawing.member_address(member, None)
    if address is None or port.guest_mac != port.mac or address not in machine.own:
        return Ailment(say("the guest of {name} does not hold the probed address", name=machine.name))
    return _unanswered(run, machine, port, address, probe.port)


def _unanswered(run: Run, machine: Machine, port: Port, address: Address, number: int) -> Ailment | None:
    """Return why a probe of a port gets no good answer, or None (facts F9, J7, J18)."""
    asked = Header(
        source=PROBE_SOURCE, destination=address, protocol=TCP, source_port=49152, destination_port=number
    )
    denied = denying_rule(run, port.id, Direction.INBOUND, asked)
    if denied is not None:
        return Ailment(
            say(
                "{denied} denies the probe to {name} from {probe_source}",
                denied=denied,
                name=machine.name,
                probe_source=PROBE_SOURCE,
            )
        )
    barred = denying(machine, "input", asked)
    if barred is not None:
        return Ailment(
            say(
                "rule {priority} of the firewall in {name} denies the probe",
                priority=barred.priority,
                name=machine.name,
            )
        )
    if not serves(machine, TCP, number):
        return Ailment(
            say("nothing in {name} answers the probe on port {number}", name=machine.name, number=number),
            "refused",
        )
    if not machine.guest.forwarding and any(one.needs_forwarding for one in serving(machine, TCP, number)):
        return Ailment(say("{name} does not forward, and its probe says so", name=machine.name), "refused")
    if machine.guest.policy_routing:
        return None
    path = machine.path(PROBE_SOURCE)
    if path is None:
        return Ailment(
            say(
                "the guest of {name} has no route back to {probe_source}",
                name=machine.name,
                probe_source=PROBE_SOURCE,
            )
        )
    if path.nic != port.id:
        return Ailment(
            say(
                "{name} is probed at {id} and answers by {nic}, where its route for {probe_source} leads",
                name=machine.name,
                id=port.id,
                nic=path.nic,
                probe_source=PROBE_SOURCE,
            )
        )
    return None


def _lacking(run: Run, member: PoolMember, probe: Probe | None) -> Ailment | None:
    """Return which other VM a deep health check misses at this moment, or None."""
    port = run.drawing.ports.get(member.nic)
    if probe is None or port is None or port.vm is None:
        return None
    for service in serving(run.drawing.machines[port.vm], TCP, probe.port):
        for vm in service.needs_vms:
            if not run.drawing.machines[vm].runs or loses(run.network, run.state, vm):
                name = run.drawing.machines[vm].name
                return Ailment(
                    say("the probe's service needs {name}, which does not answer", name=name), "refused"
                )
    return None

"""The designs that can race, and what each makes of a drawing and a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from netcore.document.faults import Fault, FaultKind, FaultStep
from netcore.document.models import Scenario
from netcore.errors import NotFound, NotModelled
from netcore.failover.drawings import Drawings
from netcore.failover.mechanisms import (
    address_move,
    aws_address_move,
    aws_direct_connect,
    aws_gateway_balancer,
    aws_interface_move,
    aws_network_balancer,
    aws_route_rewrite,
    balancer,
    balancer_active_passive,
    dns,
    express_route,
    fencing,
    gateway_balancer,
    public_address_move,
    route_pollers,
    route_rewrite,
    route_server,
    vpn_active_active,
    vpn_active_standby,
    vrrp,
    wait_out,
)
from netcore.failover.operator import by_hand
from netcore.failover.plan import Design, Plan
from netcore.failover.redraw import changed
from netcore.failover.scene import Scene
from netcore.failover.standing import need_all
from netcore.profiles.timing import TimingProfile
from netcore.words import say

_PLANS: dict[Design, Callable[[Scene], Plan]] = {
    address_move.DESIGN: address_move.plan,
    balancer.DESIGN: balancer.plan,
    balancer_active_passive.DESIGN: balancer_active_passive.plan,
    gateway_balancer.DESIGN: gateway_balancer.plan,
    route_server.DESIGN: route_server.plan,
    vpn_active_standby.DESIGN: vpn_active_standby.plan,
    vpn_active_active.DESIGN: vpn_active_active.plan,
    express_route.DESIGN: express_route.plan,
    public_address_move.DESIGN: public_address_move.plan,
    route_rewrite.DESIGN: route_rewrite.plan,
    route_rewrite.POLLER: route_rewrite.plan_poller,
    route_pollers.DESIGN: route_pollers.plan,
    vrrp.DESIGN: vrrp.plan,
    vrrp.SWITCH: vrrp.plan_switch,
    wait_out.DESIGN: wait_out.plan,
    fencing.DESIGN: fencing.plan,
    dns.DESIGN: dns.plan,
    aws_address_move.DESIGN: aws_address_move.plan,
    aws_interface_move.DESIGN: aws_interface_move.plan,
    aws_route_rewrite.DESIGN: aws_route_rewrite.plan,
    aws_direct_connect.DESIGN: aws_direct_connect.plan,
    aws_network_balancer.DESIGN: aws_network_balancer.plan,
    aws_gateway_balancer.DESIGN: aws_gateway_balancer.plan,
    aws_gateway_balancer.REBALANCE: aws_gateway_balancer.plan_rebalance,
}
"""In the order of display."""

DESIGNS = tuple(_PLANS)


def plan(
    scenario: Scenario,
    design: Design,
    fault: Fault,
    timing: TimingProfile,
    drawings: Drawings | None = None,
) -> Plan:
    """Return a design for one fault of a drawing.

    Args:
        drawings: what other designs of the same question have made of the drawing already.

    Raises:
        NotFound: there is no such design.
        NotModelled: the design cannot be played here; the message says why.
    """
    if not scenario.traffic:
        raise NotModelled(say("The scenario draws no traffic, so nothing shows what a failure does."))
    for flow in scenario.traffic.values():
        if not flow.source.startswith(("vms/", "hosts/")):
            raise NotModelled(
                say(
                    "Flow {name} starts at {source}; an address alone sends nothing.",
                    name=flow.name,
                    source=flow.source,
                )
            )
    made = _PLANS.get(design)
    if made is None:
        raise NotFound(say("There is no design {id}.", id=design.id))
    known = drawings or Drawings()

    def one(fault: Fault) -> Plan:
        found = by_hand(made(Scene(scenario, fault, timing, known)))
        need_all(found.scene)
        return found

    if fault.kind is not FaultKind.NOTHING or not fault.then:
        return one(fault)
    try:
        return one(fault)
    except NotModelled:
        return _step_by_step(one, fault)


def _step_by_step(one: Callable[[Fault], Plan], fault: Fault) -> Plan:
    """Return the plan for a timeline that begins in quiet, without those steps that the design cannot play.

    Args:
        one: returns the plan for one fault.

    Raises:
        NotModelled: the design cannot be played even in quiet, or no step of the timeline.
    """
    found = one(changed(fault, then=()))
    kept: tuple[FaultStep, ...] = ()
    left_out: list[tuple[int, str]] = []
    for step in sorted(fault.then, key=lambda step: step.after_us):
        try:
            found = one(changed(fault, then=(*kept, step)))
        except NotModelled as error:
            left_out.append((step.after_us, str(error)))
        else:
            kept = (*kept, step)
    found.scene.left_out = tuple(left_out)
    return found


def playable(scenario: Scenario, fault: Fault, timing: TimingProfile) -> Iterator[Plan]:
    """Yield a plan for each design that can be played for one fault, in the order of display."""
    drawings = Drawings()
    for design in DESIGNS:
        try:
            yield plan(scenario, design, fault, timing, drawings)
        except NotModelled:
            continue


def refused(scenario: Scenario, fault: Fault, timing: TimingProfile) -> dict[str, str]:
    """Return why designs cannot be played for one fault, by their id."""
    found: dict[str, str] = {}
    drawings = Drawings()
    for design in DESIGNS:
        try:
            plan(scenario, design, fault, timing, drawings)
        except NotModelled as error:
            found[design.id] = str(error)
    return found

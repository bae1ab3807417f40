"""The designs that can race, and what each makes of a drawing and a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from netcore.document.faults import Fault, FaultKind, FaultStep
from netcore.document.models import Scenario
from netcore.errors import NotFound, NotModelled
from netcore.failover.mechanisms import (
    address_move,
    aws_address_move,
    aws_direct_connect,
    aws_gateway_balancer,
    aws_interface_move,
    aws_network_balancer,
    balancer,
    balancer_active_passive,
    dns,
    express_route,
    fencing,
    gateway_balancer,
    public_address_move,
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
from netcore.profiles.timing import TimingProfile

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
    vrrp.DESIGN: vrrp.plan,
    vrrp.SWITCH: vrrp.plan_switch,
    wait_out.DESIGN: wait_out.plan,
    fencing.DESIGN: fencing.plan,
    dns.DESIGN: dns.plan,
    aws_address_move.DESIGN: aws_address_move.plan,
    aws_interface_move.DESIGN: aws_interface_move.plan,
    route_rewrite.AWS_DESIGN: route_rewrite.plan_aws,
    aws_direct_connect.DESIGN: aws_direct_connect.plan,
    aws_network_balancer.DESIGN: aws_network_balancer.plan,
    aws_gateway_balancer.DESIGN: aws_gateway_balancer.plan,
    aws_gateway_balancer.REBALANCE: aws_gateway_balancer.plan_rebalance,
}
"""In the order of display."""

DESIGNS = tuple(_PLANS)


def plan(scenario: Scenario, design: Design, fault: Fault, timing: TimingProfile) -> Plan:
    """Return a design for one fault of a drawing.

    Raises:
        NotFound: there is no such design.
        NotModelled: the design cannot be played here; the message says why.
    """
    if not scenario.traffic:
        raise NotModelled("The scenario draws no traffic, so nothing shows what a failure does.")
    for flow in scenario.traffic.values():
        if not flow.source.startswith(("vms/", "hosts/")):
            raise NotModelled(f"Flow {flow.name} starts at {flow.source}; an address alone sends nothing.")
    made = _PLANS.get(design)
    if made is None:
        raise NotFound(f"There is no design {design.id}.")
    if fault.kind is not FaultKind.NOTHING or not fault.then:
        return by_hand(made(Scene(scenario, fault, timing)))
    try:
        return by_hand(made(Scene(scenario, fault, timing)))
    except NotModelled:
        return _step_by_step(made, scenario, fault, timing)


def _step_by_step(
    made: Callable[[Scene], Plan], scenario: Scenario, fault: Fault, timing: TimingProfile
) -> Plan:
    """Return the plan for a timeline that begins in quiet, without those steps that the design cannot play.

    Raises:
        NotModelled: the design cannot be played even in quiet, or no step of the timeline.
    """
    found = made(Scene(scenario, changed(fault, then=()), timing))
    kept: tuple[FaultStep, ...] = ()
    left_out: list[tuple[int, str]] = []
    for step in sorted(fault.then, key=lambda step: step.after_us):
        try:
            found = by_hand(made(Scene(scenario, changed(fault, then=(*kept, step)), timing)))
        except NotModelled as error:
            left_out.append((step.after_us, str(error)))
        else:
            kept = (*kept, step)
    found.scene.left_out = tuple(left_out)
    return found


def playable(scenario: Scenario, fault: Fault, timing: TimingProfile) -> Iterator[Plan]:
    """Yield a plan for each design that can be played for one fault, in the order of display."""
    for design in DESIGNS:
        try:
            yield plan(scenario, design, fault, timing)
        except NotModelled:
            continue


def refused(scenario: Scenario, fault: Fault, timing: TimingProfile) -> dict[str, str]:
    """Return why designs cannot be played for one fault, by their id."""
    found: dict[str, str] = {}
    for design in DESIGNS:
        try:
            plan(scenario, design, fault, timing)
        except NotModelled as error:
            found[design.id] = str(error)
    return found

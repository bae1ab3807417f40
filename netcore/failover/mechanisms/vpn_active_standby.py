"""Mechanism M7: the standby instance of a VPN gateway takes over; meanwhile nothing passes.

Planned ``U(10,15)``, unplanned ``PERT(30,60,180)``, from the fault until the tunnels are up again. Which
part of it is detection nobody publishes, so that all of it is on the clock of data. An active instance that
is back before that keeps its role; one that is back later is the standby from then on.

Source: reference on failover, sections 1.1 (M7), 2.2 and 2.3; fact H2.
"""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.gateway_turn import Draw, GatewayFailover, Turn, both_away, braced, losses_of
from netcore.failover.moments import InstancesTurn
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene

DESIGN = Design(
    "vpn-active-standby",
    "VPN gateway with a standby",
    "M7",
    "The second instance of a VPN gateway takes over the role and builds the tunnels anew.",
)

WHOLE = "The published time covers detection, the change of roles and the tunnels together."


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault takes no active instance of an active-standby VPN gateway, or both at once.
    """
    key, gateway, gone = losses_of(scene, "vpn")
    if len(gateway.instances) > 1:
        raise NotModelled(f"{gateway.name} is drawn active-active, so no standby takes over.")
    if gone[0].instance != 0:
        number = gone[0].instance
        raise NotModelled(f"Instance {number} of {gateway.name} is the standby, which carries nothing.")
    if any(one.instance > 1 for one in gone):
        raise NotModelled(f"{gateway.name} has two instances, 0 and 1; the fault takes another one.")
    if both_away(gone):
        raise NotModelled(f"Both instances of {gateway.name} are away at once, so nobody takes over.")
    # The other one has no tunnels before it has taken over: until then it counts as not running.
    steps = {one: _takes_over(scene, key, 1 - one) for one in (0, 1)}
    words = (
        "the platform moves the role to the other instance",
        f"the other instance of {braced(gateway.name)} has its tunnels up",
    )
    made = GatewayFailover(scene, gone, _numbers, _turn, steps, words, roles=True, whole=WHOLE)
    return Plan(DESIGN, scene, made)


def _takes_over(scene: Scene, key: str, instance: int) -> tuple[int, int]:
    who = frozenset({(key, instance)})
    return scene.add(InstancesTurn(who, lost=True)), scene.add(InstancesTurn(who, lost=False))


def _numbers(planned: bool) -> tuple[str, ...]:
    return ("vpn.planned",) if planned else ("vpn.unplanned",)


def _turn(draw: Draw, planned: bool) -> Turn:
    return Turn(0, draw(_numbers(planned)[0]))

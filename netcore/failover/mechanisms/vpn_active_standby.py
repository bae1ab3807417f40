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
from netcore.words import say

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
        raise NotModelled(say("{name} is drawn active-active, so no standby takes over.", name=gateway.name))
    if gone[0].instance != 0:
        number = gone[0].instance
        raise NotModelled(
            say(
                "Instance {number} of {name} is the standby, which carries nothing.",
                number=number,
                name=gateway.name,
            )
        )
    if any(one.instance > 1 for one in gone):
        raise NotModelled(
            say("{name} has two instances, 0 and 1; the fault takes another one.", name=gateway.name)
        )
    if both_away(gone):
        raise NotModelled(
            say("Both instances of {name} are away at once, so nobody takes over.", name=gateway.name)
        )
    # The other one has no tunnels before it has taken over: until then it counts as not running.
    steps = {one: _takes_over(scene, key, 1 - one) for one in (0, 1)}
    words = (
        say("the platform moves the role to the other instance"),
        say("the other instance of {braced} has its tunnels up", braced=braced(gateway.name)),
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

"""Mechanism M7: the standby instance of a VPN gateway takes over; meanwhile nothing passes.

Planned ``U(10,15)``, unplanned ``PERT(30,60,180)``, from the fault until the tunnels are up again. Which
part of it is detection nobody publishes, so that all of it is on the clock of data.

Source: reference on failover, sections 1.1 (M7), 2.2 and 2.3; fact H2.
"""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.gateway_turn import Draw, GatewayFailover, Turn, gateway_of
from netcore.failover.moments import InstancesTurn
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene

DESIGN = Design(
    "vpn-active-standby",
    "VPN gateway with a standby",
    "M7",
    "The second instance of a VPN gateway takes over the role and builds the tunnels anew.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault takes no active instance of an active-standby VPN gateway.
    """
    key, gateway, instance, planned = gateway_of(scene, "vpn")
    if len(gateway.instances) > 1:
        raise NotModelled(f"{gateway.name} is drawn active-active, so no standby takes over.")
    if instance != 0:
        raise NotModelled(f"Instance {instance} of {gateway.name} is the standby, which carries nothing.")
    standby = frozenset({(key, 1)})
    number = "vpn.planned" if planned else "vpn.unplanned"

    def turn(draw: Draw) -> Turn:
        return Turn(0, draw(number))

    # The standby has no tunnels before it has taken over: until then it counts as not running.
    begin = scene.add(InstancesTurn(standby, lost=True))
    end = scene.add(InstancesTurn(standby, lost=False))
    words = (
        "the platform moves the role to the standby",
        f"the standby of {gateway.name} has its tunnels up",
    )
    return Plan(DESIGN, scene, GatewayFailover(scene, key, (number,), turn, begin, end, words))

"""Mechanism M9: one half of an ExpressRoute gateway goes; with BFD it is noticed within a second.

BFD ``0.9 - U(0,0.3) + PERT(3,15,60)``, else ``180 - U(0,60)`` and the same. About half of the flows are hit.
BFD counts where every connection of the gateway that is up has it.

Source: reference on failover, sections 1.1 (M9), 2.2, 4 (scenario 10); facts H11, H12.
"""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.gateway_turn import Draw, GatewayFailover, Turn, gateway_of
from netcore.failover.moments import InstancesTurn, Unnoticed
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene

DESIGN = Design(
    "express-route",
    "ExpressRoute gateway and its edges",
    "M9",
    "Both edges of a circuit carry traffic. When one half goes, BFD or BGP notices and the other half "
    "carries it all.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault takes no instance of an ExpressRoute gateway with a connection.
    """
    key, gateway, instance, _ = gateway_of(scene, "expressroute")
    connections = [c for c in scene.drawn.topology.connections.values() if c.gateway == key and c.up]
    if not connections:
        raise NotModelled(f"No connection of {gateway.name} is up, so nothing passes it.")
    if instance > 1:
        raise NotModelled(f"{gateway.name} has two instances, 0 and 1; there is no instance {instance}.")
    bfd = all(connection.bfd for connection in connections)
    which = (
        ("express.bfd_interval", "express.bfd_multiplier") if bfd else ("express.hold", "express.keepalive")
    )

    def turn(draw: Draw) -> Turn:
        noticed = (
            _by_bfd(draw) if bfd else draw("express.hold") - draw("bgp.phase") * draw("express.keepalive")
        )
        return Turn(noticed, noticed + draw("express.converge"))

    gone = frozenset({(key, instance)})
    begin, end = scene.add(Unnoticed(gone)), scene.add(InstancesTurn(gone, lost=True))
    words = (
        f"{'BFD' if bfd else 'BGP'} notices that instance {instance} is gone",
        f"{gateway.name} and its edges go by the other half",
    )
    used = (*which, "bgp.phase", "express.converge")
    return Plan(DESIGN, scene, GatewayFailover(scene, key, used, turn, begin, end, words))


def _by_bfd(draw: Draw) -> float:
    return draw("express.bfd_interval") * (draw("express.bfd_multiplier") - draw("bgp.phase"))

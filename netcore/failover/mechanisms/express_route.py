"""Mechanism M9: one half of an ExpressRoute gateway goes; with BFD it is noticed within a second.

BFD ``0.9 - U(0,0.3) + PERT(3,15,60)``, else ``180 - U(0,60)`` and the same. About half of the flows are hit.
BFD counts where every connection of the gateway that is up has it. A planned loss is told within the second
of ``server.goodbye``, and nothing is lost in silence behind that; grade D.

Source: reference on failover, sections 1.1 (M9), 2.2, 4 (scenario 10); facts H11, H12.
"""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.gateway_turn import Draw, GatewayFailover, Turn, braced, leaves, losses_of
from netcore.failover.moments import Assumption
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene
from netcore.words import say

DESIGN = Design(
    "express-route",
    "ExpressRoute gateway and its edges",
    "M9",
    "Both edges of a circuit carry traffic. When one half goes, BFD or BGP notices and the other half "
    "carries it all.",
)

BFD = ("express.bfd_interval", "express.bfd_multiplier")
BGP = ("express.hold", "express.keepalive")
"""Numbers of the timing profile by which silence is noticed."""

PLANNED = Assumption(
    "planned: goodbye",
    "before planned maintenance BGP says goodbye, so that nobody waits for silence or for convergence",
    "D",
    "ours, no published figure found",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault takes no instance of an ExpressRoute gateway with a connection.
    """
    key, gateway, gone = losses_of(scene, "expressroute")
    connections = [c for c in scene.drawn.topology.connections.values() if c.gateway == key and c.up]
    if not connections:
        raise NotModelled(say("No connection of {name} is up, so nothing passes it.", name=gateway.name))
    for one in gone:
        if one.instance > 1:
            raise NotModelled(
                say(
                    "{name} has two instances, 0 and 1; there is no instance {instance}.",
                    name=gateway.name,
                    instance=one.instance,
                )
            )
    bfd = all(connection.bfd for connection in connections)

    def numbers(planned: bool) -> tuple[str, ...]:
        if planned:
            return ("server.goodbye",)
        return (*(BFD if bfd else BGP), "bgp.phase", "express.converge")

    def turn(draw: Draw, planned: bool) -> Turn:
        if planned:
            goodbye_s = draw("server.goodbye")
            return Turn(goodbye_s, goodbye_s)
        noticed_s = _by_bfd(draw) if bfd else _by_bgp(draw)
        return Turn(noticed_s, noticed_s + draw("express.converge"))

    steps = {one.instance: leaves(scene, key, one.instance) for one in gone}
    who = "BFD" if bfd else "BGP"
    words = (
        say("{who} notices that instance {{instance}} is gone", who=who),
        say("{braced} and its edges go by the other half", braced=braced(gateway.name)),
    )
    if any(one.planned for one in gone):
        scene.notes.append(PLANNED)
    return Plan(DESIGN, scene, GatewayFailover(scene, gone, numbers, turn, steps, words))


def _by_bfd(draw: Draw) -> float:
    return draw("express.bfd_interval") * (draw("express.bfd_multiplier") - draw("bgp.phase"))


def _by_bgp(draw: Draw) -> float:
    return draw("express.hold") - draw("bgp.phase") * draw("express.keepalive")

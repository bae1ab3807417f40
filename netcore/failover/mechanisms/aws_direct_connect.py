"""Mechanism A6: one half of a Direct Connect goes; BFD or BGP of the virtual interfaces notices.

BFD ``0.3 * (3 - U(0,1))``, else ``H - U(0,K)`` with 30 and 90 s, or what the router of the site has set, down
to 1 and 3 s. Only these inputs are published: nothing is added for what follows the detection. In a drawing
read as AWS reads it, a gateway of kind ``expressroute`` is a virtual private gateway with virtual interfaces
over Direct Connect. Overlay tunnels of a transit gateway (Connect, 10 and 30 s) cannot be drawn.

Source: reference on failover, section 1.2 (A6); facts L15, L21.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.control.timers import negotiated
from netcore.control.tunnels import router_of
from netcore.document.guests import BgpSpeaker
from netcore.document.outside import Connection
from netcore.errors import NotModelled
from netcore.failover.gateway_turn import Draw, GatewayFailover, Turn, braced, leaves, losses_of
from netcore.failover.mechanisms.express_route import PLANNED
from netcore.failover.moments import Assumption
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene
from netcore.words import say

DESIGN = Design(
    "aws-direct-connect",
    "Direct Connect with two halves (AWS)",
    "A6",
    "Two virtual interfaces carry traffic to a virtual private gateway. When one goes, BFD or BGP notices "
    "and the other carries it all.",
)

LEAST_KEEPALIVE_S, LEAST_HOLD_S = 1, 3
"""Lowest times a virtual interface agrees to (reference on failover, A6)."""

BFD = ("direct.bfd_interval", "direct.bfd_multiplier", "bgp.phase")
BGP = ("direct.hold", "direct.keepalive", "bgp.phase")
"""Numbers of the timing profile by which silence is noticed."""

AFTER = Assumption(
    "direct connect: after the detection",
    "flows go by the other half as soon as the loss is noticed",
    "D",
    "ours; only times of detection are published",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault takes no half of a Direct Connect of an AWS drawing; the message says why.
    """
    key, gateway, gone = losses_of(scene, "expressroute", "AWS")
    topology = scene.drawn.topology
    connections = [c for _, c in sorted(topology.connections.items()) if c.gateway == key and c.up]
    if not connections:
        raise NotModelled(say("No connection of {name} is up, so nothing passes it.", name=gateway.name))
    if any(one.instance > 1 for one in gone):
        raise NotModelled(
            say("{name} has two halves, 0 and 1; the fault takes another one.", name=gateway.name)
        )
    bfd = all(connection.bfd for connection in connections)
    speakers = tuple(_speakers(scene, connections))

    def numbers(planned: bool) -> tuple[str, ...]:
        return ("server.goodbye",) if planned else BFD if bfd else BGP

    def turn(draw: Draw, planned: bool) -> Turn:
        if planned:
            noticed_s = draw("server.goodbye")
        elif bfd:
            noticed_s = draw("direct.bfd_interval") * (draw("direct.bfd_multiplier") - draw("bgp.phase"))
        else:
            keepalive_s, hold_s = agreed(draw("direct.keepalive"), draw("direct.hold"), speakers)
            noticed_s = hold_s - draw("bgp.phase") * keepalive_s
        return Turn(noticed_s, noticed_s)

    words = (
        say("{protocol} notices that half {{instance}} is gone", protocol="BFD" if bfd else "BGP"),
        say("all flows of {braced} go by the other half", braced=braced(gateway.name)),
    )
    scene.notes.append(AFTER)
    if any(one.planned for one in gone):
        scene.notes.append(PLANNED)
    if not bfd and any(not one.planned for one in gone):
        scene.notes.append(_told(scene, speakers))
    steps = {one.instance: leaves(scene, key, one.instance) for one in gone}
    return Plan(DESIGN, scene, GatewayFailover(scene, gone, numbers, turn, steps, words))


def agreed(keepalive_s: float, hold_s: float, speakers: tuple[BgpSpeaker, ...]) -> tuple[float, float]:
    """Return the keepalive and hold time of the slowest virtual interface, in seconds.

    Args:
        keepalive_s: what the provider's side proposes; with ``hold_s``.
        speakers: the sites' routers; without any, the proposal counts.
    """
    found = [
        negotiated(
            keepalive_s,
            hold_s,
            max(one.keepalive_s, LEAST_KEEPALIVE_S),
            max(one.hold_s, LEAST_HOLD_S),
        )
        for one in speakers
    ]
    return max(found, key=lambda pair: pair[1], default=(keepalive_s, hold_s))


def _speakers(scene: Scene, connections: list[Connection]) -> Iterator[BgpSpeaker]:
    topology = scene.drawn.topology
    for connection in connections:
        site = topology.sites.get(connection.site or "")
        router = site.routers.get(router_of(topology, connection) or "") if site is not None else None
        if router is not None and router.bgp is not None:
            yield router.bgp


def _told(scene: Scene, speakers: tuple[BgpSpeaker, ...]) -> Assumption:
    proposed = scene.timing.value("direct.keepalive"), scene.timing.value("direct.hold")
    keepalive_s, hold_s = agreed(*proposed, speakers)
    text = say("keepalive {keepalive_s:g} s, hold {hold_s:g} s", keepalive_s=keepalive_s, hold_s=hold_s)
    return Assumption(
        say("direct connect: agreed times"), text, "A", say("the drawing; the lower hold time counts")
    )

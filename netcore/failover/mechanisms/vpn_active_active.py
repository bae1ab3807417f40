"""Mechanism M8: of a VPN gateway with two active instances one goes, and its flows move to the other.

Until the neighbours notice, what is given to the dead instance is lost; the other half is untouched. An
unplanned loss is noticed when the hold time is over: ``H - U(0,K)`` with fixed timers of 60 and 180 s. A
planned one is told at once, within the second of ``server.goodbye``.

Source: reference on failover, sections 1.1 (M8), 2.2, 2.3, 4 (scenario 10); facts H3, H13.
"""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.gateway_turn import Draw, GatewayFailover, Turn, braced, leaves, losses_of
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene
from netcore.words import say

DESIGN = Design(
    "vpn-active-active",
    "VPN gateway with two active instances",
    "M8",
    "Both instances of a VPN gateway carry traffic. When one goes, its flows move once its neighbours "
    "notice.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault takes no instance of an active-active VPN gateway.
    """
    key, gateway, gone = losses_of(scene, "vpn")
    for one in gone:
        if one.instance >= len(gateway.instances) or len(gateway.instances) < 2:
            raise NotModelled(
                say(
                    "{name} has no second active instance {instance}, so no flows move.",
                    name=gateway.name,
                    instance=one.instance,
                )
            )
    steps = {one.instance: leaves(scene, key, one.instance) for one in gone}
    words = (
        say("the neighbours of instance {instance} notice that it is gone"),
        say("its flows go by the other instance of {braced}", braced=braced(gateway.name)),
    )
    return Plan(DESIGN, scene, GatewayFailover(scene, gone, _numbers, _turn, steps, words))


def _numbers(planned: bool) -> tuple[str, ...]:
    return ("server.goodbye",) if planned else ("vpn.hold", "vpn.keepalive", "bgp.phase")


def _turn(draw: Draw, planned: bool) -> Turn:
    silence_s = draw("server.goodbye") if planned else _silence(draw)
    return Turn(silence_s, silence_s)


def _silence(draw: Draw) -> float:
    return draw("vpn.hold") - draw("bgp.phase") * draw("vpn.keepalive")

"""Mechanism A4: health checks of a network balancer of AWS, which resets the open flows of a dead target.

    check 1 ... check n unanswered | the balancer's nodes
    ----------- detect ----------- | ------ data -------

``U(0,I) + (n-1)*I + 10 + U(1,10)``: an unanswered check fails after a timeout that does not hang on the
interval. Interval and threshold are drawn. Then new flows and UDP go to other targets, and forwarding resets
open TCP flows with their next packet, where a balancer of Azure lets them hang.

Source: reference on failover, sections 1.2 (A4), 2.2, 2.3; fact L19.
"""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.mechanisms.balancer import BalancerFailover, members_of, watched_vm
from netcore.failover.plan import Design, Plan
from netcore.failover.probing import NETWORK_BALANCER
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.words import say

DESIGN = Design(
    "aws-network-balancer",
    "Network balancer (AWS)",
    "A4",
    "Targets stand behind a network balancer. Its health checks notice the failed one; new flows avoid it, "
    "and its open TCP flows are reset.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the drawing is not of AWS, no network balancer gives flows to the target, or nobody
            else can take them.
    """
    need_provider(scene, "AWS")
    vm = watched_vm(scene)
    balancers = scene.drawn.topology.load_balancers
    for balancer, _, _ in members_of(scene, vm, "standard"):
        if balancers[balancer].sku != "standard":
            raise NotModelled(
                say(
                    "{name} is of sku {sku}; a network balancer is drawn with sku standard.",
                    name=balancers[balancer].name,
                    sku=balancers[balancer].sku,
                )
            )
    return Plan(DESIGN, scene, BalancerFailover(scene, vm, "standard", "A4", NETWORK_BALANCER))

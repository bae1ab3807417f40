"""Mechanism M5: the gateway balancer of Azure; its probes are those of any balancer.

``U(0,I) + n*I + U(0.1,1)`` as in M4. It serves what comes from the Internet by a chain, nothing between VMs.

Source: reference on failover, sections 1.1 (M5), 2.2; fact J21.
"""

from __future__ import annotations

from netcore.failover.mechanisms.balancer import BalancerFailover, check_pools
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene

DESIGN = Design(
    "gateway-balancer",
    "Gateway balancer",
    "M5",
    "Appliances stand behind a gateway balancer that Internet traffic passes. Its probes notice the failed "
    "one, and new flows avoid it.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: no gateway balancer gives flows to the appliance, or nobody else can take them.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    check_pools(scene, vm, "gateway")
    return Plan(DESIGN, scene, BalancerFailover(scene, vm, "gateway", "M5"))

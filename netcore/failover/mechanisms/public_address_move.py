"""Mechanism M2: a public address is re-associated with the standby by one write.

Recovery of new flows is ``det_ha + auth + T1 + prog``: the edge alone has to learn the new place. Private
addresses stay where they are drawn, and balancers that stay in the drawing go on probing.

Source: reference on failover, sections 1.1 (M2), 2.1, 2.2; facts K1, J20.
"""

from __future__ import annotations

from netcore.failover.mechanisms.address_move import address_move
from netcore.failover.mechanisms.balancer import is_gateway
from netcore.failover.overlay import overlay
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.failover.watches import watches

DESIGN = Design(
    "public-address-move",
    "Public address re-associated",
    "M2",
    "The standby asks the control plane to put the public address in front of its own NIC. The edge has to "
    "learn it; private addresses do not move.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: no public address leads to the VM, or nobody can take it over.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    drawn = overlay(scene.drawn, vm, private=False)
    scene.redraw(drawn.base, drawn.notes)
    beside, _ = watches(scene, lambda balancer: not is_gateway(balancer))
    return Plan(DESIGN, scene, address_move(scene, vm, drawn.standby, drawn.moves, (), "M2", beside))

"""What a drawing shows at each moment of a failover: what is dead, who is out, and which way packets take.

One packet of the flow that arrives and one that does not stand for all that fare alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netcore.failover.fates import FIRST_PORT, FlowFate, sender
from netcore.failover.moments import Moment
from netcore.failover.plan import Plan
from netcore.forwarding import walk
from netcore.trace.model import Leg, Outcome, Place
from netcore.trace.packet import Packet

Payload = dict[str, Any]


class Ways:
    """The moments of one plan as ``failover.moment`` events."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._receivers: dict[str, str] = {}

    def event(self, t_us: int, moment: Moment, fates: tuple[FlowFate, ...]) -> Payload:
        """Return what is true from a time on.

        Args:
            t_us: on the clock of the run.
            fates: of the flows at this moment, in the order of the document's traffic.

        Returns: ``{event, design, t_us, down, zones, out, moved, ways}``. ``down`` are paths of VMs and of
            gateways; ``out`` are ``{balancer, member, vm}``; ``moved`` are ``{name, stale}``: a setting that
            is no longer as drawn, and the senders whose hosts do not know it; ``ways`` see ``_ways``.
        """
        scene = self._plan.scene
        return {
            "event": "failover.moment",
            "design": self._plan.design.id,
            "t_us": t_us,
            "down": sorted(
                {f"vms/{vm}" for vm in moment.down} | {f"gateways/{key}" for key, _ in moment.instances}
            ),
            "zones": sorted(moment.zones),
            "out": [self._member(*member) for member in sorted(moment.unhealthy)],
            "moved": [
                {
                    "name": scene.settings[number].name,
                    "stale": sorted(
                        {who for stale, who, _ in moment.stale if stale == number}
                        | {who for held, who, old in moment.held if held == number and old != value}
                    ),
                }
                for number, value in enumerate(moment.settings)
                if value
            ],
            "ways": [
                way
                for key, fate in zip(scene.drawn.traffic, fates, strict=True)
                for way in self._ways(key, moment, fate)
            ],
        }

    def _member(self, balancer: str, pool: str, member: str) -> Payload:
        topology = self._plan.scene.base.topology
        made = topology.load_balancers.get(balancer)
        home = made.pools.get(pool) if made is not None else None
        found = home.members.get(member) if home is not None else None
        nic = topology.nics.get(found.nic) if found is not None else None
        return {
            "balancer": f"load_balancers/{balancer}",
            "member": member,
            "vm": f"vms/{nic.vm}" if nic is not None and nic.vm else None,
        }

    def _ways(self, key: str, moment: Moment, fate: FlowFate) -> Iterator[Payload]:
        """Yield the way of a packet that arrives and of one that is lost.

        Each is ``{flow, direction, share, outcome, code, at, points}``. ``share`` of new
        connections fare like it; ``points`` are the resources on the way, in order.
        """
        alive = [index for index, found in enumerate(fate.new) if found == (None, None)]
        lost = [index for index, found in enumerate(fate.new) if found != (None, None)]
        for group in (alive, lost):
            if not group:
                continue
            share = len(group) / len(fate.new)
            for direction, leg in self._legs(key, moment, FIRST_PORT + group[0]):
                verdict = leg.verdict
                yield {
                    "flow": key,
                    "direction": direction,
                    "share": share,
                    "outcome": verdict.outcome.value,
                    "code": verdict.code,
                    "at": verdict.at,
                    "points": _points(leg),
                }

    def _legs(self, key: str, moment: Moment, port: int) -> Iterator[tuple[str, Leg]]:
        """Yield the way of a packet as the sender sees it, and of its answer as the other end sees it."""
        scene = self._plan.scene
        drawn = scene.drawn.traffic[key]
        packet = Packet(
            source=drawn.source,
            destination=drawn.destination,
            protocol=drawn.protocol,
            source_port=port,
            destination_port=drawn.destination_port,
        )
        here = moment.seen_by(sender(self._plan, drawn.source), drawn.source)
        there = moment.seen_by(self._receiver(key, packet), drawn.source)
        first = walk.follow(scene.network(here), packet, scene.state(moment, here))
        yield "forward", first.forward
        if first.forward.verdict.outcome is not Outcome.DELIVERED:
            return
        last = (
            first if here == there else walk.follow(scene.network(there), packet, scene.state(moment, there))
        )
        if last.back is not None:
            yield "return", last.back

    def _receiver(self, key: str, packet: Packet) -> str:
        found = self._receivers.get(key)
        if found is None:
            scene = self._plan.scene
            start = scene.start
            quiet = walk.follow(scene.network(start.settings), packet, scene.state(start, start.settings))
            found = self._receivers[key] = sender(self._plan, quiet.forward.verdict.at or "")
        return found


def _points(leg: Leg) -> list[str]:
    """Return the resources on a way, none twice in a row; a packet lost at the Internet's edge ends there."""
    found: list[str] = []
    for step in leg.steps:
        if step.at is not None and (not found or found[-1] != step.at):
            found.append(step.at)
    at_edge = bool(leg.steps) and leg.steps[-1].place is Place.EDGE
    if at_edge and leg.verdict.outcome is not Outcome.DELIVERED and found[-1:] != ["internet"]:
        found.append("internet")
    return found

"""What a drawing shows at each moment of a failover: what is dead, who is out, and which way packets take.

One packet of the flow that arrives and one that does not stand for all that fare alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netcore.failover.crowd import Way
from netcore.failover.fates import FIRST_PORT, Fates, FlowFate, Question, question_of, sender
from netcore.failover.moments import Moment, View
from netcore.failover.plan import Plan
from netcore.forwarding import walk
from netcore.trace.model import Leg, Outcome, Place
from netcore.trace.packet import Packet

Payload = dict[str, Any]


class Ways:
    """The moments of one plan as ``failover.moment`` events."""

    def __init__(self, plan: Plan, fates: Fates) -> None:
        self._plan = plan
        self._fates = fates
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
        alike = self._alike(moment, fates)
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
                {**way, "flow": key}
                for key, drawn in scene.drawn.traffic.items()
                for way in alike[question_of(drawn)]
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

    def _alike(self, moment: Moment, fates: tuple[FlowFate, ...]) -> dict[Question, list[Payload]]:
        """Return for flows the ways of a packet that arrives and of one that is lost.

        Each is ``{flow, direction, share, outcome, code, at, points}``. ``share`` of new
        connections fare like it; ``points`` are the resources on the way, in order.
        """
        found: dict[Question, list[Payload]] = {}
        asked: list[tuple[Question, str, int, float, int]] = []
        for (key, drawn), fate in zip(self._plan.scene.drawn.traffic.items(), fates, strict=True):
            question = question_of(drawn)
            if question not in found:
                number = len(found)
                found[question] = []
                asked += [(question, key, port, share, number) for port, share in _shown(fate)]
        views: dict[tuple[View, View], list[int]] = {}
        for place, (_, key, port, _, number) in enumerate(asked):
            views.setdefault(self._views(key, moment, port, number), []).append(place)
        ways: dict[int, list[Way]] = {}
        for pair, places in views.items():
            told = self._fates.crowd.ways(moment, [(asked[p][4], asked[p][2]) for p in places], pair)
            for place, known in zip(places, told, strict=True):
                _, key, port, _, _ = asked[place]
                ways[place] = known if known is not None else list(self._legs(key, moment, port, pair))
        for place, (question, key, _, share, _) in enumerate(asked):
            found[question] += [
                {
                    "flow": key,
                    "direction": way.direction,
                    "share": share,
                    "outcome": way.outcome,
                    "code": way.code,
                    "at": way.at,
                    "points": way.points,
                }
                for way in ways[place]
            ]
        return found

    def _views(self, key: str, moment: Moment, port: int, number: int) -> tuple[View, View]:
        """Return by which values both ends of a flow go."""
        client = self._plan.scene.drawn.traffic[key].source
        here = moment.seen_by(sender(self._plan, client), client)
        return here, moment.seen_by(self._receiver(key, port, number), client)

    def _legs(self, key: str, moment: Moment, port: int, views: tuple[View, View]) -> Iterator[Way]:
        """Yield the way of a packet as the sender sees it, and of its answer as the other end sees it."""
        scene = self._plan.scene
        here, there = views
        packet = self._packet(key, port)
        first = walk.follow(scene.network(here), packet, scene.state(moment, here))
        yield _way("forward", first.forward)
        if first.forward.verdict.outcome is not Outcome.DELIVERED:
            return
        last = (
            first if here == there else walk.follow(scene.network(there), packet, scene.state(moment, there))
        )
        if last.back is not None:
            yield _way("return", last.back)

    def _receiver(self, key: str, port: int, number: int) -> str:
        found = self._receivers.get(key)
        if found is None:
            taker = self._fates.crowd.taker(number, port)
            if taker is None:
                scene = self._plan.scene
                start = scene.start
                state = scene.state(start, start.settings)
                quiet = walk.follow(scene.network(start.settings), self._packet(key, port), state)
                taker = quiet.forward.verdict.at or ""
            found = self._receivers[key] = sender(self._plan, taker)
        return found

    def _packet(self, key: str, port: int) -> Packet:
        drawn = self._plan.scene.drawn.traffic[key]
        return Packet(
            source=drawn.source,
            destination=drawn.destination,
            protocol=drawn.protocol,
            source_port=port,
            destination_port=drawn.destination_port,
        )


def _shown(fate: FlowFate) -> Iterator[tuple[int, float]]:
    """Yield the source ports of a packet that arrives and of one that is lost, and the share of each."""
    alive = [index for index, found in enumerate(fate.new) if found == (None, None)]
    lost = [index for index, found in enumerate(fate.new) if found != (None, None)]
    for group in (alive, lost):
        if group:
            yield FIRST_PORT + group[0], len(group) / len(fate.new)


def _way(direction: str, leg: Leg) -> Way:
    verdict = leg.verdict
    return Way(direction, verdict.outcome.value, verdict.code, verdict.at, _points(leg))


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

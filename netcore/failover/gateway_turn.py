"""One instance of a gateway goes: what the mechanisms of gateways share.

A mechanism says when it is noticed and when the other way is taken. Times are microseconds since the fault.

Source: reference on failover, sections 1.1 (M7-M9), 2.2 and 2.3; facts H2, H3, H12, H13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from netcore.document.faults import FaultKind
from netcore.document.outside import Gateway
from netcore.errors import NotModelled
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption, Calls, Clocks, Note, Span
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams

Draw = Callable[[str], float]
"""Name of a timing number -> its value in this trial, in seconds."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a loss is noticed and when traffic goes the other way, in seconds since the fault."""

    noticed_s: float
    moved_s: float


def gateway_of(scene: Scene, kind: str) -> tuple[str, Gateway, int, bool]:
    """Return id, gateway and number of the instance that the fault takes, and whether that was planned.

    Raises:
        NotModelled: the provider is another one, or the fault takes no instance of such a gateway.
    """
    need_provider(scene, "Azure")
    fault = scene.fault
    if fault.kind not in (FaultKind.GATEWAY_PLANNED, FaultKind.GATEWAY_UNPLANNED):
        raise NotModelled(f"The fault {fault.name} takes no instance of a gateway away.")
    key = fault.gateway or ""
    gateway = scene.drawn.topology.gateways[key]
    if gateway.kind != kind:
        raise NotModelled(
            f"{gateway.name} is a gateway of kind {gateway.kind}, and this design is for {kind}."
        )
    return key, gateway, fault.instance, fault.kind is FaultKind.GATEWAY_PLANNED


def need_provider(scene: Scene, name: str) -> None:
    """Refuse a drawing whose profile is another provider's.

    Raises:
        NotModelled: it is.
    """
    found = scene.network(scene.start.settings).profile.drawing.name
    if found != name:
        raise NotModelled(f"This design is one of {name}, and the drawing is read as {found} reads it.")


class GatewayFailover:
    """A gateway whose instance goes.

    Args:
        used: names of the timing numbers.
        turn: gives the times of one trial.
        begin: changes at the moment of the fault, by number in the catalogue; ``end`` those at the move.
        words: what is noticed, and what moves, for people.
    """

    def __init__(
        self,
        scene: Scene,
        gateway: str,
        used: Sequence[str],
        turn: Callable[[Draw], Turn],
        begin: int,
        end: int,
        words: tuple[str, str],
    ) -> None:
        self.scene = scene
        self.gateway = gateway
        self.used = (*used, "failure.routing", "repair")
        self.turn = turn
        self.begin = begin
        self.end = end
        self.words = words

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers this mechanism rests on."""
        for name in self.used:
            number = self.scene.timing[name]
            yield Assumption(f"{name}: {number.meaning}", number.text, number.grade, number.source)

    def play(self, streams: Streams) -> GatewayPlay:
        """Return one trial."""
        timing = self.scene.timing

        def draw(name: str) -> float:
            return timing[name].draw(streams.uniform(name))

        turn = self.turn(draw)
        noticed_us, moved_us = microseconds(turn.noticed_s), microseconds(turn.moved_s)
        fails = draw("failure.routing") > 0 or "failover-fails" in self.scene.fault.conditions
        if fails:
            moved_us = max(noticed_us, microseconds(draw("repair")))
        timed = self.scene.breakage.timed
        # The fault's own change comes first, so that this design can say what it means at once.
        changes = sorted([*timed, (0, self.begin), (moved_us, self.end)], key=lambda pair: pair[0])
        return GatewayPlay(self, changes, Clocks(noticed_us, 0, moved_us - noticed_us), not fails)


@dataclass(slots=True)
class GatewayPlay:
    """One trial; see ``moments.Play``."""

    mechanism: GatewayFailover
    changes: list[tuple[int, int]]
    clocks: Clocks
    completes: bool
    dual_active_us: int = 0
    calls: Calls = field(default_factory=Calls)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        mechanism = self.mechanism
        number = mechanism.scene.timing[mechanism.used[0]]
        ref, (noticed, moved) = f"gateways/{mechanism.gateway}", mechanism.words
        seen_us = fault_us + (self.clocks.detect_us or 0)
        end_us = seen_us + (self.clocks.data_us or 0)
        yield Note(seen_us, "detect", "end", noticed, ref, number.grade, number.source)
        yield Span("detect", fault_us, seen_us, noticed)
        if not self.completes:
            moved = f"repaired by hand: {moved}"
        yield Note(end_us, "data", "end", moved, ref, number.grade, number.source)
        yield Span("data", seen_us, end_us, moved)

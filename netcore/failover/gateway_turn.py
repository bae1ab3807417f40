"""Instances of a gateway go: what the mechanisms of gateways share.

A mechanism says when a loss is noticed and when the other way is taken. An instance that is back before that
calls the move off. Times are microseconds since the fault.

Source: reference on failover, sections 1.1 (M7-M9), 2.2 and 2.3; facts H2, H3, H12, H13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netcore.document.outside import Gateway
from netcore.errors import NotModelled
from netcore.failover.breakage import Gone
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption, Clocks, InstancesTurn, Note, PlainPlay, Span, Unnoticed
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.words import say

Draw = Callable[[str], float]
"""Name of a timing number -> its value in this trial, in seconds."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a loss is noticed and when traffic goes the other way, in seconds since the loss."""

    noticed_s: float
    moved_s: float


def losses_of(scene: Scene, kind: str, provider: str = "Azure") -> tuple[str, Gateway, tuple[Gone, ...]]:
    """Return the gateway that the fault or its steps take instances of, and those losses in order of time.

    Raises:
        NotModelled: the provider is another one, or the fault takes no instance of such a gateway, or
            instances of several gateways, or one instance twice.
    """
    need_provider(scene, provider)
    gone = tuple(scene.breakage.gone)
    if not gone:
        raise NotModelled(say("The fault {name} takes no instance of a gateway away.", name=scene.fault.name))
    key = gone[0].gateway
    gateway = scene.drawn.topology.gateways[key]
    other = next((one.gateway for one in gone if one.gateway != key), None)
    if other is not None:
        name = scene.drawn.topology.gateways[other].name
        raise NotModelled(
            say(
                "The fault takes instances of {name} and {other}; the model follows one gateway.",
                name=gateway.name,
                other=name,
            )
        )
    if gateway.kind != kind:
        raise NotModelled(
            say(
                "{name} is a gateway of kind {kind}, and this design is for {wanted}.",
                name=gateway.name,
                kind=gateway.kind,
                wanted=kind,
            )
        )
    for place, one in enumerate(gone):
        if any(one.instance == before.instance and _meet(before, one) for before in gone[:place]):
            raise NotModelled(
                say(
                    "Instance {instance} of {name} goes while it is away already.",
                    instance=one.instance,
                    name=gateway.name,
                )
            )
    return key, gateway, gone


def leaves(scene: Scene, key: str, instance: int) -> tuple[int, int]:
    """Add the changes of an active instance that goes: not noticed yet, and avoided; return their numbers."""
    who = frozenset({(key, instance)})
    return scene.add(Unnoticed(who)), scene.add(InstancesTurn(who, lost=True))


def braced(name: str) -> str:
    """Return a name that stays as it is when words are filled in."""
    return name.replace("{", "{{").replace("}", "}}")


def both_away(gone: Sequence[Gone]) -> bool:
    """Return whether two instances are away at the same time."""
    return any(_meet(before, one) for place, one in enumerate(gone) for before in gone[:place])


def _meet(before: Gone, after: Gone) -> bool:
    return before.end_us is None or after.begin_us < before.end_us


class GatewayFailover:
    """A gateway whose instances go.

    Args:
        gone: which, in order of time.
        numbers: planned or not -> names of the timing numbers; the first one is shown on the timeline.
        turn: gives the times of one loss, counted from it, planned or not.
        steps: instance -> numbers in the catalogue of the changes when it goes, and at the move.
        words: what is noticed, and what moves, for people; ``{instance}`` is filled in.
        roles: only one instance is active. The other takes the role over, unless the first is back before.
        whole: why detection cannot be told from the rest; see ``Clocks``.
    """

    def __init__(
        self,
        scene: Scene,
        gone: Sequence[Gone],
        numbers: Callable[[bool], tuple[str, ...]],
        turn: Callable[[Draw, bool], Turn],
        steps: Mapping[int, tuple[int, int]],
        words: tuple[str, str],
        roles: bool = False,
        whole: str = "",
    ) -> None:
        self.scene = scene
        self.gone = tuple(gone)
        self.numbers = numbers
        self.turn = turn
        self.steps = steps
        self.words = words
        self.roles = roles
        self.whole = whole
        used = dict.fromkeys(name for one in gone for name in numbers(one.planned))
        self.used = (*used, "failure.routing", "repair")

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        for name in self.used:
            number = self.scene.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        if any(one.end_us is not None for one in self.gone):
            yield Assumption(
                say("return of an instance"),
                say("an instance that is back carries its flows at once; what had begun to move stays"),
                "D",
                say("ours, no published figure found"),
            )

    def play(self, streams: Streams) -> GatewayPlay:
        """Return one trial."""
        timing = self.scene.timing
        fails = timing["failure.routing"].draw(streams.uniform("failure.routing")) > 0
        fails = fails or "failover-fails" in self.scene.fault.conditions
        repair_us = microseconds(timing["repair"].draw(streams.uniform("repair"))) if fails else None
        return GatewayPlay(self, tuple(self._moves(streams, repair_us)), repair_us is not None)

    def _moves(self, streams: Streams, repair_us: int | None) -> Iterator[Moving]:
        active = self.gone[0].instance
        for place, gone in enumerate(self.gone):
            if self.roles and gone.instance != active:
                continue
            turn = self.turn(_draws(self.scene, streams, place), gone.planned)
            noticed_us = gone.begin_us + microseconds(turn.noticed_s)
            moved_us = gone.begin_us + microseconds(turn.moved_s)
            if repair_us is not None:
                moved_us = max(noticed_us, gone.begin_us + repair_us)
            found = Moving(gone, noticed_us, moved_us)
            if not found.called_off:
                active = 1 - gone.instance
            yield found


def _draws(scene: Scene, streams: Streams, place: int) -> Draw:
    """Return the numbers of one loss; the first one shares its luck with other designs."""

    def draw(name: str) -> float:
        return scene.timing[name].draw(streams.uniform(f"{name}.{place}" if place else name))

    return draw


@dataclass(frozen=True, slots=True)
class Moving:
    """One loss in one trial, in microseconds since the fault."""

    gone: Gone
    noticed_us: int
    moved_us: int

    @property
    def called_off(self) -> bool:
        """Whether the instance is back before the other way is taken."""
        return self.gone.end_us is not None and self.gone.end_us <= self.moved_us

    @property
    def unnoticed(self) -> bool:
        """Whether it is back before anybody notices."""
        return self.gone.end_us is not None and self.gone.end_us <= self.noticed_us

    @property
    def end_us(self) -> int:
        """When nothing is lost any more."""
        return self.moved_us if self.gone.end_us is None else min(self.moved_us, self.gone.end_us)


class GatewayPlay(PlainPlay):
    """One trial; see ``moments.Play``."""

    def __init__(self, mechanism: GatewayFailover, moves: tuple[Moving, ...], fails: bool) -> None:
        self.mechanism = mechanism
        self.moves = moves
        self.fails = fails
        self.completes = not fails and not moves[0].unnoticed
        by_hand = [one.moved_us for one in moves if fails and not one.called_off]
        self.by_hand_us = max(by_hand, default=None)
        self.changes = list(mechanism.scene.breakage.timed)
        for one in moves:
            begin, end = mechanism.steps[one.gone.instance]
            self.changes.append((one.gone.begin_us, begin))
            if mechanism.roles or not one.called_off:
                self.changes.append((one.end_us, end))
        # The fault's own changes come first, so that this design can say what they mean at once.
        self.changes.sort(key=lambda pair: pair[0])
        first = moves[0]
        detect_us = None if first.unnoticed else first.noticed_us
        data_us = 0 if first.unnoticed else first.end_us - first.noticed_us
        self.clocks = Clocks(detect_us, 0, data_us, mechanism.whole)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        for one in self.moves:
            yield from self._told(one, fault_us)

    def _told(self, one: Moving, fault_us: int) -> Iterator[Note | Span]:
        mechanism, gone = self.mechanism, one.gone
        number = mechanism.scene.timing[mechanism.numbers(gone.planned)[0]]
        ref = f"gateways/{gone.gateway}"
        noticed, moved = (text.format(instance=gone.instance) for text in mechanism.words)
        end_us, seen_us = fault_us + one.end_us, fault_us + one.noticed_us
        if one.unnoticed:
            text = say(
                "instance {instance} is back before anybody notices, so nothing moves", instance=gone.instance
            )
            yield Note(end_us, "detect", "point", text, ref, number.grade, number.source)
            return
        yield Note(seen_us, "detect", "end", noticed, ref, number.grade, number.source)
        yield Span("detect", fault_us + gone.begin_us, seen_us, noticed)
        if one.called_off:
            moved = say("instance {instance} is back, and nothing moves", instance=gone.instance)
        elif self.fails:
            moved = say("repaired by hand: {moved}", moved=moved)
        yield Note(end_us, "data", "end", moved, ref, number.grade, number.source)
        yield Span("data", seen_us, end_us, moved)

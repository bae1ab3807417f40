"""What somebody said a packet would do, next to what it did, hop by hop.

A prediction names the stops of each direction and how it ends. The first place where it parts from the truth
is where the mental model broke; ``misconceptions`` names the idea behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from netcore.checks.misconceptions import Break, Misconception, name_of
from netcore.checks.paths import INTERNET, path_of, stops_of
from netcore.control.network import Network
from netcore.document.models import Topology
from netcore.errors import NotFound
from netcore.trace.model import Answer, Leg, Outcome, Step, Trace, Verdict

MOST_STOPS = 16

Stop = Annotated[str, Field(min_length=1, max_length=200)]


class LegGuess(Answer):
    """One direction as somebody expects it.

    Args:
        stops: where the packet goes after its sender, in order: paths of VMs, hosts, balancers, gateways and
            private endpoints, or ``internet``. The last one is where it ends.
        outcome: how it ends there.
    """

    stops: tuple[Stop, ...] = Field(default=(), max_length=MOST_STOPS)
    outcome: Literal["delivered", "dropped", "looped"]

    @model_validator(mode="after")
    def _arrives_somewhere(self) -> LegGuess:
        if self.outcome == "delivered" and not self.stops:
            raise ValueError("what is delivered is delivered somewhere: name at least one stop")
        return self


class Prediction(Answer):
    """Both directions as somebody expects them; ``back`` None says nothing of the answer."""

    forward: LegGuess
    back: LegGuess | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One guess.

    Args:
        at: where the packet stands.
        said: the next stop, or the outcome where it was said to end here.
        was: the same in truth; None where the truth never came that far.
    """

    at: str
    said: str
    was: str | None

    @property
    def right(self) -> bool:
        """Return whether it came as it was said."""
        return self.said == self.was


@dataclass(frozen=True, slots=True)
class LegJudgement:
    """One direction: every guess, and where and why the first one failed.

    ``reason`` is the reason of the step that decided otherwise, ``facts`` its fact ids; both are empty
    where all was right.
    """

    hops: tuple[Hop, ...]
    right: bool
    reason: str = ""
    facts: tuple[str, ...] = ()
    misconception: Misconception | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a prediction was worth; ``back`` is None where nothing was said of the answer."""

    forward: LegJudgement
    back: LegJudgement | None = None

    @property
    def right(self) -> bool:
        """Return whether all that was said came so."""
        return self.forward.right and (self.back is None or self.back.right)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "right": self.right,
            "forward": _leg_dict(self.forward),
            "back": None if self.back is None else _leg_dict(self.back),
        }


def check_prediction(prediction: Prediction, topology: Topology) -> None:
    """Pass if every stop exists in a drawing.

    Raises:
        NotFound: one does not; the message names it.
    """
    for guess in (prediction.forward, prediction.back):
        for stop in guess.stops if guess else ():
            kind, _, name = stop.partition("/")
            if stop != INTERNET and (kind not in _STOPS or name not in getattr(topology, kind)):
                raise NotFound(
                    f"A packet cannot stop at {stop}: the drawing has no such VM, host or service."
                )


def judge(network: Network, done: Trace, prediction: Prediction) -> Judgement:
    """Return how a prediction stands beside a trace of the same packet.

    Where a choice falls per flow, a prediction is held against the way that it comes nearest to.

    Source: ours.
    """
    forward = _judge_leg(network, "forward", prediction.forward, done.forward, None)
    if prediction.back is None:
        return Judgement(forward)
    return Judgement(forward, _judge_leg(network, "back", prediction.back, done.back, prediction.forward))


_STOPS = ("vms", "hosts", "load_balancers", "gateways", "private_endpoints")


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of a direction as a person would tell it: stops, the sender first, then the outcome."""

    told: tuple[str, ...]
    steps: tuple[Step, ...]
    verdict: Verdict


def _judge_leg(
    network: Network,
    direction: Literal["forward", "back"],
    guess: LegGuess,
    leg: Leg | None,
    outward: LegGuess | None,
) -> LegJudgement:
    # Whoever names the Internet on the way to a host there says nothing wrong.
    named = [stop for stop in guess.stops[:-1] if stop != INTERNET]
    stops = (*named, *guess.stops[-1:])
    said = (*stops, guess.outcome)
    if leg is None:
        sender = outward.stops[-1] if outward and outward.stops else "the receiver"
        hops = tuple(Hop(at, one, None) for at, one in zip((sender, *stops), said, strict=False))
        return LegJudgement(
            hops, False, "No answer was sent: the request did not arrive, or nothing answers it."
        )
    way = max(_ways(network, leg), key=lambda one: _common(said, one.told[1:]))
    right = said == way.told[1:]
    hops = tuple(_hops(said, way.told))
    if right:
        return LegJudgement(hops, True)
    broken = next(number for number, hop in enumerate(hops) if not hop.right)
    step = _decider(way, broken)
    found = name_of(
        Break(
            network=network,
            direction=direction,
            at=hops[broken].at,
            said=hops[broken].said,
            was=hops[broken].was or "",
            verdict=way.verdict,
            outward=outward.stops if outward else (),
            destination=way.steps[0].before.destination if way.steps else None,
        )
    )
    reason, facts = (step.reason, step.facts) if step else (way.verdict.sentence, way.verdict.facts)
    return LegJudgement(hops, False, reason, facts, found)


def _ways(network: Network, leg: Leg) -> list[_Way]:
    nic_vm = {name: nic.vm for name, nic in network.scenario.topology.nics.items() if nic.vm is not None}
    ways = [(branch.steps, branch.verdict) for branch in leg.branches] or [(leg.steps, leg.verdict)]
    return [
        _Way((*stops, verdict.outcome.value), steps, verdict)
        for steps, verdict in ways
        for stops in _tellings(steps, verdict, nic_vm)
    ]


def _tellings(steps: tuple[Step, ...], verdict: Verdict, nic_vm: dict[str, str]) -> list[tuple[str, ...]]:
    """Return a way with its host on the Internet, and with the Internet in the host's place."""
    stops = stops_of(steps, verdict, nic_vm)
    if INTERNET in path_of(steps)[:-1] and stops and stops[-1].startswith("hosts/"):
        return [stops, (*stops[:-1], INTERNET)]
    return [stops]


def _common(said: tuple[str, ...], was: tuple[str, ...]) -> int:
    """Return how many guesses come true before the first that does not."""
    count = 0
    for one, other in zip(said, was, strict=False):
        if one != other:
            break
        count += 1
    return count


def _hops(said: tuple[str, ...], told: tuple[str, ...]) -> Iterator[Hop]:
    """Yield every guess; what comes after the first wrong one is compared with nothing."""
    parted = False
    for number, guess in enumerate(said):
        was = told[number + 1] if not parted and number + 1 < len(told) else None
        yield Hop(told[number] if not parted else said[number - 1], guess, was)
        parted = parted or guess != was


def _decider(way: _Way, broken: int) -> Step | None:
    """Return the step that decided where the packet went at the first wrong guess: its route, or its end."""
    ended = broken + 1 == len(way.told) - 1
    if ended:
        return way.steps[-1] if way.steps and way.verdict.outcome is not Outcome.DELIVERED else None
    here, chosen = 0, None
    for step in way.steps:
        if here < broken and step.at == way.told[here + 1]:
            here, chosen = here + 1, None
        if here == broken and chosen is None and step.matched is not None and step.matched.kind == "route":
            chosen = step
    return chosen


def _leg_dict(leg: LegJudgement) -> dict[str, Any]:
    return {
        "right": leg.right,
        "hops": [{"at": hop.at, "said": hop.said, "was": hop.was, "right": hop.right} for hop in leg.hops],
        "reason": leg.reason,
        "facts": list(leg.facts),
        "misconception": None if leg.misconception is None else leg.misconception.as_dict(),
    }

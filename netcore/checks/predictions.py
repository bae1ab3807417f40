"""What somebody said a packet would do, next to what it did, hop by hop.

A prediction says at each place where the packet goes next, or how it ends there. The first place where it
parts from the truth is where the mental model broke; ``misconceptions`` names the idea behind it. Who
predicts step by step goes on from where the packet truly is, so every hop is judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from netcore.checks.misconceptions import Break, Misconception, name_of
from netcore.checks.paths import INTERNET, path_of, stops_of
from netcore.control.network import Network
from netcore.document.models import Topology
from netcore.errors import NotFound
from netcore.forwarding.walk import step_event, trace_events, verdict_event
from netcore.trace.codes import CODES
from netcore.trace.model import Answer, Leg, Outcome, Place, Step, Trace, Verdict
from netcore.words import say

MOST_STOPS = 16

Stop = Annotated[str, Field(min_length=1, max_length=200)]


class HopGuess(Answer):
    """What somebody expects at one place.

    Args:
        verdict: the packet goes on, or ends here in this way.
        next: where it goes on to: the path of a VM, host, balancer, gateway or private endpoint, or
            ``internet``. Of ``forwarded`` only, and always then.
        code: of ``dropped``: the drop code, where somebody says why; None says nothing of it.
        at: where the packet stands, as its path; None: where the hop before said it would go.
    """

    verdict: Literal["forwarded", "delivered", "dropped", "looped"]
    next: Stop | None = None
    code: Annotated[str, Field(max_length=40)] | None = None
    at: Stop | None = None

    @model_validator(mode="after")
    def _agrees(self) -> HopGuess:
        if (self.verdict == "forwarded") is (self.next is None):
            raise ValueError("a hop names its next stop where the packet is forwarded, and only there")
        if self.code is not None and (self.verdict != "dropped" or self.code not in CODES):
            raise ValueError("a code is one of the drop codes, and belongs to a packet that is dropped")
        return self

    @property
    def said(self) -> str:
        """Return the next stop, or the ending."""
        return self.verdict if self.next is None else self.next


class LegGuess(Answer):
    """One direction as somebody expects it, hop by hop from its sender on.

    ``{"stops": [..], "outcome": ".."}`` is read too: the stops after the sender, and how it ends at the last.
    """

    hops: tuple[HopGuess, ...] = Field(min_length=1, max_length=MOST_STOPS + 1)

    @model_validator(mode="before")
    @classmethod
    def _from_stops(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping) or "hops" in raw or "outcome" not in raw:
            return raw
        rest = {key: value for key, value in raw.items() if key not in ("stops", "outcome")}
        stops = raw.get("stops", ())
        if not isinstance(stops, list | tuple):
            raise ValueError("stops are a list")
        if len(stops) > MOST_STOPS:
            raise ValueError(f"there are {len(stops)} stops, and at most {MOST_STOPS} can be named")
        return {
            **rest,
            "hops": [*({"verdict": "forwarded", "next": one} for one in stops), {"verdict": raw["outcome"]}],
        }

    @model_validator(mode="after")
    def _follows(self) -> LegGuess:
        if self.hops[0].verdict == "delivered":
            raise ValueError("what is delivered is delivered somewhere: name at least one stop")
        for before, hop in zip(self.hops, self.hops[1:], strict=False):
            if before.next is None and hop.at is None:
                raise ValueError("a hop after an end says where the packet is")
        return self

    @property
    def stops(self) -> tuple[str, ...]:
        """Return the stops that were named, in order."""
        return tuple(hop.next for hop in self.hops if hop.next is not None)

    @property
    def whole(self) -> bool:
        """Return whether it was said how the packet ends."""
        return self.hops[-1].next is None


class Prediction(Answer):
    """Both directions as somebody expects them; ``back`` None says nothing of the answer.

    ``stepwise``: made step by step, so that of the truth nothing is told beyond the hops that were said.
    """

    forward: LegGuess
    back: LegGuess | None = None
    stepwise: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One guess.

    Args:
        at: where the packet stands.
        said: the next stop, or the outcome where it was said to end here.
        was: the same in truth; None where the truth never came that far.
        said_code, was_code: of a packet that is dropped here: why, as a drop code; empty where nobody said.
        reason, facts: of the step that decided otherwise; empty where the guess is right.
        misconception: the idea behind a wrong guess, where one shows.
    """

    at: str
    said: str
    was: str | None
    said_code: str = ""
    was_code: str = ""
    reason: str = ""
    facts: tuple[str, ...] = ()
    misconception: Misconception | None = None

    @property
    def right(self) -> bool:
        """Return whether it came as it was said, for the reason that was said."""
        return self.said == self.was and self.said_code in ("", self.was_code)


@dataclass(frozen=True, slots=True)
class LegJudgement:
    """One direction: every guess, and where and why the first one failed.

    ``length`` counts the hops of the truth, or those that were said where these are more; of a guess that
    says no end, only those that were said. ``told`` is how many of the ``steps`` were earned by saying so
    many hops, None: all of them, with the end. ``reason``, ``facts`` and ``misconception`` are those of the
    first wrong hop.
    """

    hops: tuple[Hop, ...]
    length: int
    whole: bool = True
    reason: str = ""
    facts: tuple[str, ...] = ()
    misconception: Misconception | None = None
    steps: tuple[Step, ...] = ()
    told: int | None = None

    @property
    def right_hops(self) -> int:
        """Return how many guesses came true."""
        return sum(hop.right for hop in self.hops)

    @property
    def right(self) -> bool:
        """Return whether all that was said came so."""
        return self.right_hops == len(self.hops)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a prediction was worth; ``back`` is None where nothing was said of the answer.

    ``open``: made step by step, and the packet has further to go.
    """

    forward: LegJudgement
    back: LegJudgement | None = None
    open: bool = False

    @property
    def legs(self) -> tuple[LegJudgement, ...]:
        """Return the directions that something was said of."""
        return (self.forward,) if self.back is None else (self.forward, self.back)

    @property
    def right(self) -> bool:
        """Return whether all that was said came so."""
        return all(leg.right for leg in self.legs)

    @property
    def whole(self) -> bool:
        """Return whether every direction that was begun was said to its end."""
        return all(leg.whole for leg in self.legs)

    @property
    def score(self) -> tuple[int, int]:
        """Return how many hops came as they were said, and of how many."""
        return sum(leg.right_hops for leg in self.legs), sum(leg.length for leg in self.legs)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        right, of = self.score
        return {
            "right": self.right,
            "open": self.open,
            "score": {"right": right, "of": of},
            "forward": _leg_dict(self.forward),
            "back": None if self.back is None else _leg_dict(self.back),
        }


def check_prediction(prediction: Prediction, topology: Topology) -> None:
    """Pass if every stop exists in a drawing.

    Raises:
        NotFound: one does not; the message names it.
    """
    for guess in (prediction.forward, prediction.back):
        named = [stop for hop in guess.hops for stop in (hop.at, hop.next) if stop] if guess else []
        for stop in named:
            kind, _, name = stop.partition("/")
            if stop != INTERNET and (kind not in _STOPS or name not in getattr(topology, kind)):
                raise NotFound(
                    say(
                        "A packet cannot stop at {stop}: the drawing has no such VM, host or service.",
                        stop=stop,
                    )
                )


def judge(network: Network, done: Trace, prediction: Prediction) -> Judgement:
    """Return how a prediction stands beside a trace of the same packet.

    Where a choice falls per flow, a prediction is held against the way that it comes nearest to.

    Source: ours.
    """
    stepwise = prediction.stepwise
    forward = _judge_leg(network, "forward", prediction.forward, done.forward, None, stepwise)
    arrived = forward.told is None
    if prediction.back is None or (stepwise and not arrived):
        return Judgement(forward, open=stepwise and not (arrived and done.back is None))
    back = _judge_leg(network, "back", prediction.back, done.back, prediction.forward, stepwise)
    return Judgement(forward, back, open=stepwise and back.told is not None)


def told(done: Trace, judgement: Judgement) -> Iterator[dict[str, Any]]:
    """Yield the events of a trace as far as they were earned by predicting; see ``netcore.trace_steps``."""
    if not judgement.open:
        yield from trace_events(done)
        return
    for number, direction, leg, judged in (
        (1, "forward", done.forward, judgement.forward),
        (2, "return", done.back, judgement.back),
    ):
        if leg is None or judged is None:
            continue
        if judged.told is None:
            yield from (step_event(direction, number, step) for step in leg.steps)
            yield verdict_event(direction, number, leg)
        else:
            yield from (step_event(direction, number, step) for step in judged.steps[: judged.told])


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
    stepwise: bool,
) -> LegJudgement:
    said = _without_internet(guess.hops)
    if leg is None:
        sender = outward.stops[-1] if outward and outward.stops else say("the receiver")
        places = (sender, *(hop.said for hop in said))
        hops = tuple(
            Hop(hop.at or at, hop.said, None, hop.code or "") for at, hop in zip(places, said, strict=False)
        )
        reason = say("No answer was sent: the request did not arrive, or nothing answers it.")
        return LegJudgement(hops, len(hops), guess.whole, reason)
    judged = [(tuple(_hops(said, way)), way) for way in _ways(network, leg)]
    hops, way = max(judged, key=lambda one: sum(hop.right for hop in one[0]))
    explained = tuple(
        hop if hop.right or hop.was is None else _explained(network, direction, hop, number, way, outward)
        for number, hop in enumerate(hops)
    )
    broken = next((hop for hop in explained if not hop.right), None)
    truth = len(way.told) - 1
    over = len(said) >= truth
    return LegJudgement(
        explained,
        # How far the way goes on is told to nobody who is still on it.
        max(truth, len(said)) if guess.whole and (over or not stepwise) else len(said),
        guess.whole,
        broken.reason if broken else "",
        broken.facts if broken else (),
        broken.misconception if broken else None,
        way.steps,
        None if over else _arrival(network, way, len(said)),
    )


def _without_internet(hops: tuple[HopGuess, ...]) -> list[HopGuess]:
    """Return the guesses without the Internet on the way to a host there: who names it says nothing wrong."""
    kept: list[HopGuess] = []
    before: HopGuess | None = None
    for number, hop in enumerate(hops):
        here = hop if before is None else hop.model_copy(update={"at": before.at})
        before = None
        if here.next == INTERNET and number + 1 < len(hops) and hops[number + 1].next is not None:
            before = here
        else:
            kept.append(here)
    return kept


def _hops(said: list[HopGuess], way: _Way) -> Iterator[Hop]:
    """Yield every guess beside the truth at its place; a guess about a place without the packet has none."""
    on_way = True
    for number, guess in enumerate(said):
        here = way.told[number] if number < len(way.told) - 1 else None
        stands = here is not None and (on_way if guess.at is None else guess.at == here)
        was = way.told[number + 1] if stands else None
        ends = stands and number + 2 == len(way.told)
        at = here if stands and here else guess.at or said[number - 1].said
        hop = Hop(at, guess.said, was, guess.code or "", (way.verdict.code or "") if ends else "")
        yield hop
        on_way = hop.right


def _explained(
    network: Network,
    direction: Literal["forward", "back"],
    hop: Hop,
    number: int,
    way: _Way,
    outward: LegGuess | None,
) -> Hop:
    step = _decider(way, number)
    found = name_of(
        Break(
            network=network,
            direction=direction,
            at=hop.at,
            said=hop.said,
            was=hop.was or "",
            verdict=way.verdict,
            outward=outward.stops if outward else (),
            destination=way.steps[0].before.destination if way.steps else None,
        )
    )
    reason, facts = (step.reason, step.facts) if step else (way.verdict.sentence, way.verdict.facts)
    return replace(hop, reason=reason, facts=facts, misconception=found)


def _arrival(network: Network, way: _Way, stop: int) -> int:
    """Return how many steps a packet takes until it comes to a stop of its way, by its number."""
    nics = network.scenario.topology.nics
    here = 0
    for number, step in enumerate(way.steps):
        kind, _, key = (step.at or "").partition("/")
        nic = nics.get(key) if kind == "nics" else None
        owner = f"vms/{nic.vm}" if nic is not None and nic.vm is not None else step.at
        place = INTERNET if step.place is Place.EDGE and way.told[here + 1] == INTERNET else owner
        if place == way.told[here + 1]:
            here += 1
            if here == stop:
                return number
    return len(way.steps)


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
        "over": leg.told is None,
        "hops": [_hop_dict(hop) for hop in leg.hops],
        "reason": leg.reason,
        "facts": list(leg.facts),
        "misconception": None if leg.misconception is None else leg.misconception.as_dict(),
    }


def _hop_dict(hop: Hop) -> dict[str, Any]:
    return {
        "at": hop.at,
        "said": hop.said,
        "said_code": hop.said_code,
        "was": hop.was,
        "was_code": hop.was_code,
        "right": hop.right,
        "reason": hop.reason,
        "facts": list(hop.facts),
        "misconception": None if hop.misconception is None else hop.misconception.as_dict(),
    }

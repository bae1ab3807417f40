"""Which numbers a sweep can vary for one drawing, fault and set of designs: those that are really used.

A number of the timing profile is used where a plan, its trials or their judge read it. A number of the
drawing is used where another value of it changes a trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netcore.document.models import Scenario
from netcore.errors import NetcoreError
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.outcomes import Judge
from netcore.failover.plan import Design, Plan
from netcore.failover.race import fault_of
from netcore.failover.streams import Streams
from netcore.failover.sweeping import DRAWN, Drawn, Value, varied
from netcore.failover.timing import timing_of
from netcore.profiles.timing import Grade, Parameter
from netcore.profiles.timing_limits import limits_of
from netcore.words import say

TRIALS = 20
"""So many trials are looked at."""

PROPOSED: Mapping[str, tuple[float, ...]] = {
    "poll.period": (1, 5, 10, 30, 60),
    "heartbeat.misses": (1, 2, 3, 5, 10),
}
"""Values worth trying where multiples of the present one are not."""

FACTORS = (0.25, 0.5, 1, 2, 4)

SHARES = (0, 0.1, 0.5, 1)
"""Shares worth trying beside the present one."""


SHARED = frozenset({"flows.new", "recovered.share", "bgp.phase"})
"""Numbers that are shares, though they are no probabilities."""


@dataclass(frozen=True, slots=True)
class Sweepable:
    """A number that a sweep can vary.

    Args:
        where: ``drawing`` or ``timing``.
        value: what it is now.
        values: worth trying, the present one among them; every one of them can be played.
    """

    name: str
    meaning: str
    unit: str
    where: str
    grade: Grade | None
    source: str
    value: Value
    values: tuple[Value, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "name": self.name,
            "meaning": self.meaning,
            "unit": self.unit,
            "where": self.where,
            "grade": self.grade,
            "source": say(self.source),
            "value": self.value,
            "values": list(self.values),
        }


def sweepable(scenario: Scenario, fault: str, designs: Sequence[Design]) -> tuple[Sweepable, ...]:
    """Return what a sweep can vary, the drawing first, then the timing profile in its order.

    Raises:
        NotFound, NotModelled: the fault is not there, or a design cannot be played for it.
    """
    return (*_of_drawing(scenario, fault, designs), *_of_timing(scenario, fault, designs))


class _Read(dict[str, Parameter]):
    """Numbers that remember which of them were asked for."""

    def __init__(self, numbers: Mapping[str, Parameter]) -> None:
        super().__init__(numbers)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """Return a number and remember its name."""
        self.names.add(name)
        return super().get(name, default)


def read_by(scenario: Scenario, fault: str, designs: Sequence[Design]) -> set[str]:
    """Return the names of the timing numbers that designs read for a fault; raises as ``sweepable``."""
    timing = timing_of(scenario)
    read = _Read(timing.parameters)
    watched = replace(timing, parameters=read)
    for design in designs:
        made = plan(scenario, design, fault_of(scenario, fault), watched)
        list(made.assumptions())
        Judge(Fates(made, watched), watched)
        for trial in range(TRIALS):
            made.mechanism.play(Streams(scenario.seed, trial))
    return read.names


def _of_timing(scenario: Scenario, fault: str, designs: Sequence[Design]) -> Iterator[Sweepable]:
    names = read_by(scenario, fault, designs)
    for name, number in timing_of(scenario).parameters.items():
        if name in names:
            yield from _fields(scenario, number)


def _fields(scenario: Scenario, number: Parameter) -> Iterator[Sweepable]:
    """Yield a number once, or a distribution field by field."""
    plain = number.kind in ("constant", "choice", "bernoulli")
    for field in ("value",) if number.kind == "choice" else number.values:
        name = number.name if plain else f"{number.name}.{field}"
        meaning = say(number.meaning) if plain else f"{say(number.meaning)}: {field}"
        unit = "1" if field == "sigma" else number.unit
        value: Value = number.choice if number.kind == "choice" else number.values[field]
        values = tuple(one for one in _around(number, field, value) if _can(scenario, name, one))
        yield Sweepable(name, meaning, unit, "timing", number.grade, number.source, value, values)


def _around(number: Parameter, field: str, value: Value) -> tuple[Value, ...]:
    """Return values worth trying, in order."""
    if isinstance(value, str):
        return number.options
    if number.kind == "bernoulli" or number.name in SHARED:
        found: set[float] = {*SHARES, value}
    elif number.name in PROPOSED:
        found = {*PROPOSED[number.name], value}
    elif value == 0:
        found = {0, 1, 5, 10}
    else:
        found = {float(f"{value * factor:.3g}") for factor in FACTORS if factor != 1} | {value}
    if limits_of(number.name).whole:
        found = {round(one) for one in found}
    return tuple(sorted(found))


def _can(scenario: Scenario, name: str, value: Value) -> bool:
    try:
        varied(scenario, name, value)
    except NetcoreError:
        return False
    return True


def _of_drawing(scenario: Scenario, fault: str, designs: Sequence[Design]) -> Iterator[Sweepable]:
    for name, drawn in DRAWN.items():
        now = drawn.current(scenario.topology)
        if now is None:
            continue
        found = _played(scenario, fault, designs, name, (*drawn.values, now))
        if len({told for _, told in found.items()}) > 1:
            yield _drawn(name, drawn, now, tuple(sorted(found)))


def _drawn(name: str, drawn: Drawn, now: int, values: tuple[int, ...]) -> Sweepable:
    return Sweepable(name, say(drawn.meaning), drawn.unit, "drawing", None, say("the drawing"), now, values)


def _played(
    scenario: Scenario, fault: str, designs: Sequence[Design], name: str, values: Sequence[int]
) -> dict[int, str]:
    """Return what happens in some trials at each value that can be played."""
    found = {}
    for value in values:
        try:
            changed = varied(scenario, name, value)
            timing = timing_of(changed)
            plans = [plan(changed, design, fault_of(changed, fault), timing) for design in designs]
        except NetcoreError:
            continue
        found[value] = _told(plans, scenario.seed)
    return found


def _told(plans: Sequence[Plan], seed: int) -> str:
    """Return when things change in some trials, and what is expected to happen by mistake."""
    times = [
        [time_us for time_us, _ in made.mechanism.play(Streams(seed, trial)).changes]
        for made in plans
        for trial in range(TRIALS)
    ]
    return repr((times, [made.false_alarms for made in plans]))

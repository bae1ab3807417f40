"""Figures of races in words, as the tab of failovers has them: what it is, its unit, and what was asked."""

from __future__ import annotations

from typing import Any, Final

from netcore import failover
from netcore.words import say, say_many

WORDS: Final = {
    "new.p50": ("new flows, 50 of 100", "s"),
    "new.p95": ("new flows, 95 of 100", "s"),
    "new.max": ("new flows, the slowest", "s"),
    "new.mean": ("new flows, on average", "s"),
    "new.never": ("new flows that never recover", "share"),
    "new.by_hand": ("trials in which a person has to see to it", "share"),
    "existing.p50": ("existing flows, 50 of 100", "s"),
    "existing.p95": ("existing flows, 95 of 100", "s"),
    "existing.never": ("existing flows that never recover", "share"),
    "lost.p50": ("packets lost, 50 of 100", "packets"),
    "lost.p95": ("packets lost, 95 of 100", "packets"),
    "lost.mean": ("packets lost, on average", "packets"),
    "flows.survived": ("existing flows that survive", "share"),
    "flows.stalled": ("existing flows that stall and go on", "share"),
    "flows.reset": ("existing flows that are reset", "share"),
    "flows.hung": ("existing flows that hang", "share"),
    "flows.never_started": ("flows that never start", "share"),
    "clocks.detect": ("time to detect, half of the trials", "s"),
    "clocks.control": ("time of the control plane, half of the trials", "s"),
    "clocks.data": ("time of the data plane, half of the trials", "s"),
    "phases.detect": ("time to detect, half of the trials", "s"),
    "phases.decide": ("time to decide, half of the trials", "s"),
    "phases.control": ("time to ask the control plane, half of the trials", "s"),
    "phases.program": ("time until it is programmed, half of the trials", "s"),
    "stall.with_rto.p50": ("stall of a connection, 50 of 100", "s"),
    "stall.with_rto.p95": ("stall of a connection, 95 of 100", "s"),
    "stall.with_rto.worst": ("stall of a connection, the longest", "s"),
    "calls.writes": ("calls that write, on average", ""),
    "calls.polls": ("polls, on average", ""),
    "calls.refusals": ("calls refused with 429, on average", ""),
    "calls.denied": ("calls refused with 403 for want of a right, on average", ""),
    "asymmetric": ("packets there and back by different appliances", "share"),
    "dual_active_s": ("time in which two held themselves active, on average", "s"),
}
"""Figure -> what people call it, and its unit."""


def design(key: str) -> str:
    """Return the title of a design."""
    return next((say(one.title) for one in failover.DESIGNS if one.id == key), key)


def words(figure: str) -> str:
    """Return what a figure is."""
    return say(WORDS[figure][0])


def value(figure: str, number: float | None) -> str:
    """Return a value of a figure with its unit; None is never."""
    if number is None:
        return say("never")
    unit = WORDS[figure][1]
    if unit == "share":
        return f"{_short(number * 100)} %"
    if unit == "packets":
        return say_many("{count:,} packet", "{count:,} packets", round(number))
    return f"{_short(number)} s" if unit else _short(number)


def _short(number: float) -> str:
    """Return a number as people read it: one decimal, below 1 two digits that count."""
    digits = 1 if abs(number) >= 1 else 2
    text = f"{number:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def asked(bound: Any) -> str:
    """Return what ``at_most`` and ``at_least`` of a ``figure`` ask, such as ``at most 20 s``."""
    least = None if bound.at_least is None else value(bound.figure, bound.at_least)
    most = None if bound.at_most is None else value(bound.figure, bound.at_most)
    if least is not None and most is not None:
        return say("{least} to {most}", least=least, most=most)
    return say("at most {most}", most=most) if most is not None else say("at least {least}", least=least)


def broken(bound: Any, key: str, number: float | None, trials: int) -> str:
    """Return that a figure of a design is out of its bounds, and what was asked."""
    return say_many(
        "{design}, {figure}: {value} in {count:,} trial; {asked} was asked.",
        "{design}, {figure}: {value} in {count:,} trials; {asked} was asked.",
        trials,
        design=design(key),
        figure=words(bound.figure),
        value=value(bound.figure, number),
        asked=asked(bound),
    )

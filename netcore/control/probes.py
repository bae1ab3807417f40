"""Health probes over time, without a clock: when a backend leaves the rotation and when it comes back.

Times are arguments and results, integers in microseconds. What one probe meets (an answer, silence, a
reset) is judged by itself; how many of them count is told in three ways by the documents, so that it is a
switch of the profile, ``probe_counting``.

Source: facts J7-J10, N2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from netcore.document.balancers import Probe

Counting = Literal["threshold", "number-of-probes", "one"]
"""How many probes count (facts J8, J10, N2): as many as the threshold, both ways; as many as the threshold
and at least two to leave, one to come back; one, both ways."""

Meets = Literal["ok", "timeout", "refused"] | int
"""What one probe meets: an answer, silence, a reset, or the status of an HTTP answer."""

SECOND_US = 1_000_000

HTTP_LIMIT_US = 30 * SECOND_US
"""Longest wait for an HTTP or HTTPS answer (fact J9)."""

HTTP_OK = 200

FLAP_INTERVALS = 10
"""A backend that leaves within so many intervals of its return is flapping. Ours: no figure is published."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A backend leaves the rotation (``up`` False) or comes back, at a time in microseconds."""

    at_us: int
    up: bool


def succeeds(probe: Probe, meets: Meets) -> bool:
    """Return whether one probe succeeds: a handshake for TCP, status 200 and no other for HTTP (fact J7).

    A status counts as an answer where the probe is TCP, which does not read it.

    Example:
        >>> succeeds(Probe(name="p", protocol="http", port=80), 204)
        False
    """
    if isinstance(meets, int):
        return probe.protocol == "tcp" or meets == HTTP_OK
    return meets == "ok"


def wait_us(probe: Probe, meets: Meets, http_limit_us: int = HTTP_LIMIT_US) -> int:
    """Return how long after it was sent a probe is known to have failed or succeeded.

    Silence is noticed at the end of the interval, for HTTP after 30 seconds at the latest; a reset and a
    status are noticed at once (fact J9).
    """
    if meets != "timeout":
        return 0
    interval_us = probe.interval_s * SECOND_US
    return interval_us if probe.protocol == "tcp" else min(interval_us, http_limit_us)


def failures_needed(probe: Probe, counting: Counting = "threshold") -> int:
    """Return how many probes in a row must fail before a backend leaves the rotation (fact J8)."""
    match counting:
        case "one":
            return 1
        case "number-of-probes":
            return max(2, probe.threshold)
        case _:
            return probe.threshold


def successes_needed(probe: Probe, counting: Counting = "threshold", flaps: int = 0) -> int:
    """Return how many probes in a row must succeed before a backend comes back (fact J10).

    Args:
        flaps: how often it has just come back and left again. Each costs one success more: documented is
            that flapping backends are held back longer, and by how much is ours.
    """
    return (probe.threshold if counting == "threshold" else 1) + flaps


def decided_us(interval_us: int, failures: int, wait_us: int, phase: float) -> int:
    """Return when the last of some failures in a row is noticed, counted from the fault.

    Args:
        interval_us: time between two probes.
        failures: how many, at least one.
        wait_us: how long a failing probe waits for its answer.
        phase: part of the interval from the fault to the next probe, 0 to 1.

    Source: fact J8.
    """
    return round(phase * interval_us) + (failures - 1) * interval_us + wait_us


def turns(
    probe: Probe,
    answers: Iterable[tuple[int, Meets]],
    counting: Counting = "threshold",
    *,
    up: bool = True,
    silence_us: int | None = None,
) -> tuple[Turn, ...]:
    """Return when a backend leaves the rotation and comes back.

    Args:
        answers: when each probe is sent, in order, and what it meets.
        up: whether the backend is in the rotation before the first probe.
        silence_us: how long after it was sent an unanswered probe has failed; None: by ``wait_us``.

    Returns:
        Changes only, in order; the time is when the deciding probe is noticed.

    Source: facts J8-J10, N2.
    """
    found: list[Turn] = []
    patience_us = wait_us(probe, "timeout") if silence_us is None else silence_us
    row = flaps = 0
    returned_us: int | None = None
    for sent_us, meets in answers:
        good = succeeds(probe, meets)
        if good is up:
            row = 0
            continue
        row += 1
        if row < (successes_needed(probe, counting, flaps) if good else failures_needed(probe, counting)):
            continue
        at_us, row, up = sent_us + (patience_us if meets == "timeout" else 0), 0, good
        found.append(Turn(at_us, up))
        if up:
            returned_us = at_us
        elif returned_us is not None:
            flapping = at_us - returned_us <= FLAP_INTERVALS * probe.interval_s * SECOND_US
            flaps = flaps + 1 if flapping else 0
    return tuple(found)

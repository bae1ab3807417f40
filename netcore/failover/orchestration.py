"""Orchestration calls: operations that end later than they are accepted, polls, and the limit on writes.

Source: Azure Resource Manager, Track asynchronous operations and request limits; reference on failover,
sections 1.3, 2.1 and 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from netcore.failover.clock import SECOND_US
from netcore.profiles.timing import TimingProfile


class TokenBucket:
    """The limit on writes: so many at once, so many a second after that. Nothing about it is random.

    Args:
        size: tokens of a full bucket.
        refill: tokens per second.
    """

    __slots__ = ("_at_us", "_refill", "_size", "_tokens")

    def __init__(self, size: float, refill: float) -> None:
        self._size = size
        self._refill = refill
        self._tokens = size
        self._at_us = 0

    def level(self, now_us: int) -> float:
        """Return how many tokens there are."""
        return min(self._size, self._tokens + (now_us - self._at_us) * self._refill / SECOND_US)

    def ask(self, now_us: int) -> int:
        """Take a token and return 0, or take none and return the Retry-After of the 429, in seconds.

        Args:
            now_us: not before the last call.
        """
        level = self.level(now_us)
        if level >= 1:
            self._tokens = level - 1
            self._at_us = now_us
            return 0
        return max(1, ceil((1 - level) / self._refill))


@dataclass(frozen=True, slots=True)
class Operation:
    """One asynchronous write, from the call to the poll that sees its end. Times since the fault.

    Args:
        called_us: when the write was first sent.
        refusals: times of the 429 answers before it was taken, each with its Retry-After in seconds.
        sent_us: when it was sent and taken.
        accepted_us: when the caller has the 202.
        ended_us: true end: the platform has done it.
        seen_us: when the caller learns so, ``0.7 + P * ceil(T / P)`` after it was sent.
        period_us: poll period.
        polls: how many polls it took.
    """

    called_us: int
    refusals: tuple[tuple[int, int], ...]
    sent_us: int
    accepted_us: int
    ended_us: int
    seen_us: int
    period_us: int
    polls: int

    def poll_times(self) -> Iterator[tuple[int, bool]]:
        """Yield when the caller polls, and whether the answer is that it is done."""
        for left in range(self.polls - 1, -1, -1):
            yield self.seen_us - left * self.period_us, left == 0


class Caller:
    """Who calls the control plane: one client with its poll period and its share of the limit.

    Args:
        timing: where the numbers are.
        asynchronous: a write is accepted first and then polled; else its answer is its end, and the limit
            of Azure does not count.
        polled: its end is learned by polls; else as soon as it is there, where the figures have the polls in
            them already.

    Attributes:
        lowest_tokens: least level of the bucket after a write; None before the first.
    """

    __slots__ = ("_bucket", "_overhead_us", "_period_us", "_polled", "lowest_tokens")

    def __init__(self, timing: TimingProfile, *, asynchronous: bool = True, polled: bool = True) -> None:
        self._polled = polled
        self.lowest_tokens: float | None = None
        # Only what counts is read, so that nobody is offered a number that changes nothing.
        polls = asynchronous and polled
        self._period_us = round(timing.value("poll.period") * SECOND_US) if polls else 0
        self._overhead_us = round(timing.value("poll.overhead") * SECOND_US) if polls else 0
        self._bucket = (
            TokenBucket(timing.value("arm.bucket"), timing.value("arm.refill")) if asynchronous else None
        )

    def write(self, now_us: int, duration_us: int) -> Operation:
        """Return one write that takes ``duration_us`` on the platform; waits out refusals first."""
        if self._bucket is None:
            end_us = now_us + duration_us
            return Operation(now_us, (), now_us, end_us, end_us, end_us, self._period_us, 0)
        refusals: list[tuple[int, int]] = []
        time_us = now_us
        while wait_s := self._bucket.ask(time_us):
            refusals.append((time_us, wait_s))
            time_us += wait_s * SECOND_US
        level = self._bucket.level(time_us)
        self.lowest_tokens = level if self.lowest_tokens is None else min(self.lowest_tokens, level)
        if not self._polled:
            end_us = time_us + duration_us
            return Operation(now_us, tuple(refusals), time_us, end_us, end_us, end_us, self._period_us, 0)
        polls = max(1, -(-duration_us // self._period_us))
        return Operation(
            called_us=now_us,
            refusals=tuple(refusals),
            sent_us=time_us,
            accepted_us=time_us + min(self._overhead_us, duration_us),
            ended_us=time_us + duration_us,
            seen_us=time_us + self._overhead_us + polls * self._period_us,
            period_us=self._period_us,
            polls=polls,
        )

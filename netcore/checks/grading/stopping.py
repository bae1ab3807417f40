"""Grading that is stopped from outside: whoever waits for it is asked before each piece of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from netcore.words import say

_OVER: ContextVar[Callable[[], bool] | None] = ContextVar("_OVER", default=None)


class Stopped(Exception):
    """Nobody waits any longer. No error of a pack, so nothing that judges packs catches it."""


@contextmanager
def stop_when(over: Callable[[], bool]) -> Iterator[None]:
    """Grade inside only as long as ``over`` says no. The engine has no clock, so the caller brings one.

    Raises:
        Stopped: from inside, where it said yes.
    """
    token = _OVER.set(over)
    try:
        yield
    finally:
        _OVER.reset(token)


def look() -> None:
    """Go on, unless it is over.

    Raises:
        Stopped: it is.
    """
    over = _OVER.get()
    if over is not None and over():
        raise Stopped(say("Grading was stopped before its end."))

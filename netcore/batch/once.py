"""What is made once for each compiled network, when first asked for, and kept as long as the network."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")


def once(make: Callable[[K], V]) -> Callable[[K], V]:
    """Return ``make``, which gives the same object at each call with the same argument."""
    made: WeakKeyDictionary[K, V] = WeakKeyDictionary()

    @wraps(make)
    def found_or_made(of: K) -> V:
        found = made.get(of)
        if found is None:
            found = made[of] = make(of)
        return found

    return found_or_made

"""Compiles loops where numba is there; without it they run as they are: slower, with the same answers.

Without threads of numba: they do not survive a fork, and workers fork.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_numba: Any
try:
    _numba = importlib.import_module("numba")
except ImportError:  # an installation without the compiler
    _numba = None


def fast(function: F) -> F:
    """Return a function compiled, its machine code kept on disk where the caller has named a folder."""
    if _numba is None:
        return function
    made: F = _numba.njit(cache=True, error_model="numpy")(function)
    return made

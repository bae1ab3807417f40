"""Compiles functions where numba is there; without it they run as they are: slower, with the same answers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

numba: Any
try:
    numba = importlib.import_module("numba")
except ImportError:  # an installation without the compiler
    numba = None


def fast(function: F) -> F:
    """Return a function compiled, its machine code kept on disk where the caller has named a folder."""
    if numba is None:
        return function
    made: F = numba.njit(cache=True, error_model="numpy")(function)
    return made


def parallel(function: F) -> F:
    """Return a function compiled so that its ``prange`` runs on several threads."""
    if numba is None:
        return function
    made: F = numba.njit(cache=True, error_model="numpy", parallel=True)(function)
    return made


prange: Any = range if numba is None else numba.prange

"""Compiles loops where numba is there; without it they run as they are: slower, with the same answers.

Without threads of numba: they do not survive a fork, and workers fork.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

_numba: Any
try:
    _numba = importlib.import_module("numba")
    importlib.import_module("netcore.batch.jit")  # says where compiled kernels are kept
except ImportError:  # an installation without the compiler
    _numba = None


def fast(function: F) -> F:
    """Return a function compiled, its machine code kept on disk where the caller has named a folder."""
    if _numba is None:
        return _wrapping(function)
    made: F = _numba.njit(cache=True, error_model="numpy")(function)
    return made


def inner(function: F) -> F:
    """Compile a part into every loop that calls it: a call would count the references of all its arrays."""
    if _numba is None:
        return _wrapping(function)
    made: F = _numba.njit(forceinline=True, error_model="numpy")(function)
    return made


def _wrapping(function: F) -> F:
    """Return a function that lets 64-bit numbers wrap without a warning, as compiled code does."""

    @wraps(function)
    def made(*given: Any) -> Any:
        with np.errstate(over="ignore"):
            return function(*given)

    return cast(F, made)

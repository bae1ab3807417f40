"""How the compiled kernel is compiled.

Without reference counts: the kernel makes no arrays, and counting those it is given costs more than the
packets. Without threads of numba: they do not survive a fork, so callers give blocks to threads of their own,
and the kernel lets them run side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_njit: Any = njit


def part(function: Function) -> Function:
    """Compile a part into every kernel that calls it, so that nothing is handed over."""
    made: Function = _njit(forceinline=True, error_model="numpy", _nrt=False)(function)
    return made


def stage(function: Function) -> Function:
    """Compile a part that does much at each call, once for all that call it."""
    made: Function = _njit(error_model="numpy", _nrt=False)(function)
    return made


def kernel(function: Function) -> Function:
    """Compile a kernel, and keep it on disk where something may be written."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
    made: Function
    try:
        made = _njit(cache=True, **options)(function)
    except RuntimeError:  # numba finds no folder for what it compiles
        made = _njit(**options)(function)
    return made

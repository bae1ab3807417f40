"""How the compiled kernel is compiled.

Without reference counts: the kernel makes no arrays, and counting those it is given costs more than the
packets. Without threads of numba: they do not survive a fork, so callers give blocks to threads of their own,
and the kernel lets them run side by side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., Any])

_njit: Any = njit


def _edition() -> str:
    """Return a name for the source of everything that kernels are made of."""
    here = Path(__file__).parent
    beside = (here.parent / "failover", here.parent / "forwarding")
    files = sorted(file for folder in (here, *beside) for file in folder.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


# numba looks at the file of a kernel alone, and the parts compiled into it lie in others: a kernel of old
# parts would answer wrongly. So each edition of the source keeps its kernels in a folder of its own.
_config: Any = config
_config.CACHE_DIR = str(Path(_config.CACHE_DIR or Path(__file__).parent / "__pycache__") / _edition())


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

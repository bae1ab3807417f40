"""Which engine answers arrays here."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

Engine = Literal["numba", "numpy", "walk"]


def numba_is_here() -> bool:
    """Return whether compiled kernels can be used."""
    try:
        return find_spec("numba") is not None
    except ValueError:  # somebody has put it out of reach
        return False

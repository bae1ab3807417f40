"""What one drawing says otherwise than another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from netcore.batch.classes import Classes
from netcore.batch.compile import Compiled
from netcore.batch.parties import Parties
from netcore.batch.sheets import Table
from netcore.control.network import Network
from netcore.document.models import Scenario, Topology
from netcore.document.part import Part


class Touched(NamedTuple):
    """What an edit may concern.

    Args:
        edited: see ``edited``.
        classes: VMs that behave alike in both drawings.
        spans: protocol, and ports or None for any, of every rule that came or went.
    """

    edited: tuple[str, ...]
    classes: Classes
    spans: tuple[tuple[str, tuple[tuple[int, int], ...] | None], ...]

    def pairs(self, parties: Parties) -> tuple[Table, Table]:
        """Return bool [senders, receivers]: pairs to ask all headers of, and those to ask ``spans`` of."""
        every = np.ones((len(parties.senders), len(parties.receivers)), np.bool_)
        return every, every


def updated(compiled: Compiled, network: Network) -> tuple[Compiled, Touched] | None:
    """Return a network as arrays, made of those of an earlier one; None where it must be compiled anew."""
    return None


def edited(before: Scenario, after: Scenario) -> tuple[str, ...]:
    """Return the paths of what two documents say otherwise, such as ``route_tables/spoke/routes/default``."""
    found = [name for name in ("profile", "switches") if getattr(before, name) != getattr(after, name)]
    for name in Topology.model_fields:
        found += _edited(name, getattr(before.topology, name), getattr(after.topology, name))
    return tuple(found)


def _edited(path: str, one: Any, other: Any) -> Iterator[str]:
    """Yield the deepest paths at which two values differ."""
    if one is other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            if key not in one or key not in other:
                yield f"{path}/{key}"
            else:
                yield from _edited(f"{path}/{key}", one[key], other[key])
    elif isinstance(one, Part) and type(one) is type(other):
        if one != other:
            for name in type(one).model_fields:
                yield from _edited(f"{path}/{name}", getattr(one, name), getattr(other, name))
    elif one != other:
        yield path

"""Who reaches whom by routes alone, whatever rules say: the first question when nothing gets through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from netcore.batch import kernel_routes as kernel
from netcore.batch.classes import Classes
from netcore.batch.compile import Compiled
from netcore.batch.sheets import Table
from netcore.batch.space import Space, space_of


@dataclass(frozen=True)
class Routed:
    """Where routes lead, between VMs that only routes and rules decide about.

    Args:
        vms: ids, ascending.
        classes: VMs that behave alike.
        ends: uint8 [class, class]: ``ARRIVES``, ``LOST`` or ``UNKNOWN`` of ``kernel_routes``; the last where
            something else than routes decides where packets go.
    """

    vms: tuple[str, ...]
    classes: Classes
    ends: Table

    def reaches(self, source: str, destination: str) -> bool | None:
        """Return whether routes lead from one VM to another; None: they alone do not say."""
        of = self.classes.of
        end = self.ends[of[self._row[source]], of[self._row[destination]]]
        return None if end == kernel.UNKNOWN else bool(end == kernel.ARRIVES)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {vm: index for index, vm in enumerate(self.vms)}

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data, by class."""
        return {
            "classes": [each.as_dict() for each in self.classes.classes],
            "reaches": [np.flatnonzero(row == kernel.ARRIVES).tolist() for row in self.ends],
            "unknown": [np.flatnonzero(row == kernel.UNKNOWN).tolist() for row in self.ends],
        }


def routes_alone(compiled: Compiled) -> Routed:
    """Return who reaches whom by routes alone, IPv4, over appliances that only forward."""
    space = space_of(compiled)
    count = len(space.classes.classes)
    ends = np.full((count, count), kernel.UNKNOWN, np.uint8)
    if len(space.rows):
        by_row = _settled(space)[space.pairs.group]
        ends[np.ix_(space.rows, space.rows)] = by_row
    return Routed(compiled.guests.ids, space.classes, ends)


def _settled(space: Space) -> Table:
    """Return how routes end, by group of senders and receiver: what a choice per flow decides is unknown."""
    meaning = np.arange(kernel.BY_CHANCE + 1, dtype=np.uint8)
    meaning[kernel.CHOSEN], meaning[kernel.BY_CHANCE] = kernel.ARRIVES, kernel.UNKNOWN
    found: Table = meaning[space.pairs.end]
    return found

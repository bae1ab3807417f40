"""What connections leave behind, one connection per column: see ``state.Sessions``."""

from __future__ import annotations

import numpy as np

from netcore.batch.sheets import Table

NOBODY = -(2**62)
MOST = 40
"""Most things of one kind that one connection may leave behind."""


def ends_of(src: Table, dst: Table) -> Table:
    """Return both addresses as one number."""
    found: Table = src << 32 | dst
    return found


def ports_of(protocol: Table, sp: Table, dp: Table) -> Table:
    """Return protocol and both ports as one number."""
    found: Table = protocol << 32 | sp << 16 | dp
    return found


def canonical(src: Table, sp: Table, dst: Table, dp: Table, protocol: Table) -> tuple[Table, Table]:
    """Return the same five-tuple for both directions of a flow."""
    flip = (src > dst) | ((src == dst) & (sp > dp))
    ends = np.where(flip, ends_of(dst, src), ends_of(src, dst))
    return ends, np.where(flip, ports_of(protocol, dp, sp), ports_of(protocol, sp, dp))


class Section:
    """Things of one kind that connections remember; slot by slot, for most connections have few.

    Args:
        count: connections.
        values: numbers kept with each.
    """

    def __init__(self, count: int, values: int) -> None:
        self._count = count
        self._values = values
        self.used = np.zeros(count, np.int64)
        self.slots: list[Table] = []
        """Each int64 [3 + values, connections]: owner, ends, ports, values."""

    def take(self, rows: Table) -> Section:
        """Return what some connections remember, as a copy of its own."""
        made = Section(len(rows), self._values)
        made.used = self.used[rows]
        most = int(made.used.max(initial=0))
        made.slots = [slot[:, rows] for slot in self.slots[:most]]
        return made

    def find(self, rows: Table, owner: Table, ends: Table, ports: Table) -> Table:
        """Return the slot of what some connections remember, or -1."""
        found = np.full(len(rows), -1, np.int64)
        for number, slot in enumerate(self.slots):
            likely = np.flatnonzero(slot[0, rows] == owner)
            if len(likely):
                there = rows[likely]
                hit = (slot[1, there] == ends[likely]) & (slot[2, there] == ports[likely])
                found[likely[hit]] = number
        return found

    def put(self, rows: Table, owner: Table, ends: Table, ports: Table, *values: Table | int) -> Table:
        """Remember something in place of what was there; return which rows had no room."""
        slot = self.find(rows, owner, ends, ports)
        new = slot < 0
        slot[new] = self.used[rows[new]]
        self.used[rows[new]] += 1
        full: Table = slot >= MOST
        while len(self.slots) < min(MOST, int(slot.max(initial=-1)) + 1):
            made = np.zeros((3 + self._values, self._count), np.int64)
            made[0] = NOBODY
            self.slots.append(made)
        for number in np.unique(slot[~full]).tolist():
            at = np.flatnonzero(slot == number)
            there = rows[at]
            for place, column in enumerate((owner, ends, ports, *values)):
                self.slots[number][place, there] = column if isinstance(column, int) else column[at]
        return full

    def value(self, slot: Table, rows: Table, place: int) -> Table:
        """Return a value of what was found, 0 where nothing was."""
        found = np.zeros(len(rows), np.int64)
        for number, held in enumerate(self.slots):
            at = np.flatnonzero(slot == number)
            found[at] = held[3 + place, rows[at]]
        return found

    def write(self, slot: Table, rows: Table, place: int, value: int) -> None:
        """Change a value of what was found."""
        for number, held in enumerate(self.slots):
            held[3 + place, rows[slot == number]] = value

    def anybody(self, rows: Table, owner: Table, first: Table, second: Table) -> Table:
        """Return whether an owner remembers something with these two first values."""
        found = np.zeros(len(rows), np.bool_)
        for held in self.slots:
            found |= (held[0, rows] == owner) & (held[3, rows] == first) & (held[4, rows] == second)
        return found

    def any_value(self, rows: Table, place: int, value: int) -> Table:
        """Return whether some connections remember anything with a value."""
        found = np.zeros(len(rows), np.bool_)
        for number, held in enumerate(self.slots):
            found |= (self.used[rows] > number) & (held[3 + place, rows] == value)
        return found

    def forget(self) -> None:
        """Forget everything."""
        self.used[:] = 0
        self.slots.clear()

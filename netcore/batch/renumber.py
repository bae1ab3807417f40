"""What connections left behind in one network, in the numbers of another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from netcore.batch import layout as at
from netcore.batch.atoms import Atoms
from netcore.batch.compile import Compiled
from netcore.batch.numpy_memory import Section, ends_of
from netcore.batch.numpy_state import HOST, INTERNET, VM
from netcore.batch.sheets import Table

GONE = -3
"""Number of what the other network does not have: nothing is found under it."""

_LOW = 0xFFFF_FFFF


class Renumbering:
    """From the numbers of one compiled network to those of another.

    Args:
        asked: atoms of the destinations of some connections, here and there; the only addresses that may not
            be alone in their atoms.

    Attributes:
        lost: bool by connection: an address that it remembers is not told apart there.
    """

    def __init__(self, here: Compiled, there: Compiled, asked: tuple[Table, Table]) -> None:
        self._here, self._there = here, there
        self._asked, self._asked_there = asked
        self.lost = np.zeros(len(self._asked), np.bool_)
        self.same = here.atoms is there.atoms
        if self.same:
            return
        self._atoms, self._alone = _atoms(here.atoms, there.atoms)
        self._nics = _numbers(here.nic_ids, there.nic_ids)
        self._vms = _numbers(here.guests.ids, there.guests.ids)
        self._paths = _numbers(here.names, there.names)
        self._doors = _doors(here, there)
        self._balancers = _numbers(_balancers(here), _balancers(there))
        self._members = [
            _numbers(names, there.balancers.names[number] if number >= 0 else ())
            for names, number in zip(here.balancers.names, self._balancers.tolist(), strict=False)
        ]

    def atoms(self, atoms: Table) -> Table:
        """Return addresses, one per connection; below 0 is none."""
        if self.same:
            return atoms
        mine = atoms == self._asked
        found = np.where(mine, self._asked_there, self._atoms[np.maximum(atoms, 0)])
        self.lost |= (atoms >= 0) & ~mine & ~self._alone[np.maximum(atoms, 0)]
        return np.where(atoms < 0, atoms, found)

    def ends(self, ends: Table) -> Table:
        """Return pairs of addresses, one per connection."""
        return ends if self.same else ends_of(self.atoms(ends >> 32), self.atoms(ends & _LOW))

    def taker(self, kind: Table, who: Table) -> Table:
        """Return who took packets."""
        if self.same:
            return who
        found = np.where(kind == INTERNET, self.atoms(np.where(kind == INTERNET, who, -1)), GONE)
        for which, numbers in ((VM, self._vms), (HOST, self._paths)):
            rows = kind == which
            found[rows] = numbers[who[rows]]
        return found

    def memory(self, memory: Mapping[str, Section], rows: Table) -> dict[str, Section]:
        """Return what some connections remember, as copies that may be changed."""
        found = {name: section.take(rows) for name, section in memory.items()}
        if self.same:
            return found
        for name, section in found.items():
            for number, slot in enumerate(section.slots):
                used = section.used > number
                held = np.where(used, slot, -1)
                held[0] = np.where(used, self._owner(name, held[0]), slot[0])
                held[1] = self.ends(np.where(used, slot[1], self._asked << 32 | self._asked))
                held[3:] = self._values(name, np.where(used, slot[0], -1), held[3:], used)
                section.slots[number] = held
        return found

    def _owner(self, name: str, owner: Table) -> Table:
        if name == "security":
            nic = self._nics[np.maximum(owner >> 1, 0)]
            return np.where(nic < 0, GONE, nic * 2 + (owner & 1))
        if name in ("nat", "guest"):
            return self._vms[np.maximum(owner, 0)]
        if name in ("balanced", "outward"):
            return self._nics[np.maximum(owner, 0)]
        return self._balancers[np.maximum(owner, 0)] if name == "pins" else owner

    def _values(self, name: str, owner: Table, values: Table, used: Table) -> Table:
        """Return the values kept with each thing; columns as their sections have them."""
        found = values.copy()
        addresses = {"nat": (0, 2), "balanced": (0, 2), "outward": (0,), "inward": (1,), "translated": (1,)}
        for place in addresses.get(name, ()):
            found[place] = self.atoms(values[place])
        if name in ("inward", "translated"):
            numbers = self._nics if name == "inward" else self._doors
            found[0] = np.where(used, numbers[np.maximum(values[0], 0)], -1)
            self.lost |= used & (found[0] < 0)
        if name == "pins":
            for balancer, members in enumerate(self._members):
                rows = used & (owner == balancer)
                found[0, rows] = members[values[0, rows]]
        return found


def _numbers(here: Sequence[str], there: Sequence[str]) -> Table:
    """Return for things of one network their numbers in another, or ``GONE``; never empty."""
    place = {name: number for number, name in enumerate(there)}
    return np.array([place.get(name, GONE) for name in here] or [GONE], np.int64)


def _balancers(compiled: Compiled) -> list[str]:
    return sorted(compiled.network.scenario.topology.load_balancers)


def _doors(here: Compiled, there: Compiled) -> Table:
    paths = [
        [compiled.names[row] if row >= 0 else "" for row in compiled.doors[:, at.DOOR_AT].tolist()]
        for compiled in (here, there)
    ]
    return _numbers(*paths)


def _atoms(here: Atoms, there: Atoms) -> tuple[Table, Table]:
    """Return the atoms that hold the first addresses of others, and whether each holds nothing else."""
    four = np.arange(here.count) < here.count4
    blank = np.zeros(here.count, np.uint64)
    high, low = blank.copy(), blank.copy()
    low[four], low[~four], high[~four] = here.four, here.low, here.high
    found = there.find(np.where(four, 4, 6), high, low, numpy=True)
    alone = np.zeros(there.count, np.bool_)
    alone[: there.count4 - 1] = np.diff(there.four) == 1
    alone[there.count4 : -1] = (np.diff(there.high) == 0) & (np.diff(there.low) == 1)
    same = np.zeros(here.count, np.bool_)
    six = ~four
    same[four] = there.four[found[four]] == here.four
    same[six] = (there.high[found[six] - there.count4] == here.high) & (
        there.low[found[six] - there.count4] == here.low
    )
    return found, alone[found] & same

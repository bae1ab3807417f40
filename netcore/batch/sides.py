"""What the rules of several sets name on one side, addresses or ports, as bit vectors by class of cells.

Rules share sides, so each distinct one becomes ranges of cells once; then one loop goes over all sets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np

from netcore.batch.atoms import Atoms
from netcore.batch.loops import fast
from netcore.batch.sheets import Table
from netcore.control.prefixes import AddressSet
from netcore.control.rules import PortSpan

T = TypeVar("T")


class Side(NamedTuple):
    """Ranges of cells that rules name, set after set; cells are atoms of addresses or of ports.

    Args:
        starts: int64 [set + 1], where the ranges of each set begin.
        firsts, ends, owner: int64; cells [first, end) belong to a rule, by its place in its set.
        any_starts, anyone: the same for rules that all cells belong to.
    """

    starts: Table
    firsts: Table
    ends: Table
    owner: Table
    any_starts: Table
    anyone: Table


def side_of(
    sides: Sequence[T | None], starts: Table, ranges: Callable[[Collection[T]], tuple[Table, Table, Table]]
) -> Side:
    """Return what rules name on one side.

    Args:
        sides: of all rules, set after set; None is everything.
        starts: int64 [set + 1], where the rules of each set begin.
        ranges: cells of some sides: how many ranges each has, and first cells and those behind the last of
            all of them, int64.
    """
    # By id, as most rules share them.
    ids = [*map(id, sides)]
    known = {key: side for key, side in zip(ids, sides, strict=True) if side is not None}
    number = dict(zip(known, range(len(known)), strict=True))
    counts, firsts, ends = ranges(known.values())
    of = np.array([number.get(key, -1) for key in ids], np.int64)
    place = places(starts)
    some, anyone = np.flatnonzero(of >= 0), np.flatnonzero(of < 0)
    many = counts[of[some]]
    done = np.append(0, np.cumsum(many))
    begin = (np.cumsum(counts) - counts)[of[some]]
    where = np.arange(done[-1]) + np.repeat(begin - done[:-1], many)
    return Side(
        done[np.searchsorted(some, starts)],
        firsts[where],
        ends[where],
        np.repeat(place[some], many),
        np.searchsorted(anyone, starts),
        place[anyone],
    )


def places(starts: Table) -> Table:
    """Return the place of each rule in its set, int64."""
    found: Table = np.arange(starts[-1]) - np.repeat(starts[:-1], np.diff(starts))
    return found


def atoms_of(sets: Collection[AddressSet], atoms: Atoms) -> tuple[Table, Table, Table]:
    """Return sets of addresses as ranges of atoms, see ``side_of``."""
    four, six = ([each.of(version) for each in sets] for version in (4, 6))
    counts, counts_six = (np.array([*map(len, ranges)], np.int64) for ranges in (four, six))
    firsts, ends = atoms.spans_of([*chain.from_iterable(four)])
    more = atoms.spans((6, first, last) for ranges in six for first, last in ranges)
    both = (
        np.append(one, np.array(other, np.int64)) for one, other in zip((firsts, ends), more, strict=True)
    )
    which = np.repeat(np.tile(np.arange(len(sets)), 2), np.append(counts, counts_six))
    order = np.argsort(which, kind="stable")
    firsts, ends = (each[order] for each in both)
    return counts + counts_six, firsts, ends


def cells_of(sides: Collection[tuple[PortSpan, ...]], ports: Table) -> tuple[Table, Table, Table]:
    """Return ports as ranges of port atoms, see ``side_of``."""
    spans = np.array([span for side in sides for span in side], np.int64).reshape(-1, 2)
    firsts = np.searchsorted(ports, spans[:, 0], side="right") - 1
    ends = np.searchsorted(ports, spans[:, 1], side="right")
    return np.array([*map(len, sides)], np.int64), firsts, ends


@fast
def _shared(
    firsts: Table, ends: Table, owner: Table, anyone: Table, words: int, size: int
) -> tuple[Table, Table, Table]:
    """Return where runs of cells begin, the vector of each run by number, and the vectors, no two equal.

    Args:
        firsts, ends, owner: cells [first, end) belong to a rule; ``anyone``: rules that all cells belong to.
        size: number of cells.
    """
    limits = np.sort(np.concatenate((np.zeros(1, np.int64), firsts, ends)))
    cuts = np.empty(len(limits), np.int64)
    count = 0
    for k in range(len(limits)):
        if limits[k] < size and (k == 0 or limits[k] != limits[k - 1]):
            cuts[count] = limits[k]
            count += 1
    cuts = cuts[:count].copy()
    vectors = np.zeros((count, words), np.uint64)
    starts, stops = np.searchsorted(cuts, firsts), np.searchsorted(cuts, ends)
    for k in range(len(owner)):
        for run in range(starts[k], stops[k]):
            vectors[run, owner[k] >> 6] |= np.uint64(1) << np.uint64(owner[k] & 63)
    for k in range(len(anyone)):
        for run in range(count):
            vectors[run, anyone[k] >> 6] |= np.uint64(1) << np.uint64(anyone[k] & 63)
    slots_count = 16
    while slots_count < 2 * count:
        slots_count *= 2
    slots, kinds = np.full(slots_count, -1, np.int64), np.empty(count, np.uint16)
    known = 0
    for run in range(count):
        mixed = np.uint64(0)
        for w in range(words):
            mixed = (mixed ^ vectors[run, w]) * np.uint64(0x9E37_79B9_7F4A_7C15)
            mixed ^= mixed >> np.uint64(32)
        slot = np.int64(mixed & np.uint64(slots_count - 1))
        while slots[slot] >= 0 and (vectors[slots[slot]] != vectors[run]).any():
            slot = (slot + 1) & (slots_count - 1)
        if slots[slot] < 0:
            slots[slot] = known
            vectors[known] = vectors[run]  # those before it are done
            known += 1
        kinds[run] = slots[slot]
    return cuts, kinds, vectors[:known].copy()


@fast
def vectors_of(
    starts: Table,
    firsts: Table,
    ends: Table,
    owner: Table,
    any_starts: Table,
    anyone: Table,
    words: Table,
    size: int,
) -> tuple[Table, Table, Table, Table, Table]:
    """Return what ``_shared`` finds for each set, one after the other, and where those of each set begin.

    Args:
        starts, firsts, ends, owner, any_starts, anyone: see ``Side``.
        words: int64 by set.
        size: number of cells.

    Returns:
        cuts, kinds, where they begin; words of vectors, where they begin.
    """
    most = 2 * np.diff(starts) + 1
    cuts, kinds = np.empty(most.sum(), np.int64), np.empty(most.sum(), np.uint16)
    vectors = np.empty((most * words).sum(), np.uint64)
    cut_starts, vector_starts = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    for k in range(len(words)):
        mine, everywhere = slice(starts[k], starts[k + 1]), slice(any_starts[k], any_starts[k + 1])
        found = _shared(firsts[mine], ends[mine], owner[mine], anyone[everywhere], words[k], size)
        cut, vector = cut_starts[k] + len(found[0]), vector_starts[k] + found[2].size
        cuts[cut_starts[k] : cut], kinds[cut_starts[k] : cut] = found[0], found[1]
        vectors[vector_starts[k] : vector] = found[2].ravel()
        cut_starts[k + 1], vector_starts[k + 1] = cut, vector
    return (
        cuts[: cut_starts[-1]],
        kinds[: cut_starts[-1]],
        cut_starts,
        vectors[: vector_starts[-1]],
        vector_starts,
    )

"""The longest prefix by every form of table, by numba and by numpy, against a loop over all prefixes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netcore.batch import lookup
from netcore.batch.atoms import Boundaries
from netcore.batch.lookup import (
    Halves,
    Levels,
    Lookup,
    Searched,
    lookup_table,
    ranges_of,
    table_of,
)
from netcore.batch.sheets import Table

Prefixes = list[tuple[int, int, int]]

BASES = {
    4: (0, 10 << 24, 10 << 24 | 1 << 16, 192 << 24 | 168 << 16 | 0xFF00, 0xFFFF_FFFF),
    6: (0, 0x2001_0DB8 << 96, 0x2001_0DB8 << 96 | 5 << 64, 0xFD << 120, (1 << 128) - 1),
}
"""Prefixes are drawn around few addresses, so that they nest and touch."""


def by_loop(prefixes: Prefixes, width: int, address: int) -> int:
    """Return the value of the longest prefix, by a look at each."""
    held = [(length, value) for base, length, value in prefixes if (base ^ address) >> (width - length) == 0]
    return max(held)[1] if held else -1


@st.composite
def tables(draw: st.DrawFn, version: int) -> Prefixes:
    width = lookup.WIDTH[version]
    near = st.sampled_from(BASES[version])
    anywhere = st.integers(0, (1 << width) - 1)
    address = st.one_of(
        near, anywhere, st.builds(lambda base, bit: base ^ 1 << bit, near, st.integers(0, width - 1))
    )
    found: dict[tuple[int, int], int] = {}
    lengths = st.one_of(st.sampled_from((0, 8, 15, 16, 17, 23, 24, 25, width)), st.integers(0, width))
    for value, (base, length) in enumerate(draw(st.lists(st.tuples(address, lengths), max_size=24))):
        found[base >> (width - length) << (width - length), length] = draw(st.sampled_from((value, 0)))
    return [(base, length, value) for (base, length), value in found.items()]


def asked_of(prefixes: Prefixes, version: int) -> list[int]:
    """Return both ends of the space and of every prefix, and their neighbours."""
    last = (1 << lookup.WIDTH[version]) - 1
    ends = {0, last, *BASES[version]}
    for base, length, _ in prefixes:
        ends |= {base - 1, base, base + (last >> length), base + (last >> length) + 1}
    return sorted(address for address in ends if 0 <= address <= last)


def columns(addresses: Iterable[int]) -> tuple[Table, Table]:
    found = list(addresses)
    high = np.array([address >> 64 for address in found], np.uint64)
    return high, np.array([address & 0xFFFF_FFFF_FFFF_FFFF for address in found], np.uint64)


def check(table: Lookup, asked: list[int], expected: list[int]) -> None:
    """Hold both engines to what a loop has found."""
    high, low = columns(asked)
    assert table(high, low).tolist() == expected
    assert table.by_numpy(high, low).tolist() == expected


FORMS = {
    "levels of 16": lambda starts, values: Levels(starts, values, 16),
    "search, 16 bits": lambda starts, values: Searched(starts, values, 16),
    "search, 8 bits": lambda starts, values: Searched(starts, values, 8),
}


@pytest.mark.parametrize("form", sorted(FORMS))
@given(prefixes=tables(4))
def test_forms_of_ipv4(form: str, prefixes: Prefixes) -> None:
    starts, values = ranges_of(prefixes, 32)
    table = FORMS[form](np.array(starts, np.int64), np.array(values, np.int32))
    asked = asked_of(prefixes, 4)
    check(table, asked, [by_loop(prefixes, 32, address) for address in asked])


@given(prefixes=tables(6))
def test_ipv6(prefixes: Prefixes) -> None:
    asked = asked_of(prefixes, 6)
    check(lookup_table(prefixes, 6), asked, [by_loop(prefixes, 128, address) for address in asked])


MANY: Prefixes = [
    (0, 0, 0),
    *((10 << 24 | number << 8, 24, number) for number in range(1, 300)),
    *((10 << 24 | number << 8 | number & 255, 32, 1_000 + number) for number in range(1, 300)),
]


def test_the_quickest_form_that_fits() -> None:
    """Two levels without a limit; then three; then fewer and fewer bits before a search; at last none."""
    asked = asked_of(MANY, 4)
    expected = [by_loop(MANY, 32, address) for address in asked]
    seen = []
    for most in (None, 4_000_000, 600_000, 300_000, 20_000):
        table = lookup_table(MANY, 4, most)
        check(table, asked, expected)
        assert isinstance(table, Levels | Searched)
        starts, _ = ranges_of(MANY, 32)
        size = type(table).size(np.array(starts, np.int64), table.bits)
        held = sum(each.nbytes for each in vars(table).values() if isinstance(each, np.ndarray))
        assert held == size and (most is None or held <= most)
        seen.append((type(table), table.bits))
    assert seen == [(Levels, 24), (Levels, 16), (Levels, 16), (Searched, 16), (Searched, 8)]
    with pytest.raises(ValueError, match="no table"):
        lookup_table(MANY, 4, 1_000)
    with pytest.raises(ValueError, match="no table"):
        lookup_table([], 6, 1_000)


def test_addresses_may_be_short_numbers() -> None:
    addresses = np.array([0, 10 << 24 | 5 << 8, 0xFFFF_FFFF], np.uint32)
    for most in (None, 4_000_000, 20_000):
        table = lookup_table(MANY, 4, most)
        for find in (table, table.by_numpy):
            assert find(np.zeros(3, np.uint64), addresses).tolist() == [0, 5, 0]


def test_the_window_of_ipv6_is_where_most_prefixes_are() -> None:
    """A few prefixes far away do not spoil it, and addresses outside it are found too."""
    prefixes = [(0, 0, 0), (0xFD << 120, 8, 1), (0xFE80 << 112, 10, 2)]
    prefixes += [(0x2001_0DB8 << 96 | number << 64, 64, 10 + number) for number in range(500)]
    table = lookup_table(prefixes, 6)
    assert isinstance(table, Halves)
    assert np.diff(table.first).max() <= 2
    asked = asked_of(prefixes, 6)
    check(table, asked, [by_loop(prefixes, 128, address) for address in asked])


@pytest.mark.parametrize("prefix", [(1, 8, 0), (0, 8, -1), (0, 8, 1 << 31)])
def test_what_is_no_prefix_is_refused(prefix: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a prefix"):
        lookup_table([prefix], 4)


def test_no_addresses() -> None:
    nothing = columns([])
    for version in (4, 6):
        assert len(lookup_table([], version, 4_000_000)(*nothing)) == 0


@given(
    st.lists(st.integers(0, (1 << 32) - 1), max_size=8), st.lists(st.integers(0, (1 << 128) - 1), max_size=8)
)
def test_atoms_of_both_families_in_one_batch(four: list[int], six: list[int]) -> None:
    boundaries = Boundaries()
    for version, numbers in ((4, four), (6, six)):
        for number in numbers:
            boundaries.range(version, number, number)
    atoms = boundaries.atoms()
    asked = [(4, number) for number in (0, (1 << 32) - 1, *four)]
    asked += [(6, number) for number in (0, (1 << 128) - 1, *six)]
    expected = [atoms.span(version, number, number)[0] for version, number in asked]
    version = np.array([each for each, _ in asked], np.uint8)
    high, low = columns(number for _, number in asked)
    order = np.argsort(low, kind="stable")  # both families mixed
    for numpy in (False, True):
        found = atoms.find(version[order], high[order], low[order], numpy=numpy)
        assert found.tolist() == np.array(expected)[order].tolist()


def test_ranges_are_a_table_too() -> None:
    table = table_of([0, 5, 6], [7, 8, 9], 4, 4_000_000)
    check(table, [0, 4, 5, 6, (1 << 32) - 1], [7, 7, 8, 9, 9])

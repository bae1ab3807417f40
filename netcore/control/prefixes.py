"""Lookups by address: the longest prefix that holds it, and membership in a set of ranges.

Both are prepared once and asked for every packet, so they work on integers: a dictionary per prefix
length, and sorted ranges. Neither knows what its values mean.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network
from operator import attrgetter
from typing import Generic, TypeVar

from netcore.document.values import Address, Network

T = TypeVar("T")

BITS = {4: 32, 6: 128}

Range = tuple[int, int]
"""First and last address of a range, as integers."""

_KNOWN_ENDS = attrgetter("ends")


def order(prefix: Network) -> tuple[int, int, int]:
    """Return the sort key of prefixes: IPv4 before IPv6, then by first address, short before long."""
    return prefix.version, int(prefix.network_address), prefix.prefixlen


def inside(prefix: Network, other: Network) -> bool:
    """Return whether ``prefix`` equals or lies inside ``other``; False across IP versions."""
    if prefix.version != other.version or prefix.prefixlen < other.prefixlen:
        return False
    shift = BITS[other.version] - other.prefixlen
    return int(prefix.network_address) >> shift == int(other.network_address) >> shift


def ends(prefix: Network) -> tuple[int, int]:
    """Return the first and the last address of a prefix as numbers."""
    kept: tuple[int, int] | None = getattr(prefix, "ends", None)
    if kept is not None:
        return kept
    first = int(prefix.network_address)
    return first, first + (1 << (BITS[prefix.version] - prefix.prefixlen)) - 1


def ends_of(prefixes: Collection[Network]) -> list[Range]:
    """Return the ends of many prefixes; those of a drawing know theirs."""
    try:
        return list(map(_KNOWN_ENDS, prefixes))
    except AttributeError:
        return [ends(prefix) for prefix in prefixes]


class PrefixIndex(Generic[T]):
    """Values by prefix, found by the addresses they hold.

    One value per prefix; a later one replaces an earlier one. A lookup costs one dictionary access per
    prefix length in use, whatever the number of prefixes.
    """

    __slots__ = ("_lengths", "_values")

    def __init__(self, items: Iterable[tuple[Network, T]] = ()) -> None:
        by_length: dict[tuple[int, int], dict[int, T]] = {}
        for prefix, value in items:
            shift = BITS[prefix.version] - prefix.prefixlen
            values = by_length.setdefault((prefix.version, shift), {})
            values[int(prefix.network_address) >> shift] = value
        self._values = by_length
        self._lengths: dict[int, list[tuple[int, dict[int, T]]]] = {4: [], 6: []}
        for (version, shift), values in sorted(by_length.items()):
            self._lengths[version].append((shift, values))

    def matches(self, address: Address) -> Iterator[T]:
        """Yield the values of all prefixes that hold an address, longest prefix first."""
        number = int(address)
        for shift, values in self._lengths[address.version]:
            value = values.get(number >> shift)
            if value is not None:
                yield value

    def match(self, address: Address) -> T | None:
        """Return the value of the longest prefix that holds an address."""
        return next(self.matches(address), None)

    def covering(self, prefix: Network) -> T | None:
        """Return the value of the longest prefix that equals or contains ``prefix``."""
        number = int(prefix.network_address)
        own_shift = BITS[prefix.version] - prefix.prefixlen
        for shift, values in self._lengths[prefix.version]:
            if shift >= own_shift:
                value = values.get(number >> shift)
                if value is not None:
                    return value
        return None


class AddressSet:
    """A set of IPv4 and IPv6 addresses, kept as sorted ranges that neither overlap nor touch.

    Args:
        four: more ranges, of IPv4.
    """

    __slots__ = ("_firsts", "_hash", "_ranges")

    def __init__(self, prefixes: Iterable[Network] = (), four: Iterable[Range] = ()) -> None:
        prefixes = list(prefixes)
        six = [ends(prefix) for prefix in prefixes if prefix.version == 6]
        both = ends_of([prefix for prefix in prefixes if prefix.version == 4] if six else prefixes)
        self._fill({4: _merged([*both, *four]), 6: _merged(six)})

    def _fill(self, ranges: dict[int, list[Range]]) -> None:
        self._hash: int | None = None
        self._ranges = ranges
        self._firsts: dict[int, list[int]] | None = None

    def __contains__(self, address: Address) -> bool:
        if self._firsts is None:  # many sets are asked for their ranges only
            self._firsts = {version: [first for first, _ in found] for version, found in self._ranges.items()}
        firsts = self._firsts[address.version]
        number = int(address)
        at = bisect_right(firsts, number) - 1
        return at >= 0 and number <= self._ranges[address.version][at][1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AddressSet) and self._ranges == other._ranges

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(tuple((version, *found) for version, found in sorted(self._ranges.items())))
        return self._hash

    def ranges(self) -> Iterator[tuple[int, int, int]]:
        """Yield the set as IP version, first and last address of each range, ascending."""
        for version in (4, 6):
            for first, last in self._ranges[version]:
                yield version, first, last

    def of(self, version: int) -> Sequence[Range]:
        """Return the ranges of one IP version, ascending."""
        return self._ranges[version]

    def without(self, other: AddressSet) -> AddressSet:
        """Return the addresses of this set that the other one lacks."""
        result = AddressSet()
        result._fill(
            {version: _minus(found, other._ranges[version]) for version, found in self._ranges.items()}
        )
        return result

    def prefixes(self) -> tuple[Network, ...]:
        """Return the fewest prefixes that make up the set, IPv4 first, ascending."""
        return tuple(
            prefix for version in (4, 6) for pair in self._ranges[version] for prefix in _split(version, pair)
        )


def _merged(ranges: list[Range]) -> list[Range]:
    if len(ranges) < 2:
        return ranges
    merged: list[Range] = []
    ranges = sorted(ranges)
    start, end = ranges[0]
    for first, last in ranges:
        if last > end:  # most lie inside of one before
            if first > end + 1:
                merged.append((start, end))
                start = first
            end = last
    merged.append((start, end))
    return merged


def _minus(ranges: list[Range], holes: list[Range]) -> list[Range]:
    rest: list[Range] = []
    for first, last in ranges:
        start = first
        for hole_first, hole_last in holes:
            if hole_last < start or hole_first > last:
                continue
            if hole_first > start:
                rest.append((start, hole_first - 1))
            start = hole_last + 1
        if start <= last:
            rest.append((start, last))
    return rest


def _split(version: int, pair: Range) -> Iterator[Network]:
    first, last = pair
    bits = BITS[version]
    while first <= last:
        # The largest block that starts here: limited by alignment and by what is left.
        size = min(first & -first if first else 1 << bits, 1 << ((last - first + 1).bit_length() - 1))
        length = bits - (size.bit_length() - 1)
        yield IPv4Network((first, length)) if version == 4 else IPv6Network((first, length))
        first += size

"""Tables of prefixes and addresses to look up in them, and the peers that do so one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.bench import workload
from tests.bench.peers.loop import hop, pytricia, table
from tests.bench.workload import Size

Prefixes = list[tuple[int, int, int]]
"""First address, length, value."""


class Work(NamedTuple):
    """A table and addresses: as numbers, and as the upper and lower halves that arrays hold."""

    version: int
    prefixes: Prefixes
    high: NDArray[np.uint64]
    low: NDArray[Any]

    def numbers(self, count: int) -> list[int]:
        """Return the first addresses as numbers."""
        if self.version == 4:
            return self.low[:count].tolist()  # type: ignore[no-any-return]
        halves = zip(self.high[:count].tolist(), self.low[:count].tolist(), strict=True)
        return [high << 64 | low for high, low in halves]


def largest_table(size: Size, count: int) -> Work:
    """Return the largest table of a spoke of the standard network, and addresses of flows (seed 3)."""
    network = workload.build(size)
    spokes = range(size.subnets, len(network.routes))
    routes = table(network.routes[max(spokes, key=lambda number: len(network.routes[number]))])
    prefixes = [(route.prefix, route.length, hop(route)) for route in routes]
    low = workload.flows(network, count, seed=3).destination
    return Work(4, prefixes, np.zeros(count, np.uint64), low)


def many_prefixes(wanted: int, count: int) -> Work:
    """Return a table with lengths as in the routes of the Internet (seed 11); half the addresses hit one."""
    draw = np.random.default_rng(11)
    shares = [0.001, 0.004, 0.03, 0.02, 0.03, 0.05, 0.06, 0.12, 0.1, 0.55, 0.02, 0.015]
    lengths = draw.choice([8, 12, 16, 18, 19, 20, 21, 22, 23, 24, 28, 32], wanted, p=shares)
    bases = draw.integers(0, 1 << 32, wanted, dtype=np.uint64)
    found = {(0, 0): 0}
    for value, (base, length) in enumerate(zip(bases.tolist(), lengths.tolist(), strict=True), start=1):
        found[base & workload.mask(length), length] = value
    half = count // 2
    starts = np.array([base for base, _ in found], np.uint64)
    hits = starts[draw.integers(0, len(starts), half)] + draw.integers(0, 256, half, dtype=np.uint64)
    others = draw.integers(0, 1 << 32, count - half, dtype=np.uint64)
    low = np.concatenate([hits & np.uint64(0xFFFF_FFFF), others]).astype(np.uint32)
    draw.shuffle(low)
    prefixes = [(base, length, value) for (base, length), value in found.items()]
    return Work(4, prefixes, np.zeros(count, np.uint64), low)


def six(wanted: int, count: int) -> Work:
    """Return a table of IPv6 prefixes (seed 21) and addresses within them."""
    draw = np.random.default_rng(21)
    whole = (1 << 128) - 1
    shares = [0.03, 0.12, 0.1, 0.15, 0.35, 0.1, 0.1, 0.02, 0.03]
    drawn = draw.integers(0, 1 << 62, wanted).tolist()
    lengths = draw.choice([29, 32, 40, 44, 48, 56, 64, 96, 128], wanted, p=shares).tolist()
    found = {(0, 0): 0}
    for value, (number, length) in enumerate(zip(drawn, lengths, strict=True), start=1):
        base = 0x2000 << 112 | number << 63 | (number * 7 & (1 << 62) - 1)
        found[base & (whole << (128 - length)) & whole, length] = value
    prefixes = [(base, length, value) for (base, length), value in found.items()]
    rows = draw.integers(0, len(prefixes), 20_000).tolist()
    more = draw.integers(0, 1 << 62, 20_000).tolist()
    asked = [
        prefixes[row][0] + (extra & ((1 << (128 - prefixes[row][1])) - 1))
        for row, extra in zip(rows, more, strict=True)
    ]
    picked = draw.integers(0, len(asked), count)
    high = np.array([address >> 64 for address in asked], np.uint64)[picked]
    low = np.array([address & ((1 << 64) - 1) for address in asked], np.uint64)[picked]
    return Work(6, prefixes, high, low)


Find = Callable[[], Sequence[int]]


def by_trie(work: Work, count: int) -> Find:
    """Return the look-up of the first addresses by pytricia: numbers for IPv4, bytes for IPv6."""
    width = 32 if work.version == 4 else 128
    tree = pytricia().PyTricia(width)
    for base, length, value in work.prefixes:
        tree[base.to_bytes(width // 8, "big"), length] = value
    tree.freeze()
    get, asked = tree.get, work.numbers(count)
    if work.version == 4:
        return lambda: [get(address, -1) for address in asked]
    packed = [address.to_bytes(16, "big") for address in asked]
    return lambda: [get(address, -1) for address in packed]


def by_radix(work: Work, count: int) -> Find:
    """Return the look-up by py-radix, which takes texts."""
    import radix

    tree = radix.Radix()
    for base, length, value in work.prefixes:
        tree.add(f"{_text(work, base)}/{length}").data["value"] = value
    asked = [_text(work, address) for address in work.numbers(count)]
    best = tree.search_best

    def find() -> list[int]:
        found = [best(text) for text in asked]
        return [-1 if node is None else node.data["value"] for node in found]

    return find


def _text(work: Work, address: int) -> str:
    return str(ip_address(address if work.version == 4 else address.to_bytes(16, "big")))


def by_intervals(work: Work, count: int) -> Find:
    """Return the look-up in disjoint intervals: another way to the same answer, for the gate."""
    width = 32 if work.version == 4 else 128
    starts, values = [0], [-1]
    inside: list[tuple[int, int]] = []

    def begin(at: int) -> None:
        value = inside[-1][1] if inside else -1
        if starts[-1] == at:
            values[-1] = value
        else:
            starts.append(at)
            values.append(value)

    for base, length, value in sorted(work.prefixes):
        while inside and inside[-1][0] < base:
            end = inside.pop()[0]
            begin(end + 1)
        inside.append((base + (1 << (width - length)) - 1, value))
        begin(base)
    while inside:
        end = inside.pop()[0]
        if end + 1 < 1 << width:
            begin(end + 1)
    asked = work.numbers(count)
    return lambda: [values[bisect_right(starts, address) - 1] for address in asked]

"""The longest prefix that holds an address, next to a trie and a radix tree of Python packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.bench import ours, workload
from tests.bench.measure import Goal, Readings, Target, paired, same, seconds, slope
from tests.bench.peers import prefixes
from tests.bench.peers.prefixes import Find, Work

ADDRESSES, BY_PEER = 4_000_000, 200_000
SMALL_BYTES = 4_000_000


@dataclass(frozen=True)
class Made:
    """A table for ours and the peers."""

    work: Work
    table: Any
    peers: dict[str, Find]
    asked: int

    def find(self) -> Any:
        """Return all values by ours."""
        return self.table(self.work.high, self.work.low)


def _made(work: Work, tiny: bool, small: bool = False) -> Made:
    """Return the table of a work, after all have found the same."""
    asked = 500 if tiny else BY_PEER
    peers = {"pytricia": prefixes.by_trie(work, asked), "py-radix": prefixes.by_radix(work, asked)}
    right = prefixes.by_intervals(work, asked)()
    for name, find in peers.items():
        same(f"{name} and intervals", list(find()), right)
    table = ours.lookup(work.prefixes, work.version, SMALL_BYTES if small else None)
    same("ours and intervals", table(work.high[:asked], work.low[:asked]).tolist(), right)
    return Made(work, table, peers, asked)


def _count(tiny: bool) -> int:
    return 1_000 if tiny else ADDRESSES


def largest(tiny: bool, small: bool = False) -> Made:
    """Return the largest table of the standard network."""
    size = workload.TINY if tiny else workload.N10K
    return _made(prefixes.largest_table(size, _count(tiny)), tiny, small)


def many(tiny: bool, small: bool = False) -> Made:
    """Return a table of 100,000 prefixes."""
    return _made(prefixes.many_prefixes(300 if tiny else 100_000, _count(tiny)), tiny, small)


def six(tiny: bool) -> Made:
    """Return a table of 10,000 IPv6 prefixes."""
    return _made(prefixes.six(300 if tiny else 10_000, _count(tiny) // 2), tiny)


def against(*names: str) -> Any:
    """Return the measurement next to some of the peers."""

    def measure(made: Made, repetitions: int) -> Readings:
        shares = (len(made.work.low), made.asked)
        return {name: paired(made.find, made.peers[name], repetitions, shares) for name in names}

    return measure


def small(tiny: bool) -> tuple[Made, Made]:
    """Return both tables in their small form."""
    return largest(tiny, True), many(tiny, True)


def small_ones(both: tuple[Made, Made], repetitions: int) -> Readings:
    """Return the figures of both small tables."""
    few, more = (against("pytricia")(made, repetitions)["pytricia"] for made in both)
    return {"pytricia, 355 prefixes": few, "pytricia, 100,000 prefixes": more}


def sizes(tiny: bool) -> list[Made]:
    """Return tables of growing size."""
    counts = (100, 200, 400, 800) if tiny else (355, 2_000, 10_000, 100_000)
    return [_made(prefixes.many_prefixes(count, _count(tiny)), tiny) for count in counts]


def growth(tables: list[Made], repetitions: int) -> Readings:
    """Return the exponent of time over prefixes."""
    counts = [len(made.work.prefixes) for made in tables]
    for made in tables:
        made.find()
    readings = []
    for _ in range(repetitions):
        best = [min(seconds(made.find) for _ in range(3)) for made in tables]  # each takes 20 ms
        readings.append(slope(counts, best))
    return {"exponent": readings}


GOALS = (
    Goal(
        "G1",
        "longest prefix, IPv4, the largest table of the standard network (355 prefixes)",
        (Target("pytricia", ">=", 20),),
        largest,
        against("pytricia"),
    ),
    Goal(
        "G1b",
        "longest prefix, IPv4, 100,000 prefixes",
        (Target("pytricia", ">=", 60), Target("py-radix", ">=", 200)),
        many,
        against("pytricia", "py-radix"),
    ),
    Goal(
        "G1c",
        "longest prefix, IPv4, tables of at most 4 MB",
        (Target("pytricia, 355 prefixes", ">=", 6), Target("pytricia, 100,000 prefixes", ">=", 15)),
        small,
        small_ones,
    ),
    Goal(
        "G2",
        "longest prefix, IPv6, 10,000 prefixes",
        (Target("pytricia", ">=", 20),),
        six,
        against("pytricia"),
    ),
    Goal(
        "S1",
        "longest prefix, time over prefixes, 355 to 100,000",
        (Target("exponent", "<=", 0.05, range=100_000 / 355),),
        sizes,
        growth,
    ),
)

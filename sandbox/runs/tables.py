"""The tables in which questions about all headers are answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

import netcore
from sandbox.runs.columns import Columns, Layout

NO_CLASS: Final = 0xFFFF_FFFF

VMS: Final = Layout("vms", (("id", "text"), ("class", "u4")))
CLASSES: Final = Layout("classes", (("first", "text"), ("why", "text"), ("vms", "u4")))
CELLS: Final = Layout("cells", (("own", "u1"), ("reaches", "bits")))
ANSWERED: Final = Layout("answered", (("answered", "bits"),))
UNKNOWN: Final = Layout("unknown", (("source", "u4"), ("destination", "u4")))
ANSWERS: Final = Layout(
    "answers", (("source", "text"), ("to", "text"), ("address", "text"), ("class", "u4"), ("vms", "u4"))
)
EXPOSURES: Final = Layout(
    "exposures",
    (("address", "text"), ("ref", "text"), ("senders", "text"), ("at", "text"), ("anywhere", "u1")),
)
HEADERS: Final = Layout(
    "headers",
    (
        ("answer", "u4"),
        ("first_source_port", "u2"),
        ("last_source_port", "u2"),
        ("first_port", "u2"),
        ("last_port", "u2"),
        ("first_protocol", "u1"),
        ("last_protocol", "u1"),
        ("set", "u1"),
    ),
)
"""Boxes of headers: ``set`` is a number in the ``sets`` of the run's first event."""

REACH_SETS: Final = ("connects", "may_connect", "arrives", "one_way", "loops", "unknown")
EXPOSED_SETS: Final = ("connects", "arrives", "unknown")


def sets_of(found: netcore.Reach) -> tuple[netcore.PortSet, ...]:
    """Return the headers of an answer, in the order of ``REACH_SETS``."""
    cells = found.cells
    return (
        cells.must_connect,
        cells.may_connect,
        cells.may_arrive,
        cells.one_way,
        cells.looping,
        cells.unknown,
    )


def header_columns(answers: Sequence[Sequence[netcore.PortSet]], number: int) -> Columns:
    """Return the boxes of the sets of some answers as columns.

    Args:
        number: of the first answer in the run.
    """
    rows = [
        (answer, *sources, *ports, *protocols, place)
        for answer, sets in enumerate(answers, number)
        for place, one in enumerate(sets)
        for box in one.boxes()
        for protocols in _runs(box.protocols)
        for sources in box.source_ports
        for ports in box.destination_ports
    ]
    table = np.array(rows, np.int64).reshape(-1, len(HEADERS.columns))
    names = [name for name, _ in HEADERS.columns]
    return HEADERS.rows(dict(zip(names, table.T, strict=True)))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of ascending numbers."""
    first = last = -1
    for number in numbers:
        if number != last + 1 or first < 0:
            if first >= 0:
                yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last

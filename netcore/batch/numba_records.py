"""Answers in the making: two words for each packet, written out column by column at the end of a block.

Packets are answered in the order of where they come from. Five columns written in that order would be five
lines of the cache for each packet, a record is one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch.answers import ABSENT, OUTCOME_OF_CODE
from netcore.batch.jit import part, stage
from netcore.batch.numba_parts import U64

_AT, _OUTCOME, _HOPS = U64(32), U64(24), U64(16)
_NONE = U64(0xFFFF_FFFF << 32 | ABSENT << 24)
_BYTE, _SHORT = U64(255), U64(65_535)


def records(count: int) -> tuple[Any, Any]:
    """Return records of packets and of their answers, uint64 [packets, 2].

    The first word is place, outcome, hops and code, from the highest bits to the lowest; the second one is
    the name of the way.
    """
    return np.empty((count, 2), np.uint64), np.empty((count, 2), np.uint64)


@part
def note(record: Any, row: Any, code: Any, where: Any, hops: Any, way: Any) -> None:
    """Write down what became of a packet.

    Args:
        record: those of packets, or those of answers.
        row: of the packet in its block.
    """
    outcome = U64(OUTCOME_OF_CODE[U64(code)])
    record[U64(row), 0] = U64(where) << _AT | outcome << _OUTCOME | U64(hops) << _HOPS | U64(code)
    record[U64(row), 1] = way


@stage
def absent(record: Any, count: Any) -> None:
    """Write down that no answers were sent."""
    for row in range(count):
        record[row, 0], record[row, 1] = _NONE, U64(0)


@stage
def write_out(record: Any, answers: Any, leg: Any, begin: Any, end: Any) -> None:
    """Fill in the answers to the packets of a block."""
    outcome, code_of, at_of, hops_of, way_of, _ = answers
    for row in range(begin, end):
        word = record[U64(row - begin), 0]
        outcome[leg, row] = word >> _OUTCOME & _BYTE
        code_of[leg, row] = word & _SHORT
        hops_of[leg, row] = word >> _HOPS & _BYTE
        at_of[leg, row] = word >> _AT
    for row in range(begin, end):
        way_of[leg, row] = record[U64(row - begin), 1]

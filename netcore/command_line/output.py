"""What the command line prints: tables, rows of JSON, and packets in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import netcore

YES, NO, CANNOT, UNVERIFIED = 0, 1, 2, 3
"""Exit codes: the answer is yes (delivered, no problems, completed); it is no; it cannot be asked; of a
receipt: nothing speaks for it and nothing against it."""


def rows(found: Iterable[Any]) -> None:
    """Print plain data as JSON, one line each."""
    for row in found:
        print(json.dumps(row))


def table(heads: Sequence[str], lines: Iterable[Sequence[object]], indent: str = "") -> None:
    """Print a table: columns as wide as their widest cell; None is an empty cell, a list its parts.

    Args:
        heads: titles of the columns; empty prints none.
        lines: one cell for each column.
    """
    cells = [tuple(heads)] if heads else []
    cells += [tuple(cell_text(cell) for cell in line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"{indent}{shown}".rstrip())


def cell_text(value: object) -> str:
    """Return a value as people read it in a table.

    Example:
        >>> cell_text(None), cell_text(True), cell_text(("a", "b"))
        ('', 'yes', 'a, b')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(cell_text(part) for part in value)
    return str(value)


def problem_lines(problems: Iterable[Any]) -> list[str]:
    """Return each problem as one line that begins with its place."""
    return [
        f"{problem.pointer or '/'}: {problem.code}: found {problem.found}; "
        f"expected {problem.expected}. {problem.hint}"
        for problem in problems
    ]


def flow(packet: netcore.Packet) -> str:
    """Return a packet in words, such as ``vms/a -> vms/b tcp/443``."""
    port = f"/{packet.destination_port}" if packet.destination_port else ""
    return f"{packet.source} -> {packet.destination} {packet.protocol}{port}"


def seconds(value: float | None) -> str:
    """Return seconds with one decimal; a dash for none."""
    return "-" if value is None else f"{value:.1f}"

"""Tables of numbers as bytes: what a run finds is sent as columns, which a browser reads in place.

One table, all numbers little-endian::

    4 bytes   VNC1
    uint32    bytes of the head, a multiple of 8
    uint32    rows
    uint32    bytes of the whole table, a multiple of 8
    head      JSON, filled up with spaces: {"table", "columns": [[name, type, width], ...], "about"}
    columns   one after the other, in the order of the head
    texts     of each column of texts, one after the other, UTF-8; then zeros up to the end

Types are ``u1``, ``u2``, ``u4`` (unsigned, so many bytes), ``text`` (uint32: where each text ends in its
texts) and ``bits`` (``width`` bits for each row, lowest bit first, each row filled up to whole bytes). The
widest columns come first, so each begins at a multiple of its width. Tables may follow one another.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAGIC: Final = b"VNC1"

_START: Final = struct.Struct("<4sIII")
_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "u4": np.dtype("<u4"),
    "text": np.dtype("<u4"),
    "u2": np.dtype("<u2"),
    "u1": np.dtype("u1"),
    "bits": np.dtype("u1"),
}
_BITS: Final = "bits"


@dataclass(frozen=True)
class Layout:
    """Names and types of the columns of a table, the widest first."""

    table: str
    columns: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        widths = [_TYPES[kind].itemsize for _, kind in self.columns]
        assert widths == sorted(widths, reverse=True), "the widest columns come first"

    @cached_property
    def head(self) -> bytes:
        """Return the head of tables about which nothing more is said."""
        return self.head_of({}, {})

    def head_of(self, widths: Mapping[str, int], about: Mapping[str, Any]) -> bytes:
        """Return the head of one table."""
        columns = [[name, kind, widths.get(name, 1)] for name, kind in self.columns]
        said = {"table": self.table, "columns": columns, "about": dict(about)}
        text = json.dumps(said, separators=(",", ":")).encode()
        return text + b" " * (-len(text) % 8)

    def rows(
        self, values: Mapping[str, Array | Sequence[Any]], about: Mapping[str, Any] | None = None
    ) -> Columns:
        """Return columns ready to be encoded.

        Args:
            values: by name; numbers, texts, or for ``bits`` bool [row, bit].
            about: what holds for all rows, plain JSON data.

        Raises:
            ValueError: columns are missing or of different lengths, or a number does not fit.
        """
        if (
            set(values) != {name for name, _ in self.columns}
            or len({len(one) for one in values.values()}) > 1
        ):
            raise ValueError(f"the table {self.table} has columns of one length: {dict(self.columns)}")
        made: list[Array] = []
        widths, texts = {}, b""
        for name, kind in self.columns:
            given = values[name]
            if kind == "text":
                encoded = [text.encode() for text in given]
                texts += b"".join(encoded)
                given = np.cumsum([len(text) for text in encoded])
            elif kind == _BITS:
                widths[name] = int(np.shape(given)[1])
                given = np.packbits(given, axis=1, bitorder="little").ravel()
            made.append(_typed(np.asarray(given), _TYPES[kind], name))
        head = self.head if not widths and not about else self.head_of(widths, about or {})
        # One block, so that encoding copies once.
        block = np.concatenate([column.view(np.uint8) for column in made])
        return Columns(self.table, head, len(values[self.columns[0][0]]), block, texts)


def _typed(values: Array, dtype: np.dtype[Any], name: str) -> Array:
    if values.size and (values.min() < 0 or values.max() > np.iinfo(dtype).max):
        raise ValueError(f"a number of the column {name} does not fit into {dtype}")
    return values.astype(dtype)


@dataclass(frozen=True)
class Columns:
    """A table whose columns lie behind one another in ``block``; ``encode`` only puts a head before them."""

    table: str
    head: bytes
    rows: int
    block: Array = field(repr=False)
    texts: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """Return the table as bytes."""
        size = 16 + len(self.head) + self.block.nbytes + len(self.texts)
        fill = -size % 8
        start = _START.pack(MAGIC, len(self.head), self.rows, size + fill)
        return b"".join((start, self.head, self.block.tobytes(), self.texts, b"\0" * fill))


@dataclass(frozen=True)
class Read:
    """A table that was read: texts as a list, bits as bool [row, bit], all else as arrays."""

    table: str
    about: dict[str, Any]
    columns: dict[str, Any]


def decode(content: bytes) -> list[Read]:
    """Return the tables of a file, in order.

    Raises:
        ValueError: it is none.
    """
    found, at = [], 0
    while at < len(content):
        magic, head_bytes, rows, size = _START.unpack_from(content, at)
        if magic != MAGIC or at + size > len(content):
            raise ValueError("these are no columns")
        found.append(_read(content[at : at + size], head_bytes, rows))
        at += size
    return found


def _read(content: bytes, head_bytes: int, rows: int) -> Read:
    head = json.loads(content[16 : 16 + head_bytes])
    at = 16 + head_bytes
    columns: dict[str, Any] = {}
    ends: dict[str, Array] = {}
    for name, kind, width in head["columns"]:
        dtype, count = _TYPES[kind], rows
        if kind == _BITS:
            count = rows * -(-width // 8)
        values = np.frombuffer(content, dtype, count, at)
        at += count * dtype.itemsize
        if kind == "text":
            ends[name] = values
        if kind == _BITS:
            packed = values.reshape(rows, -(-width // 8))
            values = np.unpackbits(packed, axis=1, count=width, bitorder="little").view(np.bool_)
        columns[name] = values
    for name, last in ends.items():
        starts = [0, *last.tolist()]
        columns[name] = [content[at + first : at + end].decode() for first, end in pairwise(starts)]
        at += starts[-1]
    return Read(head["table"], head["about"], columns)

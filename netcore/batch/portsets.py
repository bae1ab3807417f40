"""Sets of headers between two fixed addresses: protocol, source port and destination port, exactly.

All 256 protocols and all pairs of 65,536 ports are there. Equal sets are one object, and what is worked out
of two sets is remembered, so a network with many equal rules costs little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

from netcore.batch.spans import (
    ALL_PAIRS,
    EVERY,
    MEMORY,
    Bands,
    Operation,
    Spans,
    area,
    column,
    holds,
    joined_bands,
    pairs,
    row,
    spans_of,
    turned,
)
from netcore.trace.packet import protocol_name
from netcore.words import say

Part = tuple[int, Bands]
"""Protocols as a number with one bit for each, and the pairs of ports of every one of them."""

ALL_PROTOCOLS: Final = (1 << 256) - 1
PORTED: Final = frozenset({6, 17, 132})
"""Protocols with ports: TCP, UDP, SCTP. The ports of all others are 0."""


class Five(NamedTuple):
    """What a header has between its two addresses."""

    protocol: int
    source_port: int
    destination_port: int


class Box(NamedTuple):
    """Protocols, source ports and destination ports of which every combination is meant."""

    protocols: tuple[int, ...]
    source_ports: Spans
    destination_ports: Spans


class PortSet:
    """A set of headers. Make one by ``box``, ``EVERYTHING``, ``NOTHING``, ``HEADERS`` and the operators.

    Example:
        >>> web = box({6}, destination_ports=((80, 80), (443, 443)))
        >>> (web & box({6, 17}, destination_ports=((0, 100),))).text()
        'tcp to 80'
        >>> web - web is NOTHING
        True
    """

    __slots__ = ("__weakref__", "parts")

    parts: tuple[Part, ...]
    """No two parts share a protocol or have the same pairs; ascending by their lowest bit."""

    def __and__(self, other: PortSet) -> PortSet:
        return _combined(self, other, "and")

    def __or__(self, other: PortSet) -> PortSet:
        return _combined(self, other, "or")

    def __sub__(self, other: PortSet) -> PortSet:
        return _combined(self, other, "minus")

    def __invert__(self) -> PortSet:
        return _combined(EVERYTHING, self, "minus")

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __contains__(self, five: Five | tuple[int, int, int]) -> bool:
        protocol, source_port, destination_port = five
        return holds(row(self._bands(protocol), source_port), destination_port)

    def __repr__(self) -> str:
        return f"<PortSet {self.text()}>"

    def __reduce__(self) -> tuple[object, ...]:
        return _made, (self.parts,)

    def _bands(self, protocol: int) -> Bands:
        return next((bands for mask, bands in self.parts if mask >> protocol & 1), ())

    def count(self) -> int:
        """Return how many headers there are."""
        return sum(mask.bit_count() * area(bands) for mask, bands in self.parts)

    def first(self) -> Five | None:
        """Return the smallest header, by protocol, source port, destination port; None of an empty set."""
        if not self.parts:
            return None
        mask, bands = self.parts[0]
        return Five((mask & -mask).bit_length() - 1, bands[0][0], bands[0][2][0][0])

    def boxes(self) -> Iterator[Box]:
        """Yield boxes that do not overlap and together are the set."""
        for mask, bands in self.parts:
            protocols = numbers(mask)
            by_ports: dict[Spans, list[tuple[int, int]]] = {}
            for first, last, spans in bands:
                by_ports.setdefault(spans, []).append((first, last))
            for spans, runs in by_ports.items():
                yield Box(protocols, spans_of(runs), spans)

    def turned(self) -> PortSet:
        """Return the headers with source and destination port changed about."""
        return _made((mask, turned(bands)) for mask, bands in self.parts)

    def protocols(self) -> int:
        """Return the protocols that occur, as a number with one bit for each."""
        return sum(mask for mask, _ in self.parts)

    def text(self, most: int = 6) -> str:
        """Return the set in words, such as ``tcp to 80, 443; udp to 53``; no more than ``most`` boxes."""
        if self in (EVERYTHING, HEADERS, *HEADERS_OF.values()):
            return "everything"
        boxes = [_box_text(found) for found in self.boxes()]
        if len(boxes) > most:
            boxes = [*boxes[:most], say("and {count} more", count=len(boxes) - most)]
        return "; ".join(boxes) or "nothing"

    def as_dict(self) -> dict[str, object]:
        """Return plain JSON data."""
        return {
            "count": self.count(),
            "text": self.text(),
            "boxes": [
                {
                    "protocols": _names(found.protocols),
                    "source_ports": _runs(found.source_ports),
                    "destination_ports": _runs(found.destination_ports),
                }
                for found in self.boxes()
            ],
        }


_KNOWN: WeakValueDictionary[tuple[Part, ...], PortSet] = WeakValueDictionary()


def _made(parts: Iterable[Part]) -> PortSet:
    """Return the one set of these parts, whose protocols must not overlap."""
    by_bands: dict[Bands, int] = {}
    for mask, bands in parts:
        if mask and bands:
            by_bands[bands] = by_bands.get(bands, 0) | mask
    ordered = tuple(
        sorted(((mask, bands) for bands, mask in by_bands.items()), key=lambda part: part[0] & -part[0])
    )
    found = _KNOWN.get(ordered)
    if found is None:
        found = PortSet()
        found.parts = ordered
        _KNOWN[ordered] = found
    return found


def mask_of(protocols: Iterable[int]) -> int:
    """Return protocols as a number with one bit for each."""
    mask = 0
    for protocol in protocols:
        mask |= 1 << protocol
    return mask


def numbers(mask: int) -> tuple[int, ...]:
    """Return the protocols of such a number, ascending."""
    return tuple(protocol for protocol in range(256) if mask >> protocol & 1)


def box(
    protocols: Iterable[int] | None = None,
    source_ports: Spans | None = None,
    destination_ports: Spans | None = None,
) -> PortSet:
    """Return all combinations of protocols and ports; None means every one.

    Args:
        source_ports: runs of ports, in any order.
        destination_ports: as ``source_ports``.
    """
    mask = ALL_PROTOCOLS if protocols is None else mask_of(protocols)
    sources = EVERY if source_ports is None else spans_of(source_ports)
    destinations = EVERY if destination_ports is None else spans_of(destination_ports)
    return _made(((mask, pairs(sources, destinations)),))


def single(five: Five | tuple[int, int, int]) -> PortSet:
    """Return the set of one header."""
    protocol, source_port, destination_port = five
    return box({protocol}, ((source_port, source_port),), ((destination_port, destination_port),))


@lru_cache(MEMORY)
def _combined(one: PortSet, other: PortSet, operation: Operation) -> PortSet:
    if one is other:
        return NOTHING if operation == "minus" else one
    parts: list[Part] = []
    left = one.protocols()
    right = other.protocols()
    for mask, bands in one.parts:
        for other_mask, other_bands in other.parts:
            if mask & other_mask:
                parts.append((mask & other_mask, joined_bands(bands, other_bands, operation)))
        if operation != "and" and mask & ~right:
            parts.append((mask & ~right, bands))
    if operation == "or":
        parts += [(mask & ~left, bands) for mask, bands in other.parts if mask & ~left]
    return _made(parts)


def pulled_back(
    allowed: PortSet, source: int | None, destination: int | None, *, changed_about: bool = False
) -> PortSet:
    """Return the original headers that are in ``allowed`` once they have been rewritten.

    Args:
        allowed: headers as they are after the rewrite.
        source: the source port that every packet has then; None: it has kept one of its own.
        destination: as ``source``, of the destination port.
        changed_about: a port that was kept is the other one of the original header.
    """
    if source is None and destination is None:
        return allowed.turned() if changed_about else allowed
    parts = []
    for mask, bands in allowed.parts:
        if source is not None and destination is not None:
            kept = ALL_PAIRS if holds(row(bands, source), destination) else ()
        elif source is not None:
            spans = row(bands, source)
            kept = pairs(spans, EVERY) if changed_about else pairs(EVERY, spans)
        else:
            assert destination is not None
            spans = column(bands, destination)
            kept = pairs(EVERY, spans) if changed_about else pairs(spans, EVERY)
        parts.append((mask, kept))
    return _made(parts)


NOTHING: Final = _made(())
EVERYTHING: Final = _made(((ALL_PROTOCOLS, ALL_PAIRS),))
HEADERS: Final = _made(
    [
        (mask_of(PORTED), ALL_PAIRS),
        (ALL_PROTOCOLS & ~mask_of(PORTED), pairs(((0, 0),), ((0, 0),))),
    ]
)
"""Every header there can be: protocols without ports have both at 0."""

HEADERS_OF: Final = {4: HEADERS - box({58}), 6: HEADERS - box({1})}
"""Headers by IP version: ICMP belongs to IPv4, ICMPv6 to IPv6."""


def _names(protocols: tuple[int, ...]) -> list[str]:
    """Return what people call protocols; more than half of all are told by what is missing."""
    if len(protocols) == 256:
        return ["any"]
    if len(protocols) > 128:
        missing = [protocol_name(number) for number in range(256) if number not in set(protocols)]
        return [say("any but {missing}", missing=" ".join(missing))]
    return [protocol_name(number) for number in protocols]


def _runs(spans: Spans) -> list[str]:
    if spans == EVERY:
        return ["*"]
    return [str(first) if first == last else f"{first}-{last}" for first, last in spans]


def _box_text(found: Box) -> str:
    words = [" ".join(_names(found.protocols))]
    if not PORTED.intersection(found.protocols) and found.source_ports == found.destination_ports == (
        (0, 0),
    ):
        return words[0]
    if found.source_ports != EVERY:
        words.append(say("from {runs}", runs=", ".join(_runs(found.source_ports))))
    if found.destination_ports != EVERY:
        words.append(say("to {runs}", runs=", ".join(_runs(found.destination_ports))))
    return " ".join(words)

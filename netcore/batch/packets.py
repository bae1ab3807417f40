"""Packets as arrays: one column per field that a batch may vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netcore.document.values import Address
from netcore.errors import NotFound, NotModelled
from netcore.trace.packet import Packet, protocol_number
from netcore.words import say

Column = NDArray[Any]

LOW = 0xFFFF_FFFF_FFFF_FFFF

_USUAL = {
    name: Packet.model_fields[name].default
    for name in (
        "ttl",
        "source_address",
        "destination_mac",
        "size_bytes",
        "dont_fragment",
        "fragment",
        "frame",
    )
}
"""What a packet must say of the fields that have no column."""


@dataclass(frozen=True)
class Packets:
    """Many requests, one per row.

    Args:
        senders: paths that ``source`` counts: ``vms/ID`` and ``hosts/ID``.
        source: int32, index into ``senders``.
        high: uint64, upper half of an IPv6 destination; 0 for IPv4.
        low: uint64, lower half of an IPv6 destination, or the IPv4 address.
        version: uint8, 4 or 6.
        protocol: uint8, IP protocol number.
        source_port: uint16.
        destination_port: uint16.
    """

    senders: tuple[str, ...]
    source: Column
    high: Column
    low: Column
    version: Column
    protocol: Column
    source_port: Column
    destination_port: Column

    @classmethod
    def of(
        cls,
        senders: tuple[str, ...],
        source: Column,
        low: Column,
        protocol: Column | int = 6,
        source_port: Column | int = 49152,
        destination_port: Column | int = 443,
        high: Column | int = 0,
        version: Column | int = 4,
    ) -> Packets:
        """Return packets of columns; a single number stands for a whole column.

        Raises:
            ValueError: the columns have different lengths.
        """
        count = len(source)

        def column(values: Column | int, kind: type[np.generic]) -> Column:
            if isinstance(values, int):
                return np.full(count, values, kind)
            if len(values) != count:
                raise ValueError("the columns of packets have different lengths")
            return np.ascontiguousarray(values, kind)

        return cls(
            senders,
            column(source, np.int32),
            column(high, np.uint64),
            column(low, np.uint64),
            column(version, np.uint8),
            column(protocol, np.uint8),
            column(source_port, np.uint16),
            column(destination_port, np.uint16),
        )

    def __len__(self) -> int:
        return len(self.source)

    def destination(self, row: int) -> Address:
        """Return the destination of one packet."""
        number = int(self.high[row]) << 64 | int(self.low[row])
        if int(self.version[row]) == 4:
            return ip_address(number)
        return ip_address(number.to_bytes(16, "big"))

    def packet(self, row: int) -> Packet:
        """Return one packet as a walk takes it."""
        return Packet.model_construct(
            source=self.senders[int(self.source[row])],
            destination=str(self.destination(row)),
            protocol=str(int(self.protocol[row])),
            source_port=int(self.source_port[row]),
            destination_port=int(self.destination_port[row]),
        )

    def take(self, rows: Column | slice) -> Packets:
        """Return some of the packets, in the order of ``rows``."""
        return Packets(
            self.senders,
            *(
                np.ascontiguousarray(getattr(self, name)[rows])
                for name in (
                    "source",
                    "high",
                    "low",
                    "version",
                    "protocol",
                    "source_port",
                    "destination_port",
                )
            ),
        )


def packets_of(senders: tuple[str, ...], packets: Sequence[Packet]) -> Packets:
    """Return packets as arrays.

    Raises:
        NotFound: a sender is not among ``senders``, or a destination is not an address.
        NotModelled: a packet uses a field that has no column, such as a size.
    """
    place = {path: index for index, path in enumerate(senders)}
    rows = []
    for packet in packets:
        if packet.source not in place:
            raise NotFound(say("The document has no sender {source}.", source=packet.source))
        odd = [name for name, usual in _USUAL.items() if getattr(packet, name) != usual]
        if odd:
            raise NotModelled(
                say("Arrays of packets have no column for {odd}; trace the packet alone.", odd=", ".join(odd))
            )
        try:
            address = ip_address(packet.destination)
        except ValueError:
            raise NotFound(say("{destination} is not an address.", destination=packet.destination)) from None
        number = int(address)
        rows.append(
            (
                place[packet.source],
                number >> 64 if address.version == 6 else 0,
                number & LOW,
                address.version,
                protocol_number(packet.protocol),
                packet.source_port,
                packet.destination_port,
            )
        )
    columns: list[Any] = [np.array(column, np.uint64) for column in zip(*rows, strict=True)] or [
        np.zeros(0, np.uint64)
    ] * 7
    source, high, low, version, protocol, source_port, destination_port = columns
    return Packets.of(
        senders,
        source.astype(np.int32),
        low,
        protocol.astype(np.uint8),
        source_port.astype(np.uint16),
        destination_port.astype(np.uint16),
        high,
        version.astype(np.uint8),
    )

"""Senders on the Internet, in classes: addresses that no rule and no route tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from typing import Final

import numpy as np

from netcore.batch import layout
from netcore.batch.cells import INTERNET
from netcore.batch.compile import Compiled
from netcore.batch.sheets import Table
from netcore.document.values import Address, Network

_UNROUTED: Final = {4: ((0x0000_0000, 0x00FF_FFFF), (0xE000_0000, 0xFFFF_FFFF)), 6: ((0, 1),)}
"""Addresses that no packet on the Internet has as its source (RFC 6890)."""


@dataclass(frozen=True)
class Outside:
    """Addresses on the Internet that the network treats alike.

    Args:
        sender: ``internet``, or ``hosts/ID`` where a host of the drawing has the address.
        example: the first of them.
        ranges: first and last address of each run, ascending.
    """

    sender: str
    example: Address
    ranges: tuple[tuple[Address, Address], ...]

    def prefixes(self, most: int = 8) -> tuple[Network, ...]:
        """Return the first prefixes that they make up."""
        found: list[Network] = []
        for first, last in self.ranges:
            found += summarize_address_range(first, last)
            if len(found) > most:
                break
        return tuple(found[:most])


def internet_sources(compiled: Compiled, version: int) -> tuple[Outside, ...]:
    """Return the classes of public addresses of one IP version that nobody in the drawing holds.

    Sorted by their first address.
    """
    atoms = compiled.atoms
    first, end = (0, atoms.count4) if version == 4 else (atoms.count4, atoms.count)
    rows = np.concatenate([_bytes(matrix[:, first:end]) for matrix in _matrices(compiled)], axis=1)
    starts = _starts(compiled, version)
    last = (1 << (32 if version == 4 else 128)) - 1
    found: dict[bytes, list[tuple[int, int]]] = {}
    for index in range(end - first):
        atom = first + index
        begin = starts[index]
        finish = starts[index + 1] - 1 if index + 1 < len(starts) else last
        if _is_outside(compiled, atom) and not _unrouted(version, begin):
            found.setdefault(rows[index].tobytes(), []).append((begin, finish))
    hosts = {host.address: f"hosts/{key}" for key, host in compiled.network.scenario.topology.hosts.items()}
    return tuple(_outside(version, ranges, hosts) for ranges in sorted(found.values()))


def _matrices(compiled: Compiled) -> tuple[Table, ...]:
    rules = compiled.rules
    hosts = (compiled.owners.public_of + 1)[None, :]
    return compiled.routes.fib, rules.source_class, rules.destination_class, hosts


def _bytes(matrix: Table) -> Table:
    turned = np.ascontiguousarray(matrix.T)
    return turned.view(np.uint8).reshape(len(turned), -1)


def _starts(compiled: Compiled, version: int) -> list[int]:
    atoms = compiled.atoms
    if version == 4:
        return [int(start) for start in atoms.four]
    return [int(high) << 64 | int(low) for high, low in zip(atoms.find6.high, atoms.find6.low, strict=True)]


def _is_outside(compiled: Compiled, atom: int) -> bool:
    if compiled.flags[atom] & (layout.PRIVATE | layout.MANY | layout.ODD) or compiled.owners.first[atom] >= 0:
        return False
    public = int(compiled.owners.public_of[atom])
    return public < 0 or int(compiled.owners.public[public, layout.PUBLIC_KIND]) == layout.PUBLIC_HOST


def _unrouted(version: int, start: int) -> bool:
    return any(first <= start <= last for first, last in _UNROUTED[version])


def _outside(version: int, ranges: list[tuple[int, int]], hosts: dict[Address, str]) -> Outside:
    made = IPv4Address if version == 4 else IPv6Address
    merged: list[tuple[int, int]] = []
    for begin, finish in ranges:
        if merged and merged[-1][1] + 1 == begin:
            merged[-1] = (merged[-1][0], finish)
        else:
            merged.append((begin, finish))
    example = made(merged[0][0])
    return Outside(hosts.get(example, INTERNET), example, tuple((made(a), made(b)) for a, b in merged))

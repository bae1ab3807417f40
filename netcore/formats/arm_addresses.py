"""Ids and addresses the file does not give: chosen in a fixed order, so that an import repeats."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network, collapse_addresses, ip_address

from netcore.document.values import Address, Network

OUTSIDE_CLIENT = "198.51.100.10"
_DOCUMENTATION = (IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.0/24"), IPv4Network("192.0.2.0/24"))
_DOCUMENTATION_6 = IPv6Network("2001:db8:ffff::/64")


def slug(name: str) -> str:
    """Return a name as an id: lower case, only characters an id may have."""
    return re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-._")[:60] or "x"


class Ids:
    """Readable ids, unique per collection."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = {}

    def one(self, collection: str, *names: str) -> str:
        """Return the first free one of the names as an id, or the last with a number."""
        taken = self._taken.setdefault(collection, set())
        candidates = [slug(name) for name in names]
        number = 2
        for candidate in candidates:
            if candidate not in taken:
                taken.add(candidate)
                return candidate
        while f"{candidates[-1]}-{number}" in taken:
            number += 1
        candidate = f"{candidates[-1]}-{number}"
        taken.add(candidate)
        return candidate

    def several(self, collection: str, items: Iterable[tuple[str, str, str]]) -> dict[str, str]:
        """Return ids for ``(key, short name, long name)``; a short name used twice gives long ones."""
        items = list(items)
        counts = Counter(slug(short) for _, short, _ in items)
        return {
            key: self.one(collection, *((long,) if counts[slug(short)] > 1 else (short, long)))
            for key, short, long in items
        }


class SubnetAddresses:
    """The addresses of one subnet: which are taken, and the lowest free one (facts A1, A9)."""

    def __init__(self, prefixes: Iterable[Network]) -> None:
        self.prefixes = list(prefixes)
        self.taken: set[Address] = set()
        self._free: dict[int, Iterator[Address]] = {}

    def take(self, address: Address) -> None:
        """Mark an address as taken."""
        self.taken.add(address)

    def add(self, prefix: Network) -> None:
        """Add a range."""
        self.prefixes.append(prefix)
        self._free.pop(prefix.version, None)

    def lowest_free(self, version: int) -> Address | None:
        """Take and return the lowest free address, or None where no range has one."""
        if version not in self._free:
            self._free[version] = self._usable(version)
        for address in self._free[version]:
            if address not in self.taken:
                self.taken.add(address)
                return address
        return None

    def _usable(self, version: int) -> Iterator[Address]:
        for prefix in self.prefixes:
            if prefix.version == version:
                last = prefix.num_addresses - (1 if version == 4 else 0)
                for offset in range(4, last):
                    yield prefix[offset]


class PublicAddresses:
    """Documentation addresses for public addresses (RFC 5737, RFC 3849)."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {ip_address(OUTSIDE_CLIENT), *map(ip_address, taken)}
        self._next: dict[int, Iterator[Address]] = {
            4: (address for network in _DOCUMENTATION for address in _hosts(network)),
            6: (_DOCUMENTATION_6[offset] for offset in range(0x10, 0xFFFF)),
        }

    def next(self, version: int) -> Address | None:
        """Return the next address, or None when the documentation ranges are used up."""
        for address in self._next[version]:
            if address not in self._taken:
                return address
        return None


def _hosts(network: IPv4Network) -> Iterator[IPv4Address]:
    # From .10 on: a picture reads better when .1 stays free for a gateway.
    for offset in (*range(10, 255), *range(1, 10)):
        yield network[offset]


def free_ranges(taken: Iterable[Network]) -> Iterator[IPv4Network]:
    """Yield private /16 ranges that overlap none of the given."""
    outer = ("10.128.0.0/9", "172.16.0.0/12", "10.0.0.0/9")
    return free_blocks([IPv4Network(text) for text in outer], taken, 16)


def free_blocks(space: Iterable[Network], taken: Iterable[Network], length: int) -> Iterator[IPv4Network]:
    """Yield the IPv4 ranges of ``length`` bits inside ``space`` that overlap none of the taken ones.

    A range of ``space`` smaller than that counts as one block.
    """
    used = list(collapse_addresses(n for n in taken if isinstance(n, IPv4Network)))
    firsts = [int(network.network_address) for network in used]
    for outer in space:
        if not isinstance(outer, IPv4Network):
            continue
        for block in outer.subnets(new_prefix=max(length, outer.prefixlen)):
            # Collapsed ranges are sorted and apart: only the last one that starts in or before can overlap.
            at = bisect_right(firsts, int(block.broadcast_address)) - 1
            if at < 0 or not block.overlaps(used[at]):
                yield block

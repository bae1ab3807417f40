"""Which of several equal ways a flow takes: a hash that is ours, documented, and the same on every run.

Providers do not publish their hashes. Ours keeps what is documented about them: per flow, evenly spread,
the same for both directions of a flow (facts D26, J2, J3), and, by rendezvous hashing, a pool change moves
only the flows of the members that came or went. It is made of 64-bit arithmetic alone, so that arrays of
packets are answered by the same numbers (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from netcore.document.values import Address
from netcore.forwarding.state import canonical, key_of
from netcore.trace.model import Header

MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
"""Every number here has 64 bits."""

MULTIPLIERS: Final = (0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB)
"""Of the finalizer of splitmix64 (Steele, Lea and Flood 2014, variant 13 of Stafford)."""

SHIFTS: Final = (30, 27, 31)

START: Final = 0x9E37_79B9_7F4A_7C15
"""Where the hash of a flow begins; any constant would do."""


def mix(number: int) -> int:
    """Return a 64-bit number spread over all its bits; different numbers stay different.

    Example:
        >>> hex(mix(1))
        '0x5692161d100b05e5'
    """
    first, second, third = SHIFTS
    number = ((number ^ (number >> first)) * MULTIPLIERS[0]) & MASK
    number = ((number ^ (number >> second)) * MULTIPLIERS[1]) & MASK
    return number ^ (number >> third)


def folded(address: Address) -> int:
    """Return an address as one 64-bit number; both halves of an IPv6 address count."""
    number = int(address)
    return number if address.version == 4 else mix(number >> 64) ^ (number & MASK)


def flow_seed(header: Header, distribution: str = "5-tuple") -> int:
    """Return the hash of what a distribution mode looks at, equal for both directions (fact J2).

    Args:
        distribution: ``5-tuple``, ``source-ip`` (both addresses) or ``source-ip-protocol``.
    """
    protocol, source, source_port, destination, destination_port = canonical(key_of(header))
    ends = mix(mix(folded(source) ^ START) ^ folded(destination))
    if distribution == "source-ip":
        return mix(ends)
    if distribution == "source-ip-protocol":
        return mix(ends ^ protocol)
    return mix(ends ^ (source_port << 24 | destination_port << 8 | protocol))


def choose(place: str, seed: int, names: Sequence[str]) -> int:
    """Return the index of the name with the highest hash of place, seed and name; the first of equals.

    Args:
        place: who chooses; two places choose independently.
        seed: see ``flow_seed``, or ``named`` of a text.
        names: at least one, any order.
    """
    best, best_score = 0, -1
    for index, name in enumerate(names):
        score = mix(seed ^ chooser(place, name))
        if score > best_score:
            best, best_score = index, score
    return best


@lru_cache(maxsize=65_536)
def chooser(place: str, name: str) -> int:
    """Return the 64 bits that stand for one choice at one place."""
    return named(f"{place}|{name}")


def named(text: str) -> int:
    """Return the 64-bit hash of a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())

"""Which member of a pool a flow goes to, as docs/decisions/0008 has it: written anew, without the engine."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

ALL = (1 << 64) - 1


def chooser(place: str, name: str) -> int:
    """Return what stands for one choice at one place."""
    return int.from_bytes(blake2b(f"{place}|{name}".encode(), digest_size=8).digest())


def mixed(number: int) -> int:
    """Return the finalizer of splitmix64."""
    number = (number ^ number >> 30) * 0xBF58_476D_1CE4_E5B9 & ALL
    number = (number ^ number >> 27) * 0x94D0_49BB_1331_11EB & ALL
    return number ^ number >> 31


def seed_of(source: int, destination: int, protocol: int, source_port: int, port: int) -> int:
    """Return the hash of a flow, equal for both directions."""
    if (source, source_port) > (destination, port):
        source, destination, source_port, port = destination, source, port, source_port
    ends = mixed(mixed(source ^ 0x9E37_79B9_7F4A_7C15) ^ destination)
    return mixed(ends ^ (source_port << 24 | port << 8 | protocol))


def best(seed: int, members: Sequence[tuple[int, int]]) -> int:
    """Return the member whose choice has the highest hash; ``members`` are choices and members."""
    found, highest = -1, -1
    for choice, member in members:
        score = seed ^ choice  # ``mixed``, written out: a call costs as much
        score = (score ^ score >> 30) * 0xBF58_476D_1CE4_E5B9 & ALL
        score = (score ^ score >> 27) * 0x94D0_49BB_1331_11EB & ALL
        score ^= score >> 31
        if score > highest:
            found, highest = member, score
    return found

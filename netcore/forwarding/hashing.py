"""Which of several equal ways a flow takes: a hash that is ours, documented, and the same on every run.

Providers do not publish their hashes. Ours keeps what is documented about them: per flow, evenly spread,
the same for both directions of a flow (facts D26, J2, J3), and, by rendezvous hashing, a pool change moves
only the flows of the members that came or went.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from netcore.forwarding.state import canonical, key_of
from netcore.trace.model import Header


def flow_seed(header: Header, distribution: str = "5-tuple") -> str:
    """Return the part of a header that a distribution mode hashes, equal for both directions (fact J2).

    Args:
        distribution: ``5-tuple``, ``source-ip`` (both addresses) or ``source-ip-protocol``.
    """
    protocol, source, source_port, destination, destination_port = canonical(key_of(header))
    if distribution == "source-ip":
        low, high = sorted((str(source), str(destination)))
        return f"{low}|{high}"
    if distribution == "source-ip-protocol":
        low, high = sorted((str(source), str(destination)))
        return f"{protocol}|{low}|{high}"
    return f"{protocol}|{source}|{source_port}|{destination}|{destination_port}"


def choose(place: str, seed: str, names: Sequence[str]) -> int:
    """Return the index of the name with the highest hash of place, seed and name.

    Args:
        place: who chooses; two places choose independently.
        seed: see ``flow_seed``.
        names: at least one, any order.
    """
    best, best_score = 0, b""
    for index, name in enumerate(names):
        score = blake2b(f"{place}|{seed}|{name}".encode(), digest_size=8).digest()
        if score > best_score:
            best, best_score = index, score
    return best

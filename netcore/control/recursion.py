"""Next hops that rest on themselves: the trap of a route server's own announcement (fact I14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netcore.control.prefixes import PrefixIndex
from netcore.document.values import Address, Network


class Loops:
    """Finds next hops that a guest reaches only by a route which rests on them.

    A static or connected route that is at least as long as the learned one mends it; the default route of
    DHCP is shorter than any.

    Args:
        known: prefixes the guest reaches without BGP.
        learned: prefix -> next hop, and whether it leads into a tunnel of the guest.
    """

    def __init__(
        self, known: Iterable[Network], learned: Mapping[Network, tuple[Address | None, bool]]
    ) -> None:
        self._known = PrefixIndex((prefix, prefix.prefixlen) for prefix in known)
        self._learned = PrefixIndex(
            (prefix, (prefix.prefixlen, hop, tunnelled)) for prefix, (hop, tunnelled) in learned.items()
        )

    def __contains__(self, hop: Address | None) -> bool:
        seen: set[Address] = set()
        while hop is not None and hop not in seen:
            seen.add(hop)
            covering = self._learned.match(hop)
            if covering is None or covering[0] <= (self._known.match(hop) or 0) or covering[2]:
                return False
            hop = covering[1]
        return hop is not None

"""Service tags: the built-in ones, and telling a tag from a prefix where a rule may name either."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network

from netcore.document.values import Network, parse_prefix

ASKED_ABOUT_PLATFORM = frozenset({"AzurePlatformDNS", "AzurePlatformIMDS"})
"""Tags by which a rule reaches traffic with the platform's own addresses (fact F10)."""

BUILT_IN_TAGS = frozenset({"VirtualNetwork", "AzureLoadBalancer", "Internet"}) | ASKED_ABOUT_PLATFORM
"""Tags that need no entry in the drawing and may stand in security rules (facts F8-F10)."""


@lru_cache(1 << 14)
def rule_prefix(text: str) -> Network | None:
    """Return the prefix that an entry of a security rule names; None for ``*`` and for tags.

    An address alone means that one address.

    Raises:
        ValueError: the entry looks like a prefix and has bits set behind its length, or is none.

    Example:
        >>> rule_prefix("10.0.1.4"), rule_prefix("Internet")
        (IPv4Network('10.0.1.4/32'), None)
    """
    if text == "*" or not (text[:1].isdigit() or ":" in text):
        return None
    return parse_prefix(str(ip_network(text, strict=True)))  # which keeps its ends

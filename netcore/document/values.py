"""Strict value types of the document: identifiers, addresses, prefixes, ports.

An address is a string that parses, never a number or a boolean: JSON numbers
would otherwise be read as addresses without complaint.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class _Kept4(IPv4Address):
    """An address that keeps its text and its hash; a walk asks for both dozens of times."""

    __slots__ = ("_hash", "_text")
    version: Literal[4] = 4

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash: int = super().__hash__()
            return self._hash

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text: str = super().__str__()
            return self._text

    def __format__(self, fmt: str) -> str:
        return super().__format__(fmt) if fmt else str(self)

    def __repr__(self) -> str:
        return f"IPv4Address({str(self)!r})"


class _Kept6(IPv6Address):
    """The same for IPv6."""

    __slots__ = ("_hash", "_text")
    version: Literal[6] = 6

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash: int = super().__hash__()
            return self._hash

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text: str = super().__str__()
            return self._text

    def __format__(self, fmt: str) -> str:
        return super().__format__(fmt) if fmt else str(self)

    def __repr__(self) -> str:
        return f"IPv6Address({str(self)!r})"


class _Keeps:
    """A prefix that keeps its hash and its ends; tables of routes ask for them again and again."""

    ends: tuple[int, int]

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash: int = super().__hash__()
            return self._hash


class _KeptNetwork4(_Keeps, IPv4Network):
    """One of IPv4."""

    version: Literal[4] = 4

    def __repr__(self) -> str:
        return f"IPv4Network({str(self)!r})"


class _KeptNetwork6(_Keeps, IPv6Network):
    """One of IPv6."""

    version: Literal[6] = 6

    def __repr__(self) -> str:
        return f"IPv6Network({str(self)!r})"


def parse_address(value: Any) -> Address:
    """Return the address a string names.

    Raises:
        ValueError: not a string, or not an IPv4 or IPv6 address.
    """
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    if not isinstance(value, str):
        raise ValueError('an address is written as a string, such as "10.0.1.4"')
    found = ip_address(value)
    return _Kept4(int(found)) if found.version == 4 else _kept6(found)


def _kept6(found: IPv6Address) -> IPv6Address:
    # A zone such as %eth0 is text only and would be lost with the number.
    return _Kept6(int(found)) if found.scope_id is None else found


def parse_prefix(value: Any) -> Network:
    """Return the network a string such as ``10.0.0.0/16`` names.

    Raises:
        ValueError: not a string, not a prefix, or bits set behind the prefix length.
    """
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise ValueError('a prefix is written as address/length, such as "10.0.0.0/16"')
    return _prefix(value)


@lru_cache(1 << 16)
def _prefix(text: str) -> Network:
    """Return a prefix; the same object for the same text, so that most comparisons end at once."""
    found = ip_network(text, strict=True)
    kind = _KeptNetwork4 if found.version == 4 else _KeptNetwork6
    kept = kind((int(found.network_address), found.prefixlen))
    kept.ends = int(found.network_address), int(found.broadcast_address)
    return kept


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
"""Key of a resource inside its collection; stable for the life of the document."""

SEEN = r"[^\p{Z}\p{C}\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}]"
"""A character that can be seen: neither space nor control nor format character, nor one of the letters that
look blank (the fillers of Hangul and the empty cell of Braille)."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=SEEN)]
"""Text with at least one character that can be seen."""

AddressText = Annotated[
    Address,
    PlainValidator(parse_address),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "description": "IPv4 or IPv6 address"}),
]

PrefixText = Annotated[
    Network,
    PlainValidator(parse_prefix),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "description": "prefix, address/length"}),
]

MacText = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]

Port = Annotated[int, Field(ge=0, le=65535)]

PortRange = Annotated[str, StringConstraints(pattern=r"^(\*|[0-9]{1,5}(-[0-9]{1,5})?)$")]
"""``*``, one port or ``first-last``."""

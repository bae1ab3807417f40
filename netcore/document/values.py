"""Strict value types of the document: identifiers, addresses, prefixes, ports.

An address is a string that parses, never a number or a boolean: JSON numbers
would otherwise be read as addresses without complaint.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parse_address(value: Any) -> Address:
    """Return the address a string names.

    Raises:
        ValueError: not a string, or not an IPv4 or IPv6 address.
    """
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    if not isinstance(value, str):
        raise ValueError('an address is written as a string, such as "10.0.1.4"')
    return ip_address(value)


def parse_prefix(value: Any) -> Network:
    """Return the network a string such as ``10.0.0.0/16`` names.

    Raises:
        ValueError: not a string, not a prefix, or bits set behind the prefix length.
    """
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise ValueError('a prefix is written as address/length, such as "10.0.0.0/16"')
    return ip_network(value, strict=True)


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
"""Key of a resource inside its collection; stable for the life of the document."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]

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

PortRange = Annotated[str, StringConstraints(pattern=r"^(\*|\d{1,5}(-\d{1,5})?)$")]
"""``*``, one port or ``first-last``."""

"""The question: one packet somebody wants traced, and the names of IP protocols."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from netcore.document.part import Protocol
from netcore.document.values import AddressText, MacText, Port
from netcore.trace.model import Answer

PROTOCOL_NUMBERS = {"icmp": 1, "ipip": 4, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ah": 51, "icmpv6": 58}
"""IANA protocol numbers of the names a document may use."""

TCP = 6
UDP = 17
ICMP = frozenset({1, 58})

_NAMES = {number: name for name, number in PROTOCOL_NUMBERS.items()}
_OTHER_NAMES = {2: "igmp", 41: "ipv6-in-ipv4", 89: "ospf", 112: "vrrp", 132: "sctp"}


def protocol_number(text: str) -> int:
    """Return the IP protocol number of a name or of a number written as text.

    Raises:
        ValueError: neither a known name nor 0 to 255.

    Example:
        >>> protocol_number("udp"), protocol_number("89")
        (17, 89)
    """
    number = PROTOCOL_NUMBERS.get(text)
    if number is None:
        number = int(text)
    if not 0 <= number <= 255:
        raise ValueError(f"{text} is not an IP protocol")
    return number


def protocol_name(number: int) -> str:
    """Return the usual name of an IP protocol, or the number as text.

    Example:
        >>> protocol_name(6), protocol_name(112), protocol_name(200)
        ('tcp', 'vrrp', '200')
    """
    return _NAMES.get(number) or _OTHER_NAMES.get(number) or str(number)


class Packet(Answer):
    """The request for a trace.

    Args:
        source: ``vms/ID`` or ``hosts/ID``.
        destination: ``vms/ID`` (its primary address), ``hosts/ID``, ``traffic_managers/ID``, or an address.
        protocol: a name or a number as text.
        source_address: None lets the sender's guest choose; a value is sent as written, forged or not.
        destination_mac: a hand-made frame's MAC; None means what ARP answered.
        size_bytes: size of the IP packet; None leaves sizes out of the question (facts C8-C10).
        dont_fragment: it may not be cut in pieces.
        fragment: it is a piece of a larger packet already.
        frame: ``arp`` sends an ARP request for ``destination``; ``source_address`` the same: gratuitous.
    """

    source: Annotated[str, Field(pattern=r"^(vms|hosts)/[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
    destination: Annotated[str, Field(min_length=1, max_length=120)]
    protocol: Protocol = "tcp"
    source_port: Port = 49152
    destination_port: Port = 443
    ttl: Annotated[int, Field(ge=1, le=255)] = 64
    source_address: AddressText | None = None
    destination_mac: MacText | None = None
    size_bytes: Annotated[int, Field(ge=20, le=65_535)] | None = None
    dont_fragment: bool = False
    fragment: bool = False
    frame: Literal["ip", "arp"] = "ip"

    @field_validator("protocol")
    @classmethod
    def _is_protocol(cls, text: str) -> str:
        protocol_number(text)
        return text

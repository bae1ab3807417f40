"""BGP sessions: what one is, and why it is up or down.

A session is up when both sides have the other's address and AS number, the two numbers suit, both run, and
each reaches the other's address: in the same or a directly peered virtual network, over a connection, or
inside a tunnel between guests. Security rules and user routes on the way are not asked, except those of the
GatewaySubnet (worked example of fact D63).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from netcore.control.tunnels import Tunnel
from netcore.document.guests import BgpNeighbour
from netcore.document.values import Address
from netcore.words import say

EDGE_ASN = 12076
"""What the provider's side of an ExpressRoute circuit says (fact H11)."""

Kind = Literal["guest", "router", "server", "gateway"]

REASONS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "up": ("both sides have each other configured and reach each other.", ("I1", "I15")),
        "one_sided": ("the other side has no such neighbour, by address or AS number.", ("I1", "I15")),
        "no_speaker": ("nothing that speaks BGP holds that address.", ("I15",)),
        "unreachable": (
            "the address is neither in the same or a directly peered network, nor over a connection, "
            "nor inside a tunnel.",
            ("G3", "I1"),
        ),
        "router": ("the virtual network's own router speaks no BGP.", ("H16",)),
        "gateway": ("a gateway speaks BGP over its connections only.", ("H16", "H14")),
        "stopped": ("one of the two does not run.", ("I4",)),
        "same_asn": ("both sides have the same AS number, and this neighbour must have another.", ("H5",)),
        "connection_down": ("the connection is down.", ("H7",)),
        "too_many": ("more prefixes came than the limit allows, and the session was closed.", ("H7", "I5")),
        "not_active_active": (
            "branch-to-branch needs a VPN gateway that is active-active and has AS number 65515.",
            ("I12",),
        ),
        "redirected": (
            "the table of the GatewaySubnet sends the session to an appliance that does not forward it.",
            ("D63",),
        ),
    }
)
"""Why a session is up or down: sentence and facts."""


@dataclass(frozen=True, slots=True)
class End:
    """One side of a session.

    Args:
        speaker: path in the document, such as ``vms/nva`` or ``sites/office/routers/r1``.
        address: what the other side has configured; None where nothing is known.
        neighbour: how a guest or a site's router has the other side configured.
    """

    speaker: str
    kind: Kind
    asn: int
    address: Address | None
    neighbour: BgpNeighbour | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A BGP session, up or not.

    Args:
        reason: key of ``REASONS``.
        tunnel: what a gateway's session runs over, seen from that gateway (the first one of two).
        guest_tunnels: tunnel ids of the two guests, where it runs inside a tunnel.
        internal: gateway and route server of one network, which exchange routes as one AS.
    """

    one: End
    other: End
    reason: str
    keepalive_s: float = 0
    hold_s: float = 0
    tunnel: Tunnel | None = None
    guest_tunnels: tuple[str, str] | None = None
    internal: bool = False

    @property
    def up(self) -> bool:
        """Return whether routes are exchanged."""
        return self.reason == "up"

    @property
    def ends(self) -> tuple[End, End]:
        """Return both sides."""
        return self.one, self.other

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        text, facts = REASONS[self.reason]
        text = say(text)
        return {
            "ends": [
                {
                    "speaker": end.speaker,
                    "asn": end.asn,
                    "address": str(end.address) if end.address is not None else None,
                }
                for end in self.ends
            ],
            "state": "up" if self.up else "down",
            "reason": self.reason,
            "text": text[:1].upper() + text[1:],
            "facts": list(facts),
            "keepalive_s": self.keepalive_s,
            "hold_s": self.hold_s,
            "connection": self.tunnel.connection if self.tunnel is not None else None,
        }

"""What can happen next to a packet: each place takes one hop and returns the next one.

``walk`` looks up the place by the hop's type; ``End`` is the only way out of its loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from netcore.control.routes import RouteTableView
from netcore.control.tunnels import Tunnel
from netcore.document.values import Address, Network
from netcore.trace.model import Header, Verdict


class Kept(Enum):
    """Why a packet may reach a NIC under an address that is not the NIC's."""

    NO = "no"
    """Nothing was kept: the destination decides, or a route names this NIC."""
    NEXT_HOP = "next hop"
    """A balancer as next hop kept the destination (fact J6)."""
    FLOATING = "floating"
    """Floating IP kept the frontend as destination (fact J6)."""
    TUNNEL = "tunnel"
    """A gateway balancer brings a packet wrapped in its tunnel (fact J21)."""


@dataclass(slots=True)
class Send:
    """A guest originates a packet; ``answer`` fixes the source, for the guest only routes it."""

    vm: str
    header: Header
    answer: bool


@dataclass(slots=True)
class Leave:
    """A packet leaves a guest by a NIC."""

    nic: str
    header: Header


@dataclass(slots=True)
class Secure:
    """A packet has passed the NIC's own check on its way out."""

    nic: str
    header: Header


@dataclass(slots=True)
class Look:
    """The fabric looks up the destination in the effective routes of a NIC."""

    nic: str
    header: Header


@dataclass(slots=True)
class Deliver:
    """The fabric brings a packet to a NIC.

    Args:
        kept: why the destination may differ from the NIC's addresses.
        public: it came in through a Standard public address (fact F1).
    """

    nic: str
    header: Header
    kept: Kept = Kept.NO
    public: bool = False


@dataclass(slots=True)
class Admitted:
    """A packet has passed the security groups on its way in."""

    nic: str
    header: Header
    kept: Kept


@dataclass(slots=True)
class Receive:
    """A packet has passed the security groups and the NIC and is handed to the guest."""

    nic: str
    header: Header
    kept: Kept


@dataclass(slots=True)
class Balance:
    """A packet reaches a balancer's frontend.

    Args:
        sender: VM that put the packet on the wire, where it is one (fact J15).
        prefix: the route that named the frontend as next hop; None when it is the destination.
        public: the frontend is public.
    """

    balancer: str
    frontend: str
    header: Header
    sender: str | None
    prefix: Network | None = None
    public: bool = False


@dataclass(slots=True)
class Inspect:
    """A packet of a chained public address passes a gateway balancer's appliance (fact J21).

    Args:
        inbound: it comes from the Internet; else it leaves for it.
        then: what happens when the appliance gives it back.
        rule: the gateway balancer's rule that took it, once one has.
    """

    balancer: str
    header: Header
    inbound: bool
    then: Hop
    rule: str = ""


@dataclass(slots=True)
class Unwrap:
    """A packet in a gateway balancer's tunnel is handed to the appliance."""

    nic: str
    header: Header


@dataclass(slots=True)
class ToGateway:
    """A packet leaves a virtual network by a gateway; ``instance`` is the one it was handed to, if any."""

    gateway: str
    header: Header
    instance: int | None = None


@dataclass(slots=True)
class FromGateway:
    """A packet from behind a gateway reaches it; ``tunnel`` is the one it came out of, where one is drawn."""

    gateway: str
    header: Header
    tunnel: Tunnel | None = None


@dataclass(slots=True)
class AtSite:
    """A packet comes out of a tunnel at a site."""

    tunnel: Tunnel
    header: Header


@dataclass(slots=True)
class FromSite:
    """A place in a site sends a packet."""

    site: str
    header: Header


@dataclass(slots=True)
class ToEdge:
    """A packet's route says Internet."""

    nic: str
    header: Header


@dataclass(slots=True)
class FromEdge:
    """A packet from the Internet reaches the provider's edge.

    Args:
        inspected: it has passed the gateway balancer of its destination.
    """

    header: Header
    inspected: bool = False


@dataclass(slots=True)
class Beyond:
    """A packet has its public source and is outside; ``at`` is the path of what sent it."""

    at: str
    header: Header


@dataclass(slots=True)
class Routed:
    """A packet is looked up in a table that need not be a NIC's: a gateway's, a network's main one (L7, L10).

    Args:
        vnet: the network the table is read in.
        at: path of what the canvas lights up.
        name: what to call it in sentences.
        sender: VM that put the packet on the wire, where one did.
    """

    vnet: str
    at: str
    name: str
    table: RouteTableView
    header: Header
    sender: str | None = None


@dataclass(slots=True)
class FromEndpoint:
    """A private endpoint sends an answer."""

    endpoint: str
    header: Header


class Stand(Enum):
    """What kind of place took the packet, and so who answers."""

    VM = "vm"
    HOST = "host"
    """A host of the drawing, on the Internet or behind a gateway."""
    INTERNET = "internet"
    """An address on the Internet that is not drawn."""
    BEHIND = "behind"
    """An address behind a gateway that is not drawn."""
    SITE = "site"
    """An address in a site that is not drawn."""
    SERVICE = "service"
    """A provider's service reached by a service endpoint (fact D66)."""
    ENDPOINT = "endpoint"
    """A service behind a private endpoint (fact D67)."""
    PLATFORM = "platform"
    """The platform itself (fact A14); its answers are not walked."""
    SELF = "self"
    """The sender itself."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a name was answered with.

    Args:
        manager: id of the traffic manager.
        why: it is the preferred one that is up, or the preferred one with none up, or what the moment says.
    """

    manager: str
    address: Address
    why: Literal["up", "none_up", "now"]


@dataclass(slots=True)
class Endpoint:
    """Who took the packet: ``id`` is the VM, host, gateway, endpoint, or the NIC a service answers to."""

    stand: Stand
    id: str
    header: Header
    answered: Answered | None = None
    """What name its sender asked for just before, if any."""

    @property
    def name(self) -> str:
        """Name under which connections are remembered."""
        return f"{self.stand.value}:{self.id}"


@dataclass(slots=True)
class End:
    """The walk is over; ``endpoint`` is None unless the packet was delivered."""

    verdict: Verdict
    endpoint: Endpoint | None = None


Hop = (
    Send
    | Leave
    | Secure
    | Look
    | Deliver
    | Admitted
    | Receive
    | Balance
    | Inspect
    | Unwrap
    | ToGateway
    | FromGateway
    | AtSite
    | FromSite
    | ToEdge
    | FromEdge
    | Beyond
    | Routed
    | FromEndpoint
    | End
)

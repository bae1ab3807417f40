"""The guest side of a VM: what its own system believes and does, whatever the platform gave it.

Most lessons are the gap between the two (design, section 3.1).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from netcore.document.part import Asn, Part, Protocol, RuleProtocol
from netcore.document.values import AddressText, Id, MacText, Port, PortRange, PrefixText

Mtu = Annotated[int, Field(ge=576, le=65_535)]
"""Largest IP packet in bytes."""


class GuestService(Part):
    """Something in a guest that answers.

    A deep health check answers only while the guest forwards (``needs_forwarding``), or while other VMs run
    (``needs_vms``); else it says that the service is unavailable.
    """

    protocol: Protocol
    port: Port = 0
    needs_forwarding: bool = False
    needs_vms: tuple[Id, ...] = ()


class GuestInterface(Part):
    """What the guest believes about one of its NICs.

    ``address`` None means DHCP: the guest holds the primary address of the NIC (fact A10).
    ``added`` are addresses typed in by hand; secondary addresses must be (fact A10).
    ``mtu`` None: what the profile gives (facts C8, L17).
    """

    address: AddressText | None = None
    added: tuple[AddressText, ...] = ()
    mac: MacText | None = None
    mtu: Mtu | None = None


class GuestRoute(Part):
    """A route in a guest: chooses the NIC, or one of the guest's tunnels.

    Its ``via`` is ignored by a fabric that forwards by IP only (fact B10); where frames count, it chooses
    the neighbour (facts B11, L2).
    """

    prefix: PrefixText
    nic: Id | None = None
    via: AddressText | None = None
    tunnel: Id | None = None


class PortForward(Part):
    """A destination rewrite in a guest: what arrives for ``port`` goes on to ``to_address``.

    ``address`` None: whatever address the packet came for (a balancer frontend with floating IP, or
    an own address of the guest).
    """

    protocol: Protocol
    port: Port
    address: AddressText | None = None
    to_address: AddressText
    to_port: Port | None = None


class Tunnel(Part):
    """One end of a tunnel between guests; the fabric sees the outer packet only (facts C4-C7, I18).

    ``remote`` is the outer destination. ``local`` None: the address the guest sends from. ``port`` None:
    the usual UDP port of the kind. ``key`` is VNI, GRE key or SPI: both ends must have the same.
    ``address`` is what the guest holds inside the tunnel. ``mtu`` None: what the outer path leaves.
    """

    kind: Literal["vxlan", "geneve", "fou", "wireguard", "ipsec-natt", "ipsec", "gre", "ipip"]
    remote: AddressText
    local: AddressText | None = None
    port: Port | None = None
    key: Annotated[int, Field(ge=0, le=4_294_967_295)] = 0
    address: AddressText | None = None
    mtu: Mtu | None = None


class RedundancyGroup(Part):
    """A virtual address that guests share by themselves: VRRP, HSRP, CARP (facts B6, B7).

    ``peers`` empty: hellos go to the protocol's multicast group; else to these addresses.
    """

    kind: Literal["vrrp", "hsrp", "carp"] = "vrrp"
    group: Annotated[int, Field(ge=0, le=4095)] = 1
    address: AddressText
    priority: Annotated[int, Field(ge=0, le=255)] = 100
    nic: Id | None = None
    peers: tuple[AddressText, ...] = ()


class BgpNeighbour(Part):
    """A BGP neighbour as a router has it configured.

    ``next_hop`` is announced instead of the router's own address (fact I11). ``prepend`` adds the router's
    AS number that many times. ``override_asn`` replaces the neighbour's AS number in the path by the
    router's own (fact I10).
    """

    address: AddressText
    asn: Asn
    next_hop: AddressText | None = None
    prepend: Annotated[int, Field(ge=0, le=50)] = 0
    override_asn: bool = False


class Announcement(Part):
    """A prefix that a BGP speaker originates. ``no_advertise``: the receiver keeps it to itself (I12)."""

    prefix: PrefixText
    as_path: tuple[Asn, ...] = ()
    no_advertise: bool = False


class BgpSpeaker(Part):
    """A router's BGP process. ``pass_on``: what one neighbour says is told to the others."""

    asn: Asn
    neighbours: dict[Id, BgpNeighbour] = Field(default_factory=dict)
    announces: dict[Id, Announcement] = Field(default_factory=dict)
    pass_on: bool = True
    keepalive_s: Annotated[int, Field(ge=1, le=21_845)] = 60
    hold_s: Annotated[int, Field(ge=3, le=65_535)] = 180


class GuestFirewallRule(Part):
    """A rule of the firewall inside a guest; the smallest priority that matches decides, else allowed."""

    priority: Annotated[int, Field(ge=0, le=65_535)] = 100
    hook: Literal["input", "output", "forward"] = "input"
    access: Literal["Allow", "Deny"] = "Deny"
    protocol: RuleProtocol = "*"
    source: PrefixText | None = None
    destination: PrefixText | None = None
    destination_ports: tuple[PortRange, ...] = ("*",)


class Guest(Part):
    """A VM's own system.

    ``services`` None means: answers everything that reaches it.
    ``snat`` rewrites the source of forwarded packets to the address of the NIC they leave by.
    ``stateful`` drops a packet in mid-connection whose first packet it has not seen.
    ``session_sync`` shares sessions with the other appliances of its balancer pool or pair.
    ``policy_routing``: an answer leaves by the NIC that the request came in by (fact J18).
    ``failover_agent``: it calls the control plane when an appliance fails, instead of the standby.
    """

    forwarding: bool = False
    snat: bool = False
    stateful: bool = False
    session_sync: bool = False
    policy_routing: bool = False
    failover_agent: bool = False
    loopback: tuple[AddressText, ...] = ()
    interfaces: dict[Id, GuestInterface] = Field(default_factory=dict)
    routes: dict[Id, GuestRoute] = Field(default_factory=dict)
    port_forwards: dict[Id, PortForward] = Field(default_factory=dict)
    services: dict[Id, GuestService] | None = None
    tunnels: dict[Id, Tunnel] = Field(default_factory=dict)
    redundancy: dict[Id, RedundancyGroup] = Field(default_factory=dict)
    bgp: BgpSpeaker | None = None
    firewall: dict[Id, GuestFirewallRule] = Field(default_factory=dict)

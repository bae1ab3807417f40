"""What leads out of virtual networks, and what is there: NAT, gateways, sites, BGP, hosts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from netcore.document.balancers import Zone
from netcore.document.guests import BgpSpeaker
from netcore.document.part import Asn, Part
from netcore.document.values import AddressText, Id, Name, PrefixText


class PublicIP(Part):
    """A public address as an object (fact K1)."""

    name: Name
    address: AddressText
    sku: Literal["standard", "basic"] = "standard"


class NatGateway(Part):
    """A NAT gateway (facts K2, K4, K5).

    Subnets refer to it, or routes do, where the provider places it in a ``subnet`` of its own (fact L6).
    ``zone`` None: in no particular zone.
    """

    name: Name
    public_ips: tuple[Id, ...] = ()
    zone: Zone | None = None
    subnet: Id | None = None
    idle_timeout_min: Annotated[int, Field(ge=4, le=120)] = 4


class InternetGateway(Part):
    """The way to the Internet where a network has none by itself (fact L6).

    ``route_table`` is for what comes in (fact L10).
    """

    name: Name
    vnet: Id
    route_table: Id | None = None


class LearnedRoute(Part):
    """A prefix the gateway's other side announces, or that is typed in for it (fact D10)."""

    prefix: PrefixText
    as_path: tuple[int, ...] = ()


class Gateway(Part):
    """A virtual network gateway.

    ``instances`` are its private addresses when active-active (facts D26, H3). ``learned`` stands for other
    sides that are not drawn; those that are drawn are ``connections``. ``route_table`` is for what comes in
    (fact L10). ``asn`` is what it says in BGP (fact H5).
    """

    name: Name
    vnet: Id
    kind: Literal["vpn", "expressroute"] = "vpn"
    routing: Literal["route-based", "policy-based"] = "route-based"
    public_ip: Id | None = None
    instances: tuple[AddressText, ...] = ()
    asn: Asn = 65515
    learned: dict[Id, LearnedRoute] = Field(default_factory=dict)
    route_table: Id | None = None


class SiteRouter(Part):
    """A router of a site: the far end of connections. ``address`` is its inside (and BGP) address."""

    name: Name
    address: AddressText
    public_address: AddressText | None = None
    power: Literal["running", "stopped"] = "running"
    bgp: BgpSpeaker | None = None


class Site(Part):
    """A place outside the cloud: its prefixes, and the routers it is reached by.

    ``prefixes`` are what is there; a connection without BGP is told them by hand (local network gateway).
    """

    name: Name
    prefixes: tuple[PrefixText, ...] = ()
    routers: dict[Id, SiteRouter] = Field(default_factory=dict)


class Connection(Part):
    """Joins a gateway to a router of a site, or to another gateway.

    ``bgp`` False: ``prefixes`` are what the gateway sends into it; None takes the site's, or the ranges of
    the other gateway's network. ``weight`` counts for ExpressRoute only (fact H9), and so does ``bfd``: both
    ends notice within a second that the other is gone (fact H12).
    """

    name: Name
    gateway: Id
    site: Id | None = None
    router: Id | None = None
    remote_gateway: Id | None = None
    bgp: bool = False
    prefixes: tuple[PrefixText, ...] | None = None
    weight: Annotated[int, Field(ge=0, le=32_000)] = 0
    bfd: bool = False
    up: bool = True


class RouteServerPeer(Part):
    """A BGP neighbour a route server is told of."""

    name: Name
    address: AddressText
    asn: Asn


class RouteServer(Part):
    """Two BGP speakers of the platform in RouteServerSubnet (facts I1-I13).

    ``addresses`` empty: the first two assignable ones of that subnet.
    """

    name: Name
    vnet: Id
    addresses: tuple[AddressText, ...] = ()
    asn: Asn = 65515
    branch_to_branch: bool = False
    preference: Literal["expressroute", "vpn", "as-path"] = "expressroute"
    peers: dict[Id, RouteServerPeer] = Field(default_factory=dict)


class TransitAttachment(Part):
    """Joins a virtual network or a connection's gateway to a transit gateway.

    ``table`` is the one that what comes from here is looked up in.
    """

    vnet: Id | None = None
    gateway: Id | None = None
    table: Id | None = None


class TransitRoute(Part):
    """A static route of a transit gateway; ``attachment`` None discards."""

    prefix: PrefixText
    attachment: Id | None = None


class TransitTable(Part):
    """A route table of a transit gateway; ``propagations`` are attachments whose prefixes it learns."""

    name: Name
    routes: dict[Id, TransitRoute] = Field(default_factory=dict)
    propagations: tuple[Id, ...] = ()


class TransitGateway(Part):
    """A regional router between virtual networks, with tables of its own (fact L16)."""

    name: Name
    attachments: dict[Id, TransitAttachment] = Field(default_factory=dict)
    tables: dict[Id, TransitTable] = Field(default_factory=dict)


class TrafficManager(Part):
    """A name whose answer is the first of some public addresses that is up (reference on failover, M11).

    A probe opens a TCP connection to ``probe_port`` of each endpoint every ``probe_interval_s`` and waits
    ``timeout_s``. An endpoint is left out once more than ``tolerated`` probes in a row have failed.

    Args:
        endpoints: public addresses in order of preference.
        ttl_s: how long a client keeps an answer; a week at most, for nobody keeps one longer (RFC 8767).
        sticky: share of clients that keep it longer than they should.
    """

    name: Name
    endpoints: tuple[AddressText, ...] = ()
    probe_interval_s: Literal[30, 10] = 30
    timeout_s: Annotated[int, Field(ge=5, le=10)] = 10
    tolerated: Annotated[int, Field(ge=0, le=9)] = 3
    probe_port: Annotated[int, Field(ge=1, le=65_535)] = 443
    ttl_s: Annotated[int, Field(ge=0, le=604_800)] = 60
    sticky: Annotated[float, Field(ge=0, le=1)] = 0


class Host(Part):
    """A host outside the cloud: on the Internet, behind ``gateway``, or in a ``site``."""

    name: Name
    address: AddressText
    gateway: Id | None = None
    site: Id | None = None

"""The document: what a person drew, ran and shares.

Everything is a map keyed by a stable id and never a list, so that an edit is a
small JSON Patch. References name the id of another resource; whether they exist
is checked by ``problems`` and not here, because a drawing with problems is still
a drawing. What the drawing *means* is the profile's business: the words here are
neutral between providers (design, section 3.1).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from netcore.document.balancers import LoadBalancer, Zone
from netcore.document.controllers import Controller
from netcore.document.faults import Fault
from netcore.document.guests import Guest
from netcore.document.outside import (
    Connection,
    Gateway,
    Host,
    InternetGateway,
    NatGateway,
    PublicIP,
    RouteServer,
    Site,
    TrafficManager,
    TransitGateway,
)
from netcore.document.part import Part, Protocol, Ref, RuleProtocol
from netcore.document.values import AddressText, Id, MacText, Name, Port, PortRange, PrefixText


class NextHopType(StrEnum):
    """The five next hop types a user route may name (fact D40), and a resource by its path (fact L9)."""

    VIRTUAL_APPLIANCE = "VirtualAppliance"
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    VNET_LOCAL = "VnetLocal"
    INTERNET = "Internet"
    NONE = "None"
    RESOURCE = "Resource"


class Direction(StrEnum):
    """Side of a NIC a security rule applies to."""

    INBOUND = "Inbound"
    OUTBOUND = "Outbound"


class Access(StrEnum):
    """What a security rule does with a matching packet."""

    ALLOW = "Allow"
    DENY = "Deny"


class Power(StrEnum):
    """Whether a VM runs."""

    RUNNING = "running"
    STOPPED = "stopped"


class VirtualNetwork(Part):
    """A virtual network: one region, one or more address ranges (facts A7, M1).

    ``main_route_table`` serves subnets without one of their own, where the provider has such (fact L7).
    """

    name: Name
    region: Name = "westeurope"
    address_space: tuple[PrefixText, ...] = ()
    main_route_table: Id | None = None


class Subnet(Part):
    """A subnet of one virtual network.

    It spans all zones (fact M2), or lies in one ``zone`` where the provider has it so (fact L4).
    ``default_outbound`` None leaves the decision to the profile (fact K3).
    ``service_endpoints`` names keys of ``Topology.service_tags`` (fact D10).
    ``endpoint_policies`` says what applies to its private endpoints (facts D67, F13).
    """

    name: Name
    vnet: Id
    prefixes: tuple[PrefixText, ...] = ()
    route_table: Id | None = None
    security_group: Id | None = None
    nat_gateway: Id | None = None
    default_outbound: bool | None = None
    service_endpoints: tuple[Name, ...] = ()
    zone: Zone | None = None
    endpoint_policies: Literal["none", "security-groups", "route-tables", "all"] = "none"


class PrivateEndpoint(Part):
    """A private address for a service (fact D67).

    ``service`` says what is behind it: a name, or ``load_balancers/ID`` of a gateway balancer (fact L18).
    """

    name: Name
    subnet: Id
    address: AddressText
    service: Name = "service"


class ConnectedGroup(Part):
    """Virtual networks that a network manager joins directly, each with each."""

    name: Name
    vnets: tuple[Id, ...] = ()


class Peering(Part):
    """One link of a peering; traffic needs the mirror link as well (fact G1).

    ``subnets`` and ``remote_subnets`` not empty: only these are joined. ``disconnected``: the other link was
    deleted once, and both must be made anew (fact G1). ``synced_ranges`` are the other side's ranges as this
    link knows them; None: it knows them as they are (fact G10).
    """

    vnet: Id
    remote_vnet: Id
    allow_access: bool = True
    allow_forwarded: bool = False
    allow_gateway_transit: bool = False
    use_remote_gateways: bool = False
    subnets: tuple[Id, ...] = ()
    remote_subnets: tuple[Id, ...] = ()
    disconnected: bool = False
    synced_ranges: tuple[PrefixText, ...] | None = None


class Route(Part):
    """A user route. ``prefix`` is a prefix or a key of ``Topology.service_tags`` (fact D25).

    ``target`` is for next hop type Resource: the path of a NIC, gateway, peering and so on (fact L9).
    """

    prefix: Annotated[PrefixText | Name, Field(union_mode="left_to_right")]
    next_hop_type: NextHopType
    next_hop_ip: AddressText | None = None
    target: Ref | None = None


class RouteTable(Part):
    """A route table; subnets refer to it (fact D60).

    ``gateway_propagation`` None leaves it to the profile (facts D62, L15).
    """

    name: Name
    region: Name = "westeurope"
    gateway_propagation: bool | None = None
    routes: dict[Id, Route] = Field(default_factory=dict)


class SecurityRule(Part):
    """One rule. Sources and destinations are prefixes, addresses, service tags or ``*`` (fact F3).

    ``source_groups`` and ``destination_groups`` name application groups (fact F12), or security groups where
    the provider allows that; they stand instead of ``source`` and ``destination``, which stay ``*``.
    """

    priority: Annotated[int, Field(ge=100, le=4096)]
    direction: Direction
    access: Access
    protocol: RuleProtocol = "*"
    source: tuple[Name, ...] = ("*",)
    source_ports: tuple[PortRange, ...] = ("*",)
    destination: tuple[Name, ...] = ("*",)
    destination_ports: tuple[PortRange, ...] = ("*",)
    source_groups: tuple[Id, ...] = ()
    destination_groups: tuple[Id, ...] = ()


class ApplicationGroup(Part):
    """A name that IP configurations wear and security rules use (fact F12)."""

    name: Name


class AdminRule(Part):
    """A security admin rule: comes before every security group (fact F14).

    ``vnets`` empty: all virtual networks of the drawing.
    """

    name: Name
    priority: Annotated[int, Field(ge=1, le=4096)]
    direction: Direction
    access: Literal["Allow", "AlwaysAllow", "Deny"]
    protocol: RuleProtocol = "*"
    source: tuple[Name, ...] = ("*",)
    source_ports: tuple[PortRange, ...] = ("*",)
    destination: tuple[Name, ...] = ("*",)
    destination_ports: tuple[PortRange, ...] = ("*",)
    vnets: tuple[Id, ...] = ()


class SecurityGroup(Part):
    """A security group; subnets and NICs refer to it."""

    name: Name
    rules: dict[Id, SecurityRule] = Field(default_factory=dict)


class VirtualMachine(Part):
    """A VM. It is called an appliance where its guest forwards."""

    name: Name
    zone: Zone | None = None
    power: Power = Power.RUNNING
    guest: Guest = Field(default_factory=Guest)


class IPConfiguration(Part):
    """A control-plane address of a NIC, optionally with a public address in front of it (fact K1).

    ``gateway_balancer`` is the gateway balancer that the public address's traffic passes first (fact J21).
    """

    address: AddressText
    primary: bool = False
    public_ip: Id | None = None
    allocation: Literal["static", "dynamic"] = "static"
    application_groups: tuple[Id, ...] = ()
    gateway_balancer: Id | None = None


class NIC(Part):
    """A NIC: belongs to one VM and one subnet for all its addresses (fact A11).

    ``mac`` None: derived from the id, stable (fact A18).
    """

    name: Name
    vm: Id | None = None
    subnet: Id
    primary: bool = True
    ip_forwarding: bool = False
    security_group: Id | None = None
    mac: MacText | None = None
    configurations: dict[Id, IPConfiguration] = Field(default_factory=dict)


class Topology(Part):
    """The network part of the document."""

    vnets: dict[Id, VirtualNetwork] = Field(default_factory=dict)
    subnets: dict[Id, Subnet] = Field(default_factory=dict)
    peerings: dict[Id, Peering] = Field(default_factory=dict)
    connected_groups: dict[Id, ConnectedGroup] = Field(default_factory=dict)
    private_endpoints: dict[Id, PrivateEndpoint] = Field(default_factory=dict)
    route_tables: dict[Id, RouteTable] = Field(default_factory=dict)
    security_groups: dict[Id, SecurityGroup] = Field(default_factory=dict)
    application_groups: dict[Id, ApplicationGroup] = Field(default_factory=dict)
    admin_rules: dict[Id, AdminRule] = Field(default_factory=dict)
    vms: dict[Id, VirtualMachine] = Field(default_factory=dict)
    nics: dict[Id, NIC] = Field(default_factory=dict)
    public_ips: dict[Id, PublicIP] = Field(default_factory=dict)
    load_balancers: dict[Id, LoadBalancer] = Field(default_factory=dict)
    nat_gateways: dict[Id, NatGateway] = Field(default_factory=dict)
    gateways: dict[Id, Gateway] = Field(default_factory=dict)
    connections: dict[Id, Connection] = Field(default_factory=dict)
    sites: dict[Id, Site] = Field(default_factory=dict)
    route_servers: dict[Id, RouteServer] = Field(default_factory=dict)
    internet_gateways: dict[Id, InternetGateway] = Field(default_factory=dict)
    transit_gateways: dict[Id, TransitGateway] = Field(default_factory=dict)
    traffic_managers: dict[Id, TrafficManager] = Field(default_factory=dict)
    hosts: dict[Id, Host] = Field(default_factory=dict)
    service_tags: dict[Name, tuple[PrefixText, ...]] = Field(default_factory=dict)


class Flow(Part):
    """Traffic.

    ``source`` names ``vms/ID`` or ``hosts/ID``; ``destination`` one of them, ``traffic_managers/ID`` or an
    address.
    ``connections``: for so many connections it stands. ``lifetime``: they were all open before a fault, are
    all opened after it, or some of each. ``opens_per_second`` says how many are opened after it instead of
    the timing profile's share; nothing is opened where the flow is long-lived.
    """

    name: Name
    source: Name
    destination: Name
    protocol: Protocol = "tcp"
    source_port: Port = 49152
    destination_port: Port = 443
    packets_per_second: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    connections: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    lifetime: Literal["mixed", "long-lived", "new"] = "mixed"
    opens_per_second: Annotated[float, Field(ge=0.001, le=1_000_000)] | None = None


class Position(Part):
    """Where a thing is drawn, in canvas units."""

    x: Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
    y: Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
    folded: bool = False


class Note(Part):
    """Words on the drawing; they mean nothing to the network. Where it stands is in the layout."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)]


class Scenario(Part):
    """The whole document: what is saved, shared, run and graded.

    ``switches`` sets named options of the profile otherwise than its defaults (facts, section N).
    ``timing_overrides`` changes numbers of the timing profile: one number, an option, or some fields of a
    distribution, such as ``{"poll.period": 10, "operation": {"median": 20}}``.
    ``controllers`` are those that race in ``route-pollers``, and the first of them in ``route-poller``;
    without any, ``pollers.count`` of them do, all alike and with a right to everything.
    """

    version: Literal[1] = Field(alias="schema")
    name: Name
    description: Annotated[str, Field(max_length=20_000)] = ""
    profile: Name = "azure-2026"
    switches: dict[Name, bool | int | str] = Field(default_factory=dict)
    timing: Name = "published"
    timing_overrides: Annotated[
        dict[Name, float | dict[Name, float] | Annotated[str, Field(max_length=40)]], Field(max_length=200)
    ] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    topology: Topology = Field(default_factory=Topology)
    traffic: dict[Id, Flow] = Field(default_factory=dict)
    faults: dict[Id, Fault] = Field(default_factory=dict)
    controllers: dict[Id, Controller] = Field(default_factory=dict)
    notes: dict[Id, Note] = Field(default_factory=dict)
    layout: dict[Annotated[str, Field(max_length=200)], Position] = Field(default_factory=dict)

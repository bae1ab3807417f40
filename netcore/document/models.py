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

from pydantic import BaseModel, ConfigDict, Field

from netcore.document.values import AddressText, Id, MacText, Name, Port, PortRange, PrefixText


class Part(BaseModel):
    """Base of every part of the document: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class NextHopType(StrEnum):
    """The five next hop types a user route may name (fact D40)."""

    VIRTUAL_APPLIANCE = "VirtualAppliance"
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    VNET_LOCAL = "VnetLocal"
    INTERNET = "Internet"
    NONE = "None"


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


Protocol = Annotated[str, Field(pattern=r"^(tcp|udp|icmp|icmpv6|esp|ah|gre|ipip|\d{1,3})$")]
"""Name of an IP protocol, or its number as text."""

RuleProtocol = Annotated[str, Field(pattern=r"^(\*|tcp|udp|icmp|esp|ah)$")]


class VirtualNetwork(Part):
    """A virtual network: one region, one or more address ranges (facts A7, M1)."""

    name: Name
    region: Name = "westeurope"
    address_space: tuple[PrefixText, ...] = ()


class Subnet(Part):
    """A subnet of one virtual network; spans all zones (fact M2).

    ``default_outbound`` None leaves the decision to the profile (fact K3).
    ``service_endpoints`` names keys of ``Topology.service_tags`` (fact D10).
    """

    name: Name
    vnet: Id
    prefixes: tuple[PrefixText, ...] = ()
    route_table: Id | None = None
    security_group: Id | None = None
    nat_gateway: Id | None = None
    default_outbound: bool | None = None
    service_endpoints: tuple[Name, ...] = ()


class Peering(Part):
    """One link of a peering; traffic needs the mirror link as well (fact G1)."""

    vnet: Id
    remote_vnet: Id
    allow_access: bool = True
    allow_forwarded: bool = False
    allow_gateway_transit: bool = False
    use_remote_gateways: bool = False


class Route(Part):
    """A user route. ``prefix`` is a prefix or a key of ``Topology.service_tags`` (fact D25)."""

    prefix: Annotated[PrefixText | Name, Field(union_mode="left_to_right")]
    next_hop_type: NextHopType
    next_hop_ip: AddressText | None = None


class RouteTable(Part):
    """A route table; subnets refer to it (fact D60)."""

    name: Name
    region: Name = "westeurope"
    gateway_propagation: bool = True
    routes: dict[Id, Route] = Field(default_factory=dict)


class SecurityRule(Part):
    """One rule. Sources and destinations are prefixes, addresses, service tags or ``*`` (fact F3)."""

    priority: Annotated[int, Field(ge=100, le=4096)]
    direction: Direction
    access: Access
    protocol: RuleProtocol = "*"
    source: tuple[Name, ...] = ("*",)
    source_ports: tuple[PortRange, ...] = ("*",)
    destination: tuple[Name, ...] = ("*",)
    destination_ports: tuple[PortRange, ...] = ("*",)


class SecurityGroup(Part):
    """A security group; subnets and NICs refer to it."""

    name: Name
    rules: dict[Id, SecurityRule] = Field(default_factory=dict)


class GuestService(Part):
    """Something in a guest that answers."""

    protocol: Protocol
    port: Port = 0


class GuestInterface(Part):
    """What the guest believes about one of its NICs.

    ``address`` None means DHCP: the guest holds the primary address of the NIC (fact A10).
    ``added`` are addresses typed in by hand; secondary addresses must be (fact A10).
    """

    address: AddressText | None = None
    added: tuple[AddressText, ...] = ()
    mac: MacText | None = None


class GuestRoute(Part):
    """A route in a guest: chooses the NIC; its ``via`` is ignored by the fabric (fact B10)."""

    prefix: PrefixText
    nic: Id | None = None
    via: AddressText | None = None


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


class Guest(Part):
    """A VM's own system.

    ``services`` None means: answers everything that reaches it.
    ``snat`` rewrites the source of forwarded packets to the address of the NIC they leave by.
    ``stateful`` drops a packet in mid-connection whose first packet it has not seen.
    ``session_sync`` shares sessions with the other appliances of its balancer pool or pair.
    """

    forwarding: bool = False
    snat: bool = False
    stateful: bool = False
    session_sync: bool = False
    loopback: tuple[AddressText, ...] = ()
    interfaces: dict[Id, GuestInterface] = Field(default_factory=dict)
    routes: dict[Id, GuestRoute] = Field(default_factory=dict)
    port_forwards: dict[Id, PortForward] = Field(default_factory=dict)
    services: dict[Id, GuestService] | None = None


class VirtualMachine(Part):
    """A VM. It is called an appliance where its guest forwards."""

    name: Name
    zone: Annotated[int, Field(ge=1, le=3)] | None = None
    power: Power = Power.RUNNING
    guest: Guest = Field(default_factory=Guest)


class IPConfiguration(Part):
    """A control-plane address of a NIC, optionally with a public address in front of it (fact K1)."""

    address: AddressText
    primary: bool = False
    public_ip: Id | None = None
    allocation: Literal["static", "dynamic"] = "static"


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


class PublicIP(Part):
    """A public address as an object (fact K1)."""

    name: Name
    address: AddressText
    sku: Literal["standard", "basic"] = "standard"


class Frontend(Part):
    """Frontend of a balancer: private (``subnet`` and ``address``) or public (``public_ip``)."""

    name: Name
    subnet: Id | None = None
    address: AddressText | None = None
    public_ip: Id | None = None


class PoolMember(Part):
    """One backend: an IP configuration of a NIC."""

    nic: Id
    configuration: Id


class BackendPool(Part):
    """Backends that a rule spreads flows over."""

    name: Name
    members: dict[Id, PoolMember] = Field(default_factory=dict)


class Probe(Part):
    """A health probe, sent from 168.63.129.16 (fact J7)."""

    name: Name
    protocol: Literal["tcp", "http", "https"] = "tcp"
    port: Annotated[int, Field(ge=1, le=65535)]
    interval_s: Annotated[int, Field(ge=5, le=2_147_483)] = 5
    threshold: Annotated[int, Field(ge=1, le=100)] = 2
    path: str | None = None


class BalancingRule(Part):
    """A balancing rule. Protocol ``all`` with ports 0 is an HA-ports rule (fact J4)."""

    name: Name
    frontend: Id
    pool: Id
    probe: Id | None = None
    protocol: Literal["tcp", "udp", "all"]
    frontend_port: Port
    backend_port: Port
    floating_ip: bool = False
    distribution: Literal["5-tuple", "source-ip", "source-ip-protocol"] = "5-tuple"


class OutboundRule(Part):
    """Lets the members of a pool leave through a public frontend (fact K2)."""

    name: Name
    frontend: Id
    pool: Id


class LoadBalancer(Part):
    """A balancer; internal or public by its frontends."""

    name: Name
    sku: Literal["standard", "basic"] = "standard"
    frontends: dict[Id, Frontend] = Field(default_factory=dict)
    pools: dict[Id, BackendPool] = Field(default_factory=dict)
    probes: dict[Id, Probe] = Field(default_factory=dict)
    rules: dict[Id, BalancingRule] = Field(default_factory=dict)
    outbound_rules: dict[Id, OutboundRule] = Field(default_factory=dict)


class NatGateway(Part):
    """A NAT gateway; subnets refer to it (fact K2)."""

    name: Name
    public_ips: tuple[Id, ...] = ()


class LearnedRoute(Part):
    """A prefix the gateway's other side announces, or that is typed in for it (fact D10)."""

    prefix: PrefixText
    as_path: tuple[int, ...] = ()


class Gateway(Part):
    """A virtual network gateway. ``instances`` are its private addresses when active-active (D26)."""

    name: Name
    vnet: Id
    kind: Literal["vpn", "expressroute"] = "vpn"
    public_ip: Id | None = None
    instances: tuple[AddressText, ...] = ()
    learned: dict[Id, LearnedRoute] = Field(default_factory=dict)


class Host(Part):
    """A host outside the cloud: on the Internet, or behind ``gateway`` (on-premises)."""

    name: Name
    address: AddressText
    gateway: Id | None = None


class Topology(Part):
    """The network part of the document."""

    vnets: dict[Id, VirtualNetwork] = Field(default_factory=dict)
    subnets: dict[Id, Subnet] = Field(default_factory=dict)
    peerings: dict[Id, Peering] = Field(default_factory=dict)
    route_tables: dict[Id, RouteTable] = Field(default_factory=dict)
    security_groups: dict[Id, SecurityGroup] = Field(default_factory=dict)
    vms: dict[Id, VirtualMachine] = Field(default_factory=dict)
    nics: dict[Id, NIC] = Field(default_factory=dict)
    public_ips: dict[Id, PublicIP] = Field(default_factory=dict)
    load_balancers: dict[Id, LoadBalancer] = Field(default_factory=dict)
    nat_gateways: dict[Id, NatGateway] = Field(default_factory=dict)
    gateways: dict[Id, Gateway] = Field(default_factory=dict)
    hosts: dict[Id, Host] = Field(default_factory=dict)
    service_tags: dict[Name, tuple[PrefixText, ...]] = Field(default_factory=dict)


class Flow(Part):
    """Traffic: ``source`` and ``destination`` name ``vms/ID`` or ``hosts/ID``, or an address."""

    name: Name
    source: Name
    destination: Name
    protocol: Protocol = "tcp"
    source_port: Port = 49152
    destination_port: Port = 443
    packets_per_second: Annotated[int, Field(ge=1, le=10_000_000)] = 1000


class Fault(Part):
    """Something that breaks at a time: the VM dies silently."""

    name: Name
    vm: Id
    at_us: Annotated[int, Field(ge=0)] = 0


class Position(Part):
    """Where a thing is drawn, in canvas units."""

    x: float
    y: float
    folded: bool = False


class Scenario(Part):
    """The whole document: what is saved, shared, run and graded."""

    version: Literal[1] = Field(alias="schema")
    name: Name
    description: Annotated[str, Field(max_length=20_000)] = ""
    profile: Name = "azure-2026"
    timing: Name = "published"
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    topology: Topology = Field(default_factory=Topology)
    traffic: dict[Id, Flow] = Field(default_factory=dict)
    faults: dict[Id, Fault] = Field(default_factory=dict)
    layout: dict[Annotated[str, Field(max_length=200)], Position] = Field(default_factory=dict)

"""Balancers: frontends, pools, probes and rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from netcore.document.part import Part
from netcore.document.values import AddressText, Id, Name, Port

Zone = Annotated[int, Field(ge=1, le=3)]
"""Availability zone of a region."""


class Frontend(Part):
    """Frontend of a balancer: private (``subnet`` and ``address``) or public (``public_ip``).

    ``zones`` empty: every zone serves it (zone-redundant); one zone: it dies with that zone (fact J16).
    ``gateway_balancer`` is the gateway balancer that its Internet traffic passes first (fact J21).
    """

    name: Name
    subnet: Id | None = None
    address: AddressText | None = None
    public_ip: Id | None = None
    zones: tuple[Zone, ...] = ()
    gateway_balancer: Id | None = None


class PoolMember(Part):
    """One backend: an IP configuration of a NIC. ``admin_state`` overrides the probe (fact J13)."""

    nic: Id
    configuration: Id
    admin_state: Literal["none", "up", "down"] = "none"


class TunnelInterface(Part):
    """A VXLAN tunnel between a gateway balancer and its appliances (fact J21)."""

    port: Annotated[int, Field(ge=1, le=65535)]
    key: Annotated[int, Field(ge=1, le=16_777_215)]


class BackendPool(Part):
    """Backends that a rule spreads flows over. ``internal`` and ``external`` are a gateway balancer's."""

    name: Name
    members: dict[Id, PoolMember] = Field(default_factory=dict)
    internal: TunnelInterface | None = None
    external: TunnelInterface | None = None


class Probe(Part):
    """A health probe, sent from 168.63.129.16 (fact J7).

    ``all_down`` says what a pool without a healthy backend does: nothing, or as if all were healthy (J12).
    """

    name: Name
    protocol: Literal["tcp", "http", "https"] = "tcp"
    port: Annotated[int, Field(ge=1, le=65535)]
    interval_s: Annotated[int, Field(ge=5, le=2_147_483)] = 5
    threshold: Annotated[int, Field(ge=1, le=100)] = 2
    path: str | None = None
    all_down: Literal["none", "all"] = "none"


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
    idle_timeout_min: Annotated[int, Field(ge=4, le=120)] = 4
    tcp_reset: bool = False


class InboundNatRule(Part):
    """Publishes one port of one backend at a frontend, without a pool."""

    name: Name
    frontend: Id
    nic: Id
    configuration: Id
    protocol: Literal["tcp", "udp"] = "tcp"
    frontend_port: Annotated[int, Field(ge=1, le=65535)]
    backend_port: Annotated[int, Field(ge=1, le=65535)]
    floating_ip: bool = False


class OutboundRule(Part):
    """Lets the members of a pool leave through a public frontend (fact K2).

    ``ports_per_backend`` None: what the platform allots for the size of the pool (fact K6).
    """

    name: Name
    frontend: Id
    pool: Id
    ports_per_backend: Annotated[int, Field(ge=8, le=64_000, multiple_of=8)] | None = None


class LoadBalancer(Part):
    """A balancer; internal or public by its frontends. ``sku`` gateway: facts J21, L18.

    ``cross_zone``, ``preserve_client_ip`` and ``rebalance`` None leave it to the profile (facts L18, L19).
    """

    name: Name
    sku: Literal["standard", "basic", "gateway"] = "standard"
    cross_zone: bool | None = None
    preserve_client_ip: bool | None = None
    rebalance: bool | None = None
    frontends: dict[Id, Frontend] = Field(default_factory=dict)
    pools: dict[Id, BackendPool] = Field(default_factory=dict)
    probes: dict[Id, Probe] = Field(default_factory=dict)
    rules: dict[Id, BalancingRule] = Field(default_factory=dict)
    outbound_rules: dict[Id, OutboundRule] = Field(default_factory=dict)
    inbound_nat_rules: dict[Id, InboundNatRule] = Field(default_factory=dict)

"""What is true at this moment beyond the drawing, and what packets leave behind them.

``State`` is given by the caller and never changes; ``Sessions`` is the memory of one walk: what security
groups, guests, balancers and the edge remember of packets they have seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netcore.control.network import Network
from netcore.document.models import Direction
from netcore.document.values import Address
from netcore.trace.model import Header

Key = tuple[int, Address, int, Address, int]
"""Five-tuple: protocol, source, source port, destination, destination port."""

PinKey = tuple[str, Key]
"""Balancer id, and the flow's five-tuple with its two ends in canonical order: both directions share it."""


def key_of(header: Header) -> Key:
    """Return the five-tuple of a header."""
    return (
        header.protocol,
        header.source,
        header.source_port,
        header.destination,
        header.destination_port,
    )


def reverse(key: Key) -> Key:
    """Return the five-tuple of the answer."""
    protocol, source, source_port, destination, destination_port = key
    return protocol, destination, destination_port, source, source_port


def canonical(key: Key) -> Key:
    """Return the same five-tuple for both directions of a flow."""
    _, source, source_port, destination, destination_port = key
    here = (source.version, int(source), source_port)
    there = (destination.version, int(destination), destination_port)
    return key if here <= there else reverse(key)


def pin_key(balancer: str, header: Header) -> PinKey:
    """Return under which key a balancer remembers the flow of ``header``."""
    return balancer, canonical(key_of(header))


@dataclass(frozen=True, slots=True)
class Binding:
    """The rewrite a translator remembers for one five-tuple."""

    source: Address
    source_port: int
    destination: Address
    destination_port: int


@dataclass(slots=True)
class Sessions:
    """The memory that packets leave behind.

    Args:
        security: NIC id, direction, five-tuple that a rule allowed (fact F5).
        guest: VM id and canonical five-tuple a stateful guest saw opened; True when it saw an answer too.
        nat: VM id and five-tuple -> what its guest rewrites it to.
        balanced: NIC id and five-tuple of the answer -> frontend address and port (fact J1).
        outward: NIC id and five-tuple of the answer -> public source of a flow that came in (fact K1).
        inward: five-tuple of the answer at the edge -> NIC id, private address, port (facts K1-K4).
        snat: five-tuple of the answer at the edge -> whose SNAT port it has (facts K4, K6).
        pins: balancer's flow -> pool member.
        translated: five-tuple of the answer -> NAT gateway in a subnet, private address, port (fact L6).
        clients: NIC id and five-tuple of the answer -> the client behind a balancer that hides it (L19).
        flows: sender and five-tuple of connections that are open.
        firewall: VM id and five-tuple that a guest's firewall let pass.
        ingress: VM id and five-tuple of the answer -> NIC that the request came in by (fact J18).
    """

    security: set[tuple[str, Direction, Key]] = field(default_factory=set)
    guest: dict[tuple[str, Key], bool] = field(default_factory=dict)
    nat: dict[tuple[str, Key], Binding] = field(default_factory=dict)
    balanced: dict[tuple[str, Key], tuple[Address, int]] = field(default_factory=dict)
    outward: dict[tuple[str, Key], Address] = field(default_factory=dict)
    inward: dict[Key, tuple[str, Address, int]] = field(default_factory=dict)
    snat: dict[Key, str] = field(default_factory=dict)
    pins: dict[PinKey, str] = field(default_factory=dict)
    flows: set[tuple[str, Key]] = field(default_factory=set)
    translated: dict[Key, tuple[str, Address, int]] = field(default_factory=dict)
    clients: dict[tuple[str, Key], tuple[Address, int]] = field(default_factory=dict)
    firewall: set[tuple[str, Key]] = field(default_factory=set)
    ingress: dict[tuple[str, Key], str] = field(default_factory=dict)

    def copy(self) -> Sessions:
        """Return an independent copy."""
        return Sessions(
            set(self.security),
            dict(self.guest),
            dict(self.nat),
            dict(self.balanced),
            dict(self.outward),
            dict(self.inward),
            dict(self.snat),
            dict(self.pins),
            set(self.flows),
            dict(self.translated),
            dict(self.clients),
            set(self.firewall),
            dict(self.ingress),
        )


@dataclass(frozen=True, slots=True)
class State:
    """Runtime state of the network; the default is a quiet network in which every probe has its answer.

    Args:
        down_vms: VMs that died. A balancer does not notice by itself: until the member is in ``unhealthy``
            it still gets flows. (A VM drawn as stopped is noticed: its probes are computed as failed.)
        unhealthy: balancer id, pool id, member id that a probe has taken out, besides the computed ones.
        in_transit: addresses that the control plane is moving: they belong to no NIC (facts A20, A21).
        down_zones: availability zones that are lost: their VMs, zonal frontends and zonal NAT gateways with
            them (fact M4).
        down_instances: gateway id and number of an instance that does not run, from 0 (facts H2, H3).
        silent_instances: instances that do not run either, and nobody has noticed: what they are given is
            lost, while those of ``down_instances`` are avoided.
        stale: NIC id -> the earlier network whose routes its host still has (fact D65).
        probed: the earlier network that the probes of balancers have seen last; what has changed since is
            noticed by them in time and not at once. None: they have seen this one (fact J8).
        ports_in_use: way out -> SNAT ports that are taken towards every destination (facts K4, K6). A NAT
            gateway is ``nat_gateways/ID``; an outbound rule gives each NIC its own,
            ``load_balancers/ID/outbound_rules/ID/NIC``. With a space and a destination behind it, such as
            ``nat_gateways/egress tcp 198.51.100.9:443``, it counts for that one only.
        pins: flows that a balancer has already given to a member (facts J11, J12).
        masters: VM id and shared address that its guest holds now; None: found out by walking the hellos of
            the redundancy groups (facts B6, B7).
        answers: traffic manager id -> what the opener of a connection is answered; the others are answered as
            drawn.
        sessions: what earlier packets left behind; ``walk.establish`` makes it. A packet of a connection
            in it is walked as one in mid-connection.
    """

    down_vms: frozenset[str] = frozenset()
    unhealthy: frozenset[tuple[str, str, str]] = frozenset()
    in_transit: frozenset[Address] = frozenset()
    down_zones: frozenset[int] = frozenset()
    down_instances: frozenset[tuple[str, int]] = frozenset()
    silent_instances: frozenset[tuple[str, int]] = frozenset()
    stale: Mapping[str, Network] = field(default_factory=dict)
    probed: Network | None = None
    ports_in_use: Mapping[str, int] = field(default_factory=dict)
    pins: Mapping[PinKey, str] = field(default_factory=dict)
    sessions: Sessions | None = None
    masters: frozenset[tuple[str, Address]] | None = None
    answers: Mapping[str, Address] = field(default_factory=dict)

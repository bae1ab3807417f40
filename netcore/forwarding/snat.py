"""SNAT ports: how many a way out has, which are taken, and when a mapping ends. Pure arithmetic, no clock.

A translated flow takes one port of its public address. The same port may serve another destination at the
same time, so ports run out for one destination and protocol, not for all (facts K4, K6).
"""

from __future__ import annotations

from dataclasses import dataclass

from netcore.document.balancers import OutboundRule
from netcore.document.outside import NatGateway
from netcore.document.values import Address
from netcore.forwarding.state import Key, Sessions, State
from netcore.profiles.model import Profile
from netcore.trace.model import Header
from netcore.trace.packet import TCP, protocol_name
from netcore.trace.sentences import socket_text
from netcore.words import say, say_many

FIRST_PORT = 1024
LAST_PORT = 65_535

UDP_IDLE_MIN = 4
"""Minutes after which a NAT gateway forgets a UDP flow; nobody can change it (fact K4)."""


@dataclass(frozen=True, slots=True)
class Allotment:
    """SNAT ports that one sender may use towards one destination.

    Args:
        ports: how many.
        sum: how they come about, such as ``64,512 x 2 addresses``.
        key: under which ``State.ports_in_use`` counts those that are taken.
    """

    ports: int
    sum: str
    key: str


def snat_ports(profile: Profile, backends: int, rule: OutboundRule | None = None) -> int:
    """Return the SNAT ports that each backend of a pool gets of a balancer's public frontend.

    Args:
        backends: members of the pool, at least 1.
        rule: its ``ports_per_backend`` says otherwise than the table.

    Source: fact K6. Beyond the largest pool of the table its last row holds.

    Example:
        >>> from netcore.profiles import DEFAULT_PROFILE
        >>> [snat_ports(DEFAULT_PROFILE, n) for n in (1, 50, 51, 1000)]
        [1024, 1024, 512, 32]
    """
    if rule is not None and rule.ports_per_backend is not None:
        return rule.ports_per_backend
    rows = profile.snat_allotment
    return next((ports for size, ports in rows if backends <= size), rows[-1][1])


def nat_allotment(profile: Profile, nat_id: str, addresses: int) -> Allotment:
    """Return the ports of a NAT gateway: all senders share them (fact K4)."""
    return Allotment(
        profile.nat_ports_per_address * addresses,
        say_many(
            "{ports:,} x {count} address",
            "{ports:,} x {count} addresses",
            addresses,
            ports=profile.nat_ports_per_address,
        ),
        f"nat_gateways/{nat_id}",
    )


def rule_allotment(profile: Profile, ref: str, nic: str, backends: int, rule: OutboundRule) -> Allotment:
    """Return the ports that an outbound rule gives to one backend, whose own they are (fact K6)."""
    ports = snat_ports(profile, backends, rule)
    why = (
        say("as the rule says")
        if rule.ports_per_backend is not None
        else say_many("for a pool of {count} backend", "for a pool of {count} backends", backends)
    )
    return Allotment(ports, why, f"{ref}/{nic}")


def destination_key(key: str, header: Header) -> str:
    """Return the key of ``State.ports_in_use`` for one destination only.

    Example:
        >>> from ipaddress import ip_address as ip
        >>> here, there = ip("10.0.0.4"), ip("198.51.100.9")
        >>> header = Header(source=here, destination=there, protocol=6, destination_port=443)
        >>> destination_key("nat_gateways/egress", header)
        'nat_gateways/egress tcp 198.51.100.9:443'
    """
    there = socket_text(header.destination, header.destination_port, header.protocol)
    return f"{key} {protocol_name(header.protocol)} {there}"


def used_ports(state: State, sessions: Sessions, allotment: Allotment, header: Header) -> int:
    """Return how many ports are taken towards a packet's destination.

    Those that ``State.ports_in_use`` says, for all destinations and for this one, and those of the flows in
    memory that were opened by this way out.
    """
    said = state.ports_in_use
    used = said.get(allotment.key, 0) + (said.get(destination_key(allotment.key, header), 0) if said else 0)
    there = (header.protocol, header.destination, header.destination_port)
    return used + sum(
        1 for key, ref in sessions.snat.items() if ref == allotment.key and (key[0], key[1], key[2]) == there
    )


def free_port(
    sessions: Sessions, header: Header, public: Address, taker: tuple[str, Address, int]
) -> int | None:
    """Return the port of a public address that a new flow gets: its own, else the next one that is free.

    Args:
        public: the public source.
        taker: who asks: NIC id, private address and port.

    Returns: None when every port of the address is taken towards that destination.
    """
    port = header.source_port
    for _ in range(LAST_PORT - FIRST_PORT + 1):
        answer: Key = (header.protocol, header.destination, header.destination_port, public, port)
        if sessions.inward.get(answer, taker) == taker:
            return port
        port = port + 1 if FIRST_PORT <= port < LAST_PORT else FIRST_PORT
    return None


def idle_timeout_min(nat: NatGateway, protocol: int) -> int:
    """Return the minutes of silence after which a NAT gateway forgets a flow (fact K4)."""
    return nat.idle_timeout_min if protocol == TCP else UDP_IDLE_MIN


def after_silence(nat: NatGateway, protocol: int, idle_s: float) -> str:
    """Return what a packet from inside meets after ``idle_s`` seconds of silence (fact K4).

    Returns: ``open``: the mapping is there; ``reset``: it is gone, and TCP is answered with RST; ``new``:
        it is gone, and UDP begins a new one.
    """
    if idle_s < 60 * idle_timeout_min(nat, protocol):
        return "open"
    return "reset" if protocol == TCP else "new"

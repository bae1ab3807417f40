"""The standard network and the standard flows of the goals; the same for the same seed.

Virtual network v is 10.v.0.0/16 with subnets 10.v.s.0/24 of VMs from .10 on. Network 0 is the hub: behind
10.0.1.4 and 10.0.2.4 stand two pools of appliances, and all others are peered with it alone. So from spoke to
spoke packets go through the first pool and then the second, unless a more specific route says otherwise.

The order of draws is part of the workload: figures of different days and machines are about the same network.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FIRST_HOST: Final = 10
"""Last byte of the first VM of every subnet."""

PORTS: Final = (
    *(22, 53, 80, 123, 135, 389, 443, 445, 636, 1433),
    *(3306, 3389, 5432, 5672, 6379, 8080, 8443, 9090, 9200, 27017),
)
"""Ports that rules name and flows like."""

ANY: Final = 0
"""Protocol of a rule that takes all."""

TCP: Final = 6
UDP: Final = 17


class Hop(IntEnum):
    """Where a route leads."""

    VNET = 0
    PEERING = 1
    APPLIANCES = 2
    INTERNET = 3
    GATEWAY = 4
    NONE = 5


class Origin(IntEnum):
    """Where a route comes from; of equal prefixes the larger wins."""

    SYSTEM = 0
    BGP = 1
    USER = 2


class Route(NamedTuple):
    """One route. ``number`` says which pool of appliances, or which peered network."""

    prefix: int
    length: int
    origin: Origin
    hop: Hop
    number: int


class Rule(NamedTuple):
    """One security rule; the place in its list is its priority."""

    source: int
    source_length: int
    destination: int
    destination_length: int
    protocol: int
    first_port: int
    last_port: int
    allow: bool


@dataclass(frozen=True)
class Size:
    """What is asked of the generator.

    Args:
        vms: of each subnet.
        routes: fewest and most of each subnet.
        rules: of each subnet's group, both directions together.
        pool: appliances of each pool.
        host_routes: share of user routes that lead to one address.
    """

    vnets: int = 50
    subnets: int = 4
    vms: int = 50
    routes: tuple[int, int] = (100, 400)
    rules: int = 100
    pool: int = 8
    seed: int = 20240117
    host_routes: float = 0.15


N10K: Final = Size()
"""10,000 VMs, the network most goals are about; 51,015 routes and 20,598 rules."""

TINY: Final = Size(vnets=3, subnets=3, vms=4, routes=(20, 40), rules=12, pool=2)
"""Small enough for a test; every kind of route and rule is there."""


@dataclass(frozen=True)
class Workload:
    """A network. Subnets are numbered through: subnet s of network v is v * subnets + s.

    Args:
        subnet_prefix: uint32 per subnet.
        vm_address: uint32 per VM, in the order of subnets; ``vm_subnet`` int32.
        routes: per subnet.
        rules: per subnet, outbound and inbound.
    """

    size: Size
    subnet_prefix: NDArray[np.uint32]
    vm_address: NDArray[np.uint32]
    vm_subnet: NDArray[np.int32]
    routes: list[list[Route]]
    rules: list[tuple[list[Rule], list[Rule]]]


class Flows(NamedTuple):
    """Arrays of equal length: number of the sending VM, and the rest of the five-tuple."""

    source: NDArray[np.int32]
    destination: NDArray[np.uint32]
    protocol: NDArray[np.uint8]
    source_port: NDArray[np.uint16]
    destination_port: NDArray[np.uint16]


def address(a: int, b: int, c: int, d: int) -> int:
    """Return four bytes as one number."""
    return (a << 24) | (b << 16) | (c << 8) | d


def mask(length: int) -> int:
    """Return the mask of a prefix length."""
    return (0xFFFF_FFFF << (32 - length)) & 0xFFFF_FFFF if length else 0


PRIVATE: Final = address(10, 0, 0, 0)
OTHERS_PRIVATE: Final = (
    (address(172, 16, 0, 0), 12),
    (address(192, 168, 0, 0), 16),
    (address(100, 64, 0, 0), 10),
)


def build(size: Size = N10K) -> Workload:
    """Return the network of a size and seed."""
    draw = np.random.default_rng(size.seed)
    places = [divmod(number, size.subnets) for number in range(size.vnets * size.subnets)]
    prefixes = np.array([address(10, v, s, 0) for v, s in places], np.uint32)
    hosts = np.arange(FIRST_HOST, FIRST_HOST + size.vms, dtype=np.uint32)
    return Workload(
        size,
        prefixes,
        (prefixes[:, None] + hosts).ravel().astype(np.uint32),
        np.repeat(np.arange(len(places), dtype=np.int32), size.vms),
        [_routes(draw, size, v, s) for v, s in places],
        [_rules(draw, size, int(prefixes[number]), number) for number in range(len(places))],
    )


def _routes(draw: np.random.Generator, size: Size, vnet: int, subnet: int) -> list[Route]:
    found = _system(size, vnet)
    wanted = int(draw.integers(size.routes[0], size.routes[1] + 1))
    found += [_learned(draw) for _ in range((wanted - len(found)) // 2)]
    if vnet:
        found.append(Route(PRIVATE, 8, Origin.USER, Hop.APPLIANCES, 0))
        found.append(Route(0, 0, Origin.USER, Hop.APPLIANCES, 0))
    elif subnet == 1:  # the first pool hands everything for the spokes to the second
        found.append(Route(PRIVATE, 8, Origin.USER, Hop.APPLIANCES, 1))
        found += [
            Route(address(10, other, 0, 0), 16, Origin.USER, Hop.APPLIANCES, 1)
            for other in range(1, size.vnets)
        ]
    while len(found) < wanted:
        found.append(_user(draw, size, vnet, subnet))
    return found


def _system(size: Size, vnet: int) -> list[Route]:
    found = [Route(address(10, vnet, 0, 0), 16, Origin.SYSTEM, Hop.VNET, 0)]
    for other in [0] if vnet else range(1, size.vnets):
        found.append(Route(address(10, other, 0, 0), 16, Origin.SYSTEM, Hop.PEERING, other))
    found.append(Route(0, 0, Origin.SYSTEM, Hop.INTERNET, 0))
    if vnet:
        found.append(Route(PRIVATE, 8, Origin.SYSTEM, Hop.NONE, 0))
    return found + [Route(prefix, length, Origin.SYSTEM, Hop.NONE, 0) for prefix, length in OTHERS_PRIVATE]


def _learned(draw: np.random.Generator) -> Route:
    length = int(draw.choice([16, 18, 20, 22, 24, 26, 28], p=[0.05, 0.1, 0.15, 0.2, 0.3, 0.1, 0.1]))
    if draw.random() < 0.5:
        base = OTHERS_PRIVATE[0][0] + int(draw.integers(0, 1 << 20))
    else:
        base = OTHERS_PRIVATE[1][0] + int(draw.integers(0, 1 << 16))
    return Route(base & mask(length), length, Origin.BGP, Hop.GATEWAY, 0)


def _user(draw: np.random.Generator, size: Size, vnet: int, subnet: int) -> Route:
    there, side = int(draw.integers(0, size.vnets)), int(draw.integers(0, size.subnets))
    kind = draw.random()
    if kind < size.host_routes:
        length, base = 32, address(10, there, side, int(draw.integers(FIRST_HOST, FIRST_HOST + size.vms)))
    elif kind < 0.6:
        length, base = 24, address(10, there, side, 0)
    else:
        length = int(draw.integers(17, 30))
        base = (address(10, there, side, 0) + int(draw.integers(0, 256))) & mask(length)
    if vnet:
        luck = draw.random()
        if there == vnet and luck >= 0.2:
            return Route(base, length, Origin.USER, Hop.VNET, 0)
        if luck < 0.08:
            return Route(base, length, Origin.USER, Hop.NONE, 0)
        return Route(base, length, Origin.USER, Hop.APPLIANCES, 0 if luck < 0.55 else 1)
    dropped = draw.random() < 0.1
    if subnet == 1 and there:
        return Route(base, length, Origin.USER, Hop.APPLIANCES, 1)
    if dropped:
        return Route(base, length, Origin.USER, Hop.NONE, 0)
    return Route(base, length, Origin.USER, Hop.PEERING if there else Hop.VNET, 0)


ALL = Rule(0, 0, 0, 0, ANY, 0, 65535, True)


def _rules(draw: np.random.Generator, size: Size, prefix: int, number: int) -> tuple[list[Rule], list[Rule]]:
    drawn: tuple[list[Rule], list[Rule]] = ([], [])
    for _ in range(size.rules):
        inbound = int(draw.integers(0, 2))
        drawn[inbound].append(_rule(draw, size, prefix, inbound))
    for inbound, rules in enumerate(drawn):  # the default rules of the provider, with 10.0.0.0/8 for its tag
        rules.append(Rule(PRIVATE, 8, PRIVATE, 8, ANY, 0, 65535, True))
        rules.append(ALL._replace(allow=not inbound))
    return (drawn[0][-2:], [ALL]) if number in (1, 2) else drawn


def _rule(draw: np.random.Generator, size: Size, prefix: int, inbound: int) -> Rule:
    there, side = int(draw.integers(0, size.vnets)), int(draw.integers(0, size.subnets))
    lengths, shares = [0, 8, 16, 24, 28, 32], [0.2, 0.2, 0.25, 0.2, 0.1, 0.05]
    source_length = int(draw.choice(lengths, p=shares))
    destination_length = int(draw.choice(lengths, p=shares))
    far = address(10, there, side, int(draw.integers(FIRST_HOST, FIRST_HOST + size.vms)))
    near = prefix + int(draw.integers(FIRST_HOST, FIRST_HOST + size.vms))
    source, destination = (far, near) if inbound else (near, far)
    protocol = int(draw.choice([ANY, TCP, UDP], p=[0.3, 0.5, 0.2]))
    port, kind = int(draw.choice(np.array(PORTS))), draw.random()
    if kind < 0.15:
        first, last = 0, 65535
    elif kind < 0.8:
        first, last = port, port
    else:
        first, last = port, min(65535, port + int(draw.integers(1, 2000)))
    return Rule(
        source & mask(source_length),
        source_length,
        destination & mask(destination_length),
        destination_length,
        protocol,
        first,
        last,
        bool(draw.random() < 0.6),
    )


def flows(network: Workload, count: int = 2_000_000, seed: int = 7, outside: float = 0.1) -> Flows:
    """Return flows between VMs; a share of them goes to any address at all."""
    draw = np.random.default_rng(seed)
    vms = len(network.vm_address)
    source = draw.integers(0, vms, count).astype(np.int32)
    destination = network.vm_address[draw.integers(0, vms, count)].copy()
    strangers = int(count * outside)
    if strangers:
        chosen = draw.choice(count, strangers, replace=False)
        destination[chosen] = draw.integers(0, 1 << 32, strangers, dtype=np.uint32)
    protocol = draw.choice(np.array([TCP, UDP], np.uint8), count, p=[0.8, 0.2])
    liked: NDArray[Any] = np.array(PORTS, np.uint16)
    port = np.where(
        draw.random(count) < 0.8,
        liked[draw.integers(0, len(liked), count)],
        draw.integers(1, 65536, count).astype(np.uint16),
    )
    source_port = draw.integers(32768, 61000, count).astype(np.uint16)
    return Flows(source, destination.astype(np.uint32), protocol, source_port, port.astype(np.uint16))

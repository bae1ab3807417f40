"""The peer of header spaces: binary decision diagrams over all headers, by oxidd or CUDD.

Counts the headers that are delivered from the VMs of each subnet to the VMs of each other: both addresses,
protocol, source and destination port. Source ports meet no rule of the workload, so they are a factor: how
many the fabric carries; the ports of protocols without ports are 0.

The order of variables is that of Batfish's packets: destination, source, port, protocol.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netcore.profiles.model import Profile
from tests.bench.measure import NotMeasured
from tests.bench.peers.loop import POOL, hop, table
from tests.bench.workload import Hop, Rule, Workload

BITS: Final = 88
DESTINATION, SOURCE, PORT, PROTOCOL = 0, 32, 64, 80
PORTED: Final = (6, 17, 132)
UDP: Final = 17
ICMPV6: Final = 58
"""Belongs to IPv6, so no packet of this network has it (RFC 4443)."""
EVERY_PORT: Final = 65_536
MOST_HOPS: Final = 8
NODES, CACHE = 40_000_000, 8_000_000


class Fabric(NamedTuple):
    """What a fabric carries at all: protocols, and UDP without some ports (facts C1-C5).

    Args:
        no_udp: UDP ports that are kept from both ends; ``no_udp_source`` from the sender alone.
        dhcp: whether UDP from port 68 to port 67 passes.
    """

    protocols: frozenset[int] = frozenset(range(256))
    no_udp: frozenset[int] = frozenset()
    no_udp_source: frozenset[int] = frozenset()
    dhcp: bool = True


def fabric_of(profile: Profile) -> Fabric:
    """Return what the fabric of a provider carries."""
    return Fabric(
        frozenset(profile.protocols) - {ICMPV6},
        frozenset(profile.reserved_udp_ports),
        frozenset(profile.reserved_udp_source_ports),
        dhcp=False,
    )


class Engine(NamedTuple):
    """A package of decision diagrams: ``variables`` and their complements, the constants, and counting."""

    variables: list[Any]
    complements: list[Any]
    true: Any
    false: Any
    count: Callable[[Any], int]


def by_oxidd(nodes: int = NODES) -> Engine:
    """Return oxidd, with one thread.

    Raises:
        NotMeasured: it is not installed.
    """
    try:
        from oxidd.bdd import BDDManager
    except ImportError:
        raise NotMeasured("oxidd is not installed") from None
    manager = BDDManager(nodes, max(1_000, nodes // 5), 1)
    manager.add_vars(BITS)
    variables = [manager.var(bit) for bit in range(BITS)]
    return Engine(
        variables,
        [~one for one in variables],
        manager.true(),
        manager.false(),
        lambda found: int(found.sat_count(BITS)),
    )


def by_cudd(_nodes: int = NODES) -> Engine:
    """Return CUDD by the package dd.

    Raises:
        NotMeasured: it is not installed.
    """
    try:
        from dd import cudd
    except ImportError:
        raise NotMeasured(
            "CUDD is not installed: pip install --no-deps dd==0.6.0 astutils==0.0.6 ply==3.11"
        ) from None
    manager = cudd.BDD(memory_estimate=4 * 2**30)
    names = [f"x{bit}" for bit in range(BITS)]
    manager.declare(*names)
    manager.configure(reordering=False)
    variables = [manager.var(name) for name in names]
    return Engine(
        variables,
        [~one for one in variables],
        manager.true,
        manager.false,
        lambda found: round(found.count(nvars=BITS)),
    )


class Decisions:
    """The header space of a network in one engine."""

    def __init__(self, network: Workload, engine: Engine, fabric: Fabric = Fabric()) -> None:  # noqa: B008
        self.network, self.engine, self.fabric = network, engine, fabric
        self._one = engine.true
        carried = sorted(fabric.protocols)
        self._ported = self._any_of(PROTOCOL, [one for one in carried if one in PORTED and one != UDP], 8)
        others = self._any_of(PROTOCOL, [one for one in carried if one not in PORTED], 8)
        self._portless = others & self._range(PORT, 0, 0)
        udp = self._any_of(PROTOCOL, [UDP] if UDP in carried else [], 8)
        self._udp = udp & ~self._any_of(PORT, sorted(fabric.no_udp), 16)
        self._udp_sources = EVERY_PORT - len(fabric.no_udp | fabric.no_udp_source)
        dhcp = engine.false if fabric.dhcp or 68 in fabric.no_udp | fabric.no_udp_source else self._udp
        self._dhcp = dhcp & self._range(PORT, 67, 67)

    def _any_of(self, base: int, values: list[int], width: int) -> Any:
        found = self.engine.false
        for value in values:
            found = found | self._bits(base, value, width, width)
        return found

    def counts(self) -> NDArray[np.object_]:
        """Return delivered headers [sending subnet, receiving subnet] as exact numbers.

        Packets of a VM to itself meet no network and are left out.
        """
        network = self.network
        subnets = len(network.subnet_prefix)
        routes = [self._routes(number) for number in range(subnets)]
        out, into = ([self._group(rules[side]) for rules in network.rules] for side in (0, 1))
        receive = [self._hosts(DESTINATION, number) & into[number] for number in range(subnets)]
        found = np.zeros((subnets, subnets), object)
        for number in range(subnets):
            arrived = self._arrived(number, self._hosts(SOURCE, number) & out[number], routes, out, into)
            for there in range(subnets):
                cell = arrived & receive[there]
                if there == number:
                    cell = cell & ~self._same_host(number)
                if cell != self.engine.false:
                    found[number, there] = self._headers(cell)
        return found

    def _arrived(
        self, subnet: int, sent: Any, routes: list[dict[int, Any]], out: list[Any], into: list[Any]
    ) -> Any:
        """Return the headers that a network hands to their destination."""
        false = self.engine.false
        arrived, work = false, [(subnet, sent, 0)]
        while work:
            at, headers, hops = work.pop()
            for where, matched in routes[at].items():
                here = headers & matched
                if here == false:
                    continue
                if where <= Hop.PEERING:
                    arrived = arrived | here
                elif where >= POOL and hops < MOST_HOPS:
                    pool = where - POOL + 1
                    here = here & into[pool] & out[pool]
                    if here != false:
                        work.append((pool, here, hops + 1))
        return arrived

    def _headers(self, found: Any) -> int:
        count = self.engine.count
        udp = count(found & self._udp) * self._udp_sources - count(found & self._dhcp)
        return count(found & self._ported) * EVERY_PORT + udp + count(found & self._portless)

    def _routes(self, subnet: int) -> dict[int, Any]:
        left, found = self.engine.true, {}
        for route in sorted(table(self.network.routes[subnet]), key=lambda one: -one.length):
            matched = self._bits(DESTINATION, route.prefix, route.length, 32)
            found[hop(route)] = found.get(hop(route), self.engine.false) | (matched & left)
            left = left & ~matched
        return found

    def _group(self, rules: list[Rule]) -> Any:
        allowed = self.engine.false
        for rule in reversed(rules):
            matched = self._range(PORT, rule.first_port, rule.last_port)
            if rule.protocol:
                matched = matched & self._bits(PROTOCOL, rule.protocol, 8, 8)
            matched = self._bits(SOURCE, rule.source, rule.source_length, 32) & matched
            matched = self._bits(DESTINATION, rule.destination, rule.destination_length, 32) & matched
            allowed = matched | allowed if rule.allow else allowed & ~matched
        return allowed

    def _hosts(self, base: int, subnet: int) -> Any:
        found = self.engine.false
        for address in self.network.vm_address[self.network.vm_subnet == subnet].tolist():
            found = found | self._bits(base, address, 32, 32)
        return found

    def _same_host(self, subnet: int) -> Any:
        found = self.engine.false
        for address in self.network.vm_address[self.network.vm_subnet == subnet].tolist():
            both = self._bits(DESTINATION, address, 32, 32) & self._bits(SOURCE, address, 32, 32)
            found = found | both
        return found

    def _bits(self, base: int, value: int, length: int, width: int) -> Any:
        """Return the headers whose field begins with the upper bits of a value."""
        found = self._one
        for bit in range(length - 1, -1, -1):
            side = self.engine.variables if value >> (width - 1 - bit) & 1 else self.engine.complements
            found = side[base + bit] & found
        return found

    def _range(self, base: int, first: int, last: int, width: int = 16) -> Any:
        if first == 0 and last == (1 << width) - 1:
            return self._one
        found = self._at_most(base, last, width)
        return found & ~self._at_most(base, first - 1, width) if first else found

    def _at_most(self, base: int, value: int, width: int) -> Any:
        found = self._one
        for bit in range(width - 1, -1, -1):
            no = self.engine.complements[base + bit]
            found = no | found if value >> (width - 1 - bit) & 1 else no & found
        return found

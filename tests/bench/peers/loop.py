"""The peer of arrays: one flow after the other in Python, routes in a pytricia trie, rules by linear search.

It answers from the routes and rules of the workload, without the engine: what becomes of a packet and which
appliances it passes, or what becomes of it and of its answer. Security groups remember connections, so the
answer meets routes alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.drawing import drawn_routes, vm_name
from tests.bench.measure import NotMeasured
from tests.bench.peers.rendezvous import best, chooser, seed_of
from tests.bench.workload import ANY, TCP, UDP, Flows, Hop, Origin, Route, Rule, Workload, mask

DELIVERED, DENIED, NOWHERE, LOOP = range(4)
"""What becomes of a packet; NOWHERE is a route to none, or to where nobody of the drawing is."""

ABSENT = -1
"""Of an answer that was not sent."""

MULTICAST = range(224 << 24, 240 << 24)
"""No fabric carries packets to these addresses."""

NO_UDP = frozenset((4791, 65_330))
"""The provider's fabric carries no UDP to these ports (fact C5)."""

MOST_HOPS = 8

Fate = tuple[int, int]
"""Of the packet and of its answer."""

Way = tuple[int, list[int]]
"""What becomes of a packet, and the VMs of the appliances that it reaches, in order."""

Find = Callable[[int, int], int]
"""``find(subnet, destination)``: a plain hop, or ``POOL`` plus the number of a pool."""

POOL = 6


def pytricia() -> Any:
    """Return the package.

    Raises:
        NotMeasured: it is not installed.
    """
    try:
        import pytricia
    except ImportError:
        raise NotMeasured(
            "pytricia is not installed: pip install -r requirements-bench.lock (it needs a C compiler)"
        ) from None
    return pytricia


def table(routes: list[Route]) -> list[Route]:
    """Return the routes in force: one per prefix, and none that a drawing cannot hold (see ``drawing``)."""
    found = {(route.prefix, route.length): route for route in routes if route.origin is Origin.SYSTEM}
    found |= {(route.prefix, route.length): route for route in drawn_routes(routes)}
    return list(found.values())


def hop(route: Route) -> int:
    """Return a route's hop as ``Find`` gives it."""
    return POOL + route.number if route.hop is Hop.APPLIANCES else int(route.hop)


class Loop:
    """The peer, ready for flows.

    Args:
        trie: False searches routes one by one, as a second opinion.
    """

    def __init__(self, network: Workload, *, trie: bool = True) -> None:
        self.network = network
        self.tables = [table(routes) for routes in network.routes]
        self.rules = network.rules
        self.vm_at = {int(found): number for number, found in enumerate(network.vm_address)}
        self.subnet_of = network.vm_subnet.tolist()
        self.address_of = network.vm_address.tolist()
        self._find = self._by_trie() if trie else self._by_search
        self.pools = [self._pool(number) for number in range(2)]

    def _pool(self, number: int) -> list[tuple[int, int]]:
        """Return the members of a pool: what stands for the choice of each, and its VM."""
        size = self.network.size
        vms = [(number + 1) * size.vms + place for place in range(size.pool)]
        return [(chooser(f"pool{number}|all", vm_name(self.network, vm)), vm) for vm in vms]

    def _by_trie(self) -> Find:
        made = []
        for routes in self.tables:
            tree = pytricia().PyTricia(32)
            for route in routes:
                tree[route.prefix.to_bytes(4, "big"), route.length] = hop(route)
            tree.freeze()
            made.append(tree.get)
        return lambda subnet, destination: made[subnet](destination, int(Hop.NONE))

    def _by_search(self, subnet: int, destination: int) -> int:
        best = (-1, int(Hop.NONE))
        for route in self.tables[subnet]:
            if destination & mask(route.length) == route.prefix and route.length > best[0]:
                best = (route.length, hop(route))
        return best[1]

    def hops(self, destination: int) -> list[int]:
        """Return the hop of every subnet for a destination, as ``Find`` gives it."""
        return [self._find(subnet, destination) for subnet in range(len(self.tables))]

    def fates(self, flows: Flows, count: int) -> list[Fate]:
        """Return what becomes of the first flows, there and back."""
        columns = [column[:count].tolist() for column in flows]
        return [self._fate(*five) for five in zip(*columns, strict=True)]

    def ways(self, flows: Flows, count: int) -> list[Way]:
        """Return what becomes of the packets of the first flows, and which appliances they reach."""
        columns = [column[:count].tolist() for column in flows]
        return [self._sent(*five)[::2] for five in zip(*columns, strict=True)]

    def _fate(self, sender: int, there: int, protocol: int, source_port: int, port: int) -> Fate:
        fate, receiver, _ = self._sent(sender, there, protocol, source_port, port)
        source = self.address_of[sender]
        if fate != DELIVERED or there == source:
            return fate, ABSENT
        flow = (source, there, protocol, source_port, port)
        return DELIVERED, self._way(receiver, source, flow, None)[0]

    def _sent(
        self, sender: int, there: int, protocol: int, source_port: int, port: int
    ) -> tuple[int, int, list[int]]:
        """Return the fate of a packet, the subnet it has reached, and the appliances."""
        here, source = self.subnet_of[sender], self.address_of[sender]
        passed: list[int] = []
        if there == source:  # a guest answers itself, without any network
            return DELIVERED, here, passed
        if there in MULTICAST:
            return NOWHERE, here, passed
        if not self._allowed(self.rules[here][0], source, there, protocol, port):
            return DENIED, here, passed
        if protocol == UDP and port in NO_UDP:
            return NOWHERE, here, passed
        fate, reached = self._way(here, there, (source, there, protocol, source_port, port), passed)
        return fate, reached, passed

    def _way(
        self, subnet: int, there: int, flow: tuple[int, int, int, int, int], passed: list[int] | None
    ) -> tuple[int, int]:
        """Return the fate of one packet and the subnet it has reached.

        Args:
            passed: filled with the appliances; None: it is an answer, that meets no rules. Which appliance it
                reaches changes nothing, and is left out.
        """
        source, destination, protocol, source_port, port = flow
        seed = None
        for _ in range(MOST_HOPS):
            found = self._find(subnet, there)
            if found >= POOL:
                subnet = found - POOL + 1
                if passed is None:
                    continue
                if seed is None:
                    ported = protocol in (TCP, UDP)
                    seed = seed_of(source, there, protocol, *((source_port, port) if ported else (0, 0)))
                passed.append(best(seed, self.pools[found - POOL]))
                rules = self.rules[subnet]
                if not self._allowed(rules[1], source, destination, protocol, port):
                    return DENIED, subnet
                if not self._allowed(rules[0], source, destination, protocol, port):
                    return DENIED, subnet
            elif found <= Hop.PEERING:
                return self._delivered(there, flow, first=passed is not None)
            else:
                return NOWHERE, subnet
        return LOOP, subnet

    def _delivered(self, there: int, flow: tuple[int, int, int, int, int], *, first: bool) -> tuple[int, int]:
        receiver = self.vm_at.get(there)
        if receiver is None:
            return NOWHERE, 0
        subnet = self.subnet_of[receiver]
        source, destination, protocol, _, port = flow
        if first and not self._allowed(self.rules[subnet][1], source, destination, protocol, port):
            return DENIED, subnet
        return DELIVERED, subnet

    @staticmethod
    def _allowed(rules: list[Rule], source: int, destination: int, protocol: int, port: int) -> bool:
        for rule in rules:
            if (
                (rule.protocol == ANY or rule.protocol == protocol)
                and rule.first_port <= port <= rule.last_port
                and source & mask(rule.source_length) == rule.source
                and destination & mask(rule.destination_length) == rule.destination
            ):
                return rule.allow
        return False

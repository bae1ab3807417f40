"""Which headers a place treats as it treated one of them.

A place looks at protocol and ports only where it compares them with numbers it knows: ports of rules, of
services, of balancing rules. Everything else it decides by addresses. So all headers on the same side of
those comparisons go the same way as the example, and nothing of forwarding is told here a second time but
which comparisons there are.

A port of the packet on its way is one of the two it began with, or a number that a rewrite put there. Where
that is in doubt, as numbers may be equal by chance, the smaller set is taken: it may take one more example to
cover all headers, but no header is ever taken for another.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.batch.filters import Filters, firewall_passed
from netcore.batch.portsets import (
    EVERYTHING,
    PORTED,
    Five,
    PortSet,
    box,
    pulled_back,
    single,
)
from netcore.control.network import Network
from netcore.control.rules import RuleSet
from netcore.document.balancers import BalancingRule, InboundNatRule
from netcore.document.models import Direction
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.hops import (
    Balance,
    Beyond,
    Deliver,
    End,
    FromEdge,
    Hop,
    Leave,
    Look,
    Receive,
    Routed,
    Secure,
    Send,
    ToEdge,
)
from netcore.forwarding.machines import PLATFORM, Machine
from netcore.forwarding.redundancy import HELLO_FLOWS
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.security import naming_platform, sets_asked
from netcore.forwarding.state import key_of, reverse
from netcore.trace.model import Header, Place
from netcore.trace.packet import ICMP, PROTOCOL_NUMBERS, TCP, UDP, protocol_number
from netcore.words import say

SPREAD_FROM = 49_152
"""Tunnels that spread flows by their outer source port use ports from here on (facts C4, J21)."""

_ICMPV6 = 58
_ICMP = box(ICMP)
_ICMPV6_ONLY = box({_ICMPV6})
_ESP = box({PROTOCOL_NUMBERS["esp"]})
_DHCP = {4: box({UDP}, ((68, 68),), ((67, 67),)), 6: box({UDP}, ((546, 546),), ((547, 547),))}
_CLASSES = (box({TCP}), box({UDP}), box(PORTED - {TCP, UDP}), box(set(range(256)) - PORTED))
"""What answers, sessions and translations tell apart wherever a packet goes."""


class Sameness:
    """Collects, along one way of one example, the headers that go the same way.

    Args:
        example: protocol and ports of the packet as its sender puts it on the wire.
    """

    __slots__ = ("_filters", "_network", "_seen", "_sides", "example", "runs", "same", "turns_back")

    def __init__(self, network: Network, filters: Filters, example: Five) -> None:
        self._network = network
        self._filters = filters
        self._sides: set[tuple[PortSet, Five]] = set()
        self._seen: set[tuple[Address, Address]] = set()
        self.example = example
        self.runs: list[Run] = []
        self.turns_back = False
        """Whether one packet goes from one address to another and back: with two equal ports it is then
        taken for its own answer."""
        self.same: PortSet = next(one for one in _CLASSES if example in one)
        if example.protocol in PORTED and example.source_port == example.destination_port:
            # Nothing tells its two ports apart on the way.
            self.same = single(example)

    def watch(self, run: Run, hop: Hop) -> None:
        """Take note of what a place is about to decide."""
        if not self.runs or self.runs[-1] is not run:
            self.runs.append(run)
            self._seen.clear()
        assert not isinstance(hop, End)  # nobody is told of an end
        ends = hop.header.source, hop.header.destination
        self._seen.add(ends)
        self.turns_back |= (ends[1], ends[0]) in self._seen
        for header, passed in self._compared(run, hop):
            self._stay(header, passed)

    def done(self) -> PortSet:
        """Return the headers that go the same way, once the last place has decided."""
        for run in self.runs:
            for step in run.steps:
                if step.place is Place.SECURITY and step.at and step.at.startswith("private_endpoints/"):
                    self._stay(step.before, self._at_endpoint(step.at.partition("/")[2], step.before))
        return self.same

    def _stay(self, header: Header, passed: PortSet) -> None:
        """Leave only headers that are on the same side of ``passed`` as the example is at this place."""
        if passed is EVERYTHING or not passed:
            return
        now = Five(header.protocol, header.source_port, header.destination_port)
        if (passed, now) in self._sides:
            return
        self._sides.add((passed, now))
        if header.inner is not None:
            _need_sure(passed, now)
            return
        self.same &= _original(passed if now in passed else ~passed, now, self.example)

    def _compared(self, run: Run, hop: Hop) -> Iterator[tuple[Header, PortSet]]:
        """Yield the comparisons of a place, each with the header it is made with."""
        match hop:
            case Send():
                yield from self._in_guest(run, run.drawing.machines[hop.vm], hop.header)
            case Receive():
                vm = run.drawing.ports[hop.nic].vm
                assert vm is not None  # the NIC hands packets to VMs only
                header: Header | None = hop.header
                while header is not None:
                    yield from self._in_guest(run, run.drawing.machines[vm], header)
                    header = header.inner
            case Leave():
                yield hop.header, _DHCP[hop.header.destination.version]
            case Secure():
                yield from self._filtered(run, hop.nic, Direction.OUTBOUND, hop.header, closed=False)
            case Deliver():
                closed = hop.public and self._network.profile.implicit_public_deny
                yield from self._filtered(run, hop.nic, Direction.INBOUND, hop.header, closed=closed)
            case Look():
                yield from self._looked_up(hop.header)
            case Balance():
                yield from self._balanced(hop)
            case Routed():
                yield hop.header, _ICMP
            case ToEdge() | Beyond():
                yield from ((hop.header, _ICMP), (hop.header, _ICMPV6_ONLY), (hop.header, _ESP))
            case FromEdge():
                self._need_known_source(run, hop.header)
            case _:
                return

    def _in_guest(self, run: Run, machine: Machine, header: Header) -> Iterator[tuple[Header, PortSet]]:
        guest = machine.guest
        for rules in machine.firewall.values():
            yield header, firewall_passed(rules, header.source, header.destination)
        if guest.services is not None and run.phase is Phase.OPENING:
            served = box(())
            for service in guest.services.values():
                ports = None if service.port == 0 else ((service.port, service.port),)
                served |= box({protocol_number(service.protocol)}, None, ports)
            for protocol, port in HELLO_FLOWS if guest.redundancy else ():
                served |= box({protocol}, None, ((port, port),))
            yield header, served
        for entry in guest.port_forwards.values():
            ports = None if entry.port == 0 else ((entry.port, entry.port),)
            yield header, box({protocol_number(entry.protocol)}, None, ports)
            if entry.to_port is not None:
                yield header, _port(entry.to_port)

    def _filtered(
        self, run: Run, nic: str, direction: Direction, header: Header, *, closed: bool
    ) -> Iterator[tuple[Header, PortSet]]:
        """Yield what the groups of a NIC let pass; an open flow asks only what keeps no state (F5, L20)."""
        sets = sets_asked(run, self._network.rules(nic, direction), header)
        if direction is Direction.OUTBOUND and header.destination in PLATFORM:
            sets = run.drawing.memo(("platform rules", nic), lambda: naming_platform(sets))
        elif not self._network.profile.icmpv6_filtered:
            yield header, _ICMPV6_ONLY
        other = Direction.OUTBOUND if direction is Direction.INBOUND else Direction.INBOUND
        known, key = run.sessions.security, key_of(header)
        if (nic, direction, key) in known or (nic, other, reverse(key)) in known:
            sets, closed = tuple(rules for rules in sets if not rules.stateful), False
        yield header, self._passed(sets, header, closed=closed)

    def _at_endpoint(self, endpoint: str, header: Header) -> PortSet:
        subnet = self._network.scenario.topology.private_endpoints[endpoint].subnet
        return self._passed(self._network.subnet_rules(subnet, Direction.INBOUND), header, closed=False)

    def _passed(self, sets: tuple[RuleSet, ...], header: Header, *, closed: bool) -> PortSet:
        return self._filters.passed(sets, header.source, header.destination, closed=closed)

    def _looked_up(self, header: Header) -> Iterator[tuple[Header, PortSet]]:
        """Yield what the fabric does not carry (facts C1-C5)."""
        profile = self._network.profile
        yield header, box(profile.protocols)
        yield header, _ICMP
        yield header, _DHCP[4]
        both = tuple((port, port) for port in profile.reserved_udp_ports)
        sources = (*both, *((port, port) for port in profile.reserved_udp_source_ports))
        yield header, box({UDP}, sources, None) | box({UDP}, None, both)

    def _balanced(self, hop: Balance) -> Iterator[tuple[Header, PortSet]]:
        """Yield the rules of a frontend, and the ports they rewrite to (facts J2, J4, J5)."""
        balancer = self._network.scenario.topology.load_balancers[hop.balancer]
        yield hop.header, _ICMP
        rules: list[BalancingRule | InboundNatRule] = [*balancer.rules.values()]
        rules += balancer.inbound_nat_rules.values()
        for rule in rules:
            if rule.frontend != hop.frontend:
                continue
            protocols = None if rule.protocol == "all" else {protocol_number(rule.protocol)}
            port = rule.frontend_port
            yield hop.header, box(protocols, None, None if port == 0 else ((port, port),))
            if rule.backend_port:
                yield hop.header, _port(rule.backend_port)

    def _need_known_source(self, run: Run, header: Header) -> None:
        """Refuse what depends on which of several public addresses a flow has got (fact K4)."""
        owner = self._network.public_owner(header.source)
        if run.phase is Phase.ANSWER or owner is None or owner.kind != "nat_gateway":
            return
        nat = self._network.scenario.topology.nat_gateways[owner.nat_gateway]
        if len(nat.public_ips) > 1:
            raise NotModelled(
                say(
                    "Which of its {count} public addresses NAT gateway {name} gives a flow that comes back "
                    "in.",
                    count=len(nat.public_ips),
                    name=nat.name,
                )
            )


def _port(number: int) -> PortSet:
    return box(None, None, ((number, number),))


def _original(passed: PortSet, now: Five, example: Five) -> PortSet:
    """Return the original headers that are in ``passed`` where the example has become ``now``."""
    first, second = example.source_port, example.destination_port
    if example.protocol not in PORTED:
        return pulled_back(passed, now.source_port, now.destination_port)
    kept = (now.source_port in (first, second), now.destination_port in (first, second))
    if kept == (True, True) and now.source_port == now.destination_port:
        # A rewrite has made the two equal by chance: only headers that have the same port are alike.
        return pulled_back(passed, *now[1:]) & _having(example, now.source_port)
    source = None if kept[0] else now.source_port
    destination = None if kept[1] else now.destination_port
    about = now.source_port == second if kept[0] else now.destination_port == first
    return pulled_back(passed, source, destination, changed_about=about)


def _having(example: Five, port: int) -> PortSet:
    run = ((port, port),)
    return box(None, run, None) if example.source_port == port else box(None, None, run)


def _need_sure(passed: PortSet, now: Five) -> None:
    """Refuse rules that would tell the spread source ports of a tunnel apart: they are made by a hash."""
    if now.source_port < SPREAD_FROM:
        return
    spread = box({now.protocol}, ((SPREAD_FROM, 65_535),), ((now.destination_port, now.destination_port),))
    if (spread & passed) and (spread - passed):
        raise NotModelled(
            say(
                "A rule tells the source ports of a tunnel to port {destination_port} apart, and they "
                "are made by a hash that nobody knows.",
                destination_port=now.destination_port,
            )
        )


def drawing_memory(network: Network) -> Filters:
    """Return the filters of a network, which all questions about it share."""
    found: Filters = drawing_of(network).memo(("filters",), Filters)
    return found

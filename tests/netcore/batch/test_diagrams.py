"""Header spaces by binary decision diagrams, an engine of another kind, against ours: equal counts.

Rewrites are class maps: a filter behind one is taken with the constant in place of the port, so that the
diagram is always about the header as it was sent.
"""

from __future__ import annotations

import random
from ipaddress import ip_address
from typing import Any

import numpy as np
import pytest
from oxidd import bdd as oxidd

import netcore
from netcore.batch.cells import cells
from netcore.batch.compile import Compiled
from netcore.batch.matrix import reach_counts
from netcore.batch.portsets import PORTED, PortSet
from netcore.control.network import Network
from netcore.control.rules import RuleAccess
from netcore.document.models import Direction
from netcore.trace.packet import PROTOCOL_NUMBERS
from tests.bench import drawing, workload
from tests.bench.peers import decisions
from tests.netcore.batch.drawn import group
from tests.netcore.build import Net, net

PROTOCOL, SOURCE, DESTINATION, BITS = 0, 8, 24, 40
SENT = "sent"
"""The port is the one the packet was sent with."""


class Diagrams:
    """Sets of headers between two addresses as diagrams."""

    def __init__(self) -> None:
        manager = oxidd.BDDManager(2_000_000, 400_000, 1)
        manager.add_vars(BITS)
        self.variables = [manager.var(bit) for bit in range(BITS)]
        self.true, self.false = manager.true(), manager.false()

    def at_most(self, base: int, value: int, width: int) -> Any:
        found = self.true
        for bit in range(width - 1, -1, -1):
            no = ~self.variables[base + bit]
            found = no | found if value >> (width - 1 - bit) & 1 else no & found
        return found

    def run(self, base: int, first: int, last: int, width: int) -> Any:
        found = self.at_most(base, last, width)
        return found & ~self.at_most(base, first - 1, width) if first else found

    def port(self, base: int, spans: Any, now: int | str) -> Any:
        """Ports of a rule, asked of the port as sent or of the number a rewrite put there."""
        if spans is None:
            return self.true
        if now != SENT:
            return self.true if any(first <= int(now) <= last for first, last in spans) else self.false
        found = self.false
        for first, last in spans:
            found = found | self.run(base, first, last, 16)
        return found

    def protocol(self, number: int) -> Any:
        return self.run(PROTOCOL, number, number, 8)

    def passed(
        self, network: Network, nic: str, way: Direction, source: str, to: str, port: int | str = SENT
    ) -> Any:
        """What the groups of a NIC let pass, rule by rule from the last to the first."""
        found = self.true
        for rules in network.rules(nic, way):
            allowed = self.true
            for rule in reversed(rules.rules):
                for side, address in ((rule.sources, source), (rule.destinations, to)):
                    if side is not None and ip_address(address) not in side:
                        break
                else:
                    hit = self.port(SOURCE, rule.source_ports, SENT)
                    hit = hit & self.port(DESTINATION, rule.destination_ports, port)
                    if rule.protocol != "*":
                        hit = hit & self.protocol(PROTOCOL_NUMBERS[rule.protocol])
                    allowed = allowed & ~hit if rule.access is RuleAccess.DENY else allowed | hit
            found = found & allowed
        return found

    def carried(self, network: Network) -> Any:
        """What the fabric carries, as headers with ports 0 where a protocol has none; IPv4."""
        profile = network.profile
        found = self.false
        portless = self.run(SOURCE, 0, 0, 16) & self.run(DESTINATION, 0, 0, 16)
        for number in profile.protocols - {58}:
            one = self.protocol(number)
            found = found | (one if number in PORTED else one & portless)
        udp = self.protocol(17)
        for port in profile.reserved_udp_ports:
            found = found & ~(udp & self.run(SOURCE, port, port, 16))
            found = found & ~(udp & self.run(DESTINATION, port, port, 16))
        for port in profile.reserved_udp_source_ports:
            found = found & ~(udp & self.run(SOURCE, port, port, 16))
        return found & ~(udp & self.run(SOURCE, 68, 68, 16) & self.run(DESTINATION, 67, 67, 16))

    def of(self, found: PortSet) -> Any:
        """One of our sets as a diagram."""
        made = self.false
        for box in found.boxes():
            protocols = self.false
            for number in box.protocols:
                protocols = protocols | self.protocol(number)
            sources = self.port(SOURCE, box.source_ports, SENT)
            made = made | (protocols & sources & self.port(DESTINATION, box.destination_ports, SENT))
        return made


def assert_equal(diagrams: Diagrams, mine: PortSet, theirs: Any) -> None:
    assert mine.count() == int(theirs.sat_count(BITS))
    assert diagrams.of(mine) == theirs


def drawn(seed: int) -> tuple[Net, random.Random]:
    luck = random.Random(seed)
    made = net()
    for key in ("ga", "gb", "gf"):
        group(made, key, luck, ("*", "10.0.0.0/24", "10.0.1.0/24", "10.0.1.4/32", "10.0.0.4/32"))
    made.vnet("v", "10.0.0.0/16").subnet("s0", "10.0.0.0/24").subnet("s1", "10.0.1.0/24")
    return made.vm("a", "s0", "10.0.0.4", group="ga").vm("b", "s1", "10.0.1.4", group="gb"), luck


@pytest.mark.parametrize("seed", range(15))
def test_rules_on_both_sides(seed: int):
    network, diagrams = drawn(seed)[0].network(), Diagrams()
    theirs = (
        diagrams.carried(network)
        & diagrams.passed(network, "a", Direction.OUTBOUND, "10.0.0.4", "10.0.1.4")
        & diagrams.passed(network, "b", Direction.INBOUND, "10.0.0.4", "10.0.1.4")
    )
    assert_equal(diagrams, cells(network, "vms/a", ip_address("10.0.1.4")).must_arrive, theirs)


@pytest.mark.parametrize("seed", range(15))
def test_a_balancer_rewrites_destination_and_port(seed: int):
    """[a] -> {tcp/80 -> 8080, udp/53 -> 5353} -> [b]."""
    made, _ = drawn(seed)
    made.balancer("lb", ["b"], subnet="s1", address="10.0.1.100", rules=("tcp/80", "udp/53"))
    made.set("load_balancers/lb/rules/tcp-80/backend_port", 8080)
    made.set("load_balancers/lb/rules/udp-53/backend_port", 5353)
    network, diagrams = made.network(), Diagrams()
    behind = diagrams.false
    for protocol, port, becomes in ((6, 80, 8080), (17, 53, 5353)):
        taken = diagrams.protocol(protocol) & diagrams.run(DESTINATION, port, port, 16)
        into = diagrams.passed(network, "b", Direction.INBOUND, "10.0.0.4", "10.0.1.4", becomes)
        behind = behind | (taken & into)
    out = diagrams.passed(network, "a", Direction.OUTBOUND, "10.0.0.4", "10.0.1.100")
    theirs = diagrams.carried(network) & out & behind
    assert_equal(diagrams, cells(network, "vms/a", ip_address("10.0.1.100")).must_arrive, theirs)


@pytest.mark.parametrize("seed", range(15))
def test_a_guest_forwards_ports_under_its_own_source(seed: int):
    """[a] -> {fw: any tcp port -> 10.0.1.4:443, source fw} -> [b]."""
    made, luck = drawn(seed)
    forward = {"protocol": "tcp", "port": 0, "to_address": "10.0.1.4", "to_port": luck.choice((443, 8080))}
    made.vm(
        "fw",
        "s1",
        "10.0.1.9",
        guest={"forwarding": True, "snat": True, "port_forwards": {"p": forward}},
        ip_forwarding=True,
        group="gf",
    )
    network, diagrams = made.network(), Diagrams()
    tcp, becomes = diagrams.protocol(6), int(forward["to_port"])
    first = diagrams.passed(network, "a", Direction.OUTBOUND, "10.0.0.4", "10.0.1.9")
    first = first & diagrams.passed(network, "fw", Direction.INBOUND, "10.0.0.4", "10.0.1.9")
    then = diagrams.passed(network, "fw", Direction.OUTBOUND, "10.0.1.9", "10.0.1.4", becomes)
    then = then & diagrams.passed(network, "b", Direction.INBOUND, "10.0.1.9", "10.0.1.4", becomes)
    theirs = diagrams.carried(network) & first & (~tcp | then)
    assert_equal(diagrams, cells(network, "vms/a", ip_address("10.0.1.9")).must_arrive, theirs)


@pytest.mark.parametrize("seed", [20240117, 5])
def test_the_standard_network_cell_by_cell(seed: int):
    size = workload.Size(vnets=3, subnets=3, vms=4, routes=(20, 40), rules=12, pool=2, seed=seed)
    network = workload.build(size)
    compiled = Compiled(netcore.compile(drawing.scenario(network)))
    fabric = decisions.fabric_of(compiled.network.profile)
    theirs = decisions.Decisions(network, decisions.by_oxidd(1_000_000), fabric).counts()
    found = reach_counts(compiled)
    order = [found.subnets.index(drawing.subnet_name(network, each)) for each in range(9)]
    assert (found.headers[np.ix_(order, order)] == theirs).all()
    assert found.by_cells == 0 and found.headers.sum() > 0

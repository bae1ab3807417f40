"""Asks whether what cells say about random headers is what following those packets says."""

from __future__ import annotations

import random
from collections.abc import Iterable

from netcore.batch.cells import Cells, Fate, Way, cells
from netcore.batch.portsets import HEADERS, PORTED, Five
from netcore.control.network import Network
from netcore.document.values import Address
from netcore.errors import NotFound
from netcore.forwarding.walk import follow
from netcore.trace.model import Leg, Trace
from netcore.trace.packet import Packet

PORTS = (0, 22, 53, 65, 67, 68, 80, 179, 443, 500, 1024, 3389, 4500, 4789, 8080, 8443, 49_152, 65_330, 65_535)
PROTOCOLS = (1, 6, 6, 6, 17, 17, 47, 50, 58, 112, 132, 200)


def senders(network: Network) -> list[str]:
    topology = network.scenario.topology
    return [f"vms/{key}" for key in sorted(topology.vms)] + [f"hosts/{key}" for key in sorted(topology.hosts)]


def addresses(network: Network) -> list[Address]:
    """Every address that somebody holds, and some that nobody does."""
    topology = network.scenario.topology
    found: set[Address] = {host.address for host in topology.hosts.values()}
    found |= {public.address for public in topology.public_ips.values()}
    for nic in topology.nics.values():
        found |= {configuration.address for configuration in nic.configurations.values()}
    for balancer in topology.load_balancers.values():
        found |= {front.address for front in balancer.frontends.values() if front.address is not None}
    found |= {endpoint.address for endpoint in topology.private_endpoints.values()}
    for vm in topology.vms.values():
        found |= set(vm.guest.loopback)
    for subnet in topology.subnets.values():
        found |= {prefix[-2] for prefix in subnet.prefixes if prefix.num_addresses > 4}
    return sorted(found, key=lambda address: (address.version, int(address)))


def random_headers(asked: Cells, luck: random.Random, count: int) -> list[Five]:
    """Headers near the edges of cells, examples of all cells, and some anywhere."""
    found = [cell.example for cell in asked.cells]
    for cell in asked.cells:
        for box in list(cell.headers.boxes())[:3]:
            sources, destinations = luck.choice(box.source_ports), luck.choice(box.destination_ports)
            found.append(Five(luck.choice(box.protocols), luck.choice(sources), luck.choice(destinations)))
            found.append(
                Five(luck.choice(box.protocols), luck.randint(*sources), luck.randint(*destinations))
            )
    for _ in range(count):
        protocol = luck.choice(PROTOCOLS)
        ports = (luck.choice(PORTS), luck.choice(PORTS)) if protocol in PORTED else (0, 0)
        found.append(Five(protocol, *ports))
    return found


def fates(trace: Trace) -> tuple[Fate, Fate | None, Fate | None]:
    def fate(leg: Leg | None) -> Fate | None:
        return None if leg is None else Fate(leg.verdict.outcome, leg.verdict.code, leg.verdict.at)

    forward = fate(trace.forward)
    assert forward is not None
    return forward, fate(trace.back), fate(trace.third)


def packet(source: str, destination: Address, five: Five, source_address: Address | None = None) -> Packet:
    return Packet(
        source=source,
        destination=str(destination),
        protocol=str(five.protocol),
        source_port=five.source_port,
        destination_port=five.destination_port,
        source_address=source_address,
    )


def assert_agrees(
    network: Network, source: str, destination: Address, luck: random.Random, count: int = 8
) -> Cells | None:
    """Check that the cells part all headers and that each one's fate is one its cell names."""
    try:
        asked = cells(network, source, destination, HEADERS)
    except NotFound:
        return None
    assert sum(cell.headers.count() for cell in asked.cells) == HEADERS.count()
    for five in random_headers(asked, luck, count):
        (cell,) = [cell for cell in asked.cells if five in cell.headers]
        told = fates(follow(network, packet(source, destination, five)))
        if cell.not_modelled or (cell.but_equal_ports and five[1] == five[2] and five != cell.example):
            continue
        said = {(way.forward, way.back, way.third) for way in cell.ways}
        assert told in said, (source, str(destination), five, told, said, cell)
    return asked


def pairs(network: Network, luck: random.Random, count: int) -> Iterable[tuple[str, Address]]:
    every = [(source, to) for source in senders(network) for to in addresses(network)]
    return every if len(every) <= count else luck.sample(every, count)


def arrived(ways: Iterable[Way]) -> bool:
    return any(way.arrived for way in ways)

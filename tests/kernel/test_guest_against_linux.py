"""The guest of the engine decides as Linux does: the same tables, the same packets, the same fates.

    [sender] -- UDR: everything to eth0 --> {guest: eth0, eth1, eth2}

Each random table is given to a guest of the engine and to a Linux guest in a network namespace. Packets are
traced in the one and put on the wire of the other; what comes out, by which NIC, with which addresses and
TTL, must be the same.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

import netcore
from netcore.trace.model import Step
from netcore.trace.packet import Packet
from tests.kernel.lab import UDP, Lab, ipv4, missing, udp
from tests.netcore.build import Net, net

TABLES = 240
PACKETS = 6
SUBNETS = [IPv4Network(f"10.0.{number}.0/24") for number in range(3)]
OWN = [subnet[4] for subnet in SUBNETS]
MARTIANS = [IPv4Network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3")]
"""What Linux treats by other rules than those of its table."""
SENDER = IPv4Address("10.0.9.4")
OUTCOMES = {"OS_FORWARDING_OFF": "silence", "TTL": "expired", "OS_NO_ROUTE": "no route"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A Linux guest with three NICs."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(affinity)})  # one processor keeps the wires in order
    made = Lab(len(SUBNETS))
    try:
        made.ip([f"address add {own}/24 dev eth{number}" for number, own in enumerate(OWN)])
        yield made
    finally:
        made.close()
        os.sched_setaffinity(0, affinity)


@dataclass(frozen=True)
class Table:
    """A guest's routes and switches."""

    routes: tuple[tuple[IPv4Network, int, IPv4Address | None], ...]
    forwarding: bool
    snat: bool
    port_forward: tuple[int, IPv4Address, int] | None

    def guest(self) -> dict[str, Any]:
        """Return the guest as the document has it."""
        drawn: dict[str, Any] = {"forwarding": self.forwarding, "snat": self.snat, "services": {}}
        drawn["routes"] = {
            f"r{number}": {"prefix": str(prefix), "nic": f"eth{nic}", **({"via": str(via)} if via else {})}
            for number, (prefix, nic, via) in enumerate(self.routes)
        }
        if self.port_forward is not None:
            port, to_address, to_port = self.port_forward
            entry = {"protocol": "udp", "port": port, "to_address": str(to_address), "to_port": to_port}
            drawn["port_forwards"] = {"only": entry}
        return drawn

    def lines(self) -> list[str]:
        """Return the routes as Linux takes them; the default route is what DHCP gives the primary NIC."""
        default = f"route add default via {SUBNETS[0][1]} dev eth0"
        return [
            *(["route flush root 0/0 proto static"]),
            f"{default} proto static",
            *(
                f"route add {prefix}{f' via {via} onlink' if via else ''} dev eth{nic} proto static"
                for prefix, nic, via in self.routes
            ),
        ]

    def filter(self) -> str:
        """Return the translations as Linux takes them."""
        text = "table ip nat {\n"
        if self.port_forward is not None:
            port, to_address, to_port = self.port_forward
            own = ", ".join(map(str, OWN))
            text += "chain pre { type nat hook prerouting priority dstnat;\n"
            text += f"ip daddr {{ {own} }} udp dport {port} dnat to {to_address}:{to_port}\n}}\n"
        if self.snat:
            text += "chain post { type nat hook postrouting priority srcnat;\n"
            text += "masquerade\n}\n"
        return text + "}\n"


def random_table(rng: random.Random) -> Table:
    """Return a small table: hand-made routes of any length, none with the very prefix of another."""
    routes: dict[IPv4Network, tuple[int, IPv4Address | None]] = {}
    for _ in range(rng.randrange(7)):
        base = rng.choice(
            ["10.0.0.0/8", "10.0.1.0/24", "10.0.2.0/24", "172.16.0.0/12", "192.0.2.0/24", "0.0.0.0/0"]
        )
        wide = IPv4Network(base)
        length = rng.randint(max(wide.prefixlen, 1), 32)
        address = int(wide.network_address) + rng.getrandbits(32 - wide.prefixlen if wide.prefixlen else 31)
        prefix = IPv4Network((address, length), strict=False)
        nic = rng.randrange(len(SUBNETS))
        via = SUBNETS[nic][rng.randint(5, 250)] if rng.random() < 0.6 else None
        if prefix not in SUBNETS and not any(prefix.overlaps(odd) for odd in MARTIANS):
            routes.setdefault(prefix, (nic, via))
    forward = (rng.choice([80, 443]), rng.choice(SUBNETS)[rng.randint(5, 200)], rng.choice([80, 8080]))
    return Table(
        tuple((prefix, nic, via) for prefix, (nic, via) in sorted(routes.items())),
        rng.random() < 0.8,
        rng.random() < 0.4,
        forward if rng.random() < 0.4 else None,
    )


def drawing(table: Table) -> Net:
    """Return the same guest in a drawing whose routes bring everything of the sender to eth0."""
    drawn = net().vnet("v", "10.0.0.0/16").table("all")
    for number, prefix in enumerate(["0.0.0.0/0", "10.0.0.0/16", *map(str, SUBNETS)]):
        drawn.route("all", f"r{number}", prefix, str(OWN[0]))
    for number, subnet in enumerate(SUBNETS):
        drawn.subnet(f"s{number}", str(subnet))
    drawn.subnet("from", "10.0.9.0/24", table="all").vm("sender", "from", str(SENDER))
    for number, own in enumerate(OWN):
        more = {"ip_forwarding": True, "primary": number == 0}
        if number == 0:
            drawn.vm("eth0", "s0", str(own), guest=table.guest(), **more)
        else:
            drawn.nic(f"eth{number}", "eth0", f"s{number}", str(own), **more)
    return drawn


def fate(steps: tuple[Step, ...]) -> tuple[str, int | None, Any, Any, Any, Any]:
    """Return what the guest did at the packet's first visit: outcome, NIC, addresses, ports, TTL."""
    here = [index for index, step in enumerate(steps) if step.at == "vms/eth0"]
    assert here, [step.decision for step in steps]
    last = here[0]
    while last + 1 < len(steps) and steps[last + 1].at == "vms/eth0":
        last += 1
    if last + 1 < len(steps):
        after = steps[last + 1]
        assert after.at is not None
        header = after.before
        ports = (header.source_port, header.destination_port)
        return (
            "forwarded",
            int(after.at.removeprefix("nics/eth")),
            header.source,
            header.destination,
            ports,
            header.ttl,
        )
    return steps[last].decision, None, None, None, None, None


def ask(
    network: netcore.Network, destination: IPv4Address, ports: tuple[int, int], ttl: int
) -> tuple[Any, ...]:
    """Return what the engine's guest does with a packet of the sender."""
    packet = Packet(
        source="vms/sender",
        destination=str(destination),
        protocol="udp",
        source_port=ports[0],
        destination_port=ports[1],
        ttl=ttl,
    )
    leg = netcore.trace(network, packet).forward
    found = fate(leg.steps)
    if found[0] == "forwarded":
        return found
    code = leg.verdict.code
    # Nothing listens: the guest took the packet, and its port is closed.
    return ("accepted" if code == "NO_SERVICE" else OUTCOMES[code or ""], *found[1:])


def test_forwarding_ttl_and_translation_as_linux_does(lab: Lab) -> None:
    """Random tables: NIC, addresses, ports and TTL of what comes out, and why the rest does not."""
    rng = random.Random(20)
    kinds: dict[str, int] = {}
    for number in range(TABLES):
        table = random_table(rng)
        lab.ip(table.lines())
        lab.nft(table.filter())
        lab.sysctl(**{"net.ipv4.ip_forward": int(table.forwarding)})
        network = drawing(table).network()
        packets: dict[int, bytes] = {}
        expected: dict[int, tuple[Any, ...]] = {}
        for index in range(PACKETS):
            destination = _destination(rng, table)
            identification = 1 + number * PACKETS + index
            # A source port of its own: Linux remembers the translations of flows across tables.
            ports, ttl = (20_000 + identification, rng.choice([80, 443, 9000])), rng.choice([64, 64, 2, 1])
            expected[identification] = ask(network, destination, ports, ttl)
            datagram = udp(*ports)
            packets[identification] = ipv4(
                SENDER, destination, UDP, datagram, identification=identification, ttl=ttl
            )
        for identification, seen in lab.send(0, packets, OWN[0]).items():
            what = (
                ("forwarded", seen.nic, seen.source, seen.destination, seen.ports, seen.ttl)
                if seen.outcome == "forwarded"
                else (seen.outcome, None, None, None, None, None)
            )
            assert what == expected[identification], (table, packets[identification][16:20])
            kinds[seen.outcome] = kinds.get(seen.outcome, 0) + 1
    assert sum(kinds.values()) == TABLES * PACKETS
    assert min(kinds[kind] for kind in ("forwarded", "accepted", "expired", "silence")) > 20, kinds


def test_own_packets_take_the_route_and_the_source_that_linux_takes(lab: Lab) -> None:
    """What the guest itself sends: NIC by longest prefix, source by NIC."""
    rng = random.Random(21)
    used: set[str] = set()
    for _ in range(TABLES):
        table = random_table(rng)
        lab.ip(table.lines())
        network = drawing(table).network()
        destinations = [_destination(rng, table) for _ in range(PACKETS)]
        destinations = [destination for destination in destinations if destination not in OWN]
        found = lab.route_get([str(destination) for destination in destinations])
        assert len(found) == len(destinations)
        for destination, (device, source) in zip(destinations, found, strict=True):
            packet = Packet(
                source="vms/eth0", destination=str(destination), protocol="udp", destination_port=9
            )
            done = netcore.trace(network, packet)
            first = next(step for step in done.forward.steps if step.at and step.at.startswith("nics/"))
            assert (first.at, str(done.packet.source)) == (f"nics/{device}", source), (table, destination)
            used.add(device)
    assert used == {"eth0", "eth1", "eth2"}


def _destination(rng: random.Random, table: Table) -> IPv4Address:
    """Return an address that one of the guest's routes is about, or any."""
    pick = rng.random()
    if pick < 0.2:
        return rng.choice(OWN)
    if pick < 0.4:
        return rng.choice(SUBNETS)[rng.randint(5, 250)]
    if pick < 0.8 and table.routes:
        prefix = rng.choice(table.routes)[0]
        return prefix[rng.randrange(prefix.num_addresses)]
    return IPv4Address("203.0.113.9") if rng.random() < 0.5 else IPv4Address(0x0A000000 + rng.getrandbits(24))

"""How fast the explained walk is, how it grows, and next to a plain loop that explains nothing.

The peer answers the same question with linear searches over the same effective routes, rules and NICs: what a
script of twenty lines would do. It gives a verdict only, no steps.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import netcore
from netcore.forwarding.walk import follow, trace
from tests.bench.topologies import FIREWALL, flows, hub_and_spoke

SIZES = (100, 1_000, 10_000)
SECONDS = 2.0
FLOWS = 2_000
CHUNK = 200
"""Flows of one reading of the clock; of all readings the best counts, as other programs only slow us."""


def lines(sizes: tuple[int, ...] = SIZES, seconds: float = SECONDS) -> Iterator[str]:
    """Yield the report line by line, as it is measured."""
    yield f"walk: hub and spokes, {FLOWS:,} flows in turn, one core, Python {sys.version.split()[0]}"
    yield (
        f"{'VMs':>8}{'read s':>9}{'compile s':>11}{'first s':>9}{'MB':>8}{'follow/s':>10}{'trace/s':>10}"
        f"{'steps':>7}{'linear/s':>10}{'follow : linear':>17}"
    )
    speeds = []
    for size in sizes:
        row = _measure(size, seconds)
        speeds.append(row["follow"])
        yield (
            f"{size:>8,}{row['read']:>9.2f}{row['compile']:>11.3f}{row['first']:>9.3f}{row['mb']:>8.1f}"
            f"{row['follow']:>10,.0f}{row['trace']:>10,.0f}{row['steps']:>7.1f}{row['linear']:>10,.0f}"
            f"{row['follow'] / row['linear']:>16.2f}x"
        )
    growth = speeds[0] / speeds[-1]
    yield (
        f"growth: {sizes[-1] // sizes[0]:,} times the VMs, one trace takes {growth:.2f} times as long "
        "(follow: exactly this flow and its answer; trace: with every branch; first: the first trace, which "
        "prepares what all share; linear: the same flows by linear search, with no word of "
        "explanation; follow : linear: our speed over that one's, so 0.50x is half as fast)"
    )


def _measure(size: int, seconds: float) -> dict[str, float]:
    document = hub_and_spoke(size)
    text = json.dumps(document)
    began = time.process_time()
    reading = netcore.read_text(text)
    read = time.process_time() - began
    if reading.document is None or not reading.runnable:
        raise SystemExit(f"the document has problems: {reading.problems[:3]}")
    packets = flows(document, FLOWS)
    memory = _memory(reading.document, packets[:CHUNK])
    began = time.process_time()
    network = netcore.compile(reading.document)
    compiled = time.process_time() - began
    began = time.process_time()
    follow(network, packets[0])
    first = time.process_time() - began
    plain = _Linear(network, reading.document)
    done = [follow(network, packet) for packet in packets[:CHUNK]]
    return {
        "read": read,
        "compile": compiled,
        "first": first,
        "mb": memory,
        "steps": sum(len(leg.steps) for one in done for leg in (one.forward, one.back) if leg) / len(done),
        "follow": _rate(lambda packet: follow(network, packet), packets, seconds),
        "trace": _rate(lambda packet: trace(network, packet), packets, seconds),
        "linear": _rate(plain.fate, packets, seconds),
    }


def _memory(document: netcore.Scenario, packets: list[netcore.Packet]) -> float:
    """Return the megabytes that a compiled network keeps after some flows, besides the document."""
    gc.collect()
    tracemalloc.start()
    network = netcore.compile(document)
    for packet in packets:
        follow(network, packet)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept / 1e6


def _rate(ask: Callable[[netcore.Packet], Any], packets: list[netcore.Packet], seconds: float) -> float:
    """Return answers per second of processor time, of the best chunk."""
    for packet in packets[:CHUNK]:
        ask(packet)
    best, until, start = float("inf"), time.perf_counter() + seconds, 0
    while True:
        chunk = packets[start : start + CHUNK]
        began = time.process_time()
        for packet in chunk:
            ask(packet)
        best = min(best, (time.process_time() - began) / len(chunk))
        if time.perf_counter() > until:
            return 1 / best
        start = (start + CHUNK) % len(packets)


class _Linear:
    """The peer: both directions of a flow by linear search, without a word of explanation."""

    def __init__(self, network: netcore.Network, document: netcore.Scenario) -> None:
        topology = document.topology
        self.nics = [
            (nic_id, nic.vm, configuration.address)
            for nic_id, nic in topology.nics.items()
            for configuration in nic.configurations.values()
        ]
        self.routes = {
            nic_id: [
                (prefix, row.next_hop_type.value, row.next_hop_ips)
                for row in netcore.effective_routes(network, nic_id)
                if row.active
                for prefix in row.prefixes
            ]
            for nic_id in _one_of_each_subnet(topology)
        }
        self.subnet = {nic_id: nic.subnet for nic_id, nic in topology.nics.items()}
        first = {topology.nics[nic_id].subnet: nic_id for nic_id in self.routes}
        self.shown = {nic_id: first[subnet] for nic_id, subnet in self.subnet.items()}
        self.rules = {
            (nic_id, way): netcore.effective_rules(network, nic_id, way)
            for nic_id in self.routes
            for way in ("Inbound", "Outbound")
        }

    def fate(self, packet: netcore.Packet) -> bool:
        """Return whether a flow passes, there and back."""
        here = self._nic_of(packet.source.removeprefix("vms/"))
        kind, _, name = packet.destination.partition("/")
        there = self._nic_of(name) if kind == "vms" else None
        if there is None:
            return self._allowed(here, "Outbound", packet, here[2], None)
        return self._way(packet, here, there) and self._way(packet, there, here, answer=True)

    def _way(self, packet: netcore.Packet, here: Any, there: Any, *, answer: bool = False) -> bool:
        if not answer and not self._allowed(here, "Outbound", packet, here[2], there[2]):
            return False
        at = here
        for _ in range(4):
            hop = self._lookup(at[0], there[2])
            if hop is None:
                return False
            if not hop or at[1] in ("fw1", "fw2"):
                return answer or self._allowed(there, "Inbound", packet, here[2], there[2])
            at = self._nic_at(hop[0]) or self._nic_of("fw1")
        return False

    def _lookup(self, nic: str, destination: Any) -> Any:
        best = None
        for prefix, hop, addresses in self.routes[self.shown[nic]]:
            if destination in prefix and (best is None or prefix.prefixlen > best[0].prefixlen):
                best = (prefix, hop, addresses)
        return None if best is None or best[1] == "None" else best[2]

    def _nic_of(self, vm: str) -> Any:
        for row in self.nics:
            if row[1] == vm:
                return row
        raise KeyError(vm)

    def _nic_at(self, address: Any) -> Any:
        if str(address) == FIREWALL:
            return None
        return next((row for row in self.nics if row[2] == address), None)

    def _allowed(self, nic: Any, way: str, packet: netcore.Packet, source: Any, destination: Any) -> bool:
        for rule in self.rules[self.shown[nic[0]], way]:
            if destination is None:
                if rule.access.value == "Allow":
                    return True
            elif rule.matches(6, source, packet.source_port, destination, packet.destination_port):
                return rule.access.value == "Allow"
        return True


def _one_of_each_subnet(topology: Any) -> list[str]:
    seen: dict[str, str] = {}
    for nic_id, nic in topology.nics.items():
        seen.setdefault(nic.subnet, nic_id)
    return list(seen.values())

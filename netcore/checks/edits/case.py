"""What the makers of candidate edits look at: the drawing, the trace that failed, and where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from netcore.checks.edits.patches import Operation
from netcore.control.network import Network
from netcore.document.models import Topology
from netcore.document.values import Address
from netcore.document.values import Network as Prefix
from netcore.trace.model import Header, Leg, Outcome, Place, Step, Trace
from netcore.trace.remedies import REMEDIES
from netcore.words import say


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit that might deliver the packet.

    Args:
        kind: key of ``REMEDIES``.
        patch: operations of RFC 6902.
        sentence: the edit in words.
    """

    kind: str
    patch: tuple[Operation, ...]
    sentence: str


def edit(kind: str, *patch: Operation, **values: Any) -> Candidate:
    """Return a candidate with its sentence filled in."""
    return Candidate(kind, patch, say(REMEDIES[kind], **values))


class Case:
    """One packet that was not delivered.

    Args:
        network: the drawing, compiled.
        trace: what became of the packet.
    """

    def __init__(self, network: Network, trace: Trace) -> None:
        self.network = network
        self.topology: Topology = network.scenario.topology
        self.trace = trace
        failing = next(leg for leg in self._legs if leg.verdict.outcome is not Outcome.DELIVERED)
        bad = (branch for branch in failing.branches if branch.verdict.outcome is not Outcome.DELIVERED)
        branch = next(bad, None)
        self.steps: tuple[Step, ...] = failing.steps if branch is None else branch.steps
        self.verdict = failing.verdict if branch is None else branch.verdict
        self.header: Header = self.steps[-1].after if self.steps else trace.packet
        self.last: Step | None = self.steps[-1] if self.steps else None

    @property
    def _legs(self) -> tuple[Leg, ...]:
        found = (self.trace.forward, self.trace.back, self.trace.third)
        return tuple(leg for leg in found if leg is not None)

    @property
    def code(self) -> str:
        """Return the drop code."""
        return self.verdict.code or ""

    @cached_property
    def all_steps(self) -> tuple[Step, ...]:
        """Steps of the failing way, latest first, then those of the other directions."""
        found = list(reversed(self.steps))
        for leg in self._legs:
            found += [step for step in leg.steps if step not in self.steps]
        return tuple(found)

    def _at(self, collection: str) -> tuple[str, ...]:
        start = f"{collection}/"
        there = getattr(self.topology, collection)
        names = (
            step.at.split("/")[1]
            for step in self.all_steps
            if step.at is not None and step.at.startswith(start)
        )
        return tuple(name for name in dict.fromkeys(names) if name in there)

    @cached_property
    def nics(self) -> tuple[str, ...]:
        """NICs on the way, nearest to the failure first."""
        return self._at("nics")

    @cached_property
    def vms(self) -> tuple[str, ...]:
        """VMs on the way, nearest to the failure first."""
        of_nics = (self.topology.nics[nic].vm for nic in self.nics)
        return tuple(dict.fromkeys((*self._at("vms"), *(vm for vm in of_nics if vm in self.topology.vms))))

    @cached_property
    def balancers(self) -> tuple[str, ...]:
        """Balancers on the way."""
        return self._at("load_balancers")

    @cached_property
    def lookups(self) -> tuple[tuple[str, Address], ...]:
        """NIC whose routes were asked, and destination asked for, nearest to the failure first.

        Also those of NICs that sent the packet without coming as far as a lookup.
        """
        found = [
            (step.at.split("/")[1], step.before.destination)
            for step in self.all_steps
            if step.place in (Place.FABRIC, Place.EDGE)
            and step.at is not None
            and step.at.startswith("nics/")
        ]
        return tuple(pair for pair in dict.fromkeys(found) if pair[0] in self.topology.nics)

    @cached_property
    def vnets(self) -> tuple[str, ...]:
        """Virtual networks that the packet touched or that hold an address it names, sorted."""
        found = {self.topology.subnets[self.topology.nics[nic].subnet].vnet for nic in self.nics}
        for step in self.all_steps:
            for address in (step.after.source, step.after.destination):
                found.update(self.vnets_of(address))
        hops = [
            route.next_hop_ip
            for nic, _ in self.lookups
            for route in self.routes_of(nic).values()
            if route.next_hop_ip is not None
        ]
        for hop in hops:
            found.update(self.vnets_of(hop))
        return tuple(sorted(found))

    def vnets_of(self, address: Address) -> list[str]:
        """Return the virtual networks whose ranges hold an address."""
        return [key for key, vnet in self.topology.vnets.items() if _held(address, vnet.address_space)]

    def table_of(self, nic: str) -> str | None:
        """Return the route table that decides for a NIC."""
        subnet = self.topology.subnets[self.topology.nics[nic].subnet]
        table = subnet.route_table or self.topology.vnets[subnet.vnet].main_route_table
        return table if table in self.topology.route_tables else None

    def routes_of(self, nic: str) -> dict[str, Any]:
        """Return the user routes that count for a NIC."""
        table = self.table_of(nic)
        return {} if table is None else self.topology.route_tables[table].routes

    def prefixes_for(self, address: Address) -> list[Prefix]:
        """Return the prefixes one would write into a route for an address, longest first."""
        from ipaddress import ip_network

        found: list[Prefix] = [ip_network(str(address))]
        known = [prefix for subnet in self.topology.subnets.values() for prefix in subnet.prefixes]
        known += [prefix for vnet in self.topology.vnets.values() for prefix in vnet.address_space]
        known += [prefix for site in self.topology.sites.values() for prefix in site.prefixes]
        known += [
            learned.prefix
            for gateway in self.topology.gateways.values()
            for learned in gateway.learned.values()
        ]
        inside = sorted(
            {prefix for prefix in known if _held(address, (prefix,))}, key=lambda prefix: -prefix.prefixlen
        )
        default = ip_network("0.0.0.0/0" if address.version == 4 else "::/0")
        return list(dict.fromkeys((*found, *inside, *(() if inside else (default,)))))


def _held(address: Address, prefixes: tuple[Prefix, ...]) -> bool:
    return any(prefix.version == address.version and address in prefix for prefix in prefixes)

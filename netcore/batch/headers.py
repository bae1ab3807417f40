"""Which headers stand for all others between a sender and an address, in two drawings at once.

Ports are cut where a rule, a service or a balancer of either drawing compares them. Between two VMs about
which nothing is special, only cuts count at which a rule set that may be asked decides otherwise; the rule
sets are those of both NICs and of every NIC that packets may pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.loops import fast
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.document.balancers import BalancingRule, InboundNatRule
from netcore.document.guests import GuestFirewallRule
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.redundancy import HELLO_FLOWS
from netcore.trace.packet import PROTOCOL_NUMBERS, TCP, UDP

PROTOCOLS = {4: (TCP, UDP, 1, 50, 51), 6: (TCP, UDP, 58, 50, 51)}
"""Protocols that are asked, by IP version: TCP, UDP, ICMP, ESP, AH."""

SOURCE_PORT = 49_152
"""Source port of what is asked; the first one that systems choose from (RFC 6335)."""

CHUNK = 16_384
"""Pairs that are cut together, so that memory stays small."""


class Rows(NamedTuple):
    """Headers by pair: ``pair`` int64, ``protocol`` uint8, ``first`` and ``last`` port int32.

    Where a protocol has no ports both are 0.
    """

    pair: Table
    protocol: Table
    first: Table
    last: Table


class Limits(NamedTuple):
    """Headers that an edit of rules may concern: bool by protocol number and cut."""

    portless: Table
    cuts: dict[int, Table]


class Headers:
    """Cuts of the ports of two drawings.

    Attributes:
        firsts: first ports of the cells, ascending from 0; a cell goes to the next one.
        source_ports: requests from these ports fare alike.
    """

    def __init__(self, one: Compiled, other: Compiled) -> None:
        self._both = (one, other)
        cuts = {0, SOURCE_PORT, SOURCE_PORT + 1}
        special: dict[int, set[int]] = {protocol: set(cuts) for protocol in PORTED}
        for compiled in self._both:
            cuts |= _changes(compiled.rules.port_atom)
            for protocol, ports in _special(compiled):
                special[protocol] |= ports
        cuts |= {cut for found in special.values() for cut in found}
        self.firsts = np.array(sorted(cut for cut in cuts if cut < 65_536), np.int64)
        self.lasts = np.append(self.firsts[1:], 65_536) - 1
        self.special = {
            protocol: np.isin(self.firsts, np.array(sorted(found))) for protocol, found in special.items()
        }
        told = sorted(cuts - {SOURCE_PORT, SOURCE_PORT + 1} | {65_536})
        place = int(np.searchsorted(told, SOURCE_PORT, side="right"))
        self.source_ports = (told[place - 1], told[place] - 1)
        self._sides = [_Side(compiled, self.firsts) for compiled in self._both]

    def rows(
        self,
        pairs: Table,
        versions: Table,
        ends: tuple[Table, Table],
        every: Table,
        limits: Limits | None = None,
    ) -> Rows:
        """Return the headers to ask for each pair.

        Args:
            pairs: int64, numbers of pairs.
            versions: 4 or 6, beside ``pairs``.
            ends: per drawing int64 [pair, 4]: atoms of sender and address, chains that the request meets
                at both NICs; -1: none.
            every: bool: all cuts count, as places on the way may rewrite or compare otherwise.
            limits: which headers matter at all; None: all.
        """
        none = np.zeros(0, np.int64)
        parts: list[tuple[Table, ...]] = [(none, none, none, none)]
        for protocol in sorted({number for each in PROTOCOLS.values() for number in each}):
            named = [version for version, numbers in PROTOCOLS.items() if protocol in numbers]
            chosen = np.flatnonzero(np.isin(versions, named))
            if protocol not in PORTED:
                if limits is None or limits.portless[protocol]:
                    zero = np.zeros(len(chosen), np.int64)
                    parts.append((pairs[chosen], np.full(len(chosen), protocol), zero, zero))
                continue
            for begin in range(0, len(chosen), CHUNK):
                rows = chosen[begin : begin + CHUNK]
                marks = np.zeros((len(rows), len(self.firsts)), np.uint8)
                marks[:, self.special[protocol]] = 1
                marks[every[rows]] = 1
                told = np.flatnonzero(~every[rows])
                for side, end in zip(self._sides, ends, strict=True):
                    side.mark(marks, told, end[rows[told]], protocol, limits)
                parts.append(self._cut(pairs[rows], protocol, marks, limits))
        pair, number, first, last = (np.concatenate(each) for each in zip(*parts, strict=True))
        return Rows(pair, number.astype(np.uint8), first, last)

    def _cut(self, pairs: Table, protocol: int, marks: Table, limits: Limits | None) -> tuple[Table, ...]:
        """Return a row for each run of cells between marks."""
        cells = np.arange(len(self.firsts)) if limits is None else np.flatnonzero(limits.cuts[protocol])
        if not len(cells):
            none = np.zeros(0, np.int64)
            return none, none, none, none
        begins = marks[:, cells] == 1
        # A run begins at a mark, and where the cell before is not asked about.
        begins |= np.append(True, np.diff(cells) > 1)
        row, place = np.nonzero(begins)
        last = np.append(place[1:], 0) - 1
        last[np.append(row[1:] != row[:-1], True)] = len(cells) - 1
        return pairs[row], np.full(len(row), protocol), self.firsts[cells[place]], self.lasts[cells[last]]

    def limits(self, spans: Iterable[tuple[str, Iterable[tuple[int, int]] | None]]) -> Limits:
        """Return limits of rules by protocol, ``*`` for any, and destination ports; None: any."""
        portless = np.zeros(256, np.bool_)
        cuts = {protocol: np.zeros(len(self.firsts), np.bool_) for protocol in PORTED}
        for name, ports in spans:
            numbers = range(256) if name == "*" else (PROTOCOL_NUMBERS[name],)
            portless[list(numbers)] = True
            for number in PORTED.intersection(numbers):
                for first, last in ((0, 65_535),) if ports is None else ports:
                    cuts[number] |= (self.firsts <= last) & (self.lasts >= first)
        return Limits(portless, cuts)


class _Side:
    """The rule sets of one drawing, with their own cuts."""

    def __init__(self, compiled: Compiled, firsts: Table) -> None:
        rules = compiled.rules
        self._compiled = compiled
        self._middle = np.array(sorted(_middle_sets(compiled)), np.int64)
        cell = rules.port_atom[firsts].astype(np.int64)
        every = np.arange(len(rules.sets))
        self._every = every[:, None]
        self._from = rules.source_ports.at(self._every, cell).astype(np.int64)
        self._to = rules.destination_ports.at(self._every, cell).astype(np.int64)
        fixed = rules.port_atom[[SOURCE_PORT]].astype(np.int64)
        self._fixed = np.stack(
            [side.at(every, fixed) for side in (rules.source_ports, rules.destination_ports)],
            axis=1,
        ).astype(np.int64)
        change = np.zeros(self._to.shape, np.bool_)
        change[:, 0] = True
        change[:, 1:] = (self._to[:, 1:] != self._to[:, :-1]) | (self._from[:, 1:] != self._from[:, :-1])
        self._starts = np.append(0, np.cumsum(change.sum(axis=1))).astype(np.int64)
        self._cuts = np.nonzero(change)[1].astype(np.int64)

    def mark(self, marks: Table, rows: Table, ends: Table, protocol: int, limits: Limits | None) -> None:
        """Mark the cuts at which a rule set decides otherwise."""
        if limits is None:
            wanted = np.arange(marks.shape[1] + 1)
        else:
            wanted = np.append(0, np.cumsum(limits.cuts[protocol]))
        there = (ends[:, :2] >= 0).all(axis=1)
        rows, ends = rows[there], ends[there]
        if not len(rows):
            return
        rules = self._compiled.rules
        atoms, place = np.unique(ends[:, :2], return_inverse=True)
        _mark(
            marks,
            rows.astype(np.int64),
            np.ascontiguousarray(place.reshape(-1, 2)).astype(np.int64),
            np.ascontiguousarray(ends[:, 2:]).astype(np.int64),
            rules.chains.astype(np.int64),
            rules.chain_sets.astype(np.int64),
            self._middle,
            rules.sets.astype(np.int64),
            rules.bits,
            np.ascontiguousarray(rules.sources.at(self._every, atoms)).astype(np.int64),
            np.ascontiguousarray(rules.destinations.at(self._every, atoms)).astype(np.int64),
            self._from,
            self._to,
            self._fixed,
            int(rules.protocol_class[protocol]),
            self._starts,
            self._cuts,
            wanted.astype(np.int64),
        )


@fast
def _mark(
    marks: Table,
    rows: Table,
    atoms: Table,
    ends: Table,
    chains: Table,
    chain_sets: Table,
    middle: Table,
    sets: Table,
    bits: Table,
    sources: Table,
    destinations: Table,
    from_class: Table,
    to_class: Table,
    fixed: Table,
    protocol: Any,
    starts: Table,
    cuts: Table,
    wanted: Table,
) -> None:
    """Mark cuts by row.

    Args:
        atoms: places in ``sources``; ``ends``: the chains of both NICs, or -1.
        starts, cuts: cells at which a set's own ports are cut.
        wanted: by cell, how many cells below it are asked about.
    """
    for k in range(len(rows)):
        for part in range(3):
            # The request at both NICs; at NICs on the way the answer as well, as it may come another way.
            count, first = len(middle), np.int64(0)
            if part < 2:
                if ends[k, part] < 0:
                    continue
                first, count = chains[ends[k, part], at.CHAIN_START], chains[ends[k, part], at.CHAIN_COUNT]
            for n in range(count):
                s = middle[n] if part == 2 else chain_sets[first + n]
                for turned in range(1 + (part == 2)):
                    width = sets[s, at.SET_WORDS]
                    one = sets[s, at.SET_SOURCE] + sources[s, atoms[k, turned]] * width
                    two = sets[s, at.SET_DESTINATION] + destinations[s, atoms[k, 1 - turned]] * width
                    three = sets[s, at.SET_PROTOCOL] + protocol * width
                    before = -1
                    for c in range(starts[s], starts[s + 1]):
                        cell = cuts[c]
                        end = cuts[c + 1] if c + 1 < starts[s + 1] else marks.shape[1]
                        if wanted[end] == wanted[cell]:
                            before = -1
                            continue
                        here, there = fixed[s, 0], to_class[s, cell]
                        if turned == 1:
                            here, there = from_class[s, cell], fixed[s, 1]
                        four = sets[s, at.SET_SOURCE_PORT] + here * width
                        five = sets[s, at.SET_DESTINATION_PORT] + there * width
                        decision = 0
                        for w in range(width):
                            found = bits[one + w] & bits[two + w] & bits[three + w]
                            found &= bits[four + w] & bits[five + w]
                            if found != 0:
                                lowest = found & (~found + np.uint64(1))
                                decision = 1
                                if lowest & bits[sets[s, at.SET_ALWAYS] + w]:
                                    decision = 3
                                elif lowest & bits[sets[s, at.SET_ALLOW] + w]:
                                    decision = 2
                                break
                        if before >= 0 and decision != before:
                            marks[rows[k], cell] = 1
                        before = decision


def middles(compiled: Compiled) -> Table:
    """Return the NICs that packets between others may pass: next hops of routes, and members behind them."""
    ways = compiled.routes.ways
    found = set(ways[ways[:, at.WAY_KIND] == at.WAY_NIC, at.WAY_A].tolist())
    fronts = compiled.balancers.frontends
    for front in set(ways[ways[:, at.WAY_KIND] == at.WAY_FRONTEND, at.WAY_A].tolist()):
        start = int(fronts[front, at.FRONT_RULES])
        for rule in compiled.balancers.rules[start : start + int(fronts[front, at.FRONT_RULED])]:
            members = int(rule[at.RULE_MEMBERS])
            count = int(rule[at.RULE_COUNT])
            found |= set(compiled.balancers.members[members : members + count, at.MEMBER_NIC].tolist())
    return np.array(sorted(found - {-1}), np.int64)


def is_simple(compiled: Compiled) -> bool:
    """Return whether nothing on the way between VMs rewrites, keeps sessions or has routes of its own."""
    if compiled.carried.by_mac or compiled.carried.vpc:
        return False
    nics = compiled.nics[middles(compiled)]
    return all(_only_passes(compiled, row, nic) for row, nic in zip(middles(compiled), nics, strict=True))


def _only_passes(compiled: Compiled, row: int, nic: Table) -> bool:
    if nic[at.NIC_VM] < 0:
        return True
    return not int(nic[at.NIC_FLAGS]) & (at.WRONG_MAC | at.HARD) and is_usual(compiled, int(nic[at.NIC_VM]))


def is_usual(compiled: Compiled, vm: int) -> bool:
    """Return whether a guest has one NIC, sends from it, and neither rewrites nor filters."""
    row = compiled.guests.vms[vm]
    flags = int(row[at.VM_FLAGS])
    special = at.HARD | at.SNAT | at.FIREWALLED | at.POLICY | at.STATEFUL
    return not flags & special and int(row[at.VM_NIC]) >= 0 and int(row[at.VM_FORWARDED]) == 0


def _middle_sets(compiled: Compiled) -> set[int]:
    found: set[int] = set()
    for row in compiled.nics[middles(compiled)]:
        for side in (at.NIC_OUT, at.NIC_IN):
            chain = compiled.rules.chains[row[side]]
            start = int(chain[at.CHAIN_START])
            found |= set(compiled.rules.chain_sets[start : start + int(chain[at.CHAIN_COUNT])].tolist())
    return found


def _changes(port_atom: Table) -> set[int]:
    return {0, *(np.flatnonzero(port_atom[1:] != port_atom[:-1]) + 1).tolist()}


def _special(compiled: Compiled) -> Iterable[tuple[int, set[int]]]:
    """Yield by protocol the ports that something else than rules compares."""
    carried = compiled.carried
    for table in (carried.from_port, carried.to_port):
        yield UDP, _changes(table) | {67, 68, 69, 546, 547, 548}
    topology = compiled.network.scenario.topology
    ports: set[int] = set()
    for balancer in topology.load_balancers.values():
        balancing: list[BalancingRule | InboundNatRule] = [*balancer.rules.values()]
        balancing += balancer.inbound_nat_rules.values()
        for each in balancing:
            ports |= {each.frontend_port, each.backend_port or 0}
    for machine in drawing_of(compiled.network).machines.values():
        guest = machine.guest
        ports |= {service.port for service in (guest.services or {}).values()}
        for entry in guest.port_forwards.values():
            ports |= {entry.port, entry.to_port or 0}
        for rules in machine.firewall.values():
            for rule in rules:
                for first, last in _firewall_ports(rule):
                    ports |= {first, last}
        if guest.redundancy:
            ports |= {port for _, port in HELLO_FLOWS}
    named = {cut for port in ports for cut in (port, port + 1)}
    for protocol in PORTED:
        yield protocol, named


def _firewall_ports(rule: GuestFirewallRule) -> Iterable[tuple[int, int]]:
    for text in rule.destination_ports:
        if text != "*":
            first, _, last = text.partition("-")
            yield int(first), int(last or first)

"""Which headers stand for all others between a sender and an address, in two drawings at once.

Ports are cut where a rule, a service or a balancer of either drawing compares them. Between two VMs about
which nothing is special, only cuts count at which a rule set that may be asked decides otherwise; the rule
sets are those of both NICs and of every NIC that packets may pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch.compile import Compiled
from netcore.batch.decisions import PROTOCOLS, SOURCE_PORT, Met, side_of
from netcore.batch.distinct import distinct
from netcore.batch.loops import fast
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.document.balancers import BalancingRule, InboundNatRule
from netcore.document.guests import GuestFirewallRule
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Machine
from netcore.forwarding.redundancy import HELLO_FLOWS
from netcore.trace.packet import PROTOCOL_NUMBERS, UDP

CHUNK = 4_096
"""Pairs that are cut together, so that memory stays small."""

MOST_SETS: Final = 32
"""So many decisions are noted of a cell, two bits each; where more sets are met every run is asked."""


class Rows(NamedTuple):
    """Headers by pair: ``pair`` int64, ``protocol`` uint8, ``first`` and ``last`` port int32.

    Where a protocol has no ports both are 0. ``like``, int64, is the first row of the same pair and protocol
    whose ports fare alike: it is asked for all of them.
    """

    pair: Table
    protocol: Table
    first: Table
    last: Table
    like: Table

    @staticmethod
    def together(parts: Sequence[Rows]) -> Rows:
        """Return all rows of several tables."""
        starts = np.append(0, np.cumsum([len(part.pair) for part in parts]))
        moved = [part._replace(like=part.like + start) for part, start in zip(parts, starts, strict=False)]
        return Rows(*(np.concatenate(each) for each in zip(*moved, strict=True)))


class Limits(NamedTuple):
    """Headers that an edit of rules may concern: bool by protocol number and cut."""

    portless: Table
    cuts: dict[int, Table]


class Headers:
    """Cuts of the ports of two drawings.

    Attributes:
        firsts: first ports of the cells, ascending from 0; a cell goes to the next one.
        source_ports: requests from these ports fare alike.
        sampled: bool by cell: it is always asked where a hash matters.
    """

    def __init__(self, one: Compiled, other: Compiled) -> None:
        self._both = (one, other)
        cuts = {0, SOURCE_PORT, SOURCE_PORT + 1}
        special: dict[int, set[int]] = {protocol: set(cuts) for protocol in PORTED}
        for compiled in self._both:
            cuts |= _changes(compiled.rules.port_atom)
            for protocol, ports in _special_ports(compiled):
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
        self.sampled = np.logical_or.reduce(list(self.special.values()))
        self._sides = [side_of(compiled, self.firsts) for compiled in self._both]
        self._same_sets = self._sides[0].asks_as(self._sides[1])
        self._named = {protocol: self._named_cells(protocol) for protocol in PORTED}

    def _named_cells(self, protocol: int) -> Table:
        """Return a number by cell: of those with the same, rules alone tell between usual VMs."""
        found = np.zeros(len(self.firsts), np.int64)
        if protocol == UDP:
            carried = [compiled.carried for compiled in self._both]
            tables = [table[self.firsts] for each in carried for table in (each.from_port, each.to_port)]
            found = distinct(tables)[1]
        alone = np.flatnonzero(self.special[protocol] & (self.firsts == self.lasts))
        found[alone] = len(self.firsts) + alone
        return found

    def rows(
        self,
        pairs: Table,
        versions: Table,
        ends: tuple[Table, Table],
        every: Table,
        known: Table,
        spread: Table,
        limits: Limits | None = None,
        *,
        otherwise: bool = False,
    ) -> Rows:
        """Return the headers to ask for each pair.

        Args:
            pairs: int64, numbers of pairs.
            versions: 4 or 6, beside ``pairs``.
            ends: per drawing int64 [pair, 4]: atoms of sender and address, chains that the request meets
                at both NICs; -1: none.
            every: bool: all cuts count, as places on the way may rewrite or compare otherwise.
            known: bool: only rule sets that are known compare; their cuts are enough.
            spread: bool: a hash matters, so that what is asked stands for its first port alone.
            limits: which headers matter at all; None: all.
            otherwise: only headers that a rule set at one of the ends treats otherwise in the second drawing.
        """
        none = np.zeros(0, np.int64)
        parts = [Rows(none, none.astype(np.uint8), none, none, none)]
        for version, protocols in PROTOCOLS.items():
            chosen = np.flatnonzero(versions == version)
            for begin in range(0, len(chosen), CHUNK):
                rows = chosen[begin : begin + CHUNK]
                told = np.flatnonzero(~every[rows])
                met = [side.met(end[rows[told]]) for side, end in zip(self._sides, ends, strict=True)]
                whole = rows[every[rows]]
                cuts = np.ones((len(whole), len(self.firsts)), np.bool_)
                some = known[whole]
                cuts[some] = np.logical_or(
                    *(side.cut(end[whole[some]]) for side, end in zip(self._sides, ends, strict=True))
                )
                for protocol in protocols:
                    cut = self._cut(
                        protocol, every[rows], cuts, spread[rows], told, met, limits, otherwise=otherwise
                    )
                    parts.append(cut._replace(pair=pairs[rows[cut.pair]]))
        return Rows.together(parts)

    def _cut(
        self,
        protocol: int,
        every: Table,
        cuts: Table,
        spread: Table,
        told: Table,
        met: list[Met],
        limits: Limits | None,
        *,
        otherwise: bool,
    ) -> Rows:
        """Return the headers to ask, with the place of the pair instead of its number.

        Args:
            cuts: bool by cell, of each pair of ``every``: which cuts count.
            told: pairs that ``met`` knows about.
        """
        ported = protocol in PORTED
        wanted = np.ones(len(self.firsts) if ported else 1, np.bool_)
        if limits is not None:
            wanted = limits.cuts[protocol] if ported else limits.portless[protocol : protocol + 1]
        marks = np.zeros((len(every), len(wanted)), np.uint8)
        if ported:
            marks[:, self.special[protocol]] = 1
            marks[np.ix_(spread, self.sampled)] = 1
        marks[every] |= cuts if ported else True
        said = [np.zeros(marks.shape, np.uint8) for _ in self._sides]
        decided = np.zeros(marks.shape, np.uint64)
        if wanted.any() and (ported or otherwise):
            place = 0
            for side, each, into in zip(self._sides, met, said, strict=True):
                side.mark(marks, into, decided, place, told, each, protocol, wanted)
                place += len(each.codes)
        row, cell, last = _runs(marks, np.flatnonzero(wanted))
        if otherwise:
            kept = every[row] | (said[0][row, cell] != said[1][row, cell])
            row, cell, last = row[kept], cell[kept], last[kept]
        like = np.arange(len(row))
        if ported and sum(len(each.codes) for each in met) <= MOST_SETS:
            asked, place = [], 0
            for each in met:
                asked.append(_asked_until(each.codes, place))
                place += len(each.codes)
            (before, after), (until, until_later) = said, asked
            named = self._named[protocol]
            _alike(like, row, cell, every | spread, decided, before, after, until, until_later, named)
        first, last = (self.firsts[cell], self.lasts[last]) if ported else (cell, last)
        last = np.where(spread[row], first, last)
        return Rows(row, np.full(len(row), protocol, np.uint8), first, last, like)

    def decisions(self, ends: Sequence[Table], watched: Sequence[Table], *, moved: bool) -> list[Table]:
        """Return what rule sets decide that pairs may meet in both drawings, in columns of numbers.

        Where they are equal each set says the same of every protocol and port.

        Args:
            ends: as in ``rows``, of each drawing.
            watched: int64 by pair, of each drawing: sets on the way tell pairs with one number not apart.
            moved: whether some have other addresses in the second drawing.
        """
        columns: list[Table] = []
        for side, each, seen in zip(self._sides, ends, watched, strict=True):
            if columns and self._same_sets and not moved and np.array_equal(each[:, 2:], ends[0][:, 2:]):
                break
            met = side.met(each, between=False)
            columns += list(side.sayings(met)[met.kinds])
            firsts, kinds = distinct([seen])
            met = side.met(each[firsts], at_ends=False)
            said = distinct([np.zeros(len(firsts), np.int64), *side.sayings(met)[met.kinds]])[1]
            columns.append(said[kinds])
        return columns

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


def _asked_until(codes: Table, place: int) -> Table:
    """Return by code of the set that denies, or 0, the bits of ``decided`` that count: no later set is asked.

    Args:
        codes: of the sets of one drawing in turn, whose bits begin at ``place``.
    """
    # Those of the other drawing always count.
    found = np.full(256, (1 << 64) - 1, np.uint64)
    for number, code in enumerate(codes.tolist()):
        if code:
            later = (1 << 2 * len(codes)) - (1 << 2 * (number + 1))
            found[code] = (1 << 64) - 1 - (later << 2 * place)
    return found


@fast
def _alike(
    like: Table,
    rows: Table,
    cells: Table,
    alone: Table,
    decided: Table,
    said: Table,
    said_later: Table,
    until: Table,
    until_later: Table,
    named: Table,
) -> None:
    """Write for each run the first one of its row that fares alike.

    Args:
        like: filled with the numbers of the runs.
        rows, cells: row and first cell of each run, ascending.
        alone: bool by row: each run stands for itself.
        decided, said, said_later: see ``Side.mark``, of both drawings.
        until, until_later: see ``_asked_until``, of both drawings.
        named: by cell, see ``Headers._named_cells``.
    """
    heads, sayings = np.empty(decided.shape[1], np.int64), np.empty(decided.shape[1], np.uint64)
    count, reached, noted = 0, 0, np.uint64(0)
    for k in range(len(like)):
        row, cell = rows[k], cells[k]
        if alone[row]:
            continue
        if k == 0 or row != rows[k - 1]:
            count, reached, noted = 0, 0, np.uint64(0)
        for each in range(reached, cell + 1):
            noted ^= decided[row, each]
        reached = cell + 1
        saying = noted & until[said[row, cell]] & until_later[said_later[row, cell]]
        for n in range(count):
            if sayings[n] == saying and named[cells[heads[n]]] == named[cell]:
                like[k] = heads[n]
                break
        if like[k] == k:
            heads[count], sayings[count] = k, saying
            count += 1


def _runs(marks: Table, cells: Table) -> tuple[Table, Table, Table]:
    """Return row, first and last cell of each run of some cells between marks."""
    if not len(cells):
        return (np.zeros(0, np.int64),) * 3
    begins = marks[:, cells] == 1
    # A run begins at a mark, and where the cell before is not asked about.
    begins |= np.append(True, np.diff(cells) > 1)
    row, place = np.nonzero(begins)
    last = np.append(place[1:], 0) - 1
    last[np.append(row[1:] != row[:-1], True)] = len(cells) - 1
    return row, cells[place], cells[last]


def _changes(port_atom: Table) -> set[int]:
    return {0, *(np.flatnonzero(port_atom[1:] != port_atom[:-1]) + 1).tolist()}


_SPECIAL_PORTS: WeakKeyDictionary[Compiled, list[tuple[int, set[int]]]] = WeakKeyDictionary()


def keep_ports(earlier: Compiled, later: Compiled, vms: Iterable[str]) -> None:
    """Take over what is known of the ports of an earlier network with the same balancers.

    Args:
        vms: those whose guests may be others.
    """
    found = _special_ports(earlier)
    machines = drawing_of(later.network).machines
    more = {port for vm in vms for port in _guest_ports(machines[vm])}
    if more:
        found = [(protocol, ports | (more if protocol in PORTED else set())) for protocol, ports in found]
    _SPECIAL_PORTS[later] = found


def _special_ports(compiled: Compiled) -> list[tuple[int, set[int]]]:
    found = _SPECIAL_PORTS.get(compiled)
    if found is None:
        found = _SPECIAL_PORTS[compiled] = list(_special(compiled))
    return found


def _special(compiled: Compiled) -> Iterable[tuple[int, set[int]]]:
    """Yield by protocol the ports that something else than rules compares."""
    carried = compiled.carried
    for table in (carried.from_port, carried.to_port):
        yield UDP, _changes(table) | {67, 68, 69, 546, 547, 548}
    topology = compiled.network.scenario.topology
    named: set[int] = set()
    for balancer in topology.load_balancers.values():
        balancing: list[BalancingRule | InboundNatRule] = [*balancer.rules.values()]
        balancing += balancer.inbound_nat_rules.values()
        for each in balancing:
            named |= _around(each.frontend_port, each.backend_port or 0)
    for machine in drawing_of(compiled.network).machines.values():
        named |= _guest_ports(machine)
    for protocol in PORTED:
        yield protocol, named


def _guest_ports(machine: Machine) -> set[int]:
    """Return the cuts at ports that a guest compares."""
    guest = machine.guest
    found: set[int] = set()
    for service in (guest.services or {}).values():
        found |= _around(service.port)
    for entry in guest.port_forwards.values():
        found |= _around(entry.port, entry.to_port or 0)
    for rules in machine.firewall.values():
        for rule in rules:
            for first, last in _firewall_ports(rule):
                found |= _around(first, last)
    if guest.redundancy:
        found |= _around(*(port for _, port in HELLO_FLOWS))
    return found


def _around(*ports: int) -> set[int]:
    return {cut for port in ports for cut in (port, port + 1)}


def _firewall_ports(rule: GuestFirewallRule) -> Iterable[tuple[int, int]]:
    for text in rule.destination_ports:
        if text != "*":
            first, _, last = text.partition("-")
            yield int(first), int(last or first)

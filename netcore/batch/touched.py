"""Which flows an update may concern: those that meet a table or rule that says something else now."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch import layout as at
from netcore.batch.classes import Classes, classes_of, split
from netcore.batch.compile import Compiled
from netcore.batch.headers import is_simple, is_usual, middles
from netcore.batch.parties import Parties
from netcore.batch.sheets import Table
from netcore.batch.update import Update
from netcore.control.prefixes import AddressSet
from netcore.control.rules import EffectiveRule
from netcore.document.models import Direction
from netcore.forwarding.drawing import drawing_of

Spans = tuple[tuple[int, int], ...] | None


class Touched(NamedTuple):
    """What an edit may concern.

    Args:
        edited: see ``update.edited``.
        classes: VMs that behave alike in both drawings.
        spans: protocol, and destination ports or None for any, of every rule that came or went.
    """

    earlier: Compiled
    later: Compiled
    update: Update
    classes: Classes
    spans: tuple[tuple[str, Spans], ...]

    def pairs(self, parties: Parties) -> tuple[Table, Table]:
        """Return bool [senders, receivers]: pairs to ask all headers of, and those to ask ``spans`` of."""
        return _Marks(self, parties).marks()


_CLASSES: WeakKeyDictionary[Compiled, Classes] = WeakKeyDictionary()


def kept_classes(compiled: Compiled) -> Classes:
    """Return the classes of a network, made at the first call."""
    found = _CLASSES.get(compiled)
    if found is None:
        found = _CLASSES[compiled] = classes_of(compiled)
    return found


def touched_by(earlier: Compiled, later: Compiled, update: Update) -> Touched:
    """Return what an update may concern."""
    spans = {(rule.protocol, rule.destination_ports) for rules in update.rules for rule in rules}
    return Touched(earlier, later, update, _both_alike(earlier, later), tuple(spans))


def _both_alike(earlier: Compiled, later: Compiled) -> Classes:
    """Return the classes of the earlier network, apart where the later one tells VMs apart."""
    tables = later.routes.paged.rows(slice(len(earlier.routes.paged.pages), None))
    sets = slice(len(earlier.rules.given), len(later.rules.given))
    named = {later.nics[nic, at.NIC_VM] for nic in middles(later)}
    number = {vm: row for row, vm in enumerate(later.guests.ids)}
    nic_row = {nic: row for row, nic in enumerate(later.nic_ids)}
    columns = (at.NIC_TABLE, at.NIC_OUT, at.NIC_IN)
    machines = drawing_of(later.network).machines
    said = (tables, later.rules.sources.rows(sets), later.rules.destinations.rows(sets))
    changed = bool(len(tables)) or sets.start != sets.stop

    def key(vm: str) -> object:
        if number[vm] in named:
            return vm
        ports = machines[vm].ports
        nics = tuple(tuple(later.nics[nic_row[port.id], list(columns)].tolist()) for port in ports)
        if not changed:
            return nics
        held = [
            atom
            for port in ports
            if (row := later.nics[nic_row[port.id]]) is not None
            for atom in later.held[row[at.NIC_HELD] : row[at.NIC_HELD] + row[at.NIC_HELDS]].tolist()
        ]
        return nics, tuple(table[:, held].tobytes() for table in said)

    return split(earlier.network, kept_classes(earlier), key)


class _Marks:
    """Marks pairs."""

    def __init__(self, touched: Touched, parties: Parties) -> None:
        self._later = later = touched.later
        self._update = touched.update
        self._known: dict[int, tuple[Table, Table]] = {}
        self._simple = is_simple(touched.earlier) and is_simple(later)
        self._parties = parties
        self._machines = drawing_of(later.network).machines
        self._nic_row = {nic: row for row, nic in enumerate(later.nic_ids)}
        self._vm_row = {vm: row for row, vm in enumerate(later.guests.ids)}
        shape = len(parties.senders), len(parties.receivers)
        self._wholly = np.zeros(shape, np.bool_)
        self._partly = np.zeros(shape, np.bool_)
        self._senders = [self._nics_of(each.paths[0]) for each in parties.senders]
        self._receivers = [self._nics_of(each.to[0][0]) for each in parties.receivers]
        self._plain = np.array([each.plain for each in parties.receivers], np.bool_)
        self._to = np.array([later.atoms.of(each.to[0][1]) for each in parties.receivers], np.int64)
        self._from = [self._atoms_of(each.paths[0]) for each in parties.senders]
        self._all = np.array([atom for held in self._from for atom in held], np.int64)
        self._whose = np.repeat(np.arange(len(self._from)), [len(held) for held in self._from])
        either = (touched.earlier, later)
        self._middles = sorted({int(nic) for each in either for nic in middles(each)})
        self._doors = sorted({nic for each in either for nic in _doors(each)})

    def marks(self) -> tuple[Table, Table]:
        """Return what ``Touched.pairs`` does."""
        if not self._simple:
            self._wholly[:] = True
            return self._wholly, self._partly
        table, rules = self._update.table_of_nic, self._update.rules_of_nic
        moved = (table >= 0) | (rules >= 0)
        if moved[self._middles].any() or moved[self._doors].any():
            self._wholly[:, ~self._plain] = True
            self._wholly[[not nics for nics in self._senders]] = True
        for i, nics in enumerate(self._senders):
            self._at_sender(i, nics)
        for j, nics in enumerate(self._receivers):
            self._at_receiver(j, nics)
        for nic in self._middles:
            if table[nic] >= 0:
                self._wholly[:, self._update.cells[table[nic], self._to]] = True
                self._wholly[self._sending(self._update.cells[table[nic]])] = True
            if rules[nic] >= 0:
                for rule in self._update.rules[rules[nic]]:
                    sources, destinations = self._sides(rule)
                    self._partly |= np.outer(self._sending(sources), destinations[self._to])
                    # Of an answer that comes another way all ports count, for they stand the other way round.
                    self._wholly |= np.outer(self._sending(destinations), sources[self._to])
        return self._wholly, self._partly & ~self._wholly

    def _at_sender(self, i: int, nics: list[int]) -> None:
        table, rules = self._update.table_of_nic, self._update.rules_of_nic
        for nic in nics:
            if table[nic] >= 0:
                self._wholly[i] |= self._update.cells[table[nic], self._to]
            if not self._usual(nic) and (table[nic] >= 0 or rules[nic] >= 0):
                self._wholly[i] = True
            for rule in self._update.rules[rules[nic]] if rules[nic] >= 0 else ():
                if rule.direction is not Direction.OUTBOUND:
                    continue
                sources, destinations = self._sides(rule)
                if sources[self._from[i]].any():
                    self._partly[i] |= destinations[self._to]

    def _at_receiver(self, j: int, nics: list[int]) -> None:
        table, rules = self._update.table_of_nic, self._update.rules_of_nic
        outside = np.array([not each for each in self._senders], np.bool_)
        for nic in nics:
            if table[nic] >= 0:
                self._wholly[self._sending(self._update.cells[table[nic]]), j] = True
                self._wholly[outside, j] = True
            if not self._usual(nic) and (table[nic] >= 0 or rules[nic] >= 0):
                self._wholly[:, j] = True
            if rules[nic] < 0:
                continue
            self._wholly[outside, j] = True
            for rule in self._update.rules[rules[nic]]:
                if rule.direction is not Direction.INBOUND:
                    continue
                sources, destinations = self._sides(rule)
                if destinations[self._to[j]]:
                    self._partly[:, j] |= self._sending(sources)

    def _sending(self, atoms: Table) -> Table:
        """Return which senders have an address among some atoms."""
        found = np.zeros(len(self._from), np.bool_)
        found[self._whose[atoms[self._all]]] = True
        return found

    def _usual(self, nic: int) -> bool:
        vm = int(self._later.nics[nic, at.NIC_VM])
        return vm < 0 or is_usual(self._later, vm)

    def _sides(self, rule: EffectiveRule) -> tuple[Table, Table]:
        """Return bool by atom: which addresses a rule matches."""
        found = self._known.get(id(rule))
        if found is None:
            found = self._known[id(rule)] = self._inside(rule.sources), self._inside(rule.destinations)
        return found

    def _inside(self, side: AddressSet | None) -> Table:
        found = np.full(self._later.atoms.count, side is None, np.bool_)
        for first, end in zip(*self._later.atoms.spans(() if side is None else side.ranges()), strict=True):
            found[first:end] = True
        return found

    def _nics_of(self, path: str) -> list[int]:
        collection, _, key = path.partition("/")
        machine = self._machines.get(key) if collection == "vms" else None
        return [] if machine is None else [self._nic_row[port.id] for port in machine.ports]

    def _atoms_of(self, path: str) -> list[int]:
        collection, _, key = path.partition("/")
        if collection == "hosts":
            return [self._later.atoms.of(self._later.network.scenario.topology.hosts[key].address)]
        machine = self._machines[key]
        held: list[int] = []
        for port in machine.ports:
            row = self._later.nics[self._nic_row[port.id]]
            held += self._later.held[row[at.NIC_HELD] : row[at.NIC_HELD] + row[at.NIC_HELDS]].tolist()
        guest = self._later.guests.vms[self._vm_row[key]]
        start = int(guest[at.VM_OWN])
        held += self._later.guests.own[start : start + int(guest[at.VM_OWNS])].tolist()
        return held


def _doors(compiled: Compiled) -> set[int]:
    """Return the NICs that are reached under other addresses than their own."""
    found = {*compiled.balancers.members[:, at.MEMBER_NIC].tolist()}
    found |= {*compiled.balancers.published[:, at.PUBLISH_NIC].tolist()}
    public = compiled.owners.public
    found |= {*public[public[:, at.PUBLIC_KIND] == at.PUBLIC_NIC, at.PUBLIC_ID].tolist()}
    return {int(nic) for nic in found if 0 <= nic < len(compiled.nic_ids)}

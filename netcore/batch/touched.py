"""Which flows an update may concern: those that meet a table or rule that says something else now."""

from __future__ import annotations

from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch import layout as at
from netcore.batch.classes import classes_of, prefixes_of
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.headers import keep_ports
from netcore.batch.moves import addresses_of, named_vms
from netcore.batch.parties import Parties
from netcore.batch.passing import STRAIGHT, doors, is_simple, middles, usual_vms
from netcore.batch.sheets import Table
from netcore.batch.update import Update
from netcore.control.prefixes import AddressSet, ends
from netcore.control.rules import EffectiveRule
from netcore.document.models import Direction
from netcore.document.values import Network
from netcore.forwarding.drawing import drawing_of

Spans = tuple[tuple[int, int], ...] | None

MOST_EDITS: Final = 50
"""Ours: after so many edits upon each other all is compiled anew, for tables grow and classes come apart."""


MOST_RULES: Final = 16
"""Ours: so many rules together meet nearly every address, so that it does not pay to look at each."""


class Marks(NamedTuple):
    """Pairs to ask, bool [senders, receivers]; no pair has two marks.

    Args:
        wholly: all headers.
        partly: headers of rules that came or went.
        ends: of those only headers that a rule set at one of the two ends treats otherwise now.
    """

    wholly: Table
    partly: Table
    ends: Table


class Touched(NamedTuple):
    """What an edit may concern.

    Args:
        alike: int64 by VM in the order of ids; those with the same number behave alike in both drawings.
        spans: protocol, and destination ports or None for any, of every rule that came or went.
        edits: how many were written upon each other since all was compiled.
    """

    earlier: Compiled
    later: Compiled
    update: Update
    alike: Table
    spans: tuple[tuple[str, Spans], ...]
    edits: int

    def marks(self, parties: Parties) -> Marks:
        """Return which pairs to ask, and of what."""
        return _Marks(self, parties).made()


_ALIKE: WeakKeyDictionary[Compiled, tuple[Table, int]] = WeakKeyDictionary()
"""What is known of who behaves alike, and how many edits ago it was found."""


def touched_by(earlier: Compiled, later: Compiled, update: Update) -> Touched:
    """Return what an update may concern."""
    of, edits = _ALIKE.get(earlier) or (classes_of(earlier).of, 0)
    _ALIKE[earlier] = of, edits
    alike = _alike(of, earlier, later, update)
    _ALIKE[later] = alike, edits + 1
    keep_ports(earlier, later, update.vms)
    spans = {(rule.protocol, rule.destination_ports) for rules in update.rules for rule in rules}
    return Touched(earlier, later, update, alike, tuple(spans), edits + 1)


def _alike(of: Table, earlier: Compiled, later: Compiled, update: Update) -> Table:
    """Return the classes of the earlier network, apart where the later one tells VMs apart."""
    count = len(later.guests.ids)
    vm = later.nics[:, at.NIC_VM]
    owned = np.flatnonzero(vm >= 0)
    # VMs with several NICs stand alone in every class, so that any of them will do.
    nic = np.full(count, -1, np.int64)
    nic[vm[owned]] = owned
    alone = np.full(count, -1, np.int64)
    apart = vm[middles(later)]
    machines = drawing_of(later.network).machines
    row_of = {each: row for row, each in enumerate(later.guests.ids)}
    alone_now = {*update.vms, *named_vms(machines, update.vms)}
    apart = np.append(apart[apart >= 0], [row_of[each] for each in alone_now]).astype(np.int64)
    alone[apart] = apart
    columns = [of, alone, *(later.nics[nic, column] for column in (at.NIC_TABLE, at.NIC_OUT, at.NIC_IN))]
    tables = later.routes.paged.rows(slice(len(earlier.routes.paged.pages), None))
    sets = slice(len(earlier.rules.given), len(later.rules.given))
    inside = [_atoms_in(later, prefix) for each in update.vms for prefix in prefixes_of(machines[each])]
    said = np.vstack([tables, later.rules.sources.rows(sets), later.rules.destinations.rows(sets), *inside])
    if len(said):
        starts, held = later.nics[nic, at.NIC_HELD], later.nics[nic, at.NIC_HELDS]
        kinds = distinct(list(said))[1]
        for number in range(int(held.max(initial=0))):
            there = (held > number) & (nic >= 0)
            atoms = later.held[np.where(there, starts + number, 0)]
            columns.append(np.where(there, kinds[atoms], -1))
    return distinct(columns)[1]


def _atoms_in(compiled: Compiled, prefix: Network) -> Table:
    """Return bool by atom whether it lies in a prefix."""
    found = np.zeros(compiled.atoms.count, np.bool_)
    first, end = compiled.atoms.span(prefix.version, *ends(prefix))
    found[first:end] = True
    return found


class _Marks:
    """Marks pairs."""

    def __init__(self, touched: Touched, parties: Parties) -> None:
        self._later = later = touched.later
        self._update = update = touched.update
        self._known: dict[int, tuple[Table, Table]] = {}
        self._parties = parties
        people, count = parties.people, len(later.guests.ids)
        self._simple = is_simple(touched.earlier) and is_simple(later)
        self._heads = parties.senders.heads()
        row_of = {f"vms/{vm}": row for row, vm in enumerate(later.guests.ids)}
        heads = parties.receivers.heads()
        self._taker = np.array([row_of.get(people.to[row], -1) for row in heads.tolist()], np.int64)
        self._to = later.atoms.of_many([people.addresses[row] for row in heads.tolist()])
        has_nic = np.zeros(count + 1, np.bool_)
        has_nic[later.nics[:, at.NIC_VM]] = True
        self._outside = ~has_nic[np.minimum(self._heads, count)] | (self._heads >= count)
        machines = [drawing_of(each.network).machines for each in (touched.earlier, later)]
        moved = {address for each in machines for vm in update.vms for address in addresses_of(each[vm])}
        self._moved = np.array([people.addresses[row] in moved for row in heads.tolist()], np.bool_)
        self._usual = np.append(usual_vms(later), True)
        self._straight = np.isin(later.routes.ways[:, at.WAY_KIND], STRAIGHT)
        self._all, self._whose = _atoms_of(later, parties)
        either = (touched.earlier, later)
        self._middles = sorted({int(nic) for each in either for nic in middles(each)})
        self._doors = sorted({nic for each in either for nic in doors(each)})
        shape = len(parties.senders), len(parties.receivers)
        self._wholly, self._partly, self._ends = (np.zeros(shape, np.bool_) for _ in range(3))

    def made(self) -> Marks:
        """Return what ``Touched.marks`` does."""
        if not self._simple:
            self._wholly[:] = True
            return Marks(self._wholly, self._partly, self._ends)
        table, rules = self._update.table_of_nic, self._update.rules_of_nic
        concerned = (table >= 0) | (rules >= 0)
        if concerned[self._middles].any() or concerned[self._doors].any():
            self._wholly[:, ~self._parties.plain] = True
            self._wholly[self._outside] = True
        self._wholly[:, self._moved] = True
        for moved in self._update.vms:
            self._wholly[self._parties.senders.of[self._later.guests.ids.index(moved)]] = True
        for nic in np.flatnonzero(concerned).tolist():
            vm = int(self._later.nics[nic, at.NIC_VM])
            if vm < 0:
                continue
            group = int(self._parties.senders.of[vm])
            if self._heads[group] == vm:
                self._at_sender(group, nic, vm)
            for taker in np.flatnonzero(self._taker == vm).tolist():
                self._at_receiver(taker, nic, vm)
        for nic in self._middles:
            self._on_the_way(nic)
        if self._update.far.any():
            self._by_gateways()
        if self._update.carried.any():
            self._over_peerings()
        self._partly &= ~self._wholly
        self._ends &= ~self._wholly & ~self._partly
        return Marks(self._wholly, self._partly, self._ends)

    def _by_gateways(self) -> None:
        """Mark what a gateway may send on."""
        later, parties = self._later, self._parties
        self._wholly[self._outside] = True
        hard = later.routes.ways[:, at.WAY_KIND] == at.WAY_HARD
        only = np.append(later.guests.vms[: len(later.guests.ids), at.VM_NIC], -1)
        for table in np.unique(later.nics[: len(later.nic_ids), at.NIC_TABLE]).tolist():
            atoms = self._update.far & hard[later.routes.paged.rows(slice(table, table + 1))[0]]
            if not atoms.any():
                continue
            there, sending = atoms[self._to], self._sending(atoms)
            mine = later.nics[only, at.NIC_TABLE] == table
            sends = mine[np.minimum(self._heads, len(only) - 1)]
            self._wholly[np.ix_(sends, there)] = True
            takes = (self._taker >= 0) & mine[self._taker]
            self._wholly[np.ix_(sending, takes)] = True
            if (later.nics[self._middles, at.NIC_TABLE] == table).any():
                self._wholly[:, there] = True
                self._wholly[sending] = True
        odd = np.flatnonzero(~self._usual[np.minimum(self._heads, len(only) - 1)])
        self._wholly[odd] = True
        self._wholly[:, np.isin(parties.holders, odd)] = True

    def _over_peerings(self) -> None:
        """Mark what crosses a peering that treats forwarded packets otherwise now.

        A packet is forwarded if its source does not lie in the network that it leaves.
        """
        later, parties = self._later, self._parties
        only = np.append(later.guests.vms[: len(later.guests.ids), at.VM_NIC], -1)
        doors = np.array(self._doors, np.int64)
        passed = np.array(sorted({*self._doors, *self._middles}), np.int64)
        starts, ends = (
            later.nics[doors, at.NIC_HELD],
            later.nics[doors, at.NIC_HELD : at.NIC_HELDS + 1].sum(axis=1),
        )
        behind = [later.held[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        rewritten = np.concatenate([np.zeros(0, np.int64), *behind])
        tables, first = np.unique(later.nics[: len(later.nic_ids), at.NIC_TABLE], return_index=True)
        for table, nic in zip(tables.tolist(), first.tolist(), strict=True):
            atoms = self._update.carried[later.routes.paged.rows(slice(table, table + 1))[0]]
            if not atoms.any():
                continue
            inside = later.in_space[later.spaces, int(later.nics[nic, at.NIC_VNET])]
            there, sending = atoms[self._to], self._sending(atoms)
            away, held = self._sending(~inside), ~inside[self._to]
            mine = later.nics[only, at.NIC_TABLE] == table
            self._wholly[np.ix_(mine[np.minimum(self._heads, len(only) - 1)] & away, there)] = True
            self._wholly[np.ix_(sending, (self._taker >= 0) & mine[self._taker] & held)] = True
            if (later.nics[passed, at.NIC_TABLE] == table).any():
                self._wholly[np.ix_(away, there)] |= self._passing(away, there)
                far = held | ~parties.plain
                self._wholly[np.ix_(sending, far)] |= self._answering(sending, far)
            if atoms[rewritten].any():
                self._wholly[:, ~parties.plain] = True
                self._wholly[self._outside] = True
        odd = np.flatnonzero(~self._usual[np.minimum(self._heads, len(only) - 1)])
        self._wholly[odd] = True
        self._wholly[:, np.isin(parties.holders, odd)] = True

    def _passing(self, senders: Table, receivers: Table) -> Table:
        """Return bool [sender, receiver], of some of both: whether requests may pass a NIC on the way."""
        table, usual = self._tables(self._heads[senders])
        ways = self._later.routes.paged.at(table[:, None], self._to[receivers][None])
        found: Table = ~self._straight[ways] | ~usual[:, None]
        return found

    def _answering(self, senders: Table, receivers: Table) -> Table:
        """Return the same of answers."""
        later = self._later
        heads, to = self._heads[senders], self._to[receivers]
        table, usual = self._tables(self._taker[receivers])
        known = self._tables(heads)[1]
        nics = later.nics[later.guests.vms[np.where(known, heads, 0), at.VM_NIC]]
        six = to >= later.atoms.count4
        atom = np.where(six[None], nics[:, at.NIC_SOURCE6, None], nics[:, at.NIC_SOURCE4, None])
        ways = later.routes.paged.at(table[None], np.maximum(atom, 0).astype(np.int64))
        sure = usual & self._parties.plain[receivers]
        found: Table = ~self._straight[ways] | ~sure[None] | ~known[:, None] | (atom < 0)
        return found

    def _tables(self, vms: Table) -> tuple[Table, Table]:
        """Return the tables of the NICs of VMs, and bool whether nothing is special about them."""
        count = len(self._later.guests.ids)
        usual = (vms >= 0) & (vms < count) & self._usual[np.clip(vms, 0, count)]
        nics = self._later.guests.vms[np.where(usual, vms, 0), at.VM_NIC]
        return self._later.nics[nics, at.NIC_TABLE].astype(np.int64), usual

    def _on_the_way(self, nic: int) -> None:
        table, rules = self._update.table_of_nic[nic], self._update.rules_of_nic[nic]
        if table >= 0:
            self._wholly[:, self._update.cells[table, self._to]] = True
            self._wholly[self._sending(self._update.cells[table])] = True
        for rule in self._update.rules[rules] if rules >= 0 else ():
            sources, destinations = self._sides(rule)
            self._partly |= np.outer(self._sending(sources), destinations[self._to])
            # Of an answer that comes another way all ports count, for they stand the other way round.
            self._wholly |= np.outer(self._sending(destinations), sources[self._to])

    def _at_sender(self, group: int, nic: int, vm: int) -> None:
        table, rules = self._update.table_of_nic[nic], self._update.rules_of_nic[nic]
        if table >= 0:
            self._wholly[group] |= self._update.cells[table, self._to]
        if not self._usual[vm]:
            self._wholly[group] = True
        mine = self._all[self._whose == group]
        some = self._update.rules[rules] if rules >= 0 else ()
        if len(some) > MOST_RULES:
            self._ends[group], some = True, ()
        for rule in some:
            if rule.direction is Direction.OUTBOUND:
                sources, destinations = self._sides(rule)
                if sources[mine].any():
                    self._ends[group] |= destinations[self._to]

    def _at_receiver(self, group: int, nic: int, vm: int) -> None:
        table, rules = self._update.table_of_nic[nic], self._update.rules_of_nic[nic]
        self._wholly[self._outside, group] = True
        if table >= 0:
            self._wholly[self._sending(self._update.cells[table]), group] = True
        if not self._usual[vm]:
            self._wholly[:, group] = True
        some = self._update.rules[rules] if rules >= 0 else ()
        if len(some) > MOST_RULES:
            self._ends[:, group], some = True, ()
        for rule in some:
            if rule.direction is Direction.INBOUND:
                sources, destinations = self._sides(rule)
                if destinations[self._to[group]]:
                    self._ends[:, group] |= self._sending(sources)

    def _sending(self, atoms: Table) -> Table:
        """Return which senders have an address among some atoms."""
        found = np.zeros(len(self._heads), np.bool_)
        found[self._whose[atoms[self._all]]] = True
        return found

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


def _atoms_of(compiled: Compiled, parties: Parties) -> tuple[Table, Table]:
    """Return the atoms of the addresses of those who send for their groups, and beside them the group."""
    nics, guests, send = compiled.nics, compiled.guests.vms, compiled.send
    count = len(compiled.guests.ids)
    heads = parties.senders.heads()
    group = np.full(count + 1, -1, np.int64)
    mine = np.flatnonzero(heads < count)
    group[heads[mine]] = mine
    held = np.repeat(group[nics[:, at.NIC_VM]], np.maximum(nics[:, at.NIC_HELDS], 0))
    own = np.repeat(group[:count], np.maximum(guests[:count, at.VM_OWNS], 0))
    hosts = np.flatnonzero(heads >= count)
    all_of = np.concatenate(
        [compiled.held[: len(held)], compiled.guests.own[: len(own)], send[heads[hosts], at.SEND_SOURCE4]]
    )
    whose = np.concatenate([held, own, hosts])
    kept = whose >= 0
    return all_of[kept].astype(np.int64), whose[kept]

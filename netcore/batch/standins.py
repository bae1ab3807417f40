"""Pairs that stand for others: what is on their way is alike, though it is not the same.

Between two VMs about which nothing is special a packet goes where the table of the sender leads it, and
those of the appliances that it comes to; its answer begins with the table of the receiver. It may meet the
rule sets of both ends and of the appliances. So pairs with the same ways, and with rule sets that decide the
same of every protocol and port, fare alike in one drawing; where they do in both, one of them is asked for
all. The same holds of such senders to one address that is rewritten on the way, or that nobody in the cloud
has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.forward import carried
from netcore.batch.headers import Headers, is_simple, middles, usual_vms
from netcore.batch.plain import only_nics
from netcore.batch.sheets import Table
from netcore.batch.update import doors

CHUNK: Final = 1 << 16
"""Pairs that are compared with each other, so that memory stays small."""

_LED: Final = (at.WAY_LOCAL, at.WAY_PEER, at.WAY_NIC, at.WAY_FRONTEND, at.WAY_DROP, at.WAY_INTERNET)
"""Ways to places whose rule sets and tables are looked at here."""


class Ends(Protocol):
    """Senders and addresses in one drawing, see ``difference``.

    Attributes:
        source: int64 by sender of ``People``, its row; -1: this drawing lacks it.
        taker: int64 by address of ``People``, the row of the VM that has it; -1: none.
    """

    source: Table
    taker: Table

    def told(self, sender: Table, receiver: Table) -> Table:
        """Return int64 [pair, 4], see ``Headers.rows``."""
        ...


def stand_ins(
    both: tuple[Compiled, Compiled],
    ends: tuple[Ends, Ends],
    headers: Headers,
    sender: Table,
    receiver: Table,
    apart: Table,
) -> Table:
    """Return by pair the first one that fares as it does in both drawings; int64.

    Args:
        sender, receiver: rows of ``People``, one pair each.
        apart: int64 by pair: only those with the same number may stand for each other; -1: none.
    """
    like = np.arange(len(sender))
    if not all(is_simple(compiled) and carried(compiled.state) for compiled in both):
        return like
    roles = [_roles_of(compiled) for compiled in both]
    known = np.flatnonzero(apart >= 0)
    for begin in range(0, len(known), CHUNK):
        rows = known[begin : begin + CHUNK]
        columns = [apart[rows]]
        alike = np.ones(len(rows), np.bool_)
        for number, (role, end) in enumerate(zip(roles, ends, strict=True)):
            told = end.told(sender[rows], receiver[rows])
            source, taker = end.source[sender[rows]], end.taker[receiver[rows]]
            alike &= role.knows(source, taker, told)
            columns += role.columns(source, taker, told, receiver[rows])
            columns += headers.decisions(number, told)
        some = np.flatnonzero(alike)
        if len(some):
            firsts, kinds = distinct([column[some] for column in columns])
            like[rows[some]] = rows[some[firsts[kinds]]]
    return like


class _Roles(NamedTuple):
    """What VMs and addresses of one drawing are for packets on their way.

    Args:
        usual: bool by VM, and at last for none: nothing is special about it.
        vm: int64 by VM: those with the same number send alike; ``odd``: bool, it is alone of its kind.
        table: int64 by VM, its table.
        only: int64 by atom, the NIC that alone holds it; -1: none.
        nic: int64 by VM, its NIC.
        foreign: bool by atom: nobody in the cloud has it, or a balancer, or a host outside.
        led: bool by atom: tables on the way lead it to places that are known here.
        atom: int64 by atom: those with the same number are led alike.
        watched: int64 by atom: rule sets on the way do not tell those with the same number apart.
        ways: the table of ways by table and atom; ``known``: bool by way.
    """

    compiled: Compiled
    usual: Table
    vm: Table
    odd: Table
    nic: Table
    table: Table
    only: Table
    foreign: Table
    led: Table
    atom: Table
    watched: Table
    known: Table

    def knows(self, source: Table, taker: Table, told: Table) -> Table:
        """Return bool by pair whether all that decides is known here."""
        here, there = np.maximum(told[:, 0], 0), np.maximum(told[:, 1], 0)
        found = (source >= 0) & self.usual[source] & (told[:, :2] >= 0).all(axis=1)
        found &= (self.only[here] == self.nic[source]) & self.led[here] & self.led[there]
        private = (self.compiled.flags[here] & at.PRIVATE) != 0
        found &= private & self.known[self._way(source, there)]
        held = self.usual[taker] & (taker >= 0) & (self.only[there] == self.nic[taker])
        held &= (self.compiled.flags[there] & at.PRIVATE) != 0
        held &= self.known[self._way(taker, here)]
        found &= held | (self.foreign[there] & (taker < 0))
        known: Table = found
        return known

    def columns(self, source: Table, taker: Table, told: Table, receiver: Table) -> list[Table]:
        """Return what tells pairs apart; only of those that are known it means something."""
        here, there = np.maximum(told[:, 0], 0), np.maximum(told[:, 1], 0)
        alone = (taker < 0) | self.odd[taker]
        return [
            self.vm[source],
            np.where(alone, -1 - receiver, self.vm[taker]),
            self.atom[here],
            self.atom[there],
            np.where(taker < 0, self.watched[here], -1),
            self._way(source, there),
            np.where(taker < 0, -1, self._way(taker, here)),
        ]

    def _way(self, vm: Table, atom: Table) -> Table:
        return self.compiled.routes.paged.at(self.table[vm], atom).astype(np.int64)


_ROLES: WeakKeyDictionary[Compiled, _Roles] = WeakKeyDictionary()


def _roles_of(compiled: Compiled) -> _Roles:
    found = _ROLES.get(compiled)
    if found is None:
        found = _ROLES[compiled] = _roles(compiled)
    return found


def _roles(compiled: Compiled) -> _Roles:
    nics, count = compiled.nics, len(compiled.guests.ids)
    vms = compiled.guests.vms[:count]
    rows = np.arange(count)
    nic = np.maximum(vms[:, at.VM_NIC], 0).astype(np.int64)
    usual = usual_vms(compiled) & (vms[:, at.VM_PEERED] == 0)
    for side in (at.NIC_OUT, at.NIC_IN):
        usual &= compiled.rules.chains[nics[nic, side], at.CHAIN_STATELESSES] == 0
    passed = np.array(sorted({*middles(compiled).tolist(), *doors(compiled)}), np.int64)
    held = np.minimum(nics[nic, at.NIC_HELD], len(compiled.held) - 1)
    own = np.minimum(vms[:, at.VM_OWN], len(compiled.guests.own) - 1)
    odd = (nics[nic, at.NIC_HELDS] != 1) | (vms[:, at.VM_OWNS] != 1)
    odd |= compiled.held[held] != compiled.guests.own[own]
    odd |= (vms[:, at.VM_SERVICED] >= 0) | np.isin(nic, passed)
    said = [np.where(odd, rows, -1), nics[nic, at.NIC_VNET], nics[nic, at.NIC_FLAGS], vms[:, at.VM_FLAGS]]
    vm = distinct([*said, *compiled.outs[held].T])[1]
    ways = compiled.routes.ways
    known = np.isin(ways[:, at.WAY_KIND], _LED)
    fronts = np.maximum(ways[:, at.WAY_A], 0) * (ways[:, at.WAY_KIND] == at.WAY_FRONTEND)
    flags = compiled.balancers.frontends[fronts, at.FRONT_FLAGS]
    known &= (ways[:, at.WAY_KIND] != at.WAY_FRONTEND) | ((flags & (at.AS_CLIENT | at.HARD)) == 0)
    fib = compiled.routes.paged.rows(np.unique(nics[passed, at.NIC_TABLE]).astype(np.int64))
    sets = np.unique(np.array([*_sets_of(compiled, passed)], np.int64))
    watched = [table.rows(sets) for table in (compiled.rules.sources, compiled.rules.destinations)]
    none = np.zeros(compiled.atoms.count, np.int64)
    return _Roles(
        compiled,
        np.append(usual, False),
        np.append(vm, -1),
        np.append(odd, True),
        np.append(nic, -1),
        np.append(nics[nic, at.NIC_TABLE], 0).astype(np.int64),
        only_nics(compiled).astype(np.int64),
        _foreign(compiled),
        known[fib].all(axis=0),
        distinct([compiled.flags, compiled.spaces, *fib])[1],
        distinct([none, *watched[0], *watched[1]])[1],
        known,
    )


def _sets_of(compiled: Compiled, nics: Table) -> Iterator[int]:
    """Yield the rule sets of some NICs."""
    rules = compiled.rules
    for chain in np.unique(compiled.nics[nics][:, [at.NIC_OUT, at.NIC_IN]]).tolist():
        start, count = rules.chains[chain, [at.CHAIN_START, at.CHAIN_COUNT]].tolist()
        yield from rules.chain_sets[start : start + count].tolist()


def _foreign(compiled: Compiled) -> Table:
    """Return bool by atom whether nobody in the cloud has it, or a balancer, or a host outside."""
    owners, fronts = compiled.owners, compiled.balancers.frontends
    carries = (fronts[:, at.FRONT_FLAGS] & at.HARD) == 0
    nobody = (owners.first < 0) & (owners.public_of < 0)
    hold, public = owners.hold[np.maximum(owners.first, 0)], owners.public[np.maximum(owners.public_of, 0)]
    inside = (owners.after - owners.first == 1) & (owners.first >= 0) & (owners.public_of < 0)
    inside &= hold[:, at.HOLD_KIND] == at.HELD_BY_FRONTEND
    inside &= carries[np.where(inside, hold[:, at.HOLD_ID], 0)]
    outside = (owners.public_of >= 0) & (owners.first < 0)
    host = outside & (public[:, at.PUBLIC_KIND] == at.PUBLIC_HOST)
    outside &= public[:, at.PUBLIC_KIND] == at.PUBLIC_FRONTEND
    outside &= carries[np.where(outside, public[:, at.PUBLIC_ID], 0)]
    found: Table = nobody | host | inside | outside
    return found

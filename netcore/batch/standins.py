"""Pairs that stand for others: what is on their way is alike, though it is not the same.

Between two VMs about which nothing is special a packet goes where the table of the sender leads it, and
those of the appliances that it comes to; its answer begins with the table of the receiver. It may meet the
rule sets of both ends and of the appliances. So pairs with the same ways, and with rule sets that decide the
same of every protocol and port, fare alike in one drawing; where they do in both, one of them is asked for
all. The same holds of such senders to one address that is rewritten on the way, or that nobody in the cloud
has.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.courses import choices_of
from netcore.batch.distinct import distinct, packed
from netcore.batch.forward import carried
from netcore.batch.headers import Headers
from netcore.batch.loops import fast
from netcore.batch.once import once
from netcore.batch.pages import BITS, SIZE
from netcore.batch.passing import STRAIGHT, doors, is_simple, middles, sets_of, usual_vms
from netcore.batch.plain import only_nics
from netcore.batch.sheets import Table

CHUNK: Final = 1 << 16
"""Pairs that are compared with each other, so that memory stays small."""

_LED: Final = (at.WAY_LOCAL, at.WAY_PEER, at.WAY_NIC, at.WAY_FRONTEND, at.WAY_DROP, at.WAY_INTERNET)
"""Ways to places whose rule sets and tables are looked at here."""


_MOST_POOLS: Final = 61


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
    moved: Table,
) -> tuple[Table, Table]:
    """Return by pair the first one that fares as it does in both drawings, int64.

    And bool by pair: whether only rule sets at its ends, on the way and behind balancers compare ports. It is
    not said of those that are sent from another address.

    Args:
        sender, receiver: rows of ``People``, one pair each.
        apart: int64 by pair: only those with the same number may stand for each other; -1: not looked at.
        moved: bool by pair: it is sent from another address in the second drawing.
    """
    like, sure = np.arange(len(sender)), np.zeros(len(sender), np.bool_)
    if not all(is_simple(compiled) and carried(compiled.state) for compiled in both):
        return like, sure
    roles = [_roles_of(compiled) for compiled in both]
    known = np.flatnonzero(apart >= 0)
    for begin in range(0, len(known), CHUNK):
        rows = known[begin : begin + CHUNK]
        columns, alike = [apart[rows]], np.ones(len(rows), np.bool_)
        met, watched = [], []
        for role, end in zip(roles, ends, strict=True):
            met.append(end.told(sender[rows], receiver[rows]))
            told = role.told(end.source[sender[rows]], end.taker[receiver[rows]], met[-1], receiver[rows])
            alike &= told.clear
            columns += list(told.columns)
            # Where a hash chooses it chooses otherwise for another address.
            columns.append(np.where(moved[rows] & (told.choices != 0), np.arange(len(rows)), -1))
            watched.append(told.watched)
        sure[rows] = alike & ~moved[rows]
        if not alike.all():
            some = np.flatnonzero(alike)
            rows, columns = rows[some], [column[some] for column in columns]
            met, watched = ([each[some] for each in both] for both in (met, watched))
        if len(rows):
            said = headers.decisions(met, watched, moved=bool(moved[rows].any()))
            firsts, kinds = distinct(packed([*columns, *said]))
            like[rows] = rows[firsts[kinds]]
    return like, sure


def fair(both: tuple[Compiled, Compiled], ends: tuple[Ends, Ends], sender: Table, receiver: Table) -> Table:
    """Return bool by pair whether it is known that no balancer on the way may choose one of its two ends.

    Args:
        sender, receiver: rows of ``People``, one pair each.
    """
    found = np.full(len(sender), all(is_simple(compiled) for compiled in both), np.bool_)
    for compiled, end in zip(both, ends, strict=True):
        if not found.any():
            break
        role, source, taker = _roles_of(compiled), end.source[sender], end.taker[receiver]
        told = role.told(source, taker, end.told(sender, receiver), receiver)
        found &= told.clear & ((told.choices & (role.pools[source] | role.pools[taker])) == 0)
    return found


class _Told(NamedTuple):
    """What is told of pairs in one drawing.

    Args:
        columns: int64 [7, pair]: what tells pairs apart, but for rule sets.
        watched: int64 by pair, see ``Headers.decisions``.
        clear: bool by pair, whether all that decides is known here.
        choices: int64 by pair, a bit for each pool that a balancer on the way may choose from.
    """

    columns: Table
    watched: Table
    clear: Table
    choices: Table


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
        chosen: int64 by atom, a bit for each pool to whose balancer tables on the way lead it.
        atom: int64 by atom: those with the same number are led alike.
        watched: int64 by atom: rule sets on the way do not tell those with the same number apart.
        known, straight: bool by way: whether it leads to such a place, and whether nobody is passed on it.
        balanced: int64 by way, as ``chosen``.
        pools: int64 by VM, and at last for none: a bit for each pool that it is in.
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
    chosen: Table
    atom: Table
    watched: Table
    known: Table
    straight: Table
    balanced: Table
    pools: Table

    def told(self, source: Table, taker: Table, ends: Table, receiver: Table) -> _Told:
        """Return what is told of pairs.

        Args:
            source, taker: rows of VMs, or -1.
            ends: see ``Headers.rows``; receiver: rows of ``People``.
        """
        count = len(source)
        columns, seen, choices = np.empty((7, count), np.int64), np.empty(count, np.int64), np.full(count, -1)
        found = _Told(columns, seen, np.zeros(count, np.bool_), choices)
        private = (self.compiled.flags & at.PRIVATE) != 0
        fib = self.compiled.routes.paged
        _tell(
            *found,
            source,
            taker,
            ends,
            receiver,
            *(self.usual, self.vm, self.odd, self.nic, self.table),
            *(self.only, self.foreign, private, self.led, self.chosen),
            *(self.atom, self.watched, self.known, self.balanced, self.straight, fib.pages, fib.cells),
        )
        return found


@fast
def _tell(
    columns: Table,
    seen: Table,
    clear: Table,
    choices: Table,
    source: Table,
    taker: Table,
    ends: Table,
    receiver: Table,
    usual: Table,
    vm: Table,
    odd: Table,
    nic: Table,
    table: Table,
    only: Table,
    foreign: Table,
    private: Table,
    led: Table,
    chosen: Table,
    atom: Table,
    watched: Table,
    known: Table,
    balanced: Table,
    straight: Table,
    pages: Table,
    cells: Table,
) -> None:
    """Fill in a ``_Told``; the rest as in ``_Roles``."""
    for k in range(len(source)):
        here, there, one, two = ends[k, 0], ends[k, 1], source[k], taker[k]
        if one < 0 or here < 0 or there < 0 or not usual[one] or only[here] != nic[one]:
            continue
        away = np.int64(cells[pages[table[one], there >> BITS], there & (SIZE - 1)])
        back = np.int64(-1)
        if two >= 0 and only[there] != nic[two] and foreign[there]:
            two = np.int64(-1)  # it has the address in the other drawing only
        if two >= 0:
            back = np.int64(cells[pages[table[two], here >> BITS], here & (SIZE - 1)])
            if not usual[two] or only[there] != nic[two] or not private[there] or not known[back]:
                continue
        elif not foreign[there]:
            continue
        if not private[here] or not led[here] or not led[there] or not known[away]:
            continue
        clear[k] = True
        if two >= 0:
            passing = not straight[away] or not straight[back]
            choices[k] = balanced[away] | balanced[back] | chosen[here] | chosen[there] if passing else 0
        seen[k] = watched[here] * len(watched) + watched[there]
        columns[0, k] = vm[one]
        columns[1, k] = -1 - receiver[k] if two < 0 or odd[two] else vm[two]
        columns[2, k] = atom[here]
        columns[3, k] = atom[there]
        columns[4, k] = watched[here] if two < 0 else -1
        columns[5, k] = away
        columns[6, k] = back


@once
def _roles_of(compiled: Compiled) -> _Roles:
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
    fronted = ways[:, at.WAY_KIND] == at.WAY_FRONTEND
    fronts = np.where(fronted, ways[:, at.WAY_A], 0)
    flags = compiled.balancers.frontends[fronts, at.FRONT_FLAGS]
    known &= ~fronted | ((flags & (at.AS_CLIENT | at.HARD)) == 0)
    pools, of_front = _pools(compiled)
    balanced = np.where(fronted, of_front[fronts], 0)
    fib = compiled.routes.paged.rows(np.unique(nics[passed, at.NIC_TABLE]).astype(np.int64))
    sets = np.array(sorted(sets_of(compiled, passed.tolist())), np.int64)
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
        np.logical_and.reduce(known[fib], axis=0),
        np.bitwise_or.reduce(balanced[fib], axis=0),
        distinct([compiled.flags, compiled.spaces, *fib])[1],
        distinct([none, *watched[0], *watched[1]])[1],
        known,
        np.isin(ways[:, at.WAY_KIND], STRAIGHT),
        balanced,
        np.append(pools[nic], 0),
    )


def _pools(compiled: Compiled) -> tuple[Table, Table]:
    """Return int64 by NIC and by frontend: a bit for each choice per flow that it is in, or makes."""
    nics, fronts = (
        np.zeros(len(compiled.nics), np.int64),
        np.zeros(len(compiled.balancers.frontends), np.int64),
    )
    row_of = {"/".join(key): row for key, row in compiled.balancers.number.items()}
    choices = [
        (row_of[front], choice) for (front, _), choice in choices_of(compiled).items() if len(choice) > 1
    ]
    for number, (row, choice) in enumerate(choices):
        bit = 1 << min(number, _MOST_POOLS)  # more have no bits, so the last ones share one
        nics[[nic for (nic,) in choice if nic >= 0]] |= bit
        fronts[row] |= bit
    return nics, fronts


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

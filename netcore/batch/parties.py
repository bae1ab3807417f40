"""Who is asked about where two drawings are compared: senders and addresses, in groups that behave alike.

Everybody is a row of ``People``, which stays the same from edit to edit of routes and rules; groups of a
comparison are rows of it put together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch.changes import INTERNET
from netcore.batch.classes import classes_of
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.packets import LOW
from netcore.batch.sheets import Table
from netcore.document.values import Address
from netcore.forwarding.drawing import drawing_of

STAND_INS = tuple(map(ip_address, ("8.8.8.8", "9.9.9.9", "1.1.1.1", "4.4.4.4")))
"""Addresses that may stand for the Internet; the first that nobody in a drawing has is taken."""


@dataclass(frozen=True, eq=False)
class People:
    """Everybody who is asked about, one by one.

    Args:
        vms: ids of VMs, sorted; they are the first senders.
        senders: ``vms/ID`` or ``hosts/ID``.
        to, addresses: path of a holder, and the address.
        holder: int64 by address, the row of the VM that alone has it; -1: not one VM alone.
        place: int64 by address, which of its holder's addresses in both drawings it is.
        plain: bool by address: it is of VMs, or of nobody in the cloud; else somebody rewrites destinations.
    """

    vms: tuple[str, ...]
    senders: tuple[str, ...]
    to: tuple[str, ...]
    addresses: tuple[Address, ...]
    holder: Table
    place: Table
    plain: Table

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Return the addresses as people write them."""
        return tuple(map(str, self.addresses))

    @cached_property
    def own(self) -> Table:
        """Return int64 by address, the row of the sender whose address it is; -1: of none."""
        places = {path: row for row, path in enumerate(self.senders)}
        return np.array([places.get(to, -1) for to in self.to], np.int64)

    @cached_property
    def version(self) -> Table:
        """Return 4 or 6 by address, uint8."""
        return np.array([address.version for address in self.addresses], np.uint8)

    @cached_property
    def high(self) -> Table:
        """Return the upper halves of addresses, uint64."""
        return np.array([int(address) >> 64 for address in self.addresses], np.uint64)

    @cached_property
    def low(self) -> Table:
        """Return the lower halves of addresses, uint64."""
        return np.array([int(address) & LOW for address in self.addresses], np.uint64)


_PEOPLE: WeakKeyDictionary[Compiled, People] = WeakKeyDictionary()


def people_of(one: Compiled, other: Compiled, moved: frozenset[str] | None) -> People:
    """Return everybody of two drawings.

    Args:
        moved: VMs that have other addresses in the second, where all else is known to be the same; else None.
    """
    if moved is None:
        return _everybody((one, other))
    found = _PEOPLE.get(one)
    if found is None:
        found = _PEOPLE[one] = _everybody((one,))
    if not moved:
        _PEOPLE[other] = found
        return found
    more = _with_more(found, one, other, moved)
    return _everybody((one, other)) if more is None else more


def _with_more(people: People, one: Compiled, other: Compiled, moved: frozenset[str]) -> People | None:
    """Return everybody, with the addresses besides that VMs have in the second drawing.

    None where an address had somebody already, or has now somebody besides.
    """
    machines = [drawing_of(each.network).machines for each in (one, other)]
    known = {address: row for row, address in enumerate(people.addresses)}
    vms = {vm: row for row, vm in enumerate(people.vms)}
    rows: list[tuple[str, Address, int, int]] = []
    for vm in sorted(moved):
        before, after = (each[vm] for each in machines)
        if any(machine.own.difference(machine.held) for machine in (before, after)):
            return None
        # Who alone had an address may not be alone any more, and who was not alone may be now.
        if any(people.holder[known[address]] != vms[vm] for address in before.held):
            return None
        new = [address for address in after.held if address not in before.held]
        if any(address in known for address in new):
            return None
        rows += [
            (f"vms/{vm}", address, vms[vm], len(before.held) + place) for place, address in enumerate(new)
        ]
    if len({address for _, address, _, _ in rows}) < len(rows):
        return None
    # The Internet stays the last.
    to, addresses = list(people.to), list(people.addresses)
    to[-1:-1], addresses[-1:-1] = [row[0] for row in rows], [row[1] for row in rows]

    def put(column: Table, values: list[int]) -> Table:
        return np.insert(column, len(column) - 1, np.array(values, column.dtype))

    found = People(
        people.vms,
        people.senders,
        tuple(to),
        tuple(addresses),
        put(people.holder, [row[2] for row in rows]),
        put(people.place, [row[3] for row in rows]),
        put(people.plain, [1] * len(rows)),
    )
    found.__dict__["own"] = put(people.own, [row[2] for row in rows])
    return found


def _everybody(drawings: Iterable[Compiled]) -> People:
    """Return all senders, and all addresses that somebody has."""
    drawings = tuple(drawings)
    vms = sorted({vm for each in drawings for vm in each.guests.ids})
    hosts = sorted({sender for each in drawings for sender in each.senders if sender.startswith("hosts/")})
    row_of = {vm: row for row, vm in enumerate(vms)}
    holders: dict[Address, dict[str, int]] = {}
    many: dict[str, int] = {}
    rewritten: dict[Address, str] = {}
    outside: dict[Address, str] = {}
    for compiled in drawings:
        topology = compiled.network.scenario.topology
        for vm, machine in drawing_of(compiled.network).machines.items():
            for address in machine.held:
                theirs = holders.setdefault(address, {})
                if vm not in theirs:
                    theirs[vm] = many[vm] = many.get(vm, -1) + 1
            for address in machine.own.difference(machine.held):
                rewritten.setdefault(address, f"vms/{vm}")
        for key, balancer in topology.load_balancers.items():
            for front in balancer.frontends.values():
                if front.address is not None:
                    rewritten.setdefault(front.address, f"load_balancers/{key}")
        for key, public in topology.public_ips.items():
            rewritten.setdefault(public.address, f"public_ips/{key}")
        for key, endpoint in topology.private_endpoints.items():
            rewritten.setdefault(endpoint.address, f"private_endpoints/{key}")
        for key, host in topology.hosts.items():
            outside.setdefault(host.address, f"hosts/{key}")
    rows: list[tuple[str, Address, int, int, bool]] = []
    for address, found in holders.items():
        first = min(found)
        alone = len(found) == 1 and address not in rewritten
        holder = row_of[first] if alone else -1
        rows.append((f"vms/{first}", address, holder, found[first], address not in rewritten))
    rows.sort(key=lambda row: (row[0], str(row[1])))
    rows += [(name, address, -1, 0, False) for address, name in rewritten.items() if address not in holders]
    taken = {*holders, *rewritten}
    rows += [(name, address, -1, 0, True) for address, name in outside.items() if address not in taken]
    taken.update(outside)
    rows.append((INTERNET, next(address for address in STAND_INS if address not in taken), -1, 0, True))
    to, addresses, holder_of, places, plain = zip(*rows, strict=True)
    return People(
        tuple(vms),
        (*(f"vms/{vm}" for vm in vms), *hosts),
        to,
        addresses,
        np.array(holder_of, np.int64),
        np.array(places, np.int64),
        np.array(plain, np.bool_),
    )


class Groups(NamedTuple):
    """Rows of ``People`` in groups.

    Args:
        of: int64 by row, its group.
        rows: int64, those of one group together; ``first``: int64 [group + 1], where each begins.
    """

    of: Table
    rows: Table
    first: Table

    def __len__(self) -> int:
        return len(self.first) - 1

    def heads(self) -> Table:
        """Return the first row of each group."""
        found: Table = self.rows[self.first[:-1]]
        return found

    def sizes(self) -> Table:
        """Return how many rows each group has."""
        found: Table = np.diff(self.first)
        return found

    def row(self, group: Table, member: Table) -> Table:
        """Return rows by group and number in the group."""
        found: Table = self.rows[self.first[group] + member]
        return found

    def members(self, group: int) -> list[int]:
        """Return the rows of one group."""
        found: list[int] = self.rows[self.first[group] : self.first[group + 1]].tolist()
        return found


@dataclass(frozen=True, eq=False)
class Parties:
    """Everybody who is asked about, in groups that behave alike in both drawings.

    Several addresses of one holder are in several groups of ``receivers``.
    """

    people: People
    senders: Groups
    receivers: Groups

    @cached_property
    def plain(self) -> Table:
        """Return bool by group of receivers, see ``People``."""
        found: Table = self.people.plain[self.receivers.heads()]
        return found

    @cached_property
    def holders(self) -> Table:
        """Return int64 by group of receivers, the group of senders that hold its addresses; or -1."""
        own = self.people.own[self.receivers.heads()]
        found: Table = np.where(own >= 0, self.senders.of[own], -1)
        return found


def parties_of(people: People, alike: Table) -> Parties:
    """Return everybody in groups.

    Args:
        alike: int64 by VM of ``people``: those with the same number behave alike.
    """
    count = len(people.vms)
    hosts = np.arange(len(people.senders) - count)
    most = int(alike.max(initial=0)) + 1
    senders = _grouped([np.append(alike, most + hosts)])
    rows = np.arange(len(people.to))
    held = people.holder >= 0
    holder = np.where(held, people.holder, 0)
    of = np.where(held, alike[holder] if count else -1, -1 - rows)
    return Parties(people, senders, _grouped([of, np.where(held, people.place, 0)]))


def _grouped(columns: list[Table]) -> Groups:
    firsts, of = distinct(columns)
    rows = np.argsort(of, kind="stable")
    return Groups(of, rows, np.append(0, np.cumsum(np.bincount(of, minlength=len(firsts)))))


def alike_in_both(people: People, one: Compiled, other: Compiled) -> Table:
    """Return a number by VM of ``people``: those with the same one behave alike in each drawing."""
    columns = []
    for compiled in (one, other):
        of = dict(zip(compiled.guests.ids, classes_of(compiled).of.tolist(), strict=True))
        columns.append(np.array([of.get(vm, -1) for vm in people.vms], np.int64))
    alone = [row if _held(one, vm) != _held(other, vm) else -1 for row, vm in enumerate(people.vms)]
    return distinct([*columns, np.array(alone, np.int64)])[1]


def _held(compiled: Compiled, vm: str) -> tuple[Address, ...]:
    machine = drawing_of(compiled.network).machines.get(vm)
    return () if machine is None else machine.held


class Pairs(NamedTuple):
    """Pairs to ask, one per row.

    Args:
        sender, of_sender: group of senders, and which of them is asked; int64.
        receiver, of_receiver: the same of addresses.
        spread: bool: a hash matters, so the pair stands for itself alone.
    """

    sender: Table
    of_sender: Table
    receiver: Table
    of_receiver: Table
    spread: Table

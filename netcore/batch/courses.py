"""Which appliances flows passed, read from the names of their ways; and what a hash decides on the way."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import ABSENT, STRIDE, Answers, name_of_way, way_of
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.packets import Packets
from netcore.batch.passing import is_usual, middles
from netcore.batch.sheets import Table
from netcore.forwarding.walk import follow
from netcore.trace.model import Leg

_MOST = 4_096
"""Rows of appliances that are named beforehand."""

_MASK = 0xFFFF_FFFF_FFFF_FFFF


class Passed(NamedTuple):
    """Appliances of the two directions in order, ``vms/ID``."""

    forward: tuple[str, ...]
    back: tuple[str, ...]

    @property
    def symmetric(self) -> bool:
        """Whether the answer passed those of the request, the last one first."""
        return self.forward == self.back[::-1]


class Courses:
    """Knows rows of appliances by the part of a way's name that they make.

    A name is a number in base ``STRIDE`` with a digit for each place, so what the ends add can be taken away.
    """

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        vms = compiled.guests.vms[: len(compiled.guests.ids)]
        # The last one is for no place, and for those that only a walk names.
        self._vm_at = np.full(len(compiled.names) + 1, -1, np.int64)
        self._vm_at[vms[:, at.VM_AT]] = np.arange(len(vms))
        rows = [
            (f"nics/{compiled.nic_ids[nic]}", f"vms/{compiled.guests.ids[vm]}")
            for nic in middles(compiled).tolist()
            if (vm := int(compiled.nics[nic, at.NIC_VM])) >= 0 and is_usual(compiled, vm)
        ]
        self._known = _rows_of(tuple(rows))

    def symmetric(self, packets: Packets, answers: Answers, rows: Table) -> Table:
        """Return for some rows whether the answer passed the appliances of the request."""
        found = np.ones(len(rows), np.bool_)
        back = answers.back
        passing = (answers.forward.hops[rows] > 1) | (back.hops[rows] > 1)
        passing |= answers.forward.hops[rows] != back.hops[rows]
        passing &= back.outcome[rows] != ABSENT
        some = np.flatnonzero(passing)
        if not len(some):
            return found
        asked = rows[some]
        receivers = self._vm_at[np.minimum(answers.forward.at, len(self._vm_at) - 1)]
        # The ports of a pair mostly go one way.
        legs = (answers.forward, back)
        columns = [column[asked] for leg in legs for column in (leg.way, leg.hops)]
        firsts, of = distinct([packets.source[asked], receivers[asked], *columns])
        asked = asked[firsts]
        keys = self._keys(packets, answers, asked, receivers[asked])
        first, which = distinct(list(keys.T))
        told = [
            self._told(key, packets, row)
            for key, row in zip(keys[first].tolist(), asked[first].tolist(), strict=True)
        ]
        found[some] = np.array(told, np.bool_)[which][of]
        return found

    def _told(self, key: list[int], packets: Packets, row: int) -> bool:
        known, there, forward, back_there, back = key
        one, other = self._known.get((there, forward)), self._known.get((back_there, back))
        if known and one is not None and other is not None:
            return one == other[::-1]
        return self.passed(packets, row).symmetric

    def _keys(self, packets: Packets, answers: Answers, rows: Table, receivers: Table) -> Table:
        """Return what tells rows apart: appliances and their part of the name, both ways.

        The first number is 0 where an end is not usual; then the others are the whole names.
        """
        compiled = self._compiled
        vms = compiled.guests.vms
        senders = packets.source[rows]
        count = len(compiled.guests.ids)
        usual = senders < count
        sender_nic = np.where(usual, vms[np.minimum(senders, max(0, count - 1)), at.VM_NIC], -1)
        receiver_nic = np.where(receivers >= 0, vms[receivers, at.VM_NIC], -1)
        # An address that no VM has is left by the last appliance.
        usual &= (sender_nic >= 0) & ((receivers < 0) | (receiver_nic >= 0))
        digit_vm, digit_nic = compiled.name_of_vm, compiled.name_of_nic
        ends = receivers >= 0
        one = _joined(digit_vm[np.where(usual, senders, 0)], digit_nic[sender_nic])
        one_back = _joined(digit_nic[sender_nic], digit_vm[np.where(usual, senders, 0)])
        two = np.where(ends, _joined(digit_nic[receiver_nic], digit_vm[receivers]), np.uint64(0))
        two_back = np.where(ends, _joined(digit_vm[receivers], digit_nic[receiver_nic]), np.uint64(0))
        tail = np.where(ends, 2, 0)
        there = answers.forward.hops[rows].astype(np.int64) - 1
        # Outside, nobody of the drawing puts the answer on the wire first.
        back_there = answers.back.hops[rows].astype(np.int64) - ends
        forward = _between(answers.forward.way[rows], one, two, tail, there)
        two_places = np.full(len(rows), 2)
        back = _between(answers.back.way[rows], two_back, one_back, two_places, back_there)
        forward = np.where(usual, forward, answers.forward.way[rows])
        back = np.where(usual, back, answers.back.way[rows])
        columns = (usual.astype(np.int64), there, forward, back_there, back)
        return np.stack([column.astype(np.uint64) for column in columns], axis=1)

    def passed(self, packets: Packets, row: int) -> Passed:
        """Return what one flow passed, by walking it."""
        trace = follow(self._compiled.network, packets.packet(row))
        end = trace.forward.verdict.at
        sender = packets.senders[int(packets.source[row])]
        return Passed(_vms(trace.forward, sender, end), _vms(trace.back, sender, end) if trace.back else ())


@lru_cache(maxsize=16)
def _rows_of(appliances: tuple[tuple[str, str], ...]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return rows of appliances, given as NIC and VM, by how many they are and the name that they make."""
    digits = [name_of_way((nic, vm, nic)) for nic, vm in appliances]
    known: dict[tuple[int, int], tuple[int, ...]] = {(0, 0): ()}
    level: dict[int, tuple[int, ...]] = {0: ()}
    power = pow(STRIDE, 3, 1 << 64)
    for depth in range(1, 4):
        if len(level) * len(digits) > _MOST:
            break
        level = {
            (name * power + digit) & _MASK: (*passed, number)
            for name, passed in level.items()
            for number, digit in enumerate(digits)
            if number not in passed
        }
        known |= {(depth, name): passed for name, passed in level.items()}
    return known


def _vms(leg: Leg, sender: str, end: str | None) -> tuple[str, ...]:
    return tuple(place for place in way_of(leg) if place.startswith("vms/") and place not in (sender, end))


def _joined(one: Table, other: Table) -> Table:
    found: Table = one * np.uint64(STRIDE) + other
    return found


_POWERS = np.array([pow(STRIDE, power, 1 << 64) for power in range(800)], np.uint64)
_UNDO = np.array([pow(pow(STRIDE, -1, 1 << 64), power, 1 << 64) for power in range(3)], np.uint64)


def _between(way: Table, head: Table, tail: Table, tails: Table, appliances: Table) -> Table:
    """Return the part of a way's name between its ends; ``tails`` is how many places the last end has."""
    inner = 3 * np.maximum(appliances, 0)
    found: Table = (way - head * _POWERS[inner + tails] - tail) * _UNDO[tails]
    return found


def choices_of(compiled: Compiled) -> dict[tuple[str, int], tuple[tuple[int, ...], ...]]:
    """Return every choice per flow: what is chosen from, by the path of who chooses."""
    found: dict[tuple[str, int], tuple[tuple[int, ...], ...]] = {}
    fronts, balancers = compiled.balancers.frontends, compiled.balancers
    for (balancer, frontend), row in balancers.number.items():
        start = int(fronts[row, at.FRONT_RULES])
        for number in range(int(fronts[row, at.FRONT_RULED])):
            rule = balancers.rules[start + number]
            first, count = int(rule[at.RULE_MEMBERS]), int(rule[at.RULE_COUNT])
            members = balancers.members[first : first + count, at.MEMBER_NIC].tolist()
            found[f"{balancer}/{frontend}", number] = tuple((int(nic),) for nic in members)
    return found


def members_of(compiled: Compiled) -> frozenset[str]:
    """Return the VMs that some hash may choose: ``vms/ID``."""
    rows = {nic for choice in choices_of(compiled).values() for (nic,) in choice if len(choice) > 1}
    return frozenset(
        f"vms/{compiled.guests.ids[vm]}"
        for nic in rows
        if nic >= 0 and (vm := int(compiled.nics[nic, at.NIC_VM])) >= 0
    )


def is_even(compiled: Compiled) -> bool:
    """Return whether it does not matter for the end of a flow whom a hash chooses on the way.

    Those it chooses from must be treated alike and do alike, none may be in two choices, and none the next
    hop of a route besides; and there are no equal routes.
    """
    ways = compiled.routes.ways
    if (ways[:, at.WAY_KIND] == at.WAY_EQUAL).any() or (compiled.outs[:, at.OUT_KIND] == at.OUT_POOL).any():
        return False
    named = set(ways[ways[:, at.WAY_KIND] == at.WAY_NIC, at.WAY_A].tolist())
    taken: set[int] = set()
    for choice in choices_of(compiled).values():
        members = {nic for (nic,) in choice}
        if len(members) < 2:
            continue
        vms = {int(compiled.nics[nic, at.NIC_VM]) for nic in members}
        if members & named or vms & taken or len({_treated(compiled, nic) for nic in members}) > 1:
            return False
        if not all(vm >= 0 and is_usual(compiled, vm) for vm in vms):
            return False
        taken |= vms
    return True


_TREATED = (at.NIC_TABLE, at.NIC_VNET, at.NIC_OUT, at.NIC_IN, at.NIC_FLAGS)


def _treated(compiled: Compiled, nic: int) -> tuple[object, ...]:
    row = compiled.nics[nic]
    vm = compiled.guests.vms[row[at.NIC_VM]]
    start, count = int(vm[at.VM_SERVICES]), int(vm[at.VM_SERVICED])
    services = compiled.guests.services[start : start + max(0, count)]
    return (*row[list(_TREATED)].tolist(), int(vm[at.VM_FLAGS]), count, services.tobytes())

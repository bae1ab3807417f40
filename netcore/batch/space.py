"""The plain part of a network for all pairs and all headers: who may send, who may receive, what is between.

Plain is what only routes and rules decide: VMs with one NIC that send from it, appliances that only forward,
balancers in front of them that take all ports. Everything else is asked of ``cells``, pair by pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from netcore.batch import kernel_space as kernel
from netcore.batch import layout as at
from netcore.batch.classes import Classes, classes_of
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.kernel_routes import STAGE_BITS, Fabric, walked
from netcore.batch.once import once
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.forwarding.drawing import drawing_of
from netcore.trace.packet import TCP, UDP

_ICMP, _ICMPV6 = 1, 58
_PORTS = 65_536


class Kind(NamedTuple):
    """Protocols that rules and the fabric treat alike: ``numbers``, and their class for rules."""

    name: str
    rule_class: int
    numbers: tuple[int, ...]


@dataclass
class Stages:
    """Appliances on the way: single ones and pools; columns as ``kernel_space`` takes them."""

    of_way: Table
    rows: Table
    members: list[list[int]]
    chains: Table


@dataclass
class Space:
    """What the loops over pairs take; see ``kernel_space`` for the columns.

    Args:
        rows: class of each sender and receiver, by subnet; those of other classes are asked of ``cells``.
        subnets: subnet of each row.
        fabric, groups: what routes alone are walked with.
        routed: how routes and open stages decide, by group of senders and receiver.
    """

    classes: Classes
    kinds: list[Kind]
    rows: Table
    subnets: Table
    fabric: Fabric
    groups: Table
    pairs: kernel.Pairs
    sets: kernel.Spans
    routed: Table

    @property
    def icmp(self) -> int:
        """Return which kind ICMP is, or -1 where the fabric does not carry it."""
        return self.kind_of(_ICMP)

    def kind_of(self, protocol: int) -> int:
        """Return which kind a protocol is, or -1 where the fabric does not carry it."""
        return next((index for index, kind in enumerate(self.kinds) if protocol in kind.numbers), -1)


@once
def space_of(compiled: Compiled) -> Space:
    """Return the plain part of a network, IPv4; all questions about one network share it."""
    classes = classes_of(compiled)
    row_of = {vm: row for row, vm in enumerate(compiled.guests.ids)}
    firsts = [row_of[each.vms[0]] for each in classes.classes]
    plain = [index for index, row in enumerate(firsts) if _is_plain(compiled, row)]
    nics = compiled.guests.vms[[firsts[index] for index in plain], at.VM_NIC].astype(np.int64)
    subnets = compiled.nics[nics, at.NIC_SUBNET] if len(nics) else np.zeros(0, np.int64)
    order = np.argsort(subnets, kind="stable")
    rows, nics, subnets = np.array(plain, np.int32)[order], nics[order], subnets[order]
    atoms = compiled.nics[nics, at.NIC_SOURCE4].astype(np.int64)
    stages = _stages(compiled)
    member = np.zeros((len(stages.rows), len(nics)), np.bool_)
    for stage, found in enumerate(stages.members):
        member[stage] = np.isin(nics, found)
    carried, source_of = _carried(compiled)
    fabric = Fabric(
        compiled.routes.paged.grid(np.arange(len(compiled.routes.paged.pages)), atoms),
        compiled.routes.ways,
        compiled.owners.first,
        compiled.owners.after,
        compiled.owners.hold,
        stages.of_way,
        stages.rows,
        member,
        carried,
        atoms,
        nics,
        compiled.nics[nics, at.NIC_VNET].astype(np.int64),
    )
    sources = source_of[compiled.spaces[atoms]]
    sending = np.stack([compiled.nics[nics, at.NIC_TABLE], fabric.homes, sources], axis=1)
    groups, group_of = np.unique(sending, axis=0, return_inverse=True)
    groups = groups.astype(np.int64)
    out = compiled.nics[nics, at.NIC_OUT].astype(np.int64)
    into = compiled.nics[nics, at.NIC_IN].astype(np.int64)
    kinds = _kinds(compiled)
    used = sorted({*out.tolist(), *into.tolist(), *stages.chains[:, :2].ravel().tolist()} - {-1})
    number = {chain: index for index, chain in enumerate(used)}
    staged = {int(chain) for chain in stages.chains[:, :2].ravel()}
    made = _Sets(compiled, kinds, atoms, used)
    sending, receiving = (_by_number(side, len(compiled.rules.chains)) for side in (out, into))
    for chain in used:
        made.add(chain, sending[chain], receiving[chain], chain in staged)
    renumber = np.array([number.get(chain, -1) for chain in range(len(compiled.rules.chains))], np.int64)
    tables = made.tables()
    chains = np.zeros((len(stages.chains), 4), np.int64)
    chains[:, :2] = renumber[stages.chains[:, :2]]
    chains[:, 2] = stages.chains[:, 2]
    chains[:, 3] = [made.open(into) and made.open(out) for into, out in chains[:, :2].tolist()]
    inbound = renumber[into]
    changes = np.flatnonzero(np.diff(inbound, prepend=-2, append=-2))
    end, entries, way_to = walked(fabric, groups)
    pairs = kernel.Pairs(
        end,
        entries,
        way_to,
        groups[:, 2].copy(),
        group_of.ravel().astype(np.int64),
        renumber[out],
        inbound,
        changes.astype(np.int64),
        *tables,
        chains,
        made.full,
    )
    sets = kernel.Spans(*made.spans(), _weight(compiled, kinds))
    routed = kernel.routed(pairs)
    return Space(classes, kinds, rows, subnets.astype(np.int64), fabric, groups, pairs, sets, routed)


def _carried(compiled: Compiled) -> tuple[Table, Table]:
    """Return which peerings carry packets of a source, and which kind of source each space is.

    The kinds are bool [kind, crossing]; see ``crossing.cross``.
    """
    crossings = compiled.routes.crossings
    own = compiled.in_space[:, crossings[:, at.CROSS_FROM]] | (crossings[:, at.CROSS_FORWARDED] == 1)
    kinds, of = np.unique(own & (crossings[:, at.CROSS_CODE] == 0), axis=0, return_inverse=True)
    return kinds, of.ravel().astype(np.int64)


def _is_plain(compiled: Compiled, vm: int) -> bool:
    """Return whether only routes and rules decide what a VM sends and takes, over IPv4."""
    if compiled.carried.by_mac or compiled.carried.vpc:
        return False
    row = compiled.guests.vms[vm]
    flags = int(row[at.VM_FLAGS])
    if not flags & at.RUNS or flags & (at.HARD | at.FIREWALLED) or row[at.VM_NIC] < 0:
        return False
    if row[at.VM_SERVICED] != -1 or row[at.VM_FORWARDED] > 0:
        return False
    port = drawing_of(compiled.network).machines[compiled.guests.ids[vm]].ports[0]
    held = [address for address in port.held if address.version == 4]
    nic = compiled.nics[row[at.VM_NIC]]
    return (
        not int(nic[at.NIC_FLAGS]) & (at.WRONG_MAC | at.HARD)
        and len(held) == 1
        and port.source(4) == held[0]
        and len(port.held) == 1
    )


def _stages(compiled: Compiled) -> Stages:
    """Return the appliances that routes name, as far as they only forward."""
    ways = compiled.routes.ways
    of_way = np.full(len(ways), -1, np.int64)
    rows: list[tuple[int, int, int]] = []
    members: list[list[int]] = []
    chains: list[tuple[int, int, int]] = []
    known: dict[tuple[int, int], int] = {}
    taken: dict[int, int] = {}
    for index, way in enumerate(ways.tolist()):
        kind, thing = way[at.WAY_KIND], way[at.WAY_A]
        if kind not in (at.WAY_NIC, at.WAY_FRONTEND):
            continue
        if (kind, thing) in known:
            of_way[index] = known[kind, thing]
            continue
        found = [thing] if kind == at.WAY_NIC else _members(compiled, thing)
        if not found or not all(_only_forwards(compiled, nic) for nic in found):
            known[kind, thing] = -1
            continue
        alike = {tuple(compiled.nics[nic, list(_STAGE_COLUMNS)].tolist()) for nic in found}
        full = len(rows) >= (1 << STAGE_BITS) - 1
        if len(alike) != 1 or any(nic in taken for nic in found) or full:
            known[kind, thing] = -1
            for nic in found:  # two stages that share an appliance: neither is plain
                of_way[of_way == taken.get(nic, -2)] = -1
            continue
        table, vnet, out, into = next(iter(alike))
        taken |= dict.fromkeys(found, len(rows))
        of_way[index] = known[kind, thing] = len(rows)
        rows.append((table, vnet, len(found)))
        members.append(found)
        chains.append((into, out, int(kind == at.WAY_FRONTEND and not compiled.carried.icmp_ha_ports)))
    if not rows:
        rows, chains, members = [(0, 0, 0)], [(-1, -1, 0)], [[]]
    return Stages(of_way, np.array(rows, np.int64), members, np.array(chains, np.int64))


_STAGE_COLUMNS = (at.NIC_TABLE, at.NIC_VNET, at.NIC_OUT, at.NIC_IN)


def _members(compiled: Compiled, frontend: int) -> list[int]:
    """Return the appliances behind a frontend that gives all ports to them; none where it is not so."""
    front = compiled.balancers.frontends[frontend]
    if front[at.FRONT_RULED] != 1 or int(front[at.FRONT_FLAGS]) & (at.HARD | at.BASIC):
        return []
    rule = compiled.balancers.rules[front[at.FRONT_RULES]]
    if rule[at.RULE_PROTOCOL] != -1 or int(rule[at.RULE_FLAGS]) & at.HARD:
        return []
    start = int(rule[at.RULE_MEMBERS])
    found = compiled.balancers.members[start : start + int(rule[at.RULE_COUNT]), at.MEMBER_NIC]
    return [int(nic) for nic in found]


def _only_forwards(compiled: Compiled, nic: int) -> bool:
    """Return whether the guest behind a NIC forwards what reaches it, unchanged and by this NIC."""
    row = compiled.nics[nic]
    if row[at.NIC_VM] < 0 or not int(row[at.NIC_FLAGS]) & at.FORWARDS:
        return False
    if int(row[at.NIC_FLAGS]) & (at.WRONG_MAC | at.HARD):
        return False
    guest = compiled.guests.vms[row[at.NIC_VM]]
    flags = int(guest[at.VM_FLAGS])
    return (
        bool(flags & at.RUNS)
        and bool(flags & at.FORWARDS)
        and not flags & (at.HARD | at.SNAT | at.FIREWALLED)
        and int(guest[at.VM_NIC]) == nic
        and int(guest[at.VM_FORWARDED]) == 0
    )


def _kinds(compiled: Compiled) -> list[Kind]:
    """Return the protocols of IPv4 that the fabric carries, by what tells them apart."""
    found: dict[tuple[str, int], list[int]] = {}
    for number in np.flatnonzero(compiled.carried.protocol).tolist():
        if number == _ICMPV6:
            continue
        name = {TCP: "tcp", UDP: "udp", _ICMP: "icmp"}.get(number, "ports" if number in PORTED else "none")
        found.setdefault((name, int(compiled.rules.protocol_class[number])), []).append(number)
    return [Kind(name, number, tuple(numbers)) for (name, number), numbers in found.items()]


def _weight(compiled: Compiled, kinds: list[Kind]) -> Table:
    """Return how many headers of each kind go to the ports below a number."""
    each = np.zeros((len(kinds), _PORTS + 1), np.int64)
    carried = compiled.carried
    for index, kind in enumerate(kinds):
        if kind.name == "udp":
            each[index, 1:] = np.where(carried.to_port, int(carried.from_port.sum()), 0)
            if carried.to_port[67] and carried.from_port[68]:
                each[index, 68] -= 1  # 68 to 67 asks for an address: the platform keeps it
        elif kind.name in ("tcp", "ports"):
            each[index, 1:] = _PORTS * len(kind.numbers)
        else:
            each[index, 1] = len(kind.numbers)
    return np.cumsum(each, axis=1)


class _Sets:
    """The allowed sets of chains, made chain by chain; equal ones are one.

    Args:
        atoms: address of each row.
        chains: those that will be added, in this order.
    """

    def __init__(self, compiled: Compiled, kinds: list[Kind], atoms: Table, chains: list[int]) -> None:
        self._rules = compiled.rules
        self._atoms = atoms
        self._protocols = np.array([kind.rule_class for kind in kinds], np.int64)
        self._portless = np.array([kind.name in ("icmp", "none") for kind in kinds], np.bool_)
        self._sourced, self._bits = _sourced(compiled)
        asked = np.unique(np.concatenate([np.zeros(0, np.int64), *(self._sets(chain) for chain in chains)]))
        self._place = np.searchsorted(asked, np.arange(len(self._rules.sets)))
        sides = self._rules.sources, self._rules.destinations
        self._classes = tuple(side.grid(asked, atoms) for side in sides)
        self._sides: tuple[list[Table], list[Table]] = ([], [])
        self._ids: list[Table] = []
        self._base: list[int] = []
        self._width: list[int] = []
        self._used = 0
        self._memory = _Memory(len(kinds))
        self._memory.put_full(self._portless)
        self.full = 0

    def _sets(self, chain: int) -> Table:
        """Return the rule sets of a chain, in order."""
        row = self._rules.chains[chain]
        start, count = int(row[at.CHAIN_START]), int(row[at.CHAIN_COUNT])
        found: Table = self._rules.chain_sets[start : start + count].astype(np.int64)
        return found

    def add(self, chain: int, sending: Table, receiving: Table, staged: bool) -> None:
        """Make the sets of a chain, as far as its senders and receivers need them.

        Args:
            sending, receiving: rows that ask it.
        """
        sets = self._sets(chain)
        (sources, of_source, sent), (destinations, of_destination, taken) = (
            _side(classes[self._place[sets]]) for classes in self._classes
        )
        used = np.zeros((len(sources), len(destinations)), np.bool_)
        if staged:
            used[np.ix_(sent, taken)] = True
        used[np.ix_(of_source[sending], taken)] = True
        used[np.ix_(sent, of_destination[receiving])] = True
        ids = np.full(used.shape, kernel.NOT_MADE, np.int32)
        if len(sets) == 0:
            ids[:] = self.full
        else:
            classes = self._rules.destination_ports.rows(sets).T
            change = np.ones(len(classes), np.bool_)
            change[1:] = (classes[1:] != classes[:-1]).any(axis=1)
            cuts = np.searchsorted(self._rules.port_atom, np.flatnonzero(change))
            while not kernel.chain_sets(
                used,
                sources,
                destinations,
                self._rules.sets[sets],
                self._bits,
                self._sourced[sets],
                self._protocols,
                self._portless,
                cuts.astype(np.int64),
                np.ascontiguousarray(classes[change]).astype(np.int64),
                ids,
                *self._memory.tables(),
            ):
                self._memory.grow()
        self._sides[0].append(of_source)
        self._sides[1].append(of_destination)
        self._base.append(self._used)
        self._width.append(ids.shape[1])
        self._ids.append(ids.ravel())
        self._used += ids.size

    def tables(self) -> tuple[Table, Table, Table, Table, Table]:
        """Return classes of sources [sender, chain], of destinations [chain, receiver], and their ids."""
        if not self._ids:
            none = np.zeros((1, len(self._atoms)), np.uint16)
            return none.T.copy(), none, np.zeros(1, np.int64), np.ones(1, np.int64), np.zeros(1, np.int32)
        # There may be as many classes as there are rows; fewer fit in half the room.
        kind = np.uint16 if len(self._atoms) < _PORTS else np.int32
        sources, destinations = (np.array(side, kind) for side in self._sides)
        return (
            np.ascontiguousarray(sources.T),
            destinations,
            np.array(self._base, np.int64),
            np.array(self._width, np.int64),
            np.concatenate(self._ids),
        )

    def open(self, chain: int) -> bool:
        """Return whether a chain that stages ask lets everything pass, by its place among those added."""
        if chain < 0:
            return False
        made = self._ids[chain]
        return bool((made[made != kernel.NOT_MADE] == self.full).all())

    def spans(self) -> tuple[Table, Table, Table]:
        """Return offsets, first ports and ports behind the last."""
        return self._memory.offsets, self._memory.lows, self._memory.highs


class _Memory:
    """Known sets of spans, see ``kernel_space.chain_sets``."""

    def __init__(self, kinds: int) -> None:
        self._kinds = max(1, kinds)
        self.keys = np.zeros(1 << 14, np.uint64)
        self.key_set = np.full(1 << 14, -1, np.int64)
        self.offsets = np.zeros((1 << 13) * self._kinds + 1, np.int64)
        self.lows, self.highs = np.zeros(1 << 18, np.int32), np.zeros(1 << 18, np.int32)
        self.state = np.zeros(2, np.int64)

    def tables(self) -> tuple[Table, ...]:
        """Return what the kernel takes."""
        return self.keys, self.key_set, self.offsets, self.lows, self.highs, self.state

    def put_full(self, portless: Table) -> None:
        """Make the set of all headers number 0."""
        kinds = len(portless)
        low = np.zeros(self._kinds, np.int32)
        high = np.where(portless, 1, _PORTS).astype(np.int32) if kinds else np.zeros(1, np.int32)
        ends = np.arange(self._kinds + 1, dtype=np.int64)
        kernel._interned(low, high, ends, kinds, kinds, *self.tables())

    def grow(self) -> None:
        """Double everything; known sets keep their numbers."""
        self.offsets = np.concatenate([self.offsets, np.zeros_like(self.offsets)])
        self.lows = np.concatenate([self.lows, np.zeros_like(self.lows)])
        self.highs = np.concatenate([self.highs, np.zeros_like(self.highs)])
        keys, key_set = self.keys, self.key_set
        size = len(keys) * 2
        self.keys, self.key_set = np.zeros(size, np.uint64), np.full(size, -1, np.int64)
        for key, number in zip(keys.tolist(), key_set.tolist(), strict=True):
            if number >= 0:
                place = key & (size - 1)
                while self.key_set[place] >= 0:
                    place = (place + 1) & (size - 1)
                self.keys[place], self.key_set[place] = key, number


def _side(rows: Table) -> tuple[Table, Table, Table]:
    """Return the classes of a chain on one side, [class, set], which one each row has, and those it has.

    Args:
        rows: [set, row], class of each row by each set of the chain.
    """
    if len(rows) == 1:
        of = rows[0]
        has = np.zeros(int(of.max(initial=0)) + 1, np.bool_)
        has[of] = True
        return np.arange(len(has))[:, None], of, np.flatnonzero(has)
    if not rows.size:
        return np.zeros((1, 1), np.int64), np.zeros(rows.shape[1], np.int64), np.zeros(1, np.int64)
    firsts, of = distinct(list(rows))
    return rows[:, firsts].T.astype(np.int64), of, np.arange(len(firsts))


def _by_number(values: Table, count: int) -> list[Table]:
    """Return the rows that have each value from 0 to before a number, ascending."""
    order = np.argsort(values, kind="stable")
    limits = np.searchsorted(values[order], np.arange(count + 1))
    return [order[limits[number] : limits[number + 1]] for number in range(count)]


def _sourced(compiled: Compiled) -> tuple[Table, Table]:
    """Return where the rules of each set stand that look at source ports, and the bits with them added."""
    rules = compiled.rules
    offsets, more, used = [], [], len(rules.bits)
    for index, given in enumerate(rules.given):
        words = int(rules.sets[index, at.SET_WORDS])
        bits = np.zeros(words * 64, np.bool_)
        bits[: len(given.rules)] = [rule.source_ports is not None for rule in given.rules]
        offsets.append(used)
        more.append(np.packbits(bits, bitorder="little").view(np.uint64))
        used += words
    return np.array(offsets or [0], np.int64), np.concatenate([rules.bits, *more])

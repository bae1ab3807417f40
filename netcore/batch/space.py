"""The plain part of a network for all pairs and all headers: who may send, who may receive, what is between.

Plain is what only routes and rules decide: VMs with one NIC that send from it, appliances that only forward,
balancers in front of them that take all ports. Everything else is asked of ``cells``, pair by pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netcore.batch import kernel_space as kernel
from netcore.batch import layout as at
from netcore.batch.allowed import PORTS, AllowedSets, Kind
from netcore.batch.classes import Classes, classes_of
from netcore.batch.compile import Compiled
from netcore.batch.kernel_routes import STAGE_BITS, Fabric, walked
from netcore.batch.once import once
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.trace.packet import TCP, UDP

_ICMP, _ICMPV6 = 1, 58
_ODD = at.WRONG_MAC | at.HARD


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
    firsts = np.array([row_of[each.vms[0]] for each in classes.classes], np.int64)
    plain = np.flatnonzero(_are_plain(compiled, firsts))
    nics = compiled.guests.vms[firsts[plain], at.VM_NIC].astype(np.int64)
    subnets = compiled.nics[nics, at.NIC_SUBNET] if len(nics) else np.zeros(0, np.int64)
    order = np.argsort(subnets, kind="stable")
    rows, nics, subnets = plain.astype(np.int32)[order], nics[order], subnets[order]
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
    made = AllowedSets(compiled, kinds, atoms, used)
    senders, receivers = (_by_number(side, len(compiled.rules.chains)) for side in (out, into))
    for chain in used:
        made.add(chain, senders[chain], receivers[chain], chain in staged)
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


def _are_plain(compiled: Compiled, vms: Table) -> Table:
    """Return of which VMs only routes and rules decide what they send and take, over IPv4: bool by place.

    Args:
        vms: int64, rows of guests.
    """
    if compiled.carried.by_mac or compiled.carried.vpc:
        return np.zeros(len(vms), np.bool_)
    guests = compiled.guests.vms[vms]
    nics = compiled.nics[guests[:, at.VM_NIC]]  # that of a VM without one is any
    flags = guests[:, at.VM_FLAGS] & (at.RUNS | at.HARD | at.FIREWALLED)
    sends = (flags == at.RUNS) & (guests[:, at.VM_NIC] >= 0) & (nics[:, at.NIC_FLAGS] & _ODD == 0)
    takes = (guests[:, at.VM_SERVICED] == -1) & (guests[:, at.VM_FORWARDED] <= 0)
    held = compiled.held[np.minimum(nics[:, at.NIC_HELD], len(compiled.held) - 1)]
    plain: Table = sends & takes & (nics[:, at.NIC_HELDS] == 1) & (nics[:, at.NIC_SOURCE4] == held)
    return plain


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
    each = np.zeros((len(kinds), PORTS + 1), np.int64)
    carried = compiled.carried
    for index, kind in enumerate(kinds):
        if kind.name == "udp":
            each[index, 1:] = np.where(carried.to_port, int(carried.from_port.sum()), 0)
            if carried.to_port[67] and carried.from_port[68]:
                each[index, 68] -= 1  # 68 to 67 asks for an address: the platform keeps it
        elif kind.name in ("tcp", "ports"):
            each[index, 1:] = PORTS * len(kind.numbers)
        else:
            each[index, 1] = len(kind.numbers)
    return np.cumsum(each, axis=1)


def _by_number(values: Table, count: int) -> list[Table]:
    """Return the rows that have each value from 0 to before a number, ascending."""
    order = np.argsort(values, kind="stable")
    limits = np.searchsorted(values[order], np.arange(count + 1))
    return [order[limits[number] : limits[number + 1]] for number in range(count)]

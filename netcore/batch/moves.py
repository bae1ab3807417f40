"""VMs that are something else than before: their rows of tables, made anew in copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from netcore.batch import guests
from netcore.batch import layout as at
from netcore.batch.classes import named, named_by, prefixes_of
from netcore.batch.compile import Compiled
from netcore.batch.edge import WaysOut
from netcore.batch.sheets import Names, Table
from netcore.control.prefixes import ends
from netcore.document.values import Address
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Machine
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Sessions, State


def may_move(earlier: Compiled, later: Mapping[str, Machine], vms: Iterable[str]) -> bool:
    """Return whether nothing names some VMs, their NICs or addresses.

    Args:
        later: what the guests are now.
    """
    before = drawing_of(earlier.network).machines
    known = named(earlier.network)
    for vm in vms:
        one, other = before[vm], later[vm]
        names: set[object] = {f"vms/{vm}", *addresses_of(one), *addresses_of(other)}
        names |= {f"nics/{port.id}" for port in one.ports}
        if not known.keys().isdisjoint(names):
            return False
    return True


def addresses_of(machine: Machine) -> set[Address]:
    """Return the addresses that the fabric or the guest of a VM has for its own."""
    return {*machine.own, *machine.held}


def has_moved(before: Machine, later: Machine) -> bool:
    """Return whether a VM has other addresses."""
    return before.held != later.held or before.own != later.own


def named_vms(machines: Mapping[str, Machine], vms: Iterable[str]) -> set[str]:
    """Return the VMs that the guests of some VMs name."""
    values = {value for vm in vms for value in named_by(machines[vm])}
    if not values:
        return set()
    return {
        vm
        for vm, machine in machines.items()
        if vm in values or f"vms/{vm}" in values or not values.isdisjoint(addresses_of(machine))
    }


def ranges_of(machines: Mapping[str, Machine], vms: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    """Yield what VMs hold and tell apart as ranges: they must be unions of atoms."""
    some = [machines[vm] for vm in sorted(vms)]
    yield from guests.ranges(some)
    for machine in some:
        for address in machine.held:
            yield address.version, int(address), int(address)
        for prefix in prefixes_of(machine):
            yield prefix.version, *ends(prefix)


def move(found: Compiled, earlier: Compiled, vms: set[str]) -> bool:
    """Write the rows of VMs anew, in copies of the tables; return whether that is possible.

    Args:
        found: it has the network and the atoms of the later drawing, and tables of the earlier one.
    """
    drawing = drawing_of(found.network)
    run = Run(found.network, drawing, State(), Sessions(), Phase.OPENING)
    nic_row = {key: row for row, key in enumerate(found.nic_ids)}
    before = drawing_of(earlier.network).machines
    found._hard.subtract(why for vm in vms if (why := guests.hard(before[vm])))
    part = guests.made(run, found.atoms, nic_row, Names(found.names), found._count, vms)
    found.guests = guests.again(found.guests, part)
    found.nics = found.nics.copy()
    for vm in sorted(vms):
        for port in drawing.machines[vm].ports:
            nic = nic_row[port.id]
            found.nics[nic, at.NIC_FLAGS] = at.FORWARDS * port.ip_forwarding | at.WRONG_MAC * (
                port.guest_mac != port.mac
            )
            for column, version in ((at.NIC_SOURCE4, 4), (at.NIC_SOURCE6, 6)):
                source = port.source(version)
                found.nics[nic, column] = -1 if source is None else found.atoms.of(source)
            out = WaysOut(run, found.atoms, found._count)
            out.add(port, [found.atoms.of(address) for address in port.held])
            held, outs = out.tables()[:2]
            if not _hold(found, nic, held[: len(port.held)], outs[: len(port.held)]):
                return False
    return True


def _hold(found: Compiled, nic: int, held: Table, outs: Table) -> bool:
    """Give a NIC other addresses, with their ways out; return whether that is possible."""
    start, count = found.nics[nic, [at.NIC_HELD, at.NIC_HELDS]].tolist()
    here = found.outs[start : start + count]
    # The addresses of a NAT gateway stay where they are.
    pooled, kept = outs[:, at.OUT_KIND] == at.OUT_POOL, here[here[:, at.OUT_KIND] == at.OUT_POOL]
    if pooled.any():
        if not len(kept):
            return False
        outs = np.where(pooled[:, None], kept[:1], outs)
    # Addresses stand in the order of NICs.
    found.held = np.concatenate([found.held[:start], held, found.held[start + count :]])
    found.outs = np.concatenate([found.outs[:start], outs, found.outs[start + count :]])
    found.nics[nic, at.NIC_HELDS] = len(held)
    found.nics[nic + 1 : len(found.nic_ids), at.NIC_HELD] += len(held) - count
    rows = _holders(found.owners, nic, int(found.nics[nic, at.NIC_VNET]), held.tolist())
    found.owners = replace(found.owners, **rows)
    return True


def _holders(owners: Any, nic: int, vnet: int, held: list[int]) -> dict[str, Table]:
    """Return the tables of holders with other addresses for a NIC that has no public one."""
    holding = np.flatnonzero(owners.first >= 0)
    atom = np.repeat(holding, (owners.after - owners.first)[holding])
    hold = owners.hold[: len(atom)]
    kept = ~((hold[:, at.HOLD_KIND] == at.HELD_BY_NIC) & (hold[:, at.HOLD_ID] == nic))
    more = np.array([[vnet, at.HELD_BY_NIC, nic, -1]] * len(held), np.int32)
    hold, atom = np.vstack([hold[kept], more]), np.append(atom[kept], held)
    order = np.lexsort((*hold.T[::-1], atom))
    hold, atom = hold[order], atom[order]
    each, starts, counts = np.unique(atom, return_index=True, return_counts=True)
    first, after = np.full_like(owners.first, -1), np.full_like(owners.after, -1)
    first[each], after[each] = starts, starts + counts
    return {"first": first, "after": after, "hold": hold}

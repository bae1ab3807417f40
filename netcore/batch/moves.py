"""A compiled network brought up to date where VMs stop, start, or have other addresses.

Only of VMs that nothing names: no route, pool, public address, group or other guest. Then nobody else's way
passes them, and of all tables only their own rows change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from netcore.batch import layout as at
from netcore.batch.classes import named
from netcore.batch.compile import Compiled
from netcore.batch.edge import WaysOut
from netcore.batch.sheets import Table
from netcore.document.models import NIC, Topology, VirtualMachine
from netcore.document.values import Address
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Machine
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Sessions, State


def moved_vms(before: Topology, after: Topology, changed: list[tuple[str, str]]) -> set[str] | None:
    """Return the VMs that move by what has changed; None where more does than can be brought up to date.

    Args:
        changed: collection and key of what differs; things other than VMs and NICs do not count.
    """
    found: set[str] = set()
    for name, key in changed:
        if name == "vms":
            if not _only_power(before.vms.get(key), after.vms.get(key)):
                return None
            found.add(key)
        elif name == "nics":
            one, other = before.nics.get(key), after.nics.get(key)
            if one is None or other is None:
                return None
            if one.configurations != other.configurations:
                if not _only_addresses(one, other) or one.vm is None:
                    return None
                found.add(one.vm)
    return found


def _only_power(one: VirtualMachine | None, other: VirtualMachine | None) -> bool:
    if one is None or other is None:
        return False
    return one.model_copy(update={"power": other.power}) == other


def _only_addresses(one: NIC, other: NIC) -> bool:
    """Return whether a NIC has other addresses of the same versions, and is of no group."""
    if one.configurations.keys() != other.configurations.keys():
        return False
    for key, here in one.configurations.items():
        there = other.configurations[key]
        if here.application_groups or here.address.version != there.address.version:
            return False
        if here.model_copy(update={"address": there.address}) != there:
            return False
    return True


def may_move(earlier: Compiled, later: Mapping[str, Machine], vms: set[str]) -> bool:
    """Return whether nothing names some VMs, and nothing is special about them.

    Args:
        later: what the guests are now.
    """
    before = drawing_of(earlier.network).machines
    known = named(earlier.network)
    for vm in vms:
        one, other = before[vm], later[vm]
        if not (one.usual and other.usual and len(one.own) == len(other.own)):
            return False
        guest = other.guest
        if guest.bgp is not None or guest.redundancy or guest.session_sync or guest.port_forwards:
            return False
        names: set[object] = {
            f"vms/{vm}",
            f"nics/{one.ports[0].id}",
            *addresses_of(one),
            *addresses_of(other),
        }
        if not known.keys().isdisjoint(names):
            return False
    return True


def addresses_of(machine: Machine) -> set[Address]:
    """Return the addresses that the fabric or the guest of a VM has for its own."""
    return {*machine.own, *machine.held}


def ranges_of(machines: Mapping[str, Machine], vms: set[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the addresses of VMs as ranges: they must be atoms."""
    for vm in sorted(vms):
        for address in addresses_of(machines[vm]):
            yield address.version, int(address), int(address)


def move(found: Compiled, vms: set[str]) -> None:
    """Write the rows of VMs anew, in copies of the tables.

    Args:
        found: it has the network and the atoms of the later drawing, and tables of the earlier one.
    """
    drawing = drawing_of(found.network)
    run = Run(found.network, drawing, State(), Sessions(), Phase.OPENING)
    guests, owners = found.guests, found.owners
    rows, own = guests.vms.copy(), guests.own.copy()
    found.nics, found.held, found.outs = found.nics.copy(), found.held.copy(), found.outs.copy()
    for vm in sorted(vms):
        machine, row = drawing.machines[vm], guests.ids.index(vm)
        port = machine.ports[0]
        nic = found.nic_ids.index(port.id)
        rows[row, at.VM_FLAGS] &= ~at.RUNS
        rows[row, at.VM_FLAGS] |= at.RUNS * run.runs(vm)
        start = int(rows[row, at.VM_OWN])
        own[start : start + len(machine.own)] = sorted(found.atoms.of(address) for address in machine.own)
        held = [found.atoms.of(address) for address in port.held]
        for column, version in ((at.NIC_SOURCE4, 4), (at.NIC_SOURCE6, 6)):
            source = port.source(version)
            found.nics[nic, column] = -1 if source is None else found.atoms.of(source)
        start = int(found.nics[nic, at.NIC_HELD])
        found.held[start : start + len(held)] = held
        out = WaysOut(run, found.atoms, found._count)
        out.add(port)
        table = out.tables()[1]
        # The addresses of a NAT gateway stay where they are.
        kept = (table[:, at.OUT_KIND] == at.OUT_POOL)[:, None]
        here = found.outs[start : start + len(held)]
        found.outs[start : start + len(held)] = np.where(kept, here, table)
        owners = replace(owners, **_held(owners, nic, int(found.nics[nic, at.NIC_VNET]), held))
    found.guests, found.owners = replace(guests, vms=rows, own=own), owners


def _held(owners: Any, nic: int, vnet: int, held: list[int]) -> dict[str, Table]:
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

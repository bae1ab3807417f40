"""Plain NICs: those of running VMs about which nothing is special, and most VMs are like that.

What a packet meets between them is a rule set, a table and perhaps a balancer; no translation, no session.
The compiled kernel answers such connections on a short way of its own, with one row per NIC.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import STRIDE
from netcore.batch.compile import Compiled
from netcore.batch.once import once
from netcore.batch.relays import relay_tables
from netcore.batch.sheets import Table


def plain_nics(compiled: Compiled) -> Table:
    """Return one row per NIC, see ``layout``; all are 0 where frames go by MAC."""
    nics, vms = compiled.nics, compiled.guests.vms
    found = np.zeros((len(nics), at.PLAIN_COLUMNS), np.int32)
    if compiled.carried.by_mac or compiled.carried.vpc:
        return found
    vm = nics[:, at.NIC_VM]
    flags, guest = nics[:, at.NIC_FLAGS], vms[vm, at.VM_FLAGS]
    usual = (vm >= 0) & ((flags & at.WRONG_MAC) == 0) & (vms[vm, at.VM_NIC] == np.arange(len(nics)))
    usual &= (guest & (at.RUNS | at.HARD | at.SNAT | at.STATEFUL)) == at.RUNS
    usual &= (vms[vm, at.VM_PEERED] == 0) & (vms[vm, at.VM_SERVICED] < 0) & (vms[vm, at.VM_FORWARDED] == 0)
    for side in (at.NIC_OUT, at.NIC_IN):
        usual &= compiled.rules.chains[nics[:, side], at.CHAIN_STATELESSES] == 0
    held, outs, own = compiled.held, compiled.outs, compiled.guests.own
    four = compiled.atoms.count4
    rows = np.flatnonzero(usual)
    # Most have one address, and their guests hold that one.
    one = (nics[rows, at.NIC_HELDS] == 1) & (vms[vm[rows], at.VM_OWNS] == 1)
    alone, rows = rows[one], rows[~one]
    starts = nics[alone, at.NIC_HELD]
    address = held[starts]
    same = address == own[vms[vm[alone], at.VM_OWN]]
    usual[alone[~same]] = False
    alone, starts, address = alone[same], starts[same], address[same]
    found[alone, at.PLAIN_ADDRESS4 : at.PLAIN_ADDRESS6 + 1] = -1
    six = address >= four
    found[alone, at.PLAIN_ADDRESS4 + six] = address
    found[alone, at.PLAIN_WAY4 + six] = outs[starts, at.OUT_KIND]
    for row in rows.tolist():
        start, count = int(nics[row, at.NIC_HELD]), int(nics[row, at.NIC_HELDS])
        addresses = held[start : start + count].tolist()
        first = int(vms[vm[row], at.VM_OWN])
        mine = own[first : first + int(vms[vm[row], at.VM_OWNS])].tolist()
        families = [address >= four for address in addresses]
        if sorted(addresses) != mine or len(set(families)) != len(families):
            usual[row] = False
            continue
        found[row, at.PLAIN_ADDRESS4 : at.PLAIN_ADDRESS6 + 1] = -1
        for place, address in enumerate(addresses, start):
            six = int(address >= four)
            found[row, at.PLAIN_ADDRESS4 + six] = address
            found[row, at.PLAIN_WAY4 + six] = outs[place, at.OUT_KIND]
    forwards = ((flags & at.FORWARDS) != 0) & ((guest & at.FORWARDS) != 0)
    found[:, at.PLAIN_FLAGS] = np.where(usual, at.PLAIN | at.PASSES_ON * forwards, 0)
    for column, source in (
        (at.PLAIN_VNET, at.NIC_VNET),
        (at.PLAIN_TABLE, at.NIC_TABLE),
        (at.PLAIN_AT, at.NIC_AT),
        (at.PLAIN_VM, at.NIC_VM),
    ):
        found[:, column] = nics[:, source]
    for column, words in ((at.PLAIN_ARRIVAL, arrivals(compiled)), (at.PLAIN_NAME, compiled.name_of_nic)):
        found[:, column : column + 2] = words.view(np.int32).reshape(-1, 2)
    for column, source in ((at.PLAIN_OUT, at.NIC_OUT), (at.PLAIN_IN, at.NIC_IN)):
        chain = nics[:, source]
        addresses = found[:, at.PLAIN_ADDRESS4 : at.PLAIN_ADDRESS6 + 1]
        free = (compiled.rules.never_deny[chain] | (addresses < 0)).all(axis=1)
        found[:, column] = np.where(free, -1, chain)
    found[:, at.PLAIN_VM_AT] = vms[vm, at.VM_AT]
    return found


def _own_rules(compiled: Compiled, nics: Table, known: Table) -> None:
    """Fill in which of their rules match the addresses of NICs.

    Args:
        known: as made by ``briefs``.
    """
    rules, address = compiled.rules, np.maximum(nics[:, at.PLAIN_ADDRESS4], 0).astype(np.int64)
    for chain, offset, classes, column in (
        (at.PLAIN_IN, at.BRIEF_DESTINATION, rules.destinations, at.PLAIN_IN_RULES),
        (at.PLAIN_OUT, at.BRIEF_SOURCE, rules.sources, at.PLAIN_OUT_RULES),
    ):
        row = known[nics[:, chain] + 1]
        matching = rules.bits[row[:, offset] + classes.at(row[:, at.BRIEF_SET].astype(np.int64), address)]
        nics[:, column : column + 2] = matching.view(np.int32).reshape(-1, 2)


def only_nics(compiled: Compiled) -> Table:
    """Return by atom the NIC that holds an address, where nobody else does; else -1."""
    owners = compiled.owners
    one = (owners.first >= 0) & (owners.after - owners.first == 1)
    row = np.where(one, owners.first, 0)
    one &= owners.hold[row, at.HOLD_KIND] == at.HELD_BY_NIC
    found: Table = np.where(one, owners.hold[row, at.HOLD_ID], -1).astype(np.int32)
    return found


def plain_senders(compiled: Compiled, nics: Table) -> Table:
    """Return by sender the plain NIC that its packets leave by, or -1."""
    send = compiled.send
    by_vm = send[:, at.SEND_KIND] == at.BY_VM
    nic = np.where(by_vm, compiled.guests.vms[np.where(by_vm, send[:, at.SEND_ID], 0), at.VM_NIC], -1)
    plain = (nic >= 0) & ((nics[np.maximum(nic, 0), at.PLAIN_FLAGS] & at.PLAIN) != 0)
    found: Table = np.where(plain, nic, -1).astype(np.int32)
    return found


def leads(compiled: Compiled) -> Table:
    """Return by way where it leads a plain packet, see ``layout``; relays are not known yet."""
    ways, crossings = compiled.routes.ways, compiled.routes.crossings
    kind, a = ways[:, at.WAY_KIND], ways[:, at.WAY_A]
    crosses = (kind == at.WAY_PEER) | (kind == at.WAY_NIC) | (kind == at.WAY_FRONTEND)
    crossing = np.where(crosses, ways[:, at.WAY_B], -1)
    link = crossings[np.maximum(crossing, 0)]
    shut = (crossing >= 0) & ((link[:, at.CROSS_CODE] != 0) | (link[:, at.CROSS_GLOBAL] != 0))
    inside = (crossing >= 0) & (link[:, at.CROSS_FORWARDED] == 0)
    found = np.full(len(ways), at.LEAD_GIVES_UP, np.int32)
    for way, lead in (
        (at.WAY_LOCAL, at.LEAD_LOCAL),
        (at.WAY_PEER, at.LEAD_PEER),
        (at.WAY_NIC, at.LEAD_NIC),
        (at.WAY_FRONTEND, at.LEAD_FRONTEND),
        (at.WAY_DROP, at.LEAD_DROP),
        (at.WAY_INTERNET, at.LEAD_INTERNET),
    ):
        found[(kind == way) & ~shut] = lead
    found |= np.where(inside & ~shut, at.LEAD_INSIDE, 0).astype(np.int32)
    numbered = np.isin(found & at.LEAD_KINDS, (at.LEAD_PEER, at.LEAD_NIC, at.LEAD_FRONTEND, at.LEAD_DROP))
    rows = np.zeros((len(ways), at.LEADS_COLUMNS), np.int32)
    rows[:, at.LEADS_ON] = found | np.where(numbered, a << at.LEAD_BITS, 0)
    return rows


def arrivals(compiled: Compiled) -> Table:
    """Return by NIC what a packet that reaches its guest by it adds to the name of its way."""
    vm = compiled.nics[:, at.NIC_VM]
    with np.errstate(over="ignore"):
        found: Table = compiled.name_of_nic * np.uint64(STRIDE) + compiled.name_of_vm[vm]
    return found


def free_ports(compiled: Compiled) -> Table:
    """Return bool by port: whether UDP with it is carried both ways, and is not of DHCP."""
    found: Table = compiled.carried.from_port & compiled.carried.to_port
    found[67:69] = False
    return found


def briefs(compiled: Compiled) -> Table:
    """Return what chains of rules say at first sight, see ``layout``."""
    rules = compiled.rules
    chains = rules.chains
    found = np.zeros((len(chains) + 1, at.BRIEF_COLUMNS), np.int32)
    found[:, at.BRIEF_PASS : at.BRIEF_PASS + 2] = -1
    found[0, at.BRIEF_WORDS] = 1
    known = np.flatnonzero(chains[:, at.CHAIN_COUNT] == 1)
    number = rules.chain_sets[chains[known, at.CHAIN_START]]
    plain = rules.sets[number, at.SET_ANY_SOURCE_PORT] == 1
    known, number = known[plain], number[plain]
    sets = rules.sets[number]
    found[known + 1, at.BRIEF_SET] = number
    for column, source in (
        (at.BRIEF_SOURCE, at.SET_SOURCE),
        (at.BRIEF_DESTINATION, at.SET_DESTINATION),
        (at.BRIEF_PROTOCOL, at.SET_PROTOCOL),
        (at.BRIEF_PORT, at.SET_DESTINATION_PORT),
        (at.BRIEF_WORDS, at.SET_WORDS),
    ):
        found[known + 1, column] = sets[:, source]
    passing = rules.bits[sets[:, at.SET_ALLOW]] | rules.bits[sets[:, at.SET_ALWAYS]]
    found[known + 1, at.BRIEF_PASS : at.BRIEF_PASS + 2] = passing.view(np.int32).reshape(-1, 2)
    return found


@once
def plain_tables(compiled: Compiled) -> dict[str, Any]:
    """Return the tables of the short way by name; the same objects at each call."""
    nics, only, led = plain_nics(compiled), only_nics(compiled), leads(compiled)
    known, free = briefs(compiled), free_ports(compiled)
    _own_rules(compiled, nics, known)
    return {
        **relay_tables(compiled, nics, only, led),
        "plain_nics": nics,
        "plain": np.ascontiguousarray(nics[:, : at.PLAIN_OUT_RULES].T, np.int64),
        "plain_sender": plain_senders(compiled, nics),
        "only_nic": only,
        "leads": led,
        "briefs": known,
        "arrival": arrivals(compiled),
        "free_port": free,
        "free_bits": np.packbits(free, bitorder="little"),
    }

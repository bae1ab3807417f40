"""Relays: where a route leads to appliances that are all alike and pass on whatever comes.

One appliance that a route names, or the pool behind a balancer. Which member of a pool a flow goes to changes
the name of its way and nothing else, so the compiled kernel knows where a packet ends before it asks who took
it there.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import STRIDE
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.pages import Pager
from netcore.batch.sheets import Sheet, Table, column

MOST_CELLS = 1 << 18
"""Relays times atoms: so much is asked beforehand; further relays are none."""

MOST_COURSES = 1 << 16

MOST_MEMBERS = 256


class _Relay(NamedTuple):
    """One relay in the making: what its members share, who they are, and how one of them is chosen.

    ``takes`` is as ``COURSE_TAKES`` of ``layout``.
    """

    nic: int
    takes: int
    nics: Table
    choosers: Table
    distribution: int


def relay_tables(compiled: Compiled, nics: Table, only: Table, leads: Table) -> dict[str, Any]:
    """Return the tables of relays by name, and write them into ``nics`` and ``leads``.

    Args:
        nics, only, leads: as ``plain`` makes them.
    """
    relays = _found(compiled, nics, only, leads)
    courses = _courses(compiled, nics, leads, relays)
    if len(courses["courses"]) > MOST_COURSES:
        relays, leads[:, at.LEADS_RELAY] = [], 0
        courses = _courses(compiled, nics, leads, relays)
    members = np.concatenate([np.zeros(0, np.int64), *(relay.nics for relay in relays)]).astype(np.int64)
    nics[members, at.PLAIN_FLAGS] |= at.RELAYS
    sheet = Sheet(at.RELAY_COLUMNS)
    sheet.add(0, 0, 0)
    start = 0
    for relay in relays:
        sheet.add(start, len(relay.nics), relay.distribution)
        start += len(relay.nics)
    names = compiled.name_of_nic[members]
    with np.errstate(over="ignore"):
        arrivals = names * np.uint64(STRIDE) + compiled.name_of_vm[nics[members, at.PLAIN_VM]]
        passes = arrivals * np.uint64(STRIDE) + names
    choosers = [np.zeros(0, np.uint64), *(relay.choosers for relay in relays)]
    return {
        "relays": sheet.table(),
        "relay_at": column(nics[members, at.PLAIN_AT].tolist()),
        "relay_passes": column(passes.tolist(), np.uint64),
        "relay_chooser": column(np.concatenate(choosers).tolist(), np.uint64),
        **courses,
    }


def _found(compiled: Compiled, nics: Table, only: Table, leads: Table) -> list[_Relay]:
    """Return the relays, and write down which ways lead to them."""
    alike = _alike(compiled, nics, only)
    ways = [
        (way, (lead & at.LEAD_KINDS, lead >> at.LEAD_BITS))
        for way, lead in enumerate(leads[:, at.LEADS_ON].tolist())
        if lead & at.LEAD_KINDS in (at.LEAD_NIC, at.LEAD_FRONTEND)
    ]
    found = _of_balancers(compiled, nics, alike, {a for _, (kind, a) in ways if kind == at.LEAD_FRONTEND})
    for _, (kind, nic) in ways:
        if kind == at.LEAD_NIC and alike[nic] and (kind, nic) not in found:
            takes = sum(3 << 2 * six for six in (0, 1) if alike[nic] >> six & 1)
            found[kind, nic] = _Relay(nic, takes, np.array([nic]), np.zeros(1, np.uint64), 0)
    number = dict(zip(list(found)[: MOST_CELLS // compiled.atoms.count], count(1)))
    for way, there in ways:
        leads[way, at.LEADS_RELAY] = number.get(there, 0)
    return list(found.values())[: len(number)]


def _courses(compiled: Compiled, nics: Table, leads: Table, relays: list[_Relay]) -> dict[str, Any]:
    """Return where packets to each atom end behind each relay, as ``beyond`` [relay, atom].

    It counts ``courses`` behind the first ones, which are those of ways that lead to no relay.
    """
    atoms = np.arange(compiled.atoms.count)
    own = nics[np.array([relay.nic for relay in relays], np.int64)]
    fib = compiled.routes.paged.rows(own[:, at.PLAIN_TABLE]).astype(np.int64)
    vnets, takes = (
        own[:, at.PLAIN_VNET].astype(np.int64),
        np.array([relay.takes for relay in relays], np.int64),
    )
    numbers = np.arange(1, len(relays) + 1)
    first, here, taken = (np.broadcast_to(each[:, None], fib.shape) for each in (numbers, vnets, takes))
    line, way, inside = [first], fib, np.full(fib.shape, -1)
    while True:
        asks = (leads[way, at.LEADS_ON] & at.LEAD_INSIDE) != 0
        two = asks & (inside >= 0) & (inside != here)  # there is room to ask for one network
        taken = np.where(two, 0, taken)
        inside = np.where(asks, here, inside)
        relay = leads[way, at.LEADS_RELAY].astype(np.int64)
        if len(line) == at.MOST_RELAYS:
            break
        line.append(relay)
        on = relay > 0
        way = np.where(on, fib[relay - 1, atoms], way)
        here = np.where(on, vnets[relay - 1], here)
        taken = np.where(on, takes[relay - 1] & taken, taken)
    taken = np.where(relay > 0, 0, taken)
    columns = [each.ravel() for each in (*line, way, taken, inside)]
    firsts, kinds = distinct(columns)
    first_lines, lines = distinct([each[firsts] for each in columns[: at.MOST_RELAYS]])
    last = np.concatenate([np.arange(len(leads)), columns[at.MOST_RELAYS][firsts]])
    kind, number = leads[last, at.LEADS_ON] & at.LEAD_KINDS, leads[last, at.LEADS_ON] >> at.LEAD_BITS
    courses = np.full((len(last), at.COURSE_COLUMNS), -1, np.int32)
    courses[:, at.COURSE_KIND] = kind
    courses[:, at.COURSE_VNET] = np.where(kind == at.LEAD_PEER, number, -1)
    courses[:, at.COURSE_CODE] = np.where(kind == at.LEAD_DROP, number, 0)
    courses[: len(leads), at.COURSE_LINE], courses[: len(leads), at.COURSE_TAKES] = 0, 15
    behind = courses[len(leads) :]
    behind[:, at.COURSE_LINE] = lines + 1
    behind[:, at.COURSE_HERE] = here.ravel()[firsts]
    behind[:, at.COURSE_TAKES], behind[:, at.COURSE_INSIDE] = columns[-2][firsts], columns[-1][firsts]
    first_lines = np.stack([each[firsts][first_lines] for each in columns[: at.MOST_RELAYS]], axis=1)
    pager = Pager(len(atoms))
    for row in kinds.reshape(fib.shape):
        pager.row(row.astype(np.uint16))
    return {
        "lines": np.vstack([np.zeros((1, at.MOST_RELAYS)), first_lines]).astype(np.int32),
        "beyond": pager.made(),
        "courses": courses,
    }


def _alike(compiled: Compiled, nics: Table, only: Table) -> Table:
    """Return by NIC in which families it may be of a relay: bit 0 for IPv4, bit 1 for IPv6.

    Its address is nobody else's, and its rules deny nothing.
    """
    flags = at.PLAIN | at.PASSES_ON
    usual = (nics[:, at.PLAIN_FLAGS] & flags) == flags
    usual &= (nics[:, at.PLAIN_OUT] < 0) & (nics[:, at.PLAIN_IN] < 0)
    found = np.zeros(len(nics), np.int64)
    for six in (0, 1):
        address = nics[:, at.PLAIN_ADDRESS4 + six]
        alone = only[np.maximum(address, 0)] == np.arange(len(nics))
        found[usual & (address >= 0) & alone] |= 1 << six
    return found


def _of_balancers(
    compiled: Compiled, nics: Table, alike: Table, frontends: set[int]
) -> dict[tuple[int, int], _Relay]:
    """Return the relays behind frontends that routes name.

    A balancer keeps a flow with the member that it has chosen, also where another rule asks: so there must be
    no other.
    """
    found: dict[tuple[int, int], _Relay] = {}
    tables = compiled.balancers
    fronts = Counter(tables.frontends[:, at.FRONT_BALANCER].tolist())
    for frontend in sorted(frontends):
        front = tables.frontends[frontend]
        if (
            front[at.FRONT_FLAGS] & at.HARD
            or front[at.FRONT_RULED] != 1
            or fronts[front[at.FRONT_BALANCER]] > 1
        ):
            continue
        rule = tables.rules[front[at.FRONT_RULES]]
        size = int(rule[at.RULE_COUNT])
        if rule[at.RULE_FLAGS] & at.HARD or rule[at.RULE_PROTOCOL] >= 0 or not 0 < size <= MOST_MEMBERS:
            continue
        run = slice(int(rule[at.RULE_MEMBERS]), int(rule[at.RULE_MEMBERS]) + size)
        members = tables.members[run]
        own, address = members[:, at.MEMBER_NIC], members[:, at.MEMBER_ADDRESS]
        six = int(address[0] >= compiled.atoms.count4)
        shared = nics[own][:, [at.PLAIN_TABLE, at.PLAIN_VNET]]
        same = (alike[own] & (1 << six)) != 0
        same &= (nics[own, at.PLAIN_ADDRESS4 + six] == address) & (shared == shared[0]).all(axis=1)
        if same.all():
            takes = (3 if compiled.carried.icmp_ha_ports else 1) << 2 * six
            found[at.LEAD_FRONTEND, frontend] = _Relay(
                int(own[0]), takes, own.astype(np.int64), tables.chooser[run], int(rule[at.RULE_DISTRIBUTION])
            )
    return found

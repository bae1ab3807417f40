"""Loops over pairs of classes by routes alone: where packets go, whatever rules say.

A way of routes is packed in one number: its stages, seven bits each, the first one lowest, counted from 1.

How a way ends hangs on where its first route leads and on the receiver. So that is asked once for every place
where a route may lead, not for every sender, and the loop over senders and receivers only looks it up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netcore.batch import layout as at
from netcore.batch.loops import fast, inner
from netcore.batch.sheets import Table

Number = Any
"""An int, or numpy's; compiled they are one."""

LOST, ARRIVES, UNKNOWN, CHOSEN, BY_CHANCE = range(5)
"""How a way of routes ends: elsewhere; at the NIC that holds the address; the arrays do not say; at the NIC,
also if the receiver is itself chosen as the appliance; there only if it is."""

MOST_STAGES = 8
STAGE_BITS = 7

NO_ENTRY = 255
"""Instead of an entry: the way leads into no stage."""

NOWHERE, NOT_KNOWN, NETWORKS = range(3)
"""Where a route leads: to nobody; the arrays do not say; to who holds the address in a network, one place for
each. Behind the networks come entries, one place each for every kind of source."""


class Fabric(NamedTuple):
    """What ways of routes are made of.

    An entry is twice a stage, and one more where a balancer gives packets to it.

    Args:
        fib: row of ``ways`` by table and receiver.
        ways, first, after, hold: as the compiled network has them.
        stage_of_way: row of ``stages`` by row of ``ways``; -1: the arrays do not say.
        stages: table, network and number of members of each stage.
        member: bool [stage, receiver], whether the receiver is one of the stage's appliances.
        carried: bool [kind of source, crossing], whether a peering carries packets of a source.
        atoms, nics, homes: address, NIC and network of each receiver.
    """

    fib: Table
    ways: Table
    first: Table
    after: Table
    hold: Table
    stage_of_way: Table
    stages: Table
    member: Table
    carried: Table
    atoms: Table
    nics: Table
    homes: Table


def walked(fabric: Fabric, groups: Table) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """Return what routes alone say: ends and entries by group and receiver, and the stages of entries.

    Args:
        groups: table, network and kind of source.

    Returns: the stages of entries are [kind of source, entry, receiver]; no entry is ``NO_ENTRY``.
    """
    ends, way_to = _ends(fabric)
    return *_walk(fabric, groups, ends), way_to


@fast
def _ends(fabric: Fabric) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return how ways end, by where their first route leads and receiver; and the stages of entries."""
    stages, receivers, networks = fabric.stages, len(fabric.atoms), _networks(fabric)
    sources, entries = len(fabric.carried), 2 * len(stages)
    ends = np.zeros((NETWORKS + networks + sources * entries, receivers), np.uint8)
    ends[NOT_KNOWN] = UNKNOWN
    for k in range(receivers):
        atom = fabric.atoms[k]
        for row in range(fabric.after[atom] - 1, fabric.first[atom] - 1, -1):  # the first of a network counts
            end = UNKNOWN
            if fabric.hold[row, at.HOLD_KIND] == at.HELD_BY_NIC:
                end = ARRIVES if fabric.hold[row, at.HOLD_ID] == fabric.nics[k] else LOST
            ends[NETWORKS + fabric.hold[row, at.HOLD_VNET], k] = end
    way_to = np.empty((sources, entries, receivers), np.int64)
    leads = np.empty((len(stages), receivers), np.uint16)
    entry_of = np.empty(len(fabric.ways), np.uint8)
    for source in range(sources):
        first = NETWORKS + networks + source * entries
        for stage in range(len(stages)):
            places = _places(fabric, stages[stage, 1], source, entry_of)
            _look_up(fabric.fib[stages[stage, 0]], places, leads[stage])
        for stage in range(len(stages)):
            _pass(stage, first, leads, stages[:, 2].copy(), fabric.member, ends, way_to[source])
    return ends, way_to


@fast
def _look_up(row: Table, places: Table, found: Table) -> None:
    """Fill in where the routes of one table lead, by receiver."""
    for k in range(len(row)):
        found[k] = places[row[k]]


@fast
def _pass(
    begin: Number, first: Number, leads: Table, sizes: Table, member: Table, ends: Table, way_to: Table
) -> None:
    """Fill in how the ways through both entries of a stage end, and the stages they pass, by receiver.

    Args:
        first: place of the first entry; its row of ``ends`` is filled in.
        leads: where the routes of stages lead, [stage, receiver].
        sizes: number of members by stage.
    """
    for k in range(leads.shape[1]):
        stage, passed, count = np.int64(begin), np.int64(0), 0
        balanced, result, chosen = np.int64(0), np.int64(UNKNOWN), False
        while count <= MOST_STAGES:
            before, again = passed, False
            while before > 0:
                again = again or (before & ((1 << STAGE_BITS) - 1)) == stage + 1
                before >>= STAGE_BITS
            if again:
                result = np.int64(LOST)
                break
            if member[stage, k]:
                if sizes[stage] == 1:
                    # Not passed but reached; what a balancer does not carry is asked elsewhere.
                    result = np.int64(UNKNOWN if balanced else ARRIVES)
                    break
                chosen = True
            passed |= (stage + 1) << (STAGE_BITS * count)
            count += 1
            lead = np.int64(leads[stage, k])
            if lead < first:
                result = np.int64(ends[lead, k])
                break
            stage, balanced = (lead - first) >> 1, (lead - first) & 1
        if chosen and result != UNKNOWN:
            result = np.int64(BY_CHANCE if result == LOST else CHOSEN)
        direct, behind = first + 2 * begin, first + 2 * begin + 1
        ends[direct, k], way_to[2 * begin, k] = result, passed
        alone = count == 0  # it is the only member of the stage that it is sent to
        ends[behind, k], way_to[2 * begin + 1, k] = UNKNOWN if alone else result, passed


@fast
def _walk(fabric: Fabric, groups: Table, ends: Table) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return for each kind of sender and each receiver how the way ends, and its first entry."""
    end = np.empty((len(groups), len(fabric.atoms)), np.uint8)
    entries = np.empty((len(groups), len(fabric.atoms)), np.uint8)
    entry_of = np.empty(len(fabric.ways), np.uint8)
    places = np.empty(0, np.uint16)
    for g in range(len(groups)):
        # Subnets of one network follow each other, as a rule.
        if g == 0 or groups[g, 1] != groups[g - 1, 1] or groups[g, 2] != groups[g - 1, 2]:
            places = _places(fabric, groups[g, 1], groups[g, 2], entry_of)
        _follow(fabric.fib[groups[g, 0]], places, entry_of, ends, end[g], entries[g])
    return end, entries


@fast
def _follow(row: Table, places: Table, entry_of: Table, ends: Table, end: Table, entries: Table) -> None:
    """Fill in how ways end by one table, without a branch: nobody can guess where routes lead."""
    for k in range(len(row)):
        way = row[k]
        end[k] = ends[places[way], k]
        entries[k] = entry_of[way]


@fast
def _places(fabric: Fabric, vnet: Number, source: Number, entry_of: Table) -> NDArray[np.uint16]:
    """Return where each way leads that is taken in a network, and fill in its entry."""
    found = np.empty(len(fabric.ways), np.uint16)
    networks, entries = _networks(fabric), 2 * len(fabric.stages)
    for way in range(len(found)):
        place, entry = _place(fabric, way, vnet, source, networks)
        entry_of[way] = entry
        found[way] = place if entry == NO_ENTRY else NETWORKS + networks + source * entries + entry
    return found


@inner
def _networks(fabric: Fabric) -> Number:
    """Return how many networks have places: others hold nothing."""
    return np.int64(fabric.hold[:, at.HOLD_VNET].max() + 1)


@inner
def _place(fabric: Fabric, way: Number, vnet: Number, source: Number, networks: Number) -> Number:
    """Return where a way leads, and its entry."""
    kind = np.int64(fabric.ways[way, at.WAY_KIND])
    local = kind == at.WAY_LOCAL
    if kind == at.WAY_DROP:
        return np.int64(NOWHERE), np.int64(NO_ENTRY)
    if not local and kind != at.WAY_PEER and kind != at.WAY_NIC and kind != at.WAY_FRONTEND:
        return np.int64(NOT_KNOWN), np.int64(NO_ENTRY)
    crossing = np.int64(-1) if local else np.int64(fabric.ways[way, at.WAY_B])
    if crossing >= 0 and not fabric.carried[source, crossing]:
        return np.int64(NOWHERE), np.int64(NO_ENTRY)
    if local or kind == at.WAY_PEER:
        there = np.int64(vnet) if local else np.int64(fabric.ways[way, at.WAY_A])
        return (NETWORKS + there if there < networks else np.int64(NOWHERE)), np.int64(NO_ENTRY)
    stage = np.int64(fabric.stage_of_way[way])
    if stage < 0:
        return np.int64(NOT_KNOWN), np.int64(NO_ENTRY)
    return np.int64(0), 2 * stage + np.int64(kind == at.WAY_FRONTEND)

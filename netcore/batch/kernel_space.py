"""Loops over pairs of classes: where packets go by routes alone, what rules allow, and what both let through.

A way of routes is packed in one number: its stages, seven bits each, the first one lowest, counted from 1.
Everything here is int64: mixed with unsigned numbers it would become floats.
"""

from __future__ import annotations

from typing import Any

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

NOT_MADE, MIXED = -9, -1
"""Instead of the number of an allowed set: nobody asked for it; it depends on source ports."""

NO_ANSWER = -1
MEMORY = 1 << 13
"""Pairs of allowed sets that are remembered for each subnet."""


@fast
def walk_routes(
    fib: Table,
    ways: Table,
    crossings: Table,
    first: Table,
    after: Table,
    hold: Table,
    in_space: Table,
    stage_of_way: Table,
    stages: Table,
    member: Table,
    groups: Table,
    receivers: Table,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return for each kind of sender and each receiver how the way ends, and the stages it passes.

    Args:
        stage_of_way: row of ``stages`` by row of ``ways``; -1: the arrays do not say.
        stages: table, network and number of members of each stage.
        member: bool [stage, receiver], whether the receiver is one of the stage's appliances.
        groups: table, network, and class of address spaces of the source.
        receivers: atom and NIC.
    """
    end = np.zeros((len(groups), len(receivers)), np.uint8)
    way_to = np.zeros((len(groups), len(receivers)), np.int64)
    for g in range(len(groups)):
        for k in range(len(receivers)):
            atom, nic = np.int64(receivers[k, 0]), np.int64(receivers[k, 1])
            table, vnet, space = np.int64(groups[g, 0]), np.int64(groups[g, 1]), np.int64(groups[g, 2])
            passed, count, result, chosen = np.int64(0), 0, UNKNOWN, False
            while count <= MOST_STAGES:
                way = np.int64(fib[table, atom])
                kind = np.int64(ways[way, at.WAY_KIND])
                if kind == at.WAY_DROP:
                    result = LOST
                    break
                if kind == at.WAY_LOCAL or kind == at.WAY_PEER:
                    there, crossing = vnet, np.int64(-1)
                    if kind == at.WAY_PEER:
                        there, crossing = np.int64(ways[way, at.WAY_A]), np.int64(ways[way, at.WAY_B])
                    if crossing >= 0 and not _crosses(crossings, in_space, crossing, space):
                        result = LOST
                        break
                    result = LOST
                    for row in range(first[atom], after[atom]):
                        if hold[row, at.HOLD_VNET] != there:
                            continue
                        if hold[row, at.HOLD_KIND] != at.HELD_BY_NIC:
                            result = UNKNOWN
                        elif hold[row, at.HOLD_ID] == nic:
                            result = ARRIVES
                        break
                    break
                if kind != at.WAY_NIC and kind != at.WAY_FRONTEND:
                    break
                crossing = np.int64(ways[way, at.WAY_B])
                if crossing >= 0 and not _crosses(crossings, in_space, crossing, space):
                    result = LOST
                    break
                stage = np.int64(stage_of_way[way])
                if stage < 0:
                    break
                before, again = passed, False
                while before > 0:
                    again = again or (before & ((1 << STAGE_BITS) - 1)) == stage + 1
                    before >>= STAGE_BITS
                if again:
                    result = LOST
                    break
                if member[stage, k]:
                    if stages[stage, 2] == 1:
                        # Not passed but reached; what a balancer does not carry is asked elsewhere.
                        result = ARRIVES if kind == at.WAY_NIC else UNKNOWN
                        break
                    chosen = True
                passed |= (stage + 1) << (STAGE_BITS * count)
                count += 1
                table, vnet = np.int64(stages[stage, 0]), np.int64(stages[stage, 1])
            if chosen and result != UNKNOWN:
                result = BY_CHANCE if result == LOST else CHOSEN
            end[g, k] = result
            way_to[g, k] = passed
    return end, way_to


@inner
def _crosses(crossings: Table, in_space: Table, crossing: Number, space: Number) -> bool:
    """Return whether a peering carries packets of a source, see ``crossing.cross``."""
    if crossings[crossing, at.CROSS_CODE] != 0:
        return False
    if crossings[crossing, at.CROSS_FORWARDED] == 1:
        return True
    return bool(in_space[space, crossings[crossing, at.CROSS_FROM]])


@fast
def chain_sets(
    used: Table,
    sources: Table,
    destinations: Table,
    sets: Table,
    bits: Table,
    sourced: Table,
    protocols: Table,
    portless: Table,
    cuts: Table,
    cut_classes: Table,
    ids: Table,
    keys: Table,
    key_set: Table,
    offsets: Table,
    lows: Table,
    highs: Table,
    state: Table,
) -> bool:
    """Fill in the allowed sets of one chain, by class of source and class of destination.

    Args:
        used: bool [class of source, class of destination], which are asked for.
        sources, destinations: class of each set of the chain, [class, set].
        sets: rows of the sets.
        sourced: offset in ``bits`` of the rules of each set that look at source ports.
        protocols: class of protocols for rules, of each kind of protocol; ``portless``: bool.
        cuts: first port of each run that no set tells apart; ``cut_classes``: [run, set].
        ids: int32 [class of source, class of destination], filled in.
        keys, key_set: known sets by hash; open addressing.
        offsets, lows, highs: spans of the known sets: ``offsets[set * kinds + kind]``.
        state: number of sets, number of spans.

    Returns: False if the memory for spans or sets is full: give more and ask again.
    """
    count, kinds, runs = len(sets), len(protocols), len(cuts)
    words = 0
    for s in range(count):
        words += sets[s, at.SET_WORDS]
    size = 1
    while size < 4 * used.sum() + 16:
        size *= 2
    seen = np.full(size, -1, np.int64)
    masks = np.zeros((used.sum() + 1, words), np.uint64)
    made = np.zeros(used.sum() + 1, np.int32)
    known = 0
    mask = np.zeros(words, np.uint64)
    low, high = np.empty(kinds * (runs + 1), np.int32), np.empty(kinds * (runs + 1), np.int32)
    ends = np.zeros(kinds + 1, np.int64)
    for a in range(used.shape[0]):
        for b in range(used.shape[1]):
            if not used[a, b]:
                continue
            at_word, mixed, code = 0, False, np.uint64(1469598103934665603)
            for s in range(count):
                width = sets[s, at.SET_WORDS]
                from_ = sets[s, at.SET_SOURCE] + np.int64(sources[a, s]) * width
                to = sets[s, at.SET_DESTINATION] + np.int64(destinations[b, s]) * width
                for w in range(width):
                    both = bits[from_ + w] & bits[to + w]
                    mixed = mixed or (both & bits[sourced[s] + w]) != 0
                    mask[at_word] = both
                    code = (code ^ both) * np.uint64(0xBF58476D1CE4E5B9)
                    code ^= code >> np.uint64(29)
                    at_word += 1
            if mixed:
                ids[a, b] = MIXED
                continue
            place = np.int64(code & np.uint64(size - 1))
            while seen[place] >= 0:
                same = True
                for w in range(words):
                    if masks[seen[place], w] != mask[w]:
                        same = False
                        break
                if same:
                    break
                place = (place + 1) & (size - 1)
            if seen[place] >= 0:
                ids[a, b] = made[seen[place]]
                continue
            total = 0
            for q in range(kinds):
                inside = False
                for r in range(runs):
                    if portless[q] and r > 0:
                        break
                    passes = _passes(mask, sets, bits, protocols[q], cut_classes, r, count)
                    if passes != inside:
                        inside = passes
                        if passes:
                            low[total] = cuts[r]
                        else:
                            high[total] = cuts[r]
                            total += 1
                if inside:
                    high[total] = 1 if portless[q] else 65536
                    total += 1
                ends[q + 1] = total
            found = _interned(low, high, ends, kinds, total, keys, key_set, offsets, lows, highs, state)
            if found < 0:
                return False
            seen[place] = known
            masks[known] = mask
            made[known] = found
            known += 1
            ids[a, b] = found
    return True


@inner
def _passes(
    mask: Table, sets: Table, bits: Table, protocol: Number, cut_classes: Table, run: Number, count: Number
) -> bool:
    """Return whether sets asked one after the other let pass, see ``security._ask``."""
    at_word = 0
    for s in range(count):
        width = sets[s, at.SET_WORDS]
        of_protocol = sets[s, at.SET_PROTOCOL] + np.int64(protocol) * width
        of_port = sets[s, at.SET_DESTINATION_PORT] + np.int64(cut_classes[run, s]) * width
        for w in range(width):
            matching = mask[at_word + w] & bits[of_protocol + w] & bits[of_port + w]
            if matching != 0:
                lowest = matching & (~matching + np.uint64(1))
                if lowest & bits[sets[s, at.SET_ALWAYS] + w]:
                    return True
                if not lowest & bits[sets[s, at.SET_ALLOW] + w]:
                    return False
                break
        at_word += width
    return True


@fast
def _interned(
    low: Table,
    high: Table,
    ends: Table,
    kinds: Number,
    total: Number,
    keys: Table,
    key_set: Table,
    offsets: Table,
    lows: Table,
    highs: Table,
    state: Table,
) -> Number:
    """Return the number of a set of spans; equal sets have one number."""
    code = np.uint64(1099511628211)
    for q in range(kinds):
        code = (code ^ np.uint64(ends[q + 1])) * np.uint64(0x94D049BB133111EB)
    for k in range(total):
        code = (code ^ (np.uint64(low[k]) << np.uint64(20) | np.uint64(high[k]))) * np.uint64(
            0xBF58476D1CE4E5B9
        )
        code ^= code >> np.uint64(31)
    size = len(keys)
    place = np.int64(code & np.uint64(size - 1))
    while key_set[place] >= 0:
        if keys[place] == code and _equal(key_set[place], low, high, ends, kinds, offsets, lows, highs):
            return np.int64(key_set[place])
        place = (place + 1) & (size - 1)
    number, used = state[0], state[1]
    if used + total > len(lows) or 2 * (number + 1) > size or (number + 1) * kinds + 1 > len(offsets):
        return np.int64(-1)
    for q in range(kinds):
        offsets[number * kinds + q + 1] = used + ends[q + 1]
    for k in range(total):
        lows[used + k], highs[used + k] = low[k], high[k]
    keys[place], key_set[place] = code, number
    state[0], state[1] = number + 1, used + total
    return np.int64(number)


@fast
def _equal(
    number: Number,
    low: Table,
    high: Table,
    ends: Table,
    kinds: Number,
    offsets: Table,
    lows: Table,
    highs: Table,
) -> bool:
    start = offsets[number * kinds]
    for q in range(kinds):
        if offsets[number * kinds + q + 1] - start != ends[q + 1]:
            return False
    same = True
    for k in range(ends[kinds]):
        same = same and lows[start + k] == low[k] and highs[start + k] == high[k]
    return same


@inner
def _gathered(
    i: Number,
    j: Number,
    how: Number,
    passed: Number,
    source_class: Table,
    destination_class: Table,
    base: Table,
    width: Table,
    ids: Table,
    stage_chains: Table,
    full: Number,
    asked: Table,
    count: Number,
) -> Number:
    """Add to ``asked`` the allowed sets of the stages of a way; return how many there are, or ``NO_ANSWER``.

    1000 more where the way carries no ICMP.
    """
    carried = 0
    while passed > 0:
        stage = (passed & ((1 << STAGE_BITS) - 1)) - 1
        passed >>= STAGE_BITS
        if stage_chains[stage, 2] == 1:
            carried = 1000
        if stage_chains[stage, 3] == 1:
            continue
        for side in range(2):
            chain = np.int64(stage_chains[stage, side])
            found = ids[base[chain] + source_class[i, chain] * width[chain] + destination_class[chain, j]]
            if found == full:
                continue
            if found < 0 or how == CHOSEN or count == len(asked):
                return NO_ANSWER
            asked[count] = found
            count += 1
    return count + carried


@fast
def _shared(
    one: Number,
    other: Number,
    kinds: Number,
    skip: Number,
    offsets: Table,
    lows: Table,
    highs: Table,
    weight: Table,
) -> Number:
    """Return how many headers two allowed sets share; ``skip`` is a kind of protocol that does not count."""
    total = np.int64(0)
    for q in range(kinds):
        if q == skip:
            continue
        u, after_u = offsets[one * kinds + q], offsets[one * kinds + q + 1]
        v, after_v = offsets[other * kinds + q], offsets[other * kinds + q + 1]
        while u < after_u and v < after_v:
            low, high = max(lows[u], lows[v]), min(highs[u], highs[v])
            if high > low:
                total += weight[q, high] - weight[q, low]
            if highs[u] < highs[v]:
                u += 1
            else:
                v += 1
    return total


@fast
def _shared_by_all(
    asked: Table,
    count: Number,
    kinds: Number,
    skip: Number,
    offsets: Table,
    lows: Table,
    highs: Table,
    weight: Table,
) -> Number:
    """Return how many headers three or more allowed sets share."""
    total = np.int64(0)
    at_span = np.zeros(count, np.int64)
    for q in range(kinds):
        if q == skip:
            continue
        for n in range(count):
            at_span[n] = offsets[asked[n] * kinds + q]
        while True:
            low, high, first, done = np.int64(0), np.int64(1 << 20), 0, False
            for n in range(count):
                if at_span[n] >= offsets[asked[n] * kinds + q + 1]:
                    done = True
                    break
                low = max(low, np.int64(lows[at_span[n]]))
                if highs[at_span[n]] < high:
                    high, first = np.int64(highs[at_span[n]]), n
            if done:
                break
            if high > low:
                total += weight[q, high] - weight[q, low]
            at_span[first] += 1
    return total


@fast
def count_headers(
    end: Table,
    way_to: Table,
    senders: Table,
    receivers: Table,
    source_class: Table,
    destination_class: Table,
    base: Table,
    width: Table,
    ids: Table,
    stage_chains: Table,
    full: Number,
    starts: Table,
    offsets: Table,
    lows: Table,
    highs: Table,
    weight: Table,
    icmp: Number,
    sizes: Table,
    kinds_of: Table,
    subnet_of: Table,
    subnets: Number,
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return how many headers arrive [subnet of senders, subnet of receivers], and which pairs are left out.

    Args:
        senders: group and chain; ``receivers``: chain. Both stand by subnet and are the same classes.
        source_class: int32 [sender, chain]; ``destination_class``: int32 [chain, receiver].
        stage_chains: chain in, chain out, 1 where ICMP is not carried, 1 where both let everything pass.
        starts: where each subnet begins, and the end of the last one.
        sizes: VMs of each row; ``kinds_of``: its class, so that no VM sends to itself.
        icmp: kind of protocol that stages may not carry, or -1.
    """
    total = np.zeros((subnets, subnets), np.int64)
    left_out = np.zeros((len(senders), len(receivers)), np.uint8)
    kinds = weight.shape[0]
    for t in range(len(starts) - 1):
        keys, values = np.full(MEMORY, -1, np.int64), np.zeros(MEMORY, np.int64)
        used = 0
        asked = np.zeros(2 + 2 * MOST_STAGES, np.int64)
        for j in range(len(receivers)):
            into = np.int64(receivers[j])
            column = base[into] + destination_class[into, j]
            for i in range(starts[t], starts[t + 1]):
                group, out = senders[i, 0], senders[i, 1]
                how = np.int64(end[group, j])
                if how == LOST or how == BY_CHANCE:  # noqa: SIM109 - plain for the compiler
                    continue
                pairs = sizes[i] * sizes[j]
                if kinds_of[i] == kinds_of[j]:
                    pairs = sizes[i] * (sizes[i] - 1)
                if pairs == 0:
                    continue
                one = np.int64(ids[base[out] + source_class[i, out] * width[out] + destination_class[out, j]])
                other = np.int64(ids[column + source_class[i, into] * width[into]])
                if how == UNKNOWN or one < 0 or other < 0:
                    left_out[i, j] = 1
                    continue
                skip = np.int64(-1)
                passed = way_to[group, j]
                if passed > 0:
                    asked[0], asked[1] = one, other
                    count = _gathered(
                        i,
                        j,
                        how,
                        passed,
                        source_class,
                        destination_class,
                        base,
                        width,
                        ids,
                        stage_chains,
                        full,
                        asked,
                        2,
                    )
                    if count == NO_ANSWER:
                        left_out[i, j] = 1
                        continue
                    if count >= 1000:
                        count -= 1000
                        skip = np.int64(icmp)
                    if count > 2:
                        shared = _shared_by_all(asked, count, kinds, skip, offsets, lows, highs, weight)
                        total[t, subnet_of[j]] += shared * pairs
                        continue
                key = (one << 32 | other) * 2 + (1 if skip >= 0 else 0)
                place = ((key * np.int64(-7046029254386353131)) >> 20) & (MEMORY - 1)
                while keys[place] != -1 and keys[place] != key:
                    place = (place + 1) & (MEMORY - 1)
                if keys[place] == key:
                    shared = values[place]
                else:
                    shared = _shared(one, other, kinds, skip, offsets, lows, highs, weight)
                    if used < MEMORY // 2:
                        keys[place], values[place] = key, shared
                        used += 1
                total[t, subnet_of[j]] += shared * pairs
    return total, left_out


@fast
def arrive(
    end: Table,
    way_to: Table,
    senders: Table,
    receivers: Table,
    source_class: Table,
    destination_class: Table,
    base: Table,
    width: Table,
    ids: Table,
    stage_chains: Table,
    full: Number,
    passes: Table,
    is_icmp: bool,
) -> NDArray[np.uint8]:
    """Return for each pair whether one kind of header arrives: ``ARRIVES``, ``LOST`` or ``UNKNOWN``.

    Args:
        passes: uint8 beside ``ids``: whether the allowed set holds the header; 2 where there is none.
    """
    found = np.zeros((len(senders), len(receivers)), np.uint8)
    column = np.empty(len(receivers), np.int64)
    for j in range(len(receivers)):
        column[j] = base[receivers[j]] + destination_class[receivers[j], j]
    for i in range(len(senders)):
        group, out = senders[i, 0], senders[i, 1]
        row = base[out] + source_class[i, out] * width[out]
        for j in range(len(receivers)):
            how = np.int64(end[group, j])
            if how == LOST:
                continue
            into = receivers[j]
            one = passes[row + destination_class[out, j]]
            other = passes[column[j] + source_class[i, into] * width[into]]
            if how == UNKNOWN or how == BY_CHANCE or one == 2 or other == 2:  # noqa: SIM109
                found[i, j] = UNKNOWN
                continue
            good = one & other
            passed = way_to[group, j]
            while passed > 0:
                stage = (passed & ((1 << STAGE_BITS) - 1)) - 1
                passed >>= STAGE_BITS
                if is_icmp and stage_chains[stage, 2] == 1:
                    good = np.uint8(0)
                if stage_chains[stage, 3] == 1:
                    continue
                for side in range(2):
                    chain = stage_chains[stage, side]
                    here = ids[
                        base[chain] + source_class[i, chain] * width[chain] + destination_class[chain, j]
                    ]
                    if here == full:
                        continue
                    if here < 0 or how == CHOSEN:
                        good = np.uint8(UNKNOWN)
                        passed = 0
                        break
                    if good != UNKNOWN:
                        good &= passes[
                            base[chain] + source_class[i, chain] * width[chain] + destination_class[chain, j]
                        ]
            found[i, j] = good
    return found

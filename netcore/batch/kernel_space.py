"""Loops over pairs of classes: what rules allow, and what routes and rules let through.

Ways of routes are those of ``kernel_routes``. Everything here is int64: mixed with unsigned numbers it would
become floats.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from netcore.batch import layout as at
from netcore.batch.kernel_routes import (
    ARRIVES,
    BY_CHANCE,
    CHOSEN,
    LOST,
    MOST_STAGES,
    NO_ENTRY,
    STAGE_BITS,
    UNKNOWN,
    Number,
)
from netcore.batch.loops import fast, inner
from netcore.batch.sheets import Table

STAGED, NO_ICMP = 5, 6
"""How routes and open stages decide: rules of stages are still to be asked; it arrives, but not with ICMP."""

NOT_MADE, MIXED = -9, -1
"""Instead of the number of an allowed set: nobody asked for it; it depends on source ports."""

NO_ANSWER, WITHOUT_ICMP = -1, 1000
"""Instead of how many allowed sets a way asks; added to it."""

MEMORY = 1 << 13
"""Pairs of allowed sets that are remembered for each subnet."""


class Pairs(NamedTuple):
    """What the loops over pairs of senders and receivers share.

    Args:
        end, entries: as ``kernel_routes.walked`` gives them.
        way_to: stages passed by kind of source, entry and receiver.
        source: kind of source of each group.
        group, out: group and outbound chain of each sender; ``into``: inbound chain of each receiver.
        blocks: where each run of receivers with one inbound chain begins, and the end of the last one.
        source_class: int32 [sender, chain]; ``destination_class``: int32 [chain, receiver].
        ids: allowed set by chain and classes; ``base``, ``width`` say where.
        stage_chains: chain in, chain out, 1 where ICMP is not carried, 1 where both let everything pass.
        full: number of the set of all headers.
    """

    end: Table
    entries: Table
    way_to: Table
    source: Table
    group: Table
    out: Table
    into: Table
    blocks: Table
    source_class: Table
    destination_class: Table
    base: Table
    width: Table
    ids: Table
    stage_chains: Table
    full: int


class Spans(NamedTuple):
    """Allowed sets: spans of ports, set by set and kind by kind of protocol.

    Args:
        offsets: ``offsets[set * kinds + kind]``: where its spans begin in ``lows`` and ``highs``.
        weight: int64 [kind, port]: headers to all ports below; those the fabric carries.
    """

    offsets: Table
    lows: Table
    highs: Table
    weight: Table


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


@fast
def routed(pairs: Pairs) -> NDArray[np.uint8]:
    """Return how routes and open stages decide [group, receiver].

    ``LOST``, ``ARRIVES``, ``UNKNOWN`` and ``BY_CHANCE`` as they are; else ``STAGED`` or ``NO_ICMP``.
    """
    sources, entries, receivers = pairs.way_to.shape
    through = np.full((sources, entries, receivers), ARRIVES, np.uint8)
    for source in range(sources):
        for entry in range(entries):
            for j in range(receivers):
                passed = pairs.way_to[source, entry, j]
                while passed > 0:
                    stage = (passed & ((1 << STAGE_BITS) - 1)) - 1
                    passed >>= STAGE_BITS
                    if pairs.stage_chains[stage, 3] != 1:
                        through[source, entry, j] = STAGED
                        break
                    if pairs.stage_chains[stage, 2] == 1:
                        through[source, entry, j] = NO_ICMP
    found = pairs.end.copy()
    for g in range(found.shape[0]):
        source = pairs.source[g]
        for j in range(found.shape[1]):
            if found[g, j] == ARRIVES or found[g, j] == CHOSEN:
                entry = pairs.entries[g, j]
                found[g, j] = ARRIVES if entry == NO_ENTRY else through[source, entry, j]
    return found


@inner
def _place(pairs: Pairs, chain: Number, i: Number, j: Number) -> Number:
    """Return where the allowed set of a chain between a sender and a receiver stands in ``ids``."""
    return (
        pairs.base[chain]
        + np.int64(pairs.source_class[i, chain]) * pairs.width[chain]
        + np.int64(pairs.destination_class[chain, j])
    )


@fast
def _gathered(pairs: Pairs, i: Number, j: Number, asked: Table) -> Number:
    """Fill ``asked`` with the allowed sets of all rules on a way, and return how many there are.

    ``WITHOUT_ICMP`` more where the way carries no ICMP; or ``NO_ANSWER``.
    """
    asked[0] = pairs.ids[_place(pairs, pairs.out[i], i, j)]
    asked[1] = pairs.ids[_place(pairs, pairs.into[j], i, j)]
    count, carried = 2, 0
    group = pairs.group[i]
    chosen = pairs.end[group, j] == CHOSEN
    entry, passed = np.int64(pairs.entries[group, j]), np.int64(0)
    if entry != NO_ENTRY:
        passed = pairs.way_to[pairs.source[group], entry, j]
    while passed > 0:
        stage = (passed & ((1 << STAGE_BITS) - 1)) - 1
        passed >>= STAGE_BITS
        if pairs.stage_chains[stage, 2] == 1:
            carried = WITHOUT_ICMP
        if pairs.stage_chains[stage, 3] == 1:
            continue
        for side in range(2):
            found = pairs.ids[_place(pairs, pairs.stage_chains[stage, side], i, j)]
            if found == pairs.full:
                continue
            if found < 0 or chosen:
                return NO_ANSWER
            asked[count] = found
            count += 1
    return count + carried


@fast
def _shared(asked: Table, count: Number, skip: Number, sets: Spans, at_span: Table) -> Number:
    """Return how many headers all of some allowed sets share; kind ``skip`` of protocol does not count.

    Args:
        at_span: int64, as long as ``asked``; what is in it does not matter.
    """
    total = np.int64(0)
    offsets, lows, highs, weight = sets
    kinds = len(weight)
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
    pairs: Pairs,
    decided: Table,
    sets: Spans,
    starts: Table,
    sizes: Table,
    icmp: Number,
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return how many headers arrive [run of senders, receiver], and which pairs are left out.

    Senders of a run that the rules of a receiver do not tell apart are counted together.

    Args:
        decided: as ``routed`` gives it.
        starts: where each run of senders begins, and the end of the last one.
        sizes: VMs of each row. Senders and receivers are the same rows, and no VM sends to itself.
        icmp: kind of protocol that stages may not carry, or -1.
    """
    total = np.zeros((len(starts) - 1, len(sizes)), np.int64)
    left_out = np.zeros((len(sizes), len(sizes)), np.uint8)
    alike = np.zeros(len(sizes), np.int64)  # sender -> number of those like it
    first = np.zeros(len(sizes), np.int64)  # that number -> first sender
    together = np.zeros(len(sizes), np.int64)  # that number -> VMs
    asked, at_span = np.zeros(2 + 2 * MOST_STAGES, np.int64), np.zeros(2 + 2 * MOST_STAGES, np.int64)
    # Reading an array out of a tuple counts its references, so the loops have names for them.
    ids, base, width, blocks, receivers = pairs.ids, pairs.base, pairs.width, pairs.blocks, pairs.into
    source_class, destination_class = pairs.source_class, pairs.destination_class
    groups, chains = pairs.group, pairs.out
    for t in range(len(starts) - 1):
        keys, values = np.full(MEMORY, -1, np.int64), np.zeros(MEMORY, np.int64)
        used = 0
        for block in range(len(blocks) - 1):
            into = np.int64(receivers[blocks[block]])
            count = 0
            for i in range(starts[t], starts[t + 1]):
                out = chains[i]
                number = 0
                while number < count:
                    like = first[number]
                    if (
                        groups[i] == groups[like]
                        and out == chains[like]
                        and source_class[i, out] == source_class[like, out]
                        and source_class[i, into] == source_class[like, into]
                    ):
                        break
                    number += 1
                if number == count:
                    first[count], together[count] = i, 0
                    count += 1
                alike[i] = number
                together[number] += sizes[i]
            for number in range(count):
                i = first[number]
                group, out = groups[i], chains[i]
                from_ = base[out] + np.int64(source_class[i, out]) * width[out]
                to = base[into] + np.int64(source_class[i, into]) * width[into]
                last, shared = np.int64(-1), np.int64(0)  # neighbours are often alike
                decisions, sent_to, taken_by = decided[group], destination_class[out], destination_class[into]
                for place in range(np.uint64(blocks[block]), np.uint64(blocks[block + 1])):
                    how = np.int64(decisions[place])
                    if how == LOST or how == BY_CHANCE:  # noqa: SIM109
                        continue
                    j = np.int64(place)
                    asked[0] = ids[np.uint64(from_ + sent_to[place])]
                    asked[1] = ids[np.uint64(to + taken_by[place])]
                    if how == STAGED or how == UNKNOWN or asked[0] < 0 or asked[1] < 0:  # noqa: SIM109
                        for each in range(starts[t], starts[t + 1]):
                            if alike[each] != number:
                                continue
                            others = sizes[j] - (1 if each == j else 0)
                            if others == 0:
                                continue
                            many = np.int64(NO_ANSWER)
                            if how == STAGED and asked[0] >= 0 and asked[1] >= 0:
                                many = _gathered(pairs, each, j, asked)
                            if many == NO_ANSWER:
                                left_out[each, j] = 1
                                continue
                            skip = np.int64(icmp if many >= WITHOUT_ICMP else -1)
                            many_headers = _shared(asked, many % WITHOUT_ICMP, skip, sets, at_span)
                            total[t, j] += many_headers * sizes[each] * others
                        continue
                    skip = np.int64(icmp if how == NO_ICMP else -1)
                    key = (asked[0] << 32 | asked[1]) * 2 + (1 if skip >= 0 else 0)
                    if key != last:
                        last = key
                        kept = ((key * np.int64(-7046029254386353131)) >> 20) & (MEMORY - 1)
                        while keys[kept] != -1 and keys[kept] != key:
                            kept = (kept + 1) & (MEMORY - 1)
                        if keys[kept] == key:
                            shared = values[kept]
                        else:
                            shared = _shared(asked, 2, skip, sets, at_span)
                            if used < MEMORY // 2:
                                keys[kept], values[kept] = key, shared
                                used += 1
                    own = sizes[j] if starts[t] <= j < starts[t + 1] and alike[j] == number else 0
                    total[t, j] += shared * (together[number] * sizes[j] - own)
    return total, left_out


@fast
def arrive(
    pairs: Pairs,
    decided: Table,
    holding: Table,
    passes: Table,
    is_icmp: bool,
    classes: Table,
    found: Table,
) -> None:
    """Fill in for each pair whether one kind of header arrives: ``ARRIVES``, ``LOST`` or ``UNKNOWN``.

    Args:
        decided: as ``routed`` gives it, with ``NO_ICMP`` settled.
        holding: bool by allowed set, whether it holds the header.
        passes: uint8 beside ``ids``: the same; 2 where there is no set.
        classes: of each row; ``found``: uint8 [class, class].
    """
    asked = np.zeros(2 + 2 * MOST_STAGES, np.int64)
    base, width, blocks, receivers = pairs.base, pairs.width, pairs.blocks, pairs.into
    source_class, destination_class = pairs.source_class, pairs.destination_class
    for i in range(len(classes)):
        out, group, row = np.int64(pairs.out[i]), np.int64(pairs.group[i]), np.int64(classes[i])
        from_ = base[out] + np.int64(source_class[i, out]) * width[out]
        for block in range(len(blocks) - 1):
            into = np.int64(receivers[blocks[block]])
            to = base[into] + np.int64(source_class[i, into]) * width[into]
            for j in range(blocks[block], blocks[block + 1]):
                how = decided[group, j]
                one = passes[from_ + destination_class[out, j]]
                other = passes[to + destination_class[into, j]]
                if (how | one | other) < 2:
                    found[row, classes[j]] = how & one & other
                    continue
                if how == LOST:
                    found[row, classes[j]] = LOST
                    continue
                good = UNKNOWN
                if how == STAGED and (one | other) < 2:
                    good = _by_stages(pairs, i, j, holding, is_icmp, asked)
                found[row, classes[j]] = good


@fast
def _by_stages(pairs: Pairs, i: Number, j: Number, holding: Table, is_icmp: bool, asked: Table) -> Number:
    """Return whether a header passes all rules on a way: ``ARRIVES``, ``LOST`` or ``UNKNOWN``."""
    count = _gathered(pairs, i, j, asked)
    if count == NO_ANSWER:
        return UNKNOWN
    if is_icmp and count >= WITHOUT_ICMP:
        return LOST
    for n in range(count % WITHOUT_ICMP):
        if not holding[asked[n]]:
            return LOST
    return ARRIVES

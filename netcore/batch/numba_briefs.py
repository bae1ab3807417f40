"""Rules at first sight: most chains are one set of which the first 64 rules decide, see ``plain.briefs``.

Where a table begins is read once and handed on: a loop that writes anything would read it again each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch import layout as at
from netcore.batch import tables as tb
from netcore.batch.jit import part
from netcore.batch.numba_parts import (
    DENIED,
    I64,
    U64,
    cell,
    class_at,
    item8,
    item16,
    judged,
    paged_at,
    pair,
)
from netcore.batch.pages import BITS, SIZE

_PAGE, _CHAIN = U64(32), U64((1 << 32) - 1)
_KIND, _PORT = 16, (1 << 16) - 1


@part
def briefs_at(t: Any) -> Any:
    """Return where all that ``refused`` reads begins."""
    return (
        t.base[U64(tb.BRIEFS * 2)],
        t.base[U64(tb.BITS * 2)],
        paged_at(t, tb.SOURCE_CLASS),
        paged_at(t, tb.DESTINATION_CLASS),
        paged_at(t, tb.DESTINATION_PORT_CLASS),
    )


@part
def looked_up(t: Any, places: Any, nic: Any, side: Any, far: Any) -> Any:
    """Return the chain of rules that a NIC asks, and above it the page that has the other end of a packet.

    What ``denied`` takes. All that it reads lies far away, and a processor waits for what many packets ask
    at once no longer than for one: so look up all packets first.

    Args:
        side: 0: the NIC is the last one of a way; 1: the first one.
        far: atom of the other end.
    """
    briefs, _, sources, destinations, _ = places
    chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_OUT if side else at.PLAIN_IN)
    number = I64(t.numbers[U64(briefs + (chain + 1) * at.BRIEF_COLUMNS)])
    pages, width, _ = destinations if side else sources
    return U64(t.class_pages[U64(pages + number * width + (far >> BITS))]) << _PAGE | U64(chain + 1)


@part
def kinds(t: Any, protocol: Any, port: Any) -> Any:
    """Return the atom of a destination port, and above it the class of a protocol; what ``denied`` takes."""
    return U64(item16(t, tb.PORT_ATOM, port) | item8(t, tb.PROTOCOL_CLASS, protocol) << _KIND)


@part
def at_once(t: Any, places: Any, looked: Any, six: Any) -> Any:
    """Return whether ``denied`` knows what a chain of rules says."""
    row = places[0] + I64(looked & _CHAIN) * at.BRIEF_COLUMNS
    return (not six) & (t.numbers[U64(row + at.BRIEF_WORDS)] == 1)


@part
def denied(t: Any, places: Any, nic: Any, side: Any, looked: Any, kind: Any, far: Any) -> Any:
    """Return whether the rules of a NIC that is the first or the last of a way deny a packet.

    As ``refused``, with what is known beforehand of the NIC's own address.

    Args:
        looked: by ``looked_up``.
        kind: as ``kinds`` has it.
    """
    briefs, bits, sources, destinations, ports = places
    row = briefs + I64(looked & _CHAIN) * at.BRIEF_COLUMNS
    cells = destinations[2] if side else sources[2]
    there = I64(t.class_cells[U64(cells + (I64(looked >> _PAGE) << BITS) + (far & (SIZE - 1)))])
    there += I64(t.numbers[U64(row + (at.BRIEF_DESTINATION if side else at.BRIEF_SOURCE))])
    protocol = I64(t.numbers[U64(row + at.BRIEF_PROTOCOL)]) + (I64(kind) >> _KIND)
    port = class_at(t, ports, I64(t.numbers[U64(row)]), I64(kind) & _PORT)
    port += I64(t.numbers[U64(row + at.BRIEF_PORT)])
    matching = pair(t, tb.PLAIN_NICS, nic, at.PLAIN_OUT_RULES if side else at.PLAIN_IN_RULES)
    matching &= t.words[U64(bits + there)] & t.words[U64(bits + protocol)] & t.words[U64(bits + port)]
    passing = matching & (~matching + U64(1)) & _passing(t, row)
    return (matching != U64(0)) & (passing == U64(0))


@part
def _passing(t: Any, row: Any) -> Any:
    """Return which rules let pass, of the row of a brief."""
    low, high = t.numbers[U64(row + at.BRIEF_PASS)], t.numbers[U64(row + at.BRIEF_PASS + 1)]
    return U64(np.uint32(low)) | U64(np.uint32(high)) << U64(32)


@part
def refused(t: Any, places: Any, chain: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any) -> Any:
    """Return whether a chain of rules denies a packet; chain -1 denies nothing.

    As ``judged``, without a loop as far as the first 64 rules of an only set decide.
    """
    briefs, bits, sources, destinations, ports = places
    row = briefs + (chain + 1) * at.BRIEF_COLUMNS
    number, words = I64(t.numbers[U64(row)]), I64(t.numbers[U64(row + at.BRIEF_WORDS)])
    a = bits + I64(t.numbers[U64(row + at.BRIEF_SOURCE)]) + class_at(t, sources, number, src) * words
    there = class_at(t, destinations, number, dst)
    b = bits + I64(t.numbers[U64(row + at.BRIEF_DESTINATION)]) + there * words
    c = bits + I64(t.numbers[U64(row + at.BRIEF_PROTOCOL)]) + item8(t, tb.PROTOCOL_CLASS, protocol) * words
    port = item16(t, tb.PORT_ATOM, dp)
    e = bits + I64(t.numbers[U64(row + at.BRIEF_PORT)]) + class_at(t, ports, number, port) * words
    matching = t.words[U64(a)] & t.words[U64(b)] & t.words[U64(c)] & t.words[U64(e)]
    passing = matching & (~matching + U64(1)) & _passing(t, row)
    denied = (matching != U64(0)) & (passing == U64(0))
    if (words == 0) | ((words > 1) & (matching == U64(0))):
        start, count = cell(t, tb.CHAINS, chain, at.CHAIN_START), cell(t, tb.CHAINS, chain, at.CHAIN_COUNT)
        denied = judged(t, start, count, src, sp, dst, dp, protocol) == DENIED
    return denied

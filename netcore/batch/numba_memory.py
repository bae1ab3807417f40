"""What packets of one connection leave behind, as rows of small arrays: see ``state.Sessions``.

A five-tuple is two numbers: both addresses, and protocol with both ports. ``m`` are the rows of one
connection, ``n`` counts them by section; a full section sends the connection to the walk.
"""

from __future__ import annotations

from typing import Any

from netcore.batch.numba_parts import I64, part

SECURITY, SEEN, NAT, GUEST, BALANCED, OUTWARD, INWARD, PINS, TRANSLATED = range(9)
"""Sections. Owners: NIC and side, VM, VM, VM, NIC, NIC, nobody, balancer, nobody."""

STARTS = (0, 32, 48, 64, 80, 88, 96, 104, 112, 120)
SECTIONS = 9
MARKS = 9
"""Behind the counts: bits of the NICs that remember a flow, so that most questions need no search."""
COUNTS = 10
ROWS = STARTS[-1]
COLUMNS = 7

OWNER, ENDS, PORTS, FIRST, SECOND, THIRD, FOURTH = range(7)
"""Columns: whose it is, the two numbers of the five-tuple, and up to four values."""


@part
def ends_of(src: Any, dst: Any) -> Any:
    """Return both addresses as one number."""
    return src << 32 | dst


@part
def ports_of(protocol: Any, sp: Any, dp: Any) -> Any:
    """Return protocol and both ports as one number."""
    return protocol << 32 | sp << 16 | dp


@part
def canonical(src: Any, sp: Any, dst: Any, dp: Any, protocol: Any) -> Any:
    """Return the same five-tuple for both directions of a flow, as ``state.canonical``."""
    if (src, sp) <= (dst, dp):
        return ends_of(src, dst), ports_of(protocol, sp, dp)
    return ends_of(dst, src), ports_of(protocol, dp, sp)


@part
def find(m: Any, n: Any, section: Any, owner: Any, ends: Any, ports: Any) -> Any:
    """Return the row of what is remembered, or -1."""
    start = STARTS[section]
    for row in range(start, start + n[section]):
        if m[row, OWNER] == owner and m[row, ENDS] == ends and m[row, PORTS] == ports:
            return I64(row)
    return I64(-1)


@part
def put(
    m: Any, n: Any, section: Any, owner: Any, ends: Any, ports: Any, a: Any, b: Any, c: Any, d: Any
) -> Any:
    """Remember something, in place of what was remembered before; False: there is no room."""
    row = find(m, n, section, owner, ends, ports)
    if row < 0:
        row = I64(STARTS[section]) + n[section]
        if row >= STARTS[section + 1]:
            return False
        n[section] += 1
    write(m, row, owner, ends, ports, a, b, c, d)
    return True


@part
def add(m: Any, n: Any, section: Any, owner: Any, ends: Any, ports: Any) -> Any:
    """Remember something new without values; False: there is no room."""
    row = I64(STARTS[section]) + n[section]
    if row >= STARTS[section + 1]:
        return False
    n[section] += 1
    m[row, OWNER] = owner
    m[row, ENDS] = ends
    m[row, PORTS] = ports
    return True


@part
def write(m: Any, row: Any, owner: Any, ends: Any, ports: Any, a: Any, b: Any, c: Any, d: Any) -> None:
    """Write one row."""
    m[row, OWNER] = owner
    m[row, ENDS] = ends
    m[row, PORTS] = ports
    m[row, FIRST] = a
    m[row, SECOND] = b
    m[row, THIRD] = c
    m[row, FOURTH] = d

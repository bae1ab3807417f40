"""Parts of the compiled kernel for providers whose frames go by MAC and whose doors have tables (L1-L10)."""

from __future__ import annotations

from typing import Any

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import numba_memory as mem
from netcore.batch import tables as tb
from netcore.batch.jit import part
from netcore.batch.numba_memory import ends_of, ports_of, put
from netcore.batch.numba_parts import (
    I64,
    cell,
    chosen,
    flow_seed,
    holder,
    item,
    item8,
    paged_at,
    scalar,
    way_at,
)
from netcore.batch.numba_places import HARD, ICMP, ICMPV6, TCP, UDP

ROUTER = at.NEAR_ROUTER


@part
def on_link(t: Any, nic: Any, atom: Any) -> Any:
    """Return whether an address lies in the subnet of a NIC."""
    subnet = cell(t, tb.NICS, nic, at.NIC_SUBNET)
    start = cell(t, tb.SUBNETS, subnet, at.SUBNET_SPANS)
    for row in range(start, start + cell(t, tb.SUBNETS, subnet, at.SUBNET_SPANNED)):
        if cell(t, tb.SPANS, row, at.SPAN_FIRST) <= atom < cell(t, tb.SPANS, row, at.SPAN_END):
            return True
    return False


@part
def neighbour(t: Any, nic: Any, via: Any, dst: Any) -> Any:
    """As ``layer2.resolve``: 0 or the code of the drop, then who takes the frame: kind and row."""
    if scalar(t, tb.BY_MAC) == 0 or item8(t, tb.FLAGS, dst) & (at.ODD | at.MANY):
        return I64(0), I64(ROUTER), I64(-1)
    count4 = scalar(t, tb.COUNT4)
    asked = dst
    if not on_link(t, nic, dst):
        if via < 0 or (via < count4) != (dst < count4):
            return I64(0), I64(ROUTER), I64(-1)
        asked = via
    subnet = cell(t, tb.NICS, nic, at.NIC_SUBNET)
    left = cell(t, tb.SUBNETS, subnet, at.SUBNET_NEAR)
    right = left + cell(t, tb.SUBNETS, subnet, at.SUBNET_NEARS)
    while left < right:
        middle = (left + right) // 2
        if item(t, tb.NEAR, middle) < asked:
            left = middle + 1
        else:
            right = middle
    end = cell(t, tb.SUBNETS, subnet, at.SUBNET_NEAR) + cell(t, tb.SUBNETS, subnet, at.SUBNET_NEARS)
    if left >= end or item(t, tb.NEAR, left) != asked:
        return I64(codes.NO_SUCH_HOST), I64(ROUTER), I64(-1)
    kind = item(t, tb.NEAR_KIND, left)
    if kind == at.NEAR_HARD:
        return I64(HARD), I64(ROUTER), I64(-1)
    return I64(0), kind, item(t, tb.NEAR_ID, left)


@part
def vpc_out(t: Any, vnet: Any, src: Any, dst: Any) -> Any:
    """As ``vpc_edge.out``: 0 or the code of the drop, and the public source."""
    if item8(t, tb.FLAGS, dst) & at.NOWHERE:
        return I64(codes.NO_SUCH_HOST), src
    behind = item(t, tb.PUBLIC_OF, src)
    if behind >= 0 and cell(t, tb.PUBLIC, behind, at.PUBLIC_KIND) == at.PUBLIC_FRONTEND:
        return I64(0), src
    if behind >= 0 and cell(t, tb.PUBLIC, behind, at.PUBLIC_KIND) == at.PUBLIC_HARD:
        return I64(HARD), src
    held = holder(t, vnet, src)
    if held < 0 or cell(t, tb.HOLD, held, at.HOLD_PUBLIC) < 0:
        return I64(codes.NO_OUTBOUND), src
    return I64(0), cell(t, tb.HOLD, held, at.HOLD_PUBLIC)


@part
def vpc_nat(
    t: Any, m: Any, n: Any, door: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, asked: Any, fold: Any,
) -> Any:  # fmt: skip
    """As ``vpc_edge.translate``: 0 or the code of the drop, and the public source."""
    carried = protocol in (TCP, UDP, ICMP, ICMPV6)
    if not carried or src >= scalar(t, tb.COUNT4):
        return I64(codes.NO_OUTBOUND), src
    target = way_at(t, paged_at(t, tb.FIB), cell(t, tb.DOORS, door, at.DOOR_TABLE), dst)
    kind = cell(t, tb.WAYS, target, at.WAY_KIND)
    if kind != at.WAY_INTERNET:
        nowhere = kind == at.WAY_DROP and cell(t, tb.WAYS, target, at.WAY_B) == 1
        if nowhere or kind == at.WAY_NAT:
            return I64(codes.NO_OUTBOUND), src
        return I64(codes.NOT_MODELLED), src
    start, count = cell(t, tb.DOORS, door, at.DOOR_POOL), cell(t, tb.DOORS, door, at.DOOR_COUNT)
    if count == 0:
        return I64(HARD), src
    seed = flow_seed(t, asked, fold, src, sp, dst, dp, protocol, 0)
    new = item(t, tb.POOL_ATOMS, chosen(t, tb.POOL_CHOOSER, start, count, seed))
    if not put(m, n, mem.TRANSLATED, 0, ends_of(dst, new), ports_of(protocol, dp, sp), door, src, sp, 0):
        return I64(HARD), src
    return I64(0), new

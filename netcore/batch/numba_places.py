"""Parts of the compiled kernel that decide something: what rules, sessions, balancers and the edge say.

Each returns a code, or a row of a table; ``HARD`` sends the connection to the walk. ``t``, ``m`` and ``n``
are tables and memory; a header is source, its port, destination, its port, protocol.
"""

from __future__ import annotations

from typing import Any

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import numba_memory as mem
from netcore.batch import tables as tb
from netcore.batch.numba_memory import add, canonical, ends_of, find, ports_of, put
from netcore.batch.numba_parts import (
    DENIED,
    ENDS,
    I64,
    cell,
    cell8,
    chosen,
    flow_seed,
    holds,
    item,
    item16,
    judged,
    mixed,
    owns,
    part,
    scalar,
)

OPENING, ANSWER, FOLLOWING = 0, 1, 2
NO, NEXT_HOP, FLOATING = 0, 1, 2
TCP, UDP, SCTP, ESP, ICMP, ICMPV6 = 6, 17, 132, 50, 1, 58
INBOUND, OUTBOUND = 0, 1

HARD = -9
"""Instead of a code: the walk answers this connection."""

NONE = -1


@part
def folded_six(high: Any, low: Any) -> Any:
    """Return an IPv6 address as hashes see it."""
    return mixed(high) ^ low


@part
def secured(
    t: Any, m: Any, n: Any, nic: Any, side: Any, chain: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, public: Any,
) -> Any:  # fmt: skip
    """As ``security._filtered``: 0, or the code of the drop."""
    if protocol == ICMPV6 and scalar(t, tb.ICMPV6_FILTERED) == 0:
        return I64(0)
    code = I64(codes.NSG_IN if side == INBOUND else codes.NSG_OUT)
    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
    known = False
    shift = (nic * 2) & 63
    if (n[mem.MARKS] >> shift) & 3:
        there, back = ends_of(dst, src), ports_of(protocol, dp, sp)
        known = (
            find(m, n, mem.SECURITY, nic * 2 + side, ends, ports) >= 0
            or find(m, n, mem.SECURITY, nic * 2 + 1 - side, there, back) >= 0
        )
    if known:
        if scalar(t, tb.CUTS) == 1:
            return I64(HARD)
        if cell(t, tb.CHAINS, chain, at.CHAIN_STATELESSES) == 0:
            return I64(0)
        start, count = (
            cell(t, tb.CHAINS, chain, at.CHAIN_STATELESS),
            cell(t, tb.CHAINS, chain, at.CHAIN_STATELESSES),
        )
        return code if judged(t, start, count, src, sp, dst, dp, protocol) == DENIED else I64(0)
    start, count = cell(t, tb.CHAINS, chain, at.CHAIN_START), cell(t, tb.CHAINS, chain, at.CHAIN_COUNT)
    said = judged(t, start, count, src, sp, dst, dp, protocol)
    if said == DENIED:
        return code
    if (
        public
        and scalar(t, tb.PUBLIC_DENY) == 1
        and said != ENDS
        and cell(t, tb.CHAINS, chain, at.CHAIN_GROUPED) == 0
    ):
        return code
    n[mem.MARKS] |= I64(1) << (shift + side)
    return I64(0) if add(m, n, mem.SECURITY, nic * 2 + side, ends, ports) else I64(HARD)


@part
def crossed(t: Any, m: Any, n: Any, crossing: Any, nic: Any, src: Any, sp: Any, front: Any) -> Any:
    """As ``crossing.cross``: 0 or the code of the drop, and the path it names."""
    where = cell(t, tb.CROSSINGS, crossing, at.CROSS_AT)
    code = cell(t, tb.CROSSINGS, crossing, at.CROSS_CODE)
    if code != 0:
        return code, where
    if (
        front >= 0
        and cell(t, tb.CROSSINGS, crossing, at.CROSS_GLOBAL) == 1
        and cell(t, tb.FRONTENDS, front, at.FRONT_FLAGS) & at.BASIC
    ):
        return I64(codes.NO_SUCH_HOST), cell(t, tb.FRONTENDS, front, at.FRONT_REF)
    if cell(t, tb.CROSSINGS, crossing, at.CROSS_FORWARDED) == 1:
        return I64(0), where
    if cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, src), cell(t, tb.CROSSINGS, crossing, at.CROSS_FROM)):
        return I64(0), where
    start = mem.STARTS[mem.BALANCED]
    for row in range(start, start + n[mem.BALANCED]):
        if m[row, mem.OWNER] == nic and m[row, mem.FIRST] == src and m[row, mem.SECOND] == sp:
            return I64(0), where
    return I64(codes.PEERING_FORWARDED_OFF), where


@part
def shared(t: Any, m: Any, n: Any, section: Any, vm: Any, ends: Any, ports: Any) -> Any:
    """Return the row of what a guest, or one it shares sessions with, remembers; or -1."""
    found = find(m, n, section, vm, ends, ports)
    if found >= 0:
        return found
    start = cell(t, tb.VMS, vm, at.VM_PEERS)
    for place in range(start, start + cell(t, tb.VMS, vm, at.VM_PEERED)):
        found = find(m, n, section, item(t, tb.PEERS, place), ends, ports)
        if found >= 0:
            return found
    return I64(NONE)


@part
def entry_for(t: Any, vm: Any, dst: Any, dp: Any, protocol: Any, kept: Any) -> Any:
    """As ``guest._port_forward``: the row of the entry, or -1."""
    start = cell(t, tb.VMS, vm, at.VM_FORWARDS)
    for row in range(start, start + cell(t, tb.VMS, vm, at.VM_FORWARDED)):
        port = cell(t, tb.FORWARDS, row, at.FORWARD_PORT)
        if cell(t, tb.FORWARDS, row, at.FORWARD_PROTOCOL) != protocol or (port != 0 and port != dp):
            continue
        address = cell(t, tb.FORWARDS, row, at.FORWARD_ADDRESS)
        if address == dst or (address < 0 and (kept == FLOATING or owns(t, vm, dst))):
            return I64(row)
    return I64(NONE)


@part
def session(
    t: Any, m: Any, n: Any, vm: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any,
    phase: Any, bound: Any,
) -> Any:  # fmt: skip
    """As ``guest_memory.session``: 0, or the code of the drop."""
    ends, ports = canonical(src, sp, dst, dp, protocol)
    if bound >= 0 and phase == ANSWER:
        ends, ports = canonical(
            m[bound, mem.FIRST], m[bound, mem.SECOND], m[bound, mem.THIRD], m[bound, mem.FOURTH], protocol
        )
    held = shared(t, m, n, mem.GUEST, vm, ends, ports)
    if held >= 0:
        if phase == FOLLOWING and m[held, mem.FIRST] == 0 and protocol == TCP:
            return I64(codes.STATE_MISSING)
        if phase == ANSWER:
            m[held, mem.FIRST] = 1
        return I64(0)
    if phase != OPENING and protocol != UDP:
        return I64(codes.STATE_MISSING)
    if not put(m, n, mem.GUEST, vm, ends, ports, 0, 0, 0, 0):
        return I64(HARD)
    return I64(0)


@part
def unanswered(m: Any, n: Any) -> Any:
    """Return whether a stateful guest has seen a connection opened but not its answer."""
    start = mem.STARTS[mem.GUEST]
    found = False
    for row in range(start, start + n[mem.GUEST]):
        found = found or m[row, mem.FIRST] == 0
    return found


@part
def publishing(t: Any, frontend: Any, protocol: Any, dp: Any) -> Any:
    """Return the row of the inbound NAT rule for a packet, or -1."""
    start = cell(t, tb.FRONTENDS, frontend, at.FRONT_PUBLISHED)
    for row in range(start, start + cell(t, tb.FRONTENDS, frontend, at.FRONT_PUBLISHES)):
        if (
            cell(t, tb.PUBLISHED, row, at.PUBLISH_PROTOCOL) == protocol
            and cell(t, tb.PUBLISHED, row, at.PUBLISH_PORT) == dp
        ):
            return I64(row)
    return I64(NONE)


@part
def rule_for(t: Any, frontend: Any, protocol: Any, dp: Any) -> Any:
    """As ``backends.rule_for``: the row of the rule, or -1."""
    start = cell(t, tb.FRONTENDS, frontend, at.FRONT_RULES)
    for row in range(start, start + cell(t, tb.FRONTENDS, frontend, at.FRONT_RULED)):
        said = cell(t, tb.LB_RULES, row, at.RULE_PROTOCOL)
        if said < 0:
            icmp = protocol in (ICMP, ICMPV6)
            return I64(NONE) if icmp and scalar(t, tb.ICMP_HA_PORTS) == 0 else I64(row)
        port = cell(t, tb.LB_RULES, row, at.RULE_PORT)
        if said == protocol and (port == 0 or port == dp):
            return I64(row)
    return I64(NONE)


@part
def member_for(
    t: Any, m: Any, n: Any, rule: Any, balancer: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, asked: Any, fold: Any,
) -> Any:  # fmt: skip
    """As ``backends.backend_for``: the row of the member, -1 where nobody is healthy, or ``HARD``."""
    if cell(t, tb.LB_RULES, rule, at.RULE_FLAGS) & at.HARD:
        return I64(HARD)
    start, count = cell(t, tb.LB_RULES, rule, at.RULE_MEMBERS), cell(t, tb.LB_RULES, rule, at.RULE_COUNT)
    ends, ports = canonical(src, sp, dst, dp, protocol)
    pin = find(m, n, mem.PINS, balancer, ends, ports)
    if pin >= 0:
        for row in range(start, start + count):
            if cell(t, tb.MEMBERS, row, at.MEMBER_NAME) == m[pin, mem.FIRST]:
                vm = cell(t, tb.NICS, cell(t, tb.MEMBERS, row, at.MEMBER_NIC), at.NIC_VM)
                dead = vm < 0 or not cell(t, tb.VMS, vm, at.VM_FLAGS) & at.RUNS
                return I64(HARD) if dead else I64(row)
        if cell(t, tb.LB_RULES, rule, at.RULE_WHOLE) == 0:
            return I64(HARD)
    if count == 0:
        return I64(NONE)
    best = start
    if count > 1:
        distribution = cell(t, tb.LB_RULES, rule, at.RULE_DISTRIBUTION)
        seed = flow_seed(t, asked, fold, src, sp, dst, dp, protocol, distribution)
        best = chosen(t, tb.MEMBER_CHOOSER, start, count, seed)
    name = cell(t, tb.MEMBERS, best, at.MEMBER_NAME)
    if not put(m, n, mem.PINS, balancer, ends, ports, name, 0, 0, 0):
        return I64(HARD)
    return best


@part
def given(
    t: Any, m: Any, n: Any, flags: Any, nic: Any, address: Any, backend_port: Any, floating: Any,
    public: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any,
) -> Any:  # fmt: skip
    """As ``balancer._give``: 0 or the code of the drop, then source, destination and its port."""
    new_port = backend_port if backend_port != 0 else dp
    if flags & at.AS_CLIENT:
        if public:
            return I64(codes.NOT_MODELLED), src, dst, dp
        back = ports_of(protocol, new_port, sp)
        if not put(m, n, mem.BALANCED, nic, ends_of(address, dst), back, dst, dp, src, sp):
            return I64(HARD), src, dst, dp
        return I64(0), dst, address, new_port
    vm = cell(t, tb.NICS, nic, at.NIC_VM)
    if vm >= 0 and owns(t, vm, src):
        return I64(codes.LB_HAIRPIN), src, dst, dp
    new = dst if floating else address
    if not put(m, n, mem.BALANCED, nic, ends_of(new, src), ports_of(protocol, new_port, sp), dst, dp, -1, -1):
        return I64(HARD), src, dst, dp
    return I64(0), src, new, new_port


@part
def translated(
    t: Any, m: Any, n: Any, nic: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, asked: Any, fold: Any,
) -> Any:  # fmt: skip
    """As ``edge._translated``: 0 or the code of the drop, and the public source."""
    known = find(m, n, mem.OUTWARD, nic, ends_of(src, dst), ports_of(protocol, sp, dp))
    if known >= 0:
        return I64(0), m[known, mem.FIRST]
    place = holds(t, nic, src)
    if place < 0:
        return I64(codes.NO_OUTBOUND), src
    kind = cell(t, tb.OUTS, place, at.OUT_KIND)
    if kind == at.OUT_HARD:
        return I64(HARD), src
    ported = protocol in (TCP, UDP)
    plain = kind == at.OUT_PLAIN and (protocol in (ICMP, ICMPV6, ESP))
    if kind == at.OUT_NONE or not (ported or plain):
        return I64(codes.NO_OUTBOUND), src
    new = cell(t, tb.OUTS, place, at.OUT_ADDRESS)
    if kind == at.OUT_POOL:
        seed = flow_seed(t, asked, fold, src, sp, dst, dp, protocol, 0)
        new = item(
            t, tb.POOL_ATOMS, chosen(t, tb.POOL_CHOOSER, new, cell(t, tb.OUTS, place, at.OUT_COUNT), seed)
        )
    ends, ports = ends_of(dst, new), ports_of(protocol, dp, sp)
    before = find(m, n, mem.INWARD, 0, ends, ports)
    if before >= 0 and kind != at.OUT_PLAIN:
        same = m[before, mem.FIRST] == nic and m[before, mem.SECOND] == src and m[before, mem.THIRD] == sp
        if not same:  # another port of the address would be taken
            return I64(HARD), src
    if not put(m, n, mem.INWARD, 0, ends, ports, nic, src, sp, 0):
        return I64(HARD), src
    return I64(0), new

"""What kernels take: the tables of a compiled network, laid one behind the other by type.

A few arrays instead of fifty: a compiled kernel is made and called the faster the fewer arrays it takes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.once import once
from netcore.batch.pages import Paged
from netcore.batch.plain import plain_tables
from netcore.batch.sheets import Table


class Tables(NamedTuple):
    """All tables.

    Args:
        numbers: int32.
        shorts: uint16.
        words: uint64.
        small: uint8.
        way_pages: uint16 or int32, pages of ways by table and address, see ``pages``.
        way_cells: uint8 or uint16, what they say.
        class_pages: uint16 or int32, pages of classes of addresses and ports by rule set; not of one type
            with those of ways, which need wide numbers sooner.
        class_cells: uint8 or uint16, what they say.
        base: int64, two for each table: where it begins in the array of its type, and its columns.
        scalars: int64, single values.
        buckets: uint16 by sender; equal for senders whose packets begin with the same rules and routes.
    """

    numbers: Table
    shorts: Table
    words: Table
    small: Table
    way_pages: Table
    way_cells: Table
    class_pages: Table
    class_cells: Table
    base: Table
    scalars: Table
    buckets: Table


(
    COUNT4,
    UNSPECIFIED4,
    UNSPECIFIED6,
    ICMP_HA_PORTS,
    ICMPV6_FILTERED,
    PUBLIC_DENY,
    CUTS,
    BY_MAC,
    VPC,
    FIRST_COURSE,
) = range(10)
"""Places in ``scalars``; the last one is the first row of ``courses`` that ``beyond`` counts."""

_ORDER: Final = (
    "first", "after", "public_of", "equals", "chain_sets", "held", "pool_atoms",
    "own", "starts", "paths", "peers", "hold", "public", "ways", "crossings", "chains", "sets", "nics",
    "outs", "vms", "path", "services", "forwards", "frontends", "lb_rules", "members", "published", "send",
    "subnets", "spans", "near", "near_kind", "near_id", "doors",
    "plain_nics", "plain_sender", "only_nic", "leads", "free_bits",
    "briefs", "relays", "lines", "courses", "relay_at", "relay_passes", "relay_chooser",
    "spaces", "port_atom", "fib", "beyond", "source_class", "destination_class", "source_port_class",
    "destination_port_class", "fib_cells", "beyond_cells", "source_cells", "destination_cells",
    "source_port_cells", "destination_port_cells", "fold", "ecmp_chooser", "bits", "pool_chooser",
    "name_of_nic", "name_of_vm", "member_chooser", "flags", "protocol_class", "carries", "from_port",
    "to_port", "in_space",
)  # fmt: skip

(
    FIRST, AFTER, PUBLIC_OF, EQUALS, CHAIN_SETS, HELD, POOL_ATOMS,
    OWN, STARTS, PATHS, PEERS, HOLD, PUBLIC, WAYS, CROSSINGS, CHAINS, SETS, NICS, OUTS,
    VMS, PATH, SERVICES, FORWARDS, FRONTENDS, LB_RULES, MEMBERS, PUBLISHED, SEND,
    SUBNETS, SPANS, NEAR, NEAR_KIND, NEAR_ID, DOORS,
    PLAIN_NICS, PLAIN_SENDER, ONLY_NIC, LEADS, FREE_BITS,
    BRIEFS, RELAYS, LINES, COURSES, RELAY_AT, RELAY_PASSES, RELAY_CHOOSER,
    SPACES, PORT_ATOM, FIB, BEYOND, SOURCE_CLASS, DESTINATION_CLASS, SOURCE_PORT_CLASS,
    DESTINATION_PORT_CLASS, FIB_CELLS, BEYOND_CELLS, SOURCE_CELLS, DESTINATION_CELLS, SOURCE_PORT_CELLS,
    DESTINATION_PORT_CELLS, FOLD, ECMP_CHOOSER, BITS, POOL_CHOOSER, NAME_OF_NIC,
    NAME_OF_VM, MEMBER_CHOOSER, FLAGS, PROTOCOL_CLASS, CARRIES, FROM_PORT, TO_PORT, IN_SPACE,
) = range(len(_ORDER))  # fmt: skip
"""Tables by number; names are those of ``named_tables``."""

_WIDTHS: Final = {
    "hold": at.HOLD_COLUMNS,
    "public": at.PUBLIC_COLUMNS,
    "ways": at.WAY_COLUMNS,
    "crossings": at.CROSS_COLUMNS,
    "chains": at.CHAIN_COLUMNS,
    "sets": at.SET_COLUMNS,
    "nics": at.NIC_COLUMNS,
    "outs": at.OUT_COLUMNS,
    "vms": at.VM_COLUMNS,
    "path": at.PATH_COLUMNS,
    "services": at.SERVICE_COLUMNS,
    "forwards": at.FORWARD_COLUMNS,
    "frontends": at.FRONT_COLUMNS,
    "lb_rules": at.RULE_COLUMNS,
    "members": at.MEMBER_COLUMNS,
    "published": at.PUBLISH_COLUMNS,
    "send": at.SEND_COLUMNS,
    "subnets": at.SUBNET_COLUMNS,
    "spans": at.SPAN_COLUMNS,
    "doors": at.DOOR_COLUMNS,
    "plain_nics": at.PLAIN_COLUMNS,
    "briefs": at.BRIEF_COLUMNS,
    "leads": at.LEADS_COLUMNS,
    "relays": at.RELAY_COLUMNS,
    "lines": at.MOST_RELAYS,
    "courses": at.COURSE_COLUMNS,
}

CELLS: Final = FIB_CELLS - FIB
"""From the number of a table in pages to that of what its pages say."""

WIDTHS: Final = tuple(_WIDTHS.get(name, 1) for name in _ORDER)
"""Columns of each table that always has as many; known to the compiler, unlike those of ``Tables.base``."""


def named_tables(compiled: Compiled) -> dict[str, Table]:
    """Return every table of a compiled network by the name that kernels use."""
    atoms, rules, routes, owners = compiled.atoms, compiled.rules, compiled.routes, compiled.owners
    guests, balancers, carried = compiled.guests, compiled.balancers, compiled.carried
    return {
        "fold": atoms.fold,
        **{name: getattr(owners, name) for name in ("first", "after", "hold", "public_of", "public")},
        **{name: getattr(routes, name) for name in ("ways", "crossings", "equals")},
        **{name: getattr(rules, name) for name in ("chains", "chain_sets", "sets", "bits", "port_atom")},
        "protocol_class": rules.protocol_class,
        **{
            name: getattr(guests, name)
            for name in ("vms", "own", "starts", "paths", "path", "services", "forwards", "peers")
        },
        **{
            name: getattr(compiled, name)
            for name in (
                "flags",
                "spaces",
                "in_space",
                "nics",
                "held",
                "outs",
                "pool_atoms",
                "pool_chooser",
                "ecmp_chooser",
                "name_of_nic",
                "name_of_vm",
                "send",
            )
        },
        **{
            name: getattr(compiled.neighbours, name)
            for name in ("subnets", "spans", "near", "near_kind", "near_id")
        },
        "doors": compiled.doors,
        "frontends": balancers.frontends,
        "lb_rules": balancers.rules,
        "members": balancers.members,
        "member_chooser": balancers.chooser,
        "published": balancers.published,
        "carries": carried.protocol,
        "from_port": carried.from_port,
        "to_port": carried.to_port,
    }


def paged_tables(compiled: Compiled) -> dict[str, Paged]:
    """Return the tables in pages by name."""
    rules = compiled.rules
    return {
        "fib": compiled.routes.paged,
        "source": rules.sources,
        "destination": rules.destinations,
        "source_port": rules.source_ports,
        "destination_port": rules.destination_ports,
    }


_FIELDS: Final = {"int32": "numbers", "uint16": "shorts", "uint64": "words", "uint8": "small"}
"""Where tables lie by their type; those in pages lie apart."""

_LINE: Final = 64
"""Bytes that caches take at once: tables begin where a line does, or their rows would lie in two."""


@once
def tables_of(compiled: Compiled) -> Tables:
    """Return the tables of a compiled network as kernels take them; the same object at each call."""
    found = named_tables(compiled)
    plain = plain_tables(compiled)
    found |= plain
    base = np.zeros((len(_ORDER), 2), np.int64)
    in_pages: dict[str, str] = {}
    for name, paged in (paged_tables(compiled) | {"beyond": plain["beyond"]}).items():
        said = "way" if name in ("fib", "beyond") else "class"
        first, second = name if said == "way" else f"{name}_class", f"{name}_cells"
        found |= {first: paged.pages, second: paged.cells}
        in_pages |= {first: f"{said}_pages", second: f"{said}_cells"}
    by_field: dict[str, list[Table]] = {field: [] for field in (*_FIELDS.values(), *in_pages.values())}
    used = dict.fromkeys(by_field, 0)
    for index, name in enumerate(_ORDER):
        table = found[name].view(np.uint8) if found[name].dtype == np.bool_ else found[name]
        field = in_pages.get(name) or _FIELDS[table.dtype.name]
        base[index] = used[field], table.shape[-1] if table.ndim == 2 else 1
        gap = -table.size % (_LINE // table.itemsize)
        by_field[field] += [table.ravel(), np.zeros(gap, table.dtype)]
        used[field] += table.size + gap
    carried = compiled.carried
    scalars = [
        compiled.atoms.count4,
        *compiled.unspecified,
        carried.icmp_ha_ports,
        carried.icmpv6_filtered,
        carried.public_deny,
        carried.cuts,
        carried.by_mac,
        carried.vpc,
        len(found["leads"]),
    ]
    return Tables(
        **{field: _joined(tables) for field, tables in by_field.items()},
        base=base.ravel(),
        scalars=np.array(scalars, np.int64),
        buckets=_buckets(compiled),
    )


def _joined(tables: list[Table]) -> Table:
    """Return tables one behind the other, the first at the start of a line."""
    kind = np.result_type(*tables)
    room = np.empty(sum(table.size for table in tables) + _LINE // kind.itemsize, kind)
    begin = -room.ctypes.data % _LINE // kind.itemsize
    found = room[begin : begin + len(room) - _LINE // kind.itemsize]
    np.concatenate(tables, out=found)
    return found


def _buckets(compiled: Compiled) -> Table:
    """Return for each sender the rules that its packets meet first, as far as that is known."""
    found = np.zeros(len(compiled.send), np.uint16)
    only = compiled.guests.vms[:, at.VM_NIC]
    known = np.flatnonzero(only >= 0)
    found[known] = compiled.nics[only[known], at.NIC_OUT] % 65_536
    return found

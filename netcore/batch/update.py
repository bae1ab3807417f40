"""A compiled network brought up to date after an edit of routes, rules, or of who has which of them.

VMs may stop, start or get other addresses as well, see ``moves``.

Tables are copied as far as they change and added to: rule sets and rows of routes that are new stand behind
the others, atoms are split where a new prefix begins or ends. Everything else is that of the earlier network.
An edit of anything else, or one that changes which backends are healthy, is compiled anew.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from netcore.batch import balancers, layout, moves, routes
from netcore.batch.compile import Compiled, chains_of
from netcore.batch.sheets import Names, Table
from netcore.control.network import Network
from netcore.control.rules import EffectiveRule, RuleSet
from netcore.document.models import Direction, Scenario, Topology
from netcore.document.part import Part
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Sessions, State

_MAY_CHANGE = ("route_tables", "security_groups", "subnets", "nics", "vms")
_ATTACHED = {
    "subnets": frozenset({"route_table", "security_group"}),
    "nics": frozenset({"security_group", "configurations"}),
}
"""Fields of subnets and NICs that may change."""


Chains = tuple[tuple[RuleSet, ...], ...]
"""The chains of a NIC, see ``compile.chains_of``."""


class Update(NamedTuple):
    """What an update has changed.

    Args:
        edited: see ``edited``.
        cells: bool [NIC, atom], by the atoms of the later network: the NIC's table says something else there;
            by row of ``table_of_nic``, which is -1 for NICs whose table is the same.
        rules: rules that came or went, by NIC: ``rules_of_nic`` is a row of ``rules``, or -1.
        vms: VMs that run no longer, or run now, or whose NICs have other addresses.
        same_addresses: whether everybody has the addresses that it had.
    """

    edited: tuple[str, ...]
    cells: Table
    table_of_nic: Table
    rules: tuple[tuple[EffectiveRule, ...], ...]
    rules_of_nic: Table
    vms: frozenset[str]
    same_addresses: bool


def updated(earlier: Compiled, network: Network) -> tuple[Compiled, Update] | None:
    """Return a network as arrays, made of those of an earlier one; None where it must be compiled anew."""
    before, after = earlier.network.scenario, network.scenario
    changed = _changed(earlier, before, after)
    if changed is None:
        return None
    subnets, groups = _concerned(before.topology, after.topology, changed)
    if before.topology.route_servers and any(name == "route_tables" for name, _ in changed):
        return None  # a session of a route server may depend on a table (fact D63)
    vms = moves.moved_vms(before.topology, after.topology, changed)
    if vms is None:
        return None
    same = all(name != "nics" or _same_addresses(before, after, key) for name, key in changed)
    network.keep(earlier.network, subnets, groups, same_owners=same)
    drawing = drawing_of(earlier.network).edited(network, vms)
    if vms and not moves.may_move(earlier, drawing.machines, vms):
        return None
    found = copy.copy(earlier)
    found.network, found._hard = network, Counter(earlier._hard)
    ports = [drawing.ports[nic] for nic in earlier.nic_ids]
    if before.topology.gateways and subnets - {port.subnet for port in ports}:
        return None  # a gateway may send by the table of its subnet
    tables = {
        subnet: network.subnet_routes(subnet)
        for subnet in sorted({port.subnet for port in ports} & subnets)
        if network.subnet_routes(subnet).rows != earlier.network.subnet_routes(subnet).rows
    }
    chains = _chains(earlier.network, network, ports)
    found.atoms = earlier.atoms.with_more(
        [
            *_ranges(tables.values()),
            *_ranges_of(chain for four in chains.values() for chain in four),
            *moves.ranges_of(drawing.machines, vms),
        ]
    )
    places, firsts = earlier.atoms.places(found.atoms)
    rules = earlier.rules.more((chain for four in chains.values() for chain in four), found.atoms, places)
    if rules is None:
        return None
    found.rules = rules
    _renumber(found, earlier, places, firsts)
    if vms:
        moves.move(found, vms)
    found.nics = found.nics.copy()
    for row, four in chains.items():
        found.nics[row, layout.NIC_OUT : layout.NIC_NEAR_IN + 1] = [rules.number[id(chain)] for chain in four]
    table_of_nic, cells = _routes(found, earlier, tables, places)
    if not _same_backends(found):
        return None
    told, rules_of_nic = _rules_that_differ(earlier, found, chains)
    return found, Update(edited(before, after), cells, table_of_nic, told, rules_of_nic, frozenset(vms), same)


def doors(compiled: Compiled) -> set[int]:
    """Return the NICs that are reached under other addresses than their own."""
    found = {*compiled.balancers.members[:, layout.MEMBER_NIC].tolist()}
    found |= {*compiled.balancers.published[:, layout.PUBLISH_NIC].tolist()}
    public = compiled.owners.public
    found |= {*public[public[:, layout.PUBLIC_KIND] == layout.PUBLIC_NIC, layout.PUBLIC_ID].tolist()}
    return {int(nic) for nic in found if 0 <= nic < len(compiled.nic_ids)}


def _changed(earlier: Compiled, before: Scenario, after: Scenario) -> list[tuple[str, str]] | None:
    """Return collection and key of what differs; None where something does that needs a compilation."""
    if earlier.carried.by_mac or earlier.carried.vpc or len(earlier.doors) > 1 or earlier.doors[0, 0] >= 0:
        return None
    if before.profile != after.profile or before.switches != after.switches:
        return None
    found: list[tuple[str, str]] = []
    for name in Topology.model_fields:
        one, other = getattr(before.topology, name), getattr(after.topology, name)
        if one is other:
            continue
        if name not in _MAY_CHANGE:
            if one != other:
                return None
            continue
        for key in {**one, **other}:
            here, there = one.get(key), other.get(key)
            if here is there or here == there:
                continue
            found.append((name, key))
            if name in _ATTACHED and not _only_differ(here, there, _ATTACHED[name]):
                return None
    return found


def _only_differ(one: Any, other: Any, fields: frozenset[str]) -> bool:
    if one is None or other is None:
        return False
    return all(
        name in fields or getattr(one, name) == getattr(other, name) for name in type(one).model_fields
    )


def _same_addresses(before: Scenario, after: Scenario, nic: str) -> bool:
    one, other = before.topology.nics[nic], after.topology.nics[nic]
    return one.configurations == other.configurations


def _concerned(
    before: Topology, after: Topology, changed: list[tuple[str, str]]
) -> tuple[set[str], set[str]]:
    """Return the subnets whose routes or rules may be others now, and the groups that have changed."""
    by_kind: dict[str, set[str]] = {name: set() for name in _MAY_CHANGE}
    for name, key in changed:
        by_kind[name].add(key)
    subnets = by_kind["subnets"] | {
        key
        for topology in (before, after)
        for key, subnet in topology.subnets.items()
        if subnet.route_table in by_kind["route_tables"]
    }
    return subnets, by_kind["security_groups"]


def _chains(before: Network, after: Network, ports: Sequence[Port]) -> dict[int, Chains]:
    """Return what NICs ask whose rules are others; those that were kept are the same objects."""
    found: dict[int, Chains] = {}
    groups = [network.scenario.topology.nics for network in (before, after)]
    known: dict[tuple[str | None, ...], Chains | None] = {}
    for row, port in enumerate(ports):
        key = (port.subnet, *(nics[port.id].security_group for nics in groups))
        if key not in known:
            same = all(after.rules(port.id, side) is before.rules(port.id, side) for side in Direction)
            known[key] = None if same else chains_of(after, port)
        chains = known[key]
        if chains is not None:
            found[row] = chains
    return found


def _ranges(views: Iterable[Any]) -> Iterator[tuple[int, int, int]]:
    seen = set()
    for view in views:
        for row in view.rows:
            seen.update(row.prefixes)
            for address in row.next_hop_ips:
                yield address.version, int(address), int(address)
    for prefix in seen:
        yield prefix.version, int(prefix.network_address), int(prefix.broadcast_address)


def _ranges_of(chains: Iterable[tuple[RuleSet, ...]]) -> Iterator[tuple[int, int, int]]:
    sides = {
        side
        for rules in {id(each.rules): each.rules for chain in chains for each in chain}.values()
        for rule in rules
        for side in (rule.sources, rule.destinations)
        if side is not None
    }
    for side in sides:
        yield from side.ranges()


def _renumber(found: Compiled, earlier: Compiled, places: Table, firsts: Table) -> None:
    """Write the numbers of finer atoms wherever a table holds one."""
    if found.atoms is earlier.atoms:
        return

    def atoms(table: Table, *columns: int) -> Table:
        table = table.copy()
        for part in (table[:, column] for column in columns) if columns else (table,):
            part[part >= 0] = firsts[part[part >= 0]]
        return table

    found.flags, found.spaces = earlier.flags[places], earlier.spaces[places]
    owners, held = earlier.owners, earlier.balancers
    found.owners = replace(
        owners,
        first=owners.first[places],
        after=owners.after[places],
        public_of=owners.public_of[places],
        hold=atoms(owners.hold, layout.HOLD_PUBLIC),
        public=atoms(owners.public, layout.PUBLIC_ADDRESS),
    )
    found.balancers = replace(
        held,
        members=atoms(held.members, layout.MEMBER_ADDRESS),
        published=atoms(held.published, layout.PUBLISH_ADDRESS),
    )
    guests = earlier.guests
    found.guests = replace(
        guests,
        own=atoms(guests.own),
        starts=atoms(guests.starts),
        path=atoms(guests.path, layout.PATH_VIA),
        forwards=atoms(guests.forwards, layout.FORWARD_ADDRESS, layout.FORWARD_TO),
    )
    found.held, found.pool_atoms = atoms(earlier.held), atoms(earlier.pool_atoms)
    one = np.isin(earlier.outs[:, layout.OUT_KIND], (layout.OUT_PLAIN, layout.OUT_PORTS))
    found.outs = np.where(
        (one & (earlier.outs[:, layout.OUT_ADDRESS] >= 0))[:, None],
        atoms(earlier.outs, layout.OUT_ADDRESS),
        earlier.outs,
    )
    found.nics = atoms(earlier.nics, layout.NIC_SOURCE4, layout.NIC_SOURCE6)
    found.send = atoms(earlier.send, layout.SEND_SOURCE4, layout.SEND_SOURCE6)
    found.unspecified = (int(firsts[earlier.unspecified[0]]), int(firsts[earlier.unspecified[1]]))


def _routes(found: Compiled, earlier: Compiled, tables: dict[str, Any], places: Table) -> tuple[Table, Table]:
    """Add the rows of tables that have changed; return which row each NIC has of the cells that did."""
    network, old = found.network, earlier.routes
    names = Names(earlier.names)
    number = {
        "vnets": {key: row for row, key in enumerate(found.vnet_ids)},
        "nics": {key: row for row, key in enumerate(found.nic_ids)},
    }
    run = Run(network, drawing_of(network), State(), Sessions(), Phase.OPENING)
    maker = routes.RouteMaker(run, number, found.balancers.number, names, {}, found._count, old)
    vnets = network.scenario.topology.subnets
    made = maker.made([(subnet, vnets[subnet].vnet, view) for subnet, view in tables.items()], found.atoms)
    count = len(old.paged.pages)
    kept = old.paged.finer(places)
    paged = kept.and_rows(made.paged, count) if tables else kept
    table_of = {**old.table_of, **{name: count + row for name, row in made.table_of.items()}}
    labels = [*old.labels, *made.labels] if tables else old.labels
    found.routes = replace(made, paged=paged, table_of=table_of, labels=labels)
    found.names = tuple(names.texts)
    drawing = drawing_of(network)
    table_of_nic = np.full(len(found.nic_ids), -1, np.int64)
    cells = np.zeros((max(1, len(tables)), found.atoms.count), np.bool_)
    row_of = {subnet: row for row, subnet in enumerate(tables)}
    for subnet, row in row_of.items():
        now, before = paged.rows(np.array([table_of[subnet], old.table_of[subnet]]))
        cells[row] = now != before
    moved = [(row, nic) for row, nic in enumerate(found.nic_ids) if drawing.ports[nic].subnet in row_of]
    chosen, starts = routes.choosers(
        labels, [(nic, table_of[drawing.ports[nic].subnet]) for _, nic in moved], found._count
    )
    offset = len(earlier.ecmp_chooser)
    found.ecmp_chooser = np.concatenate([earlier.ecmp_chooser, chosen])
    for (row, nic), start in zip(moved, starts, strict=True):
        subnet = drawing.ports[nic].subnet
        table_of_nic[row] = row_of[subnet]
        found.nics[row, layout.NIC_TABLE] = table_of[subnet]
        found.nics[row, layout.NIC_ECMP] = start + offset if start >= 0 else -1
    return table_of_nic, cells


def _same_backends(found: Compiled) -> bool:
    """Return whether every balancer gives new flows to the same backends as before."""
    run = Run(found.network, drawing_of(found.network), State(), Sessions(), Phase.OPENING)
    nics = {key: row for row, key in enumerate(found.nic_ids)}
    names = Names(found.names)
    now = balancers.made(run, found.atoms, nics, names, lambda _: None)
    return all(
        bool(np.array_equal(getattr(now, name), getattr(found.balancers, name)))
        for name in ("frontends", "rules", "members", "chooser", "published")
    )


def _rules_that_differ(
    earlier: Compiled, found: Compiled, chains: dict[int, Any]
) -> tuple[tuple[tuple[EffectiveRule, ...], ...], Table]:
    """Return the rules that came or went at NICs, and which of them at each NIC."""
    told: dict[tuple[object, ...], int] = {}
    listed: list[tuple[EffectiveRule, ...]] = []
    of_nic = np.full(len(found.nic_ids), -1, np.int64)
    for row in chains:
        nic = found.nic_ids[row]
        both = [
            tuple(network.rules(nic, side) for side in Direction)
            for network in (earlier.network, found.network)
        ]
        key = tuple(id(chain) for side in both for chain in side)
        if key not in told:
            told[key] = len(listed)
            listed.append(tuple(_differing(*both)))
        if listed[told[key]]:
            of_nic[row] = told[key]
    return tuple(listed), of_nic


def _differing(
    before: tuple[tuple[RuleSet, ...], ...], after: tuple[tuple[RuleSet, ...], ...]
) -> Iterator[EffectiveRule]:
    """Yield the rules that only one of two lists of chains has; where sets came or went, all of them."""
    for one, other in zip(before, after, strict=True):
        kinds = [(rules.where, rules.security_group, rules.stateful) for rules in one]
        if kinds != [(rules.where, rules.security_group, rules.stateful) for rules in other]:
            for rules in (*one, *other):
                yield from rules.rules
            continue
        for first, second in zip(one, other, strict=True):
            said = [{_said(rule): rule for rule in rules.rules} for rules in (first, second)]
            yield from (rule for key, rule in said[0].items() if key not in said[1])
            yield from (rule for key, rule in said[1].items() if key not in said[0])


def _said(rule: EffectiveRule) -> tuple[object, ...]:
    """Return what decides: two sets with the same of these, in order of priority, decide alike."""
    return (
        rule.priority,
        rule.name,
        rule.access,
        rule.protocol,
        rule.sources,
        rule.source_ports,
        rule.destinations,
        rule.destination_ports,
        rule.platform,
    )


def edited(before: Scenario, after: Scenario) -> tuple[str, ...]:
    """Return the paths of what two documents say otherwise, such as ``route_tables/spoke/routes/default``."""
    found = [name for name in ("profile", "switches") if getattr(before, name) != getattr(after, name)]
    for name in Topology.model_fields:
        found += _edited(name, getattr(before.topology, name), getattr(after.topology, name))
    return tuple(found)


def _edited(path: str, one: Any, other: Any) -> Iterator[str]:
    """Yield the deepest paths at which two values differ."""
    if one is other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            if key not in one or key not in other:
                yield f"{path}/{key}"
            else:
                yield from _edited(f"{path}/{key}", one[key], other[key])
    elif isinstance(one, Part) and type(one) is type(other):
        if one != other:
            for name in type(one).model_fields:
                yield from _edited(f"{path}/{name}", getattr(one, name), getattr(other, name))
    elif one != other:
        yield path

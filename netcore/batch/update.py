"""A compiled network brought up to date after an edit, see ``edits`` for which ones.

Tables are copied as far as they change and added to: rule sets and rows of routes that are new stand behind
the others, atoms are split where a new prefix begins or ends, and VMs that are something else get other rows
(``moves``). Everything else is that of the earlier network. An edit of anything else, or one that changes
which backends are healthy, is compiled anew.
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
from netcore.batch.edits import Plan, edited, gateway_subnets, plan_of
from netcore.batch.moves import has_moved, may_move
from netcore.batch.sheets import Names, Table
from netcore.control.network import PEERED, Network
from netcore.control.prefixes import ends
from netcore.control.rules import EffectiveRule, RuleSet
from netcore.document.models import Direction
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Sessions, State

Chains = tuple[tuple[RuleSet, ...], ...]
"""The chains of a NIC, see ``compile.chains_of``."""


class Update(NamedTuple):
    """What an update has changed.

    Args:
        edited: see ``edited``.
        cells: bool [NIC, atom], by the atoms of the later network: the NIC's table says something else there;
            by row of ``table_of_nic``, which is -1 for NICs whose table is the same.
        rules: rules that came or went, by NIC: ``rules_of_nic`` is a row of ``rules``, or -1.
        vms: VMs that are something else themselves, or whose NICs are.
        moved: those of them that have other addresses.
        far: bool by atom of the later network: what gateways do with packets for it may be something else.
        carried: bool by way of the later network: it goes over a peering that treats forwarded packets
            otherwise now.
    """

    edited: tuple[str, ...]
    cells: Table
    table_of_nic: Table
    rules: tuple[tuple[EffectiveRule, ...], ...]
    rules_of_nic: Table
    vms: frozenset[str]
    moved: frozenset[str]
    far: Table
    carried: Table


def updated(earlier: Compiled, network: Network) -> tuple[Compiled, Update] | None:
    """Return a network as arrays, made of those of an earlier one; None where it must be compiled anew."""
    before, after = earlier.network.scenario, network.scenario
    plan = plan_of(before, after) if _is_plain(earlier) else None
    if plan is None:
        return None
    vms, subnets = plan.vms, plan.subnets
    anew = PEERED if plan.vnets else (*(("peerings",) if plan.carries else ()), *(("owners",) if vms else ()))
    network.keep(earlier.network, subnets, plan.groups, anew)
    old = drawing_of(earlier.network)
    drawing = old.edited(network, vms | plan.renamed, links=bool(plan.vnets) or plan.drawn)
    if vms and not may_move(earlier, drawing.machines, vms):
        return None
    moved = frozenset(vm for vm in vms if has_moved(old.machines[vm], drawing.machines[vm]))
    found = copy.copy(earlier)
    found.network, found._hard = network, Counter(earlier._hard)
    ports = [drawing.ports[nic] for nic in earlier.nic_ids]
    tables = {
        subnet: network.subnet_routes(subnet)
        for subnet in sorted({port.subnet for port in ports} & subnets)
        if after.topology.subnets[subnet].vnet in plan.vnets
        or network.subnet_routes(subnet).rows != earlier.network.subnet_routes(subnet).rows
    }
    chains = _chains(earlier.network, network, ports, plan)
    found.atoms = earlier.atoms.with_more(
        [
            *_ranges(tables.values()),
            *_ranges_of(chain for four in chains.values() for chain in four),
            *moves.ranges_of(drawing.machines, vms),
            *(
                (prefix.version, *ends(prefix))
                for subnet in (subnets if plan.drawn else ())
                for prefix in (after if subnet in after.topology.subnets else before)
                .topology.subnets[subnet]
                .prefixes
            ),
        ]
    )
    places, firsts = earlier.atoms.places(found.atoms)
    found.rules = rules = earlier.rules.more(
        (chain for four in chains.values() for chain in four), found.atoms, places
    )
    _renumber(found, earlier, places, firsts)
    if vms and not moves.move(found, earlier, vms):
        return None
    found.nics = found.nics.copy()
    for row, four in chains.items():
        found.nics[row, layout.NIC_OUT : layout.NIC_NEAR_IN + 1] = [rules.number[id(chain)] for chain in four]
    table_of_nic, cells = _routes(found, earlier, tables, places)
    carried = _carry(found, plan.carries)
    if not _same_backends(found):
        return None
    told, rules_of_nic = _rules_that_differ(earlier, found, chains)
    far = _far(found, earlier, plan)
    changed = edited(before, after)
    return found, Update(
        changed, cells, table_of_nic, told, rules_of_nic, frozenset(vms), moved, far, carried
    )


def _is_plain(compiled: Compiled) -> bool:
    """Return whether frames go by address, and tables are effective routes of subnets."""
    carried = compiled.carried
    return not (carried.by_mac or carried.vpc or len(compiled.doors) > 1 or compiled.doors[0, 0] >= 0)


def _far(found: Compiled, earlier: Compiled, plan: Plan) -> Table:
    """Return bool by atom whether gateways may do something else with packets for it."""
    far = np.zeros(found.atoms.count, np.bool_)
    topologies = [each.network.scenario.topology for each in (earlier, found)]
    gateways = set().union(*(gateway_subnets(topology) for topology in topologies))
    links = [topologies[1].peerings[key] for key in plan.carries]
    vnets = plan.vnets.union(*({link.vnet, link.remote_vnet} for link in links))
    for subnet in sorted(gateways):
        joined = any(topology.subnets[subnet].vnet in vnets for topology in topologies)
        if subnet not in plan.subnets and not joined:
            continue
        rows = [set(each.network.subnet_routes(subnet).rows) for each in (earlier, found)]
        prefixes = {prefix for row in rows[0] ^ rows[1] for prefix in row.prefixes}
        if joined:
            # What a peering lets through is not in the rows.
            prefixes |= {
                prefix
                for topology in topologies
                for vnet in vnets
                for prefix in topology.vnets[vnet].address_space
            }
        for prefix in prefixes:
            first, end = found.atoms.span(prefix.version, *ends(prefix))
            far[first:end] = True
    return far


def _chains(before: Network, after: Network, ports: Sequence[Port], plan: Plan) -> dict[int, Chains]:
    """Return what NICs ask whose rules are others; those that were kept are the same objects."""
    found: dict[int, Chains] = {}
    groups = [network.scenario.topology.nics for network in (before, after)]
    known: dict[tuple[str | None, ...], Chains | None] = {}
    for row in _rows_of_rules(after, ports, plan):
        port = ports[row]
        key = (port.subnet, *(nics[port.id].security_group for nics in groups))
        if key not in known:
            same = all(after.rules(port.id, side) is before.rules(port.id, side) for side in Direction)
            known[key] = None if same else chains_of(after, port)
        chains = known[key]
        if chains is not None:
            found[row] = chains
    return found


def _rows_of_rules(network: Network, ports: Sequence[Port], plan: Plan) -> list[int]:
    """Return the rows of NICs whose rules may be others."""
    topology = network.scenario.topology
    subnets = plan.subnets | {
        key for key, subnet in topology.subnets.items() if subnet.security_group in plan.groups
    }
    if not (subnets or plan.nics or plan.groups):
        return []
    return [
        row
        for row, port in enumerate(ports)
        if port.subnet in subnets
        or port.id in plan.nics
        or (plan.groups and topology.nics[port.id].security_group in plan.groups)
    ]


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
    if len(names.texts) > len(earlier.names):
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


def _carry(found: Compiled, peerings: set[str]) -> Table:
    """Write down whether peerings carry forwarded packets; return the ways over them, bool."""
    ways, crossings = found.routes.ways, found.routes.crossings.copy()
    over = np.isin(ways[:, layout.WAY_KIND], (layout.WAY_PEER, layout.WAY_NIC, layout.WAY_FRONTEND))
    over &= ways[:, layout.WAY_B] >= 0
    changed = np.zeros(len(crossings), np.bool_)
    for key in peerings:
        at = found.names.index(f"peerings/{key}") if f"peerings/{key}" in found.names else -1
        rows = (crossings[:, layout.CROSS_AT] == at) & (at >= 0)
        crossings[rows, layout.CROSS_FORWARDED] = found.network.scenario.topology.peerings[
            key
        ].allow_forwarded
        changed |= rows
    if changed.any():
        found.routes = replace(found.routes, crossings=crossings)
    told: Table = over & changed[np.where(over, ways[:, layout.WAY_B], 0)]
    return told


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

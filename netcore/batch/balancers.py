"""Balancers as tables: frontends, their rules, the members that get new flows, published ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from netcore.batch import layout
from netcore.batch.atoms import Atoms
from netcore.batch.sheets import Names, Sheet, Table, column
from netcore.control.network import Network
from netcore.document.balancers import BalancingRule, LoadBalancer
from netcore.forwarding.backends import near, said_of
from netcore.forwarding.balancer import lost_zones
from netcore.forwarding.hashing import chooser
from netcore.forwarding.probes import Rotation, rotation
from netcore.forwarding.run import Run
from netcore.trace.packet import protocol_number


@dataclass
class Balancers:
    """Tables of balancers; columns as in ``layout``. ``chooser`` is uint64 beside ``members``.

    Attributes:
        members: those that get new flows.
        roster: all members of the pools of rules, beside ``rosters``: start and count by rule, and what holds
            for flows that have a member already.
        names: ids of members by balancer, in the order of their numbers.
    """

    number: dict[tuple[str, str], int]
    frontends: Table
    rules: Table
    members: Table
    chooser: Table
    published: Table
    roster: Table
    rosters: Table
    names: tuple[tuple[str, ...], ...]


def made(
    run: Run,
    atoms: Atoms,
    nic: dict[str, int],
    names: Names,
    count_hard: Callable[[str], None],
) -> Balancers:
    """Return the balancers as tables, with who is healthy at the moment of a run."""
    network = run.network
    frontends, rules = Sheet(layout.FRONT_COLUMNS), Sheet(layout.RULE_COLUMNS)
    members, published = Sheet(layout.MEMBER_COLUMNS), Sheet(layout.PUBLISH_COLUMNS)
    roster, rosters = Sheet(layout.ROSTER_COLUMNS), Sheet(layout.ROSTERS_COLUMNS)
    choosers: list[int] = []
    all_names: list[tuple[str, ...]] = []
    number: dict[tuple[str, str], int] = {}
    for index, (balancer_id, balancer) in enumerate(sorted(network.scenario.topology.load_balancers.items())):
        ids = Names(sorted({member for pool in balancer.pools.values() for member in pool.members}))
        all_names.append(tuple(ids.texts))
        for key in sorted(balancer.frontends):
            first = len(rules)
            gateway = balancer.sku == "gateway"
            if gateway:
                count_hard("gateway balancer")
            for rule in () if gateway else _rules_of(balancer, key):
                turn = rotation(run, balancer_id, rule.pool, rule.probe)
                _rule(run, atoms, nic, balancer_id, balancer, rule, turn, ids, (rules, members, choosers))
                _roster(run, atoms, nic, balancer, rule, turn, ids, (roster, rosters))
            ruled, start = len(rules) - first, len(published)
            for _, entry in sorted(balancer.inbound_nat_rules.items()):
                if entry.frontend == key:
                    address = (
                        network.scenario.topology.nics[entry.nic].configurations[entry.configuration].address
                    )
                    published.add(
                        protocol_number(entry.protocol),
                        entry.frontend_port,
                        nic[entry.nic],
                        atoms.of(address),
                        entry.backend_port,
                        int(entry.floating_ip),
                    )
            number[balancer_id, key] = frontends.add(
                index,
                first,
                ruled,
                start,
                len(published) - start,
                names.number(f"load_balancers/{balancer_id}"),
                names.number(f"load_balancers/{balancer_id}/frontends/{key}"),
                _flags(network, balancer)
                | layout.HARD * bool(run.state.down_zones and lost_zones(run, balancer.frontends[key])),
            )
    return Balancers(
        number,
        frontends.table(),
        rules.table(),
        members.table(),
        column(choosers, np.uint64),
        published.table(),
        roster.table(),
        rosters.table(),
        tuple(all_names),
    )


def _rules_of(balancer: LoadBalancer, frontend: str) -> list[BalancingRule]:
    """Return the rules of a frontend as they are asked: by id, those of one protocol before HA ports."""
    found = [rule for _, rule in sorted(balancer.rules.items()) if rule.frontend == frontend]
    return sorted(found, key=lambda rule: rule.protocol == "all")


def _rule(
    run: Run,
    atoms: Atoms,
    nic: dict[str, int],
    balancer_id: str,
    balancer: LoadBalancer,
    rule: BalancingRule,
    turn: Rotation,
    ids: Names,
    into: tuple[Sheet, Sheet, list[int]],
) -> None:
    """Add one rule and the members that its new flows are spread over."""
    rules, members, choosers = into
    pool = balancer.pools[rule.pool].members
    healthy = near(run, balancer, rule, turn.healthy)
    hard = False
    first = len(members)
    for member in healthy:
        backend = pool[member]
        address = run.drawing.member_address(backend, None)
        port = run.drawing.ports.get(backend.nic)
        if address is None or port is None:
            hard = True
            continue
        members.add(nic[backend.nic], atoms.of(address), ids.number(member))
        choosers.append(chooser(f"{balancer_id}|{rule.pool}", member))
    rules.add(
        -1 if rule.protocol == "all" else protocol_number(rule.protocol),
        rule.frontend_port,
        first,
        len(members) - first,
        rule.backend_port,
        int(rule.floating_ip),
        layout.DISTRIBUTIONS.index(rule.distribution),
        int(len(healthy) == len(pool)),
        layout.HARD * hard,
    )


def _roster(
    run: Run,
    atoms: Atoms,
    nic: dict[str, int],
    balancer: LoadBalancer,
    rule: BalancingRule,
    turn: Rotation,
    ids: Names,
    into: tuple[Sheet, Sheet],
) -> None:
    """Add all members of the pool of a rule, and how long flows stay with the one they have."""
    roster, rosters = into
    pool = balancer.pools[rule.pool].members
    stays = said_of(run, balancer)
    start = len(roster)
    for member, backend in sorted(pool.items()):
        address = run.drawing.member_address(backend, None)
        known = address is not None and backend.nic in run.drawing.ports
        roster.add(
            nic[backend.nic] if known else -1,
            atoms.of(address) if address is not None else -1,
            ids.number(member),
            layout.IN_ROTATION * (member in turn.healthy)
            | layout.DRAINED * (member in turn.drained)
            | layout.HARD * (not known),
        )
    rosters.add(
        start,
        len(roster) - start,
        layout.ALL_STAY * (stays is True)
        | layout.NONE_STAYS * (stays is False)
        | layout.SOME_HEALTHY * bool(turn.healthy)
        | layout.KEEPS_LAST * (balancer.sku == "standard" and len(pool) > 1)
        | layout.RESETS * (stays is None and run.network.profile.resets_unhealthy),
    )


def _flags(network: Network, balancer: LoadBalancer) -> int:
    said = balancer.preserve_client_ip
    preserved = network.profile.preserve_client_ip if said is None else said
    return (
        layout.BASIC * (balancer.sku == "basic")
        | layout.STANDARD * (balancer.sku == "standard")
        | layout.AS_CLIENT * (not preserved)
        | layout.HARD * (balancer.sku == "gateway")
    )

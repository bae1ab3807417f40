"""Whom packets may pass between their two ends, and what is special about guests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.sheets import Table

STRAIGHT: Final = (at.WAY_LOCAL, at.WAY_PEER, at.WAY_DROP, at.WAY_INTERNET)
"""Ways on which no NIC is passed."""


def middles(compiled: Compiled) -> Table:
    """Return the NICs that packets between others may pass: next hops of routes, and members behind them."""
    ways = compiled.routes.ways
    found = set(ways[ways[:, at.WAY_KIND] == at.WAY_NIC, at.WAY_A].tolist())
    fronts = compiled.balancers.frontends
    for front in set(ways[ways[:, at.WAY_KIND] == at.WAY_FRONTEND, at.WAY_A].tolist()):
        start = int(fronts[front, at.FRONT_RULES])
        for rule in compiled.balancers.rules[start : start + int(fronts[front, at.FRONT_RULED])]:
            members = int(rule[at.RULE_MEMBERS])
            count = int(rule[at.RULE_COUNT])
            found |= set(compiled.balancers.members[members : members + count, at.MEMBER_NIC].tolist())
    return np.array(sorted(found - {-1}), np.int64)


def doors(compiled: Compiled) -> set[int]:
    """Return the NICs that are reached under other addresses than their own."""
    found = {*compiled.balancers.members[:, at.MEMBER_NIC].tolist()}
    found |= {*compiled.balancers.published[:, at.PUBLISH_NIC].tolist()}
    public = compiled.owners.public
    found |= {*public[public[:, at.PUBLIC_KIND] == at.PUBLIC_NIC, at.PUBLIC_ID].tolist()}
    return {int(nic) for nic in found if 0 <= nic < len(compiled.nic_ids)}


def is_simple(compiled: Compiled) -> bool:
    """Return whether nothing on the way between VMs rewrites, keeps sessions or has routes of its own."""
    if compiled.carried.by_mac or compiled.carried.vpc:
        return False
    return all(_only_passes(compiled, nic) for nic in compiled.nics[middles(compiled)])


def _only_passes(compiled: Compiled, nic: Table) -> bool:
    if nic[at.NIC_VM] < 0:
        return True
    return not int(nic[at.NIC_FLAGS]) & (at.WRONG_MAC | at.HARD) and is_usual(compiled, int(nic[at.NIC_VM]))


def is_usual(compiled: Compiled, vm: int) -> bool:
    """Return whether a guest has one NIC, sends from it, and neither rewrites nor filters."""
    return bool(_usual(compiled.guests.vms[vm]))


def usual_vms(compiled: Compiled) -> Table:
    """Return by VM what ``is_usual`` does."""
    return _usual(compiled.guests.vms[: len(compiled.guests.ids)])


def _usual(rows: Table) -> Table:
    common = (rows[..., at.VM_FLAGS] & _SPECIAL) == 0
    found: Table = common & (rows[..., at.VM_NIC] >= 0) & (rows[..., at.VM_FORWARDED] == 0)
    return found


_SPECIAL = at.HARD | at.SNAT | at.FIREWALLED | at.POLICY | at.STATEFUL


def sets_of(compiled: Compiled, nics: Iterable[int]) -> set[int]:
    """Return the rule sets that some NICs ask."""
    found: set[int] = set()
    for row in compiled.nics[list(nics)]:
        for side in (at.NIC_OUT, at.NIC_IN):
            chain = compiled.rules.chains[row[side]]
            start = int(chain[at.CHAIN_START])
            found |= set(compiled.rules.chain_sets[start : start + int(chain[at.CHAIN_COUNT])].tolist())
    return found

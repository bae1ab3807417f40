"""How new routes reach the hosts: each NIC's host sends by the old ones until it has been told (fact D65)."""

from __future__ import annotations

from collections.abc import Iterable

from netcore.control.network import Network
from netcore.document.values import Address
from netcore.profiles.timing import timing_profile

DELAY_US = round(timing_profile("published").value("routes.programming") * 1_000_000)
"""How long a host may keep its old routes (fact D65); seconds are usual, half a minute has been seen."""


def rerouted(before: Network, after: Network) -> frozenset[str]:
    """Return the NICs of both networks whose effective routes differ."""
    nics = before.scenario.topology.nics.keys() & after.scenario.topology.nics.keys()
    return frozenset(nic for nic in nics if before.routes(nic).rows != after.routes(nic).rows)


def stale_routes(
    before: Network, after: Network, elapsed_us: int, delay_us: int | None = None
) -> dict[str, Network]:
    """Return which NICs still send by the routes of the earlier network, for ``State.stale``.

    All hosts are taken to learn of a change at the same time. A pure function of the time that has passed.

    Args:
        elapsed_us: since the change was accepted.
        delay_us: until every host has it; None takes the profile's number.

    Source: fact D65.
    """
    if delay_us is None:
        delay_us = after.profile.route_programming_s * 1_000_000
    if elapsed_us >= delay_us:
        return {}
    return dict.fromkeys(sorted(rerouted(before, after)), before)


def moving(network: Network, addresses: Iterable[Address], elapsed_us: int) -> frozenset[Address]:
    """Return which of some addresses belong to nobody while calls move them, for ``State.in_transit``.

    A pure function of the time that has passed since the first call.

    Source: facts A20, A21.
    """
    if elapsed_us >= network.profile.address_move_s * 1_000_000:
        return frozenset()
    return frozenset(addresses)

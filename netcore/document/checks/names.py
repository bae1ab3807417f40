"""Traffic managers: names that stand for one of several public addresses."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.outside import TrafficManager
from netcore.document.values import Address
from netcore.words import say

FAST_INTERVAL_S = 10
FAST_TIMEOUT_S = 9
"""Longest wait of a probe that is sent every 10 s (reference on failover, M11)."""


def check(drawing: Drawing) -> None:
    """Report what is wrong with the traffic managers of the drawing."""
    topology = drawing.topology
    known = {public.address for public in topology.public_ips.values()}
    known |= {host.address for host in topology.hosts.values() if host.gateway is None and host.site is None}
    for key, manager in topology.traffic_managers.items():
        _probes(drawing, key, manager)
        _endpoints(drawing, key, manager, known)


def _probes(drawing: Drawing, key: str, manager: TrafficManager) -> None:
    """Report a probe that would still wait when the next one is due."""
    if manager.probe_interval_s == FAST_INTERVAL_S and manager.timeout_s > FAST_TIMEOUT_S:
        drawing.add(
            "name-timeout",
            ("traffic_managers", key, "timeout_s"),
            manager.timeout_s,
            say(
                "5 to {fast_timeout_s} s where a probe is sent every {fast_interval_s} s",
                fast_timeout_s=FAST_TIMEOUT_S,
                fast_interval_s=FAST_INTERVAL_S,
            ),
            say("Wait less, or probe every 30 s."),
        )


def _endpoints(drawing: Drawing, key: str, manager: TrafficManager, known: set[Address]) -> None:
    """Report endpoints that are missing, are there twice, or that nothing on the Internet has."""
    place = ("traffic_managers", key, "endpoints")
    if not manager.endpoints:
        hint = say("Add the address of a public IP of the drawing.")
        drawing.add(
            "name-without-endpoint", place, say("no endpoint"), say("at least one public address"), hint
        )
    for number, address in enumerate(manager.endpoints):
        if address in manager.endpoints[:number]:
            hint = say("Remove one of them; the first is the one that is preferred.")
            drawing.add("name-endpoint-twice", (*place, number), address, say("each endpoint once"), hint)
        elif address not in known:
            drawing.add(
                "name-endpoint-unknown",
                (*place, number),
                address,
                say("the address of a public IP of the drawing, or of a host on the Internet"),
                say("Choose the address of a public IP, or draw what has this one."),
            )

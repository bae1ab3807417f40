"""What becomes of one flow at a moment, and what that hangs on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from netcore.document.models import Flow
from netcore.failover.moments import EDGE, Instance, Member, Moment, View
from netcore.failover.plan import Plan
from netcore.trace.packet import ICMP

ECHOES = ICMP
"""Protocols of single requests: each packet is the first one of its own (reference, section 2.3)."""

Fate = tuple[str | None, str | None]
"""Drop code of the packet and of its answer; None where it is delivered. An answer that was never sent,
because the packet did not arrive, is lost with the packet's code."""

Key = tuple[
    frozenset[str],
    frozenset[int],
    frozenset[Instance],
    frozenset[Instance],
    frozenset[Member],
    View,
    View,
]
"""What a fate hangs on: dead VMs, lost zones, stopped instances (avoided, unnoticed), members out of
rotation, and the values by which both ends go."""


@dataclass(frozen=True, slots=True)
class Direction:
    """New connections of one flow in one direction at one moment: shares, and lost shares by drop code.

    Args:
        ports: the same as ``codes``, as numbers of source ports.
    """

    delivered: float
    codes: tuple[tuple[str, float], ...]
    ports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FlowFate:
    """One flow at one moment.

    Args:
        new: fate per source port of a connection opened now.
        existing: the same for connections opened before the fault; None where none could be opened.
        crooked: how many of the new ones went through other stateful guests there than back.
    """

    new: tuple[Fate, ...]
    existing: tuple[Fate | None, ...]
    forward: Direction
    back: Direction
    crooked: int = 0

    @property
    def opened(self) -> int:
        """How many of the connection attempts succeed."""
        return sum(fate == (None, None) for fate in self.new)

    @property
    def started(self) -> float:
        """Share of connection attempts that succeed."""
        return self.opened / len(self.new)


Question = tuple[str, str, str, int]
"""Source, destination, protocol and destination port."""


def question_of(flow: Flow) -> Question:
    """Return what the fate of a flow's packets hangs on; flows that ask the same share it."""
    return flow.source, flow.destination, flow.protocol, flow.destination_port


def key_of(moment: Moment, here: View, there: View) -> Key:
    """Return what a fate hangs on."""
    return (
        moment.down,
        moment.zones,
        moment.instances,
        moment.silent,
        moment.unhealthy,
        here,
        there,
    )


def sender(plan: Plan, name: str) -> str:
    """Return whose host sends for an end of a flow: its VM, the gateway in front of a host, or the edge."""
    kind, _, key = name.partition("/")
    if kind == "vms":
        return name
    host = plan.scene.drawn.topology.hosts.get(key) if kind == "hosts" else None
    return EDGE if host is None or host.gateway is None else f"gateways/{host.gateway}"


def direction_of(codes: list[str | None]) -> Direction:
    """Return the fates of new connections in one direction."""
    counted = Counter(codes)
    delivered = counted.pop(None, 0) / len(codes)
    ports = tuple(sorted((code, count) for code, count in counted.items() if code is not None))
    return Direction(delivered, tuple((code, count / len(codes)) for code, count in ports), ports)

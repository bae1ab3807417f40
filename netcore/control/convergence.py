"""How long each design of appliances takes to be past a dead one, as the vendor compares them.

The figures are those of the timing profile; how they combine is written here. A race of the failover room
draws them at random instead.

Source: fact J20.
"""

from __future__ import annotations

from dataclasses import dataclass

from netcore.control.probes import SECOND_US, decided_us
from netcore.profiles.timing import Grade, TimingProfile


@dataclass(frozen=True, slots=True)
class Convergence:
    """Shortest and longest time until new flows avoid a dead appliance, in microseconds."""

    design: str
    low_us: int
    high_us: int
    grade: Grade
    source: str


def convergence(timing: TimingProfile) -> tuple[Convergence, ...]:
    """Return the designs in the order of their speed.

    A balancer's probes: refused or counted from the last one that was answered. A route server drops the
    routes of a silent neighbour when the hold time since its last keepalive is over. The control plane moves
    addresses and routes in its own time.
    """
    interval_us = round(timing.value("nva.probe_interval") * SECOND_US)
    needed = round(timing.value("nva.probe_threshold"))
    probed = (decided_us(interval_us, needed, 0, 0.0), decided_us(interval_us, needed, 0, 1.0))
    hold_us = round(timing.value("nva.bgp_hold") * SECOND_US)
    silent = (hold_us - round(timing.value("nva.bgp_keepalive") * SECOND_US), hold_us)
    move = timing["nva.move"]
    moved = (round(move.draw(0.0) * SECOND_US), round(move.draw(1.0) * SECOND_US))
    rows = (
        ("balancer", probed, "nva.probe_interval"),
        ("gateway balancer", probed, "nva.probe_interval"),
        ("address or route move", moved, "nva.move"),
        ("route server", silent, "nva.bgp_hold"),
    )
    return tuple(
        Convergence(design, low, high, timing[name].grade, timing[name].source)
        for design, (low, high), name in rows
    )

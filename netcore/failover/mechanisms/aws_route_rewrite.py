"""Mechanism A3: the standby replaces the target of every route that leads to the failed appliance.

Recovery of new flows is the longest silence between advertisements, the script, and
``5 + max(0, N - 160) / 4`` seconds of the controller for N routes, shared among the tables by their routes.

Source: reference on failover, sections 1.2 (A3), 2.1, 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.failover import adverts
from netcore.failover.calls import AWS_CALLS
from netcore.failover.mechanisms.address_move import caller_of
from netcore.failover.mechanisms.route_rewrite import RouteRewrite
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.reach import Reach
from netcore.failover.scene import Scene
from netcore.failover.standby import standby_of
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile

DESIGN = Design(
    "aws-route-rewrite",
    "Route targets replaced (AWS)",
    "A3",
    "The standby hears no advertisements and replaces the target of every route that leads to the other.",
)
ROUTES = ("aws.routes.base", "aws.routes.free", "aws.routes.rate")


def plan(scene: Scene) -> Plan:
    """Return the design.

    Raises:
        NotModelled: as ``route_rewrite.plan``.
    """
    need_provider(scene, "AWS")
    vm = failing_vm(scene)
    standby = standby_of(scene.drawn, vm)
    names = (scene.name(vm), scene.name(standby))
    silent, deaf = scene.breakage.silences(vm), scene.breakage.silences(standby)
    priority = adverts.priority_of(scene.drawn, standby)
    heard = adverts.Adverts(standby, names, silent, scene.timing, priority, deaf=deaf)
    used = ("aws.script", *ROUTES, "aws.programming", "failure.aws", "repair")
    reach = Reach(scene, caller_of(scene, standby))
    made = AwsRouteRewrite(scene, vm, standby, heard, used, AWS_CALLS, reach, "A3")
    return Plan(DESIGN, scene, made)


class AwsRouteRewrite(RouteRewrite):
    """Routes rewritten by calls of AWS: ``5 + max(0, N - 160) / 4`` seconds of the controller."""

    def durations(self, streams: Streams, degraded: bool) -> Iterator[float]:
        """Yield the controller's time for each table, in seconds: shared by routes."""
        count = sum(self.counts)
        for routes in self.counts:
            yield controller_s(self.timing, count) * routes / count


def controller_s(timing: TimingProfile, routes: int) -> float:
    """Return the time of a controller for so many routes of AWS, in seconds (section 2.2, A3)."""
    waiting = max(0.0, routes - timing.value("aws.routes.free"))
    return timing.value("aws.routes.base") + waiting / timing.value("aws.routes.rate")

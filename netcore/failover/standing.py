"""Whether what a fault, a design or a probe needs still stands after the edits of the fault.

Asked before a run, so that an edit which takes too much away is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netcore.document.faults import Break, Fault, FaultKind
from netcore.document.models import Scenario
from netcore.errors import NotModelled
from netcore.failover.clock import SECOND_US
from netcore.failover.moments import Member, Moment, View
from netcore.words import say

if TYPE_CHECKING:
    from netcore.failover.scene import Scene


def need_drawings(scene: Scene, fault: Fault, timed: Sequence[tuple[int, int]]) -> None:
    """Refuse a fault whose edits make a drawing with problems, or take away what a later step names.

    Args:
        timed: the fault's own changes, in order of time.

    Raises:
        NotModelled: they do; the message says what and when.
    """
    if scene.drawings.known(fault) or not any(one.kind is FaultKind.EDIT for _, one in steps(fault)):
        return
    moments = [(0, scene.start), *scene.after(timed)]
    for time_us, moment in moments[1:]:
        scenario = scene.redrawn(moment.settings)
        if scenario is not scene.drawn:
            scene.drawings.check(
                scenario, say("The edits up to {time_us:g} s after the fault", time_us=time_us / SECOND_US)
            )
    for time_us, one in steps(fault):
        _need_named(scene.redrawn(_before(moments, time_us).settings), one, time_us)
    scene.drawings.know(fault)


def steps(fault: Fault) -> Iterator[tuple[int, Break]]:
    """Yield the fault and its steps, each with its time in microseconds after the fault."""
    yield 0, fault
    for step in fault.then:
        yield step.after_us, step


def _before(moments: Sequence[tuple[int, Moment]], time_us: int) -> Moment:
    """Return the last moment that began before a time."""
    return next((moment for at_us, moment in reversed(moments) if at_us < time_us), moments[0][1])


def _need_named(scenario: Scenario, one: Break, time_us: int) -> None:
    """Refuse a step that names what an edit has removed before."""
    topology = scenario.topology
    gone = []
    if one.vm is not None and one.vm not in topology.vms:
        gone.append(f"vms/{one.vm}")
    if one.gateway is not None and one.gateway not in topology.gateways:
        gone.append(f"gateways/{one.gateway}")
    for name in gone:
        text = say(
            "The step {value} at {time_us:g} s names {name}, which an edit removed.",
            value=one.kind.value,
            time_us=time_us / SECOND_US,
            name=name,
        )
        raise NotModelled(text)


def need_member(scenario: Scenario, member: Member, time_us: int) -> None:
    """Refuse a pool member that an edit has removed, for no probe can be sent to it any more.

    Raises:
        NotModelled: it is gone; the message names the outermost part that is.
    """
    balancer_id, pool_id, member_id = member
    balancer = scenario.topology.load_balancers.get(balancer_id)
    pool = balancer.pools.get(pool_id) if balancer is not None else None
    if pool is not None and member_id in pool.members:
        return
    place = f"load_balancers/{balancer_id}"
    if balancer is not None:
        place += f"/pools/{pool_id}" if pool is None else f"/pools/{pool_id}/members/{member_id}"
    when = f"{time_us / SECOND_US:g} s"
    raise NotModelled(
        say(
            "An edit removes {place} at {when}, and this design hangs on the probes sent there.",
            place=place,
            when=when,
        )
    )


def need_all(scene: Scene) -> None:
    """Refuse edits that take away what a design redraws in the course of its failover.

    Raises:
        NotModelled: they do; the message says what.
    """
    if not any(one.kind is FaultKind.EDIT for _, one in steps(scene.fault)):
        return
    seen: set[View] = set()
    for _, moment in scene.after(scene.breakage.timed):
        begun = moment.settings
        if begun in seen:
            continue
        seen.add(begun)
        scene.redrawn(begun)
        for number in range(scene.of_fault or 0, len(scene.settings)):
            for value in range(1, len(scene.settings[number].values)):
                scene.redrawn((*begun[:number], value, *begun[number + 1 :]))

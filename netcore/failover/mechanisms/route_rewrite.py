"""Mechanism M3: the standby, or a poller outside, rewrites the routes that lead to the failed appliance.

    notice | token, read | table 1 | table 2 ... | each table: its senders' hosts learn

Recovery of new flows is ``det_ha + auth + (6 + 170 * (1 - exp(-N/65))) * LN(1,0.3) + LN(90,0.9) on a bad day
+ prog`` with N routes; the controller's time is shared among the tables by their routes. A poller notices
after ``U(0,30) + 6 + U(1,4)`` instead. A route changes at once, so nobody is without an owner meanwhile.

Source: reference on failover, sections 1.1 (M3), 2.1, 2.2, 2.4 and 4 (3, 4); facts D60, D65.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from netcore.errors import NotModelled
from netcore.failover import detection
from netcore.failover.breakage import Silence
from netcore.failover.calls import CONTROL_PLANE, ByCalls, Detector, Numbers, Write
from netcore.failover.clock import microseconds
from netcore.failover.controllers import Controls, first, rights, used
from netcore.failover.detection import Heard, Hellos, Short
from netcore.failover.mechanisms.address_move import caller_of
from netcore.failover.mechanisms.balancer import is_gateway
from netcore.failover.moments import Assumption, Note, Programmed, Sets, Span
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.reach import Reach
from netcore.failover.rewrites import Rewrite, begun, forward_tables, rewrites
from netcore.failover.scene import Scene
from netcore.failover.senders import senders_by
from netcore.failover.standby import standby_of
from netcore.failover.streams import Streams
from netcore.failover.watches import watches
from netcore.profiles.timing import TimingProfile
from netcore.words import say, say_many

DESIGN = Design(
    "route-rewrite",
    "Routes rewritten by the standby",
    "M3",
    "The standby notices missed hellos and rewrites every route that leads to the failed appliance. Each "
    "table, and each sending host, learns at its own time.",
)
POLLER = Design(
    "route-poller",
    "Routes rewritten by a poller",
    "M3",
    "A function outside the pair looks every 30 s, or as often as the first controller that is drawn, "
    "whether the appliance answers, and rewrites the routes that it has a right to.",
)

NUMBERS = Numbers(operation="routes.noise", failure="failure.routes", polled=False)
ROUTES = ("routes.base", "routes.span", "routes.scale", "routes.noise", "routes.degraded")
USED = ("auth", *ROUTES, *CONTROL_PLANE, "programming", "failure.routes")


def plan(scene: Scene) -> Plan:
    """Return the design driven by the standby.

    Raises:
        NotModelled: no route leads to the VM, nobody can take it over, or no table could be forgotten.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    standby = standby_of(scene.drawn, vm)
    names = (scene.name(vm), scene.name(standby))
    silent, deaf = scene.breakage.silences(vm), scene.breakage.silences(standby)
    hellos = Hellos(vm, standby, names, silent, scene.timing, deaf)
    reach = Reach(scene, caller_of(scene, standby))
    used = (*detection.USED, *USED)
    return Plan(DESIGN, scene, RouteRewrite(scene, vm, standby, hellos, used, NUMBERS, reach))


def plan_poller(scene: Scene) -> Plan:
    """Return the design driven by a poller; see ``plan``."""
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    own = first(scene.drawn, scene.timing)
    poller = Poller(scene.name(vm), scene.breakage.silences(vm), scene.timing, own)
    standby = standby_of(scene.drawn, vm)
    numbers = (*used(scene.drawn, alone=True), "poller.start", *USED)
    made = RouteRewrite(scene, vm, standby, poller, numbers, NUMBERS, None)
    may = own.may(made.tables)
    if may is not None:
        made.denied = frozenset(range(len(made.tables))) - may
    return Plan(POLLER, scene, made)


class RouteRewrite(ByCalls):
    """The mechanism for one scene; begins from a drawing in which the routes name appliances.

    Args:
        vm: the VM that fails; ``standby`` takes over.
    """

    def __init__(
        self,
        scene: Scene,
        vm: str,
        standby: str,
        detector: Detector,
        used: Sequence[str],
        numbers: Numbers,
        reach: Reach | None,
        mechanism: str = "M3",
    ) -> None:
        settings, chosen = begin(scene, vm, standby)
        self.counts = [len(one.after) for one in chosen]
        self.tables = tuple(one.table for one in chosen)
        name = scene.name(standby)
        writes = [write(scene, one, settings[one.table], vm, name) for one in chosen]
        repaired = scene.add(Sets(tuple(settings.values()), 1))
        beside, _ = watches(scene, lambda balancer: not is_gateway(balancer))
        super().__init__(
            scene, mechanism, name, detector, writes, repaired, used, numbers, reach, beside, standby
        )

    def durations(self, streams: Streams, degraded: bool) -> Iterator[float]:
        """Yield the controller's time for each table, in seconds: shared by routes."""
        timing, count = self.timing, sum(self.counts)
        whole_s = controller_s(timing, count) * timing["routes.noise"].draw(streams.uniform("routes.noise"))
        if degraded:
            whole_s += timing["routes.degraded"].draw(streams.uniform("routes.degraded"))
        for routes in self.counts:
            yield whole_s * routes / count


def begin(scene: Scene, vm: str, standby: str) -> tuple[dict[str, int], tuple[Rewrite, ...]]:
    """Let a scene begin from routes that name appliances.

    Returns: the setting of each table that leads to the VM, and the tables that whoever writes remembers.

    Raises:
        NotModelled: no route leads to the VM, nobody can take it over, or no table could be forgotten.
    """
    found = rewrites(scene.drawn, vm, standby)
    base, notes = begun(scene.drawn, found)
    scene.redraw(base, notes)
    settings = {one.table: one.set(scene) for one in found}
    return settings, _remembered(scene, found)


def controller_s(timing: TimingProfile, routes: int) -> float:
    """Return the median time of a controller for so many routes, in seconds (section 2.2, M3)."""
    grown = 1 - exp(-routes / timing.value("routes.scale"))
    return timing.value("routes.base") + timing.value("routes.span") * grown


@dataclass(frozen=True, slots=True)
class Poller:
    """A function that runs every half a minute and tries an appliance three times.

    Args:
        name: how people call the appliance.
        silent: when it answers nothing.
        own: its pace, threshold and rights: those of the first controller that is drawn, if any.
    """

    name: str
    silent: tuple[Silence, ...]
    timing: TimingProfile
    own: Controls

    def hear(self, streams: Streams) -> Heard:
        """Return when it acts in one trial; a silence that ends before its last try is not noticed."""
        wait_us = self.own.first_us(streams.uniform("poller.wait"))
        start_us = microseconds(self.timing["poller.start"].draw(streams.uniform("poller.start")))
        tries_us = self.own.tries_us
        short: list[Short] = []
        for begin_us, end_us in self.silent:
            last_us = begin_us + wait_us + tries_us
            if end_us is None or last_us < end_us:
                return Heard((), last_us + start_us, None, begin_us, tuple(short))
            short.append(Short(begin_us, end_us))
        return Heard((), None, short=tuple(short))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield what is drawn of it; its numbers are among those of the mechanism."""
        found = self.own.assumption()
        if found is not None:
            yield found
            yield rights()

    def story(self, heard: Heard, fault_us: int) -> Iterator[Note | Span]:
        """Yield it in words; times from the start of the run."""
        number = self.timing["poller.wait"]
        text = say("the poller notices nothing of {name}", name=self.name)
        if not self.silent or self.silent[0][0] > 0:
            yield Note(fault_us, "detect", "point", text, None, number.grade, number.source)
        for short in heard.short:
            yield Note(fault_us + short.end_us, "detect", "point", text, None, number.grade, number.source)
        if heard.decided_us is None:
            return
        end_us = fault_us + heard.decided_us
        text = say("the poller finds that {name} does not answer", name=self.name)
        yield Note(end_us, "detect", "end", text, None, number.grade, number.source)
        begin_us = fault_us + heard.begun_us
        yield Span(
            "detect", begin_us, end_us, say("the poller waits for its turn and tries {name}", name=self.name)
        )


def write(scene: Scene, one: Rewrite, setting: int, vm: str, target: str, value: int = 1) -> Write:
    """Return the write of one table, with its changes.

    Args:
        value: of the setting; 1 leads to the standby, 0 back to the VM.
        target: what people call the one that it leads to.
    """
    senders = tuple(senders_by(scene.drawn, one.table, (vm,)))
    change = scene.add(Sets((setting,), value, senders, 1 - value))
    learn = tuple((sender, scene.add(Programmed((setting,), sender))) for sender in senders)
    count = say_many("{count} route", "{count} routes", len(one.after))
    text = say("PUT {table} with {count} to {target}", table=one.table, count=count, target=target)
    return Write(
        text,
        f"route_tables/{one.table}",
        change,
        learn,
        say("{table} leads to {target}", table=one.table, target=target),
    )


def _remembered(scene: Scene, found: tuple[Rewrite, ...]) -> tuple[Rewrite, ...]:
    """Return the tables that are rewritten, where the fault lets those of the answers be forgotten."""
    if "return-route-forgotten" not in scene.fault.conditions:
        return found
    forward = forward_tables(scene.drawn)
    chosen = tuple(one for one in found if one.table in forward)
    forgotten = [one.table for one in found if one.table not in forward]
    if not chosen or not forgotten:
        raise NotModelled(
            say(
                "No route table serves only the answers, so none can be forgotten: draw one table per "
                "direction."
            )
        )
    scene.notes.append(
        Assumption(
            say("return routes: forgotten"),
            say("{forgotten} still leads to the appliance that failed", forgotten=", ".join(forgotten)),
            None,
            say("the fault's condition; reference on failover, section 4, scenario 4"),
        )
    )
    return chosen

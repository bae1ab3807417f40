"""Mechanism M6: a route server notices that an appliance is gone, and withdraws its routes from all NICs.

Crash: the later of two ``H - U(0,K)``, then ``LN(8,0.6)``. Graceful stop: ``U(0,1)`` and the same. The times
are those that both sides agreed on (fact I4). What goes out of the NICs is not written here: the appliance
is drawn without its BGP process, and the control plane works out the rest. It keeps running in the drawing,
for a balancer's pool would drop a stopped one at once.

Source: reference on failover, sections 0 (6), 1.1 (M6), 2.2, 4 (scenario 9), 5 (P11); facts I1-I4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netcore.document.models import Power, Scenario
from netcore.errors import NotModelled
from netcore.failover.clock import microseconds
from netcore.failover.hold import Held, Loss, Neighbour, held
from netcore.failover.moments import Assumption, Clocks, Note, PlainPlay, Programmed, Sets, Span
from netcore.failover.plan import Design, FalseAlarms, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.redraw import changed, replaced
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.words import say

DESIGN = Design(
    "route-server",
    "Route server with appliances as neighbours",
    "M6",
    "Appliances announce routes to a route server by BGP. When one falls silent for its hold time, or says "
    "goodbye, its routes go out of all NICs.",
)

USED = ("server.withdraw", "server.open", "failure.routing", "repair")
"""Numbers of the timing profile that every trial uses; a stop in order or silence adds its own."""


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the appliance has no session with a route server, or it is the only one that has.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    sessions = scene.network(scene.start.settings).bgp.sessions
    mine = held(sessions, vm)
    name = scene.name(vm)
    if not mine:
        raise NotModelled(say("{name} has no BGP session with a route server that is up.", name=name))
    servers = sorted({one.server for one in mine})
    if len(servers) > 1:
        raise NotModelled(
            say("{name} is a neighbour of several route servers; the model has one.", name=name)
        )
    vms = scene.drawn.topology.vms
    running = [key for key, other in sorted(vms.items()) if other.power is Power.RUNNING]
    others = {key: held(sessions, key) for key in running if key != vm}
    if not any(one.server == servers[0] for found in others.values() for one in found):
        raise NotModelled(
            say(
                "Nobody can take over from {name}: no other running VM is a neighbour of its route server.",
                name=name,
            )
        )
    found = {vm: mine, **{key: kept for key, kept in others.items() if kept and key in scene.breakage.silent}}
    made = RouteServerFailover(scene, found)
    return Plan(DESIGN, scene, made, made.false_alarms)


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one appliance, and the changes that take them away and give them back.

    Args:
        gone: number of the change that takes them from whoever is not in ``learn``.
        learn: sender and number of the change that tells its host.
        repaired: number of the change by which they are gone everywhere at once; ``back`` the same way back.
    """

    neighbour: Neighbour
    gone: int
    learn: tuple[tuple[str, int], ...]
    repaired: int
    back: int


class RouteServerFailover:
    """The mechanism for one scene.

    Args:
        sessions: VM id -> its sessions; the protected appliance first, then others that the fault silences.
    """

    def __init__(self, scene: Scene, sessions: dict[str, tuple[Held, ...]]) -> None:
        self.scene = scene
        self.timing = scene.timing
        self.vm = next(iter(sessions))
        self.sessions = sessions
        numbers = {vm: _setting(scene, vm) for vm in sessions}
        self.routes = tuple(self._routes(vm, number) for vm, number in numbers.items())

    def _routes(self, vm: str, number: int) -> Routes:
        scene = self.scene
        places = (number,)
        senders = tuple(_senders(scene, vm, number))
        silences = scene.breakage.silences(vm)
        told = frozenset(begin_us for who, begin_us in scene.breakage.told if who == vm)
        return Routes(
            Neighbour(vm, self.sessions[vm], silences, told),
            scene.add(Sets(places, 1, senders)),
            tuple((sender, scene.add(Programmed(places, sender))) for sender in senders),
            scene.add(Sets(places, 1)),
            scene.add(Sets(places, 0)),
        )

    @property
    def false_alarms(self) -> FalseAlarms:
        """How often the routes of the protected appliance go though it runs, and for how long that hurts.

        What delays its keepalives delays them to both instances, so the sessions end together. While hosts
        lose the routes, and again while they get them back, the two directions of a connection may pass
        different appliances. Ours, grade D.
        """
        late = self.timing["keepalive.late"].values["probability"]
        rate = min(one.false_per_month(late) for one in self.sessions[self.vm])
        return FalseAlarms(rate, 2 * self.timing["server.withdraw"].mean)

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        name, kept = self.scene.name(self.vm), self.sessions[self.vm]
        for one in kept:
            text = say(
                "keepalive {keepalive_s:g} s, hold {hold_s:g} s",
                keepalive_s=one.keepalive_s,
                hold_s=one.hold_s,
            )
            yield Assumption(
                say("{name} and {address}: times", name=name, address=one.address),
                text,
                "A",
                say("the drawing, agreed as fact I4"),
            )
        told = any(routes.neighbour.told for routes in self.routes)
        for used in (*(("server.goodbye",) if told else ("bgp.phase",)), *USED, "keepalive.late"):
            number = self.timing[used]
            yield Assumption(f"{used}: {say(number.meaning)}", number.text, number.grade, number.source)
        late, alarms = self.timing["keepalive.late"].values["probability"], self.false_alarms
        yield Assumption(
            say("false withdrawals per month"),
            say(
                "{per_month:.3g} times a month the routes of {name} go though nobody failed, with "
                "{late:.1%} of the keepalives late; each time hurts for {window_s:.3g} s",
                per_month=alarms.per_month,
                name=name,
                late=late,
                window_s=alarms.window_s,
            ),
            "D",
            say(
                "ours: all keepalives of a hold time are late, each by its own luck, and to both "
                "instances alike; bursts make it worse. It hurts while hosts learn, there and back"
            ),
        )
        yield Assumption(
            "hosts: programming",
            say(
                "the last host loses the routes after the whole time, the others after a uniform share "
                "of it; coming back, all learn at the end"
            ),
            "D",
            say("ours, after section 2.1 of the reference on failover"),
        )
        yield Assumption(
            say("return within the hold time"),
            say("an appliance that is back before both sessions end keeps its routes, even after a restart"),
            "D",
            say("ours; the route server knows silence only"),
        )

    def play(self, streams: Streams) -> RouteServerPlay:
        """Return one trial."""
        timing, draw = self.timing, streams.uniform
        failed = timing["failure.routing"].draw(draw("failure.routing")) > 0
        failed = failed or "failover-fails" in self.scene.fault.conditions
        repair_us = microseconds(timing["repair"].draw(draw("repair"))) if failed else None
        play = RouteServerPlay(self, repair_us)
        for routes in self.routes:
            for loss in routes.neighbour.losses(self.scene, streams):
                play.take(routes, loss, streams)
        play.settle()
        return play


class RouteServerPlay(PlainPlay):
    """One trial of a route server; see ``moments.Play``.

    Args:
        repair_us: when somebody takes the routes away by hand; None where the route server does it.
    """

    def __init__(self, mechanism: RouteServerFailover, repair_us: int | None) -> None:
        self.mechanism = mechanism
        self.changes: list[tuple[int, int]] = list(mechanism.scene.breakage.timed)
        self.clocks = Clocks(0, 0, 0)
        self.completes = True
        self.losses: list[tuple[Routes, Loss]] = []
        self.learned: list[tuple[int, str, str]] = []
        self._repair_us = repair_us

    def take(self, routes: Routes, loss: Loss, streams: Streams) -> None:
        """Add what one silence of an appliance changes."""
        self.losses.append((routes, loss))
        gone_us = loss.withdrawn_us
        if gone_us is None:
            return
        if self._repair_us is not None:
            self._by_hand(routes, loss, max(gone_us, loss.begin_us + self._repair_us))
            return
        name = routes.neighbour.vm
        self.changes.append((gone_us, routes.gone if routes.learn else routes.repaired))
        for sender, change, delay_us in _delays(routes, loss, streams):
            self.changes.append((gone_us + delay_us, change))
            self.learned.append((gone_us + delay_us, sender, name))
        if loss.back_us is not None:
            self.changes.append((loss.back_us, routes.back))

    def _by_hand(self, routes: Routes, loss: Loss, repaired_us: int) -> None:
        self.completes = False
        if loss.end_us is not None and loss.end_us <= repaired_us:
            return
        self.by_hand_us = max(repaired_us, self.by_hand_us or 0)
        self.changes.append((repaired_us, routes.repaired))
        if loss.back_us is not None:
            self.changes.append((max(loss.back_us, repaired_us), routes.back))

    def settle(self) -> None:
        """Put the changes in order and stop the clocks by the first silence of the protected appliance."""
        self.changes.sort(key=lambda pair: pair[0])
        vm = self.mechanism.vm
        first = next((loss for routes, loss in self.losses if routes.neighbour.vm == vm), None)
        if first is None or not first.noticed:
            broken = bool(self.mechanism.scene.breakage.timed)
            self.clocks = Clocks(None if broken else 0, 0, 0)
            self.completes = self.completes and not broken
            return
        detect_us = max(first.noticed)
        end_us = detect_us + first.spread_us if self.by_hand_us is None else self.by_hand_us
        self.clocks = Clocks(detect_us, 0, max(0, end_us - detect_us))

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        first_us = self.mechanism.scene.breakage.first_us
        if first_us is not None and all(loss.begin_us > first_us for _, loss in self.losses):
            text = say(
                "the sessions of {name} stay up: it goes on speaking",
                name=self.mechanism.scene.name(self.mechanism.vm),
            )
            ref = f"vms/{self.mechanism.vm}"
            source = say("fact I4: BGP asks the speaker, not the path")
            yield Note(fault_us + first_us, "detect", "point", text, ref, "A", source)
        for routes, loss in self.losses:
            yield from self._detect(routes, loss, fault_us)
        number = self.mechanism.timing["server.withdraw"]
        for time_us, sender, vm in self.learned:
            text = say(
                "host of {partition} has lost the routes of {name}",
                partition=sender.partition("/")[2],
                name=self.mechanism.scene.name(vm),
            )
            yield Note(fault_us + time_us, "data", "point", text, sender, number.grade, number.source)
        if self.by_hand_us is not None:
            repair = self.mechanism.timing["repair"]
            begin_us, end_us = fault_us + (self.clocks.detect_us or 0), fault_us + self.by_hand_us
            text = say("the routes are taken away by hand")
            yield Note(end_us, "data", "end", text, None, repair.grade, repair.source)
            yield Span("data", begin_us, max(begin_us, end_us), say("waiting for repair by hand"))

    def _detect(self, routes: Routes, loss: Loss, fault_us: int) -> Iterator[Note | Span]:
        neighbour, timing = routes.neighbour, self.mechanism.timing
        name, ref = self.mechanism.scene.name(neighbour.vm), f"vms/{neighbour.vm}"
        number = timing["server.goodbye" if loss.told else "bgp.phase"]
        begin_us = fault_us + loss.begin_us
        for one, time_us in zip(neighbour.sessions, loss.expired, strict=True):
            if loss.noticed or loss.end_us is None or time_us < loss.end_us:
                what = (
                    say("says goodbye")
                    if loss.told
                    else say("was silent for {hold_s:g} s", hold_s=one.hold_s)
                )
                text = say(
                    "{name} {what}: its session with {address} ends",
                    name=name,
                    what=what,
                    address=one.address,
                )
                yield Note(fault_us + time_us, "detect", "end", text, ref, number.grade, number.source)
        if not loss.noticed:
            end_us = fault_us + (loss.end_us or loss.begin_us)
            text = say("{name} is back before its hold time is over, so nothing is withdrawn", name=name)
            yield Note(end_us, "detect", "point", text, ref, number.grade, number.source)
            return
        seen_us = fault_us + max(loss.noticed)
        yield Span("detect", begin_us, seen_us, say("sessions of {name} end", name=name))
        if self._repair_us is None:
            yield Span(
                "data",
                seen_us,
                seen_us + loss.spread_us,
                say("the routes of {name} go out of the NICs", name=name),
            )
            if loss.back_us is not None:
                opened = timing["server.open"]
                text = say("the routes of {name} are back", name=name)
                yield Note(fault_us + loss.back_us, "data", "point", text, ref, opened.grade, opened.source)


def _setting(scene: Scene, vm: str) -> int:
    """Add the setting whose second value draws an appliance that speaks no BGP; return its number."""

    def silent(scenario: Scenario) -> Scenario:
        guest = scenario.topology.vms[vm].guest
        return replaced(scenario, "vms", vm, guest=changed(guest, bgp=None))

    return scene.set(say("routes of {vm}", vm=vm), lambda scenario: scenario, silent)


def _senders(scene: Scene, vm: str, setting: int) -> Iterator[str]:
    """Yield whose hosts must learn: ends of drawn traffic, and VMs whose routes change; sorted."""
    start = scene.start.settings
    then = tuple(1 if number == setting else value for number, value in enumerate(start))
    before, after = scene.network(start), scene.network(then)
    found = set(_ends(scene.drawn))
    for key, nic in scene.drawn.topology.nics.items():
        if nic.vm is not None and before.routes(key).rows != after.routes(key).rows:
            found.add(f"vms/{nic.vm}")
    yield from sorted(found - {f"vms/{vm}"})


def _ends(scenario: Scenario) -> Iterator[str]:
    for flow in scenario.traffic.values():
        for end in (flow.source, flow.destination):
            kind, _, key = end.partition("/")
            host = scenario.topology.hosts.get(key) if kind == "hosts" else None
            if kind == "vms":
                yield end
            elif host is not None and host.gateway is not None:
                yield f"gateways/{host.gateway}"


def _delays(routes: Routes, loss: Loss, streams: Streams) -> Sequence[tuple[str, int, int]]:
    """Return sender, change and delay per host: a uniform share of the whole, the last host all of it."""
    shares = [(streams.uniform(f"programming.{sender}"), sender, change) for sender, change in routes.learn]
    last = max(shares, default=None)
    return [
        (sender, change, loss.spread_us if entry == last else round(entry[0] * loss.spread_us))
        for entry in shares
        for _, sender, change in (entry,)
    ]

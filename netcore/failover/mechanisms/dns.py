"""Mechanism M11: a name is answered with another address once the probes of the first have failed.

    probe 1 ... probe n unanswered | name servers | caches of clients
    ----------- detect ----------- | -- control - | ----- data ------

New connections of one client are back after ``U(0,I) + tolerated*I + timeout + U(0,5) + U(0,TTL)``; a client
that ignores the TTL adds ``Exp(300)``. An open connection keeps the address it was opened to, whatever the
name says. With every endpoint degraded the name is answered as if all were healthy. Whether an endpoint
answers is asked of forwarding: what stands behind it may be a VM or a balancer of any provider.

Source: reference on failover, sections 1.1 (M11), 2.2, 2.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netcore.document.models import Scenario
from netcore.document.outside import TrafficManager
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.endpoints import Down, Probing, Turn, downs_of
from netcore.failover.moments import Answers, AsksAgain, Assumption, Clocks, Note, PlainPlay, Span, Value
from netcore.failover.plan import Design, Plan
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.failover.watches import Seen, Watch, watches
from netcore.words import say

DESIGN = Design(
    "dns",
    "A name with another answer",
    "M11",
    "Clients ask a name for an address. Probes watch the endpoints behind it, and once one is degraded the "
    "name is answered with the next. Clients learn it when they ask again.",
)

USED = ("names.update", "names.sticky")
"""Numbers of the timing profile that this mechanism uses."""

PREFIX = "traffic_managers/"
SOURCE = "Azure, Traffic Manager endpoint monitoring"
SETTINGS = "the drawing; meaning after the Traffic Manager endpoint monitoring page"


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: no traffic is sent to a name, or a name has nothing else to be answered with.
    """
    traffic = scene.drawn.traffic.values()
    keys = sorted(
        {flow.destination.removeprefix(PREFIX) for flow in traffic if flow.destination.startswith(PREFIX)}
    )
    if not keys:
        raise NotModelled(
            say("No flow is sent to the name of a traffic manager, so no answer of DNS matters.")
        )
    for key in keys:
        manager = scene.drawn.topology.traffic_managers[key]
        if len(manager.endpoints) < 2:
            raise NotModelled(
                say("{name} has one endpoint, so there is no other to be answered with.", name=manager.name)
            )
    return Plan(DESIGN, scene, Dns(scene, keys))


@dataclass(frozen=True, slots=True)
class Named:
    """One name that traffic is sent to.

    Args:
        start: number of the endpoint it is answered with before the fault.
        downs: per endpoint, when it answers no probe.
        clients: who asks for it: ``vms/ID`` or ``hosts/ID``.
        answers: per endpoint, number of the change after which name servers give it.
        asks: per client, number of the change by which it asks again.
    """

    id: str
    manager: TrafficManager
    start: int
    downs: tuple[tuple[Down, ...], ...]
    clients: tuple[str, ...]
    answers: tuple[int, ...]
    asks: tuple[int, ...]

    @property
    def ref(self) -> str:
        """Path of the resource."""
        return f"{PREFIX}{self.id}"


@dataclass(frozen=True, slots=True)
class Update:
    """Name servers give another answer, because of a turn of an endpoint."""

    turn: Turn
    because: Address
    at_us: int
    endpoint: int
    learned: tuple[tuple[str, int, bool], ...]
    """Client, when it asks again, and whether it ignores the TTL."""


class Dns:
    """The mechanism for one scene."""

    def __init__(self, scene: Scene, keys: list[str]) -> None:
        self.scene = scene
        self.timing = scene.timing
        self.watches: tuple[Watch, ...] = watches(scene, lambda balancer: True)[0]
        self.names = tuple(self._named(key) for key in keys)

    def _named(self, key: str) -> Named:
        scene = self.scene
        manager = scene.drawn.topology.traffic_managers[key]
        downs = tuple(downs_of(scene, key, address, self.watches) for address in manager.endpoints)
        clients = tuple(
            sorted({flow.source for flow in scene.drawn.traffic.values() if flow.destination == PREFIX + key})
        )
        # An endpoint whose first time begins before the fault is degraded already.
        up = [not (found and found[0][0] is None) for found in downs]
        start = preferred(up)
        # The first value of a setting is that of the start, where the name is answered as drawn.
        order = [start, *(number for number in range(len(up)) if number != start)]
        values = [Value(_as_it_is)]
        for number in order[1:]:
            values.append(Value(_as_it_is, answers=((key, manager.endpoints[number]),)))
        setting = scene.set(say("answer for {name}", name=manager.name), *values)
        made = {number: scene.add(Answers(setting, value, clients)) for value, number in enumerate(order)}
        asks = tuple(scene.add(AsksAgain(setting, client)) for client in clients)
        return Named(key, manager, start, downs, clients, tuple(made[n] for n in range(len(up))), asks)

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        for watch in self.watches:
            yield watch.assumption()
        for one in self.names:
            manager = one.manager
            text = say(
                "TCP/{probe_port} every {probe_interval_s} s, {timeout_s} s to answer, {tolerated} "
                "failures tolerated",
                probe_port=manager.probe_port,
                probe_interval_s=manager.probe_interval_s,
                timeout_s=manager.timeout_s,
                tolerated=manager.tolerated,
            )
            yield Assumption(say("probe of the endpoints of {name}", name=manager.name), text, "A", SETTINGS)
            yield Assumption(say("TTL of {name}", name=manager.name), f"{manager.ttl_s} s", "A", SETTINGS)
            text = say("{sticky:g} of the clients keep an answer beyond its TTL", sticky=manager.sticky)
            yield Assumption(
                say("sticky clients of {name}", name=manager.name), text, "D", say("the drawing")
            )
        for name in USED:
            number = self.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        text = say(
            "a failed probe waits out its whole timeout; a balancer behind it is quicker than the name"
        )
        yield Assumption(say("probes of names"), text, "D", "ours")
        text = say("each sending host of the drawing has one cache, and its age at the change is uniform")
        yield Assumption(say("caches of clients"), text, "D", say("ours, after section 2.2 of the reference"))

    def play(self, streams: Streams) -> DnsPlay:
        """Return one trial."""
        play = DnsPlay(self)
        play.changes = list(self.scene.breakage.timed)
        for watch in self.watches:
            seen = watch.see(streams)
            play.seen.append(seen)
            play.changes.extend(seen.changes)
        for one in self.names:
            turns = self._turns(one, streams)
            play.misses[one.id] = tuple(self._misses(one, streams))
            updates = tuple(self._updates(one, turns, streams))
            play.names.append((one, turns, updates))
            for update in updates:
                play.changes.append((update.at_us, one.answers[update.endpoint]))
                asks = dict(zip(one.clients, one.asks, strict=True))
                play.changes.extend((at_us, asks[client]) for client, at_us, _ in update.learned)
        play.changes.sort()
        play.judge(broken=bool(self.scene.breakage.timed))
        return play

    def _turns(self, one: Named, streams: Streams) -> tuple[tuple[int, Turn], ...]:
        """Return the turns of all endpoints in order of time, with the number of the endpoint."""
        probing = Probing.of(one.manager)
        found: list[tuple[int, Turn]] = []
        for number, downs in enumerate(one.downs):
            phase_us = round(streams.uniform(f"names.phase.{one.id}.{number}") * probing.interval_us)
            found.extend((number, turn) for turn in probing.turns(downs, phase_us))
        return tuple(sorted(found, key=lambda pair: (pair[1].at_us, pair[0])))

    def _misses(self, one: Named, streams: Streams) -> Iterator[tuple[int, int, int]]:
        """Yield endpoint, time sent and number in a row of unanswered probes."""
        probing = Probing.of(one.manager)
        for number, downs in enumerate(one.downs):
            phase_us = round(streams.uniform(f"names.phase.{one.id}.{number}") * probing.interval_us)
            yield from ((number, sent_us, count) for sent_us, count in probing.misses(downs, phase_us))

    def _updates(self, one: Named, turns: tuple[tuple[int, Turn], ...], streams: Streams) -> Iterator[Update]:
        """Yield the answers that name servers give in turn."""
        up = [not (found and found[0][0] is None) for found in one.downs]
        wait_us = microseconds(self.timing["names.update"].draw(streams.uniform(f"names.update.{one.id}")))
        given, count = one.start, 0
        for number, turn in turns:
            up[number] = turn.up
            wanted = preferred(up)
            if wanted == given:
                continue
            at_us = turn.at_us + wait_us
            learned = tuple(self._learns(one, client, at_us, count, streams) for client in one.clients)
            yield Update(turn, one.manager.endpoints[number], at_us, wanted, learned)
            given, count = wanted, count + 1

    def _learns(
        self, one: Named, client: str, at_us: int, count: int, streams: Streams
    ) -> tuple[str, int, bool]:
        """Return when a client asks again after the name servers' change number ``count``."""
        who = f"{one.id}.{client}"
        age = streams.uniform(f"names.ttl.{who}.{count}")
        wait_us = round(age * one.manager.ttl_s * SECOND_US)
        sticky = streams.uniform(f"names.is_sticky.{who}") < one.manager.sticky
        if sticky:
            more = self.timing["names.sticky"].draw(streams.uniform(f"names.sticky.{who}.{count}"))
            wait_us += microseconds(more)
        return client, at_us + wait_us, sticky


def _as_it_is(scenario: Scenario) -> Scenario:
    """Return the drawing: an answer of a name changes nothing in it."""
    return scenario


def preferred(up: list[bool]) -> int:
    """Return the number of the endpoint a name is answered with; with none up, as if all were."""
    return up.index(True) if any(up) else 0


class DnsPlay(PlainPlay):
    """One trial of a name; see ``moments.Play``."""

    def __init__(self, mechanism: Dns) -> None:
        self.mechanism = mechanism
        self.seen: list[Seen] = []
        self.misses: dict[str, tuple[tuple[int, int, int], ...]] = {}
        self.names: list[tuple[Named, tuple[tuple[int, Turn], ...], tuple[Update, ...]]] = []
        self.changes: list[tuple[int, int]] = []
        self.clocks = Clocks(0, 0, 0)
        self.completes = True

    def judge(self, *, broken: bool) -> None:
        """Set the three clocks by the first other answer of the name that takes longest."""
        first = [updates[0] for _, _, updates in self.names if updates]
        noticed = [turn.at_us for _, turns, _ in self.names for _, turn in turns if not turn.up]
        if first:
            last = max(first, key=_whole_us)
            detect_us = last.turn.at_us
            self.clocks = Clocks(detect_us, last.at_us - detect_us, _whole_us(last) - last.at_us)
        elif noticed:
            # Degraded, and there is nothing better to answer, or nothing that was preferred.
            self.clocks = Clocks(min(noticed), None, 0)
            self.completes = False
        elif broken:
            self.clocks, self.completes = Clocks(None, 0, 0), False

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        for watch, seen in zip(self.mechanism.watches, self.seen, strict=True):
            yield from watch.story(seen, fault_us, acted=True)
        for one, turns, updates in self.names:
            yield from self._detect(one, turns, fault_us)
            for update in updates:
                yield from self._update(one, update, fault_us)

    def _detect(
        self, one: Named, turns: tuple[tuple[int, Turn], ...], fault_us: int
    ) -> Iterator[Note | Span]:
        name, ref, source = one.manager.name, one.ref, SOURCE
        first_us = self.mechanism.scene.breakage.first_us
        begun = [begin for downs in one.downs for begin, _ in downs if begin is not None]
        if first_us is not None and all(begin_us > first_us for begin_us in begun):
            text = say("every probe of the endpoints of {name} goes on being answered", name=name)
            yield Note(fault_us + first_us, "detect", "point", text, ref, "A", source)
        for number, sent_us, count in self.misses[one.id]:
            at_us = fault_us + sent_us + microseconds(one.manager.timeout_s)
            needed, address = one.manager.tolerated + 1, one.manager.endpoints[number]
            text = say(
                "{name}: probe {count} of {needed} on {address} unanswered",
                name=name,
                count=count,
                needed=needed,
                address=address,
            )
            yield Note(at_us, "detect", "point", text, ref, "A", source)
        for number, turn in turns:
            address = one.manager.endpoints[number]
            if turn.up:
                text = say("{name}: {address} answers its probe and is up again", name=name, address=address)
                yield Note(fault_us + turn.at_us, "detect", "point", text, ref, "A", source)
                continue
            began = [
                begin for begin, _ in one.downs[number] if begin is not None and begin <= turn.sent_us[0]
            ]
            text = say(
                "{name}: {address} is degraded after {count} failed probes",
                name=name,
                address=address,
                count=len(turn.sent_us),
            )
            yield Span("detect", fault_us + max(began, default=0), fault_us + turn.at_us, text)
        ups = [not (found and found[0][0] is None) for found in one.downs]
        for number, turn in turns:
            ups[number] = turn.up
            if not any(ups):
                text = say("{name}: no endpoint is up, so it is answered as if all were", name=name)
                yield Note(fault_us + turn.at_us, "control", "point", text, ref, "A", source)

    def _update(self, one: Named, update: Update, fault_us: int) -> Iterator[Note | Span]:
        name, address = one.manager.name, one.manager.endpoints[update.endpoint]
        spread, sticky = self.mechanism.timing["names.update"], self.mechanism.timing["names.sticky"]
        at_us = fault_us + update.at_us
        text = say("the name servers answer {name} with {address}", name=name, address=address)
        yield Note(at_us, "control", "end", text, one.ref, spread.grade, spread.source)
        yield Span(
            "control",
            fault_us + update.turn.at_us,
            at_us,
            say("{name}: the name servers learn it", name=name),
        )
        for client, learned_us, ignores in update.learned:
            kept = say("asks again, long after the TTL") if ignores else say("asks again")
            text = say(
                "{client} {kept} and is answered with {address}", client=client, kept=kept, address=address
            )
            grade, source = (sticky.grade, sticky.source) if ignores else ("A", SOURCE)
            yield Note(fault_us + learned_us, "data", "point", text, client, grade, source)
        last_us = fault_us + _whole_us(update)
        yield Span("data", at_us, last_us, say("{name}: clients keep the old answer", name=name))


def _whole_us(update: Update) -> int:
    """Return when the last client knows."""
    return max(at_us for _, at_us, _ in update.learned)

"""An operator moves an address by hand, whatever the design does besides.

Azure takes two writes, for an address has one holder: removed from its NIC, then added to another (fact A20).
The second waits until a poll has seen the end of the first. AWS takes one write. Then hosts learn the new
place. Of two who write, the last one counts.

Source: reference on failover, sections 2.1 and 2.2 (M1, A1); facts A10, A11, A20, A21.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from netcore.document.guests import GuestInterface
from netcore.document.models import IPConfiguration, Scenario
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.failover.breakage import ByHand
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption, Calls, Clocks, Note, Play, Programmed, Sets, Span, Value
from netcore.failover.orchestration import Caller
from netcore.failover.overlay import NOWHERE
from netcore.failover.plan import Mechanism, Plan
from netcore.failover.redraw import changed, replaced
from netcore.failover.scene import Scene
from netcore.failover.senders import senders_to
from netcore.failover.streams import Streams
from netcore.profiles import profile
from netcore.words import say

_SOURCE = "the drawing; reference on failover, section 2.1"


@dataclass(frozen=True, slots=True)
class Order:
    """One move by hand, as changes of a scene.

    Args:
        setting: who holds the address; ``value`` is the NIC it shall be at, ``nics`` name all values.
        removes: number of the change that takes it from its NIC; ``adds`` puts it on the other.
        learn: sender and number of the change that tells its host.
    """

    move: ByHand
    setting: int
    value: int
    nics: dict[int, str]
    removes: int
    adds: int
    learn: tuple[tuple[str, int], ...]


def by_hand(plan: Plan) -> Plan:
    """Return a plan in which the operator of the fault acts as well.

    Raises:
        NotModelled: no NIC holds the address in this design, or it cannot go where it shall.
    """
    scene = plan.scene
    if not scene.breakage.moves:
        return plan
    _draw_holders(scene)
    orders = tuple(_order(scene, move) for move in scene.breakage.moves)
    return replace(plan, mechanism=Operated(scene, plan.mechanism, orders))


def _draw_holders(scene: Scene) -> None:
    """Add a setting for each address that the design itself does not move, with a value for each NIC."""
    wanted: dict[Address, list[str]] = {}
    for move in scene.breakage.moves:
        if move.address not in scene.holders and move.nic not in wanted.setdefault(move.address, []):
            wanted[move.address].append(move.nic)
    for address, nics in wanted.items():
        home, key = _holder(scene, address)
        places = {home: 0}
        values = [Value(lambda scenario: scenario), Value(_Away(home, key), frozenset({address}))]
        for nic in nics:
            if nic == home:
                continue
            if scene.base.topology.nics[nic].subnet != scene.base.topology.nics[home].subnet:
                raise NotModelled(
                    say(
                        "{address} cannot move to {nic}: a NIC holds addresses of its own "
                        "subnet only (fact A11).",
                        address=address,
                        nic=nic,
                    )
                )
            places[nic] = len(values)
            values.append(Value(_At(home, key, nic)))
        scene.holders[address] = (scene.set(say("{address} held", address=address), *values), places)


def _holder(scene: Scene, address: Address) -> tuple[str, str]:
    """Return NIC and configuration that hold an address in the drawing of the design."""
    topology = scene.base.topology
    for nic_id, nic in sorted(topology.nics.items()):
        for key, held in sorted(nic.configurations.items()):
            if held.address == address:
                if held.primary:
                    raise NotModelled(
                        say(
                            "{address} is the primary address of {name}, and a primary one cannot "
                            "leave its NIC.",
                            address=address,
                            name=nic.name,
                        )
                    )
                return nic_id, key
    for balancer in topology.load_balancers.values():
        if any(frontend.address == address for frontend in balancer.frontends.values()):
            raise NotModelled(
                say(
                    "No NIC holds {address} in this design: it is a frontend of {name}, so nobody can move "
                    "it.",
                    address=address,
                    name=balancer.name,
                )
            )
    if any(public.address == address for public in topology.public_ips.values()):
        raise NotModelled(
            say("{address} is public; moving a public address by hand is not modelled.", address=address)
        )
    raise NotModelled(say("Nobody holds {address} in this drawing, so it cannot be moved.", address=address))


@dataclass(frozen=True, slots=True)
class _Away:
    """Takes a configuration off its NIC."""

    nic: str
    key: str

    def __call__(self, scenario: Scenario) -> Scenario:
        """Return the drawing without it."""
        there = scenario.topology.nics[self.nic].configurations
        rest = {key: held for key, held in there.items() if key != self.key}
        return replaced(scenario, "nics", self.nic, configurations=rest)


@dataclass(frozen=True, slots=True)
class _At:
    """Puts a configuration of one NIC onto another, whose guest holds the address too (fact A10)."""

    home: str
    key: str
    nic: str

    def __call__(self, scenario: Scenario) -> Scenario:
        """Return the drawing with it there."""
        held = scenario.topology.nics[self.home].configurations[self.key]
        scenario = _Away(self.home, self.key)(scenario)
        nic = scenario.topology.nics[self.nic]
        name = f"moved-{self.home}-{self.key}"[:80]
        made = {**nic.configurations, name: IPConfiguration(address=held.address)}
        scenario = replaced(scenario, "nics", self.nic, configurations=made)
        machine = scenario.topology.vms[nic.vm or ""]
        drawn = machine.guest.interfaces.get(self.nic, GuestInterface())
        if held.address in drawn.added:
            return scenario
        interface = changed(drawn, added=(*drawn.added, held.address))
        guest = changed(machine.guest, interfaces={**machine.guest.interfaces, self.nic: interface})
        return replaced(scenario, "vms", nic.vm or "", guest=guest)


def _order(scene: Scene, move: ByHand) -> Order:
    setting, places = scene.holders[move.address]
    value = places.get(move.nic)
    if value is None:
        where = " and ".join(places)
        raise NotModelled(
            say(
                "In this design {address} moves between {where}, and not to {nic}.",
                address=move.address,
                where=where,
                nic=move.nic,
            )
        )
    nics = scene.base.topology.nics
    without = [vm for vm in (nics[nic].vm for nic in places) if vm is not None]
    senders = tuple(senders_to(scene.drawn, {move.address}, without))
    before = None if _at_once(scene) else NOWHERE
    return Order(
        move,
        setting,
        value,
        {number: nic for nic, number in places.items()},
        scene.add(Sets((setting,), NOWHERE)),
        scene.add(Sets((setting,), value, senders, before)),
        tuple((sender, scene.add(Programmed((setting,), sender))) for sender in senders),
    )


def _at_once(scene: Scene) -> bool:
    """Return whether one write moves an address, as in AWS."""
    return profile(scene.drawn.profile).drawing.name == "AWS"


@dataclass(frozen=True, slots=True)
class Done:
    """One move in one trial; microseconds since the fault.

    Args:
        writes: text, when sent, when done.
        learned: when each host knows.
    """

    order: Order
    writes: tuple[tuple[str, int, int], ...]
    learned: tuple[tuple[int, str], ...] = ()


class Operated:
    """A mechanism beside which an operator moves addresses."""

    def __init__(self, scene: Scene, inner: Mechanism, orders: Sequence[Order]) -> None:
        self.scene = scene
        self.inner = inner
        self.orders = tuple(orders)
        aws = _at_once(scene)
        self.operation, self.programming = (
            ("aws.operation", "aws.programming") if aws else ("operation", "programming")
        )

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements both rest on."""
        yield from self.inner.assumptions()
        text = say(
            "an operator's writes take as long as those of the failover, always succeed and wait for "
            "nobody; the guest that takes the address holds it already; probes do not notice the move"
        )
        yield Assumption(
            say("operator: moves by hand"), text, "D", say("ours, after section 2.1 of the reference")
        )

    def play(self, streams: Streams) -> OperatedPlay:
        """Return one trial."""
        play = OperatedPlay(self, self.inner.play(streams))
        for order in self.orders:
            self._move(play, order, streams)
        return play

    def _move(self, play: OperatedPlay, order: Order, streams: Streams) -> None:
        """Add what one move changes; nothing where the address is there already."""
        move, timing, name = order.move, self.scene.timing, f"by-hand.{order.move.at_us}"
        moment = self.scene.start
        for time_us, number in play.changes:
            if time_us <= move.at_us:
                moment = self.scene.catalogue[number].apply(moment)
        here = moment.settings[order.setting]
        if here == order.value:
            play.done.append(Done(order, ()))
            return
        one_write = self.operation == "aws.operation"
        caller = Caller(timing, asynchronous=not one_write)
        texts = [say("PUT {nic} with {address}", nic=move.nic, address=move.address)]
        if not one_write:
            texts.insert(
                0,
                say(
                    "PUT {nics} without {address}",
                    nics=order.nics.get(here, "the holder"),
                    address=move.address,
                ),
            )
        time_us, writes = move.at_us, []
        for place, text in enumerate(texts):
            seconds = timing[self.operation].draw(streams.uniform(f"{self.operation}.{name}.{place}"))
            operation = caller.write(time_us, microseconds(seconds))
            writes.append((text, operation.sent_us, operation.ended_us))
            time_us = operation.seen_us
        added_us = writes[-1][2]
        whole_us = microseconds(timing[self.programming].draw(streams.uniform(f"{self.programming}.{name}")))
        changes = [] if one_write else [(writes[0][2], order.removes)]
        changes.append((added_us, order.adds))
        shares = [(streams.uniform(f"{name}.{sender}"), sender, number) for sender, number in order.learn]
        learned = []
        for share in shares:
            delay_us = whole_us if share == max(shares) else round(share[0] * whole_us)
            changes.append((added_us + delay_us, share[2]))
            learned.append((added_us + delay_us, share[1]))
        play.changes = sorted([*play.changes, *changes], key=lambda pair: pair[0])
        play.done.append(Done(order, tuple(writes), tuple(sorted(learned))))


class OperatedPlay:
    """One trial; see ``moments.Play``. All but the changes and the story is the design's own."""

    def __init__(self, mechanism: Operated, inner: Play) -> None:
        self.mechanism = mechanism
        self.inner = inner
        self.changes = list(inner.changes)
        self.clocks: Clocks = inner.clocks
        self.completes = inner.completes
        self.by_hand_us = inner.by_hand_us
        self.dual_active_us = inner.dual_active_us
        self.standby = inner.standby
        self.acted_us = inner.acted_us
        self.done: list[Done] = []

    @property
    def calls(self) -> Calls:
        """What was asked of the control plane, the operator's writes among them."""
        made = self.inner.calls
        return replace(made, writes=made.writes + sum(len(one.writes) for one in self.done))

    @property
    def decide_us(self) -> int:
        """Time from the design's decision to its first write."""
        return self.inner.decide_us

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        yield from self.inner.story(fault_us)
        for one in self.done:
            yield from self._told(one, fault_us)

    def _told(self, one: Done, fault_us: int) -> Iterator[Note | Span]:
        move, timing = one.order.move, self.mechanism.scene.timing
        ref = f"nics/{move.nic}"
        if not one.writes:
            text = say(
                "{address} is at {nic} already, so the operator has nothing to do",
                address=move.address,
                nic=move.nic,
            )
            yield Note(fault_us + move.at_us, "control", "point", text, ref, None, _SOURCE)
            return
        number, learning = timing[self.mechanism.operation], timing[self.mechanism.programming]
        for text, sent_us, ended_us in one.writes:
            yield Note(fault_us + sent_us, "control", "start", say("operator: {text} sent", text=text), ref)
            done = say("operator: {text} is done", text=text)
            yield Note(fault_us + ended_us, "control", "end", done, ref, number.grade, number.source)
            yield Span("control", fault_us + sent_us, fault_us + ended_us, say("operator: {text}", text=text))
        for time_us, sender in one.learned:
            text = say(
                "host of {partition} programmed: {address} is at {nic}",
                partition=sender.partition("/")[2],
                address=move.address,
                nic=move.nic,
            )
            yield Note(fault_us + time_us, "data", "point", text, sender, learning.grade, learning.source)

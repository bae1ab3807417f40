"""Mechanism M3, several times over: pollers that know nothing of each other rewrite the same routes.

    poller 1:   notice | token, read | table 1 | table 2 ...
    poller 2:            notice | token, read | table 1: left alone, or refused ...
    each table that changes: its senders' hosts learn

One poller alone that never goes back is the design ``route-poller``, draw by draw. Controllers that are drawn
are the pollers, each with its own pace and rights; a write without a right is refused, and the table stays.

Source: reference on failover, sections 1.1 (M3), 1.3, 2.1, 2.2; facts D60, D65; of rights ``controllers``.
Numbers and manners of pollers are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from netcore.failover.calls import CONTROL_PLANE, Write, delays
from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.controllers import DENIED, RBAC, Controls, controls, rights, used
from netcore.failover.mechanisms.balancer import is_gateway
from netcore.failover.mechanisms.route_rewrite import ROUTES, begin, controller_s, write
from netcore.failover.moments import Assumption, Calls, Clocks, Note, PlainPlay, Sets, Span
from netcore.failover.orchestration import Caller
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.failover.standby import standby_of
from netcore.failover.streams import Streams
from netcore.failover.turns import Act, Manner, Poller, Turns
from netcore.failover.watches import Seen, watches
from netcore.words import say

DESIGN = Design(
    "route-pollers",
    "Routes rewritten by several pollers",
    "M3",
    "Functions outside the pair look in turn whether the appliance answers, and rewrite the routes there "
    "and, if they are told to, back. None knows of the others; a table takes one write at a time. Each has "
    "its own interval and rights where controllers are drawn.",
)
POLLERS = (
    "pollers.manner",
    "pollers.failback",
    "pollers.calm",
    "pollers.busy",
    "pollers.restart",
)
USED = (*POLLERS, "poller.start", "auth", *ROUTES, *CONTROL_PLANE, "programming", "failure.routes")


def plan(scene: Scene) -> Plan:
    """Return the design.

    Raises:
        NotModelled: as ``route_rewrite.plan_poller``.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    return Plan(DESIGN, scene, RoutePollers(scene, vm, standby_of(scene.drawn, vm)))


class RoutePollers:
    """The mechanism for one scene; begins from a drawing in which the routes name appliances.

    Args:
        vm: the VM that fails; ``standby`` takes over.
    """

    def __init__(self, scene: Scene, vm: str, standby: str) -> None:
        settings, chosen = begin(scene, vm, standby)
        self.scene = scene
        self.controls = controls(scene.drawn, scene.timing)
        self.tables = tuple(one.table for one in chosen)
        self.rights = tuple(one.may(self.tables) for one in self.controls)
        self.timing = scene.timing
        self.vm, self.standby = vm, standby
        self.names = (scene.name(vm), scene.name(standby))
        self.counts = [len(one.after) for one in chosen]
        self.writes = [
            tuple(write(scene, one, settings[one.table], vm, self.names[value], value) for value in (0, 1))
            for one in chosen
        ]
        self.repaired = scene.add(Sets(tuple(settings.values()), 1))
        self.beside, _ = watches(scene, lambda balancer: not is_gateway(balancer))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        for name in (*used(self.scene.drawn), *USED):
            number = self.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        for watch in self.beside:
            yield watch.assumption()
        paces = sorted({one.every_us for one in self.controls})
        yield Assumption(
            say("pollers: turns"),
            say(
                "each has its own turn, every {seconds} s, and its own luck; a table takes one write at a "
                "time, and who meets another write tries again",
                seconds=", ".join(f"{every_us / SECOND_US:g}" for every_us in paces),
            ),
            "D",
            say("ours, after sections 1.1 (M3) and 1.3 of the reference on failover"),
        )
        found = [one.assumption() for one in self.controls]
        yield from (one for one in found if one is not None)
        if any(found):
            yield rights()

    def play(self, streams: Streams) -> PollersPlay:
        """Return one trial."""
        timing, draw = self.timing, streams.uniform
        degraded = "control-plane-degraded" in self.scene.fault.conditions
        degraded = degraded or timing["control.degraded"].draw(draw("control.degraded")) > 0
        pollers = [self._poller(number, one, streams, degraded) for number, one in enumerate(self.controls)]
        back_us = {
            "never": None,
            "at once": 0,
            "when calm": microseconds(timing.value("pollers.calm")),
        }[timing.choice("pollers.failback")]
        reads = timing.choice("pollers.manner") == "reads"
        busy_us, restart_us = (microseconds(timing.value(f"pollers.{name}")) for name in ("busy", "restart"))
        manner = Manner(reads, back_us, busy_us, restart_us)
        turns = Turns(pollers, len(self.writes), self.scene.breakage.silences(self.vm), manner)
        play = PollersPlay(self, turns.acts, degraded=degraded)
        levels = [poller.caller.lowest_tokens for poller in pollers]
        play.lowest_tokens = min((level for level in levels if level is not None), default=None)
        play.seen = [watch.see(streams) for watch in self.beside]
        play.settle(streams)
        return play

    def _poller(self, number: int, own: Controls, streams: Streams, degraded: bool) -> Poller:
        """Return a poller with its luck; that of the first one is the luck of the design with one."""
        timing = self.timing

        def luck(name: str) -> float:
            return streams.uniform(_named(name, number))

        def drawn(name: str) -> float:
            return timing[name].draw(luck(name))

        wait_us = own.first_us(luck("poller.wait"))
        start_us, auth_us = (microseconds(drawn(name)) for name in ("poller.start", "auth"))
        fails = "failover-fails" in self.scene.fault.conditions or drawn("failure.routes") > 0

        def durations(switch: int) -> Sequence[int]:
            count = sum(self.counts)
            whole_s = controller_s(timing, count)
            whole_s *= timing["routes.noise"].draw(streams.uniform(_named("routes.noise", number, switch)))
            if degraded:
                name = _named("routes.degraded", number, switch)
                whole_s += timing["routes.degraded"].draw(streams.uniform(name))
            return [microseconds(whole_s * routes / count) for routes in self.counts]

        times = (wait_us, own.every_us, own.tries_us, start_us, auth_us)
        caller, may = Caller(timing, polled=False), self.rights[number]
        return Poller(number, times, caller, durations, fails=fails, may=may)


def _named(name: str, number: int, switch: int = 0) -> str:
    """Return the stream of a draw of one poller for one of its decisions."""
    return name if not number and not switch else f"{name}.{number}.{switch}"


class PollersPlay(PlainPlay):
    """One trial of several pollers; see ``moments.Play``."""

    def __init__(self, mechanism: RoutePollers, acts: Sequence[Act], *, degraded: bool) -> None:
        self.mechanism = mechanism
        self.acts = tuple(acts)
        self.degraded = degraded
        self.changes: list[tuple[int, int]] = []
        self.learned: list[tuple[int, str, Write]] = []
        self.clocks = Clocks(None, 0, 0)
        self.completes = False
        self.seen: list[Seen] = []
        self.lowest_tokens: float | None = None
        self.standby = mechanism.standby
        self.acted_us = next((act.end_us for act in self.acts if act.kind == "decides"), None)

    @property
    def calls(self) -> Calls:
        """What all of them asked of the control plane."""
        writes = sum(act.kind in ("writes", "fails") for act in self.acts)
        refusals = sum(act.kind in ("refused", "limited") for act in self.acts)
        denied = sum(act.kind == "denied" for act in self.acts)
        return Calls(writes, 0, refusals, self.lowest_tokens, denied)

    @property
    def decide_us(self) -> int:
        """From the first decision to the first write, be it refused for good."""
        asked = ("writes", "fails", "denied")
        first_us = next((act.begin_us for act in self.acts if act.kind in asked), None)
        return 0 if first_us is None or self.acted_us is None else first_us - self.acted_us

    def settle(self, streams: Streams) -> None:
        """Let writes take effect at their ends and hosts learn of them; stop the clocks."""
        mechanism = self.mechanism
        self.changes = [*mechanism.scene.breakage.timed]
        self.changes += [change for seen in self.seen for change in seen.changes]
        moves = [self._moves(place) for place in range(len(mechanism.writes))]
        for pair, told in zip(mechanism.writes, moves, strict=True):
            # Hosts that have not learned of a write when the next one comes learn of that one only.
            for act, following in pairwise((*told, None)):
                if act is None:
                    continue
                whole_us = self._programming_us(act, streams)
                made = pair[act.value]
                self.changes.append((act.end_us, made.change))
                for sender, change, delay_us in delays(made, whole_us, streams):
                    time_us = act.end_us + delay_us
                    if following is None or time_us <= following.end_us:
                        self.changes.append((time_us, change))
                        self.learned.append((time_us, sender, made))
        over = [told[0] for told in moves if told]
        whole = len(over) == len(moves)
        if not whole and over and all(told[-1].value == 0 for told in moves if told):
            # What moved went back: whole again by the last way back.
            over, whole = [told[-1] for told in moves if told], True
        self._stop([(act.end_us, self._programming_us(act, streams)) for act in over], streams, whole=whole)
        self.changes.sort()

    def _moves(self, place: int) -> list[Act]:
        """Return the writes that lead a table elsewhere, in order; a repeated one changes nothing."""
        held, found = 0, []
        mine = [act for act in self.acts if act.kind == "writes" and act.table == place]
        for act in sorted(mine, key=lambda act: act.end_us):
            if act.value != held:
                held = act.value
                found.append(act)
        return found

    def _programming_us(self, act: Act, streams: Streams) -> int:
        name = _named("programming", act.poller, act.switch)
        return microseconds(self.mechanism.timing["programming"].draw(streams.uniform(name)))

    def _stop(self, over: Sequence[tuple[int, int]], streams: Streams, *, whole: bool) -> None:
        """Stop the clocks by the last of some moves, or by who repairs what nobody could.

        Args:
            whole: the tables are whole after those.
        """
        if self.acted_us is None:
            return
        mechanism = self.mechanism
        looked_us = self.acts[0].begin_us
        silences = mechanism.scene.breakage.silences(mechanism.vm)
        begun_us = max(begin_us for begin_us, _ in silences if begin_us <= looked_us)
        detect_us = self.acted_us - begun_us
        if whole:
            self.completes = True
            ended_us, programming_us = max(over)
            self.clocks = Clocks(detect_us, ended_us - self.acted_us, programming_us)
            return
        repair = mechanism.timing["repair"]
        repair_us = begun_us + microseconds(repair.draw(streams.uniform("repair")))
        self.by_hand_us = max(repair_us, self.acts[-1].end_us)
        self.changes.append((self.by_hand_us, mechanism.repaired))
        self.clocks = Clocks(detect_us, self.by_hand_us - self.acted_us, 0)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        mechanism = self.mechanism
        for watch, seen in zip(mechanism.beside, self.seen, strict=True):
            yield from watch.story(seen, fault_us, acted=True)
        yield from self._unnoticed(fault_us)
        if self.degraded and self.acted_us is not None:
            bad = mechanism.timing["control.degraded"]
            text = say("the control plane has a bad day: every operation is slow")
            yield Note(fault_us + self.acted_us, "control", "point", text, None, bad.grade, bad.source)
        for act in self.acts:
            yield from self._told(act, fault_us)
        number = mechanism.timing["programming"]
        for time_us, sender, made in self.learned:
            text = say(
                "host of {partition} programmed: {told}", partition=sender.partition("/")[2], told=made.told
            )
            yield Note(fault_us + time_us, "data", "point", text, sender, number.grade, number.source)
        if self.by_hand_us is not None:
            repair = mechanism.timing["repair"]
            end_us = fault_us + self.by_hand_us
            done = say("the failover is finished by hand")
            yield Note(end_us, "control", "end", done, None, repair.grade, repair.source)
            begin_us = fault_us + self.acts[-1].end_us
            yield Span("control", begin_us, end_us, say("waiting for repair by hand"))

    def _unnoticed(self, fault_us: int) -> Iterator[Note]:
        """Yield when silences end on which nobody acted."""
        mechanism = self.mechanism
        silences = mechanism.scene.breakage.silences(mechanism.vm)
        looks = [act.begin_us for act in self.acts if act.kind == "decides" and act.value]
        times = [
            end_us
            for begin_us, end_us in silences
            if end_us is not None and not any(begin_us <= look_us < end_us for look_us in looks)
        ]
        number = mechanism.timing["poller.wait"]
        text = say("no poller acts on the silence of {name}", name=mechanism.names[0])
        for time_us in times:
            yield Note(fault_us + time_us, "detect", "point", text, None, number.grade, number.source)

    def _told(self, act: Act, fault_us: int) -> Iterator[Note | Span]:
        mechanism = self.mechanism
        who = mechanism.controls[act.poller].name
        timing, name = mechanism.timing, mechanism.names[0]
        begin_us, end_us = fault_us + act.begin_us, fault_us + act.end_us
        if act.kind == "restarts":
            number = timing["pollers.restart"]
            text = say("{who} restarts and forgets what it was about", who=who)
            yield Note(begin_us, "control", "point", text, None, number.grade, number.source)
            yield Span("control", begin_us, end_us, say("{who} is away", who=who))
            return
        if act.table is None:
            number = timing["poller.wait"]
            if act.kind == "finishes":
                found = say("{who} finds a switch halfway and finishes it", who=who)
            elif act.value:
                found = say("{who} finds that {name} does not answer", who=who, name=name)
            else:
                found = say("{who} finds that {name} answers again", who=who, name=name)
            yield Note(end_us, "detect", "end", found, None, number.grade, number.source)
            yield Span("detect", begin_us, end_us, say("{who} tries {name}", who=who, name=name))
            return
        made = mechanism.writes[act.table][act.value]
        match act.kind:
            case "leaves":
                text = say("{who} leaves it alone: {told}, or will", who=who, told=made.told)
                yield Note(begin_us, "control", "point", text, made.ref, "D", say("ours"))
            case "denied":
                text = say(
                    "{who}: {text} refused ({denied}): its identity may not write {table}; the routes stay",
                    who=who,
                    text=made.text,
                    denied=DENIED,
                    table=mechanism.tables[act.table],
                )
                yield Note(begin_us, "control", "point", text, made.ref, "A", say(RBAC))
            case "refused" | "limited":
                limit = timing["pollers.busy" if act.kind == "refused" else "arm.bucket"]
                why = (
                    say("another operation is changing it")
                    if act.kind == "refused"
                    else say("too many writes")
                )
                text = say(
                    "{who}: {text} refused (429): {why}; tried again after {seconds:g} s",
                    who=who,
                    text=made.text,
                    why=why,
                    seconds=(act.end_us - act.begin_us) / SECOND_US,
                )
                yield Note(begin_us, "control", "point", text, made.ref, limit.grade, limit.source)
            case _:
                number = timing["failure.routes" if act.kind == "fails" else "routes.noise"]
                text = say("{who}: {text} sent", who=who, text=made.text)
                yield Note(begin_us, "control", "start", text, made.ref)
                text = (
                    say("{who}: {text} failed, and it gives up", who=who, text=made.text)
                    if act.kind == "fails"
                    else say("{who}: {text} is done", who=who, text=made.text)
                )
                yield Note(end_us, "control", "end", text, made.ref, number.grade, number.source)
                yield Span("control", begin_us, end_us, say("{who}: {text}", who=who, text=made.text))

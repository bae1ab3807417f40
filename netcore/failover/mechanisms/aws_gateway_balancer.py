"""Mechanism A5: a gateway balancer of AWS, which leaves open flows with a failed target, or moves them late.

    check 1 ... check n unanswered | the balancer's nodes     new flows:  U(0,I) + (n-1)*I + 5 + U(1,10)
    ----------- detect ----------- | ------ data -------
                                   | -------------------- open flows move: U(0,I) + (n-1)*I + 5 + LN(60,0.5)

By default open flows go on to the failed target and are dropped for ever. With rebalancing they move, but
minutes later than new flows avoid the target, so that it is a setting of its own: forwarding reads the
balancer's ``rebalance``, which is False until then. The clocks are those of new flows.

Source: reference on failover, sections 1.2 (A5), 2.2, 2.3; fact L18.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from netcore.document.models import Scenario
from netcore.failover.clock import microseconds
from netcore.failover.mechanisms.balancer import BalancerFailover, BalancerPlay, check_pools
from netcore.failover.moments import Assumption, Note, PlainPlay, Sets, Span
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.probing import GATEWAY_BALANCER
from netcore.failover.provider import need_provider
from netcore.failover.redraw import replaced
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.failover.watches import Seen
from netcore.words import say

DESIGN = Design(
    "aws-gateway-balancer",
    "Gateway balancer (AWS)",
    "A5",
    "Appliances stand behind a gateway balancer. New flows avoid the failed one; open flows stay with it and "
    "are dropped.",
)
REBALANCE = Design(
    "aws-gateway-balancer-rebalance",
    "Gateway balancer that rebalances (AWS)",
    "A5",
    "Appliances stand behind a gateway balancer. New flows avoid the failed one, and open flows move to "
    "another one after a minute or more.",
)

MOVE = "gwlb.rebalance"
"""From the last failed check until open flows have moved."""

Away = tuple[int, int, int | None]
"""When a member leaves the rotation, when its open flows may move, and when it is back; None is never."""


def plan(scene: Scene) -> Plan:
    """Return the design that leaves open flows where they are.

    Raises:
        NotModelled: the drawing is not of AWS, no gateway balancer gives flows to the appliance, or nobody
            else can take them.
    """
    return Plan(DESIGN, scene, _balancer(scene))


def plan_rebalance(scene: Scene) -> Plan:
    """Return the design that moves open flows; see ``plan``."""
    return Plan(REBALANCE, scene, Rebalancing(scene, _balancer(scene)))


def _balancer(scene: Scene) -> BalancerFailover:
    need_provider(scene, "AWS")
    vm = failing_vm(scene)
    check_pools(scene, vm, "gateway")
    base, notes = scene.drawn, []
    for key, balancer in sorted(base.topology.load_balancers.items()):
        if balancer.sku == "gateway" and balancer.rebalance:
            base = _rebalanced(key, False, base)
            what = say("open flows stay with a failed target at first")
            source = say("the design, as an edit of the drawing; fact L18")
            notes.append(Assumption(say("{name}: rebalance", name=balancer.name), what, None, source))
    scene.redraw(base, notes)
    return BalancerFailover(scene, vm, "gateway", "A5", GATEWAY_BALANCER)


def _rebalanced(balancer: str, moves: bool, scenario: Scenario) -> Scenario:
    """Return the scenario in which open flows of a balancer's failed members move, or stay."""
    return replaced(scenario, "load_balancers", balancer, rebalance=moves)


class Rebalancing:
    """The mechanism with rebalancing, for one scene.

    Args:
        balancer: what takes members out of rotation.
    """

    def __init__(self, scene: Scene, balancer: BalancerFailover) -> None:
        self.scene = scene
        self.balancer = balancer
        self.timing = scene.timing
        self.turns: dict[str, tuple[int, int]] = {}
        """Per balancer, the numbers of the changes to leave open flows and to move them."""
        topology = scene.drawn.topology
        touched = {member[0] for watch in balancer.watches for member in watch.members}
        for key in sorted(touched):
            name = say("{name}: rebalance", name=topology.load_balancers[key].name)
            number = scene.set(name, partial(_rebalanced, key, False), partial(_rebalanced, key, True))
            self.turns[key] = (scene.add(Sets((number,), 0)), scene.add(Sets((number,), 1)))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements it rests on."""
        yield from self.balancer.assumptions()
        number = self.timing[MOVE]
        yield Assumption(f"{MOVE}: {say(number.meaning)}", number.text, number.grade, number.source)
        yield Assumption(
            say("rebalance: all at once"),
            say("all open flows of a balancer's failed targets move at one time"),
            "D",
            say("ours; flows are said to move within minutes, and not in which order"),
        )

    def play(self, streams: Streams) -> RebalancingPlay:
        """Return one trial."""
        out = self.balancer.play(streams)
        play = RebalancingPlay(self, out)
        for balancer, numbers in self.turns.items():
            away = []
            for watch, seen in zip(self.balancer.watches, out.seen, strict=True):
                if any(member[0] == balancer for member in watch.members):
                    wait_us = microseconds(self.timing[MOVE].draw(streams.uniform(f"{MOVE}.{watch.vm}")))
                    away.extend(absences(seen, wait_us, out.by_hand_us))
            play.turns[balancer] = turned(away)
            play.changes.extend((time_us, numbers[moves]) for time_us, moves in play.turns[balancer])
        play.changes.sort()
        return play


def absences(seen: Seen, wait_us: int, by_hand_us: int | None) -> list[Away]:
    """Return when a member is out of rotation, and from when on its open flows may move.

    Args:
        wait_us: from the last failed check until they move.
        by_hand_us: when a person took the member out, in place of the checks.
    """
    if by_hand_us is not None:
        return [(by_hand_us, by_hand_us + wait_us, None)] if seen.out_us is not None else []
    found: list[Away] = []
    for place, turn in enumerate(seen.turns):
        if not turn.up:
            back = seen.turns[place + 1].at_us + seen.spread_us if place + 1 < len(seen.turns) else None
            found.append((turn.at_us, turn.at_us + wait_us, back))
    return found


def turned(away: Sequence[Away]) -> list[tuple[int, bool]]:
    """Return when open flows of a balancer move (True) and when they stay again (False), in order.

    Its flag is one for all members: it is set while somebody is away, and all who are have been for long
    enough.
    """
    times = sorted({time_us for one in away for time_us in one if time_us is not None})
    found: list[tuple[int, bool]] = []
    before = False
    for now in times:
        gone = [one for one in away if one[0] <= now and (one[2] is None or now < one[2])]
        moves = bool(gone) and all(one[1] <= now for one in gone)
        if moves is not before:
            found.append((now, moves))
        before = moves
    return found


class RebalancingPlay(PlainPlay):
    """One trial; see ``moments.Play``. Clocks and end are those of new flows.

    Attributes:
        turns: per balancer, see ``turned``.
    """

    def __init__(self, mechanism: Rebalancing, out: BalancerPlay) -> None:
        self.mechanism = mechanism
        self.out = out
        self.changes = list(out.changes)
        self.clocks = out.clocks
        self.completes = out.completes
        self.by_hand_us = out.by_hand_us
        self.turns: dict[str, list[tuple[int, bool]]] = {}

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        yield from self.out.story(fault_us)
        number = self.mechanism.timing[MOVE]
        for balancer, turns in self.turns.items():
            name = self.mechanism.scene.drawn.topology.load_balancers[balancer].name
            ref = f"load_balancers/{balancer}"
            for time_us, moves in turns:
                if not moves:
                    continue
                at = fault_us + time_us
                text = say("open flows of {name} move to targets in rotation", name=name)
                yield Note(at, "data", "point", text, ref, number.grade, number.source)
                outs = [turn.at_us for seen in self.out.seen for turn in seen.turns if not turn.up]
                begin = self.out.by_hand_us or max((one for one in outs if one <= time_us), default=0)
                yield Span(
                    "data", min(fault_us + begin, at), at, say("{name} rebalances open flows", name=name)
                )

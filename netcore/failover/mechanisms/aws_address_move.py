"""Mechanism A1: addresses move to the standby by calls of AWS.

An address is reassigned by one call, whoever holds it, and the answer is its end. A1:
``3.61 - U(0,1) + LN(1,0.4) + LN(1.2,0.5) + LN(0.5,0.5)``.

Source: reference on failover, sections 1.2 (A1), 2.2; facts L3, L6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netcore.failover import adverts
from netcore.failover.calls import AWS_CALLS, ByCalls, Write
from netcore.failover.mechanisms.address_move import caller_of
from netcore.failover.moments import EDGE, Programmed, Sets
from netcore.failover.overlay import AT_TARGET, Move, moving
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.reach import Reach
from netcore.failover.scene import Scene
from netcore.failover.senders import senders_to
from netcore.words import say

DESIGN = Design(
    "aws-address-move",
    "Addresses reassigned (AWS)",
    "A1",
    "The standby hears no advertisements and reassigns the addresses of the other to its own interfaces.",
)


def plan(scene: Scene) -> Plan:
    """Return the design that moves addresses.

    Raises:
        NotModelled: nothing that reaches the VM can be moved, or nobody can take it over.
    """
    return Plan(DESIGN, scene, _moved(scene))


def _moved(scene: Scene) -> ByCalls:
    numbers = AWS_CALLS
    need_provider(scene, "AWS")
    vm = failing_vm(scene)
    drawn, settings = moving(scene, vm)
    name = scene.name(drawn.standby)
    private = {move.address for move in drawn.moves if move.public_ip is None}
    senders = tuple(senders_to(scene.drawn, private, (vm, drawn.standby)))
    writes = tuple(_writes(scene, drawn.moves, settings, senders, name))
    repaired = scene.add(Sets(settings, AT_TARGET))
    silences, priority = scene.breakage.silences(vm), adverts.priority_of(scene.drawn, drawn.standby)
    names, deaf = (scene.name(vm), name), scene.breakage.silences(drawn.standby)
    heard = adverts.Adverts(drawn.standby, names, silences, scene.timing, priority, deaf=deaf)
    used = (numbers.auth, numbers.operation, numbers.programming, numbers.failure, "repair")
    reach = Reach(scene, caller_of(scene, drawn.standby))
    return ByCalls(scene, "A1", name, heard, writes, repaired, used, numbers, reach, standby=drawn.standby)


def _writes(
    scene: Scene,
    moves: Sequence[Move],
    settings: Sequence[int],
    senders: Sequence[str],
    target: str,
) -> Iterator[Write]:
    """Yield one write per NIC that takes private addresses, then one per public address."""
    groups: dict[str, list[int]] = {}
    for number, move in enumerate(moves):
        key = move.target.nic if move.public_ip is None else say("public {number}", number=number)
        groups.setdefault(key, []).append(number)
    for numbers in groups.values():
        first, places = moves[numbers[0]], tuple(settings[number] for number in numbers)
        public = any(moves[number].public_ip is not None for number in numbers)
        told = (EDGE,) if public else tuple(senders)
        what = ", ".join(str(moves[number].address) for number in numbers)
        call = "Associate" if public else "Reassign"
        change = scene.add(Sets(places, AT_TARGET, told))
        learn = tuple((sender, scene.add(Programmed(places, sender))) for sender in told)
        ref = f"public_ips/{first.public_ip}" if public else f"nics/{first.target.nic}"
        yield Write(
            say("{call} {what} to {target}", call=call, what=what, target=target),
            ref,
            change,
            learn,
            say("{what} is at {target}", what=what, target=target),
        )

"""Mechanism M1 (with M2): addresses are moved to the standby by orchestration calls.

Private addresses take two writes, for an address has one holder: removed from the failed NIC, then added
to the standby's (fact A20). The second waits until a poll has seen the first end. A public address is
re-associated by one further write. Recovery of new flows with two writes is
``det_ha + auth + obs(T1) + T2 + prog``; with three ``det_ha + auth + obs(T1) + obs(T2) + T3 + prog``.

Source: reference on failover, sections 1.1 (M1, M2), 2.1, 2.2, 2.4; facts A20, A21, D65, J20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netcore.failover import detection
from netcore.failover.calls import CONTROL_PLANE, POLLS, ByCalls, Write
from netcore.failover.detection import Hellos
from netcore.failover.moments import EDGE, Assumption, Leaves, Programmed, Sets
from netcore.failover.overlay import AT_SOURCE, AT_TARGET, NOWHERE, Move, overlay, setting_of
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.reach import Reach
from netcore.failover.scene import Scene
from netcore.failover.senders import senders_to
from netcore.failover.watches import Watch
from netcore.words import say

DESIGN = Design(
    "address-move",
    "Addresses moved by orchestration calls",
    "M1",
    "The standby notices missed hellos and asks the control plane to move the addresses of the failed "
    "appliance to its own NICs, one call after the other.",
)

USED = (
    *detection.USED,
    "auth",
    "operation",
    "operation.degraded",
    *CONTROL_PLANE,
    *POLLS,
    "programming",
    "failure.move",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: nothing that reaches the VM can be moved, or nobody can take it over.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    drawn = overlay(scene.drawn, vm)
    scene.redraw(drawn.base, drawn.notes)
    moving = {move.address for move in drawn.moves if move.public_ip is None}
    senders = tuple(senders_to(scene.drawn, moving, (vm, drawn.standby)))
    return Plan(DESIGN, scene, address_move(scene, vm, drawn.standby, drawn.moves, senders))


def address_move(
    scene: Scene,
    vm: str,
    standby: str,
    moves: Sequence[Move],
    senders: Sequence[str],
    mechanism: str = "M1",
    beside: Sequence[Watch] = (),
) -> ByCalls:
    """Return the mechanism.

    Args:
        vm: the VM that fails; ``standby`` takes over.
        moves: what moves; never empty.
        senders: whose hosts send to the private addresses: ``vms/ID`` or ``gateways/ID``.
    """
    names = (scene.name(vm), scene.name(standby))
    settings = [setting_of(scene, move) for move in moves]
    writes = tuple(_writes(scene, moves, settings, senders, names[1]))
    repaired = scene.add(Sets(tuple(settings), AT_TARGET))
    silent, deaf = scene.breakage.silences(vm), scene.breakage.silences(standby)
    hellos = Hellos(vm, standby, names, silent, scene.timing, deaf)
    reach = Reach(scene, caller_of(scene, standby))
    made = ByCalls(scene, mechanism, names[1], hellos, writes, repaired, USED, None, reach, beside, standby)
    scene.notes.append(
        Assumption(
            say("standby: addresses in the guest"),
            say("the guests of both appliances hold the moving addresses all the time"),
            None,
            say("fact A10: the platform does not hand them out"),
        )
    )
    return made


def caller_of(scene: Scene, standby: str) -> str:
    """Return the VM that calls the control plane: the drawing's failover agent, else the standby."""
    for key, vm in sorted(scene.drawn.topology.vms.items()):
        if vm.guest.failover_agent:
            return key
    return standby


def _writes(
    scene: Scene, moves: Sequence[Move], settings: Sequence[int], senders: Sequence[str], target: str
) -> Iterator[Write]:
    """Yield the writes in order: remove from failed NICs, add to the standby's, re-associate."""
    private = [number for number, move in enumerate(moves) if move.public_ip is None]
    public = [number for number, move in enumerate(moves) if move.public_ip is not None]

    def texts(numbers: Sequence[int]) -> str:
        return ", ".join(str(moves[number].address) for number in numbers)

    for nic, numbers in _by_nic(private, [move.source.nic for move in moves]):
        # A public address in front of a configuration goes when the configuration goes.
        gone = {moves[n].source for n in numbers}
        with_public = tuple(n for n in public if moves[n].source in gone)
        places = tuple(settings[n] for n in (*numbers, *with_public))
        change = scene.add(Leaves(places, AT_SOURCE, NOWHERE))
        yield Write(say("PUT {nic} without {texts}", nic=nic, texts=texts(numbers)), f"nics/{nic}", change)
    for nic, numbers in _by_nic(private, [move.target.nic for move in moves]):
        places = tuple(settings[n] for n in numbers)
        change = scene.add(Sets(places, AT_TARGET, tuple(senders)))
        learn = tuple((sender, scene.add(Programmed(places, sender))) for sender in senders)
        told = say("{texts} is at {target}", texts=texts(numbers), target=target)
        yield Write(
            say("PUT {nic} with {texts}", nic=nic, texts=texts(numbers)), f"nics/{nic}", change, learn, told
        )
    for number in public:
        move, places = moves[number], (settings[number],)
        change = scene.add(Sets(places, AT_TARGET, (EDGE,)))
        learn = ((EDGE, scene.add(Programmed(places, EDGE))),)
        text = say("PUT {nic} with public address {address}", nic=move.target.nic, address=move.address)
        told = say("public address {address} is at {target}", address=move.address, target=target)
        yield Write(text, f"public_ips/{move.public_ip}", change, learn, told)


def _by_nic(numbers: Sequence[int], nics: Sequence[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield NICs in the order of first use, each with its moves."""
    for nic in dict.fromkeys(nics[number] for number in numbers):
        yield nic, tuple(number for number in numbers if nics[number] == nic)

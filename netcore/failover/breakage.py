"""What a fault does by itself, before anybody reacts: changes over time, and whom it silences.

Times are microseconds since the fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netcore.document.faults import Break, Fault, FaultKind
from netcore.document.models import Scenario
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.failover.clock import SECOND_US
from netcore.failover.edits import edited
from netcore.failover.moments import Change, Dies, InstancesTurn, Revives, Sets, ZoneTurns
from netcore.failover.redraw import changed, probe_blocked, removed, replaced
from netcore.failover.standby import standby_of
from netcore.failover.standing import need_drawings
from netcore.words import say, say_many

if TYPE_CHECKING:
    from netcore.failover.scene import Scene

PAUSE_US = 5 * SECOND_US
"""How long a pause takes where the drawing does not say: a live migration (reference on failover, M12)."""

RESTART_US = 120 * SECOND_US
"""How long both appliances are away in a restart where the drawing does not say. Ours."""

Silence = tuple[int, int | None]
"""From and to; None is for good."""


def joined(silences: Iterable[Silence]) -> tuple[Silence, ...]:
    """Return silences without overlaps, in order."""
    made: list[Silence] = []
    for begin_us, end_us in sorted(silences, key=lambda pair: pair[0]):
        if not made:
            made.append((begin_us, end_us))
            continue
        first_us, last_us = made[-1]
        if last_us is None:
            break
        if begin_us <= last_us:
            made[-1] = (first_us, None if end_us is None else max(last_us, end_us))
        else:
            made.append((begin_us, end_us))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Gone:
    """An instance of a gateway that goes, and when it is there again; None is never."""

    gateway: str
    instance: int
    begin_us: int
    end_us: int | None
    planned: bool


@dataclass(frozen=True, slots=True)
class ByHand:
    """An operator moves an address to a NIC."""

    at_us: int
    address: Address
    nic: str


@dataclass(slots=True)
class Breakage:
    """A fault as changes of a scene.

    Args:
        timed: when each change comes, and its number in the catalogue; in order of time.
        text: what happens, for people, by time.
        silent: VM id -> when it answers nothing.
        told: VM and time of a stop before which it ends its BGP sessions.
        gone: gateway instances that go one by one, in order of time.
        moves: addresses that an operator moves, in order of time; when they arrive is drawn by lot.
    """

    timed: list[tuple[int, int]] = field(default_factory=list)
    text: list[tuple[int, str, str | None]] = field(default_factory=list)
    silent: dict[str, list[Silence]] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)
    gone: list[Gone] = field(default_factory=list)
    moves: list[ByHand] = field(default_factory=list)
    ends: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    """When silences of a given length end, and of which VMs."""
    zones: list[tuple[int, int, int | None]] = field(default_factory=list)
    """Zones that are lost: number, from, to."""
    regions: list[tuple[str, frozenset[str], int, int | None]] = field(default_factory=list)
    """Regions that are lost: name, VMs in it, from, to."""

    def silences(self, vm: str) -> tuple[Silence, ...]:
        """Return when a VM answers nothing, in order and without overlaps."""
        return joined(self.silent.get(vm, ()))

    @property
    def first_us(self) -> int | None:
        """When the first change comes; None where nothing changes."""
        return self.timed[0][0] if self.timed else None


def broken(scene: Scene, fault: Fault) -> Breakage:
    """Put what a fault does into a scene.

    Raises:
        NotModelled: the fault cannot be played in this drawing; the message says why.
    """
    made = Breakage()
    # In the order of time, for a mend ends only what has begun.
    _break(scene, made, fault, 0)
    for step in sorted(fault.then, key=lambda step: step.after_us):
        _break(scene, made, step, step.after_us)
    _end(scene, made)
    made.timed.sort()
    made.text.sort(key=lambda told: told[0])
    made.gone.sort(key=lambda gone: gone.begin_us)
    need_drawings(scene, fault, made.timed)
    return made


def vm_of(scenario: Scenario, fault: Break) -> str:
    """Return the VM of a fault.

    Raises:
        NotModelled: the fault names none, or one that is drawn as stopped.
    """
    if fault.vm is None or fault.vm not in scenario.topology.vms:
        raise NotModelled(
            say(
                "A fault of kind {value} names a VM of the drawing; this one does not.",
                value=fault.kind.value,
            )
        )
    return fault.vm


def _break(scene: Scene, made: Breakage, one: Break, at_us: int) -> None:
    kind, scenario = one.kind, scene.drawn
    if kind is FaultKind.NOTHING:
        made.text.append((at_us, say("nothing breaks"), None))
    elif kind in (FaultKind.CRASH, FaultKind.GRACEFUL_STOP):
        vm = vm_of(scenario, one)
        if kind is FaultKind.GRACEFUL_STOP:
            made.told.add((vm, at_us))
        text = (
            say("{name} ends its sessions and stops", name=scene.name(vm))
            if kind is FaultKind.GRACEFUL_STOP
            else say("{name} stops answering", name=scene.name(vm))
        )
        _silence(scene, made, [vm], at_us, one.lasts_us, text)
    elif kind is FaultKind.PAUSE:
        vm = vm_of(scenario, one)
        lasts_us = one.lasts_us if one.lasts_us is not None else PAUSE_US
        text = say("{name} is paused for {lasts_us:g} s", name=scene.name(vm), lasts_us=lasts_us / SECOND_US)
        _silence(scene, made, [vm], at_us, lasts_us, text)
    elif kind is FaultKind.PAIR_RESTARTS:
        vm = vm_of(scenario, one)
        pair = [vm, standby_of(scenario, vm)]
        lasts_us = one.lasts_us if one.lasts_us is not None else RESTART_US
        text = say("{one} and {other} both restart", one=scene.name(pair[0]), other=scene.name(pair[1]))
        _silence(scene, made, pair, at_us, lasts_us, text)
    elif kind is FaultKind.RESTORE:
        _restore(scene, made, vm_of(scenario, one), at_us)
    elif kind is FaultKind.MOVE_ADDRESS:
        _move(scene, made, one, at_us)
    elif kind is FaultKind.ZONE_LOST:
        _zone(scene, made, one, at_us)
    elif kind is FaultKind.REGION_LOST:
        _region(scene, made, one, at_us)
    elif kind in (FaultKind.GATEWAY_PLANNED, FaultKind.GATEWAY_UNPLANNED):
        _gateway(scene, made, one, at_us)
    else:
        _redrawn(scene, made, one, at_us)


def _silence(
    scene: Scene, made: Breakage, vms: list[str], at_us: int, lasts_us: int | None, text: str
) -> None:
    end_us = None if lasts_us is None else at_us + lasts_us
    _at(scene, made, at_us, Dies(frozenset(vms)))
    made.text.append((at_us, text, f"vms/{vms[0]}" if vms else None))
    if end_us is not None:
        made.ends.append((end_us, tuple(vms)))
    for vm in vms:
        made.silent.setdefault(vm, []).append((at_us, end_us))


def _end(scene: Scene, made: Breakage) -> None:
    """Let VMs run again when nothing silences them any more: other silences may last longer, or for good."""
    back: dict[int, list[str]] = {}
    for end_us, vms in made.ends:
        for vm in vms:
            over_us = _over_us(made.silences(vm), end_us)
            if over_us is not None and vm not in back.setdefault(over_us, []):
                back[over_us].append(vm)
    for over_us, those in sorted(back.items()):
        _at(scene, made, over_us, Revives(frozenset(those)))
        names = say(" and ").join(map(scene.name, those))
        text = say_many("{names} runs again", "{names} run again", len(those), names=names)
        made.text.append((over_us, text, None))


def _over_us(silences: Sequence[Silence], end_us: int) -> int | None:
    """Return when a silence is over that should end at a time; None: never, or somebody ended it before."""
    for begin_us, over_us in silences:
        if begin_us <= end_us and (over_us is None or end_us <= over_us):
            return over_us
    return None


def _restore(scene: Scene, made: Breakage, vm: str, at_us: int) -> None:
    zone = scene.drawn.topology.vms[vm].zone
    for lost, begin_us, end_us in made.zones:
        if lost == zone and begin_us <= at_us and (end_us is None or at_us < end_us):
            raise NotModelled(
                say("{name} cannot run again: its zone {zone} is lost.", name=scene.name(vm), zone=zone)
            )
    for region, vms, begin_us, end_us in made.regions:
        if vm in vms and begin_us <= at_us and (end_us is None or at_us < end_us):
            raise NotModelled(
                say(
                    "{name} cannot run again: its region {region} is lost.",
                    name=scene.name(vm),
                    region=region,
                )
            )
    _at(scene, made, at_us, Revives(frozenset({vm})))
    made.text.append((at_us, say("{name} runs again", name=scene.name(vm)), f"vms/{vm}"))
    made.silent[vm] = [
        (begin, at_us if begin <= at_us and (end is None or end > at_us) else end)
        for begin, end in made.silent.get(vm, ())
    ]


def _move(scene: Scene, made: Breakage, one: Break, at_us: int) -> None:
    topology = scene.drawn.topology
    nic = topology.nics.get(one.nic or "")
    if one.address is None or one.nic is None or nic is None or nic.vm is None:
        raise NotModelled(
            say("A step of kind move-address names an address and a NIC of a VM in the drawing.")
        )
    made.moves.append(ByHand(at_us, one.address, one.nic))
    text = say("an operator moves {address} to {name}", address=one.address, name=scene.name(nic.vm))
    made.text.append((at_us, text, f"nics/{one.nic}"))


def _zone(scene: Scene, made: Breakage, one: Break, at_us: int) -> None:
    if one.zone is None:
        raise NotModelled(say("A fault of kind zone-lost names a zone; this one does not."))
    vms = [key for key, vm in sorted(scene.drawn.topology.vms.items()) if vm.zone == one.zone]
    end_us = None if one.lasts_us is None else at_us + one.lasts_us
    _at(scene, made, at_us, ZoneTurns(one.zone, lost=True))
    made.text.append(
        (at_us, say("zone {zone} is lost, with {count} VMs", zone=one.zone, count=len(vms)), None)
    )
    if end_us is not None:
        _at(scene, made, end_us, ZoneTurns(one.zone, lost=False))
        made.text.append((end_us, say("zone {zone} is back", zone=one.zone), None))
    made.zones.append((one.zone, at_us, end_us))
    for vm in vms:
        made.silent.setdefault(vm, []).append((at_us, end_us))


def _region(scene: Scene, made: Breakage, one: Break, at_us: int) -> None:
    topology = scene.drawn.topology
    if one.region is None:
        raise NotModelled(say("A fault of kind region-lost names a region; this one does not."))
    vnets = {key for key, vnet in topology.vnets.items() if vnet.region == one.region}
    subnets = {key for key, subnet in topology.subnets.items() if subnet.vnet in vnets}
    vms = sorted({nic.vm for nic in topology.nics.values() if nic.vm is not None and nic.subnet in subnets})
    gateways = [key for key, gateway in sorted(topology.gateways.items()) if gateway.vnet in vnets]
    if not vms and not gateways:
        raise NotModelled(say("Nothing is drawn in region {region}.", region=one.region))
    end_us = None if one.lasts_us is None else at_us + one.lasts_us
    made.regions.append((one.region, frozenset(vms), at_us, end_us))
    _silence(
        scene,
        made,
        vms,
        at_us,
        one.lasts_us,
        say("region {region} is lost, with {count} VMs", region=one.region, count=len(vms)),
    )
    instances = frozenset((key, number) for key in gateways for number in range(2))
    if instances:
        _at(scene, made, at_us, InstancesTurn(instances, lost=True))
        if end_us is not None:
            _at(scene, made, end_us, InstancesTurn(instances, lost=False))


def _gateway(scene: Scene, made: Breakage, one: Break, at_us: int) -> None:
    gateway = scene.drawn.topology.gateways.get(one.gateway or "")
    if one.gateway is None or gateway is None:
        raise NotModelled(
            say("A fault of kind {value} names a gateway of the drawing.", value=one.kind.value)
        )
    instance = (one.gateway, one.instance)
    planned = one.kind is FaultKind.GATEWAY_PLANNED
    end_us = None if one.lasts_us is None else at_us + one.lasts_us
    made.gone.append(Gone(one.gateway, one.instance, at_us, end_us, planned))
    _at(scene, made, at_us, InstancesTurn(frozenset({instance}), lost=True))
    text = (
        say(
            "instance {instance} of {name} is taken for maintenance", instance=one.instance, name=gateway.name
        )
        if planned
        else say("instance {instance} of {name} dies", instance=one.instance, name=gateway.name)
    )
    made.text.append((at_us, text, f"gateways/{one.gateway}"))
    if end_us is not None:
        _at(scene, made, end_us, InstancesTurn(frozenset({instance}), lost=False))
        text = say("instance {instance} of {name} runs again", instance=one.instance, name=gateway.name)
        made.text.append((end_us, text, f"gateways/{one.gateway}"))


def _redrawn(scene: Scene, made: Breakage, one: Break, at_us: int) -> None:
    """Let the drawing itself change, and back where the fault lasts for a while."""
    drawings = scene.drawings
    number = scene.set(
        one.kind.value,
        lambda scenario: scenario,
        lambda scenario: drawings.edited(scenario, one, _edit),
    )
    # Played once at once, so that an edit that makes no drawing is refused before the run.
    drawings.edited(scene.drawn, one, _edit)
    _at(scene, made, at_us, Sets((number,), 1))
    made.text.append((at_us, _words(scene, one), f"vms/{one.vm}" if one.vm else one.link))
    if one.lasts_us is not None:
        _at(scene, made, at_us + one.lasts_us, Sets((number,), 0))
        made.text.append((at_us + one.lasts_us, say("mended: {words}", words=_words(scene, one)), None))


def _edit(scenario: Scenario, one: Break) -> Scenario:
    if one.kind is FaultKind.EDIT:
        return edited(scenario, one.edits)
    if one.kind is FaultKind.LINK_LOST:
        return _without_link(scenario, one.link or "")
    vm = vm_of(scenario, one)
    if one.kind is FaultKind.PROBE_BLOCKED:
        return probe_blocked(scenario, vm)
    guest = scenario.topology.vms[vm].guest
    if not guest.forwarding:
        raise NotModelled(
            say("{name} does not forward, so it cannot stop forwarding.", name=scenario.topology.vms[vm].name)
        )
    return replaced(scenario, "vms", vm, guest=changed(guest, forwarding=False))


def _without_link(scenario: Scenario, link: str) -> Scenario:
    """Return the scenario without a peering, its other half too, or with a connection down."""
    collection, _, key = link.partition("/")
    if collection not in ("peerings", "connections") or key not in getattr(scenario.topology, collection):
        raise NotModelled(
            say("A fault of kind link-lost names a peering or a connection; {link!r} is neither.", link=link)
        )
    if collection == "connections":
        return replaced(scenario, collection, key, up=False)
    lost = scenario.topology.peerings[key]
    halves = [
        other
        for other, half in scenario.topology.peerings.items()
        if {half.vnet, half.remote_vnet} == {lost.vnet, lost.remote_vnet}
    ]
    return removed(scenario, collection, *halves)


def _words(scene: Scene, one: Break) -> str:
    match one.kind:
        case FaultKind.FORWARDING_STOPS:
            return say(
                "{name} forwards no more, and still answers on its own ports", name=scene.name(one.vm or "")
            )
        case FaultKind.PROBE_BLOCKED:
            return say("a security rule denies the probes of {name}", name=scene.name(one.vm or ""))
        case FaultKind.LINK_LOST:
            return say("{link} is gone", link=one.link)
    places = ", ".join(edit.pointer for edit in one.edits)
    return say("the drawing changes at {places}", places=places)


def _at(scene: Scene, made: Breakage, time_us: int, change: Change) -> None:
    made.timed.append((time_us, scene.add(change)))

"""Mechanism A2: the interface that packets are sent to moves to the standby, with all it holds.

    3.61 - U(0,1) + hold 2 + LN(1,0.4) + LN(30,0.45)

The interface keeps its addresses, and routes that name it go on naming it; only its VM changes. Until it is
attached it stands dead at the one that failed. The primary interface of a VM cannot be detached.

Source: reference on failover, sections 1.2 (A2), 2.2; facts L3, L6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netcore.document.models import NIC, Scenario
from netcore.errors import NotModelled
from netcore.failover import adverts
from netcore.failover.calls import AWS_CALLS, ByCalls, Write
from netcore.failover.mechanisms.address_move import caller_of
from netcore.failover.moments import EDGE, Programmed, Sets
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.reach import Reach
from netcore.failover.redraw import changed, redrawn, replaced
from netcore.failover.scene import Scene
from netcore.failover.senders import senders_by, senders_to
from netcore.failover.standby import standby_of
from netcore.words import say

DESIGN = Design(
    "aws-interface-move",
    "Interface moved (AWS)",
    "A2",
    "The standby has the interface that packets are sent to detached from the other and attached to itself.",
)

PLUGGED = replace(AWS_CALLS, operation="aws.interface", programming="aws.plugged")

HOLD = "aws.hold"


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: packets are sent to no interface of the VM that can be detached, or nobody takes over.
    """
    need_provider(scene, "AWS")
    vm = failing_vm(scene)
    standby = standby_of(scene.drawn, vm)
    names = (scene.name(vm), scene.name(standby))
    nics = _movable(scene.drawn, vm)
    settings = {nic: _setting(scene, nic, vm, standby) for nic in nics}
    writes = [_write(scene, nic, settings[nic], (vm, standby), names[1]) for nic in nics]
    repaired = scene.add(Sets(tuple(settings.values()), 1))
    silent, deaf = scene.breakage.silences(vm), scene.breakage.silences(standby)
    priority = adverts.priority_of(scene.drawn, standby)
    heard = adverts.Adverts(standby, names, silent, scene.timing, priority, HOLD, deaf)
    used = (PLUGGED.auth, PLUGGED.operation, PLUGGED.programming, PLUGGED.failure, "repair")
    reach = Reach(scene, caller_of(scene, standby))
    made = ByCalls(scene, "A2", names[1], heard, writes, repaired, used, PLUGGED, reach, standby=standby)
    return Plan(DESIGN, scene, made)


def _movable(scenario: Scenario, vm: str) -> list[str]:
    """Return the interfaces of a VM that packets are sent to and that can be detached."""
    mine = {key: nic for key, nic in sorted(scenario.topology.nics.items()) if nic.vm == vm}
    wanted = [key for key, nic in mine.items() if _is_named(scenario, key, nic)]
    found = [key for key in wanted if not mine[key].primary]
    name = scenario.topology.vms[vm].name
    if not wanted:
        raise NotModelled(
            say("No route and no flow names an interface of {name}, or an address of one.", name=name)
        )
    if not found:
        nic = mine[wanted[0]].name
        raise NotModelled(
            say(
                "{nic} is the primary interface of {name} and cannot be detached: draw a second one that "
                "routes or flows lead to.",
                nic=nic,
                name=name,
            )
        )
    return found


def _is_named(scenario: Scenario, key: str, nic: NIC) -> bool:
    """Return whether a route or a flow names an interface, or an address of it."""
    held, named = _addresses(scenario, nic), {flow.destination for flow in scenario.traffic.values()}
    return bool(_tables(scenario, key, nic)) or bool({str(address) for address in held} & named)


def _addresses(scenario: Scenario, nic: NIC) -> set[object]:
    publics = (scenario.topology.public_ips.get(one.public_ip or "") for one in nic.configurations.values())
    private = {one.address for one in nic.configurations.values()}
    return {*private, *(public.address for public in publics if public is not None)}


def _tables(scenario: Scenario, key: str, nic: NIC) -> list[str]:
    """Return the route tables that lead to an interface."""
    held = {one.address for one in nic.configurations.values()}
    return [
        name
        for name, table in sorted(scenario.topology.route_tables.items())
        if any(one.target == f"nics/{key}" or one.next_hop_ip in held for one in table.routes.values())
    ]


def _setting(scene: Scene, nic: str, vm: str, standby: str) -> int:
    """Put the move of an interface into a scene as a setting with two values and return its number."""
    flag_lost = "flag-lost" in scene.fault.conditions
    return scene.set(
        say("interface {nic}", nic=nic),
        lambda scenario: scenario,
        lambda scenario: _attached(scenario, nic, vm, standby, flag_lost=flag_lost),
    )


def _attached(scenario: Scenario, nic: str, vm: str, standby: str, *, flag_lost: bool) -> Scenario:
    """Return the drawing in which an interface is at the standby, whose guest sets it up as the other did."""
    drawn, vms = scenario.topology.nics[nic], scenario.topology.vms
    made = replaced(scenario, "nics", nic, vm=standby, ip_forwarding=drawn.ip_forwarding and not flag_lost)
    interface = vms[vm].guest.interfaces.get(nic)
    if interface is None:
        return made
    guest = vms[standby].guest
    guest = changed(guest, interfaces={**guest.interfaces, nic: interface})
    return redrawn(made, vms={**vms, standby: changed(vms[standby], guest=guest)})


def _write(scene: Scene, nic: str, setting: int, pair: tuple[str, str], target: str) -> Write:
    told = tuple(_told(scene.drawn, nic, pair))
    change = scene.add(Sets((setting,), 1, told))
    learn = tuple((sender, scene.add(Programmed((setting,), sender))) for sender in told)
    name = scene.drawn.topology.nics[nic].name
    return Write(
        say("Attach {name} to {target}", name=name, target=target),
        f"nics/{nic}",
        change,
        learn,
        say("{name} is at {target}", name=name, target=target),
    )


def _told(scenario: Scenario, nic: str, pair: tuple[str, str]) -> Iterator[str]:
    """Yield whose hosts must learn where an interface is, sorted; the edge where it has a public address."""
    drawn = scenario.topology.nics[nic]
    private = {one.address for one in drawn.configurations.values()}
    found = set(senders_to(scenario, private, pair))
    for table in _tables(scenario, nic, drawn):
        found |= set(senders_by(scenario, table, pair))
    yield from sorted(found)
    if any(one.public_ip for one in drawn.configurations.values()):
        yield EDGE

"""The drawing in which addresses are moved: what the address-move design changes in a scenario.

Every address by which packets reach the failing appliance is found and given to one of its NICs as an IP
configuration that can be moved:

- frontends of internal balancers whose pool holds the appliance become secondary configurations of its
  pool NIC, and leave the balancer with their rules;
- frontends of public balancers become the public address of its pool NIC's configuration;
- addresses it already holds, where a route names them as next hop or a flow as destination, move as they
  are, with the public address in front of them.

The guests of both appliances are given the addresses, for the platform hands out no secondary ones
(fact A10), and IP forwarding is on at both NICs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netcore.document.balancers import Frontend, LoadBalancer
from netcore.document.guests import GuestInterface, PortForward
from netcore.document.models import (
    NIC,
    IPConfiguration,
    NextHopType,
    Scenario,
    Topology,
    VirtualMachine,
)
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.failover.moments import Assumption, Value
from netcore.failover.redraw import changed, redrawn, replaced
from netcore.failover.standby import standby_of
from netcore.words import say

if TYPE_CHECKING:
    from netcore.failover.scene import Scene


@dataclass(frozen=True, slots=True)
class Holder:
    """An IP configuration of a NIC."""

    nic: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Move:
    """An address that changes its holder.

    Args:
        public_ip: id of the public address object; None for a private address.
        drawn_at: what held it in the drawing, such as ``load_balancers/ilb/frontends/inside``.
    """

    address: Address
    source: Holder
    target: Holder
    public_ip: str | None
    drawn_at: str


AT_SOURCE, NOWHERE, AT_TARGET = 0, 1, 2
"""The values of the setting of a move: on the appliance that fails; removed from there and not yet added
elsewhere (fact A20); on the standby."""


def setting_of(scene: Scene, move: Move) -> int:
    """Put a move into a scene as a setting with three values, and return its number."""
    flag_lost = "flag-lost" in scene.fault.conditions
    number = scene.set(
        say("{address} held", address=move.address),
        lambda scenario: _held(scenario, move, move.source),
        Value(lambda scenario: scenario, frozenset({move.address})),
        lambda scenario: _held(scenario, move, move.target, flag_lost=flag_lost),
    )
    if move.public_ip is None:
        scene.holders[move.address] = (number, {move.source.nic: AT_SOURCE, move.target.nic: AT_TARGET})
    return number


def moving(scene: Scene, vm: str) -> tuple[Overlay, tuple[int, ...]]:
    """Let a scene begin with the addresses of a failing VM as ones that can move.

    Returns: the overlay, and the number of each move's setting.

    Raises:
        NotModelled: see ``overlay``.
    """
    drawn = overlay(scene.drawn, vm)
    scene.redraw(drawn.base, drawn.notes)
    return drawn, tuple(setting_of(scene, move) for move in drawn.moves)


def _held(scenario: Scenario, move: Move, holder: Holder, *, flag_lost: bool = False) -> Scenario:
    """Return the drawing in which a holder has the moving address.

    Args:
        flag_lost: the call that adds it writes the NIC without its IP forwarding.
    """
    nic = scenario.topology.nics[holder.nic]
    if move.public_ip is None:
        made = IPConfiguration(address=move.address)
    elif holder.configuration in nic.configurations:
        made = changed(nic.configurations[holder.configuration], public_ip=move.public_ip)
    else:
        return scenario
    configurations = {**nic.configurations, holder.configuration: made}
    forwarding = nic.ip_forwarding and not flag_lost
    return replaced(scenario, "nics", holder.nic, configurations=configurations, ip_forwarding=forwarding)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A drawing without the moving addresses: nobody holds them in it.

    Args:
        moves: private ones first.
        notes: what was changed or left out.
    """

    base: Scenario
    standby: str
    moves: tuple[Move, ...]
    notes: tuple[Assumption, ...]


@dataclass
class _Draft:
    """An overlay in the making."""

    scenario: Scenario
    vm: str
    standby: str
    nics: dict[str, NIC]
    balancers: dict[str, LoadBalancer]
    private: list[Move] = field(default_factory=list)
    public: list[Move] = field(default_factory=list)
    notes: list[Assumption] = field(default_factory=list)
    gone: dict[Address, Address] = field(default_factory=dict)
    """Public frontend address -> address its packets now arrive under."""


def overlay(scenario: Scenario, vm: str, *, private: bool = True) -> Overlay:
    """Return the drawing of the address-move design for one failing VM.

    Args:
        private: False lets public addresses alone move, and private ones stay as drawn.

    Raises:
        NotModelled: nothing that reaches the VM can be moved, or nobody can take it over.
    """
    topology = scenario.topology
    standby = standby_of(scenario, vm)
    draft = _Draft(scenario, vm, standby, dict(topology.nics), dict(topology.load_balancers))
    wanted = _wanted(scenario)
    for balancer_id, frontend_id, frontend, pool_id in list(_frontends_on(topology, vm, wanted)):
        if private or frontend.public_ip is not None:
            _move_frontend(draft, balancer_id, frontend_id, frontend, pool_id)
    _move_held(draft, wanted if private else set())
    moves = (*draft.private, *draft.public)
    if not moves:
        raise NotModelled(
            say(
                "No address by which packets reach {name} can be moved: no balancer frontend leads to "
                "it, and no route and no flow names an address of it.",
                name=topology.vms[vm].name,
            )
        )
    _open_nics(draft, moves)
    base = redrawn(
        scenario,
        nics=draft.nics,
        load_balancers=draft.balancers,
        vms={**topology.vms, **_guests(draft, moves)},
    )
    return Overlay(base, standby, moves, tuple(draft.notes))


def _wanted(scenario: Scenario) -> set[Address]:
    """Return the addresses that routes name as next hop or flows as destination."""
    found: set[Address] = set()
    for table in scenario.topology.route_tables.values():
        for route in table.routes.values():
            if route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE and route.next_hop_ip is not None:
                found.add(route.next_hop_ip)
    named = {flow.destination for flow in scenario.traffic.values()}
    topology = scenario.topology
    for key, manager in topology.traffic_managers.items():
        if f"traffic_managers/{key}" in named:
            named |= set(map(str, manager.endpoints))
    for nic in topology.nics.values():
        found |= {held.address for held in nic.configurations.values() if str(held.address) in named}
    found |= {public.address for public in topology.public_ips.values() if str(public.address) in named}
    return found


def _frontends_on(
    topology: Topology, vm: str, wanted: set[Address]
) -> Iterator[tuple[str, str, Frontend, str]]:
    """Yield balancer, frontend id, frontend and pool of the rules that lead to a VM; wanted ones first."""
    nics = {key for key, nic in topology.nics.items() if nic.vm == vm}
    found: dict[tuple[str, str], tuple[str, str, Frontend, str]] = {}
    for balancer_id, balancer in sorted(topology.load_balancers.items()):
        if balancer.sku == "gateway":
            # Packets come to it by a chain or an endpoint, never by its address (facts J21, L18).
            continue
        pools = {
            pool_id
            for pool_id, pool in balancer.pools.items()
            if any(member.nic in nics for member in pool.members.values())
        }
        for _, rule in sorted(balancer.rules.items()):
            frontend = balancer.frontends.get(rule.frontend)
            if rule.pool in pools and frontend is not None:
                place = (balancer_id, rule.frontend)
                found.setdefault(place, (balancer_id, rule.frontend, frontend, rule.pool))
    addresses = {place: _frontend_address(topology, entry[2]) for place, entry in found.items()}
    yield from (entry for place, entry in found.items() if addresses[place] in wanted)
    yield from (entry for place, entry in found.items() if addresses[place] not in wanted)


def _frontend_address(topology: Topology, frontend: Frontend) -> Address | None:
    if frontend.address is not None:
        return frontend.address
    public = topology.public_ips.get(frontend.public_ip or "")
    return public.address if public is not None else None


def _move_frontend(
    draft: _Draft, balancer_id: str, frontend_id: str, frontend: Frontend, pool_id: str
) -> None:
    """Take a frontend off its balancer and let its address move between the appliances."""
    topology = draft.scenario.topology
    balancer = topology.load_balancers[balancer_id]
    address = _frontend_address(topology, frontend)
    at = f"load_balancers/{balancer_id}/frontends/{frontend_id}"
    here, there = (_member(topology, balancer, pool_id, vm) for vm in (draft.vm, draft.standby))
    if address is None or here is None or there is None:
        name = topology.vms[draft.standby].name
        _left(
            draft,
            at,
            say(
                "{name} is not in pool {pool_id}, so the address stays on the balancer",
                name=name,
                pool_id=pool_id,
            ),
        )
        return
    if frontend.public_ip is None:
        if any(topology.nics[holder.nic].subnet != frontend.subnet for holder in (here, there)):
            _left(
                draft, at, say("a NIC holds addresses of its own subnet only (fact A11), so this one stays")
            )
            return
        key = f"moving-{balancer_id}-{frontend_id}"[:80]
        draft.private.append(Move(address, Holder(here.nic, key), Holder(there.nic, key), None, at))
    else:
        taken = {move.source for move in draft.public} | {move.target for move in draft.public}
        if {here, there} & taken or any(_has_public(draft.nics, holder) for holder in (here, there)):
            _left(draft, at, say("an IP configuration holds one public address, so this one stays"))
            return
        draft.public.append(Move(address, here, there, frontend.public_ip, at))
        arriving = draft.nics[here.nic].configurations[here.configuration].address
        draft.gone[address] = arriving
    draft.balancers[balancer_id] = _without_frontend(draft.balancers[balancer_id], frontend_id)
    _note(
        draft,
        say("{at}: redrawn", at=at),
        say(
            "{address} is an address of {nic} that moves to {there_nic}",
            address=address,
            nic=here.nic,
            there_nic=there.nic,
        ),
    )


def _move_held(draft: _Draft, wanted: set[Address]) -> None:
    """Let addresses move that the appliance holds in the drawing itself."""
    topology = draft.scenario.topology
    for nic_id, nic in sorted(topology.nics.items()):
        if nic.vm != draft.vm:
            continue
        for key, held in sorted(nic.configurations.items()):
            public = topology.public_ips.get(held.public_ip or "")
            at = f"nics/{nic_id}/configurations/{key}"
            if held.address not in wanted and public is None:
                continue
            target = _nic_in(topology, draft.standby, nic.subnet)
            if target is None:
                name = topology.vms[draft.standby].name
                _left(
                    draft,
                    at,
                    say(
                        "{name} has no NIC in subnet {subnet}, so the address stays",
                        name=name,
                        subnet=nic.subnet,
                    ),
                )
                continue
            here, there = Holder(nic_id, key), _primary(topology, target)
            if held.address in wanted:
                here, there = _free(draft, nic_id, key, held, target)
                draft.private.append(Move(held.address, here, there, None, at))
            if public is not None and held.public_ip is not None:
                if there.configuration in draft.nics[target].configurations and _has_public(
                    draft.nics, there
                ):
                    _left(
                        draft,
                        at,
                        say(
                            "{nic} has a public address already, so {address} stays",
                            nic=there.nic,
                            address=public.address,
                        ),
                    )
                    continue
                stripped = draft.nics[here.nic].configurations
                if here.configuration in stripped:
                    _put(draft, here, changed(stripped[here.configuration], public_ip=None))
                draft.public.append(Move(public.address, here, there, held.public_ip, at))


def _free(draft: _Draft, nic_id: str, key: str, held: IPConfiguration, target: str) -> tuple[Holder, Holder]:
    """Take a private address off its NIC so that it can be placed, and return its two holders."""
    nic = draft.nics[nic_id]
    rest = {other: value for other, value in nic.configurations.items() if other != key}
    source = Holder(nic_id, f"moving-{key}"[:80])
    if held.primary:
        address = _free_address(draft, nic.subnet, held.address.version)
        rest[key] = changed(held, address=address, public_ip=None)
        _note(
            draft,
            say("nics/{nic_id}: primary address", nic_id=nic_id),
            say(
                "{address} is redrawn as a secondary address, for a primary one cannot leave its NIC; "
                "{address_2} takes its place",
                address=held.address,
                address_2=address,
            ),
        )
    draft.nics[nic_id] = changed(nic, configurations=rest)
    return source, Holder(target, f"moving-{nic_id}-{key}"[:80])


def _free_address(draft: _Draft, subnet_id: str, version: int) -> Address:
    """Return the last address of a subnet that nobody holds."""
    topology = draft.scenario.topology
    taken = {held.address for nic in topology.nics.values() for held in nic.configurations.values()}
    taken |= {
        f.address for lb in topology.load_balancers.values() for f in lb.frontends.values() if f.address
    }
    for prefix in topology.subnets[subnet_id].prefixes:
        if prefix.version != version:
            continue
        # The first four and the last are the platform's (fact A1).
        for number in range(int(prefix.broadcast_address) - 1, int(prefix.network_address) + 3, -1):
            address = prefix.network_address + (number - int(prefix.network_address))
            if address not in taken:
                return address
    raise NotModelled(
        say("Subnet {subnet_id} has no free address for the appliance that fails.", subnet_id=subnet_id)
    )


def _open_nics(draft: _Draft, moves: Iterable[Move]) -> None:
    """Switch IP forwarding on where moving addresses can be, if the drawing's appliances forward."""
    if not draft.scenario.topology.vms[draft.vm].guest.forwarding:
        return
    for move in moves:
        for holder in (move.source, move.target):
            draft.nics[holder.nic] = changed(draft.nics[holder.nic], ip_forwarding=True)


def _guests(draft: _Draft, moves: Sequence[Move]) -> dict[str, VirtualMachine]:
    """Return both appliances with the moving addresses typed into their guests (fact A10)."""
    made: dict[str, VirtualMachine] = {}
    for vm, side in ((draft.vm, "source"), (draft.standby, "target")):
        machine = draft.scenario.topology.vms[vm]
        interfaces = dict(machine.guest.interfaces)
        for move in moves:
            if move.public_ip is not None:
                continue
            holder: Holder = getattr(move, side)
            drawn = interfaces.get(holder.nic, GuestInterface())
            if move.address not in drawn.added:
                interfaces[holder.nic] = changed(drawn, added=(*drawn.added, move.address))
        forwards = {
            key: _readdressed(entry, draft.gone) for key, entry in machine.guest.port_forwards.items()
        }
        guest = changed(machine.guest, interfaces=interfaces, port_forwards=forwards)
        made[vm] = changed(machine, guest=guest)
    return made


def _readdressed(entry: PortForward, gone: Mapping[Address, Address]) -> PortForward:
    """Let an entry for a public frontend match the own address its packets now arrive under."""
    return changed(entry, address=None) if entry.address in gone else entry


def _member(topology: Topology, balancer: LoadBalancer, pool_id: str, vm: str) -> Holder | None:
    for _, member in sorted(balancer.pools[pool_id].members.items()):
        nic = topology.nics.get(member.nic)
        if nic is not None and nic.vm == vm and member.configuration in nic.configurations:
            return Holder(member.nic, member.configuration)
    return None


def _nic_in(topology: Topology, vm: str, subnet: str) -> str | None:
    return next(
        (key for key, nic in sorted(topology.nics.items()) if nic.vm == vm and nic.subnet == subnet), None
    )


def _primary(topology: Topology, nic_id: str) -> Holder:
    configurations = topology.nics[nic_id].configurations
    primary = next((key for key, held in sorted(configurations.items()) if held.primary), None)
    return Holder(nic_id, primary if primary is not None else min(configurations, default="primary"))


def _has_public(nics: Mapping[str, NIC], holder: Holder) -> bool:
    held = nics[holder.nic].configurations.get(holder.configuration)
    return held is not None and held.public_ip is not None


def _without_frontend(balancer: LoadBalancer, frontend: str) -> LoadBalancer:
    return changed(
        balancer,
        frontends={key: value for key, value in balancer.frontends.items() if key != frontend},
        rules={key: rule for key, rule in balancer.rules.items() if rule.frontend != frontend},
        outbound_rules={
            key: rule for key, rule in balancer.outbound_rules.items() if rule.frontend != frontend
        },
    )


def _put(draft: _Draft, holder: Holder, configuration: IPConfiguration) -> None:
    nic = draft.nics[holder.nic]
    draft.nics[holder.nic] = changed(
        nic, configurations={**nic.configurations, holder.configuration: configuration}
    )


def _note(draft: _Draft, name: str, value: str) -> None:
    draft.notes.append(
        Assumption(name, value, None, say("the design, as an edit of the drawing; facts A10, A11, A20"))
    )


def _left(draft: _Draft, at: str, why: str) -> None:
    draft.notes.append(
        Assumption(say("{at}: not moved", at=at), why, None, say("the design, as an edit of the drawing"))
    )

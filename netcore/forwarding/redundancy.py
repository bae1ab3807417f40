"""Redundancy groups of guests: who thinks that it is master, and what the platform thinks of the address.

Members find each other by hellos only, and the hellos are walked like any packet. The master's guest holds
the shared address; the fabric delivers to whatever NIC the control plane gave it to, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Literal

from netcore.control.network import Network
from netcore.document.guests import RedundancyGroup
from netcore.document.values import Address
from netcore.forwarding.drawing import Drawing, drawing_of
from netcore.forwarding.machines import Machine, Port
from netcore.forwarding.run import loses
from netcore.forwarding.state import State
from netcore.trace.model import Trace
from netcore.trace.packet import UDP, Packet

Follow = Callable[[Network, Packet, State], Trace]
"""How a hello is sent: ``walk.follow``."""

Role = Literal["master", "backup", "down"]

VRRP = 112


@dataclass(frozen=True, slots=True)
class _Hello:
    """Where hellos of a kind go when no peers are named, and the UDP port they use inside UDP."""

    group4: Address
    group6: Address
    protocol: int
    port: int


_HELLOS: Mapping[str, _Hello] = MappingProxyType(
    {
        "vrrp": _Hello(ip_address("224.0.0.18"), ip_address("ff02::12"), VRRP, 694),
        "carp": _Hello(ip_address("224.0.0.18"), ip_address("ff02::12"), VRRP, 694),
        "hsrp": _Hello(ip_address("224.0.0.102"), ip_address("ff02::66"), UDP, 1985),
    }
)

HELLO_FLOWS = frozenset({(VRRP, 0), (UDP, 694), (UDP, 1985)})
"""Protocols and ports that a member of a group listens to, whatever else it serves."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A hello of a member: where it was sent, how it ended, and which member heard it."""

    destination: str
    verdict: str
    code: str | None
    sentence: str
    heard_by: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group; ``hears`` names the masters whose hellos reach it."""

    vm: str
    id: str
    nic: str
    priority: int
    role: Role
    hellos: tuple[Hello, ...]
    hears: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RedundancyView:
    """A redundancy group.

    Args:
        mac: virtual MAC that the members would use; the fabric ignores it (fact B6).
        members: highest priority first, then by VM.
        holder: path of what has the address in the control plane; None: nobody, so nobody reaches it (B7).
    """

    kind: str
    group: int
    address: str
    mac: str
    members: tuple[Member, ...]
    holder: str | None

    @property
    def masters(self) -> tuple[str, ...]:
        """Return the VMs that think they are master; more than one where hellos do not arrive."""
        return tuple(member.vm for member in self.members if member.role == "master")

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {**asdict(self), "masters": list(self.masters)}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member as drawn."""

    machine: Machine
    id: str
    drawn: RedundancyGroup
    port: Port

    @property
    def rank(self) -> tuple[int, int]:
        """Who wins: the higher priority, then the higher address."""
        own = self.port.source(self.drawn.address.version)
        return self.drawn.priority, 0 if own is None else int(own)


def groups(network: Network, follow: Follow, state: State | None = None) -> tuple[RedundancyView, ...]:
    """Return every redundancy group of a drawing at a moment, by kind, number and address.

    Members whose virtual networks no peering joins are not one group, whatever they are called.

    Source: facts B5, B6, B7; election as in RFC 9568 with preemption: the highest priority that is heard
    wins, and only masters send hellos.
    """
    drawing = drawing_of(network)
    quiet = _moment(state or State())
    if quiet.stale:
        return _groups(network, drawing, follow, quiet)
    key = (quiet.down_vms, quiet.in_transit, quiet.down_zones, quiet.down_instances, quiet.unhealthy)
    found: tuple[RedundancyView, ...] = drawing.memo(
        ("redundancy", *key), lambda: _groups(network, drawing, follow, quiet)
    )
    return found


def settled(network: Network, drawing: Drawing, follow: Follow, state: State) -> State:
    """Return the moment with the holders of shared addresses found out, where there are any."""
    if state.masters is not None or not drawing.shares_addresses:
        return state
    masters = frozenset(
        (vm, ip_address(group.address)) for group in groups(network, follow, state) for vm in group.masters
    )
    return replace(state, masters=masters)


def _moment(state: State) -> State:
    """Return the part of a moment that hellos depend on; while they are walked nobody is master."""
    return State(
        down_vms=state.down_vms,
        unhealthy=state.unhealthy,
        in_transit=state.in_transit,
        down_zones=state.down_zones,
        down_instances=state.down_instances,
        stale=state.stale,
        masters=frozenset(),
    )


def _groups(network: Network, drawing: Drawing, follow: Follow, state: State) -> tuple[RedundancyView, ...]:
    found: dict[tuple[str, str, int, Address], list[_Entry]] = {}
    for _, machine in sorted(drawing.machines.items()):
        for key, drawn in sorted(machine.guest.redundancy.items()):
            port = _port(machine, drawn)
            if port is not None:
                name = (_realm(drawing, port.vnet), drawn.kind, drawn.group, drawn.address)
                found.setdefault(name, []).append(_Entry(machine, key, drawn, port))
    ordered = sorted(found.items(), key=lambda item: (*item[0][:3], item[0][3].version, int(item[0][3])))
    return tuple(_group(network, follow, state, entries) for _, entries in ordered)


def _group(network: Network, follow: Follow, state: State, entries: list[_Entry]) -> RedundancyView:
    entries.sort(key=lambda entry: (-entry.rank[0], -entry.rank[1], entry.machine.id))
    ids = {entry.machine.id for entry in entries}
    hellos: dict[str, tuple[Hello, ...]] = {}
    masters: list[str] = []
    members: list[Member] = []
    for entry in entries:
        vm = entry.machine.id
        runs = entry.machine.runs and not loses(network, state, vm)
        hears = tuple(
            master for master in masters if any(hello.heard_by == vm for hello in hellos.get(master, ()))
        )
        role: Role = "down" if not runs else "backup" if hears else "master"
        sent = _hellos(network, follow, state, entry, ids) if role == "master" else ()
        hellos[vm] = sent
        if role == "master":
            masters.append(vm)
        members.append(Member(vm, entry.id, entry.port.id, entry.drawn.priority, role, sent, hears))
    first = entries[0]
    owner = network.owner(first.port.vnet, first.drawn.address)
    return RedundancyView(
        first.drawn.kind,
        first.drawn.group,
        str(first.drawn.address),
        _mac(first.drawn),
        tuple(members),
        None if owner is None else owner.ref,
    )


def _hellos(
    network: Network, follow: Follow, state: State, entry: _Entry, ids: set[str]
) -> tuple[Hello, ...]:
    """Return what becomes of each hello a member sends while it thinks it is master."""
    kind = _HELLOS[entry.drawn.kind]
    targets = entry.drawn.peers or (kind.group4 if entry.drawn.address.version == 4 else kind.group6,)
    protocol = kind.protocol
    if entry.drawn.peers and protocol != UDP:
        protocol = network.profile.unicast_hello_protocol
    sent = []
    for target in targets:
        packet = Packet(
            source=f"vms/{entry.machine.id}",
            destination=str(target),
            protocol=str(protocol),
            source_port=kind.port,
            destination_port=kind.port,
            ttl=255,
        )
        leg = follow(network, packet, state).forward
        at = leg.verdict.at or ""
        heard = at.removeprefix("vms/") if leg.verdict.code is None and at.startswith("vms/") else None
        sent.append(
            Hello(
                str(target),
                leg.verdict.outcome.value,
                leg.verdict.code,
                leg.verdict.sentence,
                heard if heard in ids and heard != entry.machine.id else None,
            )
        )
    return tuple(sent)


def _port(machine: Machine, drawn: RedundancyGroup) -> Port | None:
    """Return the NIC a group works on: as drawn, else that of the address's subnet, else the first."""
    if drawn.nic is not None:
        return next((port for port in machine.ports if port.id == drawn.nic), None)
    near = (port for port in machine.ports if any(drawn.address in prefix for prefix in port.on_link))
    return next(near, machine.ports[0] if machine.ports else None)


def _realm(drawing: Drawing, vnet: str) -> str:
    """Return one name for all virtual networks that peerings join, directly or not."""
    seen = {vnet}
    pending = [vnet]
    while pending:
        for other in drawing.linked(pending.pop()):
            if other not in seen:
                seen.add(other)
                pending.append(other)
    return min(seen)


def _mac(drawn: RedundancyGroup) -> str:
    if drawn.kind == "hsrp":
        return f"00:00:0c:9f:f{drawn.group >> 8:x}:{drawn.group & 255:02x}"
    family = 1 if drawn.address.version == 4 else 2
    return f"00:00:5e:00:{family:02x}:{drawn.group & 255:02x}"

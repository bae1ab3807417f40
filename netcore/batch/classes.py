"""VMs that behave alike: no route, rule or guest of the network tells one from another.

Two VMs of a class may be exchanged in any question about who reaches whom, so a class is asked once. A VM
that something names (a route, a pool, another guest), or whose guest has addresses of its own, stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from netcore.batch import layout as at
from netcore.batch.columns import told_apart
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.guests import unsaid
from netcore.batch.sheets import Table
from netcore.control.network import Network
from netcore.document.part import Part
from netcore.document.values import Network as Prefix
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Machine
from netcore.words import say

_SAME = "same routes, same rules, same guest"


@dataclass(frozen=True)
class Class:
    """VMs that behave alike; ``why`` says so, or what makes a single one stand alone."""

    vms: tuple[str, ...]
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"vms": list(self.vms), "count": len(self.vms), "why": self.why}


@dataclass(frozen=True)
class Classes:
    """All VMs of a network in classes.

    Args:
        classes: by their first VM in the order of ids.
        of: int32, class of each VM in the order of ids.
    """

    classes: tuple[Class, ...]
    of: Table

    @property
    def sizes(self) -> Table:
        """Return how many VMs each class has, int64."""
        return np.array([len(each.vms) for each in self.classes], np.int64)


def classes_of(compiled: Compiled) -> Classes:
    """Return the classes of the VMs of a network."""
    network = compiled.network
    drawing = drawing_of(network)
    known = named(network)
    columns = _columns(compiled)
    prefixes = sorted(set[Prefix]().union(*map(prefixes_of, drawing.machines.values())), key=str)
    topology = network.scenario.topology
    found: dict[tuple[object, ...], list[str]] = {}
    why: dict[str, str] = {}
    for vm in compiled.guests.ids:
        machine = drawing.machines[vm]
        alone = _alone(machine, known)
        if alone:
            why[vm] = alone
            found[("alone", vm)] = [vm]
            continue
        port = machine.ports[0]
        key = (
            port.subnet,
            topology.nics[port.id].security_group,
            port.ip_forwarding,
            machine.runs,
            topology.vms[vm].zone,
            "" if machine.plain else machine.guest.model_dump_json(),
            columns[port.id],
            tuple([address in prefix for address in port.held for prefix in prefixes]) if prefixes else (),
        )
        found.setdefault(key, []).append(vm)
    return _made(network, compiled.guests.ids, sorted(found.values()), why)


def _made(network: Network, ids: tuple[str, ...], groups: list[list[str]], why: dict[str, str]) -> Classes:
    number = {vm: index for index, vm in enumerate(ids)}
    of = np.zeros(len(ids), np.int32)
    sizes = [len(vms) for vms in groups]
    of[[number[vm] for vms in groups for vm in vms]] = np.repeat(np.arange(len(groups)), sizes)
    machines = drawing_of(network).machines
    texts: dict[tuple[str, int], str] = {}
    classes = []
    for vms in groups:
        text = why.get(vms[0])
        if text is None:
            key = machines[vms[0]].ports[0].subnet, len(vms)
            text = texts.get(key)
            if text is None:
                text = texts[key] = _text(network, *key)
        classes.append(Class(tuple(vms), text))
    return Classes(tuple(classes), of)


def _text(network: Network, subnet_id: str, count: int) -> str:
    """Return why VMs of a subnet are a class."""
    subnet = network.scenario.topology.subnets[subnet_id].name
    if count == 1:
        return say("No other VM of subnet {subnet} has the {same}.", subnet=subnet, same=say(_SAME))
    return say(
        "These {count} VMs of subnet {subnet} behave alike: {same}.",
        count=count,
        subnet=subnet,
        same=say(_SAME),
    )


def _alone(machine: Machine, named: dict[object, str]) -> str:
    """Return why a VM stands alone; empty where it may have others like it."""
    if len(machine.ports) != 1:
        return (
            say("It has {count} NICs.", count=len(machine.ports)) if machine.ports else say("It has no NIC.")
        )
    port = machine.ports[0]
    names = f"vms/{machine.id}", f"nics/{port.id}", *port.held
    if not named.keys().isdisjoint(names):
        first = next(name for name in names if name in named)
        return say("{named} names it.", named=named[first])
    if machine.plain and port.guest_mac == port.mac:
        return ""
    guest = machine.guest
    if any((guest.loopback, guest.interfaces, guest.tunnels, guest.redundancy, guest.bgp)):
        return say("Its guest has addresses or neighbours of its own.")
    if guest.session_sync or guest.policy_routing or port.guest_mac != port.mac:
        return say("Its guest shares sessions or sends by rules of its own.")
    return ""


def _columns(compiled: Compiled) -> dict[str, tuple[int, ...]]:
    """Return what the tables say of the addresses of each NIC, as numbers: equal numbers, equal columns.

    Numbers of two subnets are not to be compared.
    """
    counts = np.maximum(compiled.nics[:, at.NIC_HELDS], 0)
    ends = np.cumsum(counts)
    places = np.arange(ends[-1]) + np.repeat(compiled.nics[:, at.NIC_HELD] - (ends - counts), counts)
    atoms = compiled.held[places].astype(np.int64)
    subnets = np.repeat(compiled.nics[:, at.NIC_SUBNET], counts)
    order = np.lexsort((atoms, subnets))
    atoms, subnets = atoms[order], subnets[order]
    starts = np.searchsorted(subnets, np.arange(subnets.max(initial=-1) + 2))
    six = atoms >= compiled.atoms.count4
    kinds = distinct([subnets, compiled.flags[atoms], compiled.spaces[atoms], six])[1]
    for table in (compiled.routes.paged, compiled.rules.sources, compiled.rules.destinations):
        kinds = told_apart(table, atoms, starts, kinds)
    by_place = np.empty_like(kinds)
    by_place[order] = kinds
    found, each = by_place.tolist(), zip(compiled.nic_ids, ends.tolist(), counts.tolist(), strict=False)
    return {nic: tuple(found[end - count : end]) for nic, end, count in each}


def prefixes_of(machine: Machine) -> set[Prefix]:
    """Return the ranges of addresses that a guest tells apart."""
    found = set() if machine.usual else {path.prefix for path in machine.paths}
    for rules in machine.firewall.values():
        found |= {side for rule in rules for side in (rule.source, rule.destination) if side is not None}
    return found


def named(network: Network) -> dict[object, str]:
    """Return the VMs, NICs and addresses that something names, and what names them; found once."""
    found: dict[object, str] = drawing_of(network).memo(("named",), lambda: _named(network))
    return found


def named_by(machine: Machine) -> Iterator[object]:
    """Yield what a guest may name: every text and address that was said of it."""
    if not machine.plain:
        yield from _values(machine.guest)


def _named(network: Network) -> dict[object, str]:
    topology = network.scenario.topology
    found: dict[object, str] = {}
    for table in topology.route_tables.values():
        what = say("A route of table {name}", name=table.name)
        _name(found, what, {route.next_hop_ip for route in table.routes.values()})
        _name(found, what, {route.target for route in table.routes.values()})
    for collection in _COLLECTIONS:
        for thing in getattr(topology, collection).values():
            said = getattr(thing, "name", "")
            for value in _values(thing):
                _name(found, f"{_WORDS.get(collection, collection)} {said}".strip(), (value, f"nics/{value}"))
    for machine in drawing_of(network).machines.values():
        if unsaid(machine):
            continue
        for value in named_by(machine):
            _name(found, say("The guest of {name}", name=machine.name), (value,))
    for key, nic in topology.nics.items() if topology.public_ips else ():
        if any(configuration.public_ip for configuration in nic.configurations.values()):
            _name(found, say("A public address"), (f"nics/{key}",))
    return found


_COLLECTIONS = (
    "load_balancers",
    "nat_gateways",
    "gateways",
    "connections",
    "sites",
    "route_servers",
    "transit_gateways",
    "private_endpoints",
    "traffic_managers",
)
_WORDS = {"load_balancers": "Balancer", "route_servers": "Route server", "gateways": "Gateway"}


def _name(found: dict[object, str], what: str, values: Iterable[object]) -> None:
    for value in values:
        if value is not None:
            found.setdefault(value, what)


def _values(thing: object) -> Iterator[object]:
    """Yield every text and address inside a part of the document."""
    if isinstance(thing, Part):
        for name in type(thing).model_fields:
            yield from _values(getattr(thing, name))
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _values(value)
    elif isinstance(thing, (tuple, list, set, frozenset)):
        for value in thing:
            yield from _values(value)
    elif thing is not None and not isinstance(thing, (int, float, bool)):
        yield thing

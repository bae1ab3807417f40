"""Who reaches whom and with which headers: sets instead of single packets, and proofs instead of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from netcore.batch.cells import INTERNET, Cells, Way, cells
from netcore.batch.classes import Classes, classes_of
from netcore.batch.compile import Compiled
from netcore.batch.portsets import HEADERS, HEADERS_OF, PORTED, Five, PortSet, box
from netcore.batch.senders import internet_sources
from netcore.control.network import Network
from netcore.document.values import Address, parse_address
from netcore.errors import NotFound
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.edge import is_private
from netcore.trace.model import Outcome
from netcore.trace.packet import Packet, protocol_number
from netcore.words import say


@dataclass(frozen=True)
class Reach:
    """The headers from one sender to one address.

    Args:
        source: ``vms/ID``, ``hosts/ID``, or ``internet``.
        to: path of what was asked for, such as ``vms/ID``, or the address as text.
        cells: the answer in detail.
    """

    source: str
    to: str
    cells: Cells

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        found = self.cells
        sender = found.source_address
        return {
            "source": self.source,
            "source_address": None if sender is None else str(sender),
            "to": self.to,
            "destination": str(found.destination),
            "connects": found.must_connect.as_dict(),
            "may_connect": found.may_connect.as_dict(),
            "arrives": found.may_arrive.as_dict(),
            "one_way": found.one_way.as_dict(),
            "loops": found.looping.as_dict(),
            "unknown": found.unknown.as_dict(),
            "ends": [
                {
                    "outcome": fate.outcome.value,
                    "code": fate.code,
                    "at": fate.at,
                    "headers": headers.as_dict(),
                }
                for fate, headers in found.by_end().items()
            ],
            "not_modelled": sorted({cell.not_modelled for cell in found.cells if cell.not_modelled}),
        }


@dataclass(frozen=True)
class Proof:
    """Whether something never happens.

    Args:
        holds: True: no header of the question gets there. False: ``counterexample`` does. None: nobody knows,
            ``unknown`` says why.
        counterexample: the smallest header, of the first pair in the order of ids that has one.
        by_choice: what must be chosen per flow for it to arrive; empty where nothing is to choose.
        asked: pairs of sender and address that were looked at; those that behave alike count once.
    """

    holds: bool | None
    counterexample: Packet | None
    by_choice: str
    unknown: tuple[str, ...]
    asked: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        packet = self.counterexample
        return {
            "holds": self.holds,
            "counterexample": None if packet is None else packet.model_dump(mode="json"),
            "by_choice": self.by_choice,
            "unknown": list(self.unknown),
            "asked": self.asked,
        }


def reach(
    compiled: Compiled, source: str, destination: str, headers: PortSet | None = None
) -> tuple[Reach, ...]:
    """Return the headers by which a sender reaches each address of a destination.

    Args:
        source: ``vms/ID``, ``hosts/ID``, or ``internet``: then one answer per kind of sender outside.
        destination: ``vms/ID``, ``hosts/ID``, ``subnets/ID``, ``vnets/ID``, or an address.
        headers: which to ask about; None: all.

    Raises:
        NotFound: no such thing in the document.
    """
    network = compiled.network
    found = []
    for to, address in addresses_of(network, destination, outside=source == INTERNET):
        for sender, sent_from in _senders(compiled, source, address.version):
            if sender == to:
                continue
            found.append(Reach(sender, to, cells(network, sender, address, headers, sent_from)))
    return tuple(found)


def never(
    compiled: Compiled,
    source: str,
    destination: str,
    headers: PortSet | None = None,
    between: Callable[[int], None] | None = None,
) -> Proof:
    """Return whether no header of a set gets from any of the senders to a destination.

    A request that arrives is enough to break it, answered or not. A VM is reached under its own addresses and
    through whatever rewrites destinations: public addresses, frontends, port forwards of guests.

    Args:
        source: as ``reach`` takes, and ``subnets/ID``, ``vnets/ID``, ``*`` for all VMs.
        destination: as ``reach`` takes, and ``*`` for all VMs.
        between: called after each pair with the number of its cells; what it raises ends the search.

    Raises:
        NotFound: as ``reach``.
    """
    asked, unknown = 0, set[str]()
    for proof in by_pair(compiled, source, destination, headers, between):
        asked += 1
        if proof.holds is False:
            return replace(proof, asked=asked)
        unknown |= set(proof.unknown)
    return Proof(None if unknown else True, None, "", tuple(sorted(unknown)), asked)


def by_pair(
    compiled: Compiled,
    source: str,
    destination: str,
    headers: PortSet | None = None,
    between: Callable[[int], None] | None = None,
) -> Iterator[Proof]:
    """Yield the proof of ``never`` for each pair of a sender and an address by itself; as ``never`` else."""
    vms = vms_of(compiled.network, destination)
    targets = None if vms is None else frozenset(f"vms/{vm}" for vm in vms)
    for sender, sent_from, address in _pairs(compiled, source, destination):
        found = cells(compiled.network, sender, address, headers, sent_from)
        if between is not None:
            between(len(found.cells))
        broken = _counterexample(found, targets)
        if broken is not None:
            five, label = broken
            yield Proof(False, _packet(compiled, sender, sent_from, address, five), label, (), 1)
            continue
        unknown = tuple(sorted(_unknown(found)))
        yield Proof(None if unknown else True, None, "", unknown, 1)


def _packet(compiled: Compiled, sender: str, sent_from: Address | None, to: Address, five: Five) -> Packet:
    return Packet(
        source=sender if sender != INTERNET else _outside(compiled),
        destination=str(to),
        protocol=str(five.protocol),
        source_port=five.source_port,
        destination_port=five.destination_port,
        source_address=sent_from,
    )


def _unknown(found: Cells) -> set[str]:
    """Return why nobody knows what becomes of some headers."""
    who = say("from {source} to {destination}", source=found.source, destination=found.destination)
    unknown = {cell.not_modelled for cell in found.cells if cell.not_modelled}
    if any(cell.but_equal_ports for cell in found.cells):
        unknown.add(
            say("Headers with two equal ports {who} turn back and are taken for their own answers.", who=who)
        )
    if any(way.forward.outcome is Outcome.NOT_MODELLED for cell in found.cells for way in cell.ways):
        unknown.add(say("What becomes of some headers {who} is not modelled.", who=who))
    return unknown


def one_way(compiled: Compiled) -> Iterator[Reach]:
    """Yield the pairs of VMs where a request arrives and its answer does not come back, one per class."""
    yield from (found for found in everything(compiled) if found.cells.one_way)


def loops(compiled: Compiled) -> Iterator[Reach]:
    """Yield the pairs of VMs between which headers run in a circle, one pair per class."""
    yield from (found for found in everything(compiled) if found.cells.looping)


def everything(compiled: Compiled, classes: Classes | None = None) -> Iterator[Reach]:
    """Yield all headers between all VMs: one pair stands for all pairs of its two classes."""
    classes = classes or classes_of(compiled)
    network = compiled.network
    for one in classes.classes:
        for other in classes.classes:
            sender = one.vms[0]
            if one is other and len(one.vms) < 2:
                continue
            to = other.vms[1] if one is other else other.vms[0]
            for path, address in addresses_of(network, f"vms/{to}", outside=False):
                yield Reach(f"vms/{sender}", path, cells(network, f"vms/{sender}", address))


def addresses_of(network: Network, text: str, *, outside: bool) -> tuple[tuple[str, Address], ...]:
    """Return the addresses a destination means, each with the path of what has it.

    Args:
        outside: the sender is outside: a VM means its public addresses.

    Raises:
        NotFound: no such thing.
    """
    topology = network.scenario.topology
    drawing = drawing_of(network)
    kind, _, key = text.partition("/")
    if kind == "hosts" and key in topology.hosts:
        return ((text, topology.hosts[key].address),)
    vms = vms_of(network, text)
    if vms is None:
        try:
            return ((text, parse_address(text)),)
        except ValueError:
            raise NotFound(
                say("{text} is no VM, host, subnet, virtual network or address.", text=text)
            ) from None
    found = []
    for vm in vms:
        for port in drawing.machines[vm].ports:
            for configuration in topology.nics[port.id].configurations.values():
                public = topology.public_ips.get(configuration.public_ip or "")
                if not outside:
                    found.append((f"vms/{vm}", configuration.address))
                elif public is not None:
                    found.append((f"vms/{vm}", public.address))
    return tuple(found)


def vms_of(network: Network, text: str) -> tuple[str, ...] | None:
    """Return the VMs a text means: ``vms/ID``, ``subnets/ID``, ``vnets/ID``, ``*``; None: it means none."""
    topology = network.scenario.topology
    machines = drawing_of(network).machines
    kind, _, key = text.partition("/")
    if text == "*":
        return tuple(sorted(machines))
    if kind == "vms" and key in machines:
        return (key,)
    if kind == "subnets" and key in topology.subnets:
        return tuple(vm for vm, one in sorted(machines.items()) if key in {port.subnet for port in one.ports})
    if kind == "vnets" and key in topology.vnets:
        return tuple(vm for vm, one in sorted(machines.items()) if key in {port.vnet for port in one.ports})
    return None


def _senders(compiled: Compiled, source: str, version: int) -> Iterator[tuple[str, Address | None]]:
    if source == INTERNET:
        for each in internet_sources(compiled, version):
            yield each.sender, each.example
        return
    if source.startswith("hosts/"):
        yield source, None
        return
    vms = vms_of(compiled.network, source)
    if vms is None:
        raise NotFound(
            say(
                "{source} is no VM, host, subnet, virtual network or {internet}.",
                source=source,
                internet=INTERNET,
            )
        )
    for vm in vms:
        yield f"vms/{vm}", None


def _pairs(
    compiled: Compiled, source: str, destination: str
) -> Iterator[tuple[str, Address | None, Address]]:
    """Yield sender and address of all pairs; of those that behave alike only the first."""
    network = compiled.network
    classes = classes_of(compiled)
    machines = drawing_of(network).machines
    of = {f"vms/{vm}": int(number) for vm, number in zip(sorted(machines), classes.of.tolist(), strict=True)}
    place = {
        address: number
        for machine in machines.values()
        for port in machine.ports
        for number, address in enumerate(port.held)
    }
    asked = list(addresses_of(network, destination, outside=False))
    if vms_of(network, destination) is not None:
        asked += [("", address) for address in doors(network)]
    seen: set[tuple[object, ...]] = set()
    for to, address in asked:
        for sender, sent_from in _senders(compiled, source, address.version):
            if sender == to or (source == INTERNET and is_private(address)):
                continue
            key: tuple[object, ...] = (of.get(sender, sender), sent_from, address)
            if sender in of and to in of:
                key = (of[sender], of[to], place[address])
            if key not in seen:
                seen.add(key)
                yield sender, sent_from, address


def doors(network: Network) -> tuple[Address, ...]:
    """Return the addresses under which something else is reached: rewrites of destinations begin there."""
    topology = network.scenario.topology
    found = {public.address for public in topology.public_ips.values()}
    for balancer in topology.load_balancers.values():
        found |= {front.address for front in balancer.frontends.values() if front.address is not None}
    for machine in drawing_of(network).machines.values():
        for entry in machine.guest.port_forwards.values():
            found |= {entry.address} if entry.address is not None else machine.own
    return tuple(sorted(found, key=lambda address: (address.version, int(address))))


def _counterexample(found: Cells, targets: frozenset[str] | None) -> tuple[Five, str] | None:
    """Return the smallest header that may arrive at a target, and what must be chosen for that."""

    def there(way: Way) -> bool:
        return way.arrived and (targets is None or way.forward.at in targets)

    first = found.those(there).first()
    for cell in found.cells if first is not None else ():
        if first is not None and first in cell.headers:
            return first, next(way for way in cell.ways if there(way)).label
    return None


def _outside(compiled: Compiled) -> str:
    """Return a host on the Internet, whose name a packet can bear."""
    hosts = compiled.network.scenario.topology.hosts
    for key, host in sorted(hosts.items()):
        if host.gateway is None and host.site is None:
            return f"hosts/{key}"
    return "hosts/internet"


def headers_named(protocol: str | None, ports: str | None, version: int | None = None) -> PortSet:
    """Return the headers that people name by protocol and destination ports, such as ``tcp`` and ``80,443``.

    Raises:
        ValueError: no such protocol, or no ports.
    """
    every = HEADERS if version is None else HEADERS_OF[version]
    if protocol is None and ports is None:
        return every
    protocols = PORTED if protocol is None else {protocol_number(protocol)}
    if ports is None:
        return every & box(protocols)
    runs = []
    for text in ports.split(","):
        first, _, last = text.partition("-")
        runs.append((int(first), int(last or first)))
    return every & box(protocols, None, tuple(runs))

"""The designs that can race, and what each makes of a drawing and a failing VM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from netcore.control.network import Network
from netcore.document.models import Power, Scenario, Subnet
from netcore.errors import NotFound, NotModelled
from netcore.failover.address_move import AddressMove
from netcore.failover.balancer import BalancerFailover, watched_members
from netcore.failover.moments import Assumption, Change, Moment, Play, Where
from netcore.failover.overlay import Overlay, overlay
from netcore.failover.streams import Streams
from netcore.forwarding.state import State
from netcore.profiles.timing import TimingProfile


@dataclass(frozen=True, slots=True)
class Design:
    """A way to survive the loss of a VM.

    Args:
        id: key, such as ``balancer``.
        mechanism: row of the reference on failover, such as ``M4``.
        description: one or two sentences for people.
    """

    id: str
    title: str
    mechanism: str
    description: str


ADDRESS_MOVE = Design(
    "address-move",
    "Addresses moved by orchestration calls",
    "M1",
    "The standby notices missed hellos and asks the control plane to move the addresses of the failed "
    "appliance to its own NICs, one call after the other.",
)
BALANCER = Design(
    "balancer",
    "Balancer with probes",
    "M4",
    "Both appliances stand behind a balancer. Its probes notice the failed one, and new flows avoid it.",
)
DESIGNS = (ADDRESS_MOVE, BALANCER)
"""In the order of display."""


class Mechanism(Protocol):
    """What a design does once the VM is dead."""

    @property
    def catalogue(self) -> list[Change]:
        """Every change that can come, by number."""
        ...

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements it rests on."""
        ...

    def play(self, streams: Streams) -> Play:
        """Return one trial."""
        ...


class Plan:
    """One design for one drawing and one failing VM: the mechanism, and the network at each moment.

    Args:
        drawn: drawing to redraw per place of its addresses; None where the drawing stays as it is.
    """

    def __init__(
        self, design: Design, scenario: Scenario, mechanism: Mechanism, drawn: Overlay | None
    ) -> None:
        self.design = design
        self.scenario = scenario
        self.mechanism = mechanism
        self.start = Moment(where=(Where.SOURCE,) * len(drawn.moves) if drawn is not None else ())
        self._drawn = drawn
        self._networks: dict[tuple[Where, ...], Network] = {}

    def assumptions(self) -> Iterator[Assumption]:
        """Yield what the run rests on: the edits of the drawing first."""
        if self._drawn is not None:
            yield from self._drawn.notes
        yield from self.mechanism.assumptions()

    def network(self, where: tuple[Where, ...]) -> Network:
        """Return the compiled network with the moving addresses in these places; kept."""
        found = self._networks.get(where)
        if found is None:
            scenario = self.scenario if self._drawn is None else self._drawn.placed(where)
            found = self._networks[where] = Network(scenario)
        return found

    def state(self, moment: Moment, where: tuple[Where, ...]) -> State:
        """Return the moment as forwarding knows it."""
        moves = self._drawn.moves if self._drawn is not None else ()
        nowhere = {move.address for move, place in zip(moves, where, strict=True) if place is Where.NOWHERE}
        return State(down_vms=moment.down, unhealthy=moment.unhealthy, in_transit=frozenset(nowhere))


def plan(scenario: Scenario, design: Design, vm: str, timing: TimingProfile) -> Plan:
    """Return a design for the loss of one VM.

    Raises:
        NotFound: there is no such design, or the drawing has no such VM.
        NotModelled: the design cannot be played here; the message says why.
    """
    topology = scenario.topology
    if vm not in topology.vms:
        raise NotFound(f"The document has no VM {vm}.")
    if topology.vms[vm].power is not Power.RUNNING:
        raise NotModelled(f"{topology.vms[vm].name} is drawn as stopped, so it cannot fail.")
    if not scenario.traffic:
        raise NotModelled("The scenario draws no traffic, so nothing shows what a failure does.")
    for flow in scenario.traffic.values():
        if not flow.source.startswith(("vms/", "hosts/")):
            raise NotModelled(f"Flow {flow.name} starts at {flow.source}; an address alone sends nothing.")
    if design.id == ADDRESS_MOVE.id:
        return _address_move(scenario, vm, timing)
    if design.id == BALANCER.id:
        return _balancer(scenario, vm, timing)
    raise NotFound(f"There is no design {design.id}.")


def playable(scenario: Scenario, vm: str, timing: TimingProfile) -> Iterator[Plan]:
    """Yield a plan for each design that can be played for one failing VM, in the order of display."""
    for design in DESIGNS:
        try:
            yield plan(scenario, design, vm, timing)
        except NotModelled:
            continue


def _address_move(scenario: Scenario, vm: str, timing: TimingProfile) -> Plan:
    drawn = overlay(scenario, vm)
    vms = scenario.topology.vms
    mechanism = AddressMove(
        vm,
        drawn.standby,
        (vms[vm].name, vms[drawn.standby].name),
        drawn.moves,
        tuple(_senders(scenario, drawn, vm)),
        timing,
    )
    return Plan(ADDRESS_MOVE, scenario, mechanism, drawn)


def _senders(scenario: Scenario, drawn: Overlay, vm: str) -> Iterator[str]:
    """Yield whose hosts send to the moving private addresses: subnets routed to them, senders of traffic."""
    topology = scenario.topology
    moving = {move.address for move in drawn.moves if move.public_ip is None}
    tables = {
        key
        for key, table in topology.route_tables.items()
        if any(route.next_hop_ip in moving for route in table.routes.values())
    }
    routed = {key for key, subnet in topology.subnets.items() if subnet.route_table in tables}
    named = {flow.source for flow in scenario.traffic.values() if flow.destination in map(str, moving)}
    senders = {f"vms/{nic.vm}" for nic in topology.nics.values() if nic.vm and nic.subnet in routed}
    behind = {
        subnet.vnet for key, subnet in topology.subnets.items() if key in routed and _holds_gateway(subnet)
    }
    senders |= {f"gateways/{key}" for key, gateway in topology.gateways.items() if gateway.vnet in behind}
    senders |= {name for name in named if name.startswith("vms/")}
    yield from sorted(senders - {f"vms/{vm}", f"vms/{drawn.standby}"})


def _holds_gateway(subnet: Subnet) -> bool:
    return subnet.name.lower() == "gatewaysubnet"


def _balancer(scenario: Scenario, vm: str, timing: TimingProfile) -> Plan:
    topology = scenario.topology
    name = topology.vms[vm].name
    nics = {key for key, nic in topology.nics.items() if nic.vm == vm}
    members = watched_members(topology.load_balancers, nics)
    if not members:
        raise NotModelled(f"No balancer gives flows to {name}.")
    for (balancer, pool, _), _, _ in members:
        others = {
            topology.nics[member.nic].vm
            for member in topology.load_balancers[balancer].pools[pool].members.values()
            if member.nic in topology.nics
        } - {vm, None}
        if not any(topology.vms[other].power is Power.RUNNING for other in others if other is not None):
            raise NotModelled(
                f"Nobody can take over from {name}: pool {pool} of {balancer} has no other member."
            )
    counting = Network(scenario).profile.probe_counting
    return Plan(BALANCER, scenario, BalancerFailover(vm, name, members, timing, counting), None)

"""Ideas of the network that a wrong prediction gives away, each with the facts that speak against it.

An idea is only named where the drawing holds what it is about: somebody who expects the neighbour by a guest
route has one there. Where nothing fits, nothing is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from netcore.control.network import Network
from netcore.document.models import NIC
from netcore.document.values import Address
from netcore.trace.model import Outcome, Verdict
from netcore.words import say

ENDINGS = frozenset(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong idea.

    Args:
        id: stable, for counting over a class.
        name: what the idea is, in a few words after "You may think".
        truth: how it is instead.
        facts: fact ids.
    """

    id: str
    name: str
    truth: str
    facts: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return plain JSON data."""
        return {"id": self.id, "name": say(self.name), "truth": say(self.truth), "facts": list(self.facts)}


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a prediction parts from a trace.

    Args:
        direction: of the packet: the request, or the answer.
        at: where it stands, such as ``vms/web1``.
        said: the next stop as somebody expected it, or the outcome where it was to end here.
        was: the same in truth; empty where the truth has nothing.
        verdict: how the packet ended.
        outward: stops said of the request, while the answer is judged; else empty.
        destination: of the packet in this direction; None where no packet was sent.
    """

    network: Network
    direction: Literal["forward", "back"]
    at: str
    said: str
    was: str
    verdict: Verdict
    outward: tuple[str, ...]
    destination: Address | None


def name_of(broken: Break) -> Misconception | None:
    """Return the idea behind a wrong guess; None where nothing in the drawing points to one.

    Source: ours; the facts of each are the house's.
    """
    for number, holds in _RULES:
        if holds(broken):
            return TABLE[number]
    return None


def _idea(number: str, name: str, truth: str, facts: str) -> Misconception:
    return Misconception(number, name, truth, tuple(facts.split()))


TABLE: Final = {
    idea.id: idea
    for idea in (
        _idea(
            "switch",
            "that a subnet is a switch, and neighbours reach each other directly",
            "There is no layer 2 between VMs. Each packet is routed by its destination, even inside one "
            "subnet, so a user route decides there as well.",
            "B1 B2 D48",
        ),
        _idea(
            "broadcast",
            "that broadcast and multicast reach the neighbours",
            "The fabric carries unicast only; such packets vanish at the sender.",
            "B5",
        ),
        _idea(
            "garp",
            "that a guest can take an address by announcing it",
            "Addresses belong to NICs, and only the control plane moves them. Gratuitous ARP and VRRP change "
            "nothing that the fabric looks at.",
            "A20 A22 B6 B7",
        ),
        _idea(
            "guest-route",
            "that a guest's routing table chooses the next hop",
            "It chooses the NIC and nothing more. The fabric takes the destination address and the routes of "
            "the subnet.",
            "B10 I17",
        ),
        _idea(
            "routing-protocol",
            "that the fabric listens to what guests tell each other by BGP",
            "Guests may exchange routes, but only a route table or a Route Server tells the fabric.",
            "I15 H16",
        ),
        _idea(
            "way-back",
            "that the answer comes back by the way of the request",
            "Each direction is looked up by itself, in the routes of whoever sends it.",
            "D28 D29",
        ),
        _idea(
            "one-table",
            "that one route table serves the whole network",
            "A table steers what leaves the NICs of its own subnets. What others send, it does not touch.",
            "D28 D61",
        ),
        _idea(
            "short-route",
            "that a short user route catches everything",
            "The longest prefix wins first. A route of the virtual network or of a peering is longer than "
            "0.0.0.0/0 and keeps its traffic.",
            "D20 D22 D24",
        ),
        _idea(
            "overlooked-route",
            "that the packet goes straight to its destination",
            "A user route of the sender's subnet holds the destination and sends it elsewhere.",
            "D20 D22",
        ),
        _idea(
            "prefix-length",
            "that something goes before the length of the prefix",
            "Of the routes that hold the destination, the longest prefix wins. Only between equal prefixes "
            "does it count where a route comes from.",
            "D20 D23",
        ),
        _idea(
            "system-first",
            "that a system route goes before one that somebody has added",
            "Of equal prefixes the user route wins, then what a gateway has learned, and the system route "
            "last.",
            "D20 D22",
        ),
        _idea(
            "bgp-before-user",
            "that a route learned by BGP goes before a user route",
            "Of equal prefixes the user route wins. What a gateway has learned comes second.",
            "D20",
        ),
        _idea(
            "bgp-inside",
            "that a route learned by BGP draws away what goes to the own or a peered virtual network",
            "The routes of the virtual network, its peerings and service endpoints win over BGP, even where "
            "BGP has the longer prefix.",
            "D21 D68",
        ),
        _idea(
            "none-stays",
            "that private addresses nobody has stay without a route",
            "A user route for 0.0.0.0/0 takes the None routes of the private ranges away, and catches what "
            "went there.",
            "D6",
        ),
        _idea(
            "transitive-peering",
            "that peering is transitive",
            "A peering joins two virtual networks and no third one behind them.",
            "G3 G11",
        ),
        _idea(
            "forwarded-traffic",
            "that a peering carries whatever arrives over it",
            "What another has forwarded enters only where the receiving side's link allows forwarded "
            "traffic, and both links must be connected.",
            "G1 G5",
        ),
        _idea(
            "nic-flag",
            "that a VM which forwards may forward",
            "Without IP forwarding at the NIC the platform drops what is neither from nor for its addresses.",
            "E1 E2 E3",
        ),
        _idea(
            "guest-forwarding",
            "that the flag at the NIC makes a router",
            "The flag only lets packets through. The guest must forward by itself.",
            "E5",
        ),
        _idea(
            "guest-address",
            "that the address in the guest may differ from that of the NIC",
            "What the control plane gave counts, and the guest has to hold the same.",
            "A10 A17 A19",
        ),
        _idea(
            "security-rule",
            "that nothing filters here",
            "A security group stands on the way. Rules go by ascending priority, and the first that matches "
            "decides; subnet and NIC must both allow.",
            "F2 F3 F4",
        ),
        _idea(
            "stateless-group",
            "that the answer needs a rule of its own",
            "Security groups remember a flow: answers of what was let through pass.",
            "F5",
        ),
        _idea(
            "closed-network",
            "that VMs must be allowed or routed to each other first",
            "Inside a virtual network system routes lead everywhere, and the default rules let it through.",
            "D1 F1 F4",
        ),
        _idea(
            "subnet-routes",
            "that each subnet needs a route of its own",
            "One system route holds a whole address range of the virtual network, however it is divided into "
            "subnets, and nobody writes it.",
            "D1",
        ),
        _idea(
            "gateway",
            "that somebody lives at the first address of a subnet",
            "The platform keeps the first four addresses of each subnet and the last. What a guest calls its "
            "router takes packets along, and answers none.",
            "A1 B8",
        ),
        _idea(
            "protocols",
            "that the fabric carries every protocol",
            "It carries TCP, UDP and ICMP, and what the profile adds. The rest goes in a tunnel over UDP.",
            "C1 C2 C3 C4",
        ),
        _idea(
            "outbound",
            "that every VM reaches the Internet by itself",
            "Something must translate its address: a public address, a NAT gateway, a balancer's rule, or "
            "the default outbound access, which a private subnet has not.",
            "K2 K3 E6",
        ),
        _idea(
            "live-routes",
            "that a route notices a dead next hop",
            "Nothing watches it. The route stays active, and packets are lost.",
            "D42",
        ),
        _idea(
            "routed-again",
            "that a packet leaves the appliance free of routes",
            "What the appliance sends is looked up again, in the routes of its own subnet.",
            "D28 D49",
        ),
        _idea(
            "lost-session",
            "that a stateful appliance may see one direction only",
            "It drops what it has no session for. Both directions must pass the same one.",
            "D29 J3",
        ),
        _idea(
            "balancer-back",
            "that the answer passes the balancer",
            "A balancer ends no flow. The member answers straight to the client.",
            "J1",
        ),
        _idea(
            "balancer-past",
            "that a packet for a frontend comes to a member by itself",
            "The frontend's address belongs to the balancer, which chooses a healthy member for each flow.",
            "J1 J2",
        ),
        _idea(
            "balancer-rule",
            "that a balancer passes on whatever it gets",
            "It takes what a rule names, and only for members whose probe answers.",
            "J4 J5 J7",
        ),
        _idea(
            "no-route",
            "that an address which exists is reached",
            "A packet needs a route that holds its destination, at whoever sends it.",
            "D1 D5 D47",
        ),
    )
}
"""Every idea by its id."""

_BY_CODE: Final = {
    "MULTICAST": "broadcast",
    "BROADCAST": "broadcast",
    "PROTO_BLOCKED": "protocols",
    "RESERVED_PORT": "protocols",
    "BGP_NOT_IN_FABRIC": "routing-protocol",
    "SRC_NOT_OWNED": "nic-flag",
    "DST_NOT_OWNED": "nic-flag",
    "OS_FORWARDING_OFF": "guest-forwarding",
    "GUEST_IP_MISMATCH": "guest-address",
    "GUEST_MAC_MISMATCH": "guest-address",
    "NSG_IN": "security-rule",
    "NSG_OUT": "security-rule",
    "PEERING_NOT_CONNECTED": "forwarded-traffic",
    "PEERING_FORWARDED_OFF": "forwarded-traffic",
    "NO_OUTBOUND": "outbound",
    "NH_UNREACHABLE": "live-routes",
    "NH_STOPPED": "live-routes",
    "LOOP": "routed-again",
    "TTL": "routed-again",
    "STATE_MISSING": "lost-session",
    "LB_NO_RULE": "balancer-rule",
    "LB_NO_HEALTHY": "balancer-rule",
    "ROUTE_NONE_USER": "no-route",
    "ROUTE_NONE_SYSTEM": "no-route",
}
"""Drop code -> the idea of whoever expected the packet to go on."""


def _died(broken: Break) -> bool:
    """Return whether the packet was lost where somebody expected it to go on or to arrive."""
    lost = broken.was in ENDINGS and broken.was != Outcome.DELIVERED
    return lost and (broken.said not in ENDINGS or broken.said == Outcome.DELIVERED)


def _code(idea: str) -> Callable[[Break], bool]:
    return lambda broken: _died(broken) and _BY_CODE.get(broken.verdict.code or "") == idea


def _goes_elsewhere(broken: Break) -> bool:
    return broken.said not in ENDINGS and broken.was not in ENDINGS and broken.was != ""


def _claimed(broken: Break) -> bool:
    """Return whether the VM that was named holds the destination in its guest alone."""
    vm = broken.network.scenario.topology.vms.get(_name(broken.said, "vms"))
    if vm is None or broken.destination is None:
        return False
    typed = [address for one in vm.guest.interfaces.values() for address in one.added]
    shared = [group.address for group in vm.guest.redundancy.values()]
    return broken.destination in (*typed, *shared, *vm.guest.loopback)


def _nobody_holds(broken: Break) -> bool:
    return _died(broken) and bool({"A20", "B6", "B7"} & set(broken.verdict.facts))


def _reserved(broken: Break) -> bool:
    """Return whether the packet went to an address that the platform keeps."""
    return _died(broken) and "B8" in broken.verdict.facts


def _by_guest(broken: Break) -> bool:
    """Return whether the guest that sends has a route by the VM that was named."""
    vm = broken.network.scenario.topology.vms.get(_name(broken.at, "vms"))
    if vm is None or broken.destination is None:
        return False
    held = set(_addresses(broken.network, broken.said))
    return any(route.via in held and broken.destination in route.prefix for route in vm.guest.routes.values())


def _by_bgp(broken: Break) -> bool:
    """Return whether the guest that sends is a BGP neighbour of the VM that was named."""
    vm = broken.network.scenario.topology.vms.get(_name(broken.at, "vms"))
    if vm is None or vm.guest.bgp is None:
        return False
    held = set(_addresses(broken.network, broken.said))
    return any(one.address in held for one in vm.guest.bgp.neighbours.values())


def _mirrored(broken: Break) -> bool:
    """Return whether the answer was said to come back over what the request was said to pass."""
    return broken.direction == "back" and broken.said in broken.outward[:-1]


def _steers(broken: Break, *, mine: bool) -> bool:
    """Return whether a user route of this subnet's table, or of another, leads to what was named."""
    topology = broken.network.scenario.topology
    tables = {
        topology.subnets[nic.subnet].route_table
        for nic in _nics(broken.network, broken.at)
        if nic.subnet in topology.subnets
    }
    held = set(_addresses(broken.network, broken.said))
    for name, table in topology.route_tables.items():
        if (name in tables) is not mine:
            continue
        for route in table.routes.values():
            inside = broken.destination is not None and _holds(route.prefix, broken.destination)
            if inside and route.next_hop_ip in held:
                return True
    return False


def _holds(prefix: object, address: Address) -> bool:
    return hasattr(prefix, "network_address") and address in prefix  # type: ignore[operator]


def _direct(broken: Break) -> bool:
    """Return whether what was named holds the destination itself."""
    return broken.destination is not None and broken.destination in _addresses(broken.network, broken.said)


def _neighbours(broken: Break) -> bool:
    here = {nic.subnet for nic in _nics(broken.network, broken.at)}
    there = {nic.subnet for nic in _nics(broken.network, broken.said)}
    return bool(here & there)


def _two_peerings_away(broken: Break) -> bool:
    """Return whether the destination's virtual network is a peer's peer and no peer of the sender's."""
    network, destination = broken.network, broken.destination
    topology = network.scenario.topology
    if destination is None:
        return False
    here = {
        topology.subnets[nic.subnet].vnet
        for nic in _nics(network, broken.at)
        if nic.subnet in topology.subnets
    }
    there = {
        name
        for name, vnet in topology.vnets.items()
        if any(destination in prefix for prefix in vnet.address_space)
    }
    near = {link.remote_vnet for link in topology.peerings.values() if link.vnet in here}
    far = {link.remote_vnet for link in topology.peerings.values() if link.vnet in near}
    return bool(there & far) and not there & (near | here)


def _to_balancer(stop: str) -> bool:
    return stop.startswith("load_balancers/")


def _no_verdict(broken: Break) -> bool:
    """Return whether somebody expected the packet to be lost where it goes on or arrives."""
    return broken.said == Outcome.DROPPED and broken.was not in ("", Outcome.DROPPED)


_RULES: Final[tuple[tuple[str, Callable[[Break], bool]], ...]] = (
    ("gateway", _reserved),
    ("garp", _nobody_holds),
    ("garp", lambda broken: _goes_elsewhere(broken) and _claimed(broken)),
    ("guest-route", lambda broken: _goes_elsewhere(broken) and _by_guest(broken)),
    ("routing-protocol", lambda broken: _goes_elsewhere(broken) and _by_bgp(broken)),
    ("guest-route", lambda broken: _died(broken) and broken.said not in ENDINGS and _by_guest(broken)),
    ("routing-protocol", lambda broken: _died(broken) and broken.said not in ENDINGS and _by_bgp(broken)),
    ("transitive-peering", lambda broken: _died(broken) and _two_peerings_away(broken)),
    *((idea, _code(idea)) for idea in dict.fromkeys(_BY_CODE.values())),
    (
        "balancer-back",
        lambda broken: broken.direction == "back" and _to_balancer(broken.said) and broken.was != "",
    ),
    (
        "balancer-past",
        lambda broken: _goes_elsewhere(broken) and _to_balancer(broken.was) and _frontend(broken),
    ),
    ("way-back", lambda broken: _goes_elsewhere(broken) and _mirrored(broken)),
    ("short-route", lambda broken: _goes_elsewhere(broken) and _steers(broken, mine=True)),
    ("one-table", lambda broken: _goes_elsewhere(broken) and _steers(broken, mine=False)),
    ("switch", lambda broken: _goes_elsewhere(broken) and _direct(broken) and _neighbours(broken)),
    ("overlooked-route", lambda broken: _goes_elsewhere(broken) and _direct(broken)),
    ("stateless-group", lambda broken: _no_verdict(broken) and broken.direction == "back"),
    ("closed-network", lambda broken: _no_verdict(broken) and not broken.was.startswith("internet")),
)
"""Idea and when it is named; the first that holds."""


def _frontend(broken: Break) -> bool:
    """Return whether the destination is a frontend of the balancer that took the packet."""
    return broken.destination is not None and broken.destination in _addresses(broken.network, broken.was)


def _name(path: str, kind: str) -> str:
    found, _, name = path.partition("/")
    return name if found == kind else ""


def _nics(network: Network, path: str) -> Iterator[NIC]:
    name = _name(path, "vms")
    return (nic for nic in network.scenario.topology.nics.values() if name and nic.vm == name)


def _addresses(network: Network, path: str) -> Iterator[Address]:
    """Yield the private addresses that a VM's NICs, a balancer, or a host have."""
    topology = network.scenario.topology
    for nic in _nics(network, path):
        yield from (one.address for one in nic.configurations.values())
    balancer = topology.load_balancers.get(_name(path, "load_balancers"))
    if balancer is not None:
        for front in balancer.frontends.values():
            if front.address is not None:
                yield front.address
            public = topology.public_ips.get(front.public_ip or "")
            if public is not None and public.address is not None:
                yield public.address
    host = topology.hosts.get(_name(path, "hosts"))
    if host is not None:
        yield host.address

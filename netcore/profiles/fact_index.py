"""The list of all facts the engine answers for, what no packet can show, and the statements of the seed.

A fact's words are those of its rule card. ``manage.py facts`` compares this list with cards and tests and
makes docs/coverage.md of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Area:
    """One section of the fact sheet.

    Args:
        letter: first letter of its fact ids.
        title: what it is about.
        numbers: the numbers there are, as spans.
    """

    letter: str
    title: str
    numbers: tuple[tuple[int, int], ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the fact ids of the area in order."""
        spans = (range(first, last + 1) for first, last in self.numbers)
        return tuple(f"{self.letter}{number}" for span in spans for number in span)


AREAS = (
    Area("A", "Addresses and guests", ((1, 23),)),
    Area("B", "Layer 2", ((1, 11),)),
    Area("C", "Protocols and packet size", ((1, 11),)),
    Area("D", "Routes", ((1, 12), (20, 30), (40, 54), (60, 69))),
    Area("E", "IP forwarding and spoof checks", ((1, 8),)),
    Area("F", "Security groups", ((1, 15),)),
    Area("G", "Peering", ((1, 12),)),
    Area("H", "VPN and ExpressRoute gateways", ((1, 16),)),
    Area("I", "Route servers, and routing protocols between VMs", ((1, 19),)),
    Area("J", "Balancers", ((1, 22),)),
    Area("K", "Internet access", ((1, 10),)),
    Area("L", "AWS", ((1, 21),)),
    Area("M", "Regions and zones", ((1, 5),)),
)
"""Every section whose facts are tested; what sources contradict each other in are switches of profiles."""

FACTS: tuple[str, ...] = tuple(fact for area in AREAS for fact in area.facts)
"""All fact ids."""


@dataclass(frozen=True, slots=True)
class NotModelled:
    """A fact that no packet can show.

    Args:
        reason: why not.
        verdict: what the engine says instead.
    """

    reason: str
    verdict: str


NOT_MODELLED: Mapping[str, NotModelled] = MappingProxyType({})
"""Facts about limits, prices or the management view that are neither tested nor on a card."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the article that the sandbox began with, in our words.

    Args:
        id: of the exercise catalogue; None for those that only the map of the fact sheet has.
        text: the statement.
        facts: fact ids and spans of them, such as ``K1-K3``.
        labs: numbers in the exercise catalogue.
    """

    id: str | None
    text: str
    facts: str
    labs: tuple[int, ...]


def spread(text: str) -> tuple[str, ...]:
    """Return the fact ids of a list with spans; a span counts only ids that there are.

    Example:
        >>> spread("D1, D11-D21, M5")
        ('D1', 'D11', 'D12', 'D20', 'D21', 'M5')
    """
    found: list[str] = []
    for part in text.replace(",", " ").split():
        first, _, last = part.partition("-")
        begin, end = int(first[1:]), int((last or first)[1:])
        found += [fact for number in range(begin, end + 1) if (fact := f"{first[0]}{number}") in FACTS]
    return tuple(found)


def _says(number: int, text: str, facts: str, *labs: int) -> Statement:
    return Statement(f"S{number:02}", text, facts, labs)


STATEMENTS = (
    _says(1, "A virtual network is isolated, yet comes with a way out to the Internet.", "D1 D50 K1-K3", 2),
    _says(2, "Virtual networks are joined by peering or by VPN.", "G1-G12 H1 M5", 15, 24),
    _says(
        3,
        "A gateway ties one network, or several that are peered, to the outside by VPN or ExpressRoute.",
        "G6 H1 H10-H11",
        16,
        24,
    ),
    _says(4, "A virtual network lives in one region.", "M1 G12", 3),
    _says(5, "Subnets span zones, unlike AWS, which makes lanes per zone harder.", "M2 M3 M4 L4", 3, 25),
    _says(6, "Unicast IPv4 and IPv6 pass; multicast does not.", "A3-A4 B5 C1", 6, 7, 17),
    _says(7, "The control plane owns the addresses and MACs of VMs.", "A8 A9 A18", 5, 18),
    _says(8, "The MAC reaches the VM as a property of its hardware.", "A18", 4, 5),
    _says(9, "DHCP hands the addresses of the control plane to the guest.", "A10 A13-A15", 5, 7),
    _says(10, "Forwarding looks at IP only; there is no layer 2, unlike AWS.", "B1 B2 L1", 1, 4, 12, 25),
    _says(11, "Frames look like Ethernet, but their destination MAC steers nothing.", "B2 B10 E7", 4),
    _says(12, "Every ARP answer carries the same MAC.", "B3 B4", 4, 17),
    _says(
        13,
        "Forwarding follows the addresses of the control plane, adjusted by the route table of each subnet.",
        "A22 D1-D30 D61",
        1,
        8,
    ),
    _says(
        14,
        "Route tables belong to subnets and take any prefix, also inside the network, unlike AWS.",
        "D48 D60 L8",
        11,
        12,
        25,
    ),
    _says(
        15,
        "There are five next hop types; an appliance is named by address, unlike AWS.",
        "D40-D47 L9",
        9,
        10,
        25,
    ),
    _says(
        16,
        "Tables are filled by the control plane or by outside BGP.",
        "D10 D62 H6-H7 I2",
        8,
        16,
        23,
        24,
    ),
    _says(
        17,
        "More specific prefixes make service chaining easy, and confusing.",
        "D22 D48 D49 G7",
        11,
        12,
        13,
        14,
    ),
    _says(18, "Changing the address inside the guest cuts it off.", "A17 E2", 5),
    _says(19, "Changing the MAC inside the guest cuts it off.", "A18 A19 E7", 5),
    _says(20, "HSRP and VRRP do not work.", "B5-B7", 17),
    _says(
        21,
        "Only a control-plane call moves an address; gratuitous ARP does nothing.",
        "A20 B6",
        17,
        18,
    ),
    _says(
        22,
        "Taking over an address works but slowly; only a balancer is decently fast.",
        "A21 J8 J11 J20 J22",
        18,
        19,
        20,
    ),
    _says(23, "No routing protocol runs between a VM and the network's own router.", "H16 I1 L21", 21, 26),
    _says(
        24,
        "One way out: drive the route tables of subnets by control-plane calls.",
        "A21 D60 D65",
        20,
        23,
    ),
    _says(25, "Another way out: BGP with a VPN gateway in another network.", "H5-H8 H16 G6", 24),
    _says(
        26, "VMs can run a unicast routing protocol; the fabric ignores what they learn.", "B10 I15 I17", 21
    ),
    _says(27, "Only a tunnel between appliances makes their routing count.", "C4 C6 I18", 22),
    _says(28, "Only a few IP protocols pass, so the tunnel has to be VXLAN.", "C1-C7", 22),
    _says(
        29,
        "In AWS the MAC decides inside a subnet (unicast, no flooding), and the address between subnets.",
        "B11 L1-L3",
        4,
        12,
        25,
    ),
    _says(
        30,
        "Without IP forwarding a NIC may not send from a foreign address.",
        "E1-E5",
        11,
        14,
        18,
    ),
    _says(
        31,
        "Appliances with eBGP multihop exchange routes, yet traffic stops without a route in the table.",
        "I15 I16 I19",
        21,
    ),
    _says(32, "Following the packet place by place explains why.", "B9 D27-D29 I19", 21, 27),
)
"""The statements as the exercise catalogue numbers them."""

SEED_MAP = (
    ("Virtual networks are isolated and always have a way out.", "D1 D50 K1-K3", "S01"),
    ("They are joined by peering or VPN.", "G1-G12 H1 M5", "S02"),
    ("A gateway serves one network or a group of peered ones.", "G6 H1 H10-H11", "S03"),
    ("A virtual network is limited to a region.", "M1", "S04"),
    ("One or more subnets, each across all zones; AWS differs.", "A7 M2 M3 L4", "S05"),
    ("Unicast IPv4 and IPv6, no multicast.", "A3-A4 B5 C1", "S06"),
    ("Addresses and MACs come from the control plane.", "A9 A18", "S07"),
    ("The MAC is given as virtual hardware.", "A18", "S08"),
    ("DHCP passes the addresses of both families.", "A10 A13 A14", "S09"),
    ("Forwarding on IP only; AWS differs.", "B1 B2 L1", "S10"),
    ("Forwarding by destination MAC does not work.", "B2 B10", "S11"),
    ("ARP means nothing: one MAC stands for all.", "B3 B4", "S12"),
    ("Configured addresses and route tables per subnet decide.", "A22 D1-D30", "S13"),
    ("Any prefix in a subnet's table, also inside the network; AWS differs.", "D48 D60 L8", "S14"),
    ("Five next hop types; the appliance by address; AWS differs.", "D40-D47 L9", "S15"),
    ("Tables come from the control plane or from BGP outside.", "D10 H6-H7 I2", "S16"),
    ("More specific prefixes steer traffic inside a network: service chaining.", "D22 D48 D49 G7", "S17"),
    ("An address or MAC changed in the guest disconnects it.", "A17 A19 E2", "S18 S19"),
    ("HSRP and VRRP do not work.", "B6 B7", "S20"),
    ("An address moves only by the control plane; gratuitous ARP is useless.", "A20 B6", "S21"),
    ("Takeover is slow; the balancer is the decently fast way.", "A21 J8 J11 J20 J22", "S22"),
    (
        "No routing protocol with the platform; calls, or a gateway elsewhere.",
        "H16 I1",
        "S23 S24 S25",
    ),
    ("A unicast routing protocol between VMs works, and its routes are ignored.", "I15 I17", "S26"),
    ("A tunnel is needed, and with the protocols carried it is VXLAN.", "I18 C1-C7", "S27 S28"),
    ("Reader's question: AWS goes by MAC inside a subnet, by IP across.", "B11 L1-L3", "S29"),
    ("Reader's remark: IP forwarding on, or dropped on the way out.", "E1-E5", "S30"),
    (
        "Reader's question: eBGP multihop, yet nothing arrives without a route.",
        "I15 I16 I19",
        "S31 S32",
    ),
)
"""The map of the fact sheet (section P) in our words: statement, facts, statements of the catalogue."""

"""Numbers of the timing profile for what steers by BGP, gateways and the balancers of both providers.

A table of data: reference on failover, sections 1.1, 1.2, 2.1 and 2.2.
"""

from __future__ import annotations

from types import MappingProxyType

from netcore.profiles.timing import Grade, Kind, Parameter

_VPN = "Azure, Highly available cross-premises connectivity"
_BGP = "Azure VPN Gateway BGP timer mismatches (TechCommunity); timers are fixed"
_ER = "Azure, Configure BFD over ExpressRoute; high-availability design pages"
_NLB = "AWS NLB user guide, target health checks"
_GWLB = "AWS GWLB target-group attributes and health checks"
_DIRECT = "AWS blog on overlay tunnels over Direct Connect; re:Post on BFD"
_LAB = "Azure Route Server FAQ, 2022; noise assumed after a lab script (20-30 s seen in effective routes)"
_ASSUMED = "assumption, no published figure found"


def _row(
    name: str, kind: Kind, values: dict[str, float], grade: Grade, source: str, meaning: str, unit: str = "s"
) -> Parameter:
    return Parameter(name, meaning, kind, MappingProxyType(values), unit, grade, source)


ROUTING_ROWS = (
    # Gateways (mechanisms M7 to M9).
    _row(
        "vpn.planned",
        "uniform",
        {"low": 10, "high": 15},
        "A",
        f"{_VPN}, 2016 and 2025",
        "a planned move of an active-standby gateway",
    ),
    _row(
        "vpn.unplanned",
        "pert",
        {"low": 30, "mode": 60, "high": 180},
        "C",
        f"{_VPN}: 60-90 s (2016), 1-3 min at worst (2025); shape assumed",
        "an unplanned one",
    ),
    _row(
        "vpn.keepalive", "constant", {"value": 60}, "A", _BGP, "time between two keepalives of a VPN gateway"
    ),
    _row(
        "vpn.hold",
        "constant",
        {"value": 180},
        "A",
        _BGP,
        "silence after which a VPN tunnel's neighbour is dropped",
    ),
    _row("express.keepalive", "constant", {"value": 60}, "A", _ER, "time between two keepalives of an edge"),
    _row(
        "express.hold", "constant", {"value": 180}, "A", _ER, "silence after which an edge drops a neighbour"
    ),
    _row("express.bfd_interval", "constant", {"value": 0.3}, "A", _ER, "time between two BFD packets"),
    _row(
        "express.bfd_multiplier",
        "constant",
        {"value": 3},
        "A",
        _ER,
        "BFD packets in a row that must be missed",
        "1",
    ),
    _row(
        "express.converge",
        "pert",
        {"low": 3, "mode": 15, "high": 60},
        "C",
        f"{_ER}: up to 60 s; shape assumed",
        "from the detection until gateway and edge go the other way",
    ),
    _row(
        "bgp.phase",
        "uniform",
        {"low": 0, "high": 1},
        "C",
        "arithmetic: a loss falls anywhere between two packets",
        "part of the interval that had passed since the last keepalive or BFD packet",
        "1",
    ),
    # Route server (mechanism M6). The times of keepalives are negotiated in the drawing.
    _row(
        "server.withdraw",
        "lognormal",
        {"median": 8, "sigma": 0.6},
        "D",
        _LAB,
        "from the end of the last session until the last NIC has lost the route",
    ),
    _row(
        "server.goodbye",
        "uniform",
        {"low": 0, "high": 1},
        "D",
        _ASSUMED,
        "until a speaker that stops has said so",
    ),
    _row(
        "server.open",
        "uniform",
        {"low": 1, "high": 10},
        "D",
        _ASSUMED,
        "from the return of a speaker until its session is up again; its routes spread as a withdrawal does",
    ),
    _row(
        "keepalive.late",
        "bernoulli",
        {"probability": 0.01},
        "D",
        "assumption: 1 % packet delay, reference on failover, section 4 (scenario 9)",
        "a keepalive comes too late, each by its own luck",
        "1",
    ),
    # Direct Connect (mechanism A6). A site's router may ask for less, down to 1 and 3 s.
    _row(
        "direct.keepalive",
        "constant",
        {"value": 30},
        "A",
        _DIRECT,
        "time between two keepalives of a virtual interface",
    ),
    _row(
        "direct.hold",
        "constant",
        {"value": 90},
        "A",
        _DIRECT,
        "silence after which a virtual interface's neighbour is dropped",
    ),
    _row("direct.bfd_interval", "constant", {"value": 0.3}, "A", _DIRECT, "time between two BFD packets"),
    _row(
        "direct.bfd_multiplier",
        "constant",
        {"value": 3},
        "A",
        _DIRECT,
        "BFD packets in a row that must be missed",
        "1",
    ),
    # Balancers of AWS (mechanisms A4, A5).
    _row(
        "nlb.timeout",
        "constant",
        {"value": 10},
        "A",
        f"{_NLB}, older text: TCP",
        "wait for the answer to a health check",
    ),
    _row("gwlb.timeout", "constant", {"value": 5}, "A", _GWLB, "wait for the answer to a health check"),
    _row(
        "aws.spread",
        "uniform",
        {"low": 1, "high": 10},
        "D",
        _ASSUMED,
        "from the last failed check until new flows avoid the target",
    ),
    _row(
        "gwlb.rebalance",
        "lognormal",
        {"median": 60, "sigma": 0.5},
        "D",
        f"{_GWLB}: several minutes with TCP; shape assumed",
        "from the last failed check until existing flows have moved",
    ),
    # When it does not work.
    _row(
        "failure.routing",
        "bernoulli",
        {"probability": 0.001},
        "D",
        _ASSUMED,
        "a gateway or a route server never fails over",
        "1",
    ),
)

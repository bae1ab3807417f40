"""The rows themselves: what was published, how it is asked here, and the band the answer must fall in.

A table of data. A row whose design cannot be played is told as missing.

Source: reference on failover, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from netcore.document.models import Scenario
from netcore.failover.validation.drawings import (
    chained,
    gateway,
    named,
    pair,
    route_server,
    vpc,
    vpc_interface,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One bound of a band.

    Args:
        share: of the percentile; 0 is the least of all trials, 1 the largest.
        low, high: between which it must lie, in the unit of the measure.
    """

    share: float
    low: float = 0
    high: float = inf


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a row.

    Args:
        design: id; ``draw`` the drawing, None where there is none yet.
        measure: ``new`` and the clocks ``detect``, ``control``, ``data`` in seconds, inf for never; ``whole``
            is all three clocks together, ``seen`` that and what a view of effective routes lags behind.
        above: so much of the measure must be exceeded by at least one trial.
        overrides: numbers of the timing profile.
    """

    text: str
    design: str
    draw: Callable[[], Scenario]
    checks: tuple[Check, ...]
    measure: str = "new"
    above: float | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    n: int = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure."""

    id: str
    title: str
    published: str
    band: str
    source: str
    cases: tuple[Case, ...]


_S2 = "Azure Architecture Center, Deploy highly available NVAs, 2025-03"
_S15 = "F5 Cloud Failover Extension, Performance and sizing"
_S20 = "Azure VPN Gateway, highly available connections, 2016 and 2025"
_LB = (Check(0.01, 9.5), Check(0.5, 12, 14), Check(0.99, 0, 16.5))
_CERTAIN = {"failure.balancer": 0}
_COMES = {"failure.routing": 0}
"""Published figures are of failovers that came; that some never do is an assumption of ours, grade D."""
_NEVER = (Check(0, inf, inf),)
_PROBES = "balancer"


def _crash() -> Scenario:
    return pair({"kind": "crash"})


def _public() -> Scenario:
    return pair({"kind": "crash"}, public=True)


def _chained() -> Scenario:
    return chained({"kind": "crash"})


def _routes(routes: int) -> Callable[[], Scenario]:
    return lambda: pair({"kind": "crash"}, routes=routes)


def _targets(routes: int) -> Callable[[], Scenario]:
    return lambda: vpc({"kind": "crash"}, routes=routes)


def _interface() -> Scenario:
    return vpc_interface({"kind": "crash"})


def _address() -> Scenario:
    return vpc({"kind": "crash"}, "10.0.9.4")


def _goodbye() -> Scenario:
    return route_server({"kind": "graceful-stop"}, 5, 15)


def _pause_5() -> Scenario:
    return pair({"kind": "pause", "lasts_us": 5_000_000})


def _pause_30() -> Scenario:
    return pair({"kind": "pause", "lasts_us": 30_000_000})


def _deaf() -> Scenario:
    return pair({"kind": "forwarding-stops"})


def _planned() -> Scenario:
    return gateway({"kind": "gateway-planned"})


def _unplanned() -> Scenario:
    return gateway({"kind": "gateway-unplanned"})


def _circuit() -> Scenario:
    return gateway({"kind": "gateway-unplanned"}, "expressroute")


def _circuit_bfd() -> Scenario:
    return gateway({"kind": "gateway-unplanned"}, "expressroute", bfd=True)


def _named() -> Scenario:
    return named({})


ROWS = (
    Row(
        "P1",
        "Azure balancer, probes each 5 s, silent crash, new flows",
        "usually 10-15 s",
        "p1 at least 9.5 s, p50 12-14 s, p99 at most 16.5 s",
        _S2,
        (Case("", _PROBES, _crash, _LB),),
    ),
    Row(
        "P2",
        "FortiGate active/passive behind a balancer, 2 failures at 5 s",
        "at most 15 s",
        "no trial over 16.5 s; a balancer that never acts is left out",
        "Fortinet Azure administration guide",
        (Case("", "balancer-active-passive", _crash, (Check(1, 0, 16.5),), overrides=_CERTAIN),),
    ),
    Row(
        "P3",
        "Azure Gateway Load Balancer",
        "10-15 s",
        "as P1",
        _S2,
        (Case("", "gateway-balancer", _chained, _LB),),
    ),
    Row(
        "P4",
        "Addresses moved by API, healthy control plane, three steps",
        "1-2 min",
        "p50 60-120 s",
        _S2,
        (
            Case(
                "",
                "address-move",
                _public,
                (Check(0.5, 60, 120),),
                measure="whole",
                overrides={"control.degraded": 0},
            ),
        ),
    ),
    Row(
        "P5",
        "Failover by API in the field",
        "30 s to 20 min",
        "p1 at least 25 s, p99.5 at most 1500 s, some above 300 s; what never completes is left out",
        "canada-ca, HA and AzLB, on F5 and FortiGate",
        (
            Case(
                "two steps",
                "address-move",
                _crash,
                (Check(0.01, 25), Check(0.995, 0, 1500)),
                "whole",
                300,
                {"failure.move": 0},
                20_000,
            ),
        ),
    ),
    Row(
        "P6",
        "Azure, 50 and 200 routes rewritten",
        "95 s and 175 s",
        "median controller time within 20 %",
        _S15,
        (
            Case("50 routes", "route-rewrite", _routes(50), (Check(0.5, 76, 114),), "control"),
            Case("200 routes", "route-rewrite", _routes(200), (Check(0.5, 140, 210),), "control"),
        ),
    ),
    Row(
        "P7",
        "AWS, 50, 100, 200 and 500 routes replaced",
        "5, 5, 15 and 90 s",
        "within 20 % or 2 s",
        _S15,
        tuple(
            Case(
                f"{routes} routes", "aws-route-rewrite", _targets(routes), (Check(0.5, low, high),), "control"
            )
            for routes, low, high in ((50, 3, 7), (100, 3, 7), (200, 12, 18), (500, 72, 108))
        ),
    ),
    Row(
        "P8",
        "VPN gateway, active-standby, planned",
        "10-15 s",
        "every trial 9-16 s; a failover that never completes is left out",
        _S20,
        (Case("", "vpn-active-standby", _planned, (Check(0, 9), Check(1, 0, 16)), overrides=_COMES),),
    ),
    Row(
        "P9",
        "VPN gateway, active-standby, unplanned",
        "60-90 s in the older text, 1-3 min worst case in the newer",
        "p50 50-95 s, no trial over 185 s; a failover that never completes is left out",
        _S20,
        (
            Case(
                "", "vpn-active-standby", _unplanned, (Check(0.5, 50, 95), Check(1, 0, 185)), overrides=_COMES
            ),
        ),
    ),
    Row(
        "P10",
        "ExpressRoute: without BFD, detection by BFD, whole failover by BFD",
        "up to 180 s; under 1 s; up to 60 s",
        "detect 120-180 s; detect 0.6-0.95 s; p99 at most 62 s",
        "Azure, BFD over ExpressRoute; ExpressRoute high availability",
        (
            Case("no BFD", "express-route", _circuit, (Check(0, 120), Check(1, 0, 180)), "detect"),
            Case("BFD", "express-route", _circuit_bfd, (Check(0, 0.6), Check(1, 0, 0.95)), "detect"),
            Case("BFD, whole", "express-route", _circuit_bfd, (Check(0.99, 0, 62),)),
        ),
    ),
    Row(
        "P11",
        "Route server withdraws a route, seen in effective routes",
        "20-30 s",
        "median 17-32 s, with a view that lags 6-14 s and 0-5 s of BGP's own work",
        "erjosito/azcli, routeserver.azcli",
        (Case("", "route-server", _goodbye, (Check(0.5, 17, 32),), "seen"),),
    ),
    Row(
        "P12",
        "AWS elastic address by keepalived",
        "5-6 s",
        "p50 4.8-7.2 s",
        "NGINX, High availability with keepalived on AWS",
        (Case("", "aws-address-move", _address, (Check(0.5, 4.8, 7.2),)),),
    ),
    Row(
        "P13",
        "AWS network interface moved",
        "20 s to over 60 s",
        "p5 at least 15 s, p50 28-50 s, p95 55-100 s",
        "Palo Alto VM-Series on AWS, Overview of HA",
        (
            Case(
                "",
                "aws-interface-move",
                _interface,
                (Check(0.05, 15), Check(0.5, 28, 50), Check(0.95, 55, 100)),
            ),
        ),
    ),
    Row(
        "P14",
        "VRRP, priority 100, 1 s: on a real layer 2, and in a cloud",
        "3.61 s at most; CARP about 3 s",
        "2.6-3.7 s; in a cloud never",
        "RFC 5798; pfSense failover page",
        (
            Case("layer 2", "vrrp-on-a-switch", _crash, (Check(0, 2.6), Check(1, 0, 3.7))),
            Case("cloud", "vrrp", _crash, _NEVER),
        ),
    ),
    Row(
        "P15",
        "Traffic Manager 30/3/10, TTL 30",
        "the timeline of its monitoring page",
        "every trial 100-165 s",
        "Traffic Manager endpoint monitoring page",
        (Case("", "dns", _named, (Check(0, 100), Check(1, 0, 165))),),
    ),
    Row(
        "P16",
        "VM pause of 5 s and of 30 s behind a balancer, 2 failures",
        "no impact; rare",
        "never marked down; marked down in every trial",
        "Azure VM maintenance and updates page, 2024-04",
        (
            Case("5 s", _PROBES, _pause_5, _NEVER, "detect"),
            Case("30 s", _PROBES, _pause_30, (Check(1, 0, 30),), "detect"),
        ),
    ),
    Row(
        "P17",
        "Probe on TCP/22 of an appliance that forwards nothing",
        "never failed over, in three deployments",
        "never detected, in every trial",
        "Azure Proactive Resiliency Library, issue 20, 2024-02",
        (Case("", _PROBES, _deaf, _NEVER, "detect"),),
    ),
)

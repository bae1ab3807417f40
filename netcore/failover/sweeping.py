"""One number varied: what it does to every design, point by point.

All points see the same draws, so that a curve shows the number and not luck.

Source: reference on failover, sections 1.3, 2.2, 4 (scenarios 2, 3, 9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from math import isfinite
from typing import Any

from netcore.document.models import NextHopType, Route, RouteTable, Scenario, Topology
from netcore.errors import NotFound, NotModelled
from netcore.failover.plan import Design
from netcore.failover.trials import Joined, Trials, stretches
from netcore.profiles.timing import STATED, timing_profile
from netcore.words import say

Payload = dict[str, Any]

Value = float | str

MOST_ROUTES = 400
"""Routes that a table may have (fact D60), and so that a sweep may draw."""

READABLE = 10**15
"""From here on a number is told by its magnitude and not digit by digit."""

_EXTRA = ip_network("198.18.0.0/15")
"""Benchmark addresses (RFC 2544), which nobody draws: extra routes lead there."""


def parameters(scenario: Scenario) -> tuple[str, ...]:
    """Return what can be varied: ``DRAWN``, then the numbers of the timing profile by name.

    A distribution is varied field by field: ``operation.median``.
    """
    found = list(DRAWN)
    for name, number in timing_profile(scenario.timing).parameters.items():
        if name in STATED:
            continue
        if number.kind in ("constant", "choice", "bernoulli"):
            found.append(name)
        else:
            found.extend(f"{name}.{field}" for field in number.values)
    return tuple(found)


def near(name: str, known: Sequence[str]) -> str:
    """Return a sentence with the known names that are like one, or with the first few of all."""
    close = get_close_matches(name, known, 3, 0.5)
    if close:
        return say("Did you mean {close}?", close=" or ".join(close))
    rest = say(" and {count} more", count=len(known) - 8) if len(known) > 8 else ""
    return (
        say("There are {known}{rest}.", known=", ".join(known[:8]), rest=rest)
        if known
        else say("Nothing can be varied here.")
    )


def varied(scenario: Scenario, parameter: str, value: Value) -> Scenario:
    """Return the scenario with one number changed.

    Args:
        parameter: one of ``parameters``.

    Raises:
        NotModelled: the drawing has nothing to vary there, or the value is out of range.
        NotFound: no such number.
        TimingError: not a value this number can have.
    """
    if parameter in DRAWN:
        if isinstance(value, str) or not isfinite(value) or value != int(value):
            raise NotModelled(
                say("{parameter} takes whole numbers, not {value!r}.", parameter=parameter, value=value)
            )
        topology = DRAWN[parameter].change(scenario.topology, int(value))
        return scenario.model_copy(update={"topology": topology})
    profile = timing_profile(scenario.timing)
    name, field = parameter, None
    if name not in profile.parameters:
        name, _, field = parameter.rpartition(".")
    if name not in profile.parameters:
        raise NotFound(
            say(
                "There is no number {parameter} to vary. {near}",
                parameter=parameter,
                near=near(parameter, parameters(scenario)),
            )
        )
    number = profile[name]
    before = scenario.timing_overrides.get(name)
    change: Any = value
    if field is not None:
        change = {**(before if isinstance(before, Mapping) else {}), field: value}
    made = {**scenario.timing_overrides, name: change}
    number.changed(change)
    return scenario.model_copy(update={"timing_overrides": made})


def sweep(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    parameter: str,
    values: Sequence[Value],
    n: int,
    seed: int | None = None,
) -> Iterator[Payload]:
    """Yield ``sweep.point`` for each value in turn, and ``sweep.summary``.

    Args:
        n: trials per point, at least 1.

    Raises:
        NotFound, NotModelled, TimingError: see ``varied`` and ``Trials``; before the first point.
        ValueError: no trials or no values are asked for.
    """
    if n < 1 or not values:
        raise ValueError("a sweep needs values and trials")
    points = [Trials(varied(scenario, parameter, value), designs, fault, seed) for value in values]
    return _run(points, parameter, values, n)


def _run(points: Sequence[Trials], parameter: str, values: Sequence[Value], n: int) -> Iterator[Payload]:
    made = []
    for value, played in zip(values, points, strict=True):
        joined = Joined()
        for first, length in stretches(n):
            joined.take(played.chunk(first, length))
        made.append(point(parameter, value, joined.summary()))
        yield made[-1]
    yield summary(parameter, n, points[0].seed, made)


def point(parameter: str, value: Value, trials: Payload) -> Payload:
    """Return ``sweep.point`` from the summary of its trials.

    ``month_s`` is what a month loses at the default rates, false alarms included; None where the fault has
    no rate; see ``availability``.
    """
    months = {row["design"]: row for row in trials["availability"]}
    return {
        "event": "sweep.point",
        "parameter": parameter,
        "value": value,
        "designs": [
            {
                "design": row["design"],
                "title": row["title"],
                **{name: row["new"][name] for name in ("p50", "p95", "p99", "never")},
                "lost_p50": row["lost"]["p50"],
                "month_s": months[row["design"]]["seconds"] if months else None,
                "false_per_month": row["false_alarms"]["per_month"],
            }
            for row in trials["designs"]
        ],
    }


def summary(parameter: str, n: int, seed: int, points: Sequence[Payload]) -> Payload:
    """Return ``sweep.summary``: per design, the value with the best p95 and what the whole range does.

    ``best_month_value`` is the value that loses least in a month: with false alarms it may be another one;
    None where the fault has no rate.
    """
    best = []
    for place, row in enumerate(points[0]["designs"]):
        known = [(one["designs"][place]["p95"], one["value"]) for one in points]
        finite = [(p95, value) for p95, value in known if p95 is not None]
        months = [
            (one["designs"][place]["month_s"], one["value"])
            for one in points
            if one["designs"][place]["month_s"] is not None
        ]
        best_month = min(months, key=lambda pair: pair[0], default=(None, None))
        best.append(
            {
                "design": row["design"],
                "best_value": min(finite, key=lambda pair: pair[0])[1] if finite else None,
                "best_p95": min(p95 for p95, _ in finite) if finite else None,
                "worst_p95": max(p95 for p95, _ in finite) if len(finite) == len(known) else None,
                "best_month_value": best_month[1],
                "best_month_s": best_month[0],
            }
        )
    values = [one["value"] for one in points]
    head = {"event": "sweep.summary", "parameter": parameter, "n": n, "seed": seed, "values": values}
    return {**head, "designs": best}


def _probes(field: str, least: int, most: int) -> Callable[[Topology, int], Topology]:
    def change(topology: Topology, value: int) -> Topology:
        _in_range(f"probe.{field.partition('_')[0]}", value, least, most)
        if not any(balancer.probes for balancer in topology.load_balancers.values()):
            raise NotModelled(say("The drawing has no probe, so there is nothing to vary."))
        made = {
            key: balancer.model_copy(
                update={
                    "probes": {
                        name: probe.model_copy(update={field: value})
                        for name, probe in balancer.probes.items()
                    }
                }
            )
            for key, balancer in topology.load_balancers.items()
        }
        return topology.model_copy(update={"load_balancers": made})

    return change


def _routes(topology: Topology, value: int) -> Topology:
    """Return the topology with so many routes to appliances in each table that has any."""
    _in_range("routes", value, 1, MOST_ROUTES)
    tables = {key: _filled(table, value) for key, table in topology.route_tables.items()}
    if tables == topology.route_tables and not any(map(_to_appliance, topology.route_tables.values())):
        raise NotModelled(say("No route table leads to an appliance, so there is nothing to vary."))
    return topology.model_copy(update={"route_tables": tables})


def _filled(table: RouteTable, value: int) -> RouteTable:
    mine = _to_appliance(table)
    if not mine:
        return table
    if len(mine) > value:
        raise NotModelled(
            say(
                "{name} has {count} routes to appliances already, more than {value}.",
                name=table.name,
                count=len(mine),
                value=value,
            )
        )
    extra = {}
    for number, prefix in zip(range(value - len(mine)), _EXTRA.subnets(new_prefix=28), strict=False):
        extra[f"sweep-{number}"] = mine[0].model_copy(update={"prefix": prefix})
    return table.model_copy(update={"routes": {**table.routes, **extra}})


def _to_appliance(table: RouteTable) -> list[Route]:
    return [
        route
        for route in table.routes.values()
        if route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE or (route.target or "").startswith("nics/")
    ]


def _timers(field: str, least: int, most: int) -> Callable[[Topology, int], Topology]:
    def change(topology: Topology, value: int) -> Topology:
        _in_range(f"bgp.{field.partition('_')[0]}", value, least, most)
        speakers = {key: vm for key, vm in topology.vms.items() if vm.guest.bgp is not None}
        if not speakers:
            raise NotModelled(say("No VM of the drawing speaks BGP, so there is nothing to vary."))
        made = dict(topology.vms)
        for key, vm in speakers.items():
            bgp = vm.guest.bgp
            assert bgp is not None
            timers = {field: value}
            if field == "hold_s" and bgp.keepalive_s * 3 > value:
                timers["keepalive_s"] = max(1, value // 3)
            if field == "keepalive_s" and value * 3 > bgp.hold_s:
                timers["hold_s"] = value * 3
            guest = vm.guest.model_copy(update={"bgp": bgp.model_copy(update=timers)})
            made[key] = vm.model_copy(update={"guest": guest})
        return topology.model_copy(update={"vms": made})

    return change


def _in_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        shown = value if abs(value) < READABLE else f"{value:g}"
        raise NotModelled(
            say(
                "{name} lies between {least} and {most}, not at {shown}.",
                name=name,
                least=least,
                most=most,
                shown=shown,
            )
        )


def _probe_now(field: str) -> Callable[[Topology], int | None]:
    def current(topology: Topology) -> int | None:
        probes = [probe for one in topology.load_balancers.values() for probe in one.probes.values()]
        return int(getattr(probes[0], field)) if probes else None

    return current


def _routes_now(topology: Topology) -> int | None:
    """Return the most routes to appliances that a table has."""
    return max((len(_to_appliance(table)) for table in topology.route_tables.values()), default=0) or None


def _timer_now(field: str) -> Callable[[Topology], int | None]:
    def current(topology: Topology) -> int | None:
        speakers = [vm.guest.bgp for vm in topology.vms.values() if vm.guest.bgp is not None]
        return int(getattr(speakers[0], field)) if speakers else None

    return current


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number of the drawing itself.

    Args:
        change: the topology with the number at another value.
        current: what it is now, of the first that has it; None where nothing has it.
        values: worth trying.
    """

    meaning: str
    unit: str
    change: Callable[[Topology, int], Topology]
    current: Callable[[Topology], int | None]
    values: tuple[int, ...]


DRAWN: Mapping[str, Drawn] = {
    "probe.interval": Drawn(
        "time between two probes",
        "s",
        _probes("interval_s", 5, 2_147_483),
        _probe_now("interval_s"),
        (5, 10, 15, 20, 30),
    ),
    "probe.threshold": Drawn(
        "failed probes that take a member out",
        "1",
        _probes("threshold", 1, 100),
        _probe_now("threshold"),
        (1, 2, 3, 5),
    ),
    "routes": Drawn(
        "routes to appliances in each table that has any", "1", _routes, _routes_now, (1, 5, 20, 50, 100)
    ),
    "bgp.keepalive": Drawn(
        "time between two keepalives",
        "s",
        _timers("keepalive_s", 1, 21_845),
        _timer_now("keepalive_s"),
        (1, 5, 10, 30, 60),
    ),
    "bgp.hold": Drawn(
        "hold time of BGP", "s", _timers("hold_s", 3, 65_535), _timer_now("hold_s"), (3, 15, 30, 90, 180)
    ),
}
"""What is varied in the drawing itself. Timers of BGP keep three keepalives within a hold time (RFC 4271)."""

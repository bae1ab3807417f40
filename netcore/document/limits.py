"""Limits: a document that is too large or too deep is refused before anybody parses or checks it.

Bytes and depth are found by a linear scan of the text; counts by asking the maps for their length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from netcore.document.problems import Report
from netcore.words import say

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "bytes": 5_000_000,
        "depth": 64,
        "values": 1_000_000,
        "vnets": 500,
        "subnets": 3_000,
        "peerings": 5_000,
        "route_tables": 2_000,
        "routes": 20_000,
        "security_groups": 3_000,
        "rules": 20_000,
        "vms": 10_100,
        "nics": 20_000,
        "ip_configurations": 80_000,
        "public_ips": 8_000,
        "load_balancers": 1_000,
        "balancer_parts": 20_000,
        "nat_gateways": 1_000,
        "gateways": 500,
        "connections": 2_000,
        "sites": 1_000,
        "site_parts": 20_000,
        "route_servers": 500,
        "route_server_peers": 4_000,
        "internet_gateways": 500,
        "transit_gateways": 100,
        "transit_parts": 20_000,
        "private_endpoints": 2_000,
        "connected_groups": 500,
        "application_groups": 3_000,
        "admin_rules": 5_000,
        "switches": 100,
        "learned_routes": 20_000,
        "traffic_managers": 500,
        "traffic_manager_endpoints": 2_000,
        "hosts": 2_000,
        "service_tags": 500,
        "service_tag_prefixes": 50_000,
        "guest_parts": 40_000,
        "bgp_neighbours": 10_000,
        "bgp_announcements": 5_000,
        "bgp_tellings": 2_500_000,
        "traffic": 2_000,
        "faults": 500,
        "controllers": 8,
        "notes": 1_000,
        "layout": 30_000,
    }
)
"""The most of each thing that one document may have. Ours: what one worker answers for within its time.

``bgp_tellings`` is BGP neighbours times announced prefixes: what everybody tells everybody in a full mesh.
"""

_INNER: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("routes", "route_tables", ("routes",)),
    ("rules", "security_groups", ("rules",)),
    ("ip_configurations", "nics", ("configurations",)),
    (
        "balancer_parts",
        "load_balancers",
        ("frontends", "pools", "probes", "rules", "outbound_rules", "inbound_nat_rules"),
    ),
    ("learned_routes", "gateways", ("learned",)),
    ("site_parts", "sites", ("routers",)),
    ("route_server_peers", "route_servers", ("peers",)),
    ("transit_parts", "transit_gateways", ("attachments", "tables")),
)
"""Limit, collection of the topology, and the maps inside each of its entries that count together."""

_TOP = ("traffic", "faults", "controllers", "notes", "layout", "switches")


def too_large(raw: Any, report: Report) -> None:
    """Report every count that exceeds its limit. Asks for lengths only, so it is quick whatever the size."""
    document = _map(raw)
    topology = _map(document.get("topology"))
    for name in _TOP:
        _count(report, name, (name,), len(_map(document.get(name))))
    for name, entries in topology.items():
        if name in LIMITS:
            _count(report, name, ("topology", name), len(_map(entries)))
    for limit, collection, parts in _INNER:
        entries = list(_map(topology.get(collection)).values())
        count = sum(len(_map(_map(entry).get(part))) for entry in entries for part in parts)
        _count(report, limit, ("topology", collection), count)
    pools = [
        pool
        for balancer in _map(topology.get("load_balancers")).values()
        for pool in _map(_map(balancer).get("pools")).values()
    ]
    members = sum(len(_map(_map(pool).get("members"))) for pool in pools)
    _count(report, "balancer_parts", ("topology", "load_balancers"), members)
    tags = _map(topology.get("service_tags")).values()
    prefixes = sum(len(tag) for tag in tags if isinstance(tag, list))
    _count(report, "service_tag_prefixes", ("topology", "service_tags"), prefixes)
    names = _map(topology.get("traffic_managers")).values()
    lists = [_map(name).get("endpoints") for name in names]
    endpoints = sum(len(found) for found in lists if isinstance(found, list))
    _count(report, "traffic_manager_endpoints", ("topology", "traffic_managers"), endpoints)
    guests = [_map(_map(vm).get("guest")) for vm in _map(topology.get("vms")).values()]
    guest_parts = sum(
        len(part) for guest in guests for part in guest.values() if isinstance(part, dict | list)
    )
    _count(report, "guest_parts", ("topology", "vms"), guest_parts)
    _count_bgp(topology, guests, report)


def _count_bgp(topology: dict[Any, Any], guests: list[dict[Any, Any]], report: Report) -> None:
    """Count what BGP speakers have inside; the work grows with neighbours times announcements."""
    routers = [
        _map(router)
        for site in _map(topology.get("sites")).values()
        for router in _map(_map(site).get("routers")).values()
    ]
    speakers = [_map(holder.get("bgp")) for holder in (*guests, *routers)]
    peers = sum(
        len(_map(_map(server).get("peers"))) for server in _map(topology.get("route_servers")).values()
    )
    neighbours = peers + sum(len(_map(speaker.get("neighbours"))) for speaker in speakers)
    announced = sum(len(_map(speaker.get("announces"))) for speaker in speakers)
    _count(report, "bgp_neighbours", ("topology",), neighbours)
    _count(report, "bgp_announcements", ("topology",), announced)
    _count(report, "bgp_tellings", ("topology",), neighbours * announced)


def _count(report: Report, limit: str, path: tuple[str, ...], count: int) -> None:
    if count > LIMITS[limit]:
        words = limit.replace("_", " ")
        report.add(
            "too-many",
            path,
            f"{count:,} {words}",
            say("at most {limits:,}", limits=LIMITS[limit]),
            say("Split the drawing, or leave out what the question does not need."),
        )


def _map(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def depth_of(text: bytes, limit: int) -> int:
    """Return how deeply a JSON text nests, or ``limit + 1`` as soon as it is deeper; linear in the text.

    Brackets inside strings do not count. The text need not be valid.
    """
    depth = deepest = 0
    for match in _STRUCTURE.finditer(text):
        first = match[0][0]
        if first in b"[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > limit:
                    return deepest
        elif first in b"]}":
            depth -= 1
    return deepest


def not_plain(raw: Any, report: Report) -> None:
    """Report what JSON cannot hold, too many values, and too deep nesting.

    Walks without recursion, so that depth 10,000 is a message and no crash. Places are worked out in a
    second pass, only where something is wrong.
    """
    level = [raw]
    count = 0
    for _ in range(LIMITS["depth"] + 1):
        below = _below(level)
        if below is None:
            _report_wrong_values(raw, report)
            return
        count += len(level) + len(below)
        if count > LIMITS["values"]:
            report.add(
                "too-many",
                (),
                say("more than {limits:,} values", limits=LIMITS["values"]),
                say("at most {limits:,}", limits=LIMITS["values"]),
                say("Split the drawing, or leave out what the question does not need."),
            )
            return
        if not below:
            return
        level = below
    report.add(
        "too-deep",
        (),
        say("nesting deeper than {limits}", limits=LIMITS["depth"]),
        say("at most {limits} levels", limits=LIMITS["depth"]),
        say("A scenario needs no more than ten levels; this is probably another kind of file."),
    )


def _below(level: list[Any]) -> list[Any] | None:
    """Return all values inside of some; None where one is wrong, see ``_wrong_value``.

    It sees every value of every document, so texts are looked at together.
    """
    below: list[Any] = []
    texts: list[str] = []
    for value in level:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            texts.extend(value)
            below.extend(value.values())
        elif isinstance(value, list):
            below.extend(value)
        elif _wrong_value(value) is not None:
            return None
    try:
        return below if _storable("".join(texts)) else None
    except TypeError:  # a key that is no text
        return None


def _report_wrong_values(raw: Any, report: Report) -> None:
    level: list[tuple[tuple[object, ...], Any]] = [((), raw)]
    for _ in range(LIMITS["depth"] + 1):
        below: list[tuple[tuple[object, ...], Any]] = []
        for path, value in level:
            wrong = _wrong_value(value)
            if wrong is not None:
                report.add("not-json", path, *wrong)
            elif isinstance(value, dict):
                below.extend(((*path, key), entry) for key, entry in value.items())
            elif isinstance(value, list):
                below.extend(((*path, index), entry) for index, entry in enumerate(value))
        level = below


def _wrong_value(value: Any) -> tuple[str, str, str] | None:
    """Return found, expected and hint for a value that JSON or a database cannot hold."""
    if value is None or isinstance(value, bool | int):
        return None
    if isinstance(value, str):
        return None if _storable(value) else _not_text()
    if isinstance(value, float):
        if math.isfinite(value):
            return None
        return str(value), say("a finite number"), say("JSON has no infinity and no NaN.")
    if isinstance(value, list):
        return None
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return say("a key that is no text"), say("text as key"), say("Every key of an object is text.")
        return None if all(_storable(key) for key in value) else _not_text()
    return type(value).__name__, say("a JSON value"), say("Only what JSON knows can be saved.")


def _not_text() -> tuple[str, str, str]:
    return (
        say("text with U+0000 or half a surrogate pair"),
        say("text without NUL and without unpaired surrogates"),
        say("Remove the character; it usually comes from a broken export."),
    )


def _storable(text: str) -> bool:
    if text.isascii():
        return "\x00" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text

"""Warnings about what controllers may write: too little, too much; a drawing without controllers has none.

[a] -- (left, table via) --> {fw1, fw2} --> (right, table back) -- [b]
"""

from __future__ import annotations

from typing import Any

import netcore
from tests.netcore.failover.mechanisms.test_route_pollers import two_tables
from tests.netcore.failover.scenes import FAULT


def warned(*controllers: dict[str, Any], **fault: Any) -> list[tuple[str, str]]:
    raw = netcore.dump(two_tables(**fault))
    raw["topology"]["route_tables"]["office"] = {
        "name": "office",
        "routes": {"out": {"prefix": "192.0.2.0/24", "next_hop_type": "None"}},
    }
    raw["controllers"] = {
        f"c{place}": {"name": f"robot {place}", **one} for place, one in enumerate(controllers, 1)
    }
    found = netcore.warnings(netcore.load(raw))
    return [(one.code, one.pointer) for one in found if one.code.startswith("controller-")]


def only(*tables: str) -> dict[str, Any]:
    return {"scope": "tables", "tables": list(tables)}


def test_no_controller_no_warning() -> None:
    assert warned() == []


def test_just_what_it_rewrites_is_right() -> None:
    assert warned(only("via", "back")) == []
    assert warned(only("via"), only("back")) == [], "together they may"


def test_too_little_is_told_once_for_each_appliance() -> None:
    missing = ("controller-right-missing", "/controllers/c1/tables")
    assert warned(only("via")) == [missing]
    assert warned(only(), only()) == [missing]


def test_too_little_hangs_on_who_fails() -> None:
    assert warned(only("via"), designs=["balancer"]) == []
    assert warned(only("via"), designs=["balancer", "route-pollers"]) != []
    assert warned(only("via"), kind="zone-lost", zone=1, vm=None) == []


def test_everything_is_too_much() -> None:
    assert warned({}) == [("controller-right-wide", "/controllers/c1/scope")]


def test_a_table_without_an_appliance_is_too_much() -> None:
    assert warned(only("via", "office", "back")) == [("controller-right-unused", "/controllers/c1/tables")]


def test_the_words_name_who_what_and_the_code() -> None:
    raw = netcore.dump(two_tables())
    raw["controllers"] = {"c1": {"name": "robot", **only("via")}}
    (found,) = (one for one in netcore.warnings(netcore.load(raw)) if one.code == "controller-right-missing")
    assert "back" in found.found and "fw1" in found.found and "403 AuthorizationFailed" in found.hint
    assert FAULT in raw["faults"]

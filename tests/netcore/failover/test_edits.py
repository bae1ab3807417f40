"""Faults that edit the drawing: what takes too much away is refused by name, and nothing else with it.

{fw1}, {fw2} behind a public and an internal balancer; fw1 fails, and somebody edits
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import netcore
from tests.netcore.failover.scenes import SEEDS

SECOND = 1_000_000
GOOD = "appliance-1-fails"


def drawn(**fault: Any) -> netcore.Scenario:
    raw = json.loads((SEEDS / "two-firewalls.json").read_text(encoding="utf-8"))
    raw["faults"]["g"] = {"name": "g", "at_us": 60 * SECOND, "kind": "crash", "vm": "fw1", **fault}
    return netcore.load(raw)


def removing(*pointers: str, after_s: int = 5) -> dict[str, Any]:
    edits = [{"pointer": pointer} for pointer in pointers]
    return {"kind": "edit", "after_us": after_s * SECOND, "edits": edits}


ILB = "/topology/load_balancers/ilb"
NICS = ("/topology/nics/fw1-external", "/topology/nics/fw1-internal")
MEMBERS = (f"{ILB}/pools/firewalls/members/fw1", "/topology/load_balancers/elb/pools/firewalls/members/fw1")


@pytest.mark.parametrize(
    ("design", "pointers", "words"),
    [
        ("balancer", [ILB], "An edit removes load_balancers/ilb at 5 s"),
        ("balancer", [f"{ILB}/pools/firewalls"], "pool"),
        ("balancer", ["/topology/vnets/hub"], "cannot be played"),
        ("route-rewrite", ["/topology/route_tables/rt-protected"], "rt-protected"),
        ("balancer", ["/topology/vms/fw1"], "cannot be played"),
        ("address-move", ["/topology/vms/fw2"], "cannot be played"),
        ("address-move", ["/topology/vms/web1", "/topology/nics/web1-nic"], "cannot be played"),
    ],
)
def test_an_edit_that_takes_too_much_away_is_refused_by_name(
    design: str, pointers: list[str], words: str
) -> None:
    scenario = drawn(then=[removing(*pointers)])
    refused = netcore.refusals(scenario, "g")
    assert words in refused[design]


@pytest.mark.parametrize(
    "pointers",
    [
        [ILB],
        [f"{ILB}/pools/firewalls"],
        ["/topology/vnets/hub"],
        [*MEMBERS, *NICS],
        [*MEMBERS, *NICS, "/topology/vms/fw1"],
        ["/topology/public_ips/fw1-external", ILB],
    ],
)
def test_every_design_that_is_not_refused_can_be_played(pointers: list[str]) -> None:
    scenario = drawn(then=[removing(*pointers)])
    for design in netcore.designs(scenario, "g"):
        list(netcore.simulate(scenario, design, "g", 1))
        list(netcore.trials(scenario, [design], "g", 3, 1))


@pytest.mark.parametrize("pointers", [[ILB], ["/topology/vnets/hub"]])
def test_other_faults_are_not_taken_along(pointers: list[str]) -> None:
    scenario = drawn(then=[removing(*pointers)])
    plain = drawn()
    assert netcore.refusals(scenario, GOOD) == netcore.refusals(plain, GOOD)
    assert netcore.designs(scenario, GOOD)


def test_a_step_that_names_what_an_edit_removed_is_refused() -> None:
    whole = [*MEMBERS, *NICS, "/topology/vms/fw1", "/topology/public_ips/fw1"]
    scenario = drawn(
        kind="edit",
        vm=None,
        edits=[{"pointer": pointer} for pointer in whole],
        then=[{"kind": "crash", "vm": "fw1", "after_us": 5 * SECOND}],
    )
    refused = netcore.refusals(scenario, "g")
    assert set(refused) == {design.id for design in netcore.all_designs()}
    assert "The step crash at 5 s names vms/fw1, which an edit removed." in refused.values()


def test_an_edit_of_one_field_is_told_where_it_makes_no_drawing() -> None:
    edit = {"pointer": "/topology/vms/fw1/guest/forwarding", "value": "often"}
    scenario = drawn(then=[{"kind": "edit", "edits": [edit]}])
    assert "at /topology/vms/fw1/guest/forwarding" in netcore.refusals(scenario, "g")["balancer"]


def test_a_timeline_of_many_edits_is_read_once_for_all_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 edits were applied anew for each moment, each design: about 200 * 100 * 20 times."""
    from netcore.failover import breakage

    calls: list[None] = []
    edited = breakage.edited

    def counted(*given: Any) -> netcore.Scenario:
        calls.append(None)
        return edited(*given)

    monkeypatch.setattr(breakage, "edited", counted)
    steps = [
        {
            "kind": "edit",
            "after_us": number * SECOND,
            "edits": [{"pointer": "/topology/vms/fw2/name", "value": f"name {number}"}],
        }
        for number in range(1, 31)
    ]
    scenario = drawn(then=steps)
    assert "balancer" not in netcore.refusals(scenario, "g")
    # Each on the drawing itself and on what is there by then, which some designs have redrawn before.
    assert len(calls) < 30 * 12

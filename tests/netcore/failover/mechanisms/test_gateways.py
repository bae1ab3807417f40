"""Mechanisms M7 to M9: what becomes of flows when an instance of a gateway goes."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.streams import Streams
from tests.netcore.build import net

PAIR = ("10.0.255.4", "10.0.255.5")


def drawn(kind: str = "vpn", pair: bool = False, fault: str = "gateway-unplanned", **connection: Any) -> Any:
    """[a] -- (hub: gateway gw) == (office: router 192.168.1.1) -- [desk]"""
    made = (
        net()
        .vnet("hub", "10.0.0.0/16")
        .subnet("app", "10.0.1.0/24")
        .vm("a", "app", "10.0.1.4")
        .subnet("gws", "10.0.255.0/27", name="GatewaySubnet")
        .gateway("gw", vnet="hub", kind=kind, instances=list(PAIR) if pair else [])
        .site("office", "192.168.1.0/24", routers={"r": "192.168.1.1"})
        .host("desk", "192.168.1.9", site="office")
    )
    if kind == "expressroute":
        neighbour = {"address": "192.168.1.2", "asn": 12076}
        speaker = {
            "asn": 65010,
            "neighbours": {"edge": neighbour},
            "announces": {"all": {"prefix": "192.168.1.0/24"}},
        }
        made.set("sites/office/routers/r/bgp", speaker)
        connection["bgp"] = True
    made.connect("c", "gw", "office", **connection)
    raw = made.raw
    raw["traffic"] = {"f": {"name": "a to desk", "source": "vms/a", "destination": "hosts/desk"}}
    raw["faults"] = {"f": {"name": "gateway", "kind": fault, "gateway": "gw", "at_us": 20_000_000}}
    return netcore.load(raw)


def course(scenario: netcore.Scenario, wanted: str) -> list[tuple[float, float, float]]:
    """Seconds, share of new and of open connections that get through, moment by moment."""
    design = next(found for found in netcore.designs(scenario) if found.id == wanted)
    timing = netcore.timing_profile("published")
    made = plan(scenario, design, scenario.faults["f"], timing)
    fates = Fates(made, timing)
    play = made.mechanism.play(Streams(1, 0))
    found = []
    for time_us, moment in [(0, made.scene.start), *made.scene.after(play.changes)]:
        (flow,) = fates.at(moment)
        open_share = sum(fate == (None, None) for fate in flow.existing) / len(flow.existing)
        found.append((time_us / 1e6, flow.started, open_share))
    return found


@pytest.mark.parametrize(
    ("fault", "low", "high"), [("gateway-planned", 10, 15), ("gateway-unplanned", 30, 180)]
)
def test_a_standby_takes_over_and_meanwhile_nothing_passes(fault: str, low: float, high: float) -> None:
    before, gap, after = course(drawn(fault=fault), "vpn-active-standby")
    assert before[1:] == (1, 1)
    assert gap[1:] == (0, 0)
    assert after[1:] == (1, 1)
    assert low <= after[0] <= high


def test_of_two_active_instances_only_some_flows_are_hit() -> None:
    before, gap, after = course(drawn(pair=True), "vpn-active-active")
    assert before[1] == 1
    assert 0 < gap[1] < 1
    assert after[1:] == (1, 1)
    assert 120 <= after[0] <= 180


@pytest.mark.parametrize(("bfd", "low", "high"), [(True, 3.6, 60.9), (False, 123, 240)])
def test_a_circuit_loses_some_flows_until_the_other_half_carries_all(
    bfd: bool, low: float, high: float
) -> None:
    before, gap, after = course(drawn(kind="expressroute", bfd=bfd), "express-route")
    assert before[1] == 1
    assert 0 < gap[1] < 1
    assert after[1] == 1
    assert low <= after[0] <= high


def test_designs_say_why_they_do_not_fit() -> None:
    refusals = netcore.refusals(drawn(pair=True), "f")
    assert "active-active" in refusals["vpn-active-standby"]
    assert "expressroute" in refusals["express-route"]


def test_bfd_belongs_to_circuits() -> None:
    raw = drawn().model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["topology"]["connections"]["c"]["bfd"] = True
    assert ("bfd-without-circuit", "H12") in {(p.code, p.fact) for p in netcore.read(raw).problems}

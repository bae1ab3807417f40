"""Mechanisms M7 to M9: what becomes of flows when an instance of a gateway goes."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.gateway_turn import GatewayPlay
from netcore.failover.moments import Note
from netcore.failover.streams import Streams
from tests.netcore.build import net
from tests.netcore.failover.scenes import FAULT, pair

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


def changed(scenario: netcore.Scenario, **fault: Any) -> netcore.Scenario:
    """The same drawing with some fields of its fault replaced."""
    raw = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["faults"]["f"] |= fault
    return netcore.load(raw)


def played(scenario: netcore.Scenario, wanted: str, trial: int = 0) -> GatewayPlay:
    design = next(found for found in netcore.designs(scenario) if found.id == wanted)
    made = plan(scenario, design, scenario.faults["f"], netcore.timing_profile("published"))
    found = made.mechanism.play(Streams(1, trial))
    assert isinstance(found, GatewayPlay)
    return found


SHORT = 5_000_000


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        ("vpn-active-standby", {}),
        ("vpn-active-active", {"pair": True}),
        ("express-route", {"kind": "expressroute"}),
    ],
)
def test_an_instance_that_is_back_before_the_move_carries_its_flows(
    wanted: str, options: dict[str, Any]
) -> None:
    scenario = changed(drawn(**options), lasts_us=SHORT)
    before, gap, after = course(scenario, wanted)
    assert gap[1] < 1 and after == (5, 1, before[2])
    assert max(time_us for time_us, _ in played(scenario, wanted).changes) == SHORT


def test_the_clocks_stop_when_the_instance_is_back() -> None:
    standby = played(changed(drawn(), lasts_us=SHORT), "vpn-active-standby")
    assert (standby.clocks.data_us, standby.completes) == (SHORT, True)
    both = played(changed(drawn(pair=True), lasts_us=SHORT), "vpn-active-active")
    assert (both.clocks.detect_us, both.completes) == (None, False)
    told = [part.text for part in both.story(0) if isinstance(part, Note)]
    assert told == ["instance 0 is back before anybody notices, so nothing moves"]


def test_an_instance_that_is_back_later_is_not_lost_again() -> None:
    scenario = changed(drawn(pair=True), lasts_us=600_000_000)
    *_, moved, back = course(scenario, "vpn-active-active")
    assert moved[1:] == (1, 1) and moved[0] <= 180
    assert back == (600, 1, 1)
    assert played(scenario, "vpn-active-active").completes


def test_the_role_moves_back_when_the_new_active_instance_goes() -> None:
    step = {"kind": "gateway-planned", "gateway": "gw", "instance": 1, "after_us": 900_000_000}
    scenario = changed(drawn(), lasts_us=600_000_000, then=[step])
    shares = [(round(time_s), new) for time_s, new, _ in course(scenario, "vpn-active-standby")]
    assert [new for _, new in shares] == [1, 0, 1, 1, 0, 1]
    assert shares[3][0] == 600 and shares[4][0] == 900
    assert 910 <= shares[5][0] <= 915


def test_a_standby_that_goes_is_not_missed() -> None:
    step = {"kind": "gateway-unplanned", "gateway": "gw", "instance": 1, "after_us": 900_000_000}
    short = changed(drawn(), lasts_us=SHORT, then=[step])
    assert [new for _, new, _ in course(short, "vpn-active-standby")] == [1, 0, 1, 1]


@pytest.mark.parametrize(("pair", "wanted"), [(False, "vpn-active-standby"), (True, "vpn-active-active")])
def test_a_step_that_takes_an_instance_is_timed(pair: bool, wanted: str) -> None:
    step = {"kind": "gateway-unplanned", "gateway": "gw", "after_us": 100_000_000}
    scenario = changed(drawn(pair=pair), kind="nothing", gateway=None, then=[step])
    before, gap, after = course(scenario, wanted)
    assert before[1] == 1 and gap[0] == 100 and gap[1] < 1
    assert after[1] == 1 and after[0] > 130


def test_what_the_model_of_gateways_does_not_follow() -> None:
    def why(scenario: netcore.Scenario, wanted: str) -> str:
        return netcore.refusals(scenario, "f")[wanted]

    step = {"kind": "gateway-unplanned", "gateway": "gw", "instance": 1, "after_us": 1}
    assert "away at once" in why(changed(drawn(), then=[step]), "vpn-active-standby")
    step["instance"] = 0
    assert "away already" in why(changed(drawn(pair=True), then=[step]), "vpn-active-active")
    raw = pair().model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["topology"]["subnets"]["gws"] = {
        "name": "GatewaySubnet",
        "vnet": "hub",
        "prefixes": ["10.0.255.0/27"],
    }
    raw["topology"]["gateways"] = {"gw": {"name": "gw", "vnet": "hub"}}
    raw["faults"][FAULT]["then"] = [step]
    refused = netcore.refusals(netcore.load(raw), FAULT)
    assert "no times for gateways" in refused["balancer"]


def test_a_planned_loss_of_a_circuit_is_told() -> None:
    scenario = drawn(kind="expressroute", fault="gateway-planned")
    _, _, after = course(scenario, "express-route")
    assert after[0] <= 1 and after[1] == 1
    design = next(found for found in netcore.designs(scenario) if found.id == "express-route")
    made = plan(scenario, design, scenario.faults["f"], netcore.timing_profile("published"))
    assert {one.name: one.grade for one in made.assumptions()}["planned: goodbye"] == "D"


def test_a_gateway_that_does_not_fail_over_is_repaired_by_hand() -> None:
    scenario = changed(drawn(), conditions=["failover-fails"])
    found = played(scenario, "vpn-active-standby")
    assert not found.completes and found.by_hand_us == found.changes[-1][0]
    back = played(changed(scenario, lasts_us=SHORT), "vpn-active-standby")
    assert back.by_hand_us is None

"""Mechanism M6: a route server, two appliances that are its neighbours, and what becomes of flows."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

import netcore
from netcore.failover.breakage import joined
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.hold import Held
from netcore.failover.mechanisms.route_server import RouteServerPlay
from netcore.failover.plan import Plan
from netcore.failover.streams import Streams
from netcore.failover.sweeping import sweep
from tests.netcore.build import net
from tests.netcore.failover.scenes import FAULT, design, metrics, race

TELLING_S = 80
"""Longest time that routes took to spread in the trials of these tests, and more."""


def speaker(asn: int, keepalive: int, hold: int) -> dict[str, Any]:
    return {
        "asn": asn,
        "keepalive_s": keepalive,
        "hold_s": hold,
        "neighbours": {f"rs{n}": {"address": f"10.0.3.{n}", "asn": 65515} for n in (4, 5)},
        "announces": {"all": {"prefix": "10.0.0.0/8"}, "default": {"prefix": "0.0.0.0/0"}},
    }


def drawn(keepalive: int = 5, hold: int = 15, appliances: int = 2, **fault: Any) -> netcore.Scenario:
    """[a] -- (left) -- (hub: fw1, fw2, route server) -- (right) -- [b]"""
    made = net().vnet("hub", "10.0.0.0/16").subnet("dmz", "10.0.1.0/24")
    made.subnet("rss", "10.0.3.0/27", name="RouteServerSubnet")
    made.vnet("left", "10.1.0.0/16").subnet("l", "10.1.1.0/24").vm("a", "l", "10.1.1.4")
    made.vnet("right", "10.2.0.0/16").subnet("r", "10.2.1.0/24").vm("b", "r", "10.2.1.4")
    for spoke in ("left", "right"):
        made.link("hub", spoke, allow_gateway_transit=True, allow_forwarded=True)
        made.link(spoke, "hub", use_remote_gateways=True, allow_forwarded=True)
    peers = {}
    for number in range(1, appliances + 1):
        address, asn = f"10.0.1.{number + 3}", 65000 + number
        guest = {"snat": True, "stateful": True, "bgp": speaker(asn, keepalive, hold)}
        made.appliance(f"fw{number}", "dmz", address, **guest)
        peers[f"fw{number}"] = {"name": f"fw{number}", "address": address, "asn": asn}
    made.set("route_servers/rs", {"name": "rs", "vnet": "hub", "peers": peers})
    raw = made.raw
    flow = {"name": "a to b", "source": "vms/a", "destination": "vms/b", "destination_port": 443}
    raw["traffic"] = {"a-b": {**flow, "protocol": "tcp", "packets_per_second": 100}}
    raw["faults"] = {FAULT: {"name": "fw1 fails", "vm": "fw1", "at_us": 20_000_000, **fault}}
    return netcore.load(raw)


def planned(scenario: netcore.Scenario) -> Plan:
    timing = netcore.timing_profile("published").changed({"failure.routing": 0})
    return plan(scenario, design(scenario, "route-server"), scenario.faults[FAULT], timing)


def play(scenario: netcore.Scenario, trial: int = 0) -> RouteServerPlay:
    found = planned(scenario).mechanism.play(Streams(1, trial))
    assert isinstance(found, RouteServerPlay)
    return found


def course(scenario: netcore.Scenario) -> list[tuple[float, float, float]]:
    """Seconds, share of new and of open connections that get through, moment by moment."""
    made = planned(scenario)
    fates = Fates(made, netcore.timing_profile("published"))
    found = []
    changes = made.mechanism.play(Streams(1, 0)).changes
    for time_us, moment in [(0, made.scene.start), *made.scene.after(changes)]:
        (flow,) = fates.at(moment)
        open_share = sum(fate == (None, None) for fate in flow.existing) / len(flow.existing)
        found.append((time_us / 1e6, flow.started, open_share))
    return found


def test_half_of_the_flows_are_lost_until_the_last_host_has_lost_the_routes() -> None:
    found = course(drawn())
    assert found[0] == (0, 1, 1)
    assert 0.3 < found[1][1] < 0.7
    assert 10 <= found[-1][0] <= 15 + TELLING_S
    assert found[-1][1] == 1
    # What was open through the other appliance goes on; the rest meets an appliance that never saw it.
    assert found[-1][2] == pytest.approx(found[1][1])


def test_a_stop_in_order_takes_seconds() -> None:
    crash, graceful = play(drawn()), play(drawn(kind="graceful-stop"))
    assert 10 <= (crash.clocks.detect_us or 0) / 1e6 <= 15
    assert 0 < (graceful.clocks.detect_us or 0) / 1e6 <= 1
    assert crash.clocks.data_us == graceful.clocks.data_us  # the same luck


def test_the_later_of_the_two_instances_counts() -> None:
    found = play(drawn())
    (_, loss), *others = found.losses
    assert not others
    assert len(set(loss.noticed)) == 2
    assert found.clocks.detect_us == max(loss.noticed)


def test_hosts_learn_one_by_one_and_the_last_takes_the_whole_time() -> None:
    found = play(drawn())
    assert [sender for _, sender, _ in found.learned if sender in ("vms/a", "vms/b")]
    assert len({time_us for time_us, _, _ in found.learned}) == len(found.learned)
    end_us = (found.clocks.detect_us or 0) + (found.clocks.data_us or 0)
    assert max(time_us for time_us, _, _ in found.learned) == end_us


def test_back_before_the_hold_time_nothing_is_withdrawn() -> None:
    scenario = drawn(kind="pause", lasts_us=8_000_000)
    found = play(scenario)
    assert found.clocks.detect_us is None
    assert len(found.changes) == 2
    assert [row[1] for row in course(scenario)][-1] == 1
    assert any(
        "before its hold time is over" in str(event.get("text")) for event in race(scenario, "route-server")
    )


def test_back_after_the_hold_time_its_session_comes_back() -> None:
    scenario = drawn(kind="pause", lasts_us=200_000_000)
    found = course(scenario)
    assert found[-1][0] > 200
    assert found[-1][1:] == (1, 1)
    assert play(scenario).completes


def test_a_second_crash_is_noticed_once_the_routes_are_back() -> None:
    step = {"kind": "crash", "vm": "fw1", "after_us": 500_000_000}
    both = play(drawn(kind="pause", lasts_us=200_000_000, then=[step]))
    assert [loss.begin_us for _, loss in both.losses] == [0, 500_000_000]
    step["after_us"] = 200_500_000  # before its session is up again
    one = play(drawn(kind="pause", lasts_us=200_000_000, then=[step]))
    assert [loss.back_us for _, loss in one.losses] == [None]


def test_forwarding_that_stops_is_never_noticed() -> None:
    found = play(drawn(kind="forwarding-stops"))
    assert found.clocks.detect_us is None and not found.completes
    assert metrics(race(drawn(kind="forwarding-stops"), "route-server"))["recover_new_us"] is None


def test_a_failover_that_fails_ends_by_hand() -> None:
    found = play(drawn(conditions=["failover-fails"]))
    assert not found.completes and found.by_hand_us is not None
    assert metrics(race(drawn(conditions=["failover-fails"]), "route-server"))["by_hand"]


def test_the_drawing_keeps_its_appliance_running() -> None:
    made = planned(drawn())
    network = made.scene.network((1,))
    assert network.scenario.topology.vms["fw1"].power == "running"
    assert {session.reason for session in network.bgp.between("route_servers/rs", "vms/fw1")} == {
        "no_speaker"
    }


def test_it_says_why_it_does_not_fit() -> None:
    alone = netcore.refusals(drawn(appliances=1), FAULT)["route-server"]
    assert "Nobody can take over from fw1" in alone
    other = drawn(vm="a")
    assert "no BGP session" in netcore.refusals(other, FAULT)["route-server"]


def test_timers_are_swept() -> None:
    scenario = drawn(60, 180)
    events = list(
        sweep(scenario, [design(scenario, "route-server")], FAULT, "bgp.hold", [15, 60, 180], 50, 1)
    )
    p50 = [row["p50"] for event in events[:-1] for row in event["designs"]]
    assert p50 == sorted(p50) and p50[0] < 40 and p50[2] > 140


@pytest.mark.parametrize(
    ("keepalive", "hold", "rate"), [(60, 180, 0.0428), (5, 15, 0.513), (1, 3, 2.566), (10 / 3, 10, 0.77)]
)
def test_low_timers_end_more_sessions_for_nothing(keepalive: float, hold: float, rate: float) -> None:
    """Once in 1 / (0.99 * 0.01 ** 3) keepalives."""
    session = Held("rs", ip_address("10.0.3.4"), keepalive, hold)
    assert session.false_per_month(0.01) == pytest.approx(rate, rel=0.01)
    assert session.false_per_month(0) == 0


def test_the_rate_of_false_withdrawals_is_told() -> None:
    told = {one.name: one.value for one in planned(drawn(60, 180)).assumptions()}
    assert told["false withdrawals per month"].startswith("0.0428 times a month the routes of fw1")


def test_silences_are_joined() -> None:
    assert joined([(5, 8), (0, 6), (20, None), (30, 40)]) == ((0, 8), (20, None))
    assert joined([]) == ()

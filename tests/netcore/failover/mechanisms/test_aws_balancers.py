"""Balancers of AWS: what they do with open flows, and that each provider has its own."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.control.probes import Turn
from netcore.errors import NotModelled
from netcore.failover.designs import plan
from netcore.failover.mechanisms.aws_gateway_balancer import absences, turned
from netcore.failover.streams import Streams
from netcore.failover.watches import Seen
from tests.facts.test_l_aws import balanced, inspecting, opened
from tests.netcore.build import Net, net
from tests.netcore.failover.scenes import FAULT, design, metrics, race

SECOND = 1_000_000
GATEWAY = {"aws-gateway-balancer", "aws-gateway-balancer-rebalance"}
SURE = {"failure.balancer": 0}


def failing(drawn: Net, vm: str, *protocols: str, to: str, **fault: Any) -> netcore.Scenario:
    """Return a drawing with long-lived flows of each protocol from ``a`` or ``client``, and a fault."""
    raw = drawn.raw
    source = "client" if "client" in raw["topology"]["vms"] else "a"
    raw["traffic"] = {
        protocol: {
            "name": protocol,
            "source": f"vms/{source}",
            "destination": to,
            "protocol": protocol,
            "destination_port": 443,
            "lifetime": "long-lived",
        }
        for protocol in protocols
    }
    raw["faults"] = {FAULT: {"name": "fault", "vm": vm, "at_us": 10 * SECOND, **fault}}
    return netcore.load(raw)


def network_balancer(
    profile: str = "aws", *protocols: str, interval_s: int = 10, threshold: int = 3, **fault: Any
) -> netcore.Scenario:
    """[client] -- (web) -- balancer -- [t1], [t2]; the same for both providers. t1 fails."""
    drawn = net(profile).vnet("vpc", "10.0.0.0/16").subnet("web", "10.0.1.0/24")
    for number, name in enumerate(("client", "t1", "t2")):
        drawn.vm(name, "web", f"10.0.1.{number + 4}")
    used = protocols or ("tcp",)
    rules = tuple(f"{protocol}/443" for protocol in used)
    drawn.balancer("nlb", ["t1", "t2"], subnet="web", address="10.0.1.9", rules=rules, probe=443)
    drawn.set("load_balancers/nlb/probes/probe/interval_s", interval_s)
    drawn.set("load_balancers/nlb/probes/probe/threshold", threshold)
    return failing(opened(drawn), "t1", *used, to="10.0.1.9", **fault)


def gateway_balancer(
    *protocols: str, profile: str = "aws", rebalance: bool | None = None, **fault: Any
) -> netcore.Scenario:
    """[a] -- endpoint == {fw1}, {fw2} behind a gateway balancer -- [c]; fw1 fails."""
    drawn = inspecting(**({} if rebalance is None else {"rebalance": rebalance}))
    drawn.set("load_balancers/gwlb/probes/probe/interval_s", 10)
    drawn.raw["profile"] = profile
    return failing(drawn, "fw1", *(protocols or ("tcp",)), to="vms/c", **fault)


def refusal(scenario: netcore.Scenario, wanted: str) -> str:
    chosen = next(one for one in netcore.all_designs() if one.id == wanted)
    with pytest.raises(NotModelled) as refused:
        plan(scenario, chosen, scenario.faults[FAULT], netcore.timing_profile("published"))
    return str(refused.value)


def plays(scenario: netcore.Scenario, wanted: str, n: int = 200) -> list[Any]:
    timing = netcore.timing_profile("published").changed(SURE)
    made = plan(scenario, design(scenario, wanted), scenario.faults[FAULT], timing)
    return [made.mechanism.play(Streams(7, number)) for number in range(n)]


def test_the_same_drawing_resets_at_one_provider_and_hangs_at_the_other() -> None:
    """Section 2.3: about half of the connections stood on the dead target."""
    there = metrics(race(network_balancer("aws"), "aws-network-balancer", 3))
    here = metrics(race(network_balancer("azure-2026"), "balancer", 3))
    assert 0.3 <= there["flows"]["reset"] <= 0.7
    assert there["flows"]["hung"] == there["flows"]["stalled"] == 0
    assert here["flows"]["hung"] == there["flows"]["reset"]
    assert here["flows"]["reset"] == 0


def test_udp_goes_to_another_target_once_the_checks_have_failed() -> None:
    found = metrics(race(network_balancer("aws", "udp"), "aws-network-balancer", 3))
    assert found["flows"]["reset"] == found["flows"]["hung"] == 0
    assert found["flows"]["stalled"] > 0.3


def test_a_guest_that_keeps_quiet_about_unknown_connections_changes_no_reset_of_a_balancer() -> None:
    raw = netcore.dump(network_balancer("aws")) | {"timing_overrides": {"state_check": "silent"}}
    found = metrics(race(netcore.load(raw), "aws-network-balancer", 3))
    assert found["flows"]["reset"] > 0.3


def test_connections_of_a_healthy_target_whose_checks_are_denied_are_reset_too() -> None:
    """A balancer of Azure leaves them alone; see the same fault in test_balancers."""
    blocked = {"kind": "probe-blocked"}
    there = metrics(race(network_balancer("aws", **blocked), "aws-network-balancer", 3))
    here = metrics(race(network_balancer("azure-2026", **blocked), "balancer", 3))
    assert there["flows"]["reset"] > 0.3
    assert here["flows"]["survived"] == 1


def test_a_timeout_longer_than_the_interval_still_counts() -> None:
    """Section 2.2: U(0,I) + (n-1)*I + 10 + U(1,10), where I is 5 s."""
    scenario = network_balancer("aws", interval_s=5, threshold=2)
    found = [play.changes[-1][0] / SECOND for play in plays(scenario, "aws-network-balancer")]
    assert 16 <= min(found) <= max(found) <= 30


def test_refused_checks_fail_at_once() -> None:
    timing = netcore.timing_profile("published").changed({**SURE, "probe.failure": "refused"})
    scenario = network_balancer("aws")
    made = plan(scenario, design(scenario, "aws-network-balancer"), scenario.faults[FAULT], timing)
    for number in range(100):
        detect_us = made.mechanism.play(Streams(7, number)).clocks.detect_us
        assert detect_us is not None and 20 * SECOND <= detect_us <= 30 * SECOND


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_open_flows_stay_with_a_failed_appliance_for_ever(protocol: str) -> None:
    found = metrics(race(gateway_balancer(protocol), "aws-gateway-balancer", 3))
    assert 0.3 <= found["flows"]["hung"] <= 0.7
    assert found["flows"]["stalled"] == 0
    assert 16 * SECOND <= found["recover_new_us"] <= 35 * SECOND


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize("drawn", [None, True, False])
def test_open_flows_move_late_where_they_are_rebalanced(protocol: str, drawn: bool | None) -> None:
    """Whatever the drawing says: it is the design that rebalances."""
    scenario = gateway_balancer(protocol, rebalance=drawn)
    found = metrics(race(scenario, "aws-gateway-balancer-rebalance", 3))
    assert found["flows"]["hung"] == 0
    assert 0.3 <= found["flows"]["stalled"] <= 0.7
    assert 16 * SECOND <= found["recover_new_us"] <= 35 * SECOND
    stayed = metrics(race(scenario, "aws-gateway-balancer", 3))
    assert stayed["flows"]["hung"] == found["flows"]["stalled"]


def test_moved_connections_need_appliances_that_share_their_sessions() -> None:
    """Section 2.3: a stateful appliance without them resets what it has not seen open."""
    for synced, outcome in ((True, "stalled"), (False, "reset")):
        raw = netcore.dump(gateway_balancer())
        for vm in ("fw1", "fw2"):
            guest = {"forwarding": True, "stateful": True, "session_sync": synced}
            raw["topology"]["vms"][vm]["guest"] = guest
        found = metrics(race(netcore.load(raw), "aws-gateway-balancer-rebalance", 3))
        assert found["flows"][outcome] > 0.3, outcome


def test_an_appliance_that_comes_back_in_time_keeps_its_flows() -> None:
    """Open flows move no sooner than their time, and not once the appliance is back."""
    scenario = gateway_balancer(kind="pause", lasts_us=22 * SECOND)
    for play in plays(scenario, "aws-gateway-balancer-rebalance"):
        for turns in play.turns.values():
            assert [moves for _, moves in turns] in ([], [True, False])


def test_the_story_says_when_open_flows_move() -> None:
    events = race(gateway_balancer(), "aws-gateway-balancer-rebalance", 3)
    told = [event["text"] for event in events if event["event"] == "failover.event"]
    assert sum("open flows of gwlb move" in text for text in told) == 1
    assert any("fw1 is out of the rotation" in text for text in told)


def test_a_person_who_takes_the_member_out_lets_its_flows_move_later() -> None:
    raw = netcore.dump(gateway_balancer())
    raw["faults"][FAULT]["conditions"] = ["failover-fails"]
    for play in plays(netcore.load(raw), "aws-gateway-balancer-rebalance", 20):
        (turns,) = play.turns.values()
        assert len(turns) == 1 and turns[0][0] > play.by_hand_us


def seen(*turns: tuple[int, bool]) -> Seen:
    made = tuple(Turn(at_us, up) for at_us, up in turns)
    return Seen((), next((turn.at_us for turn in made if not turn.up), None), 0, made, ())


@pytest.mark.parametrize(
    ("watched", "wanted"),
    [
        ([seen()], []),
        ([seen((10, False))], [(70, True)]),
        ([seen((10, False), (50, True))], []),
        ([seen((10, False), (90, True))], [(70, True), (90, False)]),
        # Flows of the second one are not moved before their time, though those of the first have moved.
        ([seen((10, False)), seen((80, False))], [(70, True), (80, False), (140, True)]),
        ([seen((10, False)), seen((20, False))], [(80, True)]),
    ],
)
def test_one_flag_moves_the_flows_of_all_members(watched: list[Seen], wanted: list[Any]) -> None:
    away = [one for found in watched for one in absences(found, 60, None)]
    assert turned(away) == wanted


def test_each_provider_has_its_own_balancers() -> None:
    there = {one.id for one in netcore.designs(network_balancer("aws"))}
    here = {one.id for one in netcore.designs(network_balancer("azure-2026"))}
    assert "aws-network-balancer" in there and "aws-network-balancer" not in here
    assert "balancer" in here and "balancer" not in there
    assert {one.id for one in netcore.designs(gateway_balancer())} >= GATEWAY
    assert "AWS" in refusal(network_balancer("aws"), "balancer")
    assert "Azure" in refusal(network_balancer("azure-2026"), "aws-network-balancer")
    for name in GATEWAY:
        assert "Azure" in refusal(network_balancer("azure-2026"), name)
        assert refusal(network_balancer("aws"), name) == "No gateway balancer gives flows to t1."


def test_what_cannot_be_played_says_why() -> None:
    alone = failing(balanced(), "a", "tcp", to="10.0.1.9")
    raw = netcore.dump(alone)
    raw["traffic"]["tcp"]["source"] = "vms/c"
    assert "has no other member" in refusal(netcore.load(raw), "aws-network-balancer")
    raw = netcore.dump(network_balancer("aws"))
    raw["topology"]["load_balancers"]["nlb"]["sku"] = "basic"
    assert "sku basic" in refusal(netcore.load(raw), "aws-network-balancer")
    assert "No balancer gives flows to fw1" in refusal(gateway_balancer(), "aws-network-balancer")

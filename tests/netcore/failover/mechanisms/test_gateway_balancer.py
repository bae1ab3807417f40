"""Mechanism M5: the gateway balancer of Azure; row P3 of the reference on failover, section 5."""

from __future__ import annotations

import netcore
from netcore.failover.statistics import quantile
from tests.netcore.failover.scenes import FAULT, design, metrics, pair, race
from tests.netcore.failover.scenes import net as empty

SITE = "203.0.113.4"


def chained() -> netcore.Scenario:
    """client -- elb 203.0.113.4 -> [w1]; glb -> {f1} {f2}, probed on port 22."""
    made = empty().host("client", "198.51.100.7").vnet("p", "10.9.0.0/16").subnet("dmz", "10.9.0.0/24")
    for number in (1, 2):
        made.vm(f"f{number}", "dmz", f"10.9.0.{number + 3}", guest={"forwarding": True})
    made.balancer("glb", ["f1", "f2"], subnet="dmz", address="10.9.0.100", sku="gateway", probe=22)
    made.public("site", SITE).group("web", "100 in allow tcp Internet * 443")
    made.vnet("c", "10.0.0.0/16").subnet("web", "10.0.0.0/24", group="web").vm("w1", "web", "10.0.0.4")
    made.balancer("elb", ["w1"], public="site", rules=("tcp/443",))
    made.set("load_balancers/elb/frontends/front/gateway_balancer", "glb")
    raw = made.raw
    raw["traffic"] = {"f": {"name": "client to site", "source": "hosts/client", "destination": SITE}}
    raw["faults"] = {FAULT: {"name": "f1 dies", "vm": "f1", "at_us": 20_000_000}}
    return netcore.load(raw)


def test_new_flows_avoid_the_dead_appliance_and_open_ones_hang() -> None:
    found = metrics(race(chained(), "gateway-balancer"))
    assert found["completes"]
    assert 10e6 <= found["recover_new_us"] <= 16e6
    assert found["flows"]["hung"] > 0.2


def test_p3_as_slow_as_any_balancer() -> None:
    """10-15 s published: p1 >= 9.5, p50 12-14, p99 <= 16.5. N = 2000."""
    scenario = chained()
    *_, summary = netcore.trials(scenario, (design(scenario, "gateway-balancer"),), FAULT, 2000, 7)
    (figures,) = summary["designs"]
    assert 12 <= figures["new"]["p50"] <= 14
    assert figures["new"]["p99"] <= 16.5
    low = [seconds for seconds, reached in figures["ecdf"] if reached >= 0.01]
    assert quantile(low, 0.0) >= 9.5


def test_a_drawing_without_one_says_so() -> None:
    assert "No gateway balancer" in netcore.refusals(pair(), FAULT)["gateway-balancer"]

"""Facts J8-J10, J18, J20, J22: probes over time, by which NIC they are answered, and who else reacts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore.control.convergence import convergence
from netcore.control.probes import (
    Counting,
    Meets,
    decided_us,
    failures_needed,
    succeeds,
    successes_needed,
    turns,
    wait_us,
)
from netcore.document.balancers import Probe
from netcore.forwarding.probes import noticed
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from tests.netcore.ask import fate, one, packet, visited, word
from tests.netcore.build import Net, net

SECOND = 1_000_000


def probe(interval_s: int = 5, threshold: int = 2, protocol: str = "tcp", **more: object) -> Probe:
    return Probe.model_validate(
        {
            "name": "p",
            "port": 80,
            "interval_s": interval_s,
            "threshold": threshold,
            "protocol": protocol,
            **more,
        }
    )


def detection_window_us(watched: Probe, meets: Meets = "refused") -> tuple[int, int]:
    """Return the bounds of the time to detect: the fault falls just before a probe, or just after one."""
    asked = (watched.interval_s * SECOND, failures_needed(watched), wait_us(watched, meets))
    return decided_us(*asked, 0.0), decided_us(*asked, 1.0)


def every(seconds: int, *meets: Meets) -> list[tuple[int, Meets]]:
    """Return probes sent from 0 on, so many seconds apart."""
    return [(number * seconds * SECOND, met) for number, met in enumerate(meets)]


def seen(*args: object, **more: object) -> list[tuple[float, str]]:
    """Return turns as (seconds, up or down)."""
    found = turns(*args, **more)  # type: ignore[arg-type]
    return [(turn.at_us / SECOND, "up" if turn.up else "down") for turn in found]


def test_j8_threshold_times_interval():
    assert detection_window_us(probe()) == (5 * SECOND, 10 * SECOND)
    assert detection_window_us(probe(5, 3)) == (10 * SECOND, 15 * SECOND)
    assert detection_window_us(probe(15, 4)) == (45 * SECOND, 60 * SECOND)
    assert seen(probe(5, 3), every(5, "ok", "refused", "refused", "refused", "refused")) == [(15, "down")]


def test_j8_silence_costs_the_wait_for_the_last_answer_as_well():
    assert detection_window_us(probe(5, 2), "timeout") == (10 * SECOND, 15 * SECOND)
    assert seen(probe(5, 2), every(5, "timeout", "timeout")) == [(10, "down")]


def test_j8_one_good_answer_starts_the_count_anew():
    answers = every(5, "refused", "ok", "refused", "refused")
    assert seen(probe(5, 2), answers) == [(15, "down")]


@pytest.mark.parametrize(
    ("counting", "threshold", "down", "up"),
    [
        ("threshold", 3, 3, 3),
        ("number-of-probes", 3, 3, 1),
        ("number-of-probes", 1, 2, 1),
        ("one", 3, 1, 1),
    ],
)
def test_j8_three_ways_to_count(counting: Counting, threshold: int, down: int, up: int):
    asked = probe(5, threshold)
    assert failures_needed(asked, counting) == down
    assert successes_needed(asked, counting) == up
    answers = every(5, *["refused"] * down, *["ok"] * up)
    assert seen(asked, answers, counting) == [((down - 1) * 5, "down"), ((down + up - 1) * 5, "up")]
    assert seen(asked, answers[: down - 1], counting) == []


def test_j8_the_race_counts_as_the_profile_says():
    from netcore.failover.mechanisms.balancer import BalancerFailover
    from netcore.failover.scene import Scene
    from netcore.failover.streams import Streams
    from tests.netcore.failover.scenes import FAULT, pair

    timing = netcore.timing_profile("published").changed({"probe.failure": "refused"})
    drawn = pair(threshold=3)

    def detect(counting: Counting) -> float:
        scenario = drawn.model_copy(update={"switches": {"probe_counting": counting}})
        played = BalancerFailover(Scene(scenario, scenario.faults[FAULT], timing), "fw1").play(Streams(1, 1))
        assert played.clocks.detect_us is not None
        return played.clocks.detect_us / SECOND

    assert 10 <= detect("threshold") <= 15
    assert 0 <= detect("one") <= 5
    assert detect("threshold") - detect("one") == pytest.approx(10)
    assert netcore.compile(net().scenario()).profile.probe_counting == "threshold"


def test_j8_a_document_chooses_how_probes_are_counted():
    for choice in ("threshold", "number-of-probes", "one"):
        drawn = pair()
        drawn.raw["switches"] = {"probe_counting": choice}
        assert drawn.network().profile.probe_counting == choice


def test_j9_http_takes_200_only_and_waits_30_seconds_at_most():
    web = probe(120, 1, "http")
    assert [status for status in (200, 201, 204, 301, 401, 404, 500, 503) if succeeds(web, status)] == [200]
    assert seen(web, [(0, 404)]) == [(0, "down")]
    assert seen(web, [(0, "refused")]) == [(0, "down")]
    assert seen(web, [(0, "timeout")]) == [(30, "down")]
    assert wait_us(probe(10, 1, "https"), "timeout") == 10 * SECOND
    assert detection_window_us(web, "timeout") == (30 * SECOND, 150 * SECOND)


def test_j9_tcp_waits_for_its_interval_or_takes_a_reset():
    plain = probe(120, 1)
    assert seen(plain, [(0, "timeout")]) == [(120, "down")]
    assert seen(plain, [(0, "refused")]) == [(0, "down")]
    assert succeeds(plain, 500)


def test_j10_comes_back_after_as_many_good_answers():
    answers = every(5, "refused", "refused", "ok", "ok", "ok")
    assert seen(probe(5, 2), answers) == [(5, "down"), (15, "up")]
    assert seen(probe(5, 2), answers, "one") == [(0, "down"), (10, "up")]
    assert seen(probe(5, 2), every(5, "ok", "ok"), up=False) == [(5, "up")]


def test_j10_flapping_is_held_back_longer_each_time():
    flap = ["refused", "ok", "ok", "ok", "ok"]
    found = seen(probe(5, 1), every(5, *flap, *flap, *flap))
    absent = [up - down for (down, _), (up, _) in zip(found[::2], found[1::2], strict=True)]
    assert absent == [5, 10, 15]
    calm = every(5, "refused", "ok", *["ok"] * 20, "refused", "ok", "ok")
    assert [up - down for (down, _), (up, _) in [seen(probe(5, 1), calm)[i : i + 2] for i in (0, 2)]] == [
        5,
        5,
    ]


@settings(max_examples=60)
@given(
    threshold=st.integers(1, 4),
    meets=st.lists(st.sampled_from(["ok", "timeout", "refused", 200, 500]), max_size=30),
    phase=st.integers(0, 5 * SECOND),
)
def test_j8_a_fault_is_noticed_inside_the_window(threshold: int, meets: list[Meets], phase: int):
    """After any history without a turn, failures take the backend out between the two bounds."""
    asked = probe(5, threshold, "http")
    history = every(5, *meets)
    last = history[-1][0] if history else 0
    before = turns(asked, history)
    assert [turn.up for turn in before] == [number % 2 == 1 for number in range(len(before))]
    quiet = [*history, (last + 5 * SECOND, "ok")] if not before else [(last + 5 * SECOND, "ok")]
    fault = quiet[-1][0] + 5 * SECOND - phase
    after: list[tuple[int, Meets]] = [
        (quiet[-1][0] + n * 5 * SECOND, "timeout") for n in range(1, threshold + 1)
    ]
    down = turns(asked, [*quiet, *after])[-1]
    low, high = detection_window_us(asked, "timeout")
    assert low <= down.at_us - fault <= high


def two_nics(**guest: object) -> Net:
    """[a] -- (app) ; {fw: outer in (dmz), inner in (trust)} behind ilb 10.0.8.100, its inner NIC probed."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("app", "10.0.1.0/24")
        .subnet("dmz", "10.0.9.0/24")
        .subnet("trust", "10.0.8.0/24")
        .vm("a", "app", "10.0.1.4")
        .vm("fw", "dmz", "10.0.9.4", guest=dict(guest), ip_forwarding=True)
        .nic("fw-in", "fw", "trust", "10.0.8.4", ip_forwarding=True)
        .balancer("ilb", ["fw-in"], subnet="trust", address="10.0.8.100", rules=("tcp/443",), probe=443)
    )


def test_j18_a_probe_must_be_answered_by_the_nic_it_came_in_by():
    verdict = one(two_nics(), "vms/a", "10.0.8.100").forward.verdict
    assert verdict.code == "LB_NO_HEALTHY"
    assert "answers by fw, " in verdict.sentence
    assert "J18" in one(two_nics(), "vms/a", "10.0.8.100").forward.steps[-1].facts


@pytest.mark.parametrize(
    "guest",
    [
        {"policy_routing": True},
        {"routes": {"probe": {"prefix": "168.63.129.16/32", "nic": "fw-in"}}},
    ],
    ids=["policy", "route"],
)
def test_j18_policy_routing_or_a_route_helps(guest: dict[str, object]):
    back = {"routes": {"app": {"prefix": "10.0.1.0/24", "nic": "fw-in"}}}
    routes = {**back["routes"], **guest.get("routes", {})}  # type: ignore[dict-item]
    assert fate(two_nics(**{**guest, "routes": routes}), "vms/a", "10.0.8.100") == "delivered"


def test_j18_one_route_for_the_inner_nic_takes_the_outer_one_out():
    """The same VM in two pools: without policy routing one host route serves one of them only."""
    drawn = two_nics(routes={"probe": {"prefix": "168.63.129.16/32", "nic": "fw-in"}})
    drawn.public("pip", "203.0.113.4").group("g", "100 in allow tcp Internet * 443").set(
        "nics/fw/security_group", "g"
    )
    drawn.balancer("elb", ["fw"], public="pip", rules=("tcp/443",), probe=443)
    drawn.host("client", "198.51.100.7")
    assert fate(drawn, "hosts/client", "203.0.113.4") == "LB_NO_HEALTHY"
    drawn.set("vms/fw/guest/policy_routing", True)
    assert fate(drawn, "hosts/client", "203.0.113.4") == "delivered"


def test_j7_the_firewall_of_the_guest_may_bar_the_probe():
    shut = {"web": {"hook": "input", "protocol": "tcp", "source": "168.63.129.16/32"}}
    drawn = two_nics(policy_routing=True, firewall=shut)
    assert "firewall in fw denies the probe" in one(drawn, "vms/a", "10.0.8.100").forward.verdict.sentence


def pair() -> Net:
    """[a] -> UDR -> ilb 10.0.9.100 -> {n1} or {n2} -> [b], and the same way back."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("via", {"10.0.1.0/24": "10.0.9.100", "10.0.2.0/24": "10.0.9.100"})
        .subnet("app", "10.0.1.0/24", table="via")
        .subnet("db", "10.0.2.0/24", table="via")
        .subnet("dmz", "10.0.9.0/24")
        .vm("a", "app", "10.0.1.4")
        .vm("b", "db", "10.0.2.4")
        .appliance("n1", "dmz", "10.0.9.4", stateful=True)
        .appliance("n2", "dmz", "10.0.9.5", stateful=True)
        .balancer("ilb", ["n1", "n2"], subnet="dmz", address="10.0.9.100", probe=22)
    )


def test_j20_published_times_of_the_designs():
    timing = netcore.timing_profile("published")
    found = {row.design: (row.low_us / SECOND, row.high_us / SECOND) for row in convergence(timing)}
    assert found["balancer"] == (10, 15)
    assert found["gateway balancer"] == (10, 15)
    assert found["route server"] == (120, 180)
    assert found["address or route move"] == (60, 120)
    assert all(row.source and row.grade in "ABCD" for row in convergence(timing))
    slower = timing.changed({"nva.probe_threshold": 4})
    assert {row.design: row.high_us for row in convergence(slower)}["balancer"] == 20 * SECOND


@pytest.mark.parametrize("snat", [False, True])
def test_j20_two_balancers_around_stateful_appliances_need_snat(snat: bool):
    """client -> elb -> {n1} or {n2} -> [b]; b's answers go to ilb, which may pick the other appliance."""
    drawn = pair().route("via", "out", "0.0.0.0/0", "10.0.9.100").public("pip", "203.0.113.4")
    drawn.group("g", "100 in allow * * * *").set("subnets/dmz/security_group", "g")
    drawn.balancer("elb", ["n1", "n2"], public="pip", rules=("tcp/443",), probe=22)
    drawn.host("client", "198.51.100.7")
    for name in ("n1", "n2"):
        drawn.set(f"vms/{name}/guest/snat", snat)
        forward = {"protocol": "tcp", "port": 443, "to_address": "10.0.2.4"}
        drawn.set(f"vms/{name}/guest/port_forwards", {"web": forward})
    network = drawn.network()
    fates = {
        word(one(network, "hosts/client", "203.0.113.4", source_port=port).verdict)
        for port in range(50000, 50040)
    }
    assert (fates == {"delivered"}) is snat
    east_west = [one(network, "vms/a", "vms/b", source_port=port).delivered for port in range(50000, 50040)]
    assert all(east_west) or snat


def test_j22_nothing_but_probes_reacts_to_a_dead_vm():
    network = pair().network()
    asked = [packet("vms/a", "vms/b", source_port=port) for port in range(50000, 50030)]

    def ends(state: State) -> set[str]:
        return {word(netcore_follow(ask, state)) for ask in asked}

    def netcore_follow(ask: netcore.Packet, state: State) -> netcore.Verdict:
        from netcore.forwarding.walk import follow

        return follow(network, ask, state).forward.verdict

    dead = State(down_vms=frozenset({"n1"}))
    assert ends(State()) == {"delivered"}
    assert ends(dead) == {"delivered", "VM_STOPPED"}
    before = [row.state for row in network.routes("a").rows]
    after = noticed(network, dead)
    assert after.unhealthy == {("ilb", "pool", "n1")}
    assert ends(after) == {"delivered"}
    assert [row.state for row in network.routes("a").rows] == before


def test_j22_a_member_without_a_probe_and_a_route_to_the_dead_stay():
    drawn = pair()
    drawn.set("load_balancers/ilb/rules/all/probe", None)
    drawn.table("direct", {"10.0.2.0/24": "10.0.9.4"}).set("subnets/app/route_table", "direct")
    network = drawn.network()
    dead = State(down_vms=frozenset({"n1"}))
    after = noticed(network, dead)
    assert after.unhealthy == frozenset()
    assert fate(network, "vms/a", "vms/b", state=after) == "NH_STOPPED"


def test_j22_established_flows_of_the_dead_are_lost_and_new_ones_recover():
    network = pair().network()
    asked = packet("vms/a", "vms/b")
    state = establish(network, asked)
    first = visited(one(network, "vms/a", "vms/b").forward)[1]
    after = noticed(network, replace(state, down_vms=frozenset({first})))
    assert fate(network, "vms/a", "vms/b", state=after) == "LB_FLOW_PINNED_DEAD"
    fresh = State(down_vms=after.down_vms, unhealthy=after.unhealthy)
    assert fate(network, "vms/a", "vms/b", state=fresh) == "delivered"


def test_j7_the_health_of_every_backend_can_be_asked_for():
    def told(drawn: Net, state: State | None = None) -> dict[str, str]:
        return {row.member: row.reason for row in netcore.backend_health(drawn.network(), state)}

    assert told(pair()) == {"n1": "", "n2": ""}
    blocked = pair().group("g", "100 in deny * AzureLoadBalancer * *").set("nics/n1/security_group", "g")
    assert "denies the probe" in told(blocked)["n1"]
    assert told(pair().set("vms/n2/power", "stopped"))["n2"] == "n2 is stopped"
    sick = State(unhealthy=frozenset({("ilb", "pool", "n1")}))
    assert told(pair(), sick) == {"n1": "its probe fails", "n2": ""}
    assert "answers by fw, " in told(two_nics())["fw-in"]

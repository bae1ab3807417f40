"""Mechanism M11: a name that is answered with another address (reference, sections 1.1, 2.2, 2.3)."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.errors import NotModelled
from netcore.failover.designs import plan
from netcore.failover.endpoints import Probing, Turn
from netcore.failover.fates import Fates
from netcore.failover.mechanisms.dns import Dns, DnsPlay, Named, Update
from netcore.failover.plan import Plan
from netcore.failover.streams import Streams
from netcore.failover.validation.drawings import FAULT, named
from tests.netcore.build import Net, net

S = 1_000_000
CLIENT = "hosts/client"
DNS = next(design for design in netcore.all_designs() if design.id == "dns")


def made(scenario: netcore.Scenario) -> Plan:
    return plan(scenario, DNS, scenario.faults[FAULT], netcore.timing_profile("published"))


def play(found: Plan, trial: int = 0) -> DnsPlay:
    assert isinstance(found.mechanism, Dns)
    return found.mechanism.play(Streams(7, trial))


def only(found: DnsPlay) -> tuple[Named, tuple[tuple[int, Turn], ...], tuple[Update, ...]]:
    (one,) = found.names
    return one


def edited(scenario: netcore.Scenario, **raw: Any) -> netcore.Scenario:
    """The scenario with some fields of its one traffic manager, or other parts, replaced."""
    dumped = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    dumped["topology"]["traffic_managers"]["site"] |= raw.pop("site", {})
    for path, value in raw.items():
        dumped[path] = value
    return netcore.load(dumped)


def test_the_times_of_one_trial() -> None:
    """U(0,30) + 3*30 + 10, then U(0,5), then U(0,TTL)."""
    for trial in range(200):
        found = play(made(named({})), trial)
        _, ((number, turn),), (update,) = only(found)
        assert number == 0
        assert 100 * S <= turn.at_us <= 130 * S
        assert len(turn.sent_us) == 4
        assert 0 <= update.at_us - turn.at_us <= 5 * S
        ((client, learned_us, sticky),) = update.learned
        assert (client, sticky) == (CLIENT, False)
        assert 0 <= learned_us - update.at_us <= 30 * S
        clocks = found.clocks
        assert (clocks.detect_us, clocks.control_us) == (turn.at_us, update.at_us - turn.at_us)
        assert clocks.data_us == learned_us - update.at_us


def test_new_connections_follow_and_open_ones_never_move() -> None:
    found = made(named({}))
    fates = Fates(found, netcore.timing_profile("published"))
    moments = [found.scene.start, *(moment for _, moment in found.scene.after(play(found).changes))]
    seen = [fates.at(moment)[0] for moment in moments]
    assert [fate.started for fate in seen] == [1, 0, 0, 1]
    assert [{one == (None, None) for one in fate.existing} for fate in seen] == [{True}, {False}] + [
        {False}
    ] * 2


def test_the_order_of_preference_decides() -> None:
    scenario = named({"vm": "web2"})
    found = made(edited(scenario, site={"endpoints": ["203.0.113.20", "203.0.113.10"]}))
    assert only(play(found))[2][0].endpoint == 1


def test_sticky_clients_keep_the_old_answer() -> None:
    found = made(named({}, ttl_s=60, sticky=1))
    waits = []
    for trial in range(2000):
        ((_, learned_us, sticky),) = only(play(found, trial))[2][0].learned
        assert sticky
        waits.append(learned_us - only(play(found, trial))[2][0].at_us)
    assert sum(waits) / len(waits) / S == pytest.approx(30 + 300, rel=0.06)


def test_each_client_learns_at_its_own_time() -> None:
    scenario = named({})
    hosts = {
        "client": {"name": "client", "address": "198.51.100.7"},
        "other": {"name": "other", "address": "198.51.100.8"},
    }
    raw = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["topology"]["hosts"] = hosts
    raw["traffic"]["other"] = {**raw["traffic"]["a-b"], "source": "hosts/other"}
    found = made(netcore.load(raw))
    trial = play(found)
    learned = {client: at_us for client, at_us, _ in only(trial)[2][0].learned}
    assert set(learned) == {"hosts/client", "hosts/other"}
    first = min(learned, key=lambda client: learned[client])
    fates = Fates(found, netcore.timing_profile("published"))
    between = next(moment for t, moment in found.scene.after(trial.changes) if t == learned[first])
    started = [fate.started for fate in fates.at(between)]
    assert started == ([1, 0] if first == "hosts/client" else [0, 1])


def test_the_first_endpoint_is_answered_again_once_it_is_back() -> None:
    found = made(named({"lasts_us": 600 * S}))
    trial = play(found)
    _, turns, updates = only(trial)
    assert [(number, turn.up) for number, turn in turns] == [(0, False), (0, True)]
    assert [update.endpoint for update in updates] == [1, 0]
    assert 600 * S <= turns[1][1].at_us <= 630 * S
    last = [moment for _, moment in found.scene.after(trial.changes)][-1]
    assert last.seen_by("edge", CLIENT) == (0,)
    fates = Fates(found, netcore.timing_profile("published"))
    assert fates.at(last)[0].started == 1


def test_a_client_still_sends_to_the_second_while_the_name_says_the_first_again() -> None:
    found = made(named({"lasts_us": 600 * S}))
    trial = play(found)
    back = only(trial)[2][1]
    moment = next(moment for t, moment in found.scene.after(trial.changes) if t == back.at_us)
    assert (moment.seen_by("edge", CLIENT), moment.seen_by("edge", "hosts/nobody")) == ((1,), (0,))


def test_a_short_silence_is_tolerated() -> None:
    found = play(made(named({"kind": "pause", "lasts_us": 60 * S})))
    assert only(found)[1:] == ((), ())
    assert not found.completes
    assert found.clocks.detect_us is None


def test_all_endpoints_down_answers_as_if_all_were_healthy() -> None:
    scenario = named({"then": [{"kind": "crash", "vm": "web2", "after_us": 0}]})
    found = play(made(scenario))
    _, turns, updates = only(found)
    assert {number for number, turn in turns if not turn.up} == {0, 1}
    # Whichever is degraded first: the name ends at the first endpoint, as if all were healthy.
    assert [update.endpoint for update in updates] in ([1, 0], [])
    texts = [note.text for note in found.story(0)]
    assert "site.example: no endpoint is up, so it is answered as if all were" in texts
    fates = Fates(made(scenario), netcore.timing_profile("published"))
    for _, moment in made(scenario).scene.after(found.changes):
        assert fates.at(moment)[0].started == 0


def test_what_the_probe_meets_is_asked_of_forwarding() -> None:
    """A security rule that denies Internet traffic takes the endpoint out though its VM runs."""
    rule = {"priority": 100, "direction": "Inbound", "access": "Deny"}
    edit = {"pointer": "/topology/security_groups/shut/rules", "value": {"in": rule}}
    scenario = named({"kind": "edit", "vm": None, "edits": [edit]})
    raw = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["topology"]["security_groups"]["shut"] = raw["topology"]["security_groups"]["open"]
    raw["topology"]["subnets"]["app1"]["security_group"] = "shut"
    assert only(play(made(netcore.load(raw))))[2][0].endpoint == 1


def test_a_green_probe_hides_a_dead_service() -> None:
    """The probe asks another port than the clients: nobody ever notices."""
    scenario = named({"kind": "edit", "vm": None})
    raw = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    ssh = {"ssh": {"protocol": "tcp", "port": 22}}
    both = {**ssh, "https": {"protocol": "tcp", "port": 443}}
    raw["topology"]["vms"]["web1"]["guest"] = {"services": both}
    raw["topology"]["traffic_managers"]["site"]["probe_port"] = 22
    raw["faults"][FAULT]["edits"] = [{"pointer": "/topology/vms/web1/guest/services", "value": ssh}]
    found = play(made(netcore.load(raw)))
    assert found.clocks.detect_us is None
    assert not found.completes
    assert any("goes on being answered" in note.text for note in found.story(0))


def behind_balancers(fault: dict[str, Any]) -> netcore.Scenario:
    drawn = net().host("client", "198.51.100.7").group("open", "100 in allow * * * *")
    for number, region in ((1, "westeurope"), (2, "northeurope")):
        drawn.vnet(f"net{number}", f"10.{number}.0.0/16", region=region)
        drawn.subnet(f"app{number}", f"10.{number}.1.0/24", vnet=f"net{number}")
        drawn.set(f"subnets/app{number}/security_group", "open")
        for letter, last in (("a", 4), ("b", 5)):
            drawn.vm(f"web{number}{letter}", f"app{number}", f"10.{number}.1.{last}")
        drawn.public(f"pip{number}", f"203.0.113.{number}0")
        members = [f"web{number}a", f"web{number}b"]
        drawn.balancer(f"elb{number}", members, public=f"pip{number}", rules=("tcp/443",), probe=443)
    return with_traffic(drawn, fault)


def with_traffic(drawn: Net, fault: dict[str, Any]) -> netcore.Scenario:
    endpoints = ["203.0.113.10", "203.0.113.20"]
    drawn.set("traffic_managers/site", {"name": "site.example", "endpoints": endpoints})
    flow = {"name": "f", "source": CLIENT, "destination": "traffic_managers/site"}
    drawn.raw["traffic"] = {"f": flow}
    drawn.raw["faults"] = {FAULT: {"name": "fault", **fault}}
    return netcore.load(drawn.raw)


def test_a_balancer_behind_the_endpoint_saves_it_from_one_dead_member() -> None:
    found = play(made(behind_balancers({"vm": "web1a"})))
    assert only(found)[1] == ()
    assert found.seen[0].out_us is not None


def test_a_lost_region_takes_the_endpoint_of_its_balancer() -> None:
    found = made(behind_balancers({"kind": "region-lost", "region": "westeurope"}))
    trial = play(found)
    assert [update.endpoint for update in only(trial)[2]] == [1]
    fates = Fates(found, netcore.timing_profile("published"))
    last = [moment for _, moment in found.scene.after(trial.changes)][-1]
    assert fates.at(last)[0].started == 1


def test_it_is_for_any_provider() -> None:
    drawn = net("aws").host("client", "198.51.100.7").group("open", "100 in allow * * * *")
    for number in (1, 2):
        drawn.vnet(f"net{number}", f"10.{number}.0.0/16", region=f"region{number}")
        drawn.table(f"rt{number}", {"0.0.0.0/0": f"internet_gateways/igw{number}"}, propagation=False)
        drawn.set(f"route_tables/rt{number}/region", f"region{number}")
        drawn.internet_gateway(f"igw{number}", f"net{number}")
        drawn.subnet(f"app{number}", f"10.{number}.1.0/24", vnet=f"net{number}", table=f"rt{number}")
        drawn.public(f"pip{number}", f"203.0.113.{number}0")
        drawn.vm(f"web{number}", f"app{number}", f"10.{number}.1.4")
        drawn.set(f"subnets/app{number}/zone", 1)
        drawn.set(f"nics/web{number}/security_group", "open")
        drawn.set(f"nics/web{number}/configurations/ip1/public_ip", f"pip{number}")
    trial = play(made(with_traffic(drawn, {"vm": "web1"})))
    assert [update.endpoint for update in only(trial)[2]] == [1]


def test_what_does_not_fit_says_why() -> None:
    scenario = edited(named({}), site={"endpoints": ["203.0.113.10"]})
    with pytest.raises(NotModelled, match=r"site\.example has one endpoint"):
        made(scenario)
    raw = named({}).model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["traffic"]["a-b"]["destination"] = "203.0.113.10"
    with pytest.raises(NotModelled, match="No flow is sent to the name"):
        made(netcore.load(raw))


PROBING = Probing(30 * S, 10 * S, 3)


@pytest.mark.parametrize(
    ("downs", "phase", "expected"),
    [
        pytest.param([(0, None)], 7, [(107, False)], id="for good"),
        pytest.param([(0, 106)], 7, [], id="back before the last probe gives up"),
        pytest.param([(0, 108)], 7, [(107, False), (127, True)], id="back before the next probe is sent"),
        pytest.param([(0, 130)], 7, [(107, False), (130, True)], id="back while a probe waits"),
        pytest.param([(50, None)], 7, [(167, False)], id="goes later"),
        pytest.param([(0, 50), (60, None)], 7, [(107, False)], id="no probe sees the gap"),
        pytest.param([(0, 60), (70, None)], 7, [(197, False)], id="a probe sees the gap"),
        pytest.param([(None, 20)], 7, [(37, True)], id="degraded before the fault"),
        pytest.param([(None, None)], 7, [], id="degraded all the time"),
    ],
)
def test_turns_of_an_endpoint(downs: list[Any], phase: int, expected: list[Any]) -> None:
    scaled = [tuple(None if one is None else one * S for one in pair) for pair in downs]
    found = list(PROBING.turns(scaled, phase * S))  # type: ignore[arg-type]
    assert [(turn.at_us // S, turn.up) for turn in found] == expected


def test_a_public_address_that_only_a_name_leads_to_can_be_moved() -> None:
    """Calls that move the address race against the name."""
    scenario = named({"vm": "web1"})
    raw = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["topology"]["vms"]["web3"] = {"name": "web3"}
    nic = {**raw["topology"]["nics"]["web1"], "name": "web3", "vm": "web3"}
    nic["configurations"] = {"ip1": {"address": "10.1.1.5", "primary": True}}
    raw["topology"]["nics"]["web3"] = nic
    drawn = netcore.load(raw)
    assert "public-address-move" in {design.id for design in netcore.designs(drawn)}

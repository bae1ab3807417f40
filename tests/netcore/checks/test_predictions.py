"""Predictions beside traces: where they part, and which idea is named."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netcore.checks.misconceptions import TABLE
from netcore.checks.predictions import Judgement, Prediction, check_prediction, judge, told
from netcore.errors import NotFound
from netcore.trace.model import Trace
from tests.netcore.ask import ask
from tests.netcore.build import Net, net


def spokes(**flags: bool) -> Net:
    """[a] -- (s, table ts), (t, table tt) -- [b], (f) -- {fw}: s sends to t by fw, t answers directly."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("ts")
        .table("tt")
        .subnet("s", "10.0.0.0/24", table="ts")
        .subnet("t", "10.0.1.0/24", table="tt")
        .subnet("f", "10.0.2.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("a2", "s", "10.0.0.5")
        .vm("b", "t", "10.0.1.4")
        .appliance("fw", "f", "10.0.2.4", **flags)
        .route("ts", "x", "10.0.1.0/24", "10.0.2.4")
    )


def judged(
    drawn: Net, said: str, back: str | None = None, flow: str = "tcp/443", to: str = "vms/b"
) -> Judgement:
    """Judge what was said in short: ``fw b delivered``; the request goes from a to b."""
    network = drawn.network()
    return judge(network, ask(network, "vms/a", to, flow), predicted(said, back))


def predicted(said: str, back: str | None = None) -> Prediction:
    legs = {"forward": _leg(said), "back": None if back is None else _leg(back)}
    return Prediction.model_validate(legs)


def _leg(said: str) -> dict[str, object]:
    *stops, outcome = said.split()
    return {
        "stops": [one if "/" in one or one == "internet" else f"vms/{one}" for one in stops],
        "outcome": outcome,
    }


def idea(found: Judgement, leg: str = "forward") -> str | None:
    told = getattr(found, leg).misconception
    return told.id if told else None


def test_a_right_prediction_is_right_in_both_directions():
    found = judged(spokes(), "fw b delivered", "a delivered")
    assert found.right
    assert [hop.right for hop in found.forward.hops] == [True, True, True]
    assert idea(found) is None and found.forward.reason == ""


def test_the_first_difference_is_named_and_later_guesses_are_compared_with_nothing():
    found = judged(spokes(), "b delivered")
    assert not found.right
    first, second = found.forward.hops
    assert (first.at, first.said, first.was) == ("vms/a", "vms/b", "vms/fw")
    assert second.was is None and not second.right
    assert "10.0.1.0/24" in found.forward.reason


def test_nothing_said_of_the_answer_is_no_mistake():
    assert judged(spokes(), "fw b delivered").back is None


def test_an_answer_that_never_came_says_so():
    dead = spokes().set("nics/fw/ip_forwarding", False)
    found = judged(dead, "fw dropped", "a delivered")
    assert found.forward.right
    assert found.back is not None and not found.back.right
    assert "No answer" in found.back.reason


CASES = {
    "way-back": lambda: judged(spokes(), "fw b delivered", "fw a delivered"),
    "overlooked-route": lambda: judged(spokes(), "b delivered"),
    "nic-flag": lambda: judged(spokes().set("nics/fw/ip_forwarding", False), "fw b delivered"),
    "guest-forwarding": lambda: judged(spokes().set("vms/fw/guest/forwarding", False), "fw b delivered"),
    "short-route": lambda: judged(
        spokes().set("route_tables/ts/routes/x/prefix", "0.0.0.0/0"), "fw b delivered"
    ),
    "one-table": lambda: judged(
        spokes().set("route_tables/ts/routes", {}).route("tt", "y", "10.0.1.0/24", "10.0.2.4"),
        "fw b delivered",
    ),
    "switch": lambda: judged(
        spokes().route("ts", "own", "10.0.0.0/24", "10.0.2.4"), "a2 delivered", to="vms/a2"
    ),
    "security-rule": lambda: judged(
        spokes().group("g", "100 in deny tcp * * 443").set("subnets/t/security_group", "g"), "fw b delivered"
    ),
    "stateless-group": lambda: judged(spokes(), "fw b delivered", "dropped"),
    "closed-network": lambda: judged(spokes(), "dropped"),
    "protocols": lambda: judged(spokes(), "fw b delivered", flow="gre"),
    "guest-route": lambda: judged(
        spokes()
        .set("route_tables/ts/routes", {})
        .set("vms/a/guest/routes/r", {"prefix": "10.0.1.0/24", "via": "10.0.2.4"}),
        "fw b delivered",
    ),
    "live-routes": lambda: judged(spokes().set("vms/fw/power", "stopped"), "fw b delivered"),
    "outbound": lambda: judged(
        spokes().set("subnets/s/default_outbound", False), "internet delivered", to="198.51.100.9"
    ),
    "no-route": lambda: judged(spokes(), "fw dropped", to="10.99.0.1"),
    "routed-again": lambda: judged(
        spokes().table("tf").set("subnets/f/route_table", "tf").route("tf", "z", "10.0.1.0/24", "10.0.2.4"),
        "fw b delivered",
    ),
    "garp": lambda: judged(
        spokes().set("vms/a2/guest/interfaces/a2", {"added": ["10.0.1.9"]}).set("route_tables/ts/routes", {}),
        "a2 delivered",
        to="10.0.1.9",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_idea_behind_the_first_difference_is_named(name: str):
    found = CASES[name]()
    assert not found.right
    told = idea(found) or (idea(found, "back") if found.back else None)
    assert told == name
    assert TABLE[name].truth.endswith(".")


def test_peering_is_not_transitive():
    drawn = (
        net()
        .vnet("one", "10.1.0.0/16")
        .vnet("hub", "10.2.0.0/16")
        .vnet("two", "10.3.0.0/16")
        .subnet("s", "10.1.0.0/24", vnet="one")
        .subnet("t", "10.3.0.0/24", vnet="two")
        .vm("a", "s", "10.1.0.4")
        .vm("b", "t", "10.3.0.4")
        .peer("one", "hub")
        .peer("hub", "two")
    )
    assert idea(judged(drawn, "b delivered")) == "transitive-peering"


def test_the_answer_does_not_pass_the_balancer():
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("m1", "s", "10.0.0.5")
        .vm("m2", "s", "10.0.0.6")
        .balancer("lb", ["m1", "m2"], subnet="s", address="10.0.0.10")
    )
    lost = judged(drawn, "load_balancers/lb m1 delivered", "load_balancers/lb a delivered", to="10.0.0.10")
    assert lost.forward.right, lost
    assert idea(lost, "back") == "balancer-back"
    assert idea(judged(drawn, "m1 delivered", to="10.0.0.10")) == "balancer-past"


def test_one_of_several_ways_is_right():
    drawn = spokes()
    drawn.appliance("fw2", "f", "10.0.2.5").balancer("lb", ["fw", "fw2"], subnet="f", address="10.0.2.10")
    drawn.set("route_tables/ts/routes/x/next_hop_ip", "10.0.2.10")
    for member in ("fw", "fw2"):
        assert judged(drawn, f"load_balancers/lb {member} b delivered").forward.right, member


@pytest.mark.parametrize("said", ["hosts/h delivered", "internet delivered", "internet hosts/h delivered"])
def test_a_host_on_the_internet_is_the_internet(said: str):
    drawn = spokes().set("subnets/s/default_outbound", True).host("h", "198.51.100.9")
    assert judged(drawn, said, to="hosts/h").forward.right
    assert not judged(drawn, "fw " + said, to="hosts/h").forward.right


def test_what_the_drawing_does_not_have_is_refused_by_name():
    topology = spokes().scenario().topology
    with pytest.raises(NotFound, match="vms/ghost"):
        check_prediction(predicted("ghost delivered"), topology)
    check_prediction(predicted("internet delivered"), topology)


@pytest.mark.parametrize(
    "said", [{"stops": [], "outcome": "delivered"}, {"stops": ["x"] * 17, "outcome": "dropped"}]
)
def test_a_malformed_prediction_is_refused(said: dict[str, object]):
    with pytest.raises(ValidationError):
        Prediction.model_validate({"forward": said})


def hops(*said: str) -> dict[str, object]:
    """Return one direction said hop by hop: ``vms/fw``, ``dropped NSG_IN``, ``@vms/fw vms/b``."""
    found = []
    for text in said:
        words = text.split()
        hop: dict[str, object] = {"at": words.pop(0)[1:]} if words[0].startswith("@") else {}
        ending = words[0] in ("delivered", "dropped", "looped")
        hop |= {"verdict": words[0]} if ending else {"verdict": "forwarded", "next": words[0]}
        found.append(hop | ({"code": words[1]} if len(words) > 1 else {}))
    return {"hops": found}


def stepwise(drawn: Net, *said: str, back: tuple[str, ...] | None = None) -> tuple[Judgement, list[str]]:
    """Judge a prediction that is made step by step; return what is told of the trace with it."""
    network = drawn.network()
    done = ask(network, "vms/a", "vms/b", "tcp/443")
    raw = {"forward": hops(*said), "back": None if back is None else hops(*back), "stepwise": True}
    found = judge(network, done, Prediction.model_validate(raw))
    events = [f"{one['event']} {one['direction']}" for one in told(done, found)]
    return found, events


def test_a_prediction_of_before_is_read_as_hops():
    old = Prediction.model_validate({"forward": {"stops": ["vms/fw", "vms/b"], "outcome": "delivered"}})
    assert old == Prediction.model_validate({"forward": hops("vms/fw", "vms/b", "delivered")})
    assert Prediction.model_validate(old.model_dump(mode="json", exclude_none=True)) == old


@pytest.mark.parametrize(
    ("code", "right"),
    [(None, True), ("DST_NOT_OWNED", True), ("NSG_IN", False), ("OS_FORWARDING_OFF", False)],
)
def test_whoever_says_why_a_packet_is_dropped_must_be_right_about_it(code: str | None, right: bool):
    dead = spokes().set("nics/fw/ip_forwarding", False).network()
    said = hops("vms/fw", "dropped" if code is None else f"dropped {code}")
    found = judge(dead, ask(dead, "vms/a", "vms/b", "tcp/443"), Prediction.model_validate({"forward": said}))
    assert found.right is right
    last = found.forward.hops[-1]
    assert (last.said, last.was, last.was_code) == ("dropped", "dropped", "DST_NOT_OWNED")
    assert found.score == (2 if right else 1, 2)
    assert right or "IP forwarding is off" in found.forward.reason


def test_step_by_step_every_hop_is_judged_where_the_packet_truly_is():
    found, _ = stepwise(spokes(), "@vms/a vms/b", "@vms/fw vms/b", "@vms/b delivered")
    assert [hop.right for hop in found.forward.hops] == [False, True, True]
    assert found.score == (2, 3)
    assert idea(found) == "overlooked-route"
    assert found.forward.hops[1].misconception is None


def test_step_by_step_nothing_is_told_beyond_what_was_said():
    whole = [f"{one['event']} {one['direction']}" for one in told(*_done_and_judged())]
    first, events = stepwise(spokes(), "@vms/a vms/fw")
    assert first.open and first.forward.hops[0].right
    assert 0 < len(events) < len(whole)
    assert all(event == "trace.step forward" for event in events)
    second, more = stepwise(spokes(), "@vms/a vms/fw", "@vms/fw vms/b")
    assert second.open and len(more) > len(events)
    third, arrived = stepwise(spokes(), "@vms/a vms/fw", "@vms/fw vms/b", "@vms/b delivered")
    assert third.open and arrived[-1] == "trace.verdict forward"
    assert not [event for event in arrived if "return" in event]
    last, everything = stepwise(
        spokes(),
        "@vms/a vms/fw",
        "@vms/fw vms/b",
        "@vms/b delivered",
        back=("@vms/b vms/a", "@vms/a dropped"),
    )
    assert not last.open and everything == whole
    assert last.back is not None and [hop.right for hop in last.back.hops] == [True, False]


def _done_and_judged() -> tuple[Trace, Judgement]:
    network = spokes().network()
    done = ask(network, "vms/a", "vms/b", "tcp/443")
    return done, judge(network, done, predicted("fw b delivered"))


def test_step_by_step_the_door_of_a_vm_gives_nothing_away():
    dead = spokes().set("nics/fw/ip_forwarding", False)
    network = dead.network()
    done = ask(network, "vms/a", "vms/b", "tcp/443")
    raw = {"forward": hops("@vms/a vms/fw"), "stepwise": True}
    found = judge(network, done, Prediction.model_validate(raw))
    at = [one["step"]["at"] for one in told(done, found)]
    assert found.open and at
    assert "nics/fw" not in at
    assert found.as_dict()["forward"]["over"] is False


def test_step_by_step_a_wrong_end_does_not_tell_how_far_the_way_goes_on():
    found, _ = stepwise(spokes(), "@vms/a dropped")
    assert found.open and found.score == (0, 1)
    asked = Prediction.model_validate({"forward": hops("@vms/a dropped")})
    network = spokes().network()
    at_once = judge(network, ask(network, "vms/a", "vms/b", "tcp/443"), asked)
    assert at_once.score == (0, 3)


def test_of_the_answer_nothing_is_told_before_the_request_has_ended():
    found, events = stepwise(spokes(), "@vms/a vms/fw", back=("vms/a",))
    assert found.back is None and found.open
    assert not [event for event in events if "return" in event]


@pytest.mark.parametrize(
    "said",
    [
        {"hops": []},
        {"hops": [{"verdict": "forwarded"}]},
        {"hops": [{"verdict": "dropped", "next": "vms/b"}]},
        {"hops": [{"verdict": "delivered"}]},
        {"hops": [{"verdict": "dropped", "code": "NO_SUCH_CODE"}]},
        {"hops": [{"verdict": "looped", "code": "LOOP"}]},
        {"hops": [{"verdict": "dropped"}, {"verdict": "forwarded", "next": "vms/b"}]},
        {"stops": 3, "outcome": "dropped"},
        {"stops": ["vms/b"], "outcome": "eaten"},
    ],
)
def test_hops_that_contradict_themselves_are_refused(said: dict[str, object]):
    with pytest.raises(ValidationError):
        Prediction.model_validate({"forward": said})


def test_every_idea_names_facts():
    assert all(one.facts for one in TABLE.values())

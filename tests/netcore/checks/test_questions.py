"""Questions: the truth comes from the engine, partly right is partly paid, and nobody is shown the answer."""

from __future__ import annotations

from typing import Any

import pytest

from netcore.checks.grading.asked import asked
from netcore.checks.grading.case import CannotGrade
from netcore.checks.language.check import Check, questions
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import find


def wire(profile: str = "azure-2026") -> Net:
    """[a, b, c] in one subnet, [d] in another; 10.9.0.0/16 goes to b, whose guest does not forward."""
    return (
        net(profile)
        .vnet("v", "10.0.0.0/16")
        .table("t", {"10.9.0.0/16": "10.0.0.5"})
        .subnet("s", "10.0.0.0/24", table="t")
        .subnet("far", "10.0.1.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "s", "10.0.0.5", ip_forwarding=True)
        .vm("c", "s", "10.0.0.6")
        .vm("d", "far", "10.0.1.4")
        .host("out", "198.51.100.10")
    )


def share(check: dict[str, Any], answer: Any, drawn: Net | None = None) -> float:
    word = next(iter(check))
    return find({word: {"prompt": "?", **check[word]}}, drawn or wire(), answers=answer).share


def test_a_wrong_way_names_the_idea_behind_it() -> None:
    question = {"predict": {"prompt": "?", "hops": "a -> 255.255.255.255 udp/67"}}
    said = {"forward": {"stops": ["vms/b"], "outcome": "delivered"}}
    shown = find(question, wire(), answers=said).counterexample
    assert shown is not None and shown["misconception"]["id"] == "broadcast"


@pytest.mark.parametrize(
    ("predict", "said", "idea"),
    [
        ({"verdict": "a -> 10.9.0.9"}, "delivered", "guest-forwarding"),
        ({"verdict": "a -> 10.0.0.77"}, "delivered", None),
        ({"verdict": "a -> 10.0.0.1 icmp"}, "delivered", "gateway"),
        ({"verdict": "a -> 10.0.1.1 icmp"}, "delivered", "gateway"),
        ({"verdict": "a -> 10.9.0.9"}, "NSG_IN", None),  # another loss: nothing is known of why
        ({"verdict": "a -> d"}, "NSG_IN", None),
        ({"receiver": "a -> 255.255.255.255 udp/67"}, "c", "broadcast"),
        ({"receiver": "a -> 10.0.0.6"}, "nobody", None),
        ({"receiver": "a -> 10.0.0.6"}, "no such VM", None),
    ],
)
def test_who_expected_a_packet_to_arrive_is_told_the_idea_behind_it(
    predict: dict[str, Any], said: str, idea: str | None
) -> None:
    shown = find({"predict": {"prompt": "?", **predict}}, wire(), answers=said).counterexample
    assert shown is not None
    assert shown.get("misconception", {"id": None})["id"] == idea


def test_the_idea_behind_a_lost_answer_is_of_the_way_back() -> None:
    drawn = wire().table("none", {"10.0.0.0/24": "None"}).subnet("far", "10.0.1.0/24", table="none")
    ask = {"predict": {"prompt": "?", "verdict": "a -> d"}}
    shown = find(ask, drawn, answers="delivered").counterexample
    assert shown is not None and shown["misconception"]["id"] == "no-route"


def contested() -> Net:
    """[a] in {v}, peered with {p}, whose peer {q} is further; an office behind a gateway.

    The table of a's subnet has routes; another one, of the subnet of [d], leads 10.8.0.0/16 to b.
    """
    return (
        net()
        .vnet("p", "10.1.0.0/16")
        .vnet("q", "10.2.0.0/16")
        .vnet("v", "10.0.0.0/16", "203.0.113.0/24")
        .peer("v", "p")
        .peer("p", "q")
        .table("t", {"10.9.0.0/16": "10.0.0.5", "10.9.9.0/24": "10.0.0.6", "10.5.0.0/16": "10.0.0.5"})
        .table("other", {"10.8.0.0/16": "10.0.0.5"})
        .subnet("s", "10.0.0.0/24", table="t")
        .subnet("far", "10.0.1.0/24", table="other")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "s", "10.0.0.5", ip_forwarding=True)
        .vm("c", "s", "10.0.0.6")
        .vm("d", "far", "10.0.1.4")
        .gateway("vpn", "10.5.0.0/16", "10.9.8.0/24", "10.1.7.0/24", vnet="v")
    )


USER, GATEWAY, SYSTEM = "User", "VirtualNetworkGateway", "Default"


@pytest.mark.parametrize(
    ("to", "said", "idea"),
    [
        ("10.9.9.9", {"hop": "b", "source": USER}, "short-route"),
        ("10.9.8.9", {"type": "VirtualAppliance", "source": USER}, "short-route"),
        ("10.9.8.9", {"type": "None", "source": SYSTEM}, "prefix-length"),
        ("10.5.1.1", {"type": "VirtualNetworkGateway", "source": GATEWAY}, "bgp-before-user"),
        ("10.1.7.7", {"type": "VirtualNetworkGateway", "source": GATEWAY}, "bgp-inside"),
        ("10.2.0.4", {"type": "VNetPeering", "source": SYSTEM}, "transitive-peering"),
        ("10.8.0.4", {"type": "VirtualAppliance", "source": USER}, "one-table"),
        ("10.0.1.4", {"type": "None", "source": SYSTEM}, "prefix-length"),
        ("203.0.113.4", {"type": "None", "source": SYSTEM}, "closed-network"),
        # What fits no route that is there, or routes that lose for different reasons, tells nothing.
        ("10.9.9.9", {"type": "VNetPeering", "source": USER}, None),
        ("10.7.0.4", {"type": "VNetPeering", "source": SYSTEM}, None),
        ("10.0.1.4", {"source": "nonsense"}, None),
        ("10.5.1.1", {"source": SYSTEM}, "prefix-length"),
        ("10.9.9.9", {}, None),
        ("10.9.9.9", {"hop": ""}, None),
    ],
)
def test_who_names_another_route_is_told_the_idea_behind_it_where_the_answer_tells(
    to: str, said: dict[str, str], idea: str | None
) -> None:
    fields = list(said) or ["type"]
    check = {"predict": {"prompt": "?", "route": {"nic": "a", "to": to, "fields": fields}}}
    found = find(check, contested(), answers=said)
    assert found.share == 0 and found.counterexample is not None
    assert found.counterexample.get("misconception", {"id": None})["id"] == idea


@pytest.mark.parametrize(
    ("said", "idea"),
    [
        ({"type": "VnetLocal", "source": USER, "prefix": "10.0.1.0/24"}, "subnet-routes"),
        ({"type": "VnetLocal", "source": SYSTEM, "prefix": "10.0.1.0/24"}, "subnet-routes"),
        ({"type": "VnetLocal", "source": USER, "prefix": "10.0.0.0/16"}, "closed-network"),
        ({"type": "VnetLocal", "source": SYSTEM, "prefix": "10.0.2.0/24"}, None),
    ],
)
def test_who_expects_a_route_for_each_subnet_of_a_network_is_told_so(
    said: dict[str, str], idea: str | None
) -> None:
    check = {"predict": {"prompt": "?", "route": {"nic": "a", "to": "d", "fields": list(said)}}}
    found = find(check, wire(), answers=said)
    assert found.share == 0 and found.counterexample is not None
    assert found.counterexample.get("misconception", {"id": None})["id"] == idea


def test_a_user_route_takes_the_place_of_a_system_route_and_of_the_none_routes() -> None:
    drawn = (
        contested().route("t", "own", "10.0.0.0/16", "10.0.0.5").route("t", "all", "0.0.0.0/0", "10.0.0.5")
    )
    for to, said, idea in (
        ("10.0.1.4", {"type": "VnetLocal", "source": SYSTEM}, "overlooked-route"),
        ("198.51.100.9", {"type": "Internet", "source": SYSTEM}, "system-first"),
        ("192.168.9.9", {"type": "None", "source": SYSTEM}, "none-stays"),
        ("198.51.100.9", {"type": "None", "source": SYSTEM}, None),
    ):
        check = {"predict": {"prompt": "?", "route": {"nic": "a", "to": to}}}
        shown = find(check, drawn, answers=said).counterexample
        assert shown is not None
        assert shown.get("misconception", {"id": None})["id"] == idea, to


@pytest.mark.parametrize(
    ("predict", "right", "wrong"),
    [
        (
            {"route": {"nic": "a", "to": "10.9.1.1", "fields": ["type", "hop"]}},
            {"type": "VirtualAppliance", "hop": "b"},
            {"type": "VirtualAppliance", "hop": "c"},
        ),
        (
            {"route": {"nic": "a", "to": "b", "fields": ["prefix"]}},
            {"prefix": "10.0.0.0/16"},
            {"prefix": "10.0.0.0/24"},
        ),
        ({"route": {"nic": "a", "to": "d", "fields": ["hop"]}}, {"hop": ""}, {"hop": "10.0.0.1"}),
        ({"verdict": "a -> d"}, "delivered", "NSG_IN"),
        ({"verdict": "a -> 10.9.0.9"}, "OS_FORWARDING_OFF", "delivered"),
        ({"receiver": "a -> 10.0.0.6"}, "c", "b"),
        ({"receiver": "a -> 10.0.0.77"}, "nobody", "c"),
        (
            {"arp": {"vm": "a", "to": ["b", "10.0.0.1"]}},
            {"b": "router", "10.0.0.1": "router"},
            {"b": "b", "10.0.0.1": "b"},
        ),
        (
            {"hops": {"flow": "a -> d", "back": True}},
            {
                "forward": {"stops": ["vms/d"], "outcome": "delivered"},
                "back": {"stops": ["vms/a"], "outcome": "delivered"},
            },
            {"forward": {"stops": ["vms/b", "vms/d"], "outcome": "delivered"}},
        ),
        ({"choice": {"options": {"yes": "Yes", "no": "No"}, "truth": "no", "fact": "L4"}}, "no", "yes"),
        ({"number": {"truth": 180, "within": 5, "fact": "H6"}}, 176, 170),
    ],
)
def test_a_prediction_is_right_or_not(predict: dict[str, Any], right: Any, wrong: Any) -> None:
    assert share({"predict": predict}, right) == 1
    assert share({"predict": predict}, wrong) < 1
    assert share({"predict": predict}, None) == 0


@pytest.mark.parametrize("answer", [7, "x", [], {}, {"forward": 3}, [[1]], True, {"b": {"c": 1}}, "\u0000"])
def test_nonsense_is_wrong_and_never_an_error(answer: Any) -> None:
    for predict in (
        {"route": {"nic": "a", "to": "b"}},
        {"verdict": "a -> d"},
        {"verdict": {"flow": "a -> d", "profiles": ["azure-2021", "aws"]}},
        {"hops": "a -> d"},
        {"receiver": "a -> d"},
        {"arp": {"vm": "a", "to": ["b"]}},
        {"choice": {"options": {"yes": "Yes", "no": "No"}, "truth": "no", "fact": "L4"}},
        {"number": {"truth": 180, "fact": "H6"}},
    ):
        assert share({"predict": predict}, answer) < 1
    hop = {"route": {"nic": "a", "to": "10.9.1.1", "fields": ["hop"]}}
    assert share({"predict": hop}, {"hop": "vms/*"}) == 0
    assert share({"explain": {"flow": "a -> 10.0.0.77"}}, answer) < 1
    assert share({"differs_at": {"flow": "a -> b"}}, answer) < 1


def test_a_verdict_for_each_profile_pays_for_each() -> None:
    ask = {"predict": {"verdict": {"flow": "a -> out", "profiles": ["azure-2021", "azure-2026"]}}}
    assert share(ask, {"azure-2021": "delivered", "azure-2026": "NO_OUTBOUND"}) == 1
    assert share(ask, {"azure-2021": "delivered", "azure-2026": "delivered"}) == 0.5


def test_explain_wants_the_place_and_the_reason() -> None:
    ask = {"explain": {"flow": "a -> 10.9.0.9"}}
    for hop in ("b", "vms/b", "nics/b"):
        assert share(ask, {"hop": hop, "code": "OS_FORWARDING_OFF"}) == 1
    assert share(ask, {"hop": "a", "code": "OS_FORWARDING_OFF"}) == 0.5
    assert share(ask, {"hop": "a", "code": "NSG_IN"}) == 0
    assert share({"explain": {"flow": "a -> 10.9.0.9", "hop": False}}, {"code": "OS_FORWARDING_OFF"}) == 1
    assert share({"explain": {**ask["explain"], "accept": ["LOOP"]}}, {"hop": "b", "code": "LOOP"}) == 1
    with pytest.raises(CannotGrade, match="nothing to explain"):
        share({"explain": {"flow": "a -> d"}}, {"hop": "d", "code": "NSG_IN"})


def test_differs_at_wants_the_hop_where_two_clouds_part() -> None:
    ask = {"differs_at": {"flow": {"from": "a", "to": "b", "destination_mac": "00:00:00:00:00:01"}}}
    hops = [hop for hop in ("a", "b", "c", "d") if share(ask, {"hop": hop}) == 1]
    assert hops == ["a"]
    with pytest.raises(CannotGrade, match="do the same"):
        share({"differs_at": {"flow": "a -> d", "profiles": ["azure-2026", "azure-2026"]}}, {"hop": "a"})


def test_holds_is_about_the_changed_start() -> None:
    ask = {"holds": {"given": {"stop": "d"}, "check": {"delivers": "a -> d"}}}
    assert share(ask, "no") == 1 and share(ask, "yes") == 0 and share(ask, "maybe") == 0


def test_a_question_is_about_the_start_unless_it_says_the_drawing() -> None:
    start, mended = wire(), wire().set("vms/b/guest/forwarding", True)
    explain = {"explain": {"prompt": "?", "flow": "a -> 10.9.0.9"}}
    answer = {"hop": "b", "code": "OS_FORWARDING_OFF"}
    assert find(explain, mended, start=start, answers=answer).passed
    explain["explain"]["of"] = "drawing"
    assert not find(explain, mended, start=start, answers=answer).passed


def test_what_is_shown_of_a_question_is_never_its_answer() -> None:
    check = {
        "all": [
            {
                "predict": {
                    "ask": "one",
                    "prompt": "One?",
                    "number": {"unit": "s", "truth": 181.5, "fact": "H6"},
                }
            },
            {"explain": {"ask": "two", "prompt": "Two?", "flow": "a -> b", "codes": ["NSG_IN", "LOOP"]}},
            {
                "predict": {
                    "ask": "three",
                    "prompt": "Three?",
                    "verdict": {"flow": "a -> b", "codes": ["TTL"]},
                }
            },
        ]
    }
    shown = [asked(one, 3, "check") for one in questions(Check.model_validate(check))]
    assert [one.ask for one in shown] == ["one", "two", "three"]
    assert [one.form for one in shown] == ["number", "explain", "verdict"]
    assert [field.name for field in shown[1].fields] == ["hop", "code"]
    assert list(shown[1].fields[1].choices) == ["NSG_IN", "LOOP"]
    assert "181.5" not in str([one.as_dict() for one in shown])


def test_options_stand_in_an_order_of_the_variant() -> None:
    options = {key: key for key in "abcdefgh"}
    check = Check.model_validate(
        {"predict": {"prompt": "?", "choice": {"options": options, "truth": "a", "fact": "L4"}}}
    )
    orders = {seed: tuple(asked(check.part, seed, "c").fields[0].choices) for seed in range(6)}
    assert orders[0] == tuple("abcdefgh")
    assert len(set(orders.values())) > 3 and all(sorted(one) == sorted(options) for one in orders.values())


def test_of_hops_each_pays_its_part_and_a_whole_way_all() -> None:
    question = {"predict": {"hops": {"flow": "a -> d", "back": True}}}
    there = {"stops": ["vms/d"], "outcome": "delivered"}
    right = {"forward": there, "back": {"stops": ["vms/a"], "outcome": "delivered"}}
    assert share(question, right) == 1
    assert share(question, {"forward": there}) == 0.5
    assert share(question, right | {"back": {"stops": ["vms/a"], "outcome": "dropped"}}) == 0.75
    assert share(question, {"forward": {"hops": [{"verdict": "forwarded", "next": "vms/d"}]}}) < 1


RACE = {"fault": "f", "design": "balancer"}
FIGURE = {"figure": "new.p50", "race": RACE}


@pytest.mark.parametrize(
    ("question", "withheld"),
    [
        ({"predict": {"route": {"nic": "a", "to": "b"}}}, "packets"),
        ({"predict": {"verdict": "a -> b"}}, "packets"),
        ({"predict": {"hops": {"flow": "a -> b"}}}, "packets"),
        ({"predict": {"receiver": "a -> b"}}, "packets"),
        ({"predict": {"arp": {"vm": "a", "to": ["b"]}}}, "packets"),
        ({"predict": {"bucket": {"bounds": [1], "figure": FIGURE}}}, "races"),
        ({"predict": {"ranking": {"designs": ["balancer", "address-move"], "race": RACE}}}, "races"),
        ({"predict": {"design": {"designs": ["balancer"], "meets": [{}], "race": RACE}}}, "races"),
        ({"predict": {"number": {"figure": FIGURE}}}, "races"),
        ({"predict": {"number": {"truth": 180, "fact": "H6"}}}, ""),
        ({"predict": {"choice": {"options": {"a": "A", "b": "B"}, "truth": "a", "fact": "L4"}}}, ""),
        (
            {"holds": {"check": {"after": {"changes": {"stop": "a"}, "check": {"delivers": "a -> b"}}}}},
            "packets",
        ),
        ({"holds": {"check": {"lost": {"race": RACE, "at_most": 3}}}}, "races"),
        ({"holds": {"check": {"refused": {"changes": {"stop": "a"}}}}}, ""),
        ({"explain": {"flow": "a -> b"}}, ""),
        ({"differs_at": {"flow": "a -> b"}}, ""),
        ({"diagnose": {"faults": 1}}, ""),
        ({"predict": {"verdict": "a -> b", "of": "drawing"}}, ""),
        ({"predict": {"verdict": "a -> b", "of": "drawing", "before_run": True}}, "packets"),
        ({"predict": {"verdict": "a -> b", "before_run": False}}, ""),
        ({"explain": {"flow": "a -> b", "before_run": True}}, "packets"),
    ],
)
def test_a_prediction_withholds_what_would_be_its_answer(question: dict[str, Any], withheld: str) -> None:
    word = next(iter(question))
    (made,) = questions(Check.model_validate({word: {"prompt": "?", **question[word]}}))
    assert asked(made, 1, "x").as_dict()["withholds"] == withheld

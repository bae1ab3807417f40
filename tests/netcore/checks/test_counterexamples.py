"""Every verb that fails brings what shows it: it replays to that failure, and nothing smaller shows it."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import jsonpatch
import pytest

import netcore
from netcore.checks.grading.case import Finding
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import entry, find, pack_of, results
from tests.netcore.checks.test_questions import wire
from tests.netcore.checks.test_verbs_packets import steered
from tests.netcore.checks.test_verbs_structure import shop

VMS = ("a1", "a2", "b1", "b2")


def replayed(found: Finding, drawn: Net, start: Net | None = None) -> netcore.Scenario:
    """Return the drawing that a counterexample is about, made as the sandbox makes it."""
    told = found.counterexample
    assert told is not None, found.message
    base = (start or drawn) if told.get("base") == "start" else drawn
    document = jsonpatch.apply_patch(netcore.dump(base.scenario()), told["patch"])
    if "profile" in told:
        document["profile"] = told["profile"]
    return netcore.load(document)


def traced(found: Finding, drawn: Net, start: Net | None = None) -> Any:
    """Return the trace of the packet of a counterexample."""
    assert found.counterexample is not None and found.counterexample["kind"] == "trace", found.message
    packet = netcore.Packet.model_validate(found.counterexample["question"])
    return netcore.trace(netcore.compile(replayed(found, drawn, start)), packet, netcore.State())


def as_flow(found: Finding) -> dict[str, Any]:
    """Return the packet of a counterexample as a flow of a check."""
    assert found.counterexample is not None
    asked = found.counterexample["question"]
    return {
        "from": asked["source"],
        "to": asked["destination"],
        "protocol": asked["protocol"],
        "port": asked["destination_port"],
        "source_port": asked["source_port"],
    }


def broken(seed: int) -> Net:
    """Return ``steered`` with something wrong somewhere, another thing for each seed."""
    draw = random.Random(seed)
    drawn = steered(both=draw.random() < 0.5, stateful=draw.random() < 0.3)
    drawn.group("some", f"100 in deny tcp * * {draw.choice((443, 1433))}")
    for subnet in draw.sample(("app", "db", "nva"), draw.randint(0, 2)):
        drawn.set(f"subnets/{subnet}/security_group", "some")
    for vm in draw.sample(VMS, draw.randint(0, 2)):
        drawn.set(f"vms/{vm}/power", "stopped")
    return drawn


FLOWS = [
    {"from": one, "to": other, "protocol": protocol, "port": port}
    for one, other in product(VMS, VMS)
    if one != other
    for protocol, port in (("tcp", 443), ("tcp", 1433), ("icmp", 0))
]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("delivers", {}),
        ("drops", {}),
        ("drops", {"code": "NSG_IN"}),
        ("visits", {"stops": ["fw"], "back": "mirror"}),
        ("avoids", {"stops": ["fw"], "arrives": False}),
        ("symmetric", {}),
    ],
)
def test_no_smaller_packet_breaks_a_rule_about_packets(verb: str, more: dict[str, Any], seed: int) -> None:
    drawn = broken(seed)
    found = find({verb: {"flow": FLOWS, **more}}, drawn)
    alone = [find({verb: {"flow": [flow], **more}}, drawn) for flow in FLOWS]
    failing = [one for one in alone if not one.passed]
    assert found.passed == (not failing)
    if failing:
        assert found.size == min(one.size for one in failing)
        again = find({verb: {"flow": [as_flow(found)], **more}}, drawn)
        assert (again.passed, again.message) == (False, found.message)
        assert traced(found, drawn).delivered == (verb == "drops" and traced(again, drawn).delivered) or (
            verb in ("visits", "avoids", "symmetric")
        )


@pytest.mark.parametrize("seed", range(4))
def test_no_smaller_packet_arrives_where_none_may(seed: int) -> None:
    drawn = broken(seed)
    found = find(
        {"never": {"arrives": {"from": "subnets/app", "to": "subnets/db", "protocol": "tcp"}}}, drawn
    )
    flows = [
        f"{one} -> {other} tcp/{port}" for one in VMS[:2] for other in VMS[2:] for port in (1, 443, 1433)
    ]
    arriving = [
        one
        for flow in flows
        if not (one := find({"drops": {"flow": flow, "packet": "request"}}, drawn)).passed
    ]
    assert found.passed == (not arriving)
    if arriving:
        assert traced(found, drawn).forward.verdict.outcome == "delivered"
        # The engine picks the source port, so sizes are compared without it.
        assert found.size[:-1] <= min(one.size for one in arriving)[:-1]


def test_no_smaller_loop_is_there_and_it_runs_in_a_circle() -> None:
    drawn = steered().set("subnets/nva/route_table", "out")
    found = find({"never": {"loops": True}}, drawn)
    assert traced(found, drawn).verdict.code == "LOOP"
    looping = [
        one
        for pair in product((*VMS, "fw"), (*VMS, "fw"))
        if pair[0] != pair[1]
        and not (one := find({"drops": {"flow": f"{pair[0]} -> {pair[1]}", "code": "NSG_IN"}}, drawn)).passed
        and "LOOP" in one.message
    ]
    assert looping and found.size[:-3] == min(one.size for one in looping)[:-3]


def test_what_was_opened_is_the_smallest_packet_that_arrives_and_did_not() -> None:
    start = steered().group("shut", "100 in deny * * * *").set("subnets/db/security_group", "shut")
    found = find({"opens_nothing": {}}, steered(), start=start)
    assert traced(found, steered()).delivered
    question = found.counterexample and found.counterexample["question"]
    assert question is not None
    assert find({"drops": {"flow": [as_flow(found)]}}, start).passed


def test_a_route_that_is_another_is_shown_by_a_packet_that_looks_it_up() -> None:
    drawn = steered()
    found = find({"route": {"nic": "a1", "to": "b1", "type": "VnetLocal"}}, drawn)
    assert traced(found, drawn).forward.steps and "vms/fw" in str(traced(found, drawn).forward.steps)


@pytest.mark.parametrize(
    ("check", "places"),
    [
        ({"prop": {"path": "vms/*/power", "equals": "stopped"}}, ["vms/app1/power"]),
        ({"count": {"of": "route_tables", "exactly": 0}}, ["route_tables/spoke"]),
        ({"count": {"of": "vms", "at_most": 1}}, ["vms/app1", "vms/web1"]),
        ({"count": {"of": "security_rules", "exactly": 0}}, ["security_groups/shut/rules/in-100"]),
        ({"unchanged": "vms/app1/zone"}, ["vms/app1/zone"]),
        ({"edits": {"at_most": 0}}, ["vms/app1"]),
    ],
)
def test_what_no_packet_shows_is_a_place_of_the_drawing(check: dict[str, Any], places: list[str]) -> None:
    drawn = shop().set("vms/app1/zone", 3)
    found = find(check, drawn, start=shop())
    assert found.counterexample == {"kind": "drawing", "at": places, "patch": [], "changes": ""}


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            {"count": {"of": "route_tables", "exactly": 0}},
            "Of the kind “route table” the drawing has 1; it is to have none.",
        ),
        (
            {"count": {"of": "vms", "at_most": 1}},
            "Of the kind “VM” the drawing has 2; it is to have at most 1.",
        ),
        (
            {"count": {"of": "vnets", "at_least": 2}},
            "Of the kind “virtual network” the drawing has 1; it is to have at least 2.",
        ),
        ({"edits": {"at_most": 0}}, "1 thing is other than in the starting drawing; at most 0 may be."),
    ],
)
def test_numbers_agree_with_their_nouns(check: dict[str, Any], message: str) -> None:
    assert find(check, shop().set("vms/app1/zone", 3), start=shop()).message == message


def test_a_change_that_is_accepted_is_shown_by_the_drawing_that_it_makes() -> None:
    drawn = shop()
    changes = [{"add_range": {"vnet": "shop", "prefix": "10.11.0.0/16"}}]
    found = find({"refused": {"changes": changes}}, drawn)
    ranges = replayed(found, drawn).topology.vnets["shop"].address_space
    assert found.counterexample is not None and found.counterexample["kind"] == "drawing"
    assert [str(one) for one in ranges] == ["10.10.0.0/16", "10.11.0.0/16"]


def test_a_packet_after_changes_is_replayed_in_the_changed_drawing() -> None:
    drawn = steered()
    found = find({"after": {"changes": [{"stop": "fw"}], "check": {"delivers": "a1 -> b1"}}}, drawn)
    assert traced(found, drawn).verdict.code == "NH_STOPPED"
    under = {"under": {"profiles": ["azure-2021", "azure-2026"], "check": {"delivers": "a1 -> out"}}}
    assert traced(find(under, drawn), drawn).verdict.code == "NO_OUTBOUND"


QUESTIONS: list[tuple[dict[str, Any], Any, str]] = [
    ({"predict": {"verdict": "a -> 10.9.0.9"}}, "delivered", "OS_FORWARDING_OFF"),
    ({"predict": {"receiver": "a -> 10.0.0.77"}}, "c", "NO_SUCH_HOST"),
    (
        {"predict": {"route": {"nic": "a", "to": "10.9.1.1", "fields": ["type"]}}},
        {"type": "None"},
        "OS_FORWARDING_OFF",
    ),
    (
        {"predict": {"hops": {"flow": "a -> 10.9.0.9"}}},
        {"forward": {"stops": ["vms/c"], "outcome": "delivered"}},
        "OS_FORWARDING_OFF",
    ),
    ({"explain": {"flow": "a -> 10.9.0.9"}}, {"hop": "a", "code": "LOOP"}, "OS_FORWARDING_OFF"),
    ({"holds": {"check": {"delivers": "a -> 10.9.0.9"}}}, "yes", "OS_FORWARDING_OFF"),
    (
        {"predict": {"verdict": "a -> 10.9.0.9", "given": [{"stop": "b"}]}},
        "delivered",
        "NH_STOPPED",
    ),
    (
        {"predict": {"verdict": {"flow": "a -> out", "profiles": ["azure-2021", "azure-2026"]}}},
        {"azure-2021": "delivered", "azure-2026": "delivered"},
        "NO_OUTBOUND",
    ),
]


@pytest.mark.parametrize(("check", "answer", "code"), QUESTIONS)
def test_a_question_is_replayed_on_the_drawing_it_asks_about(
    check: dict[str, Any], answer: Any, code: str
) -> None:
    """The learner's drawing may be any other: here it has nothing left but one VM."""
    verb, inner = next(iter(check.items()))
    given = inner.pop("given", None) or inner.get(verb, {}).pop("given", None)
    asked = {verb: {"prompt": "?", **inner, **({"given": given} if given else {})}}
    if verb == "predict" and "given" in next(iter(inner.values()), {}):
        raise AssertionError("given belongs beside the form")
    mine = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("a", "s", "10.0.0.4")
    found = find(asked, mine, start=wire(), answers=answer)
    assert not found.passed
    assert found.counterexample is not None and found.counterexample["base"] == "start"
    assert traced(found, mine, wire()).verdict.code == code


def test_arp_is_shown_by_a_request_and_the_first_hop_that_differs_by_its_packet() -> None:
    arp = {"predict": {"prompt": "?", "arp": {"vm": "a", "to": ["b", "c"]}}}
    found = find(arp, wire(), answers={"b": "router", "c": "c"})
    assert found.counterexample is not None
    assert found.counterexample["question"]["frame"] == "arp"
    assert found.counterexample["question"]["destination"] == "10.0.0.6"
    assert found.message == "Not right: 1 of 2."
    parts = {
        "differs_at": {
            "prompt": "?",
            "flow": {"from": "a", "to": "b", "destination_mac": "00:0d:3a:00:00:99"},
            "profiles": ["azure-2026", "aws"],
        }
    }
    drawn = wire()
    differs = find(parts, drawn, answers={"hop": "c"})
    assert differs.counterexample is not None and differs.counterexample["question"]["source"] == "vms/a"


def test_what_holds_is_shown_by_a_packet_of_it() -> None:
    found = find({"holds": {"prompt": "?", "check": {"delivers": "a -> d"}}}, wire(), answers="no")
    assert found.message == "It does hold." and traced(found, wire()).delivered


def test_another_variant_is_shown_by_the_patch_that_makes_it() -> None:
    drawn = (
        net()
        .vnet("v", "10.1.0.0/16")
        .table("t", {"10.1.2.0/24": "None"})
        .subnet("s", "10.1.0.0/24", table="t")
        .subnet("far", "10.1.1.0/24")
        .vm("a", "s", "10.1.0.4")
        .vm("b", "far", "10.1.1.4")
    )
    checks = [entry("moves", {"forall": {"seeds": 3, "check": {"delivers": "a -> 10.1.1.4"}}}, 100)]
    # The second variant puts b where the table of s leads nowhere.
    variants = {"addresses": [{"from": "10.1.1.0/24", "to": ["10.1.2.0/24"]}]}
    pack = pack_of(drawn, checks, about={"variants": variants})
    moved = results(pack, drawn.raw)["moves"]
    assert moved.state == "failed" and moved.counterexample is not None
    document = jsonpatch.apply_patch(netcore.dump(drawn.scenario()), moved.counterexample["patch"])
    packet = netcore.Packet.model_validate(moved.counterexample["question"])
    done = netcore.trace(netcore.compile(netcore.load(document)), packet, netcore.State())
    assert done.verdict.code == "ROUTE_NONE_USER"

"""Faults put into drawings that work: each shows by itself, can be undone, and comes again with its seed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import netcore
from netcore.checks.edits.patches import applied
from netcore.checks.faults.generator import Put, intents_of
from netcore.checks.faults.kinds import KINDS
from netcore.checks.language.check import Check
from netcore.checks.reading import compiled
from tests.conftest import ROOT
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import entry, find, pack_of, results

DRAWINGS = sorted((ROOT / "sandbox/scenarios/seeds").glob("*.json")) + sorted(
    (ROOT / "tests/cases").glob("*/*/scenario.json")
)


@cache
def drawing(path: Path) -> netcore.Scenario | None:
    reading = netcore.read_text(path.read_bytes())
    return reading.document if reading.runnable else None


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_of_each_kind_leaves_a_drawing_that_runs_and_can_be_undone(kind: str) -> None:
    found = 0
    for scenario in (with_both_families().scenario(), *map(drawing, DRAWINGS)):
        for fault in list(KINDS[kind][1](scenario.topology))[:1] if scenario else ():
            broken = applied(scenario, fault.patch)
            assert broken is not None and broken.topology != scenario.topology
            mended = applied(broken, fault.undo)
            assert mended is not None and mended.topology == scenario.topology
            found += compiled(broken)[0] is not None
            assert fault.kind == kind and fault.sentence.endswith(".") and fault.repair.endswith(".")
        if found >= 3:
            return
    assert found, "no drawing of the tests has room for it"


def hub() -> netcore.Scenario:
    found = drawing(ROOT / "sandbox/scenarios/seeds/hub-and-spokes.json")
    assert found is not None
    return found


def failing(scenario: netcore.Scenario, put: Put) -> list[int]:
    """Return the intents that a fault breaks by itself, each asked anew."""
    broken = applied(scenario, put.fault.patch)
    assert broken is not None
    asked = intents_of(scenario)
    raw = netcore.dump(broken)
    return [
        n
        for n, one in enumerate(asked)
        if not find(one.model_dump(by_alias=True, exclude_unset=True), raw).passed
    ]


@pytest.mark.parametrize("seed", [0, 3])
def test_each_fault_shows_by_itself_and_is_of_another_kind_and_place(seed: int) -> None:
    broken = netcore.put_faults(hub(), 4, seed)
    assert len({put.fault.kind for put in broken.faults}) == len({put.fault.at for put in broken.faults}) == 4
    for put in broken.faults:
        assert put.alarms and list(put.alarms) == failing(hub(), put)
        assert put.unique and 1 <= put.difficulty <= 5
    assert set(broken.alarms) >= set(broken.faults[0].alarms)
    assert netcore.read(broken.document).runnable
    mended: Any = broken.scenario
    for put in broken.faults:
        mended = applied(mended, put.fault.undo)
    assert mended.topology == hub().topology


def test_the_same_seed_puts_the_same_faults_and_another_seed_others() -> None:
    told = [json.dumps(netcore.put_faults(hub(), 3, seed, unique=False).as_dict()) for seed in (7, 7, 8)]
    assert told[0] == told[1] != told[2]


def test_kinds_can_be_chosen_and_must_exist() -> None:
    (put,) = netcore.put_faults(hub(), 1, 1, ["guest-flag-lost"]).faults
    assert (put.fault.kind, put.fault.at) == ("guest-flag-lost", "vms/fw")
    with pytest.raises(netcore.NotFound, match="no kind of fault gremlins"):
        netcore.put_faults(hub(), 1, 1, ["gremlins"])


def test_a_drawing_without_room_says_how_many_it_bears() -> None:
    small = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "s", "10.0.0.5")
    )
    with pytest.raises(netcore.TooFew, match="so that each shows"):
        netcore.put_faults(small.scenario(), 9, 1)


def test_a_fault_that_another_edit_mends_as_well_comes_last() -> None:
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .group("g", "200 in allow tcp * * 443", "300 in deny * * * *")
        .subnet("t", "10.0.1.0/24", group="g")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "t", "10.0.1.4")
    )
    broken = netcore.put_faults(drawn.scenario(), 1, 1, ["rule-missing", "stopped"])
    assert broken.faults[0].fault.kind == "stopped"


# In packs


def inspected() -> Net:
    """[a1] -- (app) --> {fw} --> (db) -- [b1], both ways, and [w1] beside."""
    drawn = (
        net()
        .vnet("v", "10.10.0.0/16")
        .table("out", {"10.10.2.0/24": "10.10.9.4"})
        .table("home", {"10.10.1.0/24": "10.10.9.4"})
        .subnet("app", "10.10.1.0/24", table="out")
        .subnet("db", "10.10.2.0/24", table="home")
        .subnet("web", "10.10.3.0/24")
        .subnet("nva", "10.10.9.0/24")
    )
    for key, subnet, address in (("a1", "app", "1.4"), ("b1", "db", "2.4"), ("w1", "web", "3.4")):
        drawn.vm(key, subnet, f"10.10.{address}")
    return drawn.appliance("fw", "nva", "10.10.9.4")


def night_shift() -> netcore.Pack:
    checks = [
        entry("inspected", {"visits": {"flow": "a1 <-> b1", "stops": ["fw"]}}, 30),
        entry("talks", {"delivers": "w1 <-> a1 tcp/80"}, 20),
        entry("found", {"diagnose": {"prompt": "Which faults?", "faults": 3}}, 20, "Q"),
        entry("tidy", {"edits": {"at_most": 4}}, 10, "G"),
        entry("closed", {"opens_nothing": {}}, 10, "N"),
        entry("later", {"after": {"changes": {"restart": "*"}, "check": {"delivers": "a1 -> b1"}}}, 10, "H"),
    ]
    faults = {"count": 3, "intents": ["inspected", "talks"]}
    addresses = [{"from": "10.10.0.0/16", "to": ["10.20.0.0/16", "10.30.0.0/16"]}]
    return pack_of(
        inspected(),
        checks,
        about={"variants": {"faults": faults, "addresses": addresses}},
        reference={"healthy": True, "answers": {"found": "$faults"}},
        wrong={"asleep": {"fails": ["inspected"]}, "guess": {"healthy": True, "fails": ["found"]}},
        text="It is dark. What fails:\n\n$alarms\n",
    )


def test_a_pack_starts_with_faults_and_its_healthy_drawing_passes() -> None:
    pack = night_shift()
    assert netcore.lint(pack) == ()
    made = netcore.variant(pack, 2)
    assert len(made.faults) == 3 and made.alarms
    assert all(f"- {title}" in made.text for title in made.alarms)
    found = results(pack, seed=2)
    assert "failed" in (found["inspected"].state, found["talks"].state)
    assert found["tidy"].state == found["closed"].state == "passed"


def test_what_a_learner_gets_names_no_fault() -> None:
    pack = night_shift()
    for seed in range(4):
        made = netcore.variant(pack, seed)
        told = json.dumps([made.as_dict(), [one.as_dict() for one in netcore.public_checks(pack, seed)]])
        for put in made.faults:
            assert put.fault.sentence not in told and put.fault.repair not in told
        assert "healthy" not in made.as_dict()


def test_a_diagnosis_pays_for_each_fault_and_half_for_the_place() -> None:
    pack = night_shift()
    faults = netcore.variant(pack, 1).faults
    answer = {}
    for number, put in enumerate(reversed(faults), start=1):
        answer |= {f"hop-{number}": put.fault.at.partition("/")[2], f"kind-{number}": put.fault.kind}
    assert results(pack, answers={"found": answer}, seed=1)["found"].state == "passed", "in any order, by id"
    half = {key: value for key, value in answer.items() if not key.startswith("kind")}
    assert results(pack, answers={"found": half}, seed=1)["found"].earned == 10
    one = {key: value for key, value in answer.items() if key.endswith("-1")}
    assert results(pack, answers={"found": one}, seed=1)["found"].earned == pytest.approx(20 / 3, abs=0.01)
    same = {f"hop-{n}": answer["hop-1"] for n in (1, 2, 3)} | {
        f"kind-{n}": answer["kind-1"] for n in (1, 2, 3)
    }
    assert results(pack, answers={"found": same}, seed=1)["found"].earned < 10, "one fault is paid once"
    for nonsense in ({"hop-1": 3}, {"kind-1": []}, [], "x"):
        assert results(pack, answers={"found": nonsense}, seed=1)["found"].earned == 0


def test_who_opens_everything_is_seen() -> None:
    closed = inspected().group("shut", "200 in deny tcp * * 22").set("subnets/db/security_group", "shut")
    opened = inspected().set("subnets/db/security_group", None)
    found = find({"opens_nothing": {}}, opened, start=closed)
    assert not found.passed and found.counterexample is not None
    assert found.counterexample["question"]["destination_port"] == 22
    allow = {"opens_nothing": {"allow": ["vms/* -> b1 tcp/22"]}}
    assert find(allow, opened, start=closed).passed
    more = inspected().vm("n1", "web", "10.10.3.9")
    assert not find({"opens_nothing": {}}, more, start=inspected()).passed
    assert find({"opens_nothing": {"ignore": ["n1"]}}, more, start=inspected()).passed
    more.vm("n2", "web", "10.10.3.10")
    assert not find({"opens_nothing": {"ignore": ["n1"]}}, more, start=inspected()).passed
    assert find({"opens_nothing": {"ignore": ["subnets/web"]}}, more, start=inspected()).passed
    more.subnet("empty", "10.10.7.0/24")
    assert not find({"opens_nothing": {"ignore": ["subnets/empty"]}}, more, start=inspected()).passed


def test_edits_are_counted_one_by_one() -> None:
    changed = inspected().set("vms/a1/power", "stopped").set("subnets/app/route_table", None)
    assert find({"edits": {"at_most": 2}}, changed, start=inspected()).passed
    assert "2 things" in find({"edits": {"at_most": 1}}, changed, start=inspected()).message


BY_WAY_OF_FW = Check.model_validate({"visits": {"flow": "a1 <-> b1", "stops": ["fw"]}})


def put_one(kind: str, at: str) -> Put:
    """Return a fault as the generator puts it into the inspected network."""
    for seed in range(20):
        (put,) = netcore.put_faults(
            inspected().scenario(), 1, seed, [kind], [BY_WAY_OF_FW], unique=False
        ).faults
        if put.fault.at == at:
            return put
    raise AssertionError(f"no seed puts {kind} at {at}")


def test_there_are_kinds_enough_and_each_has_words_of_its_own() -> None:
    assert len(KINDS) >= 15
    assert len({words for words, _ in KINDS.values()}) == len(KINDS)


def test_what_hides_a_fault_makes_it_more_difficult() -> None:
    shown = put_one("flag-lost", "nics/fw")
    inside = put_one("guest-flag-lost", "vms/fw")
    assert inside.difficulty == shown.difficulty + 1, "nothing in the platform shows it"
    there = put_one("stopped", "vms/fw")
    elsewhere = put_one("route-missing", "route_tables/home")
    assert there.difficulty < elsewhere.difficulty, "the packet ends elsewhere, or on the way back"
    broken = netcore.put_faults(inspected().scenario(), 2, 3, unique=False)
    assert broken.difficulty == sum(put.difficulty for put in broken.faults)


def with_both_families() -> Net:
    """As ``inspected``, with IPv6 by way of fw too, and the NIC of an appliance that is no more."""
    drawn = (
        inspected()
        .set("vnets/v/address_space", ["10.10.0.0/16", "fd10::/48"])
        .set("subnets/app/prefixes", ["10.10.1.0/24", "fd10:0:0:1::/64"])
        .set("subnets/db/prefixes", ["10.10.2.0/24", "fd10:0:0:2::/64"])
        .set("subnets/nva/prefixes", ["10.10.9.0/24", "fd10:0:0:9::/64"])
        .route("out", "six", "fd10:0:0:2::/64", "fd10:0:0:9::4")
        .route("home", "six", "fd10:0:0:1::/64", "fd10:0:0:9::4")
    )
    for key, address in (("a1", "1::4"), ("b1", "2::4"), ("fw", "9::4")):
        drawn.set(f"nics/{key}/configurations/six", {"address": f"fd10:0:0:{address}"})
    old = {
        "name": "old",
        "subnet": "nva",
        "configurations": {"one": {"address": "10.10.9.7", "primary": True}},
    }
    return drawn.set("nics/old", old)


BOTH = [
    Check.model_validate({"visits": {"flow": flow, "stops": ["fw"], "back": "mirror"}})
    for flow in ("a1 <-> b1 tcp/443", "a1 <-> b1 tcp/443 v6")
]


def test_a_route_to_a_nic_without_a_vm_is_a_fault_that_no_warning_names() -> None:
    (put,) = netcore.put_faults(with_both_families().scenario(), 1, 2, ["hop-gone"], BOTH, quiet=True).faults
    assert "10.10.9.7, a NIC without a VM" in put.fault.sentence
    alone = inspected().scenario()
    with pytest.raises(netcore.TooFew):
        netcore.put_faults(alone, 1, 2, ["hop-gone"], [BY_WAY_OF_FW], quiet=True)


def test_ipv6_may_be_led_around_the_appliance_that_ipv4_passes() -> None:
    """The packets arrive, so only a check of the way sees it."""
    scenario = with_both_families().scenario()
    (put,) = netcore.put_faults(scenario, 1, 1, ["family-around"], BOTH, quiet=True).faults
    assert put.alarms == (1,)
    broken = applied(scenario, put.fault.patch)
    assert broken is not None
    assert find({"delivers": "a1 <-> b1 tcp/443 v6"}, netcore.dump(broken)).passed
    assert not find(
        {"visits": {"flow": "a1 <-> b1 tcp/443 v6", "stops": ["fw"]}}, netcore.dump(broken)
    ).passed
    with pytest.raises(netcore.TooFew):
        netcore.put_faults(inspected().scenario(), 1, 1, ["family-around"], [BY_WAY_OF_FW])

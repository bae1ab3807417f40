"""Verbs about the drawing, and the changes that a grader makes."""

from __future__ import annotations

import pytest

import netcore
from netcore.checks.grading.case import CannotGrade
from netcore.checks.grading.changing import apply
from netcore.checks.grading.names import Unknown
from netcore.checks.language.changes import Change
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import find, passes


def shop() -> Net:
    """[web1] -- (web), (app) -- [app1]; a table and a group lie unused."""
    return (
        net()
        .vnet("shop", "10.10.0.0/16")
        .subnet("web", "10.10.1.0/24")
        .subnet("app", "10.10.2.0/24")
        .vm("web1", "web", "10.10.1.4")
        .vm("app1", "app", "10.10.2.4", zone=2)
        .table("spoke", {"0.0.0.0/0": "10.10.2.4", "10.99.0.0/16": "None"})
        .group("shut", "100 in deny tcp * * 22")
    )


def after(*changes: dict[str, object], drawn: Net | None = None) -> netcore.Scenario:
    made = apply(netcore.dump((drawn or shop()).scenario()), [Change.model_validate(one) for one in changes])
    return netcore.load(made)


@pytest.mark.parametrize(
    ("test", "right"),
    [
        ({"path": "vms/app1/zone", "equals": 2}, True),
        ({"path": "vms/APP1/zone", "one_of": [1, 3]}, False),
        ({"path": "vms/*/guest/forwarding", "equals": False}, True),
        ({"path": "vms/*/zone", "given": True}, False),
        ({"path": "vms/web1/zone", "given": False}, True),
        ({"path": "route_tables/spoke/routes/*/next_hop_type", "differs": "Internet"}, True),
        ({"path": "security_groups/shut/rules/in-100/priority", "at_least": 100, "at_most": 200}, True),
        ({"path": "vnets/shop/address_space/*", "equals": "10.10.0.0/16"}, True),
        ({"path": "vms/web9/zone", "equals": 1}, False),
    ],
)
def test_prop_tests_a_field_or_each_of_them(test: dict[str, object], right: bool) -> None:
    assert passes({"prop": test}, shop()) is right


@pytest.mark.parametrize(
    ("test", "right"),
    [
        ({"path": "controllers/robot/scope", "equals": "tables"}, True),
        ({"path": "controllers/Robot One/tables", "just": ["b", "a"]}, True),
        ({"path": "controllers/*/tables", "just": ["a", "b", "c"]}, False),
        ({"path": "controllers/robot/tables", "just": ["a"]}, False),
        ({"path": "controllers/robot/name", "just": ["Robot One"]}, False),
        ({"path": "controllers/other/scope", "equals": "tables"}, False),
    ],
)
def test_prop_tests_what_a_controller_may_write(test: dict[str, object], right: bool) -> None:
    drawn = shop().table("a", {}).table("b", {})
    robot = {"name": "Robot One", "scope": "tables", "tables": ["a", "b", "a"]}
    drawn.raw["controllers"] = {"robot": robot}
    assert passes({"prop": test}, drawn) is right
    assert not passes({"prop": test}, shop()), "without a controller there is nothing that could be right"


def test_count_counts_controllers() -> None:
    drawn = shop()
    one = {"count": {"of": "controllers", "exactly": 1}}
    message = "Of the kind “controller” the drawing has {}; it is to have exactly 1."
    assert find(one, drawn).message == message.format(0)
    drawn.raw["controllers"] = {"robot": {"name": "robot", "scope": "tables", "tables": ["spoke"]}}
    assert passes(one, drawn)
    drawn.raw["controllers"]["a0"] = {"name": "a0", "interval_s": 7}
    found = find(one, drawn)
    assert found.message == message.format(2)
    assert found.counterexample["at"] == ["controllers/a0", "controllers/robot"]
    assert passes({"count": {"of": "controllers", "exactly": 1, "where": {"interval_s": 7}}}, drawn)


def test_a_change_copies_what_is_there_as_it_is_there() -> None:
    """A grader starts the learner's own controller a second time, whatever it was set to."""
    drawn = shop()
    drawn.raw["controllers"] = {"robot": {"name": "robot", "interval_s": 7}}
    twin = {"op": "copy", "from": "/controllers/robot", "path": "/controllers/twin"}
    made = after({"patch": [twin]}, drawn=drawn)
    assert made.controllers["twin"] == made.controllers["robot"]
    assert made.controllers["twin"].interval_s == 7


@pytest.mark.parametrize("wrong", [{"op": "copy"}, {"op": "add", "from": "/name"}])
def test_from_belongs_to_copy(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="from belongs to copy"):
        Change.model_validate({"patch": [{"path": "/name", **wrong}]})


@pytest.mark.parametrize(
    ("count", "right"),
    [
        ({"of": "vms", "exactly": 2}, True),
        ({"of": "user_routes", "at_most": 1}, False),
        ({"of": "user_routes", "at_most": 1, "where": {"next_hop_type": "VirtualAppliance"}}, True),
        ({"of": "user_routes", "exactly": 0, "where": {"in": "other"}}, True),
        ({"of": "user_routes", "exactly": 2, "where": {"in": "spoke"}}, True),
        (
            {
                "of": "security_rules",
                "exactly": 1,
                "where": {"priority": {"at_least": 100}, "access": "Deny"},
            },
            True,
        ),
        ({"of": "gateways", "at_least": 1}, False),
        (
            {"of": "user_routes", "exactly": 1, "where": {"prefix/length": {"at_least": 8, "at_most": 31}}},
            True,
        ),
        ({"of": "user_routes", "exactly": 1, "where": {"prefix/length": 16}}, True),
        ({"of": "vms", "exactly": 0, "where": {"name/length": {"at_least": 0}}}, True),
    ],
)
def test_count_counts_what_passes_all_tests(count: dict[str, object], right: bool) -> None:
    assert passes({"count": count}, shop()) is right


def test_unchanged_says_what_is_other_than_at_the_start() -> None:
    assert passes({"unchanged": ["security_groups", "subnets/web"]}, shop(), start=shop())
    opened = shop().group("shut", "100 in allow tcp * * 22")
    found = find({"unchanged": "security_groups"}, opened, start=shop())
    assert found.message == (
        "Access of rule in-100 of security group shut is not as it was in the starting drawing."
    )
    gone = shop()
    del gone.raw["topology"]["security_groups"]["shut"]
    assert not passes({"unchanged": "security_groups/shut"}, gone, start=shop())


def test_refused_wants_the_problem_of_the_changed_drawing() -> None:
    twin = {"add_vnet": {"name": "twin", "ranges": ["10.10.0.0/16"]}}
    change = [twin, {"add_peering": {"between": ["shop", "twin"]}}]
    assert passes({"refused": {"changes": change, "code": "peering-overlap"}}, shop())
    found = find({"refused": {"changes": change, "code": "subnet-size"}}, shop())
    assert "It has peering-overlap instead." in found.message
    assert "It is accepted." in find({"refused": {"changes": twin}}, shop()).message
    with pytest.raises(CannotGrade, match="problems of its own"):
        find({"refused": {"changes": twin}}, shop().vm("x", "web", "10.10.2.9"))


def test_changes_stop_start_set_and_remove() -> None:
    assert after({"stop": "web1"}).topology.vms["web1"].power == "stopped"
    assert after({"stop": ["web1", "app1"]}, {"restart": "*"}).topology.vms["app1"].power == "running"
    assert after({"zone_down": 2}).topology.vms["app1"].power == "stopped"
    made = after({"set": {"vms/web1/guest/forwarding": True, "subnets/web/route_table": "spoke"}})
    assert made.topology.vms["web1"].guest.forwarding
    assert made.topology.subnets["web"].route_table == "spoke"
    made = after({"remove": ["route_tables/spoke/routes/r1"]})
    assert list(made.topology.route_tables["spoke"].routes) == ["r2"]


def test_changes_add_things_that_fit() -> None:
    made = after(
        {"add_range": {"vnet": "shop", "prefix": "192.168.0.0/24"}},
        {"add_subnet": {"name": "more", "vnet": "shop", "prefix": "192.168.0.0/26", "like": "web"}},
        {"add_vm": {"name": "more1", "subnet": "more", "like": "app1"}},
        {"add_vm": {"name": "more1", "subnet": "more"}},
        {
            "add_route": {
                "table": "spoke",
                "prefix": "10.77.0.0/16",
                "type": "VirtualAppliance",
                "hop": "more1",
            }
        },
        {"add_vnet": {"name": "hub", "ranges": ["10.20.0.0/16"]}},
        {"add_peering": {"between": ["hub", "shop"], "forwarded": True}},
        drawn=shop().set("subnets/web/route_table", "spoke"),
    )
    topology = made.topology
    assert topology.subnets["more"].route_table == "spoke"
    assert topology.vms["more1"].zone == 2 and topology.vms["more1-2"].zone is None
    addresses = [
        str(topology.nics[nic].configurations["ipconfig1"].address) for nic in ("more1-nic", "more1-nic-2")
    ]
    assert addresses == ["192.168.0.4", "192.168.0.5"]
    assert str(topology.route_tables["spoke"].routes["to-10.77.0.0-16-1"].next_hop_ip) == "192.168.0.4"
    assert {one.allow_forwarded for one in topology.peerings.values()} == {True}
    patched = after({"patch": [{"op": "replace", "path": "/profile", "value": "azure-2021"}]})
    assert patched.profile == "azure-2021"


@pytest.mark.parametrize(
    "change",
    [
        {"stop": "nobody"},
        {"remove": "route_tables/none"},
        {"set": {"subnets/none/route_table": "spoke"}},
        {"set": {"nonsense": 1}},
        {"add_vm": {"name": "x", "subnet": "none"}},
        {"patch": [{"op": "remove", "path": "/topology/vms/none"}]},
    ],
)
def test_a_change_of_what_is_not_drawn_fails_the_check_with_the_reason(change: dict[str, object]) -> None:
    with pytest.raises(Unknown):
        after(change)
    found = find({"after": {"changes": change, "check": {"delivers": "web1 -> app1"}}}, shop())
    assert not found.passed and found.message


def test_after_brings_the_patch_that_replays_the_counterexample() -> None:
    found = find({"after": {"changes": {"stop": "app1"}, "check": {"delivers": "web1 -> app1"}}}, shop())
    assert found.counterexample is not None
    assert found.counterexample["patch"] == [
        {"op": "replace", "path": "/topology/vms/app1/power", "value": "stopped"}
    ]
    assert found.counterexample["changes"] == "app1 stopped" and "(app1 stopped)" in found.message


def test_a_change_that_the_drawing_does_not_bear_fails() -> None:
    change = {"add_vm": {"name": "x", "subnet": "web", "address": "10.10.2.50"}}
    found = find({"after": {"changes": change, "check": {"delivers": "web1 -> app1"}}}, shop())
    assert "cannot be run" in found.message


def test_under_names_the_profile_that_breaks_it() -> None:
    check = {
        "under": {"profiles": ["azure-2021", "azure-2026"], "check": {"delivers": "web1 -> 198.51.100.10"}}
    }
    found = find(check, shop().host("out", "198.51.100.10"))
    assert found.message.startswith("Under Azure 2026: ")
    assert found.counterexample is not None and found.counterexample["profile"] == "azure-2026"


@pytest.mark.parametrize("of", ["start", "drawing"])
def test_under_holds_for_questions_about_either_drawing(of: str) -> None:
    question = {"predict": {"prompt": "?", "of": of, "verdict": "web1 -> 198.51.100.10"}}
    drawn = shop().host("out", "198.51.100.10")
    for profile, right in (("azure-2021", "delivered"), ("azure-2026", "NO_OUTBOUND")):
        check = {"under": {"profiles": [profile], "check": question}}
        assert passes(check, drawn, answers=right), profile
        other = "NO_OUTBOUND" if right == "delivered" else "delivered"
        assert not passes(check, drawn, answers=other), profile


def test_all_and_any() -> None:
    good, bad = {"delivers": "web1 -> app1"}, {"delivers": "web1 -> 10.10.2.99"}
    assert passes({"any": [bad, good]}, shop()) and not passes({"all": [good, bad]}, shop())
    assert not passes({"any": [bad, bad]}, shop())
    told = find({"all": [{"count": {"of": "vms", "exactly": 9}}, bad]}, shop())
    assert told.counterexample is not None, "what can be replayed is told first"

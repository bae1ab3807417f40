"""Sets of faults that were found before: each learner gets one, drawn by seed, and lint tries all of them."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

import netcore
from netcore.checks.edits.patches import applied
from netcore.checks.faults.generator import other_repairs, shows
from netcore.checks.packs.variants import faults_of, set_number
from netcore.checks.reading import compiled, ground
from netcore.command_line.grading import files_of
from netcore.document import reader
from tests.conftest import ROOT
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import entry, files, results

NIGHT_SHIFT = ROOT / "sandbox/classes/packs/lab-27-night-shift"

Fault = dict[str, Any]


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


def fault(kind: str, at: str, path: str, value: Any) -> Fault:
    return {
        "kind": kind,
        "at": at,
        "patch": [{"op": "replace", "path": f"/topology/{path}", "value": value}],
    }


FLAG = fault("flag-lost", "nics/fw", "nics/fw/ip_forwarding", False)
GUEST = fault("guest-flag-lost", "vms/fw", "vms/fw/guest/forwarding", False)
OUT = fault("table-missing", "subnets/app", "subnets/app/route_table", None)
HOME = fault("table-missing", "subnets/db", "subnets/db/route_table", None)
STOPPED = fault("stopped", "vms/w1", "vms/w1/power", "stopped")
HIDDEN = fault("stopped", "vms/w1", "vms/w1/name", "w9")

SETS = [[FLAG, OUT], [GUEST, HOME], [STOPPED, OUT]]


def raw(sets: Any = SETS, **faults: Any) -> dict[str, bytes]:
    """Return the files of a pack with sets of two faults."""
    checks = [
        entry("inspected", {"visits": {"flow": "a1 <-> b1", "stops": ["fw"]}}, 30),
        entry("talks", {"delivers": "w1 <-> a1 tcp/80"}, 20),
        entry("found", {"diagnose": {"prompt": "Which faults?", "faults": 2}}, 30, "Q"),
        entry("closed", {"opens_nothing": {}}, 10, "N"),
        entry("later", {"after": {"changes": {"restart": "*"}, "check": {"delivers": "a1 -> b1"}}}, 10, "H"),
    ]
    rules = {"count": 2, "intents": ["inspected", "talks"], **faults}
    variants = {
        "faults": rules,
        "addresses": [{"from": "10.10.0.0/16", "to": ["10.20.0.0/16", "10.30.0.0/16"]}],
        "names": {"fw": ["wall", "guard"]},
    }
    given = files(
        inspected(),
        checks,
        about={"variants": variants},
        reference={"healthy": True, "answers": {"found": "$faults"}},
        wrong={"asleep": {"fails": ["inspected"]}, "guess": {"healthy": True, "fails": ["found"]}},
        text="It is dark. What fails:\n\n$alarms\n",
    )
    # The third set breaks w1 and the way out; asleep fails "inspected" in each.
    return given | ({} if sets is None else {"faults.json": json.dumps({"sets": sets}).encode()})


def pack(sets: Any = SETS, **faults: Any) -> netcore.Pack:
    return netcore.read_pack(raw(sets, **faults))


def codes(given: netcore.Pack) -> list[tuple[str, str, str]]:
    return [(one.code, one.path, one.pointer) for one in netcore.lint(given, (0, 1))]


# Drawing


def test_every_learner_has_one_of_the_sets_and_the_same_one_each_time() -> None:
    given = pack()
    for seed in range(40):
        made = netcore.variant(given, seed)
        expected = SETS[set_number(given, seed)]
        assert [put.fault.kind for put in made.faults] == [one["kind"] for one in expected]
        assert made.alarms and made.as_dict() == netcore.variant(pack(), seed).as_dict()
    assert set_number(given, 0) == 0


@pytest.mark.parametrize("count", [2, 3, 12])
def test_the_draw_is_well_spread(count: int) -> None:
    given = pack(SETS[:1] * count)
    drawn = Counter(set_number(given, seed) for seed in range(1, 1201))
    assert set(drawn) == set(range(count))
    fair = 1200 / count
    assert max(abs(number - fair) for number in drawn.values()) < 4 * fair**0.5
    neighbours = sum(set_number(given, seed) == set_number(given, seed + 1) for seed in range(1, 1201))
    assert abs(neighbours - fair) < 4 * fair**0.5, "seeds beside each other draw no two sets more alike"


def test_the_set_and_the_names_are_drawn_apart() -> None:
    given = pack()
    found = {
        (set_number(given, seed), next(name for name in ("fw", "wall", "guard") if name in told(given, seed)))
        for seed in range(1, 80)
    }
    assert len(found) >= 5, "a set does not tell which names somebody has"


def told(given: netcore.Pack, seed: int) -> dict[str, Any]:
    topology: dict[str, Any] = netcore.variant(given, seed).document["topology"]["vms"]
    return topology


def test_faults_are_put_in_by_the_names_of_the_variant() -> None:
    given = pack([[FLAG, GUEST | {"at": "vms/b1", "patch": STOPPED_B1}]])
    for seed in range(1, 12):
        made = netcore.variant(given, seed)
        name = next(name for name in made.document["topology"]["vms"] if name not in ("a1", "b1", "w1"))
        assert made.faults[0].fault.at == f"nics/{name}"
        assert made.document["topology"]["nics"][name]["ip_forwarding"] is False
        assert made.healthy["topology"]["nics"][name]["ip_forwarding"] is True


STOPPED_B1 = [{"op": "replace", "path": "/topology/vms/b1/power", "value": "stopped"}]


# Lint


def test_sound_sets_pass_and_every_one_is_tried() -> None:
    given = pack()
    assert codes(given) == []
    seeds = netcore.lint_seeds(given, 1)
    assert {set_number(given, seed) for seed in seeds} == {0, 1, 2} and len(seeds) == 3
    assert netcore.lint_seeds(pack(None), 4) == (0, 1, 2, 3)
    for seed in seeds:
        healthy = {"found": right(given, seed)}
        done = results(given, netcore.variant(given, seed).healthy, healthy, seed)
        assert {one.state for one in done.values()} == {"passed"}
        start = results(given, seed=seed)
        assert "failed" in {start["inspected"].state, start["talks"].state}


def right(given: netcore.Pack, seed: int) -> dict[str, str]:
    answer = {}
    for number, put in enumerate(netcore.variant(given, seed).faults, start=1):
        answer |= {f"hop-{number}": put.fault.at, f"kind-{number}": put.fault.kind}
    return answer


def test_a_set_that_only_other_seeds_draw_is_refused_too() -> None:
    place = next(n for n in (1, 2, 3) if n != set_number(pack([*SETS, SETS[0]]), 1))
    bad = [*SETS[:place], [FLAG, HIDDEN], *SETS[place:]]
    assert place not in {set_number(pack(bad), seed) for seed in (0, 1)}
    assert codes(pack(bad)) == [("fault-hides", "faults.json", f"/sets/{place}/1")]


@pytest.mark.parametrize(
    ("sets", "rules", "expected"),
    [
        ([[FLAG]], {}, ("fault-count", "faults.json", "/sets/0")),
        ([SETS[0], SETS[0][::-1]], {}, ("fault-twice", "faults.json", "/sets/1")),
        ([[FLAG, FLAG]], {}, ("fault-twice", "faults.json", "/sets/0")),
        (
            [[FLAG, fault("stopped", "vms/no", "vms/no/power", "x")]],
            {},
            ("faults", "faults.json", "/sets/0"),
        ),
        (
            SETS,
            {"intents": ["inspected", "talk"]},
            ("intent-unknown", "pack.json", "/variants/faults/intents/1"),
        ),
        (
            SETS,
            {"intents": ["inspected", "later"]},
            ("hidden-leak", "pack.json", "/variants/faults/intents/1"),
        ),
        (None, {"count": 12, "kinds": ["stopped"]}, ("faults", "pack.json", "/variants/faults")),
    ],
)
def test_faults_made_wrong_are_refused(sets: Any, rules: dict[str, Any], expected: Any) -> None:
    found = netcore.lint(pack(sets, **rules), (0, 1))
    assert expected in [(one.code, one.path, one.pointer) for one in found], [one.text for one in found]
    assert all(one.hint for one in found)


def test_an_intent_that_does_not_hold_before_anything_is_broken_is_refused() -> None:
    given = raw()
    drawing = json.loads(given["scenario.json"])
    drawing["topology"]["vms"]["w1"]["power"] = "stopped"
    given["scenario.json"] = json.dumps(drawing).encode()
    found = codes(netcore.read_pack(given))
    assert found == [("intent-fails", "pack.json", "/variants/faults/intents/1")]


def test_a_warning_that_names_a_fault_is_refused() -> None:
    gone = fault("hop-gone", "route_tables/out", "route_tables/out/routes", GONE)
    assert ("warning-tells", "faults.json", "/sets/0") in codes(pack([[gone, STOPPED]]))


GONE = {
    "r": {"prefix": "10.10.2.0/24", "next_hop_type": "VirtualAppliance", "next_hop_ip": "10.10.9.200"},
}


# The lab that has them


@cache
def night_shift() -> netcore.Pack:
    return netcore.read_pack(files_of(str(NIGHT_SHIFT)))


def test_the_sets_of_the_night_shift_differ_in_kinds_and_places() -> None:
    sets = night_shift().fault_sets
    assert sets is not None and len(sets.sets) >= 10
    kinds = Counter(one.kind for given in sets.sets for one in given)
    assert len(kinds) >= 10 and max(kinds.values()) <= len(sets.sets)
    for given in sets.sets:
        assert len({one.kind for one in given}) == len({one.at for one in given}) == 6


def test_a_fault_of_each_kind_in_the_night_shift_shows_and_has_one_repair() -> None:
    given = night_shift()
    assert given.fault_sets is not None and given.about.variants.faults is not None
    healthy = reader.read(netcore.variant(given, 0).healthy, ground()).document
    assert healthy is not None
    intents = [one.check for one in given.checks if one.id in given.about.variants.faults.intents]
    tried: set[str] = set()
    for number in range(len(given.fault_sets.sets)):
        for one in faults_of(given, given.fault_sets, number, 0):
            if one.kind in tried:
                continue
            tried.add(one.kind)
            broken = applied(healthy, one.patch)
            assert broken is not None and compiled(broken)[0] is not None
            assert shows(healthy, one, intents), one.kind
            assert other_repairs(healthy, one, intents) == [], one.kind
    assert len(tried) >= 10


def test_the_untouched_night_shift_earns_nothing_with_whichever_faults() -> None:
    given = night_shift()
    assert given.fault_sets is not None
    sets, seeds = len(given.fault_sets.sets), {}
    for seed in range(20 * sets):
        seeds.setdefault(set_number(given, seed), seed)
    assert len(seeds) == sets
    for number, seed in seeds.items():
        untouched = netcore.variant(given, seed).document
        earned = {one.check: one.earned for one in netcore.grade(given, untouched, {}, seed) if one.earned}
        assert earned == {}, number

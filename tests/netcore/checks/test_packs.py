"""Packs: read with all their problems at once, varied by seed, graded, linted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import netcore
from netcore.checks.packs import yaml_text
from netcore.command_line.grading import files_of
from tests.conftest import ROOT
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import entry, files, pack_of, results

LAB = ROOT / "sandbox/classes/packs/lab-01-first-packet"


def pair() -> Net:
    """[a1] -- (s) ... (t) -- [b1]"""
    return (
        net()
        .vnet("v", "10.10.0.0/16")
        .subnet("s", "10.10.1.0/24")
        .subnet("t", "10.10.2.0/24")
        .vm("a1", "s", "10.10.1.4")
        .vm("b1", "t", "10.10.2.4", power="stopped")
    )


VARIANTS = {
    "addresses": [{"from": "10.10.0.0/16", "to": ["10.20.0.0/16", "10.30.0.0/16", "10.40.0.0/16"]}],
    "names": {"a1": ["web1", "front1", "shop1"], "b1": ["app1", "core1"]},
    "parameters": {"port": [443, 8443, 9443]},
}

CHECKS = [
    entry("works", {"delivers": {"from": "a1", "to": "10.10.2.4", "port": "$port"}}, 60),
    entry("quiet", {"count": {"of": "route_tables", "exactly": 0}}, 20, "G"),
    entry(
        "grows",
        {
            "after": {
                "changes": {"add_vm": {"name": "secret77", "subnet": "t", "address": "10.10.2.77"}},
                "check": {"delivers": "a1 -> secret77"},
            }
        },
        20,
        "H",
    ),
]

WRONG = {
    "idle": {"fails": ["works"]},
    "tables": {"edits": {"set": {"route_tables/x": {"name": "x"}}}, "fails": ["quiet"]},
}


def tried(**more: Any) -> netcore.Pack:
    given: dict[str, Any] = {
        "about": {"variants": VARIANTS},
        "reference": {"edits": [{"start": "b1"}]},
        "wrong": WRONG,
    }
    return pack_of(pair(), CHECKS, **{**given, **more})


def test_the_first_lab_of_the_program_lints_and_grades() -> None:
    pack = netcore.read_pack(files_of(str(LAB)))
    assert netcore.lint(pack) == ()
    for seed in (0, 11):
        solution = netcore.read_solution(pack, (LAB / "reference/data-subnet.yml").read_bytes(), seed)
        document = netcore.handed_in(pack, solution, seed)
        found = list(netcore.grade(pack, document, solution.answers, seed))
        assert [one.state for one in found] == ["passed"] * len(pack.checks)
        assert sum(one.earned for one in found) == 100


# Reading


def test_all_problems_of_all_files_are_told_at_once() -> None:
    given = files(pair(), [entry("works", {"delivers": "a1 to b1"}, 100)], about={"minuts": 5})
    given["wrong/one.yml"] = b"title: Nothing fails\n"
    given["notes.txt"] = b"?"
    with pytest.raises(netcore.PackRefused) as refused:
        netcore.read_pack(given)
    assert [(one.path, one.code) for one in refused.value.problems] == [("notes.txt", "unknown-file")]
    del given["notes.txt"]
    given["text.md"] = b"<script>alert(1)</script>\n"
    with pytest.raises(netcore.PackRefused) as refused:
        netcore.read_pack(given)
    found = {(one.path, one.pointer, one.code) for one in refused.value.problems}
    assert found == {
        ("text.md", "line 1", "raw-html"),
        ("pack.json", "/minuts", "unknown-field"),
        ("checks.json", "/checks/0/check/delivers/flow", "bad-value"),
    }
    hints = [one.hint for one in refused.value.problems if one.pointer == "/minuts"]
    assert hints == ["Did you mean minutes?"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pack.json": None}, "missing-file"),
        ({"checks.yml": b"checks: []"}, "file-twice"),
        ({"checks.json": b"{"}, "not-yaml"),
        ({"checks.json": b""}, "empty-file"),
        ({"scenario.json": b'{"schema": 1, "name": "x", "topology": {"vms": 3}}'}, "wrong-type"),
        ({"wrong/w.json": b'{"title": "x", "fails": ["nothing"]}'}, "unknown-check"),
        ({"text.md": b"\xff\xfe"}, "not-text"),
    ],
)
def test_a_pack_is_refused_with_a_code(change: dict[str, bytes | None], code: str) -> None:
    given = files(pair(), CHECKS, about={"variants": VARIANTS}) | change
    with pytest.raises(netcore.PackRefused) as refused:
        netcore.read_pack({name: text for name, text in given.items() if text is not None})
    assert code in {one.code for one in refused.value.problems}


@pytest.mark.parametrize(
    "row",
    [
        entry("x", {"delivers": "a1 -> b1", "drops": "a1 -> b1"}, 1),
        entry("x", {}, 1),
        entry("x", {"all": []}, 1),
        entry("x", {"drops": {"flow": "a1 -> b1", "code": "NO_SUCH_CODE"}}, 1),
        entry("x", {"predict": {"prompt": "?"}}, 1),
        entry("x", {"predict": {"prompt": "?", "verdict": "a1 -> b1"}}, 1, "H"),
        entry("x", {"delivers": "a1 -> b1"}, 1, hidden=True),
        entry("x", {"delivers": "a1 -> b1"}, 1, partial=True),
        entry("x", {"all": [{"predict": {"prompt": "?", "verdict": "a1 -> b1"}}] * 2}, 1),
        entry(
            "x", {"after": {"changes": {"stop": "a1", "start": "a1"}, "check": {"delivers": "a1 -> b1"}}}, 1
        ),
        entry("x", {"never": {"loops": True, "arrives": {"from": "a1", "to": "b1"}}}, 1),
        entry("x", {"lost": {"race": {"fault": "f", "design": "prayer"}, "at_most": 1}}, 1),
    ],
)
def test_a_check_that_means_nothing_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(netcore.PackRefused):
        pack_of(pair(), [row])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"a: &x [1]\nb: *x\n", "anchors"),
        (b"a: !!python/object:os.system x\n", "tags"),
        (b"a: 1\na: 2\n", "twice"),
        (b"[" * 200, "nests deeper"),
        (b"a: " + b"9" * 6000, "digits"),
        (b"x" * 2_000_000, "bytes"),
    ],
)
def test_yaml_that_is_more_than_data_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(yaml_text.YamlRefused, match=words):
        yaml_text.parse(text)


def test_yaml_means_what_it_looks_like() -> None:
    text = b"no: no\non: 2026-11-28\nmac: 12:34:56:12:34:56\nt: true\nn: 7\nf: 1.5\nnull: ~\nocto: 010\n"
    assert yaml_text.parse(text) == {
        "no": "no",
        "on": "2026-11-28",
        "mac": "12:34:56:12:34:56",
        "t": True,
        "n": 7,
        "f": 1.5,
        "null": None,
        "octo": "010",
    }


# Grading


def test_checks_are_graded_one_by_one_and_ungraded_is_no_zero() -> None:
    pack = tried()
    found = results(pack)
    assert {key: one.state for key, one in found.items()} == {
        "works": "failed",
        "quiet": "passed",
        "grows": "passed",
    }
    assert found["works"].earned == 0 and found["quiet"].earned == 20
    broken = netcore.variant(pack, 0).document
    broken["topology"]["nics"]["a1"]["configurations"]["ip1"]["address"] = "192.0.2.1"
    for one in results(pack, broken).values():
        if one.check != "quiet":
            assert one.state == "ungraded"
    assert "cannot be run" in results(pack, broken)["works"].message


def test_grading_is_lazy_and_repeats_to_the_byte() -> None:
    pack, document = tried(), netcore.variant(tried(), 5).document
    first = next(iter(netcore.grade(pack, document, {}, 5)))
    assert first.check == "works"
    told = [json.dumps([one.as_dict() for one in netcore.grade(pack, document, {}, 5)]) for _ in range(2)]
    assert told[0] == told[1]


def test_of_a_hidden_check_only_the_rule_is_told() -> None:
    pack = tried()
    closed = netcore.variant(pack, 0).document
    closed["topology"]["route_tables"] = {
        "x": {"name": "x", "routes": {"r": {"prefix": "10.10.2.77/32", "next_hop_type": "None"}}}
    }
    closed["topology"]["subnets"]["s"]["route_table"] = "x"
    found = results(pack, closed)["grows"]
    assert (found.state, found.message, found.title) == ("failed", "The rule of grows.", "The rule of grows.")
    assert found.counterexample is None
    assert [one.id for one in netcore.public_checks(pack, 0)] == ["works", "quiet"]
    everything = json.dumps([one.as_dict() for one in results(pack, closed).values()])
    everything += json.dumps([one.as_dict() for one in netcore.public_checks(pack, 0)])
    assert (
        "secret77" not in everything and "10.10.2.77" not in everything and "Title of grows" not in everything
    )


def test_partial_points_are_shared_by_the_parts() -> None:
    parts = [{"delivers": "a1 -> b1"}, {"count": {"of": "vms", "exactly": 2}}]
    row = entry("both", {"all": parts}, 50, partial=True)
    found = results(pack_of(pair(), [row]))["both"]
    assert (found.state, found.earned) == ("failed", 25)
    whole = results(pack_of(pair(), [entry("both", {"all": parts}, 50)]))["both"]
    assert whole.earned == 0


@pytest.mark.parametrize(
    "document",
    [{}, {"topology": 5}, {"schema": 1}, {"schema": 1, "name": "x", "topology": {"vms": {"a": {}}}}],
)
def test_what_is_no_drawing_is_ungraded(document: dict[str, Any]) -> None:
    found = results(tried(), document)
    assert found["works"].state == "ungraded" and found["works"].message


def test_a_huge_drawing_is_refused_quickly() -> None:
    huge = netcore.variant(tried(), 0).document
    huge["topology"]["vms"] |= {f"v{number}": {"name": "x"} for number in range(9_000)}
    found = results(tried(), huge)
    assert {one.state for one in found.values()} == {"ungraded"}
    assert "at most 4,000 are graded" in found["works"].message


# Lint


def problems(**more: Any) -> set[str]:
    return {one.code for one in netcore.lint(tried(**more))}


def test_lint_lets_a_sound_pack_pass() -> None:
    assert netcore.lint(tried()) == ()


def test_lint_refuses_what_a_pack_must_not_be() -> None:
    assert problems(reference={}) == {"reference-fails"}
    assert problems(reference={"edits": {"start": "nobody"}}) == {"solution"}
    assert problems(wrong={**WRONG, "right": {"edits": {"start": "b1"}, "fails": ["works"]}}) == {
        "wrong-passes"
    }
    assert "few-wrong" in problems(wrong={"idle": {"fails": ["works"]}})
    assert problems(text="The grader says: Title of grows.\n") == {"hidden-leak"}
    assert problems(about={"variants": VARIANTS, "facts": ["Z99"]}) == {"unknown-fact"}
    assert "unused-name" in problems(about={"variants": {**VARIANTS, "names": {"a1": ["x1"], "zzz": ["y"]}}})
    renamed = {**VARIANTS, "names": {"works": ["runs", "goes", "acts"]}}
    assert "id-changes" in problems(about={"variants": renamed})
    clash = {"addresses": [{"from": "10.10.1.0/24", "to": ["10.10.2.0/24"]}]}
    assert "variant" in problems(about={"variants": {**VARIANTS, **clash}})


def test_lint_wants_a_hundred_points_and_something_hidden() -> None:
    pack = pack_of(
        pair(), [entry("works", {"delivers": "a1 -> b1"}, 60)], wrong=WRONG | {"tables": {"fails": ["works"]}}
    )
    codes = {one.code for one in netcore.lint(pack)}
    assert codes == {"points", "no-hidden", "no-negative"}


def test_lint_says_why_a_reference_fails_a_hidden_check() -> None:
    closed = {"set": {"security_groups/g": {"name": "g", "rules": {}}}}
    deny = {"priority": 100, "direction": "Inbound", "access": "Deny", "destination": ["10.10.2.77"]}
    edits = [
        {"start": "b1"},
        closed,
        {"set": {"security_groups/g/rules/no": deny, "subnets/t/security_group": "g"}},
    ]
    (problem,) = netcore.lint(tried(reference={"edits": edits}))
    assert problem.code == "reference-fails" and "secret77" in problem.message


def test_a_rule_may_not_tell_what_only_the_hidden_check_knows() -> None:
    rows = [dict(row) for row in CHECKS]
    rows[2]["rule"] = "A VM secret77 is reached as well."
    pack = pack_of(
        pair(), rows, about={"variants": VARIANTS}, reference={"edits": [{"start": "b1"}]}, wrong=WRONG
    )
    assert {one.code for one in netcore.lint(pack)} == {"hidden-leak"}


def test_files_of_leaves_hidden_files_out(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/a.yml").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    assert list(files_of(str(tmp_path))) == ["reference/a.yml"]


def test_a_place_in_a_text_has_a_line() -> None:
    text = b"# first\nchecks:\n  - id: a\n    check:\n      delivers: x -> y\n  - {id: b, points: 3}\n"
    pointers = [
        "/checks",
        "/checks/0/check/delivers",
        "/checks/1/points",
        "/checks/1/nothing",
        "/no",
        "line 4",
        "",
    ]
    assert yaml_text.lines(text, pointers) == [2, 5, 6, 6, 1, 4, 1]


@pytest.mark.parametrize("text", [b"a: [", b"[" * 5_000, b"\xff", b""])
def test_a_text_that_cannot_be_read_has_its_first_line(text: bytes) -> None:
    assert yaml_text.lines(text, ["/a/b"]) == [1]


def test_a_text_that_is_no_yaml_is_told_with_its_line() -> None:
    given = files(pair(), CHECKS, about={"variants": VARIANTS}) | {"checks.json": b"checks:\n  - id: [\n"}
    with pytest.raises(netcore.PackRefused) as refused:
        netcore.read_pack(given)
    found = [(one.path, one.pointer) for one in refused.value.problems if one.code == "not-yaml"]
    assert found == [("checks.json", "line 3")]

"""Every rule of lint refuses a pack made wrong on purpose, with file, place and mend, and no sound one."""

from __future__ import annotations

import json
from typing import Any

import pytest

import netcore
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import entry, files

Raw = dict[str, Any]


def pair() -> Net:
    """[a1] -- (s) ... (t) -- [b1], which is stopped"""
    return (
        net()
        .vnet("v", "10.10.0.0/16")
        .subnet("s", "10.10.1.0/24")
        .subnet("t", "10.10.2.0/24")
        .vm("a1", "s", "10.10.1.4")
        .vm("b1", "t", "10.10.2.4", power="stopped")
    )


def sound() -> Raw:
    """Return the files of a pack that lint has nothing against, as plain data; texts are text."""
    why = {"options": {"off": "The machine is switched off.", "far": "It is too far away."}, "truth": "off"}
    checks = [
        entry("works", {"delivers": {"from": "a1", "to": "10.10.2.4", "port": "$port"}}, 40),
        entry("talks", {"delivers": "b1 -> a1"}, 10),
        entry("quiet", {"count": {"of": "route_tables", "exactly": 0}}, 10, "G"),
        entry("why", {"predict": {"prompt": "Why?", "choice": {**why, "fact": "A1"}}}, 10, "Q"),
        entry("where", {"explain": {"prompt": "Where?", "flow": "a1 -> b1", "hop": False}}, 10, "Q"),
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
    given = files(pair(), checks)
    raw: Raw = {
        name: text.decode() if name.endswith(".md") else json.loads(text) for name, text in given.items()
    }
    raw["pack.json"]["facts"] = ["A1"]
    raw["pack.json"]["variants"] = {
        "addresses": [{"from": "10.10.0.0/16", "to": ["10.20.0.0/16", "10.30.0.0/16"]}],
        "names": {"a1": ["web1", "shop1"]},
        "parameters": {"port": [443, 8443]},
    }
    raw["reference/good.json"] = {
        "title": "Switched on",
        "edits": [{"start": "b1"}],
        "answers": {"why": "off", "where": {"code": "VM_STOPPED"}},
    }
    raw["wrong/idle.json"] = {"title": "Nothing done", "fails": ["works"]}
    tables = {"set": {"route_tables/x": {"name": "x"}}}
    raw["wrong/tables.json"] = {"title": "A table", "edits": [tables], "fails": ["quiet"]}
    raw["checkpoints/on.json"] = {
        "title": "It runs",
        "edits": [{"start": "b1"}],
        "gives": ["works", "talks"],
    }
    return raw


def packed(raw: Raw) -> dict[str, bytes]:
    return {
        name: (text if isinstance(text, str) else json.dumps(text)).encode() for name, text in raw.items()
    }


def problems(raw: Raw) -> tuple[netcore.PackProblem, ...]:
    """Return what reading or lint has against a pack."""
    try:
        return netcore.lint(netcore.read_pack(packed(raw)), (0, 1))
    except netcore.PackRefused as refused:
        return refused.problems


def put(raw: Raw, place: str, value: Any) -> None:
    """Set what is at ``file|key|key``; None takes it away."""
    path, *keys = place.split("|")
    if not keys:
        raw.pop(path) if value is None else raw.update({path: value})
        return
    inner = raw[path]
    for key in keys[:-1]:
        inner = inner[int(key) if isinstance(inner, list) else key]
    last: Any = int(keys[-1]) if isinstance(inner, list) else keys[-1]
    if value is None:
        del inner[last]
    else:
        inner[last] = value


DENY = {"priority": 100, "direction": "Inbound", "access": "Deny", "destination": ["10.10.2.77"]}

CLOSED = {
    "set": {
        "security_groups/g": {"name": "g", "rules": {"no": DENY}},
        "subnets/t/security_group": "g",
    }
}

STEP = {"op": "replace", "path": "/topology/vms/a1/power", "value": "stopped"}

TROUBLE = {
    "lost": {
        "name": "lost",
        "routes": {
            "r": {
                "prefix": "172.16.0.0/12",
                "next_hop_type": "VirtualAppliance",
                "next_hop_ip": "10.10.2.200",
            }
        },
    }
}
"""A route by an address that nobody has, of which the drawing warns."""

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # what is wrong, by place; code; where it is told
    ("points", {"checks.json|checks|0|points": 39}, "checks.json", "/checks"),
    ("no-reference", {"reference/good.json": None}, "reference", ""),
    ("few-wrong", {"wrong/idle.json": None}, "wrong", ""),
    ("many-solutions", {f"reference/more-{n}.json": {"title": "More"} for n in range(12)}, "reference", ""),
    ("unknown-fact", {"pack.json|facts": ["A1", "Z99"]}, "pack.json", "/facts/1"),
    (
        "unknown-fact",
        {"checks.json|checks|3|check|predict|choice|fact": "Z99"},
        "checks.json",
        "/checks/3/check",
    ),
    ("unknown-fact", {"after.md": "So it is (A1).\n\nAnd so (A1, Z99).\n"}, "after.md", "line 3"),
    (
        "id-changes",
        {"pack.json|variants|names": {"a1": ["web1", "shop1"], "quiet": ["silent"]}},
        "checks.json",
        "/checks/2/id",
    ),
    (
        "variant",
        {"pack.json|variants|addresses": [{"from": "10.10.1.0/24", "to": ["10.10.2.0/24"]}]},
        "pack.json",
        "/variants",
    ),
    (
        "unused-name",
        {"pack.json|variants|names": {"a1": ["web1"], "zzz": ["y"]}},
        "pack.json",
        "/variants/names/zzz",
    ),
    (
        "unused-parameter",
        {"pack.json|variants|parameters|idle": [1, 2]},
        "pack.json",
        "/variants/parameters/idle",
    ),
    ("hidden-leak", {"text.md": "Mind the Title of grows.\n"}, "checks.json", "/checks/5/title"),
    (
        "hidden-leak",
        {"checkpoints/on.json|title": "Almost Title of grows"},
        "checks.json",
        "/checks/5/title",
    ),
    (
        "hidden-leak",
        {"checks.json|checks|5|rule": "A VM secret77 is reached as well."},
        "checks.json",
        "/checks/5/rule",
    ),
    ("given-away", {"text.md": "Look.\n\nIt is VM_STOPPED.\n"}, "text.md", "line 3"),
    ("given-away", {"text.md": "Note: the machine\nis switched off.\n"}, "text.md", "line 1"),
    (
        "given-away",
        {"pack.json|hints": ["Why?", "Look there.", "The code is VM_STOPPED."]},
        "pack.json",
        "/hints/2",
    ),
    ("given-away", {"pack.json|objective": "The machine is switched off."}, "pack.json", "/objective"),
    ("given-away", {"checks.json|checks|4|title": "Why VM_STOPPED"}, "checks.json", "/checks/4/title"),
    ("solution", {"reference/good.json|edits": [{"start": "nobody"}]}, "reference/good.json", ""),
    ("reference-fails", {"reference/good.json|answers|why": "far"}, "reference/good.json", "/answers/why"),
    (
        "reference-fails",
        {"reference/good.json|edits": [{"start": "b1"}, CLOSED]},
        "reference/good.json",
        "",
    ),
    ("wrong-passes", {"wrong/idle.json|edits": [{"start": "b1"}]}, "wrong/idle.json", "/fails"),
    ("checkpoint-gives", {"checkpoints/on.json|gives": ["works"]}, "checkpoints/on.json", "/gives"),
    (
        "checkpoint-gives",
        {"checkpoints/on.json|gives": ["works", "talks", "quiet"]},
        "checkpoints/on.json",
        "/gives",
    ),
    # reading
    ("missing-file", {"text.md": None}, "", ""),
    ("unknown-file", {"notes.txt": "?"}, "notes.txt", ""),
    ("file-twice", {"checks.yml": "checks: []"}, "checks.yml", ""),
    ("not-yaml", {"checks.json": "checks:\n  - id: ["}, "checks.json", "line 3"),
    ("empty-file", {"checks.json": ""}, "checks.json", ""),
    ("missing-field", {"pack.json|title": None}, "pack.json", "/title"),
    ("unknown-field", {"pack.json|minuts": 5}, "pack.json", "/minuts"),
    ("bad-value", {"checks.json|checks|0|kind": "X"}, "checks.json", "/checks/0/kind"),
    ("text-size", {"after.md": " "}, "after.md", ""),
    ("raw-html", {"after.md": "So\n<b>it</b> is.\n"}, "after.md", "line 2"),
    (
        "id-twice",
        {"checks.json|checks|4|id": "why", "reference/good.json|answers": {"why": "off"}},
        "checks.json",
        "/checks/4/id",
    ),
    ("fails-nothing", {"wrong/idle.json|fails": []}, "wrong/idle.json", "/fails"),
    ("unknown-check", {"wrong/idle.json|fails": ["worksx"]}, "wrong/idle.json", "/fails/0"),
    (
        "unknown-check",
        {"reference/good.json|answers|whyy": "off"},
        "reference/good.json",
        "/answers/whyy",
    ),
    (
        "not-a-checkpoint",
        {"checkpoints/on.json|answers": {"why": "off"}},
        "checkpoints/on.json",
        "/answers",
    ),
    ("not-a-checkpoint", {"wrong/idle.json|gives": ["works"]}, "wrong/idle.json", "/gives"),
    (
        "faults-unused",
        {"faults.json": {"sets": [[{"kind": "stopped", "at": "vms/a1", "patch": [STEP]}]]}},
        "faults.json",
        "",
    ),
]


def test_a_sound_pack_is_let_by() -> None:
    assert [one.text for one in problems(sound())] == []


@pytest.mark.parametrize(("code", "changes", "path", "pointer"), REFUSED)
def test_a_pack_made_wrong_is_refused_with_file_place_and_mend(
    code: str, changes: dict[str, Any], path: str, pointer: str
) -> None:
    raw = sound()
    for place, value in changes.items():
        put(raw, place, value)
    found = problems(raw)
    assert {one.code for one in found} == {code}, [one.text for one in found]
    assert (path, pointer) in {(one.path, one.pointer) for one in found}, [one.text for one in found]
    for one in found:
        assert one.message.endswith((".", ")")) and one.text.startswith(f"{one.path or 'the pack'}")
        assert code == "bad-value" or one.hint or "field" in one.message or "HTML" in one.message, one.text
    if code not in {"missing-file", "no-reference", "few-wrong", "many-solutions"}:
        assert all(one.path in raw for one in found), "the file is one that there is"


@pytest.mark.parametrize("folder", ["reference", "wrong", "checkpoints"])
def test_each_folder_has_no_more_solutions_than_are_tried(folder: str) -> None:
    raw = sound()
    there = [name for name in raw if name.startswith(f"{folder}/")]
    for number in range(13 - len(there)):
        raw[f"{folder}/copy-{number}.json"] = raw[there[0]]
    assert [one.text for one in problems(raw)] == [
        f"{folder}: many-solutions: There are 13 files in {folder}; at most 12 are tried. "
        "Keep those that each prove something else."
    ]
    del raw[f"{folder}/copy-0.json"]
    assert problems(raw) == ()


def test_trying_a_pack_is_stopped_by_whoever_waits() -> None:
    pack = netcore.read_pack(packed(sound()))
    with netcore.stop_when(lambda: True), pytest.raises(netcore.Stopped):
        netcore.lint(pack)
    with netcore.stop_when(lambda: True), pytest.raises(netcore.Stopped):
        list(netcore.grade(pack, netcore.variant(pack, 0).document, {}, 0))
    assert netcore.lint(pack) == (), "afterwards there is no limit"


def test_a_single_check_is_stopped_on_its_way() -> None:
    pack = netcore.read_pack(packed(sound()))
    over = iter([False, False, True])  # before the check, and as it goes on
    with netcore.stop_when(lambda: next(over)), pytest.raises(netcore.Stopped):
        list(netcore.grade(pack, netcore.variant(pack, 0).document, {}, 0, only=["works"]))


def test_lint_wants_something_hidden_and_something_negative() -> None:
    raw = sound()
    raw["checks.json"]["checks"] = [raw["checks.json"]["checks"][0] | {"points": 100}]
    raw["reference/good.json"]["answers"] = {}
    raw["wrong/tables.json"]["fails"] = ["works"]
    raw["checkpoints/on.json"] |= {"edits": [], "gives": []}
    assert {one.code for one in problems(raw)} == {"no-hidden", "no-negative"}
    assert all(one.hint for one in problems(raw))


def test_a_checkpoint_that_leaves_nothing_to_do_is_a_reference() -> None:
    raw = sound()
    raw["checks.json"]["checks"][3:5] = []
    raw["checks.json"]["checks"][0]["points"] = 60
    raw["reference/good.json"]["answers"] = {}
    assert {one.code for one in problems(raw)} == {"checkpoint-solves"}


def test_a_pack_with_nothing_to_do_is_refused() -> None:
    raw = sound()
    raw["scenario.json"]["topology"]["vms"]["b1"]["power"] = "running"
    raw["checks.json"]["checks"][3:5] = []
    raw["checks.json"]["checks"][0]["points"] = 60
    raw["reference/good.json"]["answers"] = {}
    raw["wrong/idle.json"]["edits"] = [{"stop": "b1"}]
    del raw["checkpoints/on.json"]
    assert {one.code for one in problems(raw)} == {"nothing-to-do"}


def test_what_explains_an_answer_may_stand_in_what_is_told_afterwards() -> None:
    raw = sound()
    raw["after.md"] = "It was VM_STOPPED: the machine is switched off.\n"
    assert problems(raw) == ()


def test_a_warning_that_names_what_is_asked_for_is_refused() -> None:
    raw = sound()
    raw["scenario.json"]["topology"]["nics"]["b1"]["security_group"] = None
    raw["scenario.json"]["topology"]["route_tables"] = TROUBLE
    raw["scenario.json"]["topology"]["subnets"]["s"]["route_table"] = "lost"
    codes = {one.code for one in problems(raw)}
    assert "warning-tells" in codes
    raw["checks.json"]["checks"][4]["check"]["explain"]["given"] = [{"stop": "a1"}]
    assert "warning-tells" not in {one.code for one in problems(raw)}, (
        "what is asked is about another drawing"
    )

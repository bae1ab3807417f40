"""JSON Patch: the operations of RFC 6902, and the bound on what they make."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.scenarios.patch import MAX_OPERATIONS, PatchError, apply

Patch = list[dict[str, Any]]


@pytest.mark.parametrize(
    ("document", "patch", "expected"),
    [
        ({"a": 1}, [{"op": "add", "path": "/b", "value": 2}], {"a": 1, "b": 2}),
        ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
        ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
        ({"a": 1}, [{"op": "add", "path": "", "value": {"z": 0}}], {"z": 0}),
        ({"a": 1, "b": 2}, [{"op": "remove", "path": "/b"}], {"a": 1}),
        ({"a": [1, 2]}, [{"op": "remove", "path": "/a/0"}], {"a": [2]}),
        ({"a": 1}, [{"op": "replace", "path": "/a", "value": None}], {"a": None}),
        (
            {"a": {"x": 1}, "b": {}},
            [{"op": "move", "from": "/a/x", "path": "/b/y"}],
            {"a": {}, "b": {"y": 1}},
        ),
        ({"a": {"x": 1}}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": {"x": 1}, "b": {"x": 1}}),
        ({"a/b": 1, "m~n": 2}, [{"op": "remove", "path": "/a~1b"}, {"op": "remove", "path": "/m~0n"}], {}),
        ({"a": 1}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1}),
        ({"": {"": 1}}, [{"op": "replace", "path": "//", "value": 2}], {"": {"": 2}}),
    ],
)
def test_applies(document: Any, patch: Patch, expected: Any) -> None:
    """Each operation does what the RFC says."""
    assert apply(document, patch) == expected


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        ([{"op": "remove", "path": "/x"}], "/patch/0/path"),
        ([{"op": "replace", "path": "/x", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "/x/y", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "/list/9", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "/list/01", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "/list/-1", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "name", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": 3, "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "/name/x", "value": 1}], "/patch/0/path"),
        ([{"op": "add", "path": "/x"}], "/patch/0"),
        ([{"op": "copy", "path": "/x"}], "/patch/0/from"),
        ([{"op": "move", "from": "/map", "path": "/map/inner/deeper"}], "/patch/0/path"),
        ([{"op": "test", "path": "/one", "value": True}], "/patch/0/value"),
        ([{"op": "remove", "path": ""}], "/patch/0/path"),
        (["x"], "/patch/0"),
    ],
)
def test_refuses_with_the_place(patch: Any, place: str) -> None:
    """What does not fit is refused, and the place inside the patch is named."""
    with pytest.raises(PatchError) as refused:
        apply({"name": "n", "one": 1, "list": [1], "map": {"inner": {}}}, patch)
    assert refused.value.pointer == place


def test_the_input_is_not_changed() -> None:
    """The old revision must not see the edit."""
    document = {"a": {"b": [1]}}
    apply(document, [{"op": "add", "path": "/a/b/-", "value": 2}])
    assert document == {"a": {"b": [1]}}


def test_a_value_that_stands_at_two_places_is_changed_at_one() -> None:
    """What is not touched is shared with the input, and may be one object at several places of it."""
    rules = {"web": {"ports": [443]}}
    document = {"a": rules, "b": rules}
    patch = [
        {"op": "replace", "path": "/a/web/ports/0", "value": 80},
        {"op": "add", "path": "/a/web/ports/-", "value": 81},
        {"op": "copy", "from": "/a/web", "path": "/a/more"},
        {"op": "remove", "path": "/a/more/ports/0"},
        {"op": "move", "from": "/a/more", "path": "/c"},
        {"op": "replace", "path": "/c/ports/0", "value": 82},
    ]
    web = {"ports": [80, 81]}
    assert apply(document, patch) == {"a": {"web": web}, "b": rules, "c": {"ports": [82]}}
    assert rules == {"web": {"ports": [443]}}


@pytest.mark.timeout(30)
def test_doubling_copies_are_stopped_quickly() -> None:
    """Forty copies of everything into itself would make 2**40 values."""
    patch = [{"op": "copy", "from": "", "path": f"/k{n}"} for n in range(40)]
    with pytest.raises(PatchError, match=r"values|deeper"):
        apply({"a": {"b": 1}}, patch)


def test_moves_cannot_dig_deeper_than_the_limit() -> None:
    """Each move puts what is there one level deeper."""
    patch: Patch = []
    for n in range(100):
        patch += [
            {"op": "add", "path": f"/m{n}", "value": {}},
            {"op": "move", "from": "/deep", "path": f"/m{n}/x"},
            {"op": "move", "from": f"/m{n}", "path": "/deep"},
        ]
    with pytest.raises(PatchError, match="deeper"):
        apply({"deep": {}}, patch)


def test_a_deep_value_is_refused() -> None:
    """The depth of an added value counts from where it lands."""
    value: Any = 1
    for _ in range(80):
        value = [value]
    with pytest.raises(PatchError, match="deeper"):
        apply({}, [{"op": "add", "path": "/a", "value": value}])


def test_too_many_operations_are_refused() -> None:
    """A patch is an edit, not a program."""
    patch = [{"op": "test", "path": "", "value": {}}] * (MAX_OPERATIONS + 1)
    with pytest.raises(PatchError, match=str(MAX_OPERATIONS)):
        apply({}, patch)

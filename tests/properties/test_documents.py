"""Documents: reading never raises, and load undoes dump."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from tests.netcore.build import Net
from tests.properties.networks import networks

SEEDS = sorted((Path(__file__).parents[2] / "sandbox" / "scenarios" / "seeds").glob("*.json"))

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def is_sound(reading: netcore.Reading) -> None:
    """Check what holds for every reading."""
    assert reading.document is not None or reading.problems
    for problem in reading.problems:
        assert problem.text
        json.dumps(problem.as_dict())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value below."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in below for place in ((*path, key), *places(inner, (*path, key)))]


def test_there_are_seeds():
    assert SEEDS


@given(json_values)
def test_reading_any_value(raw: Any):
    is_sound(netcore.read(raw))


@given(json_values, json_values)
def test_reading_any_topology(topology: Any, layout: Any):
    is_sound(netcore.read({"schema": 1, "name": "x", "topology": topology, "layout": layout}))


@given(st.binary(max_size=200) | st.text(st.characters(), max_size=200))
def test_reading_any_text(text: str | bytes):
    is_sound(netcore.read_text(text))


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
@settings(max_examples=60)
@given(data=st.data())
def test_reading_a_seed_with_one_value_changed(path: Path, data: st.DataObject):
    raw = json.loads(path.read_text(encoding="utf-8"))
    *way, last = data.draw(st.sampled_from(places(raw)))
    at = raw
    for part in way:
        at = at[part]
    others = st.sampled_from([copy.deepcopy(at[last]), "10.0.0.0/8", "10.0.1.4", "gone", "::/0", 0, -1, {}])
    at[last] = data.draw(json_values | others)
    is_sound(netcore.read(raw))
    is_sound(netcore.read_text(json.dumps(raw)))


@given(networks())
def test_load_undoes_dump(drawn: Net):
    scenario = drawn.scenario()
    raw = netcore.dump(scenario)
    assert netcore.load(raw) == scenario
    assert netcore.load(json.loads(json.dumps(raw))) == scenario
    assert json.dumps(netcore.dump(netcore.load(raw))) == json.dumps(raw)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_load_undoes_dump_of_a_seed(path: Path):
    document = netcore.read_text(path.read_bytes()).document
    assert document is not None
    assert netcore.read(netcore.dump(document)).document == document

"""Input that is too large, too deep or no document at all: one clear problem, before any parsing."""

from __future__ import annotations

import json
from typing import Any

import pytest

import netcore
from netcore.document import reader, shape
from tests.bench.topologies import hub_and_spoke
from tests.netcore.ask import ask
from tests.netcore.build import net


def codes(reading: netcore.Reading) -> list[str]:
    """Return the codes of a reading that gave no document."""
    assert reading.document is None
    assert not reading.runnable
    return [problem.code for problem in reading.problems]


@pytest.fixture
def no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test fail when anybody parses."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the text was parsed")

    monkeypatch.setattr(reader.json, "loads", refuse)


@pytest.mark.usefixtures("no_parser")
@pytest.mark.parametrize(
    "text", [b" " * 50_000_000, b'"' * 50_000_000, b"{" * 50_000_000], ids=["blanks", "quotes", "brackets"]
)
def test_50_megabytes_are_not_parsed(text: bytes):
    (problem,) = netcore.read_text(text).problems
    assert (problem.code, problem.pointer, problem.found) == ("too-large", "", "50,000,000 bytes")


@pytest.mark.usefixtures("no_parser")
@pytest.mark.parametrize("text", ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000], ids=["lists", "objects"])
def test_depth_is_looked_at_before_parsing(text: str):
    assert codes(netcore.read_text(text)) == ["too-deep"]


def test_brackets_in_text_are_no_depth():
    assert netcore.read_text(json.dumps({"schema": 1, "name": "[" * 100})).runnable


def test_depth_of_data_that_somebody_else_parsed():
    raw: Any = {}
    for _ in range(10_000):
        raw = {"a": raw}
    assert codes(netcore.read(raw)) == ["too-deep"]


def test_a_million_routes():
    route = {"prefix": "10.0.0.0/16", "next_hop_type": "None"}
    table = {"name": "t", "routes": {f"r{number}": route for number in range(1_000_000)}}
    reading = netcore.read({"schema": 1, "name": "x", "topology": {"route_tables": {"t": table}}})
    assert codes(reading) == ["too-many"]
    assert reading.problems[0].found == "1,000,000 routes"
    assert reading.problems[0].pointer == "/topology/route_tables"


def test_ten_thousand_vms_are_no_limit_and_some_more_are():
    raw = hub_and_spoke(10_000)
    assert len(json.dumps(raw)) < netcore.LIMITS["bytes"]
    assert netcore.read(raw).runnable
    raw["topology"]["vms"] |= {f"more{number}": {"name": "more"} for number in range(100)}
    reading = netcore.read(raw)
    assert codes(reading) == ["too-many"]
    assert reading.problems[0].found == "10,102 vms"


def test_many_unknown_fields_are_counted_and_not_pondered(monkeypatch: pytest.MonkeyPatch):
    asked: list[object] = []
    monkeypatch.setattr(shape, "_similar", asked.append)
    reading = netcore.read({"schema": 1, "name": "x", **{f"z{number}": 0 for number in range(3_000)}})
    assert len(codes(reading)) == 1001
    assert reading.problems[-1].found == "2000 more problems"
    assert len(asked) == 100


@pytest.mark.parametrize(
    "raw",
    [float("nan"), float("inf"), {1: 2}, {"a": {2}}, "a\0", "\udc80", [b""], {"name\0": 1}, (1, 2)],
    ids=repr,
)
def test_what_json_cannot_hold(raw: Any):
    assert set(codes(netcore.read(raw))) == {"not-json"}


@pytest.mark.parametrize("raw", [None, True, 1, 1.5, "text", [], [{}]], ids=repr)
def test_anything_but_an_object(raw: Any):
    assert codes(netcore.read(raw)) == ["wrong-type"]


def test_a_text_with_half_a_surrogate_pair():
    assert codes(netcore.read_text('{"schema": 1, "name": "\ud800"}')) == ["not-text"]


def test_a_byte_order_mark_is_no_mistake():
    assert netcore.read_text(b'\xef\xbb\xbf{"schema": 1, "name": "x"}').runnable


def test_a_routing_loop_is_a_verdict():
    """[a] -- (app) -> {n1} <-> {n2}"""
    drawn = net().vnet("v", "10.0.0.0/16")
    for name, number, hop in (("app", 1, "10.0.2.4"), ("one", 2, "10.0.3.4"), ("two", 3, "10.0.2.4")):
        drawn.table(f"t-{name}", {"192.0.2.0/24": hop})
        drawn.subnet(name, f"10.0.{number}.0/24", table=f"t-{name}")
    drawn.vm("a", "app", "10.0.1.4").appliance("n1", "one", "10.0.2.4").appliance("n2", "two", "10.0.3.4")
    verdict = ask(drawn, "vms/a", "192.0.2.1").verdict
    assert (verdict.outcome, verdict.code) == ("looped", "LOOP")

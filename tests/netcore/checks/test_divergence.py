"""First divergence: where one packet fares otherwise under another profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import netcore
from netcore.trace.packet import Packet
from tests.netcore.ask import packet
from tests.netcore.build import Net, net

OLD, NEW = "azure-2021", "azure-2026"


def pair() -> Net:
    """[a] -- (s) -- [b]."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "s", "10.0.0.5")
    )


def between(drawn: Net, asked: Packet, one: str = OLD, other: str = NEW) -> netcore.Divergence:
    return netcore.first_divergence(drawn.scenario(), asked, one, other)


def test_the_same_fate_is_no_divergence():
    found = between(pair(), packet("vms/a", "vms/b"))
    assert found.same
    assert (found.direction, found.index, found.a.step) == (None, None, None)
    assert found.trace_a == found.trace_b
    assert found.a.verdict is not None and found.a.verdict.outcome == "delivered"


def test_a_protocol_that_one_profile_carries():
    """ESP: the old profile drops it in the fabric, where the new one looks up the route."""
    found = between(pair(), packet("vms/a", "vms/b", "esp"))
    assert not found.same
    assert (found.direction, found.packet) == ("forward", 1)
    assert found.a.step is not None and found.b.step is not None
    assert found.a.step.index == found.b.step.index == found.index
    assert (found.a.step.place, found.a.step.decision) == ("fabric", "dropped")
    assert found.b.step.decision == "to the virtual network"
    assert found.a.verdict is not None and found.a.verdict.code == "PROTO_BLOCKED"
    assert found.a.card is not None and "C1" in found.a.card.facts
    assert found.b.card is not None and "D20" in found.b.card.facts


def test_steps_before_the_divergence_are_alike():
    drawn = pair()
    found = between(drawn, packet("vms/a", "198.51.100.7"))
    assert found.trace_a is not None and found.trace_b is not None
    assert found.index is not None
    before = [
        [(step.place, step.at, step.decision) for step in done.forward.steps[: found.index]]
        for done in (found.trace_a, found.trace_b)
    ]
    assert before[0] == before[1]
    assert found.a.step is not None and found.a.step.decision == "translate source"
    assert found.b.verdict is not None and found.b.verdict.code == "NO_OUTBOUND"


def test_a_profile_that_refuses_the_drawing():
    """A /7 subnet: refused by the texts of 2019, allowed by those of 2024 (A2)."""
    drawn = (
        net()
        .vnet("v", "12.0.0.0/7")
        .subnet("s", "12.0.0.0/7")
        .vm("a", "s", "12.0.0.4")
        .vm("b", "s", "12.0.0.5")
    )
    found = between(drawn, packet("vms/a", "vms/b"))
    assert not found.same
    assert [problem.code for problem in found.a.problems] == ["subnet-size"]
    assert found.a.card is not None and "A2" in found.a.card.facts
    assert (found.a.verdict, found.trace_a) == (None, None)
    assert found.b.problems == ()
    assert found.trace_b is not None and found.trace_b.delivered


def test_drawings_that_both_refuse_are_the_same():
    drawn = pair().vnet("w", "224.0.0.0/8")
    document = netcore.read(drawn.raw).document
    assert document is not None
    found = netcore.first_divergence(document, packet("vms/a", "vms/b"), OLD, NEW)
    assert found.same and found.a.problems == found.b.problems != ()


def test_it_is_symmetric_and_plain_data():
    one, other = (
        between(pair(), packet("vms/a", "vms/b", "esp"), *profiles).as_dict()
        for profiles in ((OLD, NEW), (NEW, OLD))
    )
    assert (one["a"], one["b"], one["index"]) == (other["b"], other["a"], other["index"])
    assert set(one) == {"same", "direction", "packet", "index", "a", "b", "trace_a", "trace_b"}
    assert set(one["a"]) == {"profile", "step", "card", "verdict", "problems"}
    json.dumps(one)


def test_unknown_names():
    with pytest.raises(netcore.NotFound):
        between(pair(), packet("vms/a", "vms/b"), "azure-1999")
    with pytest.raises(netcore.NotFound):
        between(pair(), packet("vms/gone", "vms/b"))


def test_groups_that_let_a_packet_through_are_no_difference():
    """First packet: both clouds deliver it by their own route; the hub: the peer's NIC as next hop (L9)."""
    drawn = seed("first-packet")
    asked = netcore.Packet(source="vms/web1", destination="vms/app1")
    assert netcore.first_divergence(netcore.load(drawn), asked, "azure-2026", "aws").same
    hub = netcore.load(seed("hub-and-spokes"))
    asked = netcore.Packet(source="vms/a1", destination="vms/b1")
    found = netcore.first_divergence(hub, asked, "azure-2026", "aws")
    assert not found.same
    assert found.b.verdict is not None
    assert found.b.verdict.code == "NH_UNREACHABLE"
    assert "L9" in found.b.verdict.facts
    assert found.b.step is not None
    assert found.b.step.place.value == "fabric"


def seed(name: str) -> dict[str, Any]:
    folder = Path(netcore.__file__).parents[1] / "sandbox" / "scenarios" / "seeds"
    return dict(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))

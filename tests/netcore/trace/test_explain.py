"""A trace as a text: in order, every sentence once, both directions, every branch."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import netcore
from netcore.forwarding.walk import trace
from netcore.trace.explain import Paragraph, Role, explain
from netcore.trace.model import Outcome
from tests.netcore.ask import ask, network_of, packet
from tests.netcore.build import Net, net
from tests.netcore.cases import cases


def hub() -> Net:
    """[a] -- (s) --> {fw} --> (t) -- [b]; the answer comes straight back."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("t", {"10.0.1.0/24": "10.0.2.4"})
        .subnet("s", "10.0.0.0/24", table="t")
        .subnet("t", "10.0.1.0/24")
        .subnet("f", "10.0.2.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "t", "10.0.1.4")
        .appliance("fw", "f", "10.0.2.4", stateful=True)
    )


def texts(told: tuple[Paragraph, ...], *roles: Role) -> list[str]:
    return [paragraph.text for paragraph in told if paragraph.role in roles]


def test_both_directions_in_order():
    told = explain(ask(net_pair(), "vms/a", "vms/b"))
    assert told[0].text == "The request arrives, and the answer comes back."
    headings = texts(told, Role.HEADING)
    assert headings == [
        "The request, 10.0.0.4 -> 10.0.0.5 tcp/443:",
        "The answer, 10.0.0.5 -> 10.0.0.4 tcp/49152:",
    ]
    assert [paragraph.role for paragraph in told if paragraph.packet == 2][-1] is Role.VERDICT


def net_pair() -> Net:
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "s", "10.0.0.5")
    )


def test_a_failure_on_the_way_back_and_what_would_help():
    done = ask(hub(), "vms/a", "vms/b")
    told = explain(done)
    assert done.third is not None
    assert told[0].text == "Request and answer arrive, but packet 3 of the handshake does not."
    assert texts(told, Role.MEND) == [f"What would help: {done.third.verdict.mend}"]


def test_no_sentence_is_told_twice_by_step_and_verdict():
    for drawn in (net_pair(), hub()):
        told = explain(ask(drawn, "vms/a", "vms/b"))
        verdicts = " ".join(texts(told, Role.VERDICT))
        assert not [text for text in texts(told, Role.STEP) if text in verdicts]


def test_steps_are_told_in_order_and_those_told_before_by_number():
    done = ask(hub(), "vms/a", "vms/b")
    told = explain(done)
    for number, leg in ((1, done.forward), (2, done.back), (3, done.third)):
        assert leg is not None
        steps = [
            paragraph.step for paragraph in told if (paragraph.packet, paragraph.role) == (number, Role.STEP)
        ]
        assert steps == sorted(set(steps))
        assert steps[0] == 0
    assert any("of packet 3 are as told before" in text for text in texts(told, Role.STEP))


RUNNABLE = [case for case in cases() if "packets" in json.loads((case / "expected.json").read_text("utf-8"))]


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.name)
def test_no_sentence_is_told_twice_in_one_answer(case: Path):
    """Over all golden cases: what a reader reads once is not said again."""
    network = netcore.compile(netcore.load(json.loads((case / "scenario.json").read_text("utf-8"))))
    for raw in json.loads((case / "flows.json").read_text(encoding="utf-8")).get("packets", {}).values():
        asked = netcore.Packet(**{key: value for key, value in raw.items() if key != "moment"})
        told = [paragraph.text for paragraph in explain(netcore.trace(network, asked))]
        assert [text for text, times in Counter(told).items() if times > 1] == []


def test_overridden_routes_and_assumptions_are_told():
    drawn = hub().set("route_tables/t/routes/r1/next_hop_ip", "10.0.9.9")
    drawn.set("route_tables/t/routes/r1/prefix", "10.0.0.0/16")
    told = explain(ask(drawn, "vms/a", "vms/b"))
    assert any("VnetLocal" in text for text in texts(told, Role.OVERRIDDEN))
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24", default_outbound=True)
        .vm("a", "s", "10.0.0.4")
    )
    told = explain(ask(drawn, "vms/a", "198.51.100.7"))
    assert all(text.startswith("Assumed: ") for text in texts(told, Role.ASSUMPTION))
    assert texts(told, Role.ASSUMPTION)


def test_ambiguous_lists_every_way_with_its_share():
    """Two backends, one of which drops what it gets: half of the flows arrive."""
    drawn = net_pair().vm("c", "s", "10.0.0.6").subnet("x", "10.0.3.0/24").vm("d", "x", "10.0.3.4")
    drawn.group("deny", "100 in deny * * * *").set("nics/c/security_group", "deny")
    drawn.balancer("lb", ["b", "c"], subnet="s", address="10.0.0.100", rules=("tcp/443",))
    done = trace(network_of(drawn), packet("vms/d", "10.0.0.100"))
    assert done.forward.verdict.outcome is Outcome.AMBIGUOUS
    told = explain(done)
    assert told[0].text == "What becomes of it depends on the flow."
    branches = texts(told, Role.BRANCH)
    assert len(branches) == len(done.forward.branches) == 2
    assert all(text.startswith("50 % of the flows") for text in branches)
    assert "50 % dropped (NSG_IN)" in done.forward.verdict.sentence

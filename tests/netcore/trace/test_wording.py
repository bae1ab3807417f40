"""How sentences are worded: names stay as people wrote them, and a place is named."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from netcore.trace.codes import CODES
from netcore.trace.model import Header
from netcore.trace.sentences import SENTENCES, flow_text
from tests.netcore.ask import ask
from tests.netcore.build import Net, net

FIELDS = ("{source}", "{destination}", "{address}", "{flow}", "{count}", "{side}", "{way}")
"""What may begin a sentence: addresses, numbers, and words that are written large."""

TEMPLATES = [sentence.text for sentence in SENTENCES.values()] + [
    reason.text for code in CODES.values() for reason in (code.reason, *code.variants.values())
]


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_sentence_begins_with_a_word_and_never_with_a_name(text: str):
    assert text[0].isupper() or text.startswith(FIELDS)


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({"protocol": 6}, "tcp/0"),
        ({"protocol": 17}, "udp/0"),
        ({"protocol": 17, "destination_port": 53}, "udp/53"),
        ({"protocol": 1}, "icmp"),
        ({"protocol": 50}, "esp"),
        ({"protocol": 17, "fragment": True}, "udp"),
    ],
)
def test_a_flow_names_its_port_where_its_packets_have_one(fields: dict[str, Any], end: str):
    header = Header(source=ip_address("10.0.0.4"), destination=ip_address("10.0.1.4"), **fields)
    assert flow_text(header) == f"10.0.0.4 -> 10.0.1.4 {end}"


def routed() -> Net:
    """[a] -- (s) --> {fw} --> (t) -- [b]."""
    drawn = net().vnet("v", "10.0.0.0/16").table("t", {"10.0.1.0/24": "10.0.2.4"})
    drawn.subnet("s", "10.0.0.0/24", table="t").subnet("t", "10.0.1.0/24").subnet("f", "10.0.2.0/24")
    return drawn.vm("a", "s", "10.0.0.4").vm("b", "t", "10.0.1.4").appliance("fw", "f", "10.0.2.4")


def test_forwarding_shows_the_hop_that_it_takes():
    steps = [
        step
        for step in ask(routed(), "vms/a", "vms/b").forward.steps
        if step.reason.endswith("TTL is now 63.")
    ]
    assert [(step.before.ttl, step.after.ttl) for step in steps] == [(64, 63)]


def test_without_groups_each_side_of_each_nic_says_so_itself():
    done = ask(routed(), "vms/a", "vms/b")
    said = [step.reason for step in done.forward.steps if step.place == "security"]
    assert len(said) == len(set(said)) == 4
    assert said[1] == "Inbound at NIC fw: neither it nor its subnet has a security group."


def test_a_public_frontend_is_not_advised_a_rule_that_it_may_not_have():
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("b", "s", "10.0.0.4")
    drawn.public("pip", "203.0.113.10").balancer("lb", ["b"], public="pip", rules=("tcp/443",))
    drawn.host("client", "198.51.100.7")
    for flow, code in (("tcp/80", "LB_NO_RULE"), ("icmp", "LB_NO_RULE")):
        verdict = ask(drawn, "hosts/client", "203.0.113.10", flow).forward.verdict
        assert verdict.code == code
        assert verdict.mend is not None and "HA" not in verdict.mend

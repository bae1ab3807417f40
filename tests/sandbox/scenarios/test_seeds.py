"""The seeded documents do what their descriptions promise."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from sandbox.scenarios.templates import NAMES
from tests.sandbox.base import FAULT, seed


def verdicts(name: str, flow: str, **changes: Any) -> list[str]:
    """Trace a flow of a seed and return the outcomes, forward and back."""
    document = seed(name)
    fields = ("source", "destination", "protocol", "source_port", "destination_port")
    packet = {key: value for key, value in document["traffic"][flow].items() if key in fields} | changes
    answer = netcore.trace(netcore.load(document), netcore.Packet.model_validate(packet))
    legs = [answer.forward, answer.back] if answer.back else [answer.forward]
    return [leg.verdict.code or str(leg.verdict.outcome) for leg in legs]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "with-problems"])
def test_can_be_run(name: str) -> None:
    """No problems at all."""
    assert netcore.read(seed(name)).problems == ()


@pytest.mark.parametrize("port", range(49152, 49168))
def test_two_firewalls_carry_traffic_both_ways(port: int) -> None:
    """[web1] -- (protected) --> ilb --> {fw1|fw2} --> [client]; [client] --> elb --> {fw1|fw2} --> [web1].

    Whichever firewall a flow lands on, the answer finds its way back.
    """
    assert verdicts("two-firewalls", "outbound", source_port=port) == ["delivered", "delivered"]
    assert verdicts("two-firewalls", "inbound", source_port=port) == ["delivered", "delivered"]


def test_both_firewalls_are_used() -> None:
    """The balancer spreads flows; a firewall nobody uses would make the failover a trick."""
    network = netcore.compile(netcore.load(seed("two-firewalls")))
    seen = set()
    for port in range(49152, 49184):
        packet = netcore.Packet(source="vms/web1", destination="hosts/client", source_port=port)
        steps = netcore.trace(network, packet).forward.steps
        seen |= {vm for vm in ("fw1", "fw2") for step in steps if step.at and vm in step.at}
    assert seen == {"fw1", "fw2"}


def test_two_firewalls_can_play_both_designs() -> None:
    """Address move and load balancer, and the fault that is in the document."""
    scenario = netcore.load(seed("two-firewalls"))
    assert {"M1", "M4"} <= {design.mechanism for design in netcore.designs(scenario)}
    assert scenario.faults[FAULT].at_us == 60_000_000


def test_first_packet() -> None:
    """[web1] -- (web) --> (app) --> [app1]; and an address nobody has ends at the built-in None route."""
    assert verdicts("first-packet", "web-to-app") == ["delivered", "delivered"]
    assert verdicts("first-packet", "web-to-nowhere") == ["ROUTE_NONE_SYSTEM"]


@pytest.mark.parametrize("flow", ["a-to-b", "b-to-a", "a-to-dns"])
def test_spokes_reach_each_other_through_the_firewall(flow: str) -> None:
    """[a1] -- (spoke a) --> {fw} --> (spoke b) --> [b1]."""
    assert verdicts("hub-and-spokes", flow) == ["delivered", "delivered"]


BOTH = {
    "by-a-neighbour": (["web1", "db1"], ["web1", "router", "db1"], None, None),
    "by-a-checked-one": (["web2", "db1"], ["web2"], None, "DST_NOT_OWNED"),
    "to-the-internet": (["web1"], ["web1"], None, "ROUTE_NONE_SYSTEM"),
}
"""Flow -> guests it passes under Azure and under AWS, and the drop codes."""


@pytest.mark.parametrize("flow", sorted(BOTH))
def test_both_clouds_run_one_drawing_and_part(flow: str) -> None:
    """[web1] --guest route by router--> [db1]; [web2] --by checked--> [db1]; [web1] --> Internet."""
    for profile, guests, code in zip(("azure-2026", "aws"), BOTH[flow][:2], BOTH[flow][2:], strict=True):
        document = {**seed("both-clouds"), "profile": profile}
        assert netcore.read(document).problems == ()
        fields = ("source", "destination", "destination_port")
        packet = netcore.Packet(**{key: document["traffic"][flow][key] for key in fields})
        done = netcore.trace(netcore.load(document), packet)
        passed = dict.fromkeys(step.at for step in done.forward.steps if step.place == "guest")
        assert [at.removeprefix("vms/") for at in passed] == guests
        assert done.verdict.code == code
        ignored = any("plays no part in the fabric" in step.reason for step in done.forward.steps)
        assert ignored == (profile != "aws" and flow != "to-the-internet")


def test_without_its_route_a_spoke_reaches_nothing_beyond_the_hub() -> None:
    """Peerings are not transitive: take the route away and the packet ends."""
    document = seed("hub-and-spokes")
    document["topology"]["subnets"]["app-a"].pop("route_table")
    packet = netcore.Packet(source="vms/a1", destination="vms/b1")
    assert netcore.trace(netcore.load(document), packet).forward.verdict.code == "ROUTE_NONE_SYSTEM"


def test_a_drawing_with_problems_has_many_and_is_still_a_drawing() -> None:
    """All at once, each with place, found and expected."""
    reading = netcore.read(seed("with-problems"))
    assert reading.document is not None
    assert not reading.runnable
    places = " ".join(problem.pointer for problem in reading.problems)
    for place in (
        "/subnets/printers",
        "/subnets/outside",
        "/route_tables/rt-desks",
        "/nics/pc1-nic",
        "/faults",
    ):
        assert place in places, (place, places)

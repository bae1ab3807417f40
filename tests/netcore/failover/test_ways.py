"""What the drawing shows at each moment of a race."""

from __future__ import annotations

from tests.netcore.failover.scenes import Payload, race, seeded, strips


def moments(design: str) -> list[Payload]:
    return [event for event in race(seeded(), design) if event["event"] == "failover.moment"]


def ways(moment: Payload, flow: str, direction: str) -> list[Payload]:
    return [way for way in moment["ways"] if (way["flow"], way["direction"]) == (flow, direction)]


def test_before_the_fault_every_packet_arrives_through_the_first_appliance() -> None:
    first = moments("address-move")[0]
    assert (first["down"], first["out"], first["moved"]) == ([], [], [])
    (there,) = ways(first, "outbound", "forward")
    assert there["outcome"] == "delivered" and there["share"] == 1
    assert there["points"][0] == "vms/web1" and "vms/fw1" in there["points"]
    (back,) = ways(first, "outbound", "return")
    assert back["points"][-1] == "vms/web1"


def test_a_lost_packet_ends_where_it_dies_and_has_no_answer() -> None:
    after = moments("address-move")[1]
    assert after["down"] == ["vms/fw1"]
    (there,) = ways(after, "outbound", "forward")
    assert (there["outcome"], there["code"], there["at"]) == ("dropped", "NH_STOPPED", "nics/fw1-internal")
    assert there["points"][-1] == there["at"]
    assert ways(after, "outbound", "return") == []


def test_shares_of_one_flow_add_up_and_agree_with_its_strip() -> None:
    after = moments("balancer")[1]
    found = ways(after, "outbound", "forward")
    assert sum(way["share"] for way in found) == 1
    arrived = next(way["share"] for way in found if way["outcome"] == "delivered")
    strip = [one for one in strips(race(seeded(), "balancer")) if one["flow"] == "outbound"][2]
    assert arrived == strip["delivered"]


def test_members_out_of_rotation_and_hosts_that_do_not_know_yet_are_named() -> None:
    out = moments("balancer")[-1]["out"]
    assert {(one["balancer"], one["vm"]) for one in out} == {
        ("load_balancers/elb", "vms/fw1"),
        ("load_balancers/ilb", "vms/fw1"),
    }
    stale = [one["stale"] for moment in moments("address-move") for one in moment["moved"]]
    assert ["vms/app1", "vms/web1"] in stale and stale[-1] == []

"""Facts G1, G2, G10 further: subnet peering, disconnected links, ranges that a link does not know yet."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.control.peering import LinkState
from tests.netcore.ask import ask, fate, fates, routes_used
from tests.netcore.build import Net, net


def sides(*shared: str) -> Net:
    """[l0] [l1] [l2] -- (left 10.0) ; [r0] [r1] [r2] -- (right 10.1), both with ``shared``, not peered."""
    drawn = net()
    for side, second in (("left", 0), ("right", 1)):
        drawn.vnet(side, f"10.{second}.0.0/16", *shared)
        for number in range(3):
            key = f"{side[0]}{number}"
            drawn.subnet(f"{side}{number}", f"10.{second}.{number}.0/24").vm(
                key, f"{side}{number}", f"10.{second}.{number}.4"
            )
    return drawn


def joined(*shared: str, **flags: Any) -> Net:
    """Left subnet 1 is peered with right subnets 0 and 2."""
    left, right = ["left1"], ["right0", "right2"]
    drawn = sides(*shared).link("left", "right", subnets=left, remote_subnets=right, **flags)
    return drawn.link("right", "left", subnets=right, remote_subnets=left, **flags)


def peered(drawn: Net, nic: str) -> set[str]:
    """Return the prefixes of the active peering rows."""
    return {
        str(prefix)
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if row.active and row.next_hop_type.value == "VNetPeering"
    }


def codes(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def test_g2_every_subnet_learns_the_chosen_subnets_and_no_others():
    for nic in ("l0", "l1", "l2"):
        assert peered(joined(), nic) == {"10.1.0.0/24", "10.1.2.0/24"}
    for nic in ("r0", "r1", "r2"):
        assert peered(joined(), nic) == {"10.0.1.0/24"}


def test_g2_chosen_subnets_talk_and_others_are_not_reached():
    drawn = joined()
    assert fates(drawn, "vms/l1", "vms/r0") == ("delivered", "delivered")
    assert fates(drawn, "vms/l1", "vms/r2") == ("delivered", "delivered")
    assert fate(drawn, "vms/l1", "vms/r1") == "ROUTE_NONE_SYSTEM"
    assert fate(drawn, "vms/r0", "vms/l0") == "ROUTE_NONE_SYSTEM"


def test_g2_and_g10_the_drop_says_that_the_peering_does_not_join_the_address():
    verdict = ask(joined(), "vms/l1", "vms/r1").forward.verdict
    assert "joins other subnets only" in verdict.sentence
    assert "G2" in verdict.facts
    late = sides().peer("left", "right").set("peerings/left-right/synced_ranges", ["10.1.0.0/23"])
    verdict = ask(late, "vms/l1", "vms/r2").forward.verdict
    assert "does not know that range yet" in verdict.sentence
    assert "G10" in verdict.facts


def test_g2_a_subnet_that_is_not_chosen_sends_but_gets_no_answer():
    assert fates(joined(), "vms/l0", "vms/r0") == ("delivered", "ROUTE_NONE_SYSTEM")


def test_g2_subnets_may_be_peered_where_the_rest_overlaps():
    shared = "172.16.0.0/24"
    assert codes(joined(shared)) == set()
    assert codes(sides(shared).peer("left", "right")) == {("peering-overlap", "G2")}
    clash = joined(shared)
    for side in ("left", "right"):
        clash.subnet(f"{side}9", shared, vnet=side)
    assert codes(clash) == set()
    for link, field in (("left-right", "subnets"), ("right-left", "remote_subnets")):
        clash.set(f"peerings/{link}/{field}", ["left1", "left9"])
    assert codes(clash) == set()
    for link, field in (("right-left", "subnets"), ("left-right", "remote_subnets")):
        clash.set(f"peerings/{link}/{field}", ["right0", "right9"])
    assert codes(clash) == {("peering-overlap", "G2")}


def test_g2_where_the_links_disagree_only_what_both_name_is_joined():
    drawn = joined().set("peerings/right-left/subnets", ["right0", "right1"])
    assert peered(drawn, "l1") == {"10.1.0.0/24"}
    assert peered(joined().set("peerings/right-left/subnets", []), "l1") == {"10.1.0.0/24", "10.1.2.0/24"}


def test_g2_subnets_of_a_link_are_those_of_its_networks():
    drawn = joined().set("peerings/left-right/subnets", ["right1"])
    assert ("peering-subnet", "G2") in codes(drawn)


def test_g2_an_appliance_in_a_chosen_subnet_is_a_next_hop_and_one_elsewhere_is_not():
    drawn = joined().table("t", {"203.0.113.0/24": "10.0.1.4", "198.51.100.0/24": "10.0.0.4"})
    drawn.set("subnets/right1/route_table", "t").set("nics/l1/ip_forwarding", True)
    assert fate(drawn, "vms/r1", "203.0.113.9") == "OS_FORWARDING_OFF"
    assert fate(drawn, "vms/r1", "198.51.100.9") == "NH_UNREACHABLE"


@pytest.mark.parametrize("link", ["left-right", "right-left"])
def test_g1_a_disconnected_link_stops_both_directions_until_both_are_made_anew(link: str):
    drawn = sides().peer("left", "right").set(f"peerings/{link}/disconnected", True)
    assert drawn.network().peering("left", "right").state is LinkState.DISCONNECTED
    assert drawn.network().peering("right", "left").state is LinkState.DISCONNECTED
    assert peered(drawn, "l0") == peered(drawn, "r0") == set()
    assert fate(drawn, "vms/l0", "vms/r0") == fate(drawn, "vms/r0", "vms/l0") == "ROUTE_NONE_SYSTEM"


def test_g1_one_link_left_over_is_disconnected_and_not_initiated():
    drawn = sides().link("left", "right", disconnected=True)
    assert drawn.network().peering("left", "right").state is LinkState.DISCONNECTED
    assert sides().link("left", "right").network().peering("left", "right").state is LinkState.INITIATED


def test_g1_a_next_hop_behind_a_disconnected_peering_is_named():
    drawn = sides().peer("left", "right").set("peerings/left-right/disconnected", True)
    drawn.table("t", {"203.0.113.0/24": "10.1.0.4"}).set("subnets/left0/route_table", "t")
    verdict = ask(drawn, "vms/l0", "203.0.113.9").forward.verdict
    assert verdict.code == "PEERING_NOT_CONNECTED"
    assert "disconnected" in verdict.sentence


def test_g10_a_new_range_is_unknown_to_the_peer_until_its_link_is_synchronised():
    """(right) has grown by 10.9.0.0/16; the link of left still knows 10.1.0.0/16 only."""
    drawn = sides().set("vnets/right/address_space", ["10.1.0.0/16", "10.9.0.0/16"]).peer("left", "right")
    drawn.subnet("new", "10.9.0.0/24", vnet="right").vm("n", "new", "10.9.0.4")
    assert fates(drawn, "vms/l0", "vms/n") == ("delivered", "delivered")
    drawn.set("peerings/left-right/synced_ranges", ["10.1.0.0/16"])
    assert peered(drawn, "l0") == {"10.1.0.0/16"}
    assert fate(drawn, "vms/l0", "vms/n") == "ROUTE_NONE_SYSTEM"
    assert fates(drawn, "vms/n", "vms/l0") == ("delivered", "ROUTE_NONE_SYSTEM")


def test_g10_a_range_that_is_gone_stays_a_route_until_then():
    drawn = (
        sides().peer("left", "right").set("peerings/left-right/synced_ranges", ["10.1.0.0/16", "10.9.0.0/16"])
    )
    done = ask(drawn, "vms/l0", "10.9.0.4").forward
    assert routes_used(done) == ["Default route 10.9.0.0/16 -> VNetPeering"]
    assert done.verdict.code == "NO_SUCH_HOST"

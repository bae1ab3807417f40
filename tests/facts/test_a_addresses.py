"""Facts A1-A12: what addresses, ranges and subnets must satisfy, as problems of a drawing."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

import netcore
from tests.netcore.ask import fate
from tests.netcore.build import Net, net

PROFILES = ("azure-2021", "azure-2026")


def faults(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def lone(address: str, prefix: str = "192.168.1.0/24", profile: str = "azure-2026") -> Net:
    """[a] -- (lan)"""
    return net(profile).vnet("v", prefix).subnet("lan", prefix).vm("a", "lan", address)


@pytest.mark.parametrize("profile", PROFILES)
def test_a1_five_addresses_of_a_subnet_are_reserved(profile: str):
    for last in (0, 1, 2, 3, 255):
        assert faults(lone(f"192.168.1.{last}", profile=profile)) == {("address-reserved", "A1")}
    for last in (4, 100, 254):
        assert faults(lone(f"192.168.1.{last}", profile=profile)) == set()


def test_a2_smallest_subnet_has_three_hosts():
    for last in (4, 5, 6):
        assert faults(lone(f"10.0.0.{last}", "10.0.0.0/29")) == set()
    assert faults(lone("10.0.0.7", "10.0.0.0/29")) == {("address-reserved", "A1")}
    assert ("subnet-size", "A2") in faults(net().vnet("v", "10.0.0.0/24").subnet("s", "10.0.0.0/30"))


def test_a2_largest_subnet_depends_on_the_profile():
    def wide(profile: str, prefix: str) -> set[tuple[str, str | None]]:
        return faults(net(profile).vnet("v", prefix).subnet("s", prefix))

    assert ("subnet-size", "A2") in wide("azure-2021", "32.0.0.0/7")
    assert ("subnet-size", "A2") not in wide("azure-2026", "32.0.0.0/7")
    assert ("subnet-size", "A2") not in wide("azure-2021", "32.0.0.0/8")


def test_a3_ipv6_subnet_is_a_64():
    def dual(prefix: str) -> Net:
        return net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").subnet("s", "10.0.0.0/24", prefix)

    assert faults(dual("fd00:db8::/64")) == set()
    for prefix in ("fd00:db8::/56", "fd00:db8::/65"):
        assert faults(dual(prefix)) == {("subnet-size", "A3")}


def test_a4_ipv4_is_required_on_network_and_nic():
    """[a] has only an IPv6 address in a dual-stack subnet."""
    only6 = net().vnet("v", "fd00:db8::/48")
    assert "A4" in {fact for _, fact in faults(only6)}
    drawn = net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").subnet("s", "10.0.0.0/24", "fd00:db8::/64")
    assert "A4" in {fact for _, fact in faults(drawn.vm("a", "s", "fd00:db8::4"))}
    assert faults(drawn.vm("a", "s", "10.0.0.4", "fd00:db8::4")) == set()


@pytest.mark.parametrize(
    "prefix", ["224.0.0.0/8", "255.255.255.255/32", "127.0.0.0/16", "169.254.0.0/24", "168.63.129.16/32"]
)
def test_a5_ranges_that_no_network_may_have(prefix: str):
    assert "A5" in {fact for _, fact in faults(net().vnet("v", prefix))}


def test_a6_a_host_outside_has_a_public_address_and_inside_anything_goes():
    for address in ("10.0.0.9", "172.20.0.9", "192.168.0.9", "100.64.0.9"):
        assert ("address-not-public", "A6") in faults(net().host("h", address))
    assert faults(net().host("h", "198.51.100.9")) == set()
    assert faults(lone("203.0.113.4", "203.0.113.0/24")) == set()


def test_a6_a_public_range_inside_is_not_reached_from_the_internet():
    """(198.51.100.9) -- Internet -/- [a] with 203.0.113.4 in its subnet."""
    drawn = lone("203.0.113.4", "203.0.113.0/24").host("client", "198.51.100.9")
    assert fate(drawn, "hosts/client", "203.0.113.4") == "NO_SUCH_HOST"


def test_a7_subnets_lie_inside_and_do_not_overlap():
    drawn = (
        net().vnet("v", "10.0.0.0/24", "10.9.0.0/24").subnet("s", "10.0.0.0/25").subnet("t", "10.9.0.0/24")
    )
    assert faults(drawn) == set()
    assert ("subnet-overlap", "A7") in faults(drawn.subnet("u", "10.0.0.64/26"))
    assert {fact for _, fact in faults(net().vnet("v", "10.0.0.0/24").subnet("s", "10.1.0.0/24"))} == {"A7"}


def test_a8_one_holder_per_address():
    drawn = lone("192.168.1.4").vm("b", "lan", "192.168.1.4")
    assert {fact for _, fact in faults(drawn)} == {"A8"}
    shared = lone("192.168.1.4").balancer("ilb", ["a"], subnet="lan", address="192.168.1.4")
    assert {fact for _, fact in faults(shared)} == {"A8"}
    apart = lone("192.168.1.4").vnet("w", "192.168.1.0/24").subnet("l2", "192.168.1.0/24")
    assert faults(apart.vm("b", "l2", "192.168.1.4")) == set()


def test_a9_a_stopped_vm_keeps_its_addresses():
    """[a] -- (lan) -- [b], b is stopped: the fabric still knows its address, and nobody else may take it."""
    drawn = lone("192.168.1.4").vm("b", "lan", "192.168.1.5", power="stopped")
    owner = drawn.network().owner("v", ip_address("192.168.1.5"))
    assert owner is not None
    assert owner.nic == "b"
    assert {fact for _, fact in faults(drawn.vm("c", "lan", "192.168.1.5"))} == {"A8"}


def test_a11_all_addresses_of_a_nic_come_from_one_subnet():
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").subnet("t", "10.0.1.0/24")
    assert {fact for _, fact in faults(drawn.vm("a", "s", "10.0.0.4", "10.0.1.4"))} == {"A11"}


def test_a11_all_nics_of_a_vm_stand_in_one_network():
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("a", "s", "10.0.0.4")
    drawn.vnet("w", "10.9.0.0/16").subnet("t", "10.9.0.0/24").nic("a2", "a", "t", "10.9.0.4")
    assert ("vm-in-two-vnets", "A11") in faults(drawn)


def test_a12_addresses_per_nic():
    def with_addresses(count: int) -> Net:
        own = [f"10.0.{number // 200}.{number % 200 + 4}" for number in range(count)]
        return net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/16").vm("a", "s", *own)

    assert faults(with_addresses(256)) == set()
    assert ("too-many-addresses", "A12") in faults(with_addresses(257))


def test_a21_an_address_on_the_move_belongs_to_nobody():
    """[a] -- (lan) -- [b], between the two calls that move b's address; the calls take seconds each."""
    from netcore.forwarding.state import State
    from tests.netcore.ask import ask

    drawn = lone("192.168.1.4").vm("b", "lan", "192.168.1.5")
    moving = State(in_transit=frozenset({ip_address("192.168.1.5")}))
    done = ask(drawn, "vms/a", "192.168.1.5", state=moving).forward.verdict
    assert done.code == "IP_IN_TRANSIT"
    assert "A21" in done.facts
    assert netcore.timing_profile("published").value("poll.period") > 0


@pytest.mark.parametrize("zones", [(1, 1), (1, 2), (None, 3)])
def test_m2_zones_change_no_path(zones: tuple[int | None, int | None]):
    """[a] -- (lan) -- [b] in two zones."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("lan", "10.0.0.0/24")
    drawn.vm("a", "lan", "10.0.0.4", zone=zones[0]).vm("b", "lan", "10.0.0.5", zone=zones[1])
    assert fate(drawn, "vms/a", "vms/b") == "delivered"

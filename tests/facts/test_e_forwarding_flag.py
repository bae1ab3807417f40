"""Facts E1-E8: the NIC's flag, the guest's switch, and the spoof checks."""

from __future__ import annotations

import pytest

from tests.netcore.ask import ask, fate, fates, visited
from tests.netcore.build import Net, net


def lab(*, flag: bool = True, guest: bool = True) -> Net:
    """W21: [a] -- (app) -- {nva} -- (db) -- [b], a table on app only."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("t", {"10.0.2.0/24": "10.0.3.4"})
        .subnet("app", "10.0.1.0/24", table="t")
        .subnet("db", "10.0.2.0/24")
        .subnet("dmz", "10.0.3.0/24")
        .vm("a", "app", "10.0.1.4")
        .vm("b", "db", "10.0.2.4")
        .vm("nva", "dmz", "10.0.3.4", guest={"forwarding": guest}, ip_forwarding=flag)
    )


def test_e1_ip_forwarding_is_off_unless_drawn():
    drawn = lab()
    del drawn.raw["topology"]["nics"]["nva"]["ip_forwarding"]
    assert fate(drawn, "vms/a", "vms/b") == "DST_NOT_OWNED"


def test_e2_foreign_source_is_dropped_on_the_way_out():
    done = ask(lab(flag=False), "vms/nva", "vms/b", source_address="10.0.1.4").forward.verdict
    assert (done.code, done.at) == ("SRC_NOT_OWNED", "nics/nva")
    assert fate(lab(flag=True), "vms/nva", "vms/b", source_address="10.0.1.4") == "delivered"


def test_e2_every_address_of_the_nic_is_its_own():
    drawn = lab(flag=False).set("nics/nva/configurations/ip2", {"address": "10.0.3.5"})
    assert fate(drawn, "vms/nva", "vms/b", source_address="10.0.3.5") == "delivered"
    assert fate(drawn, "vms/nva", "vms/b", source_address="10.0.3.6") == "SRC_NOT_OWNED"


def test_e3_foreign_destination_is_dropped_on_the_way_in():
    done = ask(lab(flag=False), "vms/a", "vms/b").forward.verdict
    assert (done.code, done.at) == ("DST_NOT_OWNED", "nics/nva")


def test_e4_every_nic_with_transit_needs_the_flag():
    """{nva} with two NICs: in by the first, out by the second."""
    drawn = (
        lab()
        .subnet("out", "10.0.4.0/24")
        .nic("nva2", "nva", "out", "10.0.4.4")
        .set("vms/nva/guest/routes", {"db": {"prefix": "10.0.2.0/24", "nic": "nva2"}})
    )
    assert fate(drawn, "vms/a", "vms/b") == "SRC_NOT_OWNED"
    assert ask(drawn, "vms/a", "vms/b").forward.verdict.at == "nics/nva2"
    assert fate(drawn.set("nics/nva2/ip_forwarding", True), "vms/a", "vms/b") == "delivered"


@pytest.mark.parametrize(
    ("flag", "guest", "expected"),
    [
        (False, False, "DST_NOT_OWNED"),
        (False, True, "DST_NOT_OWNED"),
        (True, False, "OS_FORWARDING_OFF"),
        (True, True, "delivered"),
    ],
)
def test_e5_two_switches(flag: bool, guest: bool, expected: str):
    drawn = lab(flag=flag, guest=guest)
    assert fate(drawn, "vms/a", "vms/b") == expected
    assert fates(drawn, "vms/a", "vms/nva") == ("delivered", "delivered")


def test_e6_forwarding_to_the_internet_needs_source_translation():
    drawn = lab().route("t", "all", "0.0.0.0/0", "10.0.3.4").host("shop", "198.51.100.9")
    drawn.set("subnets/dmz/default_outbound", True)
    done = ask(drawn, "vms/a", "hosts/shop").forward.verdict
    assert (done.code, done.at) == ("NO_OUTBOUND", "nics/nva")
    assert "E6" in done.facts
    drawn.set("vms/nva/guest/snat", True)
    assert fates(drawn, "vms/a", "hosts/shop") == ("delivered", "delivered")


def test_e7_ip_forwarding_does_not_relax_the_mac_check():
    drawn = lab(flag=True).set("vms/nva/guest/interfaces", {"nva": {"mac": "02:00:00:00:00:09"}})
    assert fate(drawn, "vms/nva", "vms/b") == "GUEST_MAC_MISMATCH"


@pytest.mark.parametrize(("flag", "expected"), [(True, "delivered"), (False, "DST_NOT_OWNED")])
def test_e8_a_balancer_as_next_hop_keeps_the_destination(flag: bool, expected: str):
    drawn = lab(flag=flag).balancer("ilb", ["nva"], subnet="dmz", address="10.0.3.100")
    drawn.table("t", {"10.0.2.0/24": "10.0.3.100"})
    done = ask(drawn, "vms/a", "vms/b").forward
    assert (done.verdict.code or "delivered") == expected
    if flag:
        assert visited(done) == ["a", "nva", "b"]
        assert {str(step.after.destination) for step in done.steps} == {"10.0.2.4"}

"""Facts C1-C7: what the fabric carries."""

from __future__ import annotations

import pytest

from tests.netcore.ask import ask, fate
from tests.netcore.build import Net, net

PROFILES = ("azure-2021", "azure-2026")


def pair(profile: str) -> Net:
    """[a] -- (lan) -- [b]"""
    return (
        net(profile)
        .vnet("v", "10.0.0.0/16")
        .subnet("lan", "10.0.0.0/24")
        .vm("a", "lan", "10.0.0.4")
        .vm("b", "lan", "10.0.0.5")
    )


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("flow", ["tcp/22", "udp/53", "icmp"])
def test_c1_tcp_udp_and_icmp_pass(profile: str, flow: str):
    assert ask(pair(profile), "vms/a", "vms/b", flow).delivered


@pytest.mark.parametrize("flow", ["esp", "ah", "50", "51"])
def test_c1_esp_and_ah_pass_in_the_later_profile_only(flow: str):
    assert fate(pair("azure-2026"), "vms/a", "vms/b", flow) == "delivered"
    assert fate(pair("azure-2021"), "vms/a", "vms/b", flow) == "PROTO_BLOCKED"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("flow", ["gre", "ipip"])
def test_c2_gre_and_ip_in_ip_are_blocked(profile: str, flow: str):
    """A rule that allows any protocol does not help."""
    open_to_all = pair(profile).group("g", "100 in allow * * * *", "100 out allow * * * *")
    open_to_all.set("subnets/lan/security_group", "g")
    assert fate(open_to_all, "vms/a", "vms/b", flow) == "PROTO_BLOCKED"


@pytest.mark.parametrize("flow", ["89", "112", "132", "41"])
def test_c3_everything_else_is_dropped(flow: str):
    done = ask(pair("azure-2026"), "vms/a", "vms/b", flow).forward.verdict
    assert done.code == "PROTO_BLOCKED"
    assert "tcp" in done.sentence


@pytest.mark.parametrize("profile", PROFILES)
def test_c4_vxlan_is_plain_udp(profile: str):
    assert fate(pair(profile), "vms/a", "vms/b", "udp/4789") == "delivered"


def test_c5_reserved_udp_ports_by_profile():
    later, earlier = pair("azure-2026"), pair("azure-2021")
    assert fate(later, "vms/a", "vms/b", "udp/4791") == "RESERVED_PORT"
    assert fate(earlier, "vms/a", "vms/b", "udp/4791") == "delivered"
    for drawn in (later, earlier):
        assert fate(drawn, "vms/a", "vms/b", "udp/53", source_port=65330) == "RESERVED_PORT"
        assert fate(drawn, "vms/a", "vms/b", "tcp/65330", source_port=65330) == "delivered"
    assert fate(later, "vms/a", "vms/b", "udp/65330") == "RESERVED_PORT"
    assert fate(earlier, "vms/a", "vms/b", "udp/65330") == "delivered"


@pytest.mark.parametrize("flow", ["udp/4500", "udp/51820", "udp/6081", "tcp/443"])
def test_c6_tunnels_inside_udp_or_tcp_pass(flow: str):
    assert fate(pair("azure-2021"), "vms/a", "vms/b", flow) == "delivered"


def test_c7_raw_esp_depends_on_the_profile():
    assert fate(pair("azure-2021"), "vms/a", "vms/b", "esp") == "PROTO_BLOCKED"
    assert fate(pair("azure-2021"), "vms/a", "vms/b", "udp/4500") == "delivered"
    assert fate(pair("azure-2026"), "vms/a", "vms/b", "esp") == "delivered"

"""Switches: open points of the sources that a document sets otherwise than its profile (section N)."""

from __future__ import annotations

import pytest

import netcore
from netcore.document.models import Scenario
from netcore.profiles import PROFILES
from netcore.profiles.switches import SWITCHES, choices, switched
from tests.netcore.ask import fate
from tests.netcore.build import Net, net


def pair(**switches: object) -> Net:
    """[a] -- (s) -- [b]."""
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "s", "10.0.0.5")
    )
    drawn.raw["switches"] = switches
    return drawn


def test_every_azure_profile_has_made_its_choice():
    assert netcore.switches("azure-2021")["protocols"]["default"] == "seed2019"
    assert netcore.switches("azure-2026")["protocols"]["default"] == "docs2024"
    for profile in ("azure-2021", "azure-2026"):
        assert set(netcore.switches(profile)) == set(SWITCHES)


def test_a_profile_without_the_question_has_no_switch():
    assert "protocols" not in netcore.switches("aws")
    with pytest.raises(netcore.NotFound):
        netcore.switches("azure-1999")


def test_protocols():
    assert fate(pair(), "vms/a", "vms/b", "esp") == "delivered"
    assert fate(pair(protocols="seed2019"), "vms/a", "vms/b", "esp") == "PROTO_BLOCKED"


def test_default_outbound_access():
    assert fate(pair(), "vms/a", "198.51.100.7") == "NO_OUTBOUND"
    assert fate(pair(default_outbound=True), "vms/a", "198.51.100.7") == "delivered"


def test_none_routes():
    def none(**switches: object) -> set[str]:
        drawn = pair(**switches).table("t", {"0.0.0.0/0": "Internet"}).set("subnets/s/route_table", "t")
        rows = netcore.effective_routes(drawn.network(), "a")
        return {str(row.prefixes[0]) for row in rows if row.next_hop_type == "None"}

    assert none() == {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"}
    assert none(none_rows_gone_with_internet=True) == set()
    assert none(none_route_172_16=False) == {"10.0.0.0/8", "192.168.0.0/16", "100.64.0.0/10"}


def test_what_a_document_may_write():
    assert pair(teleport=True).problems() == [("unknown-switch", "/switches/teleport")]
    assert pair(protocols="docs1999").problems() == [("switch-value", "/switches/protocols")]
    assert pair(traceroute=1).problems() == [("switch-value", "/switches/traceroute")]
    assert pair(traceroute=False, icmp_ha_ports=True).problems() == []


def test_every_choice_sets_fields_that_there_are():
    for profile in PROFILES.values():
        for name, values in choices(profile).items():
            for value in values:
                other = switched(profile, {name: value})
                assert SWITCHES[name].default(other) == value
                assert switched(other, {name: SWITCHES[name].default(profile)}) == profile
    assert isinstance(pair(traceroute=False).scenario(), Scenario)

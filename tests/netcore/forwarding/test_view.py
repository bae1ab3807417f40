"""The guest's view: what one VM believes, beside what the platform gave it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import netcore
from netcore.control.network import Network
from netcore.forwarding.machines import derived_mac
from netcore.forwarding.view import guest_view
from netcore.profiles import DEFAULT_PROFILE
from tests.netcore.build import Net, net


def lan() -> Net:
    """[a .4 with a typed .9] [b .5, and .6 nobody typed in] behind two NICs; (ilb .10)."""
    return (
        net()
        .vnet("v", "10.0.0.0/16", "fd00:db8::/48")
        .subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
        .subnet("two", "10.0.2.0/24")
        .vm("a", "lan", "10.0.0.4", "fd00:db8::4", guest={"interfaces": {"a": {"added": ["10.0.0.9"]}}})
        .vm("b", "lan", "10.0.0.5")
        .set("nics/b/configurations/ip2", {"address": "10.0.0.6"})
        .nic("b2", "b", "two", "10.0.2.5")
        .balancer("ilb", ["b"], subnet="lan", address="10.0.0.10")
    )


def test_addresses_with_their_origin():
    a, b = (netcore.guest_view(lan().network(), vm) for vm in "ab")
    assert [(x.address, x.origin, x.given) for x in a.nics[0].addresses] == [
        ("10.0.0.4", "lease", True),
        ("fd00:db8::4", "lease", True),
        ("10.0.0.9", "typed", False),
    ]
    assert [(x.address, x.origin, x.given) for x in b.nics[0].addresses] == [
        ("10.0.0.5", "lease", True),
        ("10.0.0.6", "missing", True),
    ]
    assert a.nics[0].mac == a.nics[0].guest_mac == derived_mac("a")
    assert a.nics[0].mtu_bytes == 1500


def test_neighbours_are_all_told_by_the_same_mac():
    view = guest_view(lan().network(), "a")
    lines = [(line.address, line.mac, line.holder) for line in view.neighbours]
    router = DEFAULT_PROFILE.router_mac
    assert lines == [
        ("10.0.0.1", router, "router"),
        ("fe80::1234:5678:9abc", router, "router"),
        ("10.0.0.5", router, "nics/b"),
        ("10.0.0.6", router, "nics/b"),
        ("10.0.0.10", router, "load_balancers/ilb/frontends/front"),
    ]


def test_neighbours_by_their_own_mac_where_frames_count():
    network = Network(lan().scenario(), replace(DEFAULT_PROFILE, arp="owner", unicast_by_mac=True))
    told = {line.address: line.mac for line in guest_view(network, "a").neighbours}
    assert told["10.0.0.5"] == told["10.0.0.6"] == derived_mac("b")
    assert told["10.0.0.1"] == DEFAULT_PROFILE.router_mac


def test_routes_in_order_and_which_next_hop_counts():
    drawn = lan().set("vms/b/guest/routes", {"r": {"prefix": "192.0.2.0/24", "via": "10.0.0.4"}})
    lines = guest_view(drawn.network(), "b").routes
    assert [(line.prefix, line.kind, line.nic, line.via, line.via_ignored) for line in lines] == [
        ("168.63.129.16/32", "platform", "b", "10.0.0.1", False),
        ("169.254.169.254/32", "platform", "b", "10.0.0.1", False),
        ("192.0.2.0/24", "static", "b", "10.0.0.4", True),
        ("10.0.0.0/24", "connected", "b", None, False),
        ("10.0.2.0/24", "connected", "b2", None, False),
        ("0.0.0.0/0", "default", "b", "10.0.0.1", False),
    ]
    by_mac = Network(drawn.scenario(), replace(DEFAULT_PROFILE, arp="owner", unicast_by_mac=True))
    assert not any(line.via_ignored for line in guest_view(by_mac, "b").routes)


def test_it_is_plain_data_and_knows_its_vms():
    view = guest_view(lan().network(), "a").as_dict()
    assert json.loads(json.dumps(view))["nics"][0]["id"] == "a"
    with pytest.raises(netcore.NotFound):
        guest_view(lan().network(), "nobody")

"""Facts I15, I17, I18 and C4-C9: what guests agree on among themselves, and tunnels as the way out."""

from __future__ import annotations

from typing import Any

import pytest

from netcore.control.network import Network
from netcore.forwarding.guest_tunnels import KINDS
from netcore.profiles import profile
from netcore.trace.model import Leg
from tests.netcore.ask import ask, facts_of, fate, fates, routes_used, visited
from tests.netcore.build import Net, net

CARRIED = ("vxlan", "geneve", "fou", "wireguard", "ipsec-natt", "ipsec")
BEHIND = "192.0.2.1"


def routers(kind: str = "vxlan", far: dict[str, Any] | None = None, **near: Any) -> Net:
    """[a 10.0.1.4] -- (s1) (s2) -- [c 10.0.2.4] with 192.0.2.1 behind it; a tunnel joins them.

    ``near`` changes a's end, ``far`` c's. Neither NIC has IP forwarding, and no table knows 192.0.2.0/24.
    """
    here = {"kind": kind, "remote": "10.0.2.4", "key": 7, "address": "172.31.0.1", **near}
    there = {"kind": kind, "remote": "10.0.1.4", "key": 7, "address": "172.31.0.2", **(far or {})}
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s1", "10.0.1.0/24")
        .subnet("s2", "10.0.2.0/24")
        .vm(
            "a",
            "s1",
            "10.0.1.4",
            guest={"tunnels": {"t": here}, "routes": {"r": {"prefix": "192.0.2.0/24", "tunnel": "t"}}},
        )
        .vm(
            "c",
            "s2",
            "10.0.2.4",
            guest={
                "tunnels": {"t": there},
                "routes": {"r": {"prefix": "172.31.0.0/24", "tunnel": "t"}},
                "loopback": [BEHIND],
            },
        )
    )


def wrapped(leg: Leg) -> list[tuple[str, str]]:
    """Return the outer destination and the inner one of each step inside a tunnel, each once."""
    pairs = [
        (str(step.after.destination), str(step.after.inner.destination))
        for step in leg.steps
        if step.after.inner is not None
    ]
    return list(dict.fromkeys(pairs))


@pytest.mark.parametrize("kind", CARRIED)
def test_i18_a_tunnel_needs_neither_route_nor_ip_forwarding(kind: str):
    done = ask(routers(kind), "vms/a", BEHIND)
    assert done.delivered
    assert wrapped(done.forward) == [("10.0.2.4", BEHIND)]
    assert done.back is not None
    assert wrapped(done.back) == [("10.0.1.4", "172.31.0.1")]
    assert routes_used(done.forward) == ["Default route 10.0.0.0/16 -> VnetLocal"]
    enter = next(step for step in done.forward.steps if step.decision == "encapsulate")
    assert (enter.before.inner, enter.after.inner) == (None, enter.before)
    assert done.forward.steps[-1].after.inner is None
    assert str(done.forward.steps[-1].after.destination) == BEHIND
    assert "I18" in facts_of(done.forward)


def test_i18_the_outer_packet_obeys_security_groups():
    drawn = routers().group("g", "100 in deny udp * * 4789").set("subnets/s2/security_group", "g")
    assert fate(drawn, "vms/a", BEHIND) == "NSG_IN"
    inner = routers().group("g", "100 in deny tcp * * 443").set("subnets/s2/security_group", "g")
    assert fates(inner, "vms/a", BEHIND) == ("delivered", "delivered")


def test_i18_a_far_end_forwards_what_it_unwraps():
    """[d] is behind c, in a subnet of its own: c forwards the inner packet, d answers by c."""
    drawn = (
        routers()
        .subnet("s3", "10.0.3.0/24")
        .vm("d", "s3", "10.0.3.4")
        .table("t", {"172.31.0.0/24": "10.0.2.4"})
        .set("subnets/s3/route_table", "t")
        .set("vms/a/guest/routes", {"r": {"prefix": "10.0.3.0/24", "tunnel": "t"}})
    )
    assert fate(drawn, "vms/a", "vms/d") == "OS_FORWARDING_OFF"
    drawn.set("vms/c/guest/forwarding", True)
    assert fate(drawn, "vms/a", "vms/d") == "SRC_NOT_OWNED"
    drawn.set("nics/c/ip_forwarding", True)
    done = ask(drawn, "vms/a", "vms/d")
    assert done.delivered
    assert visited(done.forward) == ["a", "c", "d"]
    assert visited(done.back) == ["d", "c", "a"]
    assert done.forward.steps[-1].after.ttl == 63


@pytest.mark.parametrize(
    ("far", "word"),
    [
        ({"kind": "geneve"}, "no vxlan tunnel"),
        ({"key": 8}, "key 8"),
        ({"port": 8472}, "port 8472"),
        ({"remote": "10.0.1.9"}, "10.0.1.9"),
        ({"local": "10.0.2.9"}, "10.0.1.4"),
    ],
)
def test_i18_both_ends_must_agree(far: dict[str, Any], word: str):
    done = ask(routers(far=far), "vms/a", BEHIND).forward.verdict
    assert (done.code, done.at) == ("TUNNEL_MISMATCH", "vms/c")
    assert word in done.sentence


def test_i18_a_tunnel_cannot_lead_to_its_own_far_end():
    drawn = routers().set("vms/a/guest/routes", {"r": {"prefix": "10.0.0.0/8", "tunnel": "t"}})
    assert fate(drawn, "vms/a", "10.0.2.4") == "OS_NO_ROUTE"
    two = routers().set(
        "vms/a/guest/tunnels",
        {"t": {"kind": "vxlan", "remote": "10.0.2.4"}, "u": {"kind": "gre", "remote": "10.0.2.5"}},
    )
    two.set(
        "vms/a/guest/routes",
        {"r": {"prefix": "10.0.2.5/32", "tunnel": "t"}, "q": {"prefix": "10.0.2.4/32", "tunnel": "u"}},
    )
    assert fate(two, "vms/a", "10.0.2.4") == "OS_NO_ROUTE"


def test_i18_tunnels_nest():
    """GRE inside VXLAN: the fabric sees UDP only, and so GRE passes."""
    drawn = routers()
    for vm, far in (("a", 2), ("c", 1)):
        near = 3 - far
        drawn.set(
            f"vms/{vm}/guest/tunnels/g",
            {
                "kind": "gre",
                "local": f"172.31.0.{near}",
                "remote": f"172.31.0.{far}",
                "address": f"172.30.0.{near}",
            },
        )
        drawn.set(f"vms/{vm}/guest/routes/n", {"prefix": f"172.31.0.{far}/32", "tunnel": "t"})
    drawn.set("vms/a/guest/routes/r", {"prefix": "192.0.2.0/24", "tunnel": "g"})
    drawn.set("vms/c/guest/routes/r", {"prefix": "172.30.0.0/24", "tunnel": "g"})
    done = ask(drawn, "vms/a", BEHIND)
    assert done.delivered
    assert ("10.0.2.4", "172.31.0.2") in wrapped(done.forward)


def test_i18_ipv6_inside_ipv4():
    drawn = routers(address="2001:db8:1::1", far={"address": "2001:db8:1::2"})
    drawn.set("vms/c/guest/loopback", ["2001:db8:2::1"])
    drawn.set("vms/a/guest/routes", {"r": {"prefix": "2001:db8:2::/48", "tunnel": "t"}})
    drawn.set("vms/c/guest/routes", {"r": {"prefix": "2001:db8:1::/64", "tunnel": "t"}})
    done = ask(drawn, "vms/a", "2001:db8:2::1")
    assert done.delivered
    assert str(done.packet.source) == "2001:db8:1::1"


@pytest.mark.parametrize("kind", ["gre", "ipip"])
def test_c2_tunnels_of_other_protocols_are_blocked(kind: str):
    done = ask(routers(kind), "vms/a", BEHIND).forward
    assert (done.verdict.code, done.verdict.at) == ("PROTO_BLOCKED", "nics/a")
    assert "C2" in facts_of(done)
    assert ask(Network(routers(kind).scenario(), profile("aws")), "vms/a", BEHIND).delivered


def test_c7_an_esp_tunnel_depends_on_the_profile():
    later, earlier = (Network(routers("ipsec").scenario(), profile(f"azure-{year}")) for year in (2026, 2021))
    assert fate(later, "vms/a", BEHIND) == "delivered"
    assert fate(earlier, "vms/a", BEHIND) == "PROTO_BLOCKED"
    assert (
        fate(Network(routers("ipsec-natt").scenario(), profile("azure-2021")), "vms/a", BEHIND) == "delivered"
    )


def test_i15_guests_agree_on_a_route_and_the_fabric_does_not_know_it():
    """The session passes (TCP 179), a's guest has the route, and the packet never reaches c."""
    drawn = routers().set("vms/a/guest/routes", {"r": {"prefix": "192.0.2.0/24", "via": "10.0.1.1"}})
    assert fates(drawn, "vms/a", "vms/c", "tcp/179") == ("delivered", "delivered")
    done = ask(drawn, "vms/a", BEHIND).forward
    assert "c" not in visited(done)
    assert routes_used(done) == ["Default route 0.0.0.0/0 -> Internet"]


def test_i17_a_neighbour_as_next_hop_is_ignored_as_well():
    """[a] and [n] stand in one subnet; a's guest says 192.0.2.0/24 via n."""
    drawn = routers().appliance("n", "s1", "10.0.1.5", loopback=[BEHIND])
    drawn.set("vms/a/guest/routes", {"r": {"prefix": "192.0.2.0/24", "via": "10.0.1.5"}})
    assert "n" not in visited(ask(drawn, "vms/a", BEHIND).forward)
    by_mac = ask(Network(drawn.scenario(), profile("aws")), "vms/a", BEHIND)
    assert visited(by_mac.forward) == ["a", "n"]


def test_c8_a_guest_sends_1500_bytes_and_the_fabric_carries_them_in_pieces():
    plain = routers()
    whole = ask(plain, "vms/a", "vms/c", size_bytes=1400, dont_fragment=True)
    large = ask(plain, "vms/a", "vms/c", size_bytes=1500, dont_fragment=True)
    assert whole.delivered
    assert large.delivered
    assert "C8" not in facts_of(whole.forward)
    assert "2 pieces" in next(step for step in large.forward.steps if "C8" in step.facts).reason
    assert not large.forward.steps[-1].after.fragment
    assert "C8" not in facts_of(ask(plain, "vms/a", "vms/c").forward)


def test_c8_beyond_its_mtu_a_guest_cuts_or_gives_up():
    done = ask(routers(), "vms/a", "vms/c", size_bytes=3000)
    assert done.delivered
    assert done.forward.steps[-1].after.fragment
    assert done.forward.steps[-1].after.size_bytes == 1500
    fixed = ask(routers(), "vms/a", "vms/c", size_bytes=1501, dont_fragment=True).forward.verdict
    assert (fixed.code, fixed.at) == ("MTU", "vms/a")
    assert "1500" in (fixed.mend or "")
    typed = routers().set("vms/a/guest/interfaces", {"a": {"mtu": 1280}})
    assert fate(typed, "vms/a", "vms/c", size_bytes=1400, dont_fragment=True) == "MTU"


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("vxlan", 1450),
        ("geneve", 1450),
        ("fou", 1472),
        ("wireguard", 1440),
        ("ipsec-natt", 1438),
        ("ipsec", 1446),
    ],
)
def test_c9_a_tunnel_leaves_less_than_the_nic(kind: str, limit: int):
    """What fits is told; 1400, as recommended, fits into every kind."""
    fits = {
        size: fate(routers(kind), "vms/a", BEHIND, size_bytes=size, dont_fragment=True)
        for size in (1400, limit, limit + 1, 1500)
    }
    assert list(fits.values()) == ["delivered", "delivered", "MTU", "MTU"]
    verdict = ask(routers(kind), "vms/a", BEHIND, size_bytes=1500, dont_fragment=True).forward.verdict
    assert "C9" in verdict.facts
    assert str(limit) in (verdict.mend or "")


def test_c9_a_tunnels_own_mtu_decides_first():
    drawn = routers(mtu=1400)
    assert fate(drawn, "vms/a", BEHIND, size_bytes=1401, dont_fragment=True) == "MTU"
    cut = ask(drawn, "vms/a", BEHIND, size_bytes=1500)
    assert cut.delivered
    assert cut.forward.steps[-1].after.fragment
    outer = next(step.after for step in cut.forward.steps if step.after.inner is not None)
    assert outer.size_bytes == 1450
    too_wide = ask(routers(mtu=1500), "vms/a", BEHIND, size_bytes=1500, dont_fragment=True)
    assert too_wide.delivered
    assert any(step.after.fragment and step.after.inner is not None for step in too_wide.forward.steps)


def test_c9_gre_with_a_key_needs_four_bytes_more():
    assert KINDS["gre"].overhead == 4
    aws = profile("aws")
    for key, limit in ((0, 1476), (7, 1472)):
        drawn = routers("gre", key=key, far={"key": key}).set("vms/a/guest/interfaces", {"a": {"mtu": 1500}})
        network = Network(drawn.scenario(), aws)
        assert fate(network, "vms/a", BEHIND, size_bytes=limit, dont_fragment=True) == "delivered"
        assert fate(network, "vms/a", BEHIND, size_bytes=limit + 1, dont_fragment=True) == "MTU"

"""Appliances that pass on whatever comes: what becomes of packets is known beforehand, as the walk has it."""

from __future__ import annotations

import random

import numpy as np
import pytest

import netcore
from netcore.batch import layout as at
from netcore.batch.answers import answer_of
from netcore.batch.compile import Compiled
from netcore.batch.forward import forward
from netcore.batch.plain import plain_tables
from netcore.forwarding.walk import follow
from tests.netcore.ask import packet
from tests.netcore.build import Net, net

HOPS = ("10.0.1.100", "10.0.1.100", "10.0.2.4", "10.0.2.4", "None", "VnetLocal", "Internet")
PREFIXES = ("10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "10.2.0.4/32", "10.0.1.0/24", "0.0.0.0/0")
ALLOWED = ("100 in allow * * * *", "100 out allow * * * *")
ASKED = ("tcp/443", "udp/53", "udp/4791", "icmp")


def chained(seed: int = -1) -> Net:
    """Return a pool and a single appliance in a hub, and two spokes; a seed draws routes, rules and peerings.

    [a] -- (spoke 1) == {pool 10.0.1.100: [n1] [n2] [n3]} -- [one] == (spoke 2) -- [b]
    """
    luck = random.Random(seed)
    given = seed >= 0
    made = net(luck.choice(("azure-2026", "azure-2021")) if given else "azure-2026")
    made.group("open", *ALLOWED).group(
        "some", "100 in allow tcp * * 443", *ALLOWED[1:], "200 in deny * * * *"
    )
    ways = {"far": {"10.0.0.0/8": "10.0.1.100"}, "pool": {"10.2.0.0/16": "10.0.2.4"}, "one": {}}
    for key, routes in ways.items():
        drawn = {prefix: luck.choice(HOPS) for prefix in luck.sample(PREFIXES, luck.randint(1, 3))}
        made.table(key, routes | drawn if given and luck.random() < 0.7 else routes)
    pick = lambda *groups: luck.choice(groups) if given else groups[0]  # noqa: E731
    made.vnet("hub", "10.0.0.0/16").subnet(
        "s1", "10.0.1.0/24", table="pool", group=pick("open", "open", "some")
    )
    made.subnet("s2", "10.0.2.0/24", table="one", group=pick("open", None, "some"))
    made.appliance("n1", "s1", "10.0.1.4").appliance("n2", "s1", "10.0.1.5").appliance("n3", "s1", "10.0.1.6")
    made.appliance("one", "s2", "10.0.2.4")
    distribution = pick("5-tuple", "source-ip", "source-ip-protocol")
    rules = pick(("all",), ("all",), ("all", "tcp/443"))
    made.balancer(
        "lb", ["n1", "n2", "n3"], subnet="s1", address="10.0.1.100", rules=rules, distribution=distribution
    )
    for number, vm in ((1, "a"), (2, "b")):
        made.vnet(f"spoke{number}", f"10.{number}.0.0/16")
        made.peer(
            "hub", f"spoke{number}", {"allow_forwarded": pick(True, False)}, allow_forwarded=pick(True, False)
        )
        made.subnet(f"t{number}", f"10.{number}.0.0/24", table="far", group=pick("open", "some"))
        for host in (4, 5):
            made.vm(f"{vm}{host}", f"t{number}", f"10.{number}.0.{host}")
    return made


def asked() -> list[netcore.Packet]:
    """Return packets to all addresses and some that nobody has, by several ports: pools choose by them."""
    vms = ("a4", "a5", "b4", "b5", "n1", "n2", "one")
    held = ("10.1.0.4", "10.2.0.4", "10.2.0.5", "10.0.1.4", "10.0.1.6", "10.0.2.4", "10.2.0.77", "192.0.2.1")
    return [
        packet(f"vms/{vm}", there, ports, source_port=source_port)
        for vm in vms
        for there in (*held, "224.0.0.5")
        for ports in ASKED
        for source_port in (50_000, 50_001, 50_007)
    ]


def check(network: netcore.Network) -> Compiled:
    compiled = netcore.compile_network(network)
    packets = asked()
    found = forward(compiled, netcore.packets_of(compiled, packets), engine="numba")
    for row, each in enumerate(packets):
        assert found.answer(row) == answer_of(follow(network, each)), each
    return compiled


def test_a_pool_and_behind_it_a_single_one():
    compiled = check(chained().network())
    tables = plain_tables(compiled)
    marked = np.flatnonzero(tables["plain_nics"][:, at.PLAIN_FLAGS] & at.RELAYS)
    assert [compiled.nic_ids[nic] for nic in marked] == ["n1", "n2", "n3", "one"]
    # By the pool alone, by the single one alone, and by the one behind the other.
    assert sorted(map(tuple, tables["lines"].tolist())) == [(0, 0, 0), (1, 0, 0), (1, 2, 0), (2, 0, 0)]


@pytest.mark.parametrize("seed", range(16))
def test_random_routes_rules_and_peerings(seed: int):
    check(chained(seed).network())


def test_what_is_asked_of_packets_is_no_relay():
    for change, left in (
        (lambda made: made.set("subnets/s1/security_group", "some"), ["one"]),
        (lambda made: made.set("vms/n2/guest/snat", True), ["one"]),
        (lambda made: made.set("nics/one/ip_forwarding", False), ["n1", "n2", "n3"]),
    ):
        made = chained()
        change(made)
        compiled = check(made.network())
        flags = plain_tables(compiled)["plain_nics"][:, at.PLAIN_FLAGS]
        assert [compiled.nic_ids[nic] for nic in np.flatnonzero(flags & at.RELAYS)] == left


def test_appliances_in_a_circle_are_left_to_the_long_way():
    made = chained()
    made.route("one", "back", "10.2.0.0/16", "10.0.1.100")
    check(made.network())


def test_one_appliance_for_both_families():
    made = net().vnet("v", "10.0.0.0/16", "fd00::/48")
    ways = {"10.0.2.0/24": "10.0.9.4", "fd00:0:0:2::/64": "fd00:0:0:9::4", "10.0.3.0/24": "10.0.9.5"}
    made.table("t", ways)
    for number, key in enumerate("ab", start=1):
        made.subnet(key, f"10.0.{number}.0/24", f"fd00:0:0:{number}::/64", table="t" if key == "a" else None)
        made.vm(key, key, f"10.0.{number}.4", f"fd00:0:0:{number}::4")
    made.subnet("s", "10.0.9.0/24", "fd00:0:0:9::/64").appliance("n", "s", "10.0.9.4", "fd00:0:0:9::4")
    made.appliance("m", "s", "10.0.9.5")
    compiled = netcore.compile_network(made.network())
    assert len(plain_tables(compiled)["relays"]) == 3
    there = ("10.0.2.4", "fd00:0:0:2::4", "10.0.3.9")
    packets = [packet("vms/a", to, flow) for to in there for flow in ASKED]
    found = forward(compiled, netcore.packets_of(compiled, packets), engine="numba")
    for row, each in enumerate(packets):
        assert found.answer(row) == answer_of(follow(compiled.network, each)), each

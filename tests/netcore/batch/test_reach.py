"""Classes, reach, proofs, what the Internet reaches, and rules and routes that never decide."""

from __future__ import annotations

import random
from ipaddress import ip_address

import pytest

from netcore.batch.cells import INTERNET, cells
from netcore.batch.classes import classes_of
from netcore.batch.compile import Compiled
from netcore.batch.exposed import exposed
from netcore.batch.lint import shadowed, shadowed_rules
from netcore.batch.portsets import box
from netcore.batch.reach import headers_named, loops, never, one_way, reach
from netcore.batch.senders import internet_sources
from netcore.errors import NotFound
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.walk import follow
from netcore.trace.model import Outcome
from tests.netcore.batch.drawn import KINDS
from tests.netcore.build import Net, net


def tiers() -> Net:
    """[web1] [web2] [web3] (web) -- [db1] [db2] (db); db lets web's range in by 1433 alone."""
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .group("g", "100 in allow tcp 10.0.0.0/24 * 1433", "200 in deny * * * *")
    )
    drawn.subnet("web", "10.0.0.0/24").subnet("db", "10.0.1.0/24", group="g")
    for number in (1, 2, 3):
        drawn.vm(f"web{number}", "web", f"10.0.0.{number + 3}")
    return drawn.vm("db1", "db", "10.0.1.4").vm("db2", "db", "10.0.1.5")


def compiled(drawn: Net) -> Compiled:
    return Compiled(drawn.network())


def test_vms_that_nothing_tells_apart_are_one_class():
    found = classes_of(compiled(tiers()))
    assert [each.vms for each in found.classes] == [("db1", "db2"), ("web1", "web2", "web3")]
    assert found.classes[1].why == (
        "These 3 VMs of subnet web behave alike: same routes, same rules, same guest."
    )
    assert found.sizes.tolist() == [2, 3]


def test_a_rule_or_a_route_for_one_vm_takes_it_out_of_its_class():
    drawn = tiers()
    drawn.raw["topology"]["security_groups"]["g"]["rules"]["in-100"]["source"] = ["10.0.0.5"]
    found = classes_of(compiled(drawn))
    assert [each.vms for each in found.classes] == [("db1", "db2"), ("web1", "web3"), ("web2",)]
    drawn = tiers().table("t", {"10.9.0.0/16": "10.0.0.4"})
    classes = classes_of(compiled(drawn)).classes
    assert [each.why for each in classes if each.vms == ("web1",)] == ["A route of table t names it."]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", KINDS)
def test_the_vms_of_a_class_have_the_same_cells(kind: str, seed: int):
    network = KINDS[kind](seed).network()
    found = classes_of(Compiled(network))
    machines = drawing_of(network).machines
    luck = random.Random(seed)
    for each in found.classes:
        if len(each.vms) < 2:
            continue
        other = luck.choice([vm for vm in sorted(machines) if vm not in each.vms])
        to = machines[other].ports[0].held[0]
        sets = {cells(network, f"vms/{vm}", to).may_connect for vm in each.vms}
        assert len(sets) == 1


def test_reach_says_with_which_headers():
    network = compiled(tiers())
    (found,) = reach(network, "vms/web1", "vms/db1")
    assert found.cells.must_connect.text() == "tcp to 1433"
    assert found.as_dict()["connects"]["text"] == "tcp to 1433"
    assert len(reach(network, "vms/db1", "subnets/web")) == 3
    with pytest.raises(NotFound):
        reach(network, "vms/nobody", "vms/db1")
    with pytest.raises(NotFound):
        reach(network, "vms/db1", "vms/nobody")


def test_never_is_proven_or_has_the_smallest_counterexample():
    network = compiled(tiers())
    web = headers_named("tcp", "0-1432,1434-65535")
    proof = never(network, "subnets/web", "subnets/db", web)
    assert proof.holds is True and proof.asked == 1
    proof = never(network, "subnets/web", "subnets/db", headers_named("tcp", None))
    packet = proof.counterexample
    assert proof.holds is False and packet is not None
    assert (packet.source, packet.destination, packet.destination_port) == ("vms/web1", "10.0.1.4", 1433)
    assert follow(network.network, packet).forward.verdict.outcome is Outcome.DELIVERED


def test_never_looks_behind_frontends():
    """Internet -> {203.0.113.1 tcp/443} -> [web]; web has no public address of its own."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").public("p", "203.0.113.1")
    drawn.group("g", "100 in allow tcp Internet * 443").vm("web", "s", "10.0.0.4", group="g")
    drawn.balancer("lb", ["web"], public="p", rules=("tcp/443",)).host("pc", "198.51.100.9")
    network = compiled(drawn)
    proof = never(network, INTERNET, "vms/web")
    assert proof.holds is False and proof.counterexample is not None
    assert proof.counterexample.destination == "203.0.113.1"
    assert never(network, INTERNET, "vms/web", headers_named("udp", None)).holds is True


def test_exposed_lists_public_addresses_by_sender_and_port():
    """Internet -> 203.0.113.1 [a]; tcp/22 from one range, tcp/443 from anywhere."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").public("p", "203.0.113.1")
    drawn.group("g", "100 in allow tcp 198.51.100.0/24 * 22", "110 in allow tcp Internet * 443")
    drawn.vm("a", "s", "10.0.0.4", group="g", public="p").vm("b", "s", "10.0.0.5")
    found = exposed(compiled(drawn))
    said = {(one.senders_text if "198" in one.senders_text else "others", one.connects) for one in found}
    assert said == {
        ("198.51.100.0/24", box({6}, None, ((22, 22), (443, 443)))),
        ("others", box({6}, None, ((443, 443),))),
    }
    assert {one.at for one in found} == {("vms/a",)}
    assert {one.ref for one in found} == {"nics/a"}


def test_senders_outside_are_parted_by_rules_only():
    network = compiled(tiers())
    assert len(internet_sources(network, 4)) == 1
    assert ip_address("198.51.100.1") > internet_sources(network, 4)[0].example


def test_one_way_and_loops():
    """[a] -> {fw} -> [b] with a session table; b answers directly, so TCP to b gets no answer."""
    drawn = net().vnet("v", "10.0.0.0/16").table("t", {"10.0.1.0/24": "10.0.2.4"})
    drawn.subnet("s0", "10.0.0.0/24", table="t").subnet("s1", "10.0.1.0/24").subnet("s2", "10.0.2.0/24")
    drawn.vm("a", "s0", "10.0.0.4").vm("b", "s1", "10.0.1.4")
    drawn.vm("fw", "s2", "10.0.2.4", guest={"forwarding": True, "stateful": True}, ip_forwarding=True)
    found = {(one.source, one.to): one.cells.one_way for one in one_way(compiled(drawn))}
    assert (6, 1024, 443) in found["vms/a", "vms/b"]
    assert ("vms/a", "vms/fw") not in found
    drawn.table("u", {"10.0.1.0/24": "10.0.2.4"}).set("subnets/s2/route_table", "u")
    assert ("vms/a", "vms/b") in {(one.source, one.to) for one in loops(compiled(drawn))}


def test_shadowed_rules_name_what_stands_before_them():
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24", group="g").vm("a", "s", "10.0.0.4")
    drawn.group(
        "g",
        "100 in allow tcp 10.0.0.0/9 * 0-1000",
        "110 in deny tcp 10.128.0.0/9 * 0-2000",
        "120 in allow tcp 10.0.0.0/8 * 80,443",
        "130 in allow tcp 10.0.0.0/8 * 80,1500",
    )
    (found,) = shadowed(drawn.network())
    rules = "security_groups/g/rules"
    assert found.ref == f"{rules}/in-120"
    assert found.by == (f"{rules}/in-100", f"{rules}/in-110")
    assert found.everywhere and "never decides" in found.sentence


@pytest.mark.parametrize("seed", range(15))
def test_a_shadowed_rule_decides_about_no_random_header(seed: int):
    network = KINDS["azure"](seed).network()
    luck = random.Random(seed)
    hidden = {one.ref for one in shadowed_rules(network) if one.everywhere}
    addresses = [ip_address(text) for text in ("10.0.1.4", "10.1.0.4", "10.2.0.4", "198.51.100.9")]
    for nic in drawing_of(network).ports:
        for direction in ("Inbound", "Outbound"):
            for rules in network.rules(nic, direction):
                for _ in range(60):
                    header = (luck.choice((6, 17)), luck.choice(addresses), luck.randrange(65_536))
                    to = luck.choice(addresses), luck.choice((22, 53, 80, 443, 1500, 8080))
                    rule = rules.first_match(*header, *to)
                    assert rule is None or rule.ref not in hidden


def test_shadowed_routes():
    """0.0.0.0/0 by two halves: nothing is left to the whole."""
    drawn = net().vnet("v", "10.0.0.0/16")
    drawn.table("t", {"0.0.0.0/0": "None", "0.0.0.0/1": "Internet", "128.0.0.0/1": "Internet"})
    drawn.subnet("s", "10.0.0.0/24", table="t").vm("a", "s", "10.0.0.4")
    (found,) = shadowed(drawn.network())
    assert found.ref == "route_tables/t/routes/r1"
    assert set(found.by) >= {"route_tables/t/routes/r2", "route_tables/t/routes/r3"}

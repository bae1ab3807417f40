"""What an edit did: opened, closed, rerouted, asymmetric, outbound."""

from __future__ import annotations

import copy
import json

from netcore.checks.diff import Diff, diff
from netcore.checks.flows import representative
from netcore.trace.effects import Effect
from tests.netcore.ask import packet
from tests.netcore.build import Net, net


def three() -> Net:
    """[a] -- (s), (t) -- [b], (f) -- {fw}; nothing leads by fw yet."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("ts")
        .table("tt")
        .subnet("s", "10.0.0.0/24", table="ts")
        .subnet("t", "10.0.1.0/24", table="tt")
        .subnet("f", "10.0.2.0/24", default_outbound=True)
        .vm("a", "s", "10.0.0.4")
        .vm("b", "t", "10.0.1.4")
        .appliance("fw", "f", "10.0.2.4", snat=True)
    )


def edited(drawn: Net, path: str, value: object) -> Net:
    other = Net("azure-2026", "test")
    other.raw = copy.deepcopy(drawn.raw)
    return other.set(path, value)


def compare(before: Net, after: Net, *asked: tuple[str, str]) -> Diff:
    return diff(before.network(), after.network(), [packet(*ends) for ends in asked] or None)


def effects(found: Diff) -> list[str]:
    return [change.effect.value for change in found.changes]


TO_FW = {"prefix": "10.0.1.0/24", "next_hop_type": "VirtualAppliance", "next_hop_ip": "10.0.2.4"}
BACK = {"prefix": "10.0.0.0/24", "next_hop_type": "VirtualAppliance", "next_hop_ip": "10.0.2.4"}
OUT = {"prefix": "0.0.0.0/0", "next_hop_type": "VirtualAppliance", "next_hop_ip": "10.0.2.4"}


def test_nothing_changed():
    found = compare(three(), three())
    assert found.changes == ()
    assert found.asked == found.total > 10


def test_a_route_makes_the_path_asymmetric_and_the_mirror_route_mends_it():
    plain = three().set("vms/fw/guest/snat", False)
    one = edited(plain, "route_tables/ts/routes/x", TO_FW)
    both = edited(one, "route_tables/tt/routes/x", BACK)
    found = compare(plain, one, ("vms/a", "vms/b"))
    assert effects(found) == ["rerouted", "asymmetric"]
    assert found.changes[0].before.forward == ("vms/a", "vms/b")
    assert found.changes[0].after.forward == ("vms/a", "vms/fw", "vms/b")
    assert effects(compare(one, both, ("vms/a", "vms/b"))) == ["rerouted", "symmetric"]
    assert effects(compare(plain, both, ("vms/a", "vms/b"))) == ["rerouted"]


def test_opened_and_closed_are_each_others_mirror():
    shut = three().group("g", "100 in deny * * * *").set("nics/b/security_group", "g")
    found = compare(three(), shut)
    assert found.of(Effect.CLOSED)
    assert {change.packet.destination for change in found.of(Effect.CLOSED)} == {"vms/b"}
    back = compare(shut, three())
    assert [change.packet for change in back.of(Effect.OPENED)] == [
        change.packet for change in found.of(Effect.CLOSED)
    ]
    verdicts = found.of(Effect.CLOSED)[0]
    assert verdicts.before.verdict is not None and verdicts.after.verdict is not None
    assert verdicts.after.verdict.code == "NSG_IN"


def test_outbound_access_that_changed():
    drawn = three().public("p", "203.0.113.9").nat("n", "p").set("subnets/f/nat_gateway", None)
    found = compare(drawn, edited(drawn, "subnets/f/nat_gateway", "n"), ("vms/fw", "198.51.100.7"))
    assert effects(found) == ["outbound"]
    assert found.changes[0].after.outside == "203.0.113.9"
    opened = compare(drawn, edited(drawn, "route_tables/ts/routes/x", OUT), ("vms/a", "198.51.100.7"))
    assert effects(opened) == ["opened"]


def test_another_reason():
    drawn = three().set("vms/b/power", "stopped").group("g", "100 out deny * * * *")
    shut = edited(drawn, "nics/a/security_group", "g")
    assert effects(compare(drawn, shut, ("vms/a", "vms/b"))) == ["otherwise"]


def test_an_end_that_is_only_in_one_drawing():
    found = compare(three(), three().vm("c", "s", "10.0.0.5"), ("vms/c", "vms/b"))
    assert effects(found) == ["opened"]
    assert found.changes[0].before.verdict is None
    json.dumps(found.as_dict())


def test_representative_packets_are_bounded_and_the_same_each_time():
    """VMs that the network cannot tell apart are asked by two of them."""
    drawn = three()
    for number in range(5, 60):
        drawn.vm(f"c{number}", "s", f"10.0.0.{number}")
    scenario = drawn.scenario()
    found = representative(scenario, 10_000)
    senders = {asked.source for asked in found.packets}
    assert senders == {"vms/a", "vms/b", "vms/c10", "vms/fw"}
    assert found.total == len(found.packets)
    few = representative(scenario, 7)
    assert (len(few.packets), few.total) == (7, found.total)
    assert few == representative(scenario, 7)
    assert set(few.packets) <= set(found.packets)

"""The work that large drawings make is bounded; what is counted is the work, not seconds."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import netcore
from netcore.checks import diff as diff_module
from netcore.control.announcements import Announcements
from netcore.control.network import Network
from netcore.control.settling import Settling
from netcore.control.tags import Tags
from netcore.document import limits
from netcore.document.models import Direction
from netcore.forwarding import walk
from tests.netcore.build import Net, net


def mesh(size: int, announced: int = 2) -> Net:
    """Return VMs of one subnet that all speak BGP with each other."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24")
    addresses = [f"10.0.0.{10 + number}" for number in range(size)]
    for me, address in enumerate(addresses):
        neighbours = {
            f"n{other}": {"address": there, "asn": 64600 + other}
            for other, there in enumerate(addresses)
            if other != me
        }
        announces = {f"p{k}": {"prefix": f"172.16.{me}.{k * 16}/28"} for k in range(announced)}
        bgp = {"asn": 64600 + me, "neighbours": neighbours, "announces": announces}
        drawn.vm(f"a{me}", "s", address, guest={"forwarding": True, "bgp": bgp}, ip_forwarding=True)
    return drawn


def tellings(size: int) -> int:
    network = mesh(size).network()
    rules = Announcements(
        network.scenario.topology, network.peerings, network.owners, network.tunnels, network.profile
    )
    settling = Settling(rules._own, rules._sides(list(network.bgp.sessions)), rules)
    settling.run()
    return settling.tellings


def test_in_a_full_mesh_each_prefix_is_told_once_over_each_session_at_most_twice_over() -> None:
    for size in (4, 8, 12):
        assert tellings(size) <= size * (size - 1) * 2 * size


def test_a_guest_of_a_mesh_has_the_direct_way_to_each_prefix() -> None:
    network = mesh(5).network()
    best = network.bgp.chosen("vms/a0")
    assert [route for route in network.bgp.of("vms/a0") if route.state == "best"] == list(best)
    assert {len(route.as_path) for route in best if route.session is not None} == {1}


def test_one_table_is_made_where_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = Announcements._table

    def counted(self: Announcements, ref: str, settled: Settling) -> Any:
        made.append(ref)
        return real(self, ref, settled)

    monkeypatch.setattr(Announcements, "_table", counted)
    network = mesh(4).network()
    assert network.bgp.of("vms/a1") and network.bgp.of("vms/a1")
    assert made == ["vms/a1"]


@pytest.mark.parametrize("limit", ["bgp_neighbours", "bgp_announcements", "bgp_tellings"])
def test_too_much_bgp_is_refused_by_name(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS", {**limits.LIMITS, limit: 3})
    problems = netcore.read(mesh(3).raw).problems
    assert [problem.code for problem in problems] == ["too-many"]
    assert limit.replace("_", " ") in problems[0].found


def test_rules_that_name_the_same_share_one_address_set() -> None:
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24", group="g").vm("a", "s", "10.0.0.4")
    drawn.group("g", *(f"{priority} in allow tcp T,U * 80" for priority in (100, 110, 120)))
    drawn.raw["topology"]["service_tags"] = {"T": ["192.0.2.0/25"], "U": ["192.0.2.128/25"]}
    rules = drawn.network().rules("a", Direction.INBOUND)[0].rules
    assert len({id(rule.sources) for rule in rules[:3]}) == 1


def test_names_with_a_built_in_tag_are_kept_for_each_subnet(monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[tuple[str, tuple[str, ...]]] = []
    real = Tags._listed

    def counted(self: Tags, subnet_id: str, names: tuple[str, ...]) -> Any:
        listed.append((subnet_id, names))
        return real(self, subnet_id, names)

    monkeypatch.setattr(Tags, "_listed", counted)
    drawn = net().vnet("v", "10.0.0.0/16")
    for key in ("one", "two"):
        octet = {"one": 1, "two": 2}[key]
        drawn.subnet(key, f"10.0.{octet}.0/24", group="g").vm(key, key, f"10.0.{octet}.4")
    drawn.group(
        "g", "100 in allow tcp Internet,10.9.0.0/16 * 80", "110 in allow tcp 192.0.2.1,192.0.2.2 * 80"
    )
    network = drawn.network()
    for nic in ("one", "two"):
        network.rules(nic, Direction.INBOUND)
    assert sorted(subnet for subnet, names in listed if "Internet" in names) == ["one", "two"]
    assert len([names for _, names in listed if "192.0.2.1" in names]) == 1


def chain(stages: int, members: int) -> Net:
    """Return balancers in a row, each with appliances behind it: [a] --> (lb0) --> ... --> [b]."""
    drawn = net().vnet("v", "10.0.0.0/8")
    for number in range(stages):
        drawn.table(f"t{number}", {"10.201.0.0/24": f"10.0.{number}.250"})
    drawn.subnet("src", "10.200.0.0/24", table="t0").vm("a", "src", "10.200.0.4")
    drawn.subnet("dst", "10.201.0.0/24").vm("b", "dst", "10.201.0.4")
    for number in range(stages):
        table = f"t{number + 1}" if number + 1 < stages else None
        drawn.subnet(f"s{number}", f"10.0.{number}.0/24", table=table)
        names = [f"f{number}-{member}" for member in range(members)]
        for member, name in enumerate(names):
            drawn.appliance(name, f"s{number}", f"10.0.{number}.{4 + member}")
        drawn.balancer(f"lb{number}", names, subnet=f"s{number}", address=f"10.0.{number}.250")
    return drawn


def test_ways_stop_where_their_steps_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    network = chain(3, 4).network()
    packet = netcore.Packet(source="vms/a", destination="vms/b", ttl=64)
    assert len(netcore.trace(network, packet).forward.branches) == walk.BRANCH_LIMIT
    monkeypatch.setattr(walk, "BRANCH_STEPS", 100)
    branches = netcore.trace(network, packet).forward.branches
    longest = max(len(branch.steps) for branch in branches)
    assert 1 < len(branches) < walk.BRANCH_LIMIT
    assert sum(len(branch.steps) for branch in branches) < 100 + longest
    assert {branch.share for branch in branches} == {1 / 64}


def test_ways_that_were_not_walked_are_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """All ways end alike, and a way that ends otherwise: both sentences say how many were walked."""
    packet = netcore.Packet(source="vms/a", destination="vms/b", ttl=64)
    monkeypatch.setattr(walk, "BRANCH_LIMIT", 8)
    alike = netcore.trace(chain(3, 4).network(), packet).forward
    share = sum(branch.share for branch in alike.branches)
    assert share == 8 / 64
    assert alike.verdict.sentence.startswith("Delivered: ")
    assert "So end the ways of 12.5 % of the flows" in alike.verdict.sentence
    drawn = chain(3, 4).set("vms/f0-0/guest/forwarding", False)
    apart = netcore.trace(drawn.network(), packet).forward.verdict
    assert apart.code == "AMBIGUOUS"
    assert "of the 35.9 % of the flows whose ways were walked, " in apart.sentence
    assert "of the other flows nothing is told." in apart.sentence
    monkeypatch.undo()
    whole = netcore.trace(drawn.network(), packet).forward.verdict
    assert "nothing is told" not in whole.sentence


def test_equal_drawings_are_told_apart_without_a_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    def walked(*_: object) -> None:
        raise AssertionError("no packet needs to be walked")

    monkeypatch.setattr(diff_module, "fate_of", walked)
    raw = mesh(3).raw
    one, other = (Network(netcore.read(copy.deepcopy(raw)).document) for _ in range(2))
    assert netcore.diff(one, other).changes == ()


def test_a_diff_stops_at_its_budget_and_says_how_many_it_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff_module, "STEPS", 20)
    found = netcore.diff(mesh(3).network(), mesh(4).network())
    assert 0 < found.asked < found.total


@pytest.mark.parametrize(
    "name", [" ", "\u202e", "\u200b\u00a0", "\u2800", "\u3164 \u2800", "\u115f", "\uffa0"]
)
def test_a_name_that_cannot_be_seen_is_refused(name: str) -> None:
    problems = netcore.read({**mesh(2).raw, "name": name}).problems
    assert [problem.pointer for problem in problems] == ["/name"]
    assert "can be seen" in problems[0].expected


def test_true_is_no_schema_number() -> None:
    assert [p.code for p in netcore.read({**mesh(2).raw, "schema": True}).problems] == ["unknown-schema"]


@pytest.mark.parametrize("x", [1e7, -1e7])
def test_a_position_has_bounds(x: float) -> None:
    problems = netcore.read({**mesh(2).raw, "layout": {"vms/a0": {"x": x, "y": 0}}}).problems
    assert [problem.pointer for problem in problems] == ["/layout/vms~1a0/x"]

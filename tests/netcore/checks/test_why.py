"""Why a packet is not delivered: edits that really deliver it, the mildest first."""

from __future__ import annotations

import json

import jsonpatch
import pytest

import netcore
from netcore.checks.why import Edit, Why, _rank, why
from netcore.trace.remedies import REMEDIES
from tests.netcore.ask import ask, packet
from tests.netcore.build import Net, net


def pair() -> Net:
    """[a] -- (s), (t) -- [b]."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .subnet("t", "10.0.1.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b", "t", "10.0.1.4")
    )


def steered(**guest: bool) -> Net:
    """[a] -- (s) --> {fw} --> (t) -- [b]; the answer comes straight back."""
    drawn = pair().subnet("f", "10.0.2.0/24").table("to-fw", {"10.0.1.0/24": "10.0.2.4"})
    return drawn.set("subnets/s/route_table", "to-fw").appliance("fw", "f", "10.0.2.4", **guest)


def hubs() -> Net:
    """[a] v -- hub with {fw} -- w [b]: both networks are peered with the hub, and routes lead by fw."""
    drawn = net().vnet("hub", "10.9.0.0/16").subnet("f", "10.9.0.0/24").appliance("fw", "f", "10.9.0.4")
    for name, second, far in (("v", 1, 2), ("w", 2, 1)):
        drawn.table(f"t{name}", {f"10.{far}.0.0/16": "10.9.0.4"}).vnet(name, f"10.{second}.0.0/16")
        drawn.subnet(f"s{name}", f"10.{second}.0.0/24", table=f"t{name}")
        drawn.peer(name, "hub", there={"allow_forwarded": False}, allow_forwarded=True)
    return drawn.vm("a", "sv", "10.1.0.4").vm("b", "sw", "10.2.0.4")


def kinds(found: Why) -> list[str]:
    return [edit.kind for edit in found.edits]


def asked(drawn: Net, source: str = "vms/a", destination: str = "vms/b", flow: str = "tcp/443") -> Why:
    """Return why, after checking every edit from outside: RFC 6902, no problems, delivered."""
    found = why(drawn.network(), packet(source, destination, flow))
    raw = netcore.dump(drawn.scenario())
    for edit in found.edits:
        after = netcore.load(jsonpatch.apply_patch(raw, edit.patch))
        assert netcore.trace(after, packet(source, destination, flow)).delivered, edit.sentence
    assert len({edit.sentence for edit in found.edits}) == len(found.edits)
    return found


def test_a_delivered_packet_needs_no_edit():
    found = asked(pair())
    assert found.edits == ()
    assert found.verdict.code is None


def test_ip_forwarding_and_guest_forwarding():
    assert kinds(asked(steered().set("nics/fw/ip_forwarding", False)))[0] == "nic.forwarding"
    assert kinds(asked(steered().set("vms/fw/guest/forwarding", False)))[0] == "guest.forwarding"


def test_an_asymmetric_path_past_a_stateful_appliance():
    """SNAT, no sessions, the mirror route, or no detour at all."""
    found = asked(steered(stateful=True))
    assert {"guest.snat", "guest.stateless", "route.table", "route.remove", "route.change"} <= set(
        kinds(found)
    )
    mirror = [edit.sentence for edit in found.edits if edit.kind == "route.table"]
    assert "Give subnet t a route table with a route for 10.0.0.0/24: VirtualAppliance 10.0.2.4." in mirror


def test_a_rule_that_denies():
    """The narrow rule with a free priority below the denying one comes before what opens more."""
    drawn = pair().group("g", "200 in deny tcp * * 22", "199 in allow tcp 10.9.0.0/16 * 22")
    found = asked(drawn.set("subnets/t/security_group", "g"), flow="tcp/22")
    assert kinds(found)[0] == "security.allow"
    assert found.edits[0].sentence.endswith("with priority 198.")
    assert {"security.remove", "security.turn", "security.detach"} <= set(kinds(found))


def test_a_default_rule_that_denies_on_the_way_out():
    drawn = pair().group("g", "4096 out deny * * * *").set("nics/a/security_group", "g")
    found = asked(drawn)
    allowing = [edit.sentence for edit in found.edits if edit.kind == "security.allow"]
    assert allowing[0].endswith("with priority 4095.")


def test_routes_that_discard_or_lead_nowhere():
    dropped = pair().table("t", {"10.0.1.0/24": "None"}).set("subnets/s/route_table", "t")
    assert {"route.remove", "route.change", "route.add", "table.detach"} <= set(kinds(asked(dropped)))
    nowhere = pair().table("t", {"10.0.1.0/24": "10.0.9.9"}).set("subnets/s/route_table", "t")
    assert asked(nowhere).verdict.code == "NH_UNREACHABLE"
    assert "route.change" in kinds(asked(nowhere))


def test_a_stopped_next_hop_is_started_or_avoided():
    found = asked(steered().set("vms/fw/power", "stopped"))
    assert found.verdict.code == "NH_STOPPED"
    assert {"vm.start", "route.remove"} <= set(kinds(found))


def test_a_loop_is_cut():
    """The appliance stands in the subnet whose table points at it (D49)."""
    drawn = pair().table("t", {"10.0.1.0/24": "10.0.0.9"}).set("subnets/s/route_table", "t")
    found = asked(drawn.appliance("fw", "s", "10.0.0.9"))
    assert found.verdict.outcome == "looped"
    assert "table.detach" in kinds(found)


def test_peering_links_and_flags():
    """Networks that are not peered, half a peering, access off, forwarded traffic off."""
    apart = pair().vnet("w", "10.7.0.0/16").subnet("ws", "10.7.0.0/24").vm("c", "ws", "10.7.0.4")
    assert kinds(asked(apart, destination="vms/c")) == ["peering.pair"]
    half = apart.link("v", "w")
    assert "peering.link" in kinds(asked(half, destination="vms/c"))
    closed = half.link("w", "v", allow_access=False)
    assert "peering.access" in kinds(asked(closed, destination="vms/c"))
    assert asked(hubs()).edits == ()
    for name in ("v-hub", "w-hub"):
        found = asked(hubs().set(f"peerings/{name}/allow_forwarded", False))
        opened = [edit.sentence for edit in found.edits if edit.kind == "peering.forwarded"]
        assert opened == [f"Allow forwarded traffic on link {name}."]


def test_gateway_transit_and_propagation():
    """On-premises behind the hub's gateway, from a spoke that does not use it."""
    drawn = net().vnet("hub", "10.9.0.0/16").subnet("GatewaySubnet", "10.9.255.0/27")
    drawn.gateway("gw", "192.168.0.0/16").host("h", "192.168.0.9", gateway="gw")
    drawn.vnet("v", "10.1.0.0/16").subnet("s", "10.1.0.0/24").vm("a", "s", "10.1.0.4")
    drawn.peer("v", "hub")
    assert kinds(asked(drawn, destination="hosts/h"))[0] == "peering.gateway"
    drawn.set("peerings/hub-v/allow_gateway_transit", True)
    assert kinds(asked(drawn, destination="hosts/h"))[0] == "peering.remote"
    drawn.set("peerings/v-hub/use_remote_gateways", True).table("t", propagation=False)
    drawn.set("subnets/s/route_table", "t")
    assert "table.propagation" in kinds(asked(drawn, destination="hosts/h"))


def test_ways_out():
    found = asked(pair(), destination="198.51.100.9")
    assert set(kinds(found)) == {"edge.default", "edge.public_ip", "edge.nat_new"}
    drawn = pair().public("p", "203.0.113.9").nat("n", "p")
    assert "edge.nat" in kinds(asked(drawn, destination="198.51.100.9"))


def test_what_a_guest_believes():
    wrong = pair().set("vms/b/guest/interfaces", {"b": {"address": "10.0.1.77"}})
    assert "guest.dhcp" in kinds(asked(wrong))
    mac = pair().set("vms/b/guest/interfaces", {"b": {"mac": "02:00:00:00:00:01"}})
    assert "guest.mac" in kinds(asked(mac))
    silent = pair().set("vms/b/guest/services", {"ssh": {"protocol": "tcp", "port": 22}})
    assert kinds(asked(silent)) == ["guest.service"]
    alone = pair().set("vms/b/guest/loopback", ["10.0.1.50"])
    assert "nic.address" in kinds(asked(alone, destination="10.0.1.50"))


def test_balancers():
    """No rule for the port; no healthy backend, for nothing answers the probe."""
    drawn = pair().balancer("lb", ["b"], subnet="t", address="10.0.1.100", rules=("tcp/80",), probe=80)
    found = asked(drawn, destination="10.0.1.100")
    assert kinds(found)[0] == "lb.rule"
    drawn.set("vms/b/guest/services", {"other": {"protocol": "tcp", "port": 8080}})
    found = asked(drawn, destination="10.0.1.100", flow="tcp/80")
    assert found.verdict.code == "LB_NO_HEALTHY"
    assert "guest.service" in kinds(found)


def test_effects_on_others_are_told_and_rank():
    """Taking the whole group away opens more than one rule does."""
    drawn = (
        pair().vm("c", "s", "10.0.0.5").group("g", "200 in deny * * * *").set("nics/b/security_group", "g")
    )
    found = asked(drawn)
    narrow = next(edit for edit in found.edits if edit.kind == "security.allow")
    broad = next(edit for edit in found.edits if edit.kind == "security.detach")
    assert len(narrow.opens) < len(broad.opens)
    assert found.edits.index(narrow) < found.edits.index(broad)
    assert "vms/c" in {change.packet.source for change in broad.opens}
    breaking = [edit for edit in found.edits if edit.breaks]
    assert list(found.edits[len(found.edits) - len(breaking) :]) == breaking


def test_the_answer_is_plain_data_and_the_same_each_time():
    drawn = steered(stateful=True)
    one, other = (json.dumps(asked(drawn).as_dict()) for _ in range(2))
    assert one == other
    found = asked(drawn)
    assert 0 < found.asked <= found.total
    assert {edit.kind for edit in found.edits} <= set(REMEDIES)


def test_large_drawings_leave_candidates_out_and_say_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("netcore.checks.why._room", lambda scenario: 3)
    found = why(steered(stateful=True).network(), packet("vms/a", "vms/b"))
    assert found.tried == 3
    assert found.left_out > 0


def test_the_budget_of_steps_leaves_edits_out_and_says_so(monkeypatch: pytest.MonkeyPatch):
    """The same question with ever fewer steps: fewer edits are tried, then fewer are told."""
    whole = asked(steered(stateful=True))
    assert whole.left_out == 0 and len(whole.edits) > 2
    monkeypatch.setattr("netcore.checks.why.STEPS", 600)
    less = asked(steered(stateful=True))
    assert 1 < less.tried < whole.tried
    assert 0 < less.asked < whole.asked <= whole.total
    assert less.tried + less.left_out >= whole.tried
    monkeypatch.setattr("netcore.checks.why.STEPS", 0)
    least = asked(steered(stateful=True))
    assert (least.tried, least.tried + least.left_out, least.asked) == (1, whole.tried, 1)


@pytest.mark.timeout(30)  # with a search per lookup it takes minutes
def test_a_guest_of_many_tunnels_is_looked_at_quickly():
    """300 tunnels, each by way of the next: a table lookup costs the same however long the table is."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("b", "s", "10.0.0.5")
    ends = [f"172.{16 + number // 250}.{number % 250}.1" for number in range(300)]
    tunnels = {
        f"t{number}": {"kind": "vxlan", "remote": remote, "address": f"172.30.{number // 250}.{number % 250}"}
        for number, remote in enumerate([*ends[1:], "10.0.0.5"])
    }
    routes = {f"r{n}": {"prefix": f"{end}/32", "tunnel": f"t{n}"} for n, end in enumerate(ends)}
    network = drawn.vm("a", "s", "10.0.0.4", guest={"tunnels": tunnels, "routes": routes}).network()
    assert len(netcore.guest_view(network, "a").tunnels) == 300


def test_a_question_no_edit_answers():
    """Multicast is carried nowhere."""
    assert asked(pair(), destination="224.0.0.5", flow="udp/5000").edits == ()
    assert ask(pair(), "vms/a", "224.0.0.5", "udp/5000").verdict.code == "MULTICAST"


def test_of_edits_that_do_alike_the_narrower_comes_first():
    """Prefixes of edits that break, open and reroute equally many packets grow wider down the list."""
    narrow, wide = (
        {"op": "add", "path": "/x", "value": {"prefix": text}} for text in ("10.0.1.4/32", "10.0.0.0/16")
    )
    edits = [Edit("routes.add", sentence, (patch,)) for sentence, patch in (("a", wide), ("b", narrow))]
    assert [edit.sentence for edit in sorted(edits, key=_rank)] == ["b", "a"]


def test_where_no_single_edit_helps_the_best_says_how_far_it_got():
    """Two things are wrong: no forwarding in the guest, and the destination's group denies all."""
    drawn = steered(forwarding=False).group("shut", "100 in deny * * * *")
    drawn.set("nics/b/security_group", "shut")
    found = why(drawn.network(), packet("vms/a", "vms/b"))
    assert found.edits == ()
    assert found.best is not None
    assert found.best.verdict.code == "NSG_IN"
    told = found.as_dict()["best"]
    assert told["sentence"] == found.best.sentence
    after = netcore.load(jsonpatch.apply_patch(netcore.dump(drawn.scenario()), told["patch"]))
    assert netcore.trace(after, packet("vms/a", "vms/b")).verdict.code == "NSG_IN"

"""Any network without problems has an answer to every question, and the answers hold together."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netcore
from netcore.forwarding.walk import BRANCH_LIMIT, BRANCH_STEPS
from netcore.profiles import PROFILES
from netcore.trace.model import Outcome
from tests.conftest import ROOT
from tests.netcore.ask import ask, packet
from tests.netcore.build import Net, net
from tests.properties.decorations import AT, VMS, decorated
from tests.properties.networks import DESTINATIONS, PROTOCOLS

quiet = settings(max_examples=25, suppress_health_check=list(HealthCheck))

EXTRA = ("10.0.2.100", "10.0.2.9", "172.20.0.9", "203.0.113.4", "203.0.113.2", "10.0.0.100", "168.63.129.16")
senders = st.sampled_from([f"vms/{vm}" for vm in VMS])
ends = st.tuples(
    senders,
    st.sampled_from((*DESTINATIONS, *EXTRA, *(f"vms/{vm}" for vm in VMS))),
    st.sampled_from([f"{protocol}/443" for protocol in PROTOCOLS]),
)


@quiet
@given(decorated(), st.lists(ends, min_size=1, max_size=6), st.sampled_from((None, 1480, 9000)))
def test_every_question_has_an_answer(drawn: Net, asked: list[tuple[str, str, str]], size: int | None):
    """Trace, text, effective routes and rules, guest's view: none raises, each packet has one verdict."""
    scenario = drawn.scenario()
    network = netcore.compile(scenario)
    for nic in scenario.topology.nics:
        json.dumps([row.as_dict() for row in netcore.effective_routes(network, nic)])
        for side in ("Inbound", "Outbound"):
            json.dumps([rule.as_dict() for rule in netcore.effective_rules(network, nic, side)])
    for vm in scenario.topology.vms:
        json.dumps(netcore.guest_view(network, vm).as_dict())
    for source, destination, flow in asked:
        done = ask(network, source, destination, flow, size_bytes=size)
        assert isinstance(done.verdict.outcome, Outcome)
        json.dumps(done.as_dict())
        assert netcore.explain(done)[-1].text
        for leg in (done.forward, done.back, done.third):
            if leg is not None:
                assert (leg.verdict.code is None) == (leg.verdict.outcome is Outcome.DELIVERED)
                assert (
                    not leg.branches
                    or abs(sum(branch.share for branch in leg.branches) - 1) < 0.01
                    or len(leg.branches) >= BRANCH_LIMIT
                    or sum(len(branch.steps) for branch in leg.branches) >= BRANCH_STEPS
                )
                whole = sum(branch.share for branch in leg.branches) > 0.999999
                assert not leg.branches or whole != ("nothing is told" in leg.verdict.sentence)


@settings(quiet, max_examples=10)
@given(decorated(), ends, st.sampled_from(sorted(PROFILES)))
def test_questions_about_questions_have_answers(drawn: Net, asked: tuple[str, str, str], other: str):
    """Why, diff and first divergence: none raises; what is told is true."""
    scenario = drawn.scenario()
    network = netcore.compile(scenario)
    found = netcore.why(network, packet(*asked))
    json.dumps(found.as_dict())
    assert not found.edits or not found.trace.delivered
    apart = netcore.first_divergence(scenario, packet(*asked), scenario.profile, other)
    json.dumps(apart.as_dict())
    assert apart.same or other != scenario.profile
    same = netcore.diff(network, netcore.compile(drawn.scenario()), [packet(*asked)])
    assert same.changes == ()


@settings(quiet, max_examples=15)
@given(decorated(), ends)
def test_unconnected_networks_with_the_same_addresses_never_meet(drawn: Net, asked: tuple[str, str, str]):
    """A twin of the hub, with the same ranges and addresses and no peering: no packet touches it."""
    before = ask(drawn, *asked)
    drawn.vnet("twin", "10.0.0.0/16")
    zone = drawn.raw["topology"]["subnets"]["hub0"].get("zone")
    for number in range(3):
        drawn.subnet(f"twin{number}", f"10.0.{number}.0/24", **({"zone": zone} if zone else {}))
        drawn.vm(f"t{number}", f"twin{number}", f"10.0.{number}.4")
    if drawn.problems():
        return  # an admin rule or group of all networks may mind the twin
    after = ask(drawn, *asked)
    assert after == before
    twins = {"vnets/twin", *(f"{kind}/t{number}" for kind in ("vms", "nics") for number in range(3))}
    for leg in (after.forward, after.back, after.third):
        assert not twins & {step.at for step in (leg.steps if leg else ())}


@settings(quiet, max_examples=15)
@given(decorated(), ends)
def test_an_unrelated_edit_changes_no_trace(drawn: Net, asked: tuple[str, str, str]):
    before = ask(drawn, *asked)
    drawn.vnet("far", "10.200.0.0/16").table("far-table").group("far-group", "100 in deny * * * *")
    zone = drawn.raw["topology"]["subnets"]["hub0"].get("zone")
    drawn.subnet(
        "far-subnet",
        "10.200.0.0/24",
        table="far-table",
        group="far-group",
        **({"zone": zone} if zone else {}),
    )
    drawn.vm("far-vm", "far-subnet", "10.200.0.4")
    if not drawn.problems():
        assert ask(drawn, *asked) == before


sides, accesses = st.sampled_from(("in", "out")), st.sampled_from(("allow", "deny"))
kinds, who = st.sampled_from(("*", "tcp", "udp")), st.sampled_from(("*", "10.0.0.4", "10.0.0.5"))
ports = st.sampled_from(("*", "443", "1024-65535"))


@st.composite
def filtered(draw: st.DrawFn) -> Net:
    """Return two VMs between random stateful groups: [a] -- (s) -- [b]."""
    profile = draw(st.sampled_from(("azure-2021", "azure-2026")))
    drawn = net(profile).vnet("v", "10.0.0.0/16")
    for key in ("g", "h"):
        rules = [
            f"{priority} {draw(sides)} {draw(accesses)} {draw(kinds)} {draw(who)} {draw(who)} {draw(ports)}"
            for priority in range(100, 100 + draw(st.integers(0, 3)))
        ]
        drawn.group(key, *rules)
    drawn.subnet("s", "10.0.0.0/24", group=draw(st.sampled_from((None, "g", "h"))))
    drawn.vm("a", "s", "10.0.0.4", group=draw(st.sampled_from((None, "g", "h"))))
    return drawn.vm("b", "s", "10.0.0.5", group=draw(st.sampled_from((None, "g", "h"))))


@settings(quiet, max_examples=60)
@given(filtered(), st.sampled_from(("tcp/443", "udp/53", "icmp")))
def test_return_traffic_of_an_allowed_flow_is_allowed(drawn: Net, flow: str):
    done = ask(drawn, "vms/a", "vms/b", flow)
    if done.forward.verdict.outcome is Outcome.DELIVERED:
        assert done.back is not None
        assert done.back.verdict.outcome is Outcome.DELIVERED
    else:
        assert (done.forward.verdict.code or "").startswith("NSG")


@settings(quiet, max_examples=25)
@given(decorated())
def test_load_undoes_dump_of_every_word(drawn: Net):
    scenario = drawn.scenario()
    raw = netcore.dump(scenario)
    assert netcore.load(json.loads(json.dumps(raw))) == scenario


PROGRAM = """
import json, sys
import netcore
raw, asked = json.load(sys.stdin)
network = netcore.compile(netcore.load(raw))
for one in asked:
    packet = netcore.Packet(**one)
    print(json.dumps(netcore.trace(network, packet).as_dict()))
    print(json.dumps(netcore.why(network, packet).as_dict()))
for nic in raw["topology"]["nics"]:
    print(json.dumps([row.as_dict() for row in netcore.effective_routes(network, nic)]))
"""


def test_other_hash_seeds_give_the_same_bytes():
    """Three processes with three seeds: sets and dicts of theirs iterate in other orders."""
    drawn = (
        net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").table("t", {"10.0.1.0/24": "10.0.2.100"})
    )
    drawn.subnet("x", "10.0.1.0/24").subnet("f", "10.0.2.0/24").set("subnets/s/route_table", "t")
    drawn.vm("a", "s", "10.0.0.4").vm("b", "x", "10.0.1.4").group("g", "200 in deny tcp * * 22")
    drawn.appliance("fw1", "f", "10.0.2.4", stateful=True).appliance("fw2", "f", "10.0.2.5")
    drawn.set("subnets/x/security_group", "g").balancer(
        "lb", ["fw1", "fw2"], subnet="f", address="10.0.2.100"
    )
    asked = [packet("vms/a", "vms/b", flow).model_dump(mode="json") for flow in ("tcp/443", "tcp/22", "gre")]
    question = json.dumps([drawn.document(), asked])
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=question,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(answers) == 1
    assert AT["h0"] == "10.0.0.4"

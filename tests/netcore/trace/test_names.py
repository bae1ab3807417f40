"""Sentences call things as people do; paths stay in ``at``.

[web] -- (a) --> outer balancer --> {fw1 | fw2} --> (b) --> [app]
"""

from __future__ import annotations

from typing import Any

from netcore.trace.model import Leg, Trace
from tests.netcore.ask import ask
from tests.netcore.build import Net, net

NAMES = {
    "vms/web": "Web server",
    "vms/fw1": "Appliance 1",
    "vms/fw2": "Appliance 2",
    "vms/app": "Application",
    "nics/web": "Web NIC",
    "nics/fw1": "NIC of appliance 1",
    "nics/fw2": "NIC of appliance 2",
    "nics/app": "App NIC",
    "load_balancers/lb": "Inner balancer",
    "security_groups/g": "Group of servers",
}


def drawn() -> Net:
    """Return the drawing with a name for everything that differs from its id."""
    made = net().vnet("v", "10.0.0.0/16").table("t", {"0.0.0.0/0": "10.0.2.100"}).group("g")
    made.subnet("a", "10.0.0.0/24", table="t").subnet("b", "10.0.1.0/24", table="t").subnet(
        "f", "10.0.2.0/24"
    )
    made.set("route_tables/t/routes/r2", {"prefix": "10.0.1.0/24", "next_hop_type": "VirtualAppliance"})
    made.set("route_tables/t/routes/r2/next_hop_ip", "10.0.2.100")
    made.vm("web", "a", "10.0.0.4", group="g").vm("app", "b", "10.0.1.4")
    made.appliance("fw1", "f", "10.0.2.4").appliance("fw2", "f", "10.0.2.5")
    made.balancer("lb", ["fw1", "fw2"], subnet="f", address="10.0.2.100")
    for path, name in NAMES.items():
        made.set(f"{path}/name", name)
    return made


def sentences(done: Trace) -> list[str]:
    """Return the reasons of all steps, then the sentences of the verdicts."""
    legs = [leg for leg in (done.forward, done.back, done.third) if leg is not None]
    return [step.reason for leg in legs for step in leg.steps] + [leg.verdict.sentence for leg in legs]


def asked(leg: Leg) -> list[tuple[str | None, str]]:
    """Return where MACs were asked for, and in which words."""
    return [(step.at, step.reason) for step in leg.steps if " for the MAC of " in step.reason]


def test_every_place_is_called_by_its_name() -> None:
    done = ask(drawn(), "vms/web", "vms/app")
    text = "\n".join(sentences(done))
    for name in NAMES.values():
        # The hash takes one appliance of two.
        assert name in text or (name[-1] in "12" and f"{name[:-1]}{3 - int(name[-1])}" in text)
    assert "Rule" in text and "of this flow chooses Appliance" in text
    words = {word.strip(".,:;()") for word in text.split()}
    assert not words & {"web", "fw1", "fw2", "app", "lb", "nics/web", "nics/app", "nics/fw1", "nics/fw2"}
    assert {branch.label for branch in done.forward.branches} == {"Appliance 1", "Appliance 2"}
    assert {step.at for step in done.forward.steps} >= {"vms/web", "nics/app", "load_balancers/lb"}


def test_a_drop_names_its_place_as_people_do() -> None:
    lost = drawn().set("load_balancers/lb/pools/pool/members/fw1/admin_state", "down")
    lost.set("load_balancers/lb/pools/pool/members/fw2/admin_state", "down")
    verdict = ask(lost, "vms/web", "vms/app").verdict
    assert (verdict.code, verdict.at) == ("LB_NO_HEALTHY", "load_balancers/lb")
    assert verdict.sentence.startswith("Dropped at balancer Inner balancer: ")


def test_backends_of_one_vm_are_told_apart() -> None:
    """A VM with two NICs in the pool: the id stands behind the name."""
    twice = drawn().nic("fw1-b", "fw1", "f", "10.0.2.6", primary=False, ip_forwarding=True)
    member: dict[str, Any] = {"nic": "fw1-b", "configuration": "ip1"}
    twice.set("load_balancers/lb/pools/pool/members/again", member)
    labels = {branch.label for branch in ask(twice, "vms/web", "vms/app").forward.branches}
    assert labels == {"Appliance 1 (fw1)", "Appliance 1 (again)", "Appliance 2"}


def test_each_guest_asks_for_its_own_next_hop() -> None:
    """The sender asks by its NIC, and so does the appliance on the packet's way out."""
    done = ask(drawn(), "vms/web", "vms/app")
    (one, first), (other, second) = asked(done.forward)
    assert one == "vms/web" and "The guest of Web server asks by NIC Web NIC for the MAC of 10.0.0.1" in first
    assert other in ("vms/fw1", "vms/fw2")
    assert "asks by NIC NIC of appliance" in second and "10.0.2.1" in second


def test_one_question_is_asked_once_on_a_way() -> None:
    """A packet that comes by one appliance twice: its guest knows the neighbour by then."""
    looped = net().vnet("v", "10.0.0.0/16").table("t", {"10.0.1.0/24": "10.0.2.4"})
    looped.subnet("a", "10.0.0.0/24", table="t").subnet("b", "10.0.1.0/24").subnet(
        "f", "10.0.2.0/24", table="t"
    )
    looped.vm("web", "a", "10.0.0.4").vm("app", "b", "10.0.1.4").appliance("fw", "f", "10.0.2.4")
    found = asked(ask(looped, "vms/web", "vms/app").forward)
    assert len(found) == len(set(found))


def test_a_protocol_that_has_no_way_out_is_told_in_words_for_the_way_out() -> None:
    plain = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("a", "s", "10.0.0.4")
    plain.vm("b", "s", "10.0.0.5").host("out", "198.51.100.7")
    near = ask(plain, "vms/a", "vms/b", "gre").verdict
    far = ask(plain, "vms/a", "hosts/out", "gre").verdict
    assert near.code == far.code == "PROTO_BLOCKED"
    assert "Protocol gre is not carried between VMs" in near.sentence
    assert "Protocol gre has no way out to the Internet" in far.sentence
    assert "between VMs" not in far.sentence
    assert far.at == "nics/a"

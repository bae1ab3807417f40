"""A name of a traffic manager as destination: which address an opener is given (reference, M11)."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.errors import NotFound
from netcore.forwarding.walk import establish
from netcore.trace.model import Actor, Outcome, Place
from tests.netcore.build import Net, net

FIRST, SECOND = "203.0.113.10", "203.0.113.20"


def two_regions(**manager: Any) -> Net:
    """A web server with a public address in each of two regions, and a client on the Internet."""
    drawn = net().host("client", "198.51.100.10").group("open", "100 in allow * * * *")
    for number, region in ((1, "westeurope"), (2, "northeurope")):
        drawn.vnet(f"net{number}", f"10.{number}.0.0/16", region=region)
        drawn.subnet(f"app{number}", f"10.{number}.1.0/24", vnet=f"net{number}")
        drawn.vm(f"web{number}", f"app{number}", f"10.{number}.1.4")
        drawn.public(f"pip{number}", f"203.0.113.{number}0")
        drawn.set(f"nics/web{number}/configurations/ip1/public_ip", f"pip{number}")
        drawn.set(f"subnets/app{number}/security_group", "open")
    drawn.set("traffic_managers/site", {"name": "site.example", "endpoints": [FIRST, SECOND], **manager})
    return drawn


def ask(drawn: Net, state: netcore.State | None = None, source: str = "hosts/client") -> netcore.Trace:
    packet = netcore.Packet(source=source, destination="traffic_managers/site", destination_port=443)
    return netcore.trace(drawn.network(), packet, state)


def test_the_preferred_endpoint_is_answered_and_the_first_step_says_so() -> None:
    done = ask(two_regions())
    first = done.forward.steps[0]
    assert (first.place, first.actor, first.at) == (Place.NAME, Actor.FABRIC, "traffic_managers/site")
    assert first.reason == f"DNS answers site.example with {FIRST}: the preferred endpoint that is up."
    assert str(done.packet.destination) == FIRST
    assert done.forward.verdict.outcome is Outcome.DELIVERED
    assert done.forward.verdict.at == "vms/web1"
    assert done.back is not None
    assert done.back.verdict.outcome is Outcome.DELIVERED


def test_an_endpoint_that_is_down_is_left_out() -> None:
    drawn = two_regions().set("vms/web1/power", "stopped")
    assert str(ask(drawn).packet.destination) == SECOND


def test_an_endpoint_that_denies_its_probe_is_left_out() -> None:
    """What a probe meets is asked of forwarding: a security rule takes an endpoint out as a dead VM does."""
    drawn = two_regions().group("shut").set("subnets/app1/security_group", "shut")
    assert str(ask(drawn).packet.destination) == SECOND


def test_with_none_up_it_answers_as_if_all_were() -> None:
    drawn = two_regions().set("vms/web1/power", "stopped").set("vms/web2/power", "stopped")
    done = ask(drawn)
    assert done.forward.steps[0].reason == (
        f"DNS answers site.example with {FIRST}: no endpoint is up, so it answers as if all were."
    )
    assert done.forward.verdict.outcome is Outcome.DROPPED


def test_a_vm_that_has_just_died_is_not_noticed_yet() -> None:
    assert str(ask(two_regions(), netcore.State(down_vms=frozenset({"web1"}))).packet.destination) == FIRST


def test_an_open_connection_keeps_its_address_and_asks_nobody() -> None:
    drawn = two_regions()
    packet = netcore.Packet(source="hosts/client", destination="traffic_managers/site", destination_port=443)
    opened = establish(drawn.network(), packet)
    drawn.set("traffic_managers/site/endpoints", [SECOND, FIRST])
    assert str(ask(drawn).packet.destination) == SECOND
    later = ask(drawn, opened)
    assert str(later.packet.destination) == FIRST
    assert later.forward.steps[0].place is not Place.NAME
    assert later.forward.verdict.outcome is Outcome.DELIVERED


def test_a_vm_asks_as_well() -> None:
    drawn = two_regions().vm("inside", "app2", "10.2.1.9")
    assert ask(drawn, source="vms/inside").forward.steps[0].place is Place.NAME


def test_a_name_that_is_not_there() -> None:
    drawn = two_regions().set("traffic_managers", {})
    with pytest.raises(NotFound, match="no traffic manager site"):
        ask(drawn)

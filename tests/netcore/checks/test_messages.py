"""What a failed check says is in words: names of things, figures with units, and no keys of the engine."""

from __future__ import annotations

import re

import pytest

import netcore
from netcore.checks.grading import figures, places
from netcore.checks.language.timed import FIGURES, Lost
from netcore.document.models import Topology
from tests.conftest import ROOT
from tests.netcore.build import net
from tests.netcore.checks.grade import find

PACKS = sorted((ROOT / "sandbox/classes/packs").glob("lab-*"))
assert PACKS

KEYS = re.compile(
    rf"\b({'|'.join(Topology.model_fields)}|controllers)/"
    r"|\b(new|existing|lost|flows|clocks|phases|calls|stall)\.[a-z]"
    r"|\b[a-z]+_[a-z_]+\b"
    r"|[\[{]['\"]|= [\[{\"]|\[\]|\{\}|\bNone;|\b(True|False|null)\b"
    r"|\bto be \.|\b(azure|aws)-\d{4}\b"
)
"""Paths, fields, figures, plain data and profiles as the engine writes them."""


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name[:6])
def test_no_wrong_solution_is_told_keys(folder) -> None:  # type: ignore[no-untyped-def]
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    pack = netcore.read_pack(files)
    for name in sorted(pack.wrong):
        given = netcore.solution(pack, "wrong", name, 0)
        results = netcore.grade(pack, netcore.handed_in(pack, given, 0), given.answers, 0)
        told = [result.message for result in results if result.message]
        assert told
        assert [message for message in told if KEYS.search(message)] == [], name


def test_every_figure_has_words_and_a_unit() -> None:
    assert set(figures.WORDS) == set(FIGURES)
    assert figures.value("new.p95", 71.88) == "71.9 s" and figures.value("new.p95", None) == "never"
    assert figures.value("new.p50", 0.345) == "0.34 s" and figures.value("lost.p50", 1200) == "1,200 packets"
    assert figures.value("asymmetric", 0.125) == "12.5 %" and figures.value("calls.writes", 18) == "18"


def test_a_figure_says_what_was_asked() -> None:
    race = {"fault": "x", "design": "balancer"}
    bound = Lost.model_validate({"race": race, "figure": "new.p95", "at_most": 20})
    title = next(one.title for one in netcore.all_designs() if one.id == "balancer")
    assert figures.broken(bound, "balancer", 71.88, 100) == (
        f"{title}, new flows, 95 of 100: 71.9 s in 100 trials; at most 20 s was asked."
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nics/web1-nic/ip_forwarding", "IP forwarding of NIC web1-nic"),
        ("vms/web1/guest/forwarding", "forwarding by the guest of VM Shop front"),
        ("nics/web1-nic/configurations/service", "IP configuration service of NIC web1-nic"),
        ("vms/web1/guest/redundancy/heartbeat/peers", "peers of redundancy group heartbeat of VM Shop front"),
        ("route_servers/rs/addresses", "addresses of route server rs"),
        ("vms/web1/zone", "zone of VM Shop front"),
        ("vms/web1", "VM Shop front"),
    ],
)
def test_a_place_is_told_by_the_names_that_people_gave(path: str, words: str) -> None:
    drawn = net().vnet("shop", "10.10.0.0/16").subnet("web", "10.10.1.0/24").vm("web1", "web", "10.10.1.4")
    topology = netcore.load(drawn.set("vms/web1/name", "Shop front").raw).topology
    assert places.place(topology, path) == words


def test_a_property_says_what_it_is_and_what_it_has_to_be() -> None:
    drawn = net().vnet("shop", "10.10.0.0/16").subnet("web", "10.10.1.0/24").vm("web1", "web", "10.10.1.4")
    found = find({"prop": {"path": "nics/*/ip_forwarding", "equals": True}}, drawn)
    nic = next(iter(drawn.raw["topology"]["nics"]))
    assert found.message == f"IP forwarding of NIC {nic}: off. It has to be on."
    found = find({"prop": {"path": "vms/web1/zone", "given": True}}, drawn)
    assert found.message == "Zone of VM web1: none. It has to be given."

"""Variants: the same seed gives the same bytes, and everything of a pack is rewritten alike."""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore.checks.packs.mapping import Mapper, between, mapper, shuffled
from netcore.checks.packs.models import Variants
from netcore.checks.packs.variants import entries, solution
from netcore.document.values import parse_prefix
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import entry, find, pack_of, results

RULES = Variants.model_validate(
    {
        "addresses": [
            {"from": "10.10.0.0/16", "to": ["10.20.0.0/16", "10.30.0.0/16"]},
            {"from": "fd00:1::/48", "to": ["fd00:2::/48", "fd00:3::/48"]},
        ],
        "names": {"fw1": ["left", "fw2"], "fw2": ["right", "fw1"]},
        "parameters": {
            "port": [443, 8443],
            "case": [{"name": "orders", "port": 1433}, {"name": "stock", "port": 5432}],
        },
    }
)
SEEDS = st.integers(0, 2**63 - 1)


def test_seed_0_is_the_pack_as_it_is_written() -> None:
    text = "fw1 at 10.10.1.4 and fd00:1::4, port $port of $case.name"
    assert mapper(RULES, 0).text(text) == "fw1 at 10.10.1.4 and fd00:1::4, port 443 of orders"


def test_addresses_keep_their_host_part_and_others_stay() -> None:
    move = Mapper(((parse_prefix("10.10.0.0/16"), parse_prefix("10.99.0.0/16")),))
    assert (
        move.text("10.10.1.4, 10.10.0.0/16 and 10.10.3.0/24; .4")
        == "10.99.1.4, 10.99.0.0/16 and 10.99.3.0/24; .4"
    )
    assert move.text("10.0.0.0/8 110.10.1.4 10.10.1.400 1.10.10.1.4 v10.10.1.4") == (
        "10.0.0.0/8 110.10.1.4 10.10.1.400 1.10.10.1.4 v10.10.1.4"
    )
    six = Mapper(((parse_prefix("fd00:1::/48"), parse_prefix("fd00:9::/48")),))
    assert six.text("fd00:1::4/64 fd00:1:0:7::1 00:0d:3a:00:00:01 12:30") == (
        "fd00:9::4/64 fd00:9:0:7::1 00:0d:3a:00:00:01 12:30"
    )


def test_names_are_whole_words_and_may_change_places() -> None:
    swap = Mapper(names={"fw1": "fw2", "fw2": "fw1"})
    assert (
        swap.text("vms/fw1, fw2-nic, fw10, my_fw1 and **fw1**.")
        == "vms/fw2, fw1-nic, fw10, my_fw1 and **fw2**."
    )
    assert swap.data({"vms/fw1/power": ["fw2"]}) == {"vms/fw2/power": ["fw1"]}


def test_a_value_that_is_one_parameter_keeps_its_type() -> None:
    made = mapper(RULES, 0)
    assert made.data({"port": "$port", "text": "tcp/$port", "other": "$cash", "deep": "$case.port"}) == {
        "port": 443,
        "text": "tcp/443",
        "other": "$cash",
        "deep": 1433,
    }


@given(SEEDS)
def test_no_two_names_become_one(seed: int) -> None:
    made = mapper(RULES, seed)
    assert len({made.text(name) for name in RULES.names}) == len(RULES.names)


@given(SEEDS, SEEDS, st.sampled_from(["fw1 10.10.7.9", "fd00:1::7 fw2", "nothing 192.0.2.1"]))
def test_from_one_variant_to_another_and_back(one: int, other: int, text: str) -> None:
    there = between(RULES, one, other)
    back = between(RULES, other, one)
    mine = mapper(RULES, one).text(text)
    assert there.text(mine) == mapper(RULES, other).text(text)
    assert back.text(there.text(mine)) == mine


def shop() -> Net:
    """[fw1], [fw2] in one subnet."""
    return (
        net()
        .vnet("v", "10.10.0.0/16")
        .subnet("s", "10.10.1.0/24")
        .vm("fw1", "s", "10.10.1.4")
        .vm("fw2", "s", "10.10.1.5")
    )


def tried() -> netcore.Pack:
    about = {"variants": RULES.model_dump(mode="json", by_alias=True)}
    check = {"delivers": {"from": "fw1", "to": "10.10.1.5", "port": "$port"}}
    return pack_of(
        shop(),
        [entry("works", check, 50), entry("seeds", {"forall": {"seeds": 4, "check": check}}, 50)],
        about=about,
        reference={"answers": {"works": "10.10.1.5 of fw2"}},
        text="fw1 has 10.10.1.4; ask for $case.name.\n",
    )


@settings(max_examples=20)
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes_and_a_drawing_that_passes(seed: int) -> None:
    pack = tried()
    one, other = (json.dumps(netcore.variant(pack, seed).as_dict()) for _ in range(2))
    assert one == other
    assert netcore.read(netcore.variant(pack, seed).document).runnable
    assert {one.state for one in results(pack, seed=seed).values()} == {"passed"}


def test_text_checks_and_solutions_are_rewritten_alike() -> None:
    pack = tried()
    seed = next(seed for seed in range(1, 50) if "8443" in str(entries(pack, seed)[0].check))
    made = netcore.variant(pack, seed)
    topology = made.document["topology"]
    first = next(key for key in topology["vms"] if key in made.text)
    address = topology["nics"][first]["configurations"]["ip1"]["address"]
    assert f"{first} has {address}; ask for " in made.text
    other = next(key for key in topology["vms"] if key != first)
    far = topology["nics"][other]["configurations"]["ip1"]["address"]
    assert solution(pack, "reference", "good", seed).answers == {"works": f"{far} of {other}"}
    assert entries(pack, seed)[0].check.part.flows[0].to == far


def test_variants_share_nothing_that_can_be_changed() -> None:
    pack = tried()
    netcore.variant(pack, 0).document["topology"]["vms"].clear()
    assert netcore.variant(pack, 0).document["topology"]["vms"]


def test_the_order_of_resources_differs_and_nothing_else() -> None:
    raw = {"topology": {"vms": {str(number): number for number in range(9)}, "service_tags": {}}}
    orders = {tuple(shuffled(raw, seed)["topology"]["vms"]) for seed in range(1, 9)}
    assert len(orders) > 5
    assert all(shuffled(raw, seed) == raw for seed in range(9))
    assert tuple(shuffled(raw, 0)["topology"]["vms"]) == tuple(raw["topology"]["vms"])


@pytest.mark.parametrize("to", ["10.20.0.0/24", "fd00::/16"])
def test_a_prefix_moves_to_one_of_its_length(to: str) -> None:
    with pytest.raises(ValueError, match="length"):
        Variants.model_validate({"addresses": [{"from": "10.10.0.0/16", "to": [to]}]})
    assert ip_network(to)


def balanced(stateful: bool) -> Net:
    """[a1] -- (app) --> {lb: fw1, fw2} --> (db) -- [b1]; the answer is balanced by its own hash."""
    drawn = (
        net()
        .vnet("v", "10.10.0.0/16")
        .table("out", {"10.10.2.0/24": "10.10.9.100"})
        .table("home", {"10.10.1.0/24": "10.10.9.4" if stateful else "10.10.9.100"})
        .subnet("app", "10.10.1.0/24", table="out")
        .subnet("db", "10.10.2.0/24", table="home")
        .subnet("nva", "10.10.9.0/24")
        .vm("a1", "app", "10.10.1.4")
        .vm("b1", "db", "10.10.2.4")
    )
    for key, address in (("fw1", "10.10.9.4"), ("fw2", "10.10.9.5")):
        drawn.appliance(key, "nva", address, stateful=stateful)
    return drawn.balancer("lb", ["fw1", "fw2"], subnet="nva", address="10.10.9.100", probe=80)


def lucky(drawn: Net) -> dict[str, Any]:
    """Return the results of a check of one flow, for one seed and for many."""
    check = {"delivers": "a1 -> b1 tcp/443"}
    about = {"variants": {"addresses": [{"from": "10.10.0.0/16", "to": ["10.20.0.0/16", "10.30.0.0/16"]}]}}
    pack = pack_of(drawn, [entry("many", {"forall": {"seeds": 12, "check": check}}, 100)], about=about)
    return results(pack)


def test_forall_tries_other_addresses_orders_and_ports() -> None:
    assert lucky(balanced(stateful=False))["many"].state == "passed"
    by_luck = balanced(stateful=True)
    assert find({"delivers": "a1 -> b1 tcp/443"}, by_luck).passed, (
        "this one flow falls on the right appliance"
    )
    assert lucky(by_luck)["many"].state == "failed"

"""Rules that never decide at one NIC: taken by earlier ones of their set, or never asked about."""

from __future__ import annotations

from ipaddress import ip_address
from itertools import product
from random import Random

import pytest

from netcore import Direction, shadowed_at
from netcore.control.rules import RuleAccess
from netcore.errors import NotFound
from tests.netcore.build import Net, net


def wired(subnet: tuple[str, ...] = (), nic: tuple[str, ...] = ()) -> Net:
    """[a, b] in one subnet under group ``s``; the NIC of b has group ``n``."""
    drawn = net().vnet("v", "10.0.0.0/16").group("s", *subnet).group("n", *nic).subnet("x", "10.0.0.0/24")
    drawn.vm("a", "x", "10.0.0.4").vm("b", "x", "10.0.0.5")
    return drawn.set("subnets/x/security_group", "s").set("nics/b/security_group", "n")


def hidden(drawn: Net, direction: Direction = Direction.INBOUND) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the drawn rules that never decide at b."""
    return {
        (where, ref.rpartition("/")[2]): tuple(one.rpartition("/")[2] for one in by)
        for (where, ref), by in shadowed_at(drawn.network(), "b", direction).items()
        if "/default_rules/" not in ref
    }


def test_a_rule_behind_wider_ones_never_decides():
    found = hidden(
        wired(
            nic=(
                "100 in allow tcp 10.0.0.4 * 80",
                "110 in allow tcp * * 81-90",
                "120 in deny tcp 10.0.0.4 * 80-85",
            )
        )
    )
    assert found == {("nic", "in-120"): ("in-100", "in-110")}


def test_what_the_subnet_denies_the_group_of_the_nic_is_never_asked_about():
    subnet = ("100 in deny tcp * * 22",)
    found = hidden(wired(subnet, ("100 in allow tcp 10.0.0.4 * 22", "110 in allow tcp 10.0.0.4 * 22-23")))
    assert found == {("nic", "in-100"): ("in-100",)}


def test_the_built_in_rule_of_the_subnet_stands_before_the_nic_too():
    found = hidden(wired(nic=("100 in allow tcp Internet * 443",)))
    assert found == {("nic", "in-100"): ("DenyAllInBound",)}
    opened = wired(("100 in allow tcp Internet * 443",), ("100 in allow tcp Internet * 443",))
    assert hidden(opened) == {}


def test_outbound_the_nic_is_asked_first():
    found = hidden(wired(("100 out allow tcp * * 22",), ("100 out deny tcp * * 22",)), Direction.OUTBOUND)
    assert found == {("subnet", "out-100"): ("out-100",)}


def test_a_nic_that_is_not_there_is_named():
    with pytest.raises(NotFound, match="ghost"):
        shadowed_at(wired().network(), "ghost", Direction.INBOUND)


@pytest.mark.parametrize("seed", range(12))
def test_no_header_decides_by_a_shadowed_rule_and_some_header_by_every_other(seed: int):
    draw = Random(seed)
    ends = ("*", "10.0.0.4", "10.0.0.0/24", "10.0.0.0/30", "Internet", "VirtualNetwork")
    ports = ("*", "1", "2", "1-2", "2-3")

    def rules() -> tuple[str, ...]:
        return tuple(
            f"{100 + 10 * number} in {draw.choice(('allow', 'deny'))} {draw.choice(('tcp', 'udp', '*'))} "
            f"{draw.choice(ends)} {draw.choice(('*', '10.0.0.5'))} {draw.choice(ports)}"
            for number in range(draw.randint(1, 5))
        )

    network = wired(rules(), rules()).network()
    sets = network.rules("b", Direction.INBOUND)
    deciding: set[tuple[str, str]] = set()
    # One address for each way of being named by the ends above; the destinations with and without b's own.
    sources = [
        ip_address(text)
        for text in ("10.0.0.4", "10.0.0.1", "10.0.0.9", "10.0.1.1", "198.51.100.1", "168.63.129.16")
    ]
    for source, target, protocol, port in product(
        sources, ("10.0.0.5", "10.0.0.9", "198.51.100.9"), (6, 17, 1), (0, 1, 2, 3, 4)
    ):
        for rules_of in sets:
            rule = rules_of.first_match(
                protocol, source, 0 if protocol == 1 else 9, ip_address(target), 0 if protocol == 1 else port
            )
            assert rule is not None
            deciding.add((rules_of.where, rule.ref))
            if rule.access is not RuleAccess.ALLOW:
                break
    never = shadowed_at(network, "b", Direction.INBOUND)
    assert not deciding & set(never)
    drawn = {(one.where, rule.ref) for one in sets for rule in one.rules if not rule.default}
    assert drawn - deciding <= set(never)

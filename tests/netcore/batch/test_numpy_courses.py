"""Where packets end is known beforehand in the numpy kernel too, and as the walk has it."""

from __future__ import annotations

import numpy as np
import pytest

import netcore
from netcore.batch import kernel_numpy
from netcore.batch.answers import answer_of
from netcore.batch.forward import forward
from netcore.batch.numpy_courses import PIECE
from netcore.batch.numpy_lookups import Rows, Spot, chosen, either, mixed
from netcore.batch.pages import Pager
from netcore.forwarding.hashing import mix
from netcore.forwarding.walk import follow
from tests.netcore.ask import packet
from tests.netcore.batch.test_relays import asked, chained
from tests.netcore.build import net


def check(network: netcore.Network, packets: list[netcore.Packet], monkeypatch: pytest.MonkeyPatch) -> int:
    """Compare answers with the walk, there and back and one way; return how many were not known so."""
    compiled = netcore.compile_network(network)
    given, left = netcore.packets_of(compiled, packets), []
    others = kernel_numpy._chunk
    monkeypatch.setattr(
        kernel_numpy, "_chunk", lambda t, *rest: (left.append(len(rest[1])), others(t, *rest))
    )
    both, one = (forward(compiled, given, engine="numpy", back=back) for back in (True, False))
    for row, each in enumerate(packets):
        walked = answer_of(follow(network, each))
        assert both.answer(row) == walked, each
        assert one.answer(row).forward == walked.forward, each
    return left[0] if left else 0


def test_most_packets_between_usual_vms_are_known(monkeypatch):
    there = ("10.2.0.4", "10.2.0.5", "224.0.0.5")
    packets = [each for each in asked() if each.source in ("vms/a4", "vms/a5") and each.destination in there]
    left = check(chained().network(), packets, monkeypatch)
    assert left == sum(each.destination_port == 4791 for each in packets) > 0


@pytest.mark.parametrize("seed", range(16))
def test_random_routes_rules_and_peerings(seed: int, monkeypatch):
    check(chained(seed).network(), asked(), monkeypatch)


def test_rules_of_both_families(monkeypatch):
    made = net().group("some", "100 in allow tcp fd00:0:0:1::/64 * 443", "200 in deny * * * *")
    many = [f"{number} in deny udp * * {number}" for number in range(100, 180)]
    made.group("long", *many, "3000 in allow * * * *", "100 out deny icmp * * *")
    made.vnet("v", "10.0.0.0/16", "fd00::/48")
    for number, (key, group) in enumerate(
        (("a", "long"), ("b", "some"), ("c", "long"), ("d", None)), start=1
    ):
        made.subnet(key, f"10.0.{number}.0/24", f"fd00:0:0:{number}::/64", group=group)
        made.vm(key, key, f"10.0.{number}.4", f"fd00:0:0:{number}::4")
    there = [f"10.0.{number}.4" for number in range(1, 6)] + [
        f"fd00:0:0:{number}::4" for number in range(1, 6)
    ]
    packets = [
        packet(f"vms/{vm}", to, flow)
        for vm in "abcd"
        for to in (*there, "192.0.2.1", "224.0.0.5", "2001:db8::1", "ff02::1")
        for flow in ("tcp/443", "udp/179", "udp/53", "udp/67", "icmp", "gre")
    ]
    check(made.network(), packets, monkeypatch)


def test_pieces_and_threads_change_nothing():
    network = chained().network()
    compiled = netcore.compile_network(network)
    given = netcore.packets_of(compiled, asked())
    many = given.take(np.arange(2 * PIECE + 77) % len(given))
    alone, together = (forward(compiled, many, engine="numpy", threads=threads) for threads in (1, 2))
    few = forward(compiled, given, engine="numpy")
    rows = np.arange(len(many)) % len(given)
    for name in ("outcome", "code", "at", "hops", "way"):
        for leg in ("forward", "back", "third"):
            said = getattr(getattr(alone, leg), name)
            assert np.array_equal(said, getattr(getattr(together, leg), name))
            assert np.array_equal(said, getattr(getattr(few, leg), name)[rows])


def test_no_packets():
    compiled = netcore.compile_network(chained().network())
    assert len(forward(compiled, netcore.packets_of(compiled, []), engine="numpy")) == 0


def test_either_is_where():
    luck = np.random.default_rng(1)
    which = luck.random(50) < 0.5
    for kind in (np.int64, np.uint64, np.uint8):
        one, other = luck.integers(0, 200, (2, 50)).astype(kind)
        found = either(which, one, other)
        assert found.dtype == kind
        assert np.array_equal(found, np.where(which, one, other))
    assert either(which, np.full(50, -1), np.full(50, 7)).tolist() == np.where(which, -1, 7).tolist()


def test_the_highest_hash_is_chosen_and_the_first_of_equals():
    luck = np.random.default_rng(2)
    choosers = luck.integers(0, 2**63, 20).astype(np.uint64)
    choosers[7] = choosers[5]
    start, count = np.array([0, 3, 4, 9, 12, 19] * 50), np.array([3, 1, 5, 0, 8, 1] * 50)
    seeds = luck.integers(0, 2**63, len(start)).astype(np.uint64)
    with np.errstate(over="ignore"):
        found = chosen(choosers, start, count, seeds).tolist()
        assert mixed(seeds).tolist() == [mix(seed) for seed in seeds.tolist()]
    for place, first, size, seed in zip(found, start.tolist(), count.tolist(), seeds.tolist(), strict=True):
        scores = [mix(seed ^ int(choosers[first + step])) for step in range(size)]
        assert place == first + (scores.index(max(scores)) if scores else 0)


def test_rows_in_pages_say_what_the_table_says():
    luck = np.random.default_rng(3)
    table = luck.integers(0, 5, (6, 300)).astype(np.uint16)
    pager = Pager(300)
    for row in table:
        pager.row(row)
    asks, column = luck.integers(0, 4, 100), luck.integers(0, 300, 100)
    mine = np.array([5, 0, 3, 3])
    found = Rows.of(pager.made(), mine).at(asks, Spot.of(column))
    assert np.array_equal(found, table[mine[asks], column])

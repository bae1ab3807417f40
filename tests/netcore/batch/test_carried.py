"""A peering that carries forwarded packets no longer: no table is made anew, and what crosses it is lost.

[left] -- (east) -- peering -- (hub {nva}) -- peering -- (west) -- [right]
"""

from __future__ import annotations

import netcore
from netcore.batch.compile import Compiled
from netcore.batch.update import updated
from netcore.control.network import Network
from tests.netcore.build import Net, net


def drawn(*, forwarded: bool) -> Net:
    there = {"allow_forwarded": True}
    made = net().vnet("hub", "10.0.0.0/16").subnet("dmz", "10.0.0.0/24")
    made.appliance("nva", "dmz", "10.0.0.4")
    for number, (spoke, vm) in enumerate((("east", "left"), ("west", "right")), start=1):
        made.table(f"by-{spoke}", {"10.0.0.0/8": "10.0.0.4"})
        made.vnet(spoke, f"10.{number}.0.0/16").subnet(
            f"{spoke}1", f"10.{number}.0.0/24", table=f"by-{spoke}"
        )
        made.vm(vm, f"{spoke}1", f"10.{number}.0.4")
        made.peer("hub", spoke, {"allow_forwarded": forwarded or spoke == "east"}, **there)
    return made


def test_no_table_is_made_anew() -> None:
    before = Compiled(drawn(forwarded=True).network())
    made = updated(before, Network(drawn(forwarded=False).scenario()))
    assert made is not None
    assert made[0].routes.paged is before.routes.paged
    assert made[1].carried.any()
    assert not made[1].cells.any()


def test_only_what_is_forwarded_is_lost() -> None:
    before, after = drawn(forwarded=True).network(), drawn(forwarded=False).network()
    quick, slow = netcore.difference(before, after), netcore.difference(before, Compiled(after))
    assert (quick.updated, slow.updated) == (True, False)
    for found in (quick, slow):
        pairs = {
            (sender, to)
            for change in found.of(netcore.Effect.CLOSED) + found.of(netcore.Effect.ANSWER_LOST)
            for block in change.blocks
            for sender in block.senders
            for to, _ in block.receivers
        }
        assert {pair for pair in pairs if "internet" not in pair} == {
            ("vms/left", "vms/right"),
            ("vms/right", "vms/left"),
        }

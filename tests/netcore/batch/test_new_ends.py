"""A VM that is new has opened flows; that others of it fail is no news, for they never came about."""

from __future__ import annotations

import netcore
from netcore.trace.effects import Effect
from tests.netcore.build import net


def test_a_vm_that_comes_or_goes_fails_no_other_way_than_before() -> None:
    def drawn(*vms: str) -> netcore.Network:
        made = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vnet("w", "10.1.0.0/16")
        made.subnet("t", "10.1.0.0/24")
        for number, vm in enumerate(vms):
            made.vm(vm, "t" if vm == "far" else "s", f"10.{int(vm == 'far')}.0.{4 + number}")
        return made.network()

    some, more = drawn("a", "far"), drawn("a", "far", "b")
    for before, after, effect in ((some, more, Effect.OPENED), (more, some, Effect.CLOSED)):
        found = netcore.difference(before, after)
        assert {each for change in found.changes for each in change.effects} == {effect}

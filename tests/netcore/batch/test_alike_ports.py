"""Ports that fare alike are asked once, and told with their own runs."""

from __future__ import annotations

from typing import Any

import netcore

RULES: dict[str, Any] = {
    "twice": {"destination_ports": ["22", "8000-8080"], "access": "Deny", "priority": 300},
    "shut": {"destination_ports": ["30", "8050-9000"], "access": "Deny", "priority": 200},
}


def drawn(*names: str) -> netcore.Scenario:
    rules = {name: {"direction": "Inbound", "protocol": "tcp", **RULES[name]} for name in names}
    nics = {
        vm: {
            "name": vm,
            "vm": vm,
            "subnet": "s",
            "configurations": {"one": {"address": address, "primary": True}},
        }
        for vm, address in (("a", "10.0.0.4"), ("b", "10.0.0.5"))
    }
    nics["b"]["security_group"] = "g"
    return netcore.load(
        {
            "schema": 1,
            "name": "two VMs",
            "topology": {
                "vnets": {"v": {"name": "v", "address_space": ["10.0.0.0/16"]}},
                "subnets": {"s": {"name": "s", "vnet": "v", "prefixes": ["10.0.0.0/24"]}},
                "vms": {"a": {"name": "a"}, "b": {"name": "b"}},
                "nics": nics,
                "security_groups": {"g": {"name": "g", "rules": rules}},
            },
        }
    )


def test_runs_apart_are_one_change_with_their_own_ports() -> None:
    before, after = drawn("shut"), drawn("shut", "twice")
    quick, slow = (netcore.difference(before, each) for each in (after, netcore.compile_network(after)))
    assert (quick.updated, slow.updated) == (True, False)
    assert quick.asked < 4
    for found in (quick, slow):
        closed = [change.ports for change in found.of(netcore.Effect.CLOSED) if change.protocol == "tcp"]
        assert closed == [((22, 22), (8000, 8049))]


def test_what_was_shut_before_is_no_change() -> None:
    found = netcore.difference(drawn("shut", "twice"), drawn("twice"))
    opened = [change.ports for change in found.of(netcore.Effect.OPENED) if change.protocol == "tcp"]
    assert opened == [((30, 30), (8081, 9000))]

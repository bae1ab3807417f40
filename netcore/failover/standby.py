"""Who takes over from whom."""

from __future__ import annotations

from netcore.document.models import Power, Scenario
from netcore.errors import NotModelled
from netcore.words import say


def standby_of(scenario: Scenario, vm: str) -> str:
    """Return the VM that takes over from another: the next running one of its balancer pool.

    Without a pool: the first running VM in the order of ids whose guest forwards as this one's does, with a
    NIC in each of its subnets.

    Raises:
        NotModelled: there is none.
    """
    topology = scenario.topology
    for _, balancer in sorted(topology.load_balancers.items()):
        for _, pool in sorted(balancer.pools.items()):
            order = [
                nic.vm
                for _, member in sorted(pool.members.items())
                if (nic := topology.nics.get(member.nic)) and nic.vm
            ]
            if vm in order:
                place = order.index(vm)
                for other in order[place + 1 :] + order[:place]:
                    if other != vm and topology.vms[other].power is Power.RUNNING:
                        return other
    subnets = {nic.subnet for nic in topology.nics.values() if nic.vm == vm}
    forwards = topology.vms[vm].guest.forwarding
    for other, machine in sorted(topology.vms.items()):
        if other == vm or machine.power is not Power.RUNNING or machine.guest.forwarding != forwards:
            continue
        if subnets and subnets <= {nic.subnet for nic in topology.nics.values() if nic.vm == other}:
            return other
    raise NotModelled(
        say(
            "Nobody can take over from {name}: no other running VM is in its place.",
            name=topology.vms[vm].name,
        )
    )

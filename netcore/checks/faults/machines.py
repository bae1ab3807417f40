"""Faults of VMs, their guests and NICs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from netcore.checks.faults.fault import Fault, added, changed, removed
from netcore.document.guests import BgpNeighbour
from netcore.document.models import Power, Topology, VirtualMachine
from netcore.document.values import Address, Network
from netcore.words import say


def free_addresses(topology: Topology, subnet: str) -> Iterator[Address]:
    """Yield the addresses of a subnet that the platform gives out and nothing has (fact A1), lowest first."""
    taken = {one.address for nic in topology.nics.values() for one in nic.configurations.values()}
    for balancer in topology.load_balancers.values():
        taken |= {front.address for front in balancer.frontends.values() if front.address is not None}
    taken |= {one.address for one in topology.private_endpoints.values()}
    prefixes: tuple[Network, ...] = topology.subnets[subnet].prefixes if subnet in topology.subnets else ()
    for prefix in prefixes:
        for number in range(4, min(prefix.num_addresses - 1, 300)):
            if prefix[number] not in taken:
                yield prefix[number]


def flag_lost(topology: Topology) -> Iterator[Fault]:
    """IP forwarding is off at the NIC of an appliance, as after a rebuilt or moved NIC (facts E2, E3)."""
    for key, nic in topology.nics.items():
        if nic.ip_forwarding:
            at, words = f"nics/{key}", say("IP forwarding is off at {name}.", name=nic.name)
            edit = changed(f"{at}/ip_forwarding", True, False)
            yield Fault(
                "flag-lost", at, words, say("Switch IP forwarding on at {name}.", name=nic.name), *edit
            )


def guest_flag_lost(topology: Topology) -> Iterator[Fault]:
    """The guest of an appliance forwards no more, as after a restart without a saved setting."""
    for key, vm in topology.vms.items():
        if vm.guest.forwarding:
            at, words = f"vms/{key}", say("The guest of {name} does not forward.", name=vm.name)
            edit = changed(f"{at}/guest/forwarding", True, False)
            yield Fault("guest-flag-lost", at, words, say("Let {name} forward.", name=vm.name), *edit)


def stopped(topology: Topology) -> Iterator[Fault]:
    """A VM was stopped and nobody started it again (fact A9)."""
    for key, vm in topology.vms.items():
        if vm.power is Power.RUNNING:
            edit = changed(f"vms/{key}/power", Power.RUNNING, Power.STOPPED)
            yield Fault(
                "stopped",
                f"vms/{key}",
                say("{name} is stopped.", name=vm.name),
                say("Start {name}.", name=vm.name),
                *edit,
            )


def address_typed(topology: Topology) -> Iterator[Fault]:
    """Somebody typed another address into a guest (facts A10, A17)."""
    for key, nic in topology.nics.items():
        vm = topology.vms.get(nic.vm or "")
        free = next(islice(free_addresses(topology, nic.subnet), 40, None), None)
        if vm is None or free is None or key in vm.guest.interfaces or len(nic.configurations) != 1:
            continue
        at = f"vms/{nic.vm}"
        words = say(
            "The guest of {name} has the address {free} typed in, and not the one of its NIC.",
            name=vm.name,
            free=free,
        )
        edit = added(f"{at}/guest/interfaces/{key}", {"address": str(free)})
        yield Fault(
            "address-typed", at, words, say("Let {name} take its address by DHCP.", name=vm.name), *edit
        )


def mac_typed(topology: Topology) -> Iterator[Fault]:
    """Somebody typed another MAC into a guest (fact A19)."""
    for key, nic in topology.nics.items():
        vm = topology.vms.get(nic.vm or "")
        if vm is not None and key not in vm.guest.interfaces:
            at, words = (
                f"vms/{nic.vm}",
                say("The guest of {name} sends from a MAC that was typed in.", name=vm.name),
            )
            edit = added(f"{at}/guest/interfaces/{key}", {"mac": "02:00:5e:00:53:01"})
            yield Fault(
                "mac-typed", at, words, say("Let {name} use the MAC of its NIC.", name=vm.name), *edit
            )


def guest_firewall(topology: Topology) -> Iterator[Fault]:
    """A guest's own firewall was switched on and lets nothing in."""
    for key, vm in topology.vms.items():
        if "switched-on" not in vm.guest.firewall and not vm.guest.forwarding:
            at, words = f"vms/{key}", say("The firewall inside {name} lets nothing in.", name=vm.name)
            repair = say("Remove the rule switched-on of the firewall inside {name}.", name=vm.name)
            rule = {"priority": 0, "hook": "input", "access": "Deny"}
            edit = added(f"{at}/guest/firewall/switched-on", rule)
            yield Fault("guest-firewall", at, words, repair, *edit)


def neighbours(topology: Topology) -> Iterator[tuple[str, VirtualMachine, str, BgpNeighbour]]:
    """Yield path and value of each VM that speaks BGP, and of each of its neighbours."""
    for key, vm in topology.vms.items():
        for name, neighbour in (vm.guest.bgp.neighbours if vm.guest.bgp else {}).items():
            yield f"vms/{key}", vm, f"vms/{key}/guest/bgp/neighbours/{name}", neighbour


def neighbour_number(topology: Topology) -> Iterator[Fault]:
    """A BGP neighbour has another AS number in a guest's configuration, so the session does not come up."""
    for at, vm, path, neighbour in neighbours(topology):
        wrong = neighbour.asn + 1
        words = say(
            "{name} has AS number {wrong} for its neighbour {address}.",
            name=vm.name,
            wrong=wrong,
            address=neighbour.address,
        )
        repair = say(
            "Give the neighbour {address} of {name} its AS number {asn}.",
            address=neighbour.address,
            name=vm.name,
            asn=neighbour.asn,
        )
        yield Fault("neighbour-number", at, words, repair, *changed(f"{path}/asn", neighbour.asn, wrong))


def not_announced(topology: Topology) -> Iterator[Fault]:
    """A prefix is no longer announced by the guest that used to."""
    for key, vm in topology.vms.items():
        at = f"vms/{key}"
        for name, told in (vm.guest.bgp.announces if vm.guest.bgp else {}).items():
            words = say("{name} does not announce {prefix}.", name=vm.name, prefix=told.prefix)
            repair = say("Let {name} announce {prefix}.", name=vm.name, prefix=told.prefix)
            edit = removed(f"{at}/guest/bgp/announces/{name}", told)
            yield Fault("not-announced", at, words, repair, *edit)

"""VMs, their guests and their NICs: facts A4, A11, A12, A23, and what they refer to."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.models import NIC, VirtualMachine
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report what is wrong with VMs and NICs, addresses apart."""
    for vm_id, vm in drawing.topology.vms.items():
        _vm(drawing, vm_id)
        _guest(drawing, vm_id, vm)
    for nic_id, nic in drawing.topology.nics.items():
        _nic(drawing, nic_id, nic)


def _vm(drawing: Drawing, vm_id: str) -> None:
    nics = drawing.nics_of_vm.get(vm_id, [])
    if not nics:
        drawing.add(
            "vm-without-nic",
            ("vms", vm_id),
            say("no NIC"),
            say("at least one NIC"),
            say("Add a NIC in a subnet and let it name {vm_id} as its VM.", vm_id=vm_id),
            "A4",
        )
        return
    primary = [nic_id for nic_id in nics if drawing.topology.nics[nic_id].primary]
    if len(nics) > 1 and len(primary) != 1:
        found = (
            say("{count} primary NICs: {primary}", count=len(primary), primary=", ".join(primary))
            if primary
            else say("no primary NIC")
        )
        drawing.add(
            "primary-nic",
            ("vms", vm_id),
            found,
            say("exactly one primary NIC"),
            say("Make one of {nics} primary; it gets the guest's default route.", nics=", ".join(nics)),
            "A23",
        )
    vnets = dict.fromkeys(vnet for nic_id in nics if (vnet := drawing.vnet_of_nic(nic_id)) is not None)
    if len(vnets) > 1:
        drawing.add(
            "vm-in-two-vnets",
            ("vms", vm_id),
            say("NICs in {vnets}", vnets=", ".join(vnets)),
            say("all NICs in one virtual network"),
            say("Connect virtual networks by peering, not by a VM."),
            "A11",
        )


def _guest(drawing: Drawing, vm_id: str, vm: VirtualMachine) -> None:
    own = set(drawing.nics_of_vm.get(vm_id, ()))
    path = ("topology", "vms", vm_id, "guest")
    for nic_id in vm.guest.interfaces:
        if nic_id not in own:
            drawing.dangling((*path, "interfaces", nic_id), nic_id, say("NIC of {vm_id}", vm_id=vm_id), own)
    for route_id, route in vm.guest.routes.items():
        if route.nic is not None and route.nic not in own:
            drawing.dangling(
                (*path, "routes", route_id, "nic"), route.nic, say("NIC of {vm_id}", vm_id=vm_id), own
            )
        if route.via is not None and route.via.version != route.prefix.version:
            drawing.report.add(
                "route-mixed-versions",
                (*path, "routes", route_id, "via"),
                route.via,
                say("an IPv{version} address, as the prefix is", version=route.prefix.version),
                say("Use a next hop of the same IP version."),
            )
    for service_id, service in (vm.guest.services or {}).items():
        protocol(drawing, (*path, "services", service_id, "protocol"), service.protocol)
        for number, other in enumerate(service.needs_vms):
            if other not in drawing.topology.vms:
                place = (*path, "services", service_id, "needs_vms", number)
                drawing.dangling(place, other, "VM", drawing.topology.vms)
    for forward_id, forward in vm.guest.port_forwards.items():
        protocol(drawing, (*path, "port_forwards", forward_id, "protocol"), forward.protocol)


def protocol(drawing: Drawing, path: tuple[object, ...], text: str) -> None:
    """Report a protocol number that does not fit into eight bits; ``path`` starts at the document."""
    if text.isdigit() and int(text) > 255:
        drawing.report.add(
            "bad-protocol",
            path,
            text,
            say("a protocol number from 0 to 255"),
            say("Write a name or a smaller number."),
        )


def _nic(drawing: Drawing, nic_id: str, nic: NIC) -> None:
    path = ("nics", nic_id)
    drawing.refer((*path, "vm"), "vms", nic.vm)
    drawing.refer((*path, "subnet"), "subnets", nic.subnet)
    drawing.refer((*path, "security_group"), "security_groups", nic.security_group)
    for key, configuration in nic.configurations.items():
        drawing.refer((*path, "configurations", key, "public_ip"), "public_ips", configuration.public_ip)
    configurations = nic.configurations.values()
    if not any(configuration.address.version == 4 for configuration in configurations):
        drawing.add(
            "nic-without-ipv4",
            (*path, "configurations"),
            say("no IPv4 address"),
            say("at least one IP configuration with an IPv4 address"),
            say("Add an IPv4 address of the subnet; IPv6 comes in addition."),
            "A4",
        )
    if len(nic.configurations) > drawing.addresses.per_nic:
        drawing.add(
            "too-many-addresses",
            (*path, "configurations"),
            say("{count} addresses", count=len(nic.configurations)),
            say("at most {per_nic}", per_nic=drawing.addresses.per_nic),
            say("Spread the addresses over several NICs."),
            "A12",
        )
    for version in (4, 6):
        _primary(drawing, path, nic, version)


def _primary(drawing: Drawing, path: tuple[object, ...], nic: NIC, version: int) -> None:
    """Report a NIC whose guest could not tell which address DHCP hands out (fact A10)."""
    ours = {key: item for key, item in nic.configurations.items() if item.address.version == version}
    primary = [key for key, item in ours.items() if item.primary]
    missing = version == 4 and len(ours) > 1 and not primary
    if missing or len(primary) > 1:
        found = (
            say("{count} primary ones: {primary}", count=len(primary), primary=", ".join(primary))
            if primary
            else say("no primary one")
        )
        drawing.add(
            "primary-configuration",
            (*path, "configurations"),
            found,
            say("exactly one primary IPv{version} configuration", version=version),
            say("The primary address is the one DHCP hands to the guest."),
            "A10",
        )

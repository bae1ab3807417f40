"""Candidate edits of VMs, their guests and their NICs."""

from __future__ import annotations

from collections.abc import Iterator

from netcore.checks.edits.case import Candidate, Case, edit
from netcore.checks.edits.patches import change, free, put, remove
from netcore.document.guests import Guest
from netcore.document.models import VirtualMachine
from netcore.trace.model import Header
from netcore.trace.packet import TCP, UDP, protocol_name

SMALL_MTU = 1350
"""What fits into every tunnel and every path of the fact sheet (facts C8, C9)."""


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield edits of every VM and NIC on the way, of the receiver, and of what stands for a next hop."""
    topology = case.topology
    vms = dict.fromkeys((*case.vms, *_named(case)))
    for vm_id in vms:
        vm = topology.vms[vm_id]
        if vm.power == "stopped":
            yield edit("vm.start", change(f"vms/{vm_id}/power", "running"), vm=vm_id)
        yield from _switches(vm_id, vm)
    for nic_id in case.nics:
        if not topology.nics[nic_id].ip_forwarding:
            yield edit("nic.forwarding", change(f"nics/{nic_id}/ip_forwarding", True), nic=nic_id)
    for vm_id in vms:
        yield from _interfaces(case, vm_id)
        yield from _inside(case, vm_id, topology.vms[vm_id])
        yield from _routes(case, vm_id, topology.vms[vm_id])


def _named(case: Case) -> list[str]:
    """Return the VMs that hold an address the packet or a route on its way names, or that a pool has."""
    topology = case.topology
    addresses = {case.header.destination, case.trace.packet.destination}
    for nic, _ in case.lookups:
        hops = (route.next_hop_ip for route in case.routes_of(nic).values())
        addresses.update(hop for hop in hops if hop is not None)
    nics = [
        nic
        for nic in topology.nics.values()
        if any(found.address in addresses for found in nic.configurations.values())
    ]
    for balancer in case.balancers:
        for pool in topology.load_balancers[balancer].pools.values():
            nics += [
                topology.nics[member.nic] for member in pool.members.values() if member.nic in topology.nics
            ]
    found = [nic.vm for nic in nics if nic.vm is not None and nic.vm in topology.vms]
    holding = [
        vm_id for vm_id, vm in sorted(topology.vms.items()) if case.header.destination in vm.guest.loopback
    ]
    return [*found, *holding]


def _switches(vm_id: str, vm: VirtualMachine) -> Iterator[Candidate]:
    guest = vm.guest
    for field, wanted, kind in (
        ("forwarding", True, "guest.forwarding"),
        ("snat", True, "guest.snat"),
        ("stateful", False, "guest.stateless"),
        ("session_sync", True, "guest.sync"),
        ("policy_routing", True, "guest.policy"),
    ):
        if getattr(guest, field) is not wanted:
            yield edit(kind, change(f"vms/{vm_id}/guest/{field}", wanted), vm=vm_id)


def _interfaces(case: Case, vm_id: str) -> Iterator[Candidate]:
    """Yield what mends the gap between a NIC and what its guest believes."""
    guest = case.topology.vms[vm_id].guest
    for nic_id, nic in sorted(case.topology.nics.items()):
        if nic.vm != vm_id:
            continue
        interface = guest.interfaces.get(nic_id)
        path = f"vms/{vm_id}/guest/interfaces/{nic_id}"
        for address in _wanted_addresses(case):
            if any(found.address == address for found in nic.configurations.values()):
                if interface is None:
                    typed = put(path, {"added": [str(address)]})
                else:
                    typed = change(f"{path}/added", [*map(str, interface.added), str(address)])
                yield edit("guest.address", typed, address=address, vm=vm_id, nic=nic_id)
            elif address in _believed(guest):
                key = free(nic.configurations, "added")
                given = put(f"nics/{nic_id}/configurations/{key}", {"address": str(address)})
                yield edit("nic.address", given, address=address, nic=nic_id)
        if interface is not None and interface.address is not None:
            yield edit("guest.dhcp", change(f"{path}/address", None), vm=vm_id, nic=nic_id)
        if interface is not None and interface.mac is not None:
            yield edit("guest.mac", change(f"{path}/mac", None), vm=vm_id, nic=nic_id)
        if case.code == "MTU":
            typed = put(path, {"mtu": SMALL_MTU})
            small = typed if interface is None else change(f"{path}/mtu", SMALL_MTU)
            yield edit("guest.mtu", small, vm=vm_id, nic=nic_id, mtu=SMALL_MTU)


def _believed(guest: Guest) -> set[object]:
    """Return the addresses somebody typed into a guest."""
    typed = [address for interface in guest.interfaces.values() for address in interface.added]
    typed += [found.address for found in guest.interfaces.values() if found.address is not None]
    return {*guest.loopback, *typed}


def _wanted_addresses(case: Case) -> list[object]:
    """Return addresses that somebody may have to hold: those the packet was sent to and from."""
    if case.code not in ("GUEST_IP_MISMATCH", "NO_SUCH_HOST", "SRC_NOT_OWNED", "DST_NOT_OWNED"):
        return []
    return list(dict.fromkeys((case.header.destination, case.header.source)))


def _inside(case: Case, vm_id: str, vm: VirtualMachine) -> Iterator[Candidate]:
    """Yield edits of services, firewall, loopback and tunnels."""
    guest, header = vm.guest, case.header
    path = f"vms/{vm_id}/guest"
    if case.code == "GUEST_IP_MISMATCH" and header.destination not in guest.loopback:
        addresses = [*map(str, guest.loopback), str(header.destination)]
        yield edit(
            "guest.loopback", change(f"{path}/loopback", addresses), vm=vm_id, address=header.destination
        )
    if guest.services is not None:
        key = free(guest.services, "added")
        protocol, port = _service(header)
        made = put(f"{path}/services/{key}", {"protocol": protocol, "port": port})
        yield edit("guest.service", made, vm=vm_id, service=f"{protocol}/{port}" if port else protocol)
    for rule_id, rule in sorted(guest.firewall.items()):
        if rule.access == "Deny":
            allow = change(f"{path}/firewall/{rule_id}/access", "Allow")
            yield edit("guest.firewall_allow", allow, vm=vm_id, rule=rule_id)
            gone = remove(f"{path}/firewall/{rule_id}")
            yield edit("guest.firewall_remove", gone, vm=vm_id, rule=rule_id)
    keys = {
        tunnel.key
        for other_id, other in case.topology.vms.items()
        if other_id != vm_id
        for tunnel in other.guest.tunnels.values()
    }
    for tunnel_id, tunnel in sorted(guest.tunnels.items()):
        for key_number in sorted(keys - {tunnel.key})[:4]:
            same = change(f"{path}/tunnels/{tunnel_id}/key", key_number)
            yield edit("guest.tunnel_key", same, vm=vm_id, tunnel=tunnel_id, key=key_number)


def _service(header: Header) -> tuple[str, int]:
    return protocol_name(header.protocol), header.destination_port if header.protocol in (TCP, UDP) else 0


def _routes(case: Case, vm_id: str, vm: VirtualMachine) -> Iterator[Candidate]:
    """Yield edits of the guest's own routes, where a guest has several ways to choose from."""
    path = f"vms/{vm_id}/guest/routes"
    for route_id in sorted(vm.guest.routes):
        yield edit("guest.route_remove", remove(f"{path}/{route_id}"), vm=vm_id, route=route_id)
    own = [nic_id for nic_id, nic in sorted(case.topology.nics.items()) if nic.vm == vm_id]
    if len(own) < 2:
        return
    key = free(vm.guest.routes, "added")
    for prefix in case.prefixes_for(case.header.destination):
        for nic_id in own:
            made = put(f"{path}/{key}", {"prefix": str(prefix), "nic": nic_id})
            yield edit("guest.route_add", made, vm=vm_id, prefix=prefix, nic=nic_id)

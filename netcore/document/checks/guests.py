"""What people write into guests: routes, tunnels, redundancy groups, firewalls (facts A17, B6, C8, I18)."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.guests import Guest, GuestFirewallRule, RedundancyGroup, Tunnel
from netcore.document.values import Address
from netcore.words import say

IPV6_LEAST_MTU = 1280
"""Every link with IPv6 carries this much (RFC 8200, section 5)."""


def check(drawing: Drawing) -> None:
    """Report what is wrong inside guests, apart from services and port forwards."""
    for vm_id, vm in drawing.topology.vms.items():
        guest = vm.guest
        if not (guest.tunnels or guest.redundancy or guest.firewall or guest.routes or guest.interfaces):
            continue
        path: tuple[object, ...] = ("topology", "vms", vm_id, "guest")
        nics = drawing.nics_of_vm.get(vm_id, [])
        _interfaces(drawing, path, guest, nics)
        _routes(drawing, path, guest)
        own = _own(drawing, guest, nics)
        for key, tunnel in guest.tunnels.items():
            _tunnel(drawing, (*path, "tunnels", key), tunnel, own)
        for key, group in guest.redundancy.items():
            _group(drawing, (*path, "redundancy", key), vm_id, group, nics)
        for key, rule in guest.firewall.items():
            _rule(drawing, (*path, "firewall", key), rule)


def _own(drawing: Drawing, guest: Guest, nics: list[str]) -> set[Address]:
    """Return every address a guest may hold."""
    given = {
        configuration.address
        for nic_id in nics
        for configuration in drawing.topology.nics[nic_id].configurations.values()
    }
    typed = {address for believed in guest.interfaces.values() for address in believed.added}
    typed |= {believed.address for believed in guest.interfaces.values() if believed.address is not None}
    return given | typed | set(guest.loopback)


def _interfaces(drawing: Drawing, path: tuple[object, ...], guest: Guest, nics: list[str]) -> None:
    for nic_id, believed in guest.interfaces.items():
        if believed.mtu is None or believed.mtu >= IPV6_LEAST_MTU or nic_id not in nics:
            continue
        held = [*drawing.topology.nics[nic_id].configurations.values()]
        if any(configuration.address.version == 6 for configuration in held):
            drawing.report.add(
                "mtu-too-small",
                (*path, "interfaces", nic_id, "mtu"),
                believed.mtu,
                say(
                    "at least {ipv6_least_mtu} bytes, for {nic_id} has an IPv6 address",
                    ipv6_least_mtu=IPV6_LEAST_MTU,
                    nic_id=nic_id,
                ),
                say("Write a larger MTU, or leave it out."),
                "C8",
            )


def _routes(drawing: Drawing, path: tuple[object, ...], guest: Guest) -> None:
    for route_id, route in guest.routes.items():
        at = (*path, "routes", route_id)
        if route.tunnel is None:
            continue
        if route.tunnel not in guest.tunnels:
            drawing.dangling((*at, "tunnel"), route.tunnel, say("tunnel of the guest"), guest.tunnels)
        if route.nic is not None:
            drawing.report.add(
                "route-nic-and-tunnel",
                at,
                say("NIC {nic} and tunnel {tunnel}", nic=route.nic, tunnel=route.tunnel),
                say("a NIC or a tunnel"),
                say("Leave the NIC out: the route to the tunnel's far end chooses it."),
                "I18",
            )


def _tunnel(drawing: Drawing, path: tuple[object, ...], tunnel: Tunnel, own: set[Address]) -> None:
    if tunnel.local is not None and tunnel.local.version != tunnel.remote.version:
        drawing.report.add(
            "tunnel-mixed-versions",
            (*path, "local"),
            tunnel.local,
            say("an IPv{version} address, as the remote one is", version=tunnel.remote.version),
            say("Use two addresses of the same IP version."),
            "I18",
        )
    if tunnel.remote in own or tunnel.remote == tunnel.address:
        drawing.report.add(
            "tunnel-to-itself",
            (*path, "remote"),
            tunnel.remote,
            say("an address of the guest at the far end"),
            say("Write the address of the other VM's NIC."),
            "I18",
        )


def _group(
    drawing: Drawing, path: tuple[object, ...], vm_id: str, group: RedundancyGroup, nics: list[str]
) -> None:
    if group.nic is not None and group.nic not in nics:
        drawing.dangling((*path, "nic"), group.nic, say("NIC of {vm_id}", vm_id=vm_id), set(nics))
    for number, peer in enumerate(group.peers):
        if peer.version != group.address.version:
            drawing.report.add(
                "redundancy-mixed-versions",
                (*path, "peers", number),
                peer,
                say("an IPv{version} address, as the shared one is", version=group.address.version),
                say("Make one group for each IP version."),
                "B6",
            )


def _rule(drawing: Drawing, path: tuple[object, ...], rule: GuestFirewallRule) -> None:
    source, destination = rule.source, rule.destination
    if source is not None and destination is not None and source.version != destination.version:
        drawing.report.add(
            "rule-mixed-versions",
            path,
            say("IPv4 and IPv6 prefixes"),
            say("prefixes of one IP version"),
            say("Make two rules of it, one for each IP version."),
        )
    for number, text in enumerate(rule.destination_ports):
        first, _, last = text.partition("-")
        if text != "*" and not 0 <= int(first) <= int(last or first) <= 65_535:
            drawing.report.add(
                "bad-port-range",
                (*path, "destination_ports", number),
                text,
                say("ports from 0 to 65535, the smaller one first"),
                say("Write one port, or first-last."),
            )

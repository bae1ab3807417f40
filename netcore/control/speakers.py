"""Who speaks BGP with whom: every session that the drawing asks for, and whether it comes up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from netcore.control.bgp import EDGE_ASN, End, Session
from netcore.control.guest_firewall import by_hook, denying
from netcore.control.owners import Owners
from netcore.control.peering import Peerings
from netcore.control.timers import negotiated
from netcore.control.tunnels import Tunnel, Tunnels, gateway_subnet, router_of, subnet_named
from netcore.document.guests import BgpNeighbour, BgpSpeaker
from netcore.document.models import NextHopType, Topology
from netcore.document.outside import Gateway, RouteServer
from netcore.document.values import Address
from netcore.profiles.timing_gateways import PLATFORM_TIMERS
from netcore.trace.model import Header
from netcore.trace.packet import TCP

BGP = 179
"""TCP port of BGP (RFC 4271)."""


class Sessions:
    """Finds all sessions of a drawing.

    Args:
        topology: the drawing.
        peerings: which networks are directly joined.
        owners: who holds an address.
        tunnels: connections that are up.
    """

    def __init__(self, topology: Topology, peerings: Peerings, owners: Owners, tunnels: Tunnels) -> None:
        self._topology = topology
        self._peerings = peerings
        self._owners = owners
        self._tunnels = tunnels
        self._vnets: dict[str, tuple[str, ...]] = {}
        self._held: dict[str, dict[Address, str]] = {}
        for nic_id, nic in sorted(topology.nics.items()):
            subnet = topology.subnets.get(nic.subnet)
            if nic.vm is not None and nic.vm in topology.vms and subnet is not None:
                self._vnets[nic.vm] = (*self._vnets.get(nic.vm, ()), subnet.vnet)
                held = self._held.setdefault(nic.vm, {})
                held.update((item.address, nic_id) for item in nic.configurations.values())

    def all(self) -> tuple[Session, ...]:
        """Return every session that at least one side has configured, in a stable order."""
        found: dict[tuple[object, ...], Session] = {}
        for session in (*self._servers(), *self._connections(), *self._exchanges(), *self._guests()):
            key = tuple(sorted((end.speaker, str(end.address)) for end in session.ends))
            name = session.tunnel.name if session.tunnel is not None else ""
            found.setdefault((*key, name), session)
        return tuple(found[key] for key in sorted(found, key=str))

    # Route servers

    def server_addresses(self, server_id: str) -> tuple[Address, ...]:
        """Return the two addresses of a route server: drawn ones, or the first two assignable (fact I1)."""
        server = self._topology.route_servers[server_id]
        if server.addresses:
            return server.addresses
        subnet = subnet_named(self._topology, server.vnet, "RouteServerSubnet")
        if subnet is None:
            return ()
        prefixes = [p for p in self._topology.subnets[subnet].prefixes if p.version == 4]
        return tuple(prefix[offset] for prefix in prefixes[:1] for offset in (4, 5))

    def _servers(self) -> Iterator[Session]:
        for server_id, server in sorted(self._topology.route_servers.items()):
            for address in self.server_addresses(server_id):
                for _, peer in sorted(server.peers.items()):
                    end = End(f"route_servers/{server_id}", "server", server.asn, address)
                    vm = self._vm_at(server.vnet, peer.address)
                    if vm is None:
                        near = any(peer.address in p for p in self._near(server.vnet))
                        other = End(f"addresses/{peer.address}", "guest", peer.asn, peer.address)
                        yield Session(end, other, "no_speaker" if near else "unreachable")
                        continue
                    speaker = self._topology.vms[vm].guest.bgp
                    neighbour = _neighbour(speaker, address, server.asn)
                    asn = speaker.asn if speaker is not None else peer.asn
                    other = End(f"vms/{vm}", "guest", asn, peer.address, neighbour)
                    reason = "up"
                    if speaker is None:
                        reason = "no_speaker"
                    elif neighbour is None or speaker.asn != peer.asn:
                        reason = "one_sided"
                    elif peer.asn == server.asn:
                        reason = "same_asn"
                    elif not self._vm_runs(vm):
                        reason = "stopped"
                    yield self._timed(Session(end, other, reason), "route-server", speaker)

    # Gateways

    def _connections(self) -> Iterator[Session]:
        topology = self._topology
        seen: set[str] = set()
        for gateway_id, gateway in sorted(topology.gateways.items()):
            for tunnel in self._tunnels.of(gateway_id):
                seen.add(tunnel.connection)
                if not tunnel.bgp:
                    continue
                if tunnel.site:
                    yield self._to_router(gateway_id, gateway, tunnel)
                elif gateway_id < tunnel.far_gateway:
                    yield self._to_gateway(gateway_id, gateway, tunnel)
        for connection_id, connection in sorted(topology.connections.items()):
            if connection_id in seen or not connection.bgp or connection.gateway not in topology.gateways:
                continue
            near = topology.gateways[connection.gateway]
            one = End(f"gateways/{connection.gateway}", "gateway", near.asn, None)
            far = connection.remote_gateway
            if far is not None and far in topology.gateways:
                if any(t.far_gateway == far for t in self._tunnels.of(connection.gateway)):
                    continue
                other = End(f"gateways/{far}", "gateway", topology.gateways[far].asn, None)
            else:
                router = router_of(topology, connection)
                ref = f"sites/{connection.site}" + (f"/routers/{router}" if router else "")
                other = End(ref, "router", 0, None)
            yield Session(one, other, "connection_down")

    def _to_router(self, gateway_id: str, gateway: Gateway, tunnel: Tunnel) -> Session:
        """Return the session of a gateway, or of a circuit's edge, with a site's router (H11, H14)."""
        router = self._topology.sites[tunnel.site].routers.get(tunnel.router)
        speaker = router.bgp if router is not None else None
        circuit = gateway.kind == "expressroute"
        asn = EDGE_ASN if circuit else gateway.asn
        addresses = () if circuit else self._tunnels.addresses(gateway_id)
        address = addresses[tunnel.instance] if tunnel.instance < len(addresses) else None
        if circuit and speaker is not None:
            neighbour = next((n for _, n in sorted(speaker.neighbours.items()) if n.asn == EDGE_ASN), None)
        else:
            neighbour = _neighbour(speaker, address, asn) if address is not None else None
        one = End(f"gateways/{gateway_id}", "gateway", asn, address)
        other = End(
            tunnel.router_ref,
            "router",
            speaker.asn if speaker is not None else 0,
            router.address if router is not None else None,
            neighbour,
        )
        reason = "up"
        if speaker is None:
            reason = "no_speaker"
        elif neighbour is None:
            reason = "one_sided"
        elif speaker.asn == asn:
            reason = "same_asn"
        return self._timed(Session(one, other, reason, tunnel=tunnel), gateway.kind, speaker)

    def _to_gateway(self, gateway_id: str, gateway: Gateway, tunnel: Tunnel) -> Session:
        far = self._topology.gateways[tunnel.far_gateway]
        here = self._tunnels.addresses(gateway_id)
        there = self._tunnels.addresses(tunnel.far_gateway)
        one = End(f"gateways/{gateway_id}", "gateway", gateway.asn, here[tunnel.instance] if here else None)
        other = End(
            f"gateways/{tunnel.far_gateway}",
            "gateway",
            far.asn,
            there[tunnel.far_instance] if there else None,
        )
        reason = "same_asn" if gateway.asn == far.asn else "up"
        return self._timed(Session(one, other, reason, tunnel=tunnel), "vpn", None)

    def _exchanges(self) -> Iterator[Session]:
        """Yield what route servers exchange with gateways of their network (facts I12, H8)."""
        for server_id, server in sorted(self._topology.route_servers.items()):
            if not server.branch_to_branch:
                continue
            addresses = self.server_addresses(server_id)
            for gateway_id, gateway in sorted(self._topology.gateways.items()):
                if gateway.vnet != server.vnet:
                    continue
                one = End(
                    f"route_servers/{server_id}", "server", server.asn, addresses[0] if addresses else None
                )
                own = self._tunnels.addresses(gateway_id)
                other = End(f"gateways/{gateway_id}", "gateway", gateway.asn, own[0] if own else None)
                reason = "up"
                if gateway.kind == "vpn" and (len(gateway.instances) < 2 or gateway.asn != server.asn):
                    reason = "not_active_active"
                elif self._redirected(server, addresses, own):
                    reason = "redirected"
                yield Session(one, other, reason, internal=True, keepalive_s=60, hold_s=180)

    def _redirected(
        self, server: RouteServer, addresses: tuple[Address, ...], gateway: tuple[Address, ...]
    ) -> bool:
        """Return whether the GatewaySubnet's table sends the session to something that drops it (D63).

        Args:
            addresses: of the route server.
            gateway: of the gateway, which opens the session.
        """
        subnet = gateway_subnet(self._topology, server.vnet)
        table_id = self._topology.subnets[subnet].route_table if subnet is not None else None
        table = self._topology.route_tables.get(table_id or "")
        for address in addresses if table is not None else ():
            assert table is not None
            routes = [
                route
                for _, route in sorted(table.routes.items())
                if not isinstance(route.prefix, str) and address in route.prefix
            ]
            ranges = [p for p in self._topology.vnets[server.vnet].address_space if address in p]
            longest = max((p.prefixlen for p in ranges), default=-1)
            best = max(routes, key=lambda r: getattr(r.prefix, "prefixlen", 0), default=None)
            if best is None or getattr(best.prefix, "prefixlen", 0) < longest:
                continue
            if best.next_hop_type is NextHopType.VNET_LOCAL:
                continue
            if best.next_hop_type is not NextHopType.VIRTUAL_APPLIANCE or best.next_hop_ip is None:
                return True
            vm = self._vm_at(server.vnet, best.next_hop_ip)
            if vm is None or not self._passes(vm, best.next_hop_ip, address, gateway):
                return True
        return False

    def _passes(self, vm: str, at: Address, server: Address, gateway: tuple[Address, ...]) -> bool:
        """Return whether an appliance forwards BGP from a gateway to a route server."""
        machine = self._topology.vms[vm]
        nic = self._topology.nics[self._held[vm][at]]
        rules = by_hook(machine.guest).get("forward", ())
        return (
            self._vm_runs(vm)
            and nic.ip_forwarding
            and machine.guest.forwarding
            and not any(
                denying(rules, Header(source=source, destination=server, protocol=TCP, destination_port=BGP))
                for source in gateway
                if source.version == server.version
            )
        )

    # Guests and routers of sites

    def _guests(self) -> Iterator[Session]:
        """Yield the sessions that guests and site routers have configured with each other."""
        for vm_id, vm in sorted(self._topology.vms.items()):
            if vm.guest.bgp is not None:
                for _, neighbour in sorted(vm.guest.bgp.neighbours.items()):
                    session = self._from_guest(vm_id, vm.guest.bgp, neighbour)
                    if session is not None:
                        yield session
        for site_id, site in sorted(self._topology.sites.items()):
            for router_id, router in sorted(site.routers.items()):
                for _, neighbour in sorted(router.bgp.neighbours.items() if router.bgp is not None else ()):
                    session = self._from_router(site_id, router_id, neighbour)
                    if session is not None:
                        yield session

    def _from_guest(self, vm: str, speaker: BgpSpeaker, neighbour: BgpNeighbour) -> Session | None:
        """Return the session a guest wants; None where another side has yielded it."""
        address = neighbour.address
        vnets = self._vnets.get(vm, ())
        one = End(f"vms/{vm}", "guest", speaker.asn, None, neighbour)
        for server_id in sorted(self._topology.route_servers):
            vnet = self._topology.route_servers[server_id].vnet
            if address in self.server_addresses(server_id) and self._joined(vnets, vnet):
                known = self._topology.route_servers[server_id].peers.values()
                if any(peer.address in self._held.get(vm, ()) for peer in known):
                    return None
                other = End(f"route_servers/{server_id}", "server", neighbour.asn, address)
                return Session(one, other, "one_sided")
        inner = self._inside(vm, address)
        if inner is not None:
            return self._with_guest(vm, speaker, neighbour, *inner)
        for vnet in vnets:
            there = self._vm_at(vnet, address)
            if there is not None:
                return self._with_guest(vm, speaker, neighbour, there, None)
        router = self._router_at(vnets, address)
        if router is not None:
            return self._with_router(vm, speaker, neighbour, *router)
        return Session(
            one, End(f"addresses/{address}", "guest", neighbour.asn, address), self._why(vm, address)
        )

    def _with_guest(
        self,
        vm: str,
        speaker: BgpSpeaker,
        neighbour: BgpNeighbour,
        there: str,
        tunnels: tuple[str, str] | None,
    ) -> Session:
        far = self._topology.vms[there].guest.bgp
        back = None
        mine = self._addresses(vm, tunnels[0] if tunnels is not None else None)
        if far is not None:
            candidates = (n for _, n in sorted(far.neighbours.items()) if n.asn == speaker.asn)
            back = next((n for n in candidates if n.address in mine), None)
        one = End(f"vms/{vm}", "guest", speaker.asn, back.address if back is not None else None, neighbour)
        asn = far.asn if far is not None else neighbour.asn
        other = End(f"vms/{there}", "guest", asn, neighbour.address, back)
        reason = "up"
        if far is None:
            reason = "no_speaker"
        elif back is None or far.asn != neighbour.asn:
            reason = "one_sided"
        elif not (self._vm_runs(vm) and self._vm_runs(there)):
            reason = "stopped"
        return _negotiate(Session(one, other, reason, guest_tunnels=tunnels), speaker, far)

    def _with_router(
        self, vm: str, speaker: BgpSpeaker, neighbour: BgpNeighbour, site: str, router_id: str
    ) -> Session:
        router = self._topology.sites[site].routers[router_id]
        far = router.bgp
        back = None
        if far is not None:
            mine = self._held.get(vm, {})
            back = next(
                (n for _, n in sorted(far.neighbours.items()) if n.address in mine and n.asn == speaker.asn),
                None,
            )
        one = End(f"vms/{vm}", "guest", speaker.asn, back.address if back is not None else None, neighbour)
        other = End(f"sites/{site}/routers/{router_id}", "router", neighbour.asn, neighbour.address, back)
        reason = "up"
        if far is None:
            reason = "no_speaker"
        elif back is None or far.asn != neighbour.asn:
            reason = "one_sided"
        elif not self._vm_runs(vm) or router.power != "running":
            reason = "stopped"
        return _negotiate(Session(one, other, reason), speaker, far)

    def _from_router(self, site_id: str, router_id: str, neighbour: BgpNeighbour) -> Session | None:
        """Return the session of a router with another one of its site; gateways and guests yield theirs."""
        site = self._topology.sites[site_id]
        router = site.routers[router_id]
        assert router.bgp is not None
        for other_id, other in sorted(site.routers.items()):
            if other_id == router_id or other.address != neighbour.address:
                continue
            back = _neighbour(other.bgp, router.address, router.bgp.asn)
            one = End(
                f"sites/{site_id}/routers/{router_id}", "router", router.bgp.asn, router.address, neighbour
            )
            far = End(f"sites/{site_id}/routers/{other_id}", "router", neighbour.asn, other.address, back)
            reason = "up"
            if other.bgp is None:
                reason = "no_speaker"
            elif back is None or other.bgp.asn != neighbour.asn:
                reason = "one_sided"
            elif router.power != "running" or other.power != "running":
                reason = "stopped"
            return _negotiate(Session(one, far, reason), router.bgp, other.bgp)
        return None

    # Who is where

    def _vm_at(self, vnet: str, address: Address) -> str | None:
        """Return the VM that holds an address in a virtual network or a directly peered one."""
        owner = self._owners.find(vnet, address)
        if owner is None or owner.kind != "nic":
            return None
        vm = self._topology.nics[owner.nic].vm
        return vm if vm in self._topology.vms else None

    def _inside(self, vm: str, address: Address) -> tuple[str, tuple[str, str]] | None:
        """Return the guest that holds an address inside a tunnel with this one, and both tunnel ids."""
        for near_id, near in sorted(self._topology.vms[vm].guest.tunnels.items()):
            for vnet in self._vnets.get(vm, ()):
                there = self._vm_at(vnet, near.remote)
                if there is None:
                    continue
                for far_id, far in sorted(self._topology.vms[there].guest.tunnels.items()):
                    same = (far.kind, far.key, far.address) == (near.kind, near.key, address)
                    if same and far.remote in self._held.get(vm, {}):
                        return there, (near_id, far_id)
        return None

    def _addresses(self, vm: str, tunnel: str | None) -> set[Address]:
        """Return the addresses under which a guest is known: inside a tunnel, or those of its NICs."""
        if tunnel is None:
            return set(self._held.get(vm, {}))
        inner = self._topology.vms[vm].guest.tunnels[tunnel].address
        return {inner} if inner is not None else set()

    def _router_at(self, vnets: tuple[str, ...], address: Address) -> tuple[str, str] | None:
        """Return the router of a site that a connection of these networks' gateways leads to."""
        for gateway_id, gateway in sorted(self._topology.gateways.items()):
            served = gateway.vnet in vnets or any(
                self._peerings.between(vnet, gateway.vnet).uses_remote_gateway for vnet in vnets
            )
            for tunnel in self._tunnels.of(gateway_id) if served else ():
                router = self._topology.sites[tunnel.site].routers.get(tunnel.router) if tunnel.site else None
                if router is not None and router.address == address:
                    return tunnel.site, tunnel.router
        return None

    def _near(self, vnet: str) -> list[Any]:
        """Return the ranges of a virtual network and of those directly peered with it."""
        ranges = list(self._topology.vnets[vnet].address_space) if vnet in self._topology.vnets else []
        for peering in self._peerings.connected(vnet):
            ranges += peering.prefixes
        return ranges

    def _joined(self, vnets: tuple[str, ...], other: str) -> bool:
        return any(vnet == other or self._peerings.between(vnet, other).connected for vnet in vnets)

    def _why(self, vm: str, address: Address) -> str:
        """Return why nobody at an address answers a guest's BGP (fact H16)."""
        vnets = self._vnets.get(vm, ())
        for gateway_id, gateway in self._topology.gateways.items():
            if address in self._tunnels.addresses(gateway_id) and self._joined(vnets, gateway.vnet):
                return "gateway"
        for subnet in self._topology.subnets.values():
            if subnet.vnet in vnets and any(
                prefix.version == address.version and int(address) == int(prefix.network_address) + 1
                for prefix in subnet.prefixes
            ):
                return "router"
        near = any(address in prefix for vnet in vnets for prefix in self._near(vnet))
        return "no_speaker" if near else "unreachable"

    def _vm_runs(self, vm: str) -> bool:
        return self._topology.vms[vm].power == "running"

    def _timed(
        self,
        session: Session,
        platform: Literal["vpn", "expressroute", "route-server"],
        far: BgpSpeaker | None,
    ) -> Session:
        """Return a session of the platform with the times both agree on (facts I4, H12, H13)."""
        own = PLATFORM_TIMERS[platform]
        keepalive, hold = (own.keepalive_s, own.hold_s) if far is None else (far.keepalive_s, far.hold_s)
        keepalive, hold = max(keepalive, own.keepalive_min_s), max(hold, own.hold_min_s)
        return _with_times(session, *negotiated(own.keepalive_s, own.hold_s, keepalive, hold))


def _neighbour(speaker: BgpSpeaker | None, address: Address, asn: int) -> BgpNeighbour | None:
    """Return how a speaker has a neighbour configured, if it has."""
    if speaker is None:
        return None
    return next(
        (n for _, n in sorted(speaker.neighbours.items()) if (n.address, n.asn) == (address, asn)), None
    )


def _negotiate(session: Session, one: BgpSpeaker, other: BgpSpeaker | None) -> Session:
    if other is None:
        return session
    return _with_times(session, *negotiated(one.keepalive_s, one.hold_s, other.keepalive_s, other.hold_s))


def _with_times(session: Session, keepalive_s: float, hold_s: float) -> Session:
    return replace(session, keepalive_s=keepalive_s, hold_s=hold_s)

"""The compiled network: what the control plane has decided, ready for many packets.

Everything is made when it is first asked for and kept. A ``Network`` never changes, and its scenario has
no problems; ask ``netcore.document`` first.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Mapping
from functools import cached_property
from typing import Final

from netcore.control.announcements import Announcements, BgpRoute, BgpView
from netcore.control.effective import EffectiveRoutes
from netcore.control.gateways import Gateways
from netcore.control.owners import Owner, Owners, PublicOwner, public_owners
from netcore.control.peering import Peerings, PeeringState
from netcore.control.routes import RouteTableView
from netcore.control.rules import EffectiveRules, RuleSet
from netcore.control.sites import Sites
from netcore.control.tags import Tags
from netcore.control.tunnels import Tunnels
from netcore.control.vpc import VpcTables
from netcore.control.vpc_rules import VpcRules
from netcore.document.guests import GuestRoute
from netcore.document.models import NIC, Direction, Scenario, Subnet
from netcore.document.values import Address
from netcore.errors import NotFound
from netcore.profiles import profile as find_profile
from netcore.profiles.model import Profile
from netcore.profiles.switches import switched
from netcore.words import say


class Network:
    """A scenario with its control plane worked out.

    Args:
        scenario: a document without problems.
        profile: which rules hold; None takes the one the document names, with the document's switches.

    Raises:
        NotFound: the document names a profile that does not exist.
    """

    def __init__(self, scenario: Scenario, profile: Profile | None = None) -> None:
        self.scenario = scenario
        self.profile = profile or switched(find_profile(scenario.profile), scenario.switches)
        self._tables: dict[Hashable, RouteTableView] = {}
        self._rules: dict[tuple[str, str | None, Direction], tuple[RuleSet, ...]] = {}

    @cached_property
    def peerings(self) -> Peerings:
        """All peerings by pair of virtual networks."""
        return Peerings(self.scenario.topology, global_transit=self.profile.global_transit)

    @cached_property
    def gateways(self) -> Gateways:
        """The gateways, and what they have learned."""
        return Gateways(self.scenario.topology, self.peerings, self.profile, self.tunnels, lambda: self.bgp)

    def exchanges(self, gateway: str, other: str) -> bool:
        """Return whether a route server tells two gateways each other's routes (facts H8, I12)."""
        with_servers = [
            {end.speaker for end in session.ends}
            for session in self.bgp.sessions
            if session.internal and session.up
        ]
        one = {s for ends in with_servers if f"gateways/{gateway}" in ends for s in ends}
        two = {s for ends in with_servers if f"gateways/{other}" in ends for s in ends}
        return any(speaker.startswith("route_servers/") for speaker in one & two)

    @cached_property
    def tunnels(self) -> Tunnels:
        """The tunnels between gateways, and from gateways to sites."""
        return Tunnels(self.scenario.topology, self.peerings)

    @cached_property
    def sites(self) -> Sites:
        """The places outside the cloud, and what their routers know."""
        return Sites(self.scenario.topology, self.tunnels, lambda: self.bgp)

    @cached_property
    def bgp(self) -> BgpView:
        """All BGP sessions, and what every speaker knows."""
        topology = self.scenario.topology
        return Announcements(topology, self.peerings, self.owners, self.tunnels, self.profile).view()

    @cached_property
    def owners(self) -> Owners:
        """The holders of private addresses."""
        return Owners(self.scenario.topology, self.peerings)

    @cached_property
    def _public(self) -> dict[Address, PublicOwner]:
        return public_owners(self.scenario.topology)

    @cached_property
    def vpc(self) -> VpcTables:
        """The tables of a provider whose networks have none by themselves (facts L7-L10)."""
        return VpcTables(self.scenario, self.profile, self.gateways)

    @cached_property
    def _effective_routes(self) -> EffectiveRoutes | VpcTables:
        if self.profile.routing == "vpc-tables":
            return self.vpc
        return EffectiveRoutes(self.scenario, self.profile, self.peerings, self.gateways)

    @cached_property
    def _effective_rules(self) -> EffectiveRules:
        topology = self.scenario.topology
        tags = Tags(topology, self.peerings, self.gateways, self.subnet_routes)
        lists = self.profile.filtering == "groups-and-lists"
        return (VpcRules if lists else EffectiveRules)(topology, tags, self.profile)

    @cached_property
    def learned_guest_routes(self) -> Mapping[str, tuple[GuestRoute, ...]]:
        """VM id -> routes that the routing daemon of its guest has installed, best first (fact I15)."""
        return {
            vm: tuple(_guest_route(route) for route in self.bgp.chosen(f"vms/{vm}") if _installed(route))
            for vm, drawn in self.scenario.topology.vms.items()
            if drawn.guest.bgp is not None and drawn.power == "running"
        }

    def keep(
        self,
        earlier: Network,
        subnets: Container[str],
        groups: Container[str | None],
        but: Container[str] = (),
    ) -> None:
        """Take over what an earlier network has worked out that differs little.

        Args:
            subnets: whose routes or rules may be others now.
            groups: security groups that say something else now.
            but: what of ``KEPT`` is worked out anew.
        """
        for name in KEPT:
            if name in earlier.__dict__ and name not in but:
                self.__dict__.setdefault(name, earlier.__dict__[name])
        kinds = {
            self._effective_routes.kind(key) for key in self.scenario.topology.subnets if key not in subnets
        }
        for kind in kinds & earlier._tables.keys():
            self._tables.setdefault(kind, earlier._tables[kind])
        for key, rules in earlier._rules.items():
            if key[0] in subnets or key[1] in groups:
                continue
            if self.scenario.topology.subnets[key[0]].security_group not in groups:
                self._rules.setdefault(key, rules)

    def nic(self, nic_id: str) -> NIC:
        """Return a NIC.

        Raises:
            NotFound: the document has no such NIC.
        """
        found = self.scenario.topology.nics.get(nic_id)
        if found is None:
            raise NotFound(say("The document has no NIC {nic_id}.", nic_id=nic_id))
        return found

    def subnet_of(self, nic_id: str) -> Subnet:
        """Return the subnet of a NIC.

        Raises:
            NotFound: no such NIC, or its subnet is not in the document.
        """
        nic = self.nic(nic_id)
        found = self.scenario.topology.subnets.get(nic.subnet)
        if found is None:
            raise NotFound(
                say(
                    "The document has no subnet {subnet}, which NIC {nic_id} names.",
                    subnet=nic.subnet,
                    nic_id=nic_id,
                )
            )
        return found

    def vnet_of(self, nic_id: str) -> str:
        """Return the id of the virtual network a NIC stands in.

        Raises:
            NotFound: no such NIC, or its subnet is not in the document.
        """
        return self.subnet_of(nic_id).vnet

    def routes(self, nic_id: str) -> RouteTableView:
        """Return the effective routes of a NIC. NICs of one subnet share one view.

        Raises:
            NotFound: no such NIC, or its subnet or virtual network is not in the document.
        """
        self._need_vnet(nic_id)
        return self.subnet_routes(self.nic(nic_id).subnet)

    def subnet_routes(self, subnet_id: str) -> RouteTableView:
        """Return the effective routes of every NIC of a subnet; subnets with equal routes share one view."""
        kind = self._effective_routes.kind(subnet_id)
        view = self._tables.get(kind)
        if view is None:
            view = self._tables[kind] = self._effective_routes.view(subnet_id)
        return view

    def table_routes(self, vnet: str, table: str | None) -> RouteTableView:
        """Return the routes of a table as a network sees it; None has local routes only (facts L7, L10)."""
        key = f"{vnet}|{table}"
        view = self._tables.get(key)
        if view is None:
            view = self._tables[key] = RouteTableView(self.vpc.table_rows(vnet, table))
        return view

    def rules(self, nic_id: str, direction: Direction) -> tuple[RuleSet, ...]:
        """Return the security rules in force at a NIC, in evaluation order (facts F1-F4, F14).

        Admin rules first. Inbound: subnet's group, then the NIC's; outbound the other way round. Every group
        must allow; without any group everything is allowed.

        Raises:
            NotFound: no such NIC, or its subnet or virtual network is not in the document.
        """
        nic = self.nic(nic_id)
        key = (nic.subnet, nic.security_group, direction)
        found = self._rules.get(key)
        if found is None:
            self._need_vnet(nic_id)
            found = self._rules[key] = self._effective_rules.at(nic.subnet, nic.security_group, direction)
        return found

    def subnet_rules(self, subnet_id: str, direction: Direction) -> tuple[RuleSet, ...]:
        """Return the rules in force at what stands in a subnet without being a NIC (fact F13)."""
        key = (subnet_id, None, direction)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = self._effective_rules.at(subnet_id, None, direction)
        return found

    def owner(self, vnet: str, address: Address) -> Owner | None:
        """Return who holds a private address in a virtual network or one directly peered with it."""
        return self.owners.find(vnet, address)

    def public_owner(self, address: Address) -> PublicOwner | None:
        """Return who holds a public address."""
        return self._public.get(address)

    def peering(self, vnet: str, remote_vnet: str) -> PeeringState:
        """Return the peering of ``vnet`` with ``remote_vnet``, seen from the first."""
        return self.peerings.between(vnet, remote_vnet)

    def _need_vnet(self, nic_id: str) -> None:
        vnet = self.vnet_of(nic_id)
        if vnet not in self.scenario.topology.vnets:
            raise NotFound(
                say(
                    "The document has no virtual network {vnet}, which NIC {nic_id} stands in.",
                    vnet=vnet,
                    nic_id=nic_id,
                )
            )


PEERED: Final = ("peerings", "gateways", "tunnels", "sites", "bgp", "owners", "learned_guest_routes")
"""What peerings decide."""

KEPT: Final = (*PEERED, "_public")
"""What neither route tables nor security groups decide, where no route server stands."""


def compile(scenario: Scenario, profile: Profile | None = None) -> Network:  # noqa: A001 - the contract's word
    """Return the compiled network of a scenario; lazy, so it costs next to nothing."""
    return Network(scenario, profile)


def _installed(route: BgpRoute) -> bool:
    """Return whether a guest's routing daemon installs a route: the best one, if its next hop resolves."""
    hop = route.next_hop
    return (
        route.state == "best"
        and route.session is not None
        and not route.recursive
        and hop is not None
        and hop.version == route.prefix.version
    )


def _guest_route(route: BgpRoute) -> GuestRoute:
    """Return a learned route as a guest has it: into the tunnel its neighbour is at the end of, or by NIC."""
    session = route.session
    assert session is not None
    tunnel = None
    if session.guest_tunnels is not None:
        first = session.one.speaker == route.speaker
        far = session.other if first else session.one
        if far.address == route.next_hop:
            tunnel = session.guest_tunnels[0 if first else 1]
    return GuestRoute(prefix=route.prefix, via=route.next_hop, tunnel=tunnel)

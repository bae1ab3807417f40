"""What BGP speakers tell each other, worked out until nothing changes any more.

Every speaker keeps what each neighbour told it, chooses by the shortest AS path, and tells the others its
choice under its own rules: guests and routers of sites, route servers, gateways and circuit edges. Rounds are
synchronous and ordered, so the result does not depend on who starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from netcore.control.bgp import EDGE_ASN, End, Session
from netcore.control.owners import Owners
from netcore.control.peering import Peerings
from netcore.control.prefixes import inside, order
from netcore.control.recursion import Loops
from netcore.control.speakers import Sessions
from netcore.control.tunnels import Tunnel, Tunnels, carries
from netcore.document.guests import BgpSpeaker
from netcore.document.models import Topology
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile

ROUNDS = 64
"""Most rounds of telling; paths only grow, so that far fewer are needed."""

REFUSALS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "own_asn": ("the receiver's own AS number is in the path.", ("I10",)),
        "in_network": ("the prefix equals or lies inside the virtual network.", ("H7",)),
        "not_injected": (
            "the prefix equals or lies inside the virtual network or one directly peered with it.",
            ("I6", "D21"),
        ),
        "family": ("a VPN gateway carries IPv4 only.", ("K10",)),
    }
)
"""Why a speaker does not take what it is told: sentence and facts."""


@dataclass(frozen=True, slots=True)
class Told:
    """A prefix as one speaker told it to another.

    Args:
        way: what kind of place it comes from, for preferences of a route server (fact I13).
    """

    prefix: Network
    as_path: tuple[int, ...]
    next_hop: Address | None
    no_advertise: bool = False
    way: str = "nva"


@dataclass(frozen=True, slots=True)
class BgpRoute:
    """A route in the table of a speaker.

    Args:
        speaker: who holds it, and ``source`` who told it; the same where the speaker announces it itself.
        state: ``best``, ``equal`` to the best, ``spare``, or ``refused``.
        reason: key of ``REFUSALS`` where refused.
        recursive: its next hop is reached by this very route only (fact I14).
    """

    speaker: str
    source: str
    prefix: Network
    as_path: tuple[int, ...]
    next_hop: Address | None
    state: str
    reason: str = ""
    no_advertise: bool = False
    recursive: bool = False
    session: Session | None = None
    way: str = "nva"

    @property
    def tunnel(self) -> Tunnel | None:
        """Return the tunnel it came by, seen from the speaker's gateway or from the far one."""
        return self.session.tunnel if self.session is not None else None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        text, facts = REFUSALS.get(self.reason, ("", ()))
        return {
            "speaker": self.speaker,
            "source": self.source,
            "prefix": str(self.prefix),
            "as_path": list(self.as_path),
            "next_hop": str(self.next_hop) if self.next_hop is not None else None,
            "state": self.state,
            "reason": text[:1].upper() + text[1:],
            "facts": list(facts),
            "no_advertise": self.no_advertise,
            "recursive": self.recursive,
        }


@dataclass(frozen=True)
class BgpView:
    """All sessions of a drawing, and the table of every speaker.

    Args:
        sessions: up or down, in a stable order.
        routes: by speaker, prefix and rank.
    """

    sessions: tuple[Session, ...]
    routes: tuple[BgpRoute, ...]

    def of(self, speaker: str) -> tuple[BgpRoute, ...]:
        """Return the table of a speaker, such as ``route_servers/rs`` or ``vms/nva``."""
        return self._by_speaker.get(speaker, ())

    @cached_property
    def _by_speaker(self) -> dict[str, tuple[BgpRoute, ...]]:
        found: dict[str, list[BgpRoute]] = {}
        for route in self.routes:
            found.setdefault(route.speaker, []).append(route)
        return {speaker: tuple(routes) for speaker, routes in found.items()}

    def between(self, one: str, other: str) -> tuple[Session, ...]:
        """Return the sessions of two speakers."""
        return tuple(s for s in self.sessions if {end.speaker for end in s.ends} == {one, other})

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "sessions": [session.as_dict() for session in self.sessions],
            "routes": [route.as_dict() for route in self.routes],
        }


Heard = dict[str, dict[int, dict[Network, Told]]]
"""Receiver -> number of a session -> what it was told by it."""


class Announcements:
    """Works out the tables of all speakers.

    Args:
        topology: the drawing.
        sessions: all of them; those that are down tell nothing.
        tunnels: what gateways serve.
        profile: limits.
    """

    def __init__(
        self, topology: Topology, peerings: Peerings, owners: Owners, tunnels: Tunnels, profile: Profile
    ) -> None:
        self._topology = topology
        self._peerings = peerings
        self._tunnels = tunnels
        self._profile = profile
        self._finder = Sessions(topology, peerings, owners, tunnels)
        self._own = {ref: tuple(self._originated(ref)) for ref in self._speakers()}

    def view(self) -> BgpView:
        """Return sessions and tables. A session that breaks a limit is closed, and all is told anew."""
        sessions = list(self._finder.all())
        while True:
            heard = self._settle(sessions)
            broken = [
                number
                for receiver, by_session in heard.items()
                for number, told in by_session.items()
                if len(told) > self._limit(receiver, sessions[number])
            ]
            if not broken:
                break
            for number in broken:
                sessions[number] = replace(sessions[number], reason="too_many")
        routes = [route for ref in self._own for route in self._table(ref, sessions, heard)]
        routes.sort(
            key=lambda r: (r.speaker, order(r.prefix), _STATES.index(r.state), len(r.as_path), r.source)
        )
        return BgpView(tuple(sessions), tuple(routes))

    def _speakers(self) -> list[str]:
        topology = self._topology
        found = [f"vms/{key}" for key, vm in topology.vms.items() if vm.guest.bgp is not None]
        found += [f"route_servers/{key}" for key in topology.route_servers]
        found += [f"gateways/{key}" for key in topology.gateways]
        found += [
            f"sites/{key}/routers/{name}"
            for key, site in topology.sites.items()
            for name, router in site.routers.items()
            if router.bgp is not None
        ]
        return sorted(found)

    def _configured(self, ref: str) -> BgpSpeaker | None:
        collection, key, *rest = ref.split("/")
        if collection == "vms":
            return self._topology.vms[key].guest.bgp
        return self._topology.sites[key].routers[rest[1]].bgp if collection == "sites" else None

    def _originated(self, ref: str) -> Iterator[Told]:
        """Yield what a speaker announces of itself (facts H6, I14)."""
        topology = self._topology
        collection, key, *_ = ref.split("/")
        if collection == "gateways":
            for prefix in self._tunnels.served(key):
                yield Told(prefix, (), None, way="served")
            gateway = topology.gateways[key]
            for prefix in self._tunnels.typed(key):
                yield Told(prefix, (), None, way=gateway.kind)
            limit = self._profile.gateway_prefix_limit
            for route in gateway.learned.values() if len(gateway.learned) <= limit else ():
                if self._refused_by_gateway(key, route.prefix) is None:
                    yield Told(route.prefix, route.as_path, None, way=gateway.kind)
        elif collection == "route_servers":
            server = topology.route_servers[key]
            for prefix in self._served_by_server(server.vnet):
                yield Told(prefix, (), None, way="served")
        else:
            speaker = self._configured(ref)
            assert speaker is not None
            for _, item in sorted(speaker.announces.items()):
                yield Told(item.prefix, item.as_path, None, item.no_advertise)

    def _served_by_server(self, vnet: str) -> list[Network]:
        """Return the ranges a route server tells: its network's, and those of spokes that use it (I7)."""
        drawn = self._topology.vnets.get(vnet)
        ranges: list[Network] = list(drawn.address_space) if drawn is not None else []
        for peering in self._peerings.connected(vnet):
            if self._peerings.between(peering.remote_vnet, vnet).uses_remote_gateway:
                ranges += peering.prefixes
        return list(dict.fromkeys(ranges))

    def _limit(self, receiver: str, session: Session) -> int:
        """Return how many prefixes a session may bring a receiver (facts H7, H11, I5)."""
        if session.internal or not receiver.startswith(("route_servers/", "gateways/")):
            return 1_000_000
        if receiver.startswith("route_servers/"):
            return self._profile.route_server_route_limit
        return self._profile.gateway_prefix_limit

    def _settle(self, sessions: list[Session]) -> Heard:
        """Tell in rounds until nothing changes."""
        up = [(number, session) for number, session in enumerate(sessions) if session.up]
        heard: Heard = {}
        for _ in range(ROUNDS):
            chosen = {ref: self._choose(ref, sessions, heard) for ref in self._own}
            said: Heard = {}
            for number, session in up:
                for near, far in (session.ends, session.ends[::-1]):
                    told = self._tell(near, far, session, chosen.get(near.speaker, {}))
                    if told:
                        said.setdefault(far.speaker, {})[number] = told
            if said == heard:
                return heard
            heard = said
        return heard

    def _choose(
        self, ref: str, sessions: list[Session], heard: Heard
    ) -> dict[Network, tuple[Told, Session | None]]:
        """Return the best of each prefix of a speaker, and the session it came by."""
        best: dict[Network, tuple[tuple[Any, ...], Told, Session | None]] = {}
        for told, session in self._candidates(ref, sessions, heard):
            rank = self._rank(ref, told, session)
            if told.prefix not in best or rank < best[told.prefix][0]:
                best[told.prefix] = (rank, told, session)
        return {prefix: (told, session) for prefix, (_, told, session) in best.items()}

    def _candidates(
        self, ref: str, sessions: list[Session], heard: Heard
    ) -> Iterator[tuple[Told, Session | None]]:
        for told in self._own[ref]:
            yield told, None
        for number, items in heard.get(ref, {}).items():
            for told in items.values():
                if self._refused(ref, sessions[number], told) is None:
                    yield told, sessions[number]

    def _rank(self, ref: str, told: Told, session: Session | None) -> tuple[Any, ...]:
        """Return the sort key of candidates for one prefix; the first two parts make routes equal."""
        preferred = 0
        if ref.startswith("route_servers/") and session is not None:
            server = self._topology.route_servers[ref.split("/")[1]]
            preferred = preference(server.preference, told.way)
        own = 0 if session is None and told.way in ("served", "nva") else 1
        hop = (0, 0) if told.next_hop is None else (told.next_hop.version, int(told.next_hop))
        name = "" if session is None else str([(end.speaker, str(end.address)) for end in session.ends])
        return ((own, preferred, len(told.as_path)), hop, name)

    def _refused(self, ref: str, session: Session, told: Told) -> str | None:
        """Return why a speaker does not take what it is told, as a key of ``REFUSALS``."""
        collection, key, *_ = ref.split("/")
        near, far = session.ends if session.one.speaker == ref else session.ends[::-1]
        external = not session.internal and near.asn != far.asn
        edge = near.kind == "gateway" and near.asn == EDGE_ASN
        if external and near.asn in told.as_path[1 if edge else 0 :]:
            return "own_asn"
        if collection == "route_servers" and external:
            server = self._topology.route_servers[key]
            ranges = [*self._topology.vnets[server.vnet].address_space]
            for peering in self._peerings.connected(server.vnet):
                ranges += peering.prefixes
            if any(inside(told.prefix, own) for own in ranges):
                return "not_injected"
        if collection == "gateways":
            return self._refused_by_gateway(key, told.prefix)
        return None

    def _refused_by_gateway(self, gateway_id: str, prefix: Network) -> str | None:
        gateway = self._topology.gateways[gateway_id]
        if not carries(gateway, prefix.version):
            return "family"
        vnet = self._topology.vnets.get(gateway.vnet)
        if vnet is not None and any(inside(prefix, own) for own in vnet.address_space):
            return "in_network"
        return None

    # Telling

    def _tell(
        self, near: End, far: End, session: Session, chosen: dict[Network, tuple[Told, Session | None]]
    ) -> dict[Network, Told]:
        """Return what one side of a session tells the other."""
        said: dict[Network, Told] = {}
        for prefix, (told, came) in chosen.items():
            if came is not None and (came is session or _partner(came, near.speaker) == far.speaker):
                continue
            if told.no_advertise and came is not None:
                continue
            if near.kind == "server":
                item = self._by_server(near, session, told, came)
            elif near.kind == "gateway":
                item = self._by_gateway(near, session, told, came)
            else:
                item = self._by_router(near, far, told, came)
            if item is not None and far.kind == "gateway" and far.asn == EDGE_ASN:
                item = replace(item, as_path=(EDGE_ASN, *item.as_path))
            if item is not None:
                said[prefix] = item
        return said

    def _by_router(self, near: End, far: End, told: Told, came: Session | None) -> Told | None:
        """Return what a guest or a site's router tells (facts H9, I10, I11)."""
        speaker = self._configured(near.speaker)
        if speaker is None or (came is not None and not speaker.pass_on):
            return None
        internal = near.asn == far.asn
        if internal and came is not None and _internal_to(came, near.speaker):
            return None
        hop, path, neighbour = near.address, told.as_path, near.neighbour
        if internal:
            hop = told.next_hop if came is not None else near.address
        else:
            if neighbour is not None and neighbour.override_asn:
                path = tuple(near.asn if asn == far.asn else asn for asn in path)
            path = (near.asn,) * (1 + (neighbour.prepend if neighbour is not None else 0)) + path
        if neighbour is not None and neighbour.next_hop is not None:
            hop = neighbour.next_hop
        return Told(told.prefix, path, hop, told.no_advertise and came is None)

    def _by_server(self, near: End, session: Session, told: Told, came: Session | None) -> Told | None:
        """Return what a route server tells: guests all it knows, gateways what they may carry (I12, I14)."""
        if session.internal:
            return told if came is not None else None
        hop = told.next_hop if came is not None else near.address
        return Told(told.prefix, (near.asn, *told.as_path), hop)

    def _by_gateway(self, near: End, session: Session, told: Told, came: Session | None) -> Told | None:
        """Return what a gateway tells (facts H6, H8, H11, I12)."""
        gateway_id = near.speaker.split("/")[1]
        gateway = self._topology.gateways[gateway_id]
        if session.internal:
            if told.way == "served" or (came is not None and came.internal):
                return None
            return replace(told, next_hop=near.address, way=gateway.kind)
        vnet = self._topology.vnets.get(gateway.vnet)
        ranges = vnet.address_space if vnet is not None else ()
        other_side = told.way != "served" if came is None else not came.internal
        if gateway.kind == "expressroute":
            if other_side:
                return None
            return Told(told.prefix, (EDGE_ASN, *told.as_path), near.address)
        if told.way != "served":
            if told.prefix.prefixlen == 0 or any(_overlap(told.prefix, own) for own in ranges):
                return None
            if came is not None and came.tunnel is not None and session.tunnel is not None:
                same = came.tunnel.connection == session.tunnel.connection
                if same:
                    return None
        return Told(told.prefix, (near.asn, *told.as_path), near.address)

    # Tables

    def _table(self, ref: str, sessions: list[Session], heard: Heard) -> Iterator[BgpRoute]:
        """Yield the table of a speaker, what it refused included."""
        groups: dict[Network, list[tuple[tuple[Any, ...], BgpRoute]]] = {}

        def add(told: Told, session: Session | None, refused: str | None) -> None:
            source = ref if session is None else _partner(session, ref)
            state = "refused" if refused else "spare"
            route = BgpRoute(
                ref,
                source,
                told.prefix,
                told.as_path,
                told.next_hop,
                state,
                refused or "",
                told.no_advertise,
                session=session,
                way=told.way,
            )
            rank = self._rank(ref, told, session)
            groups.setdefault(told.prefix, []).append((rank, route))

        for told in self._own[ref]:
            add(told, None, None)
        for number, items in heard.get(ref, {}).items():
            for told in items.values():
                add(told, sessions[number], self._refused(ref, sessions[number], told))
        loops = self._loops(ref, self._choose(ref, sessions, heard))
        for ranked in groups.values():
            taken = sorted(
                (entry for entry in ranked if entry[1].state != "refused"), key=lambda entry: entry[0]
            )
            for number, (rank, route) in enumerate(taken):
                equal = rank[0] == taken[0][0][0]
                state = "best" if number == 0 else "equal" if equal else "spare"
                recursive = route.session is not None and not _tunnelled(route) and route.next_hop in loops
                yield replace(route, state=state, recursive=recursive)
            yield from (route for _, route in ranked if route.state == "refused")

    def _loops(self, ref: str, best: Mapping[Network, tuple[Told, Session | None]]) -> Loops:
        """Return the test for next hops that a guest reaches only by what rests on them (fact I14)."""
        collection, key, *_ = ref.split("/")
        topology = self._topology
        known: list[Network] = []
        if collection == "vms":
            known += (route.prefix for route in topology.vms[key].guest.routes.values())
            for nic in topology.nics.values():
                subnet = topology.subnets.get(nic.subnet) if nic.vm == key else None
                known += subnet.prefixes if subnet is not None else ()
        learned = {
            prefix: (told.next_hop, session.guest_tunnels is not None)
            for prefix, (told, session) in best.items()
            if session is not None and prefix.prefixlen and collection == "vms"
        }
        return Loops(known, learned)


_STATES = ("best", "equal", "spare", "refused")


def preference(setting: str, way: str) -> int:
    """Return the rank of a kind of way under a route server's setting, lowest first (facts I13, H10)."""
    if setting == "as-path":
        return 0
    first = way == "expressroute"
    return int(not first) if setting == "expressroute" else int(first)


def _partner(session: Session, ref: str) -> str:
    return session.other.speaker if session.one.speaker == ref else session.one.speaker


def _tunnelled(route: BgpRoute) -> bool:
    return route.session is not None and route.session.guest_tunnels is not None


def _internal_to(session: Session, ref: str) -> bool:
    return session.one.asn == session.other.asn


def _overlap(prefix: Network, other: Network) -> bool:
    return inside(prefix, other) or inside(other, prefix)


def usable(routes: Iterable[BgpRoute]) -> Iterator[BgpRoute]:
    """Yield the routes that a speaker forwards by: the best of each prefix and those equal to it."""
    return (route for route in routes if route.state in ("best", "equal"))

"""What BGP speakers tell each other, worked out until nothing changes any more.

Every speaker keeps what each neighbour told it, chooses by the shortest AS path, and tells the others its
choice under its own rules: guests and routers of sites, route servers, gateways and circuit edges. Rounds are
synchronous and ordered, so the result does not depend on who starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from netcore.control.bgp import EDGE_ASN, End, Session
from netcore.control.owners import Owners
from netcore.control.peering import Peerings
from netcore.control.prefixes import inside, order
from netcore.control.recursion import Loops
from netcore.control.settling import Chosen, Settling, Side, Told
from netcore.control.speakers import Sessions
from netcore.control.tunnels import Tunnel, Tunnels, carries
from netcore.document.guests import BgpSpeaker
from netcore.document.models import Topology
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile
from netcore.words import say

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
        text = say(text) if text else ""
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


class BgpView:
    """All sessions of a drawing, and the table of every speaker, made when it is asked for.

    Args:
        sessions: up or down, in a stable order.
        speakers: their paths in the document, sorted.
        table: makes the table of a speaker, in the order of ``routes``.
        chosen: makes the best of each prefix of a speaker, without the rest of its table.
    """

    def __init__(
        self,
        sessions: tuple[Session, ...],
        speakers: tuple[str, ...],
        table: Callable[[str], Iterable[BgpRoute]],
        chosen: Callable[[str], Iterable[BgpRoute]],
    ) -> None:
        self.sessions = sessions
        self._speakers = speakers
        self._table = table
        self._chosen = chosen
        self._tables: dict[str, tuple[BgpRoute, ...]] = {}

    @cached_property
    def routes(self) -> tuple[BgpRoute, ...]:
        """The tables of all speakers, by speaker, prefix and rank; large where many speak with many."""
        return tuple(route for speaker in self._speakers for route in self.of(speaker))

    def of(self, speaker: str) -> tuple[BgpRoute, ...]:
        """Return the table of a speaker, such as ``route_servers/rs`` or ``vms/nva``."""
        if speaker not in self._speakers:
            return ()
        if speaker not in self._tables:
            self._tables[speaker] = tuple(self._table(speaker))
        return self._tables[speaker]

    def chosen(self, speaker: str) -> tuple[BgpRoute, ...]:
        """Return the best of each prefix of a speaker, sorted by prefix."""
        return tuple(self._chosen(speaker)) if speaker in self._speakers else ()

    def between(self, one: str, other: str) -> tuple[Session, ...]:
        """Return the sessions of two speakers."""
        return tuple(s for s in self.sessions if {end.speaker for end in s.ends} == {one, other})

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "sessions": [session.as_dict() for session in self.sessions],
            "routes": [route.as_dict() for route in self.routes],
        }


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
        self._near: dict[str, list[Network]] = {}
        self._preferences = {
            f"route_servers/{key}": server.preference for key, server in topology.route_servers.items()
        }
        self._own = {ref: tuple(self._originated(ref)) for ref in self._speakers()}

    def view(self) -> BgpView:
        """Return sessions and tables. A session that breaks a limit is closed, and all is told anew."""
        sessions = list(self._finder.all())
        while True:
            settled = Settling(self._own, self._sides(sessions), self)
            settled.run()
            broken = [
                side.number
                for receiver, sides in settled.heard.items()
                for side in sides
                if len(side.told) > self._limit(receiver, side.session)
            ]
            if not broken:
                break
            for number in broken:
                sessions[number] = replace(sessions[number], reason="too_many")
        return BgpView(
            tuple(sessions),
            tuple(self._own),
            lambda ref: sorted(self._table(ref, settled), key=_table_order),
            lambda ref: sorted(self._bests(ref, settled), key=_table_order),
        )

    def _sides(self, sessions: list[Session]) -> list[Side]:
        """Return both directions of the sessions that are up."""
        return [
            Side(number, session, near, far, _policy(number, near, far))
            for number, session in enumerate(sessions)
            if session.up
            for near, far in (session.ends, session.ends[::-1])
        ]

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

    def first(self, ref: str, told: Told, session: Session | None) -> tuple[int, ...]:
        """Return the part of the rank that makes routes equal: own ones, preference, length of the path."""
        preferred = 0
        if session is not None and ref in self._preferences:
            preferred = preference(self._preferences[ref], told.way)
        own = 0 if session is None and told.way in ("served", "nva") else 1
        return own, preferred, len(told.as_path)

    def rank(self, ref: str, told: Told, session: Session | None) -> tuple[Any, ...]:
        """Return the sort key of candidates for one prefix."""
        hop = (0, 0) if told.next_hop is None else (told.next_hop.version, int(told.next_hop))
        name = "" if session is None else str([(end.speaker, str(end.address)) for end in session.ends])
        return (self.first(ref, told, session), hop, name)

    def refused(self, ref: str, session: Session, told: Told) -> str | None:
        """Return why a speaker does not take what it is told, as a key of ``REFUSALS``."""
        collection, key, *_ = ref.split("/")
        near, far = session.ends if session.one.speaker == ref else session.ends[::-1]
        external = not session.internal and near.asn != far.asn
        edge = near.kind == "gateway" and near.asn == EDGE_ASN
        if external and near.asn in told.as_path[1 if edge else 0 :]:
            return "own_asn"
        server = collection == "route_servers" and external
        if server and any(inside(told.prefix, own) for own in self._not_injected(key)):
            return "not_injected"
        if collection == "gateways":
            return self._refused_by_gateway(key, told.prefix)
        return None

    def _not_injected(self, server_id: str) -> list[Network]:
        """Return the ranges inside which a route server injects nothing (facts I6, D21)."""
        if server_id not in self._near:
            vnet = self._topology.route_servers[server_id].vnet
            ranges: list[Network] = list(self._topology.vnets[vnet].address_space)
            for peering in self._peerings.connected(vnet):
                ranges += peering.prefixes
            self._near[server_id] = ranges
        return self._near[server_id]

    def _refused_by_gateway(self, gateway_id: str, prefix: Network) -> str | None:
        gateway = self._topology.gateways[gateway_id]
        if not carries(gateway, prefix.version):
            return "family"
        vnet = self._topology.vnets.get(gateway.vnet)
        if vnet is not None and any(inside(prefix, own) for own in vnet.address_space):
            return "in_network"
        return None

    # Telling

    def tell(self, side: Side, told: Told, came: Session | None) -> Told | None:
        """Return what one side of a session tells the other."""
        near, far, session = side.near, side.far, side.session
        if told.no_advertise and came is not None:
            return None
        if near.kind == "server":
            item = self._by_server(near, session, told, came)
        elif near.kind == "gateway":
            item = self._by_gateway(near, session, told, came)
        else:
            item = self._by_router(near, far, told, came)
        if item is not None and far.kind == "gateway" and far.asn == EDGE_ASN:
            item = replace(item, as_path=(EDGE_ASN, *item.as_path))
        return item

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

    def _table(self, ref: str, settled: Settling) -> Iterator[BgpRoute]:
        """Yield the table of a speaker, what it refused included."""
        groups: dict[Network, list[tuple[tuple[Any, ...], BgpRoute]]] = {}

        def add(told: Told, session: Session | None, refused: str | None) -> None:
            route = _row(ref, told, session, "refused" if refused else "spare", refused or "")
            groups.setdefault(told.prefix, []).append((self.rank(ref, told, session), route))

        for told in self._own[ref]:
            add(told, None, None)
        for side in settled.heard.get(ref, ()):
            for told in side.told.values():
                add(told, side.session, self.refused(ref, side.session, told))
        loops = self._loops(ref, settled.best[ref])
        for ranked in groups.values():
            taken = sorted(
                (entry for entry in ranked if entry[1].state != "refused"), key=lambda entry: entry[0]
            )
            for number, (rank, route) in enumerate(taken):
                equal = rank[0] == taken[0][0][0]
                state = "best" if number == 0 else "equal" if equal else "spare"
                yield replace(route, state=state, recursive=_recursive(route, loops))
            yield from (route for _, route in ranked if route.state == "refused")

    def _bests(self, ref: str, settled: Settling) -> Iterator[BgpRoute]:
        """Yield the best of each prefix."""
        loops = self._loops(ref, settled.best[ref])
        for choice in settled.best[ref].values():
            route = _row(ref, choice.told, choice.session, "best", "")
            yield replace(route, recursive=True) if _recursive(route, loops) else route

    def _loops(self, ref: str, best: Mapping[int, Chosen]) -> Loops:
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
            choice.told.prefix: (choice.told.next_hop, choice.session.guest_tunnels is not None)
            for choice in best.values()
            if choice.session is not None and choice.told.prefix.prefixlen and collection == "vms"
        }
        return Loops(known, learned)


_STATES = ("best", "equal", "spare", "refused")


def _table_order(route: BgpRoute) -> tuple[Any, ...]:
    return order(route.prefix), _STATES.index(route.state), len(route.as_path), route.source


def _row(ref: str, told: Told, session: Session | None, state: str, reason: str) -> BgpRoute:
    source = ref if session is None else _partner(session, ref)
    return BgpRoute(
        ref,
        source,
        told.prefix,
        told.as_path,
        told.next_hop,
        state,
        reason,
        told.no_advertise,
        session=session,
        way=told.way,
    )


def _recursive(route: BgpRoute, loops: Loops) -> bool:
    return route.session is not None and not _tunnelled(route) and route.next_hop in loops


def _policy(number: int, near: End, far: End) -> tuple[object, ...]:
    """Return what a guest or router looks at when it tells; everybody else tells each session its own."""
    if near.kind not in ("guest", "router") or far.kind not in ("guest", "router"):
        return (number,)
    internal = near.asn == far.asn
    neighbour = near.neighbour
    if neighbour is None:
        return near.asn, internal, near.address
    replaced = far.asn if neighbour.override_asn else None
    return near.asn, internal, near.address, neighbour.prepend, neighbour.next_hop, replaced


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

"""Tunnels between guests: the outer packet that the fabric sees, and the inner one that it does not.

An end is described in each guest; the two ends belong together when kind, addresses, port and key agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from netcore.control.network import Network
from netcore.document.guests import Tunnel
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.hops import End
from netcore.forwarding.machines import Machine, Path
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import UDP
from netcore.trace.sentences import flow_text

DEPTH = 8
"""Most tunnels inside each other; ours: beyond it two guests only wrap what the other one wrapped."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of tunnel travels.

    Args:
        protocol: IP protocol of the outer packet.
        port: usual UDP port.
        overhead: bytes between the outer IP header and the inner packet.
        mixed: the source port is a hash of the inner flow, so that equal paths are all used.
        fact: what says whether the fabric carries it.
    """

    protocol: int
    port: int
    overhead: int
    mixed: bool
    fact: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "vxlan": Kind(UDP, 4789, 8 + 8 + 14, True, "C4"),
        "geneve": Kind(UDP, 6081, 8 + 8 + 14, True, "C6"),
        "fou": Kind(UDP, 5555, 8, True, "C6"),
        "wireguard": Kind(UDP, 51820, 8 + 16 + 16, False, "C6"),
        "ipsec-natt": Kind(UDP, 4500, 8 + 8 + 8 + 2 + 16, False, "C6"),
        "ipsec": Kind(50, 0, 8 + 8 + 2 + 16, False, "C7"),
        "gre": Kind(47, 0, 4, False, "C2"),
        "ipip": Kind(4, 0, 0, False, "C2"),
    }
)
"""Headers as in RFC 7348, RFC 8926, RFC 4303 with AES-GCM, RFC 2784 and WireGuard's data message."""

_SPREAD = tuple(str(number) for number in range(64))
"""Source ports that tell flows apart; ours, a real guest uses more of them."""

IPV6_INSIDE = 41
"""IP protocol of an IPv6 packet directly inside another IP packet."""


def overhead_bytes(tunnel: Tunnel) -> int:
    """Return by how much the outer packet is larger than the inner one.

    Example:
        >>> from ipaddress import ip_address
        >>> overhead_bytes(Tunnel(kind="vxlan", remote=ip_address("10.0.0.4")))
        50
    """
    key = 4 if tunnel.kind == "gre" and tunnel.key else 0
    return KINDS[tunnel.kind].overhead + key + (20 if tunnel.remote.version == 4 else 40)


def port_of(tunnel: Tunnel) -> int:
    """Return the UDP port a tunnel's end sends to and listens on; 0 where the kind has none."""
    kind = KINDS[tunnel.kind]
    return (tunnel.port or kind.port) if kind.protocol == UDP else 0


def mtu_bytes(network: Network, machine: Machine, path: Path) -> int:
    """Return the largest IP packet that leaves a guest by one of its routes in one piece.

    Source: facts C8, C9; a tunnel without an MTU of its own takes what the outer path leaves.
    """
    spent = 0
    seen: set[str] = set()
    while path.tunnel:
        tunnel = machine.guest.tunnels[path.tunnel]
        if tunnel.mtu is not None:
            return max(tunnel.mtu - spent, 0)
        spent += overhead_bytes(tunnel)
        outer = machine.path(tunnel.remote)
        if outer is None or path.tunnel in seen:
            return max(network.profile.guest_mtu - spent, 0)
        seen.add(path.tunnel)
        path = outer
    return max((machine.port(path.nic).mtu or network.profile.guest_mtu) - spent, 0)


def enter(run: Run, machine: Machine, path: Path, header: Header) -> Header | End:
    """Wrap a packet that a guest's route leads into a tunnel; return the outer packet.

    Source: facts C4, C6, C7, I18.
    """
    at = f"vms/{machine.id}"
    tunnel = machine.guest.tunnels[path.tunnel]
    kind = KINDS[tunnel.kind]
    outer_path = machine.path(tunnel.remote)
    source = tunnel.local
    if source is None and outer_path is not None:
        source = machine.source(outer_path, tunnel.remote.version)
    if source is None or len(run.wraps) >= DEPTH or path.tunnel == getattr(outer_path, "tunnel", None):
        return run.drop(
            "OS_NO_ROUTE",
            Place.GUEST,
            Actor.GUEST,
            at,
            header,
            "tunnel",
            vm=machine.name,
            destination=tunnel.remote,
            tunnel=path.tunnel,
        )
    port = port_of(tunnel)
    protocol = kind.protocol
    if tunnel.kind == "ipip" and header.destination.version == 6:
        protocol = IPV6_INSIDE
    outer = Header.model_construct(
        source=source,
        destination=tunnel.remote,
        protocol=protocol,
        source_port=49152 + choose(path.tunnel, flow_seed(header), _SPREAD) if kind.mixed else port,
        destination_port=port,
        ttl=64,
        destination_mac=None,
        source_mac=None,
        size_bytes=None if header.size_bytes is None else header.size_bytes + overhead_bytes(tunnel),
        dont_fragment=False,
        fragment=False,
        frame="ip",
        inner=header,
    )
    run.wraps.append((machine.id, path.tunnel))
    run.step(
        Place.GUEST,
        Actor.GUEST,
        at,
        "guest.encapsulate",
        header,
        outer,
        facts=("I18", kind.fact),
        vm=machine.name,
        tunnel=path.tunnel,
        kind=tunnel.kind,
        inner=flow_text(header),
        outer=flow_text(outer),
    )
    return outer


def leave(run: Run, machine: Machine, header: Header) -> Header | End:
    """Unwrap a tunnel packet that reached its outer destination, if the guest has the other end.

    Source: fact I18.
    """
    assert header.inner is not None
    at = f"vms/{machine.id}"
    vm, tunnel_id = run.wraps.pop()
    sent = run.drawing.machines[vm].guest.tunnels[tunnel_id]
    ends = sorted(machine.guest.tunnels.items())
    kind = KINDS[sent.kind]
    told = port_of(sent)
    fault = "kind"
    expected = ""
    for end_id, end in ends:
        if end.kind != sent.kind:
            continue
        listens = port_of(end)
        if end.remote != header.source or end.local not in (None, header.destination):
            fault, expected = _worse(fault, "remote", expected, str(end.remote))
        elif listens != told:
            fault, expected = _worse(fault, "port", expected, str(listens))
        elif end.key != sent.key:
            fault, expected = _worse(fault, "key", expected, str(end.key))
        else:
            inner = header.inner
            run.step(
                Place.GUEST,
                Actor.GUEST,
                at,
                "guest.decapsulate",
                header,
                inner,
                facts=("I18", kind.fact),
                vm=machine.name,
                tunnel=end_id,
                kind=end.kind,
                inner=flow_text(inner),
            )
            return inner
    return run.drop(
        "TUNNEL_MISMATCH",
        Place.GUEST,
        Actor.GUEST,
        at,
        header,
        "" if fault == "kind" else fault,
        vm=machine.name,
        kind=sent.kind,
        source=header.source,
        expected=expected,
        port=told,
        key=sent.key,
    )


_NEARNESS = ("kind", "remote", "port", "key")


def _worse(old: str, new: str, old_value: str, new_value: str) -> tuple[str, str]:
    """Return the mismatch that is nearer to a match, with what was expected: the better hint."""
    if _NEARNESS.index(new) > _NEARNESS.index(old):
        return new, new_value
    return old, old_value

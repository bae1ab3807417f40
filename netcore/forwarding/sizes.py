"""Packet sizes: what fits, what travels in pieces, and what is too large (facts C8-C10).

Nothing here does anything unless somebody asked about sizes: ``Header.size_bytes`` is None otherwise.
"""

from __future__ import annotations

from typing import Any

from netcore.forwarding.hops import End
from netcore.forwarding.machines import Machine
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Place

IPV4_HEADER, IPV6_HEADER = 20, 40
SMALLEST_MTU = 68
"""Least that every IPv4 link carries (RFC 791); a tunnel that leaves less carries nothing."""


def fit(
    run: Run, machine: Machine, header: Header, limit: int, *, through: str, forwarded: bool
) -> Header | End:
    """Return a packet as a guest puts it into something that takes ``limit`` bytes, or the drop.

    A piece stands for all pieces of its packet. A forwarded IPv6 packet is never cut (RFC 8200).

    Args:
        through: NIC or tunnel, as the sentence names it.

    Source: facts C8, C9.
    """
    size = header.size_bytes
    if size is None or size <= limit:
        return header
    at = f"vms/{machine.id}"
    whole = header.dont_fragment or (forwarded and header.destination.version == 6) or limit < SMALLEST_MTU
    values: dict[str, Any] = {"vm": machine.name, "size": size, "limit": limit, "through": through}
    if whole:
        return run.drop("MTU", Place.GUEST, Actor.GUEST, at, header, **values)
    after = header.model_copy(update={"size_bytes": limit, "fragment": True})
    pieces = pieces_of(size, limit, header.destination.version)
    run.step(Place.GUEST, Actor.GUEST, at, "guest.fragments", header, after, pieces=pieces, **values)
    return after


def pieces_of(size: int, limit: int, version: int) -> int:
    """Return into how many packets of at most ``limit`` bytes one of ``size`` bytes is cut.

    Example:
        >>> pieces_of(1500, 1400, 4), pieces_of(1400, 1400, 4)
        (2, 1)
    """
    if size <= limit:
        return 1
    head = IPV4_HEADER if version == 4 else IPV6_HEADER
    each = (limit - head - (0 if version == 4 else 8)) // 8 * 8
    return -(-(size - head) // each)


def split_by_fabric(run: Run, at: str, header: Header) -> None:
    """Record that the fabric carries a large packet in pieces; the receiver gets it whole (fact C8)."""
    limit = run.network.profile.fabric_splits_at
    if header.size_bytes is None or limit is None or header.size_bytes <= limit:
        return
    run.step(
        Place.NIC,
        Actor.FABRIC,
        at,
        "nic.fragments",
        header,
        size=header.size_bytes,
        limit=limit,
        pieces=pieces_of(header.size_bytes, limit, header.destination.version),
    )


def fits(run: Run, at: str, way: str, header: Header) -> Header | End:
    """Return a packet as it leaves a network: whole, in pieces where its way takes less, or the drop.

    Args:
        at: path of what leads out.
        way: what the sentence calls it.

    Source: fact L17.
    """
    limit, size = run.network.profile.outside_mtu, header.size_bytes
    if limit is None or size is None or size <= limit:
        return header
    if header.dont_fragment or header.destination.version == 6:
        return run.drop(
            "MTU", Place.FABRIC, Actor.FABRIC, at, header, "outside", size=size, limit=limit, way=way
        )
    after = header.model_copy(update={"size_bytes": limit, "fragment": True})
    run.step(Place.FABRIC, Actor.FABRIC, at, "vpc.fragments", header, after, size=size, limit=limit, way=way)
    return after

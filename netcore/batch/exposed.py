"""What the Internet reaches: each public address, from where, and with which headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from netcore.batch.cells import cells
from netcore.batch.compile import Compiled
from netcore.batch.portsets import NOTHING, PortSet
from netcore.batch.senders import Outside, internet_sources
from netcore.control.owners import PublicOwner
from netcore.document.values import Address
from netcore.words import say


@dataclass(frozen=True)
class Exposure:
    """What some senders on the Internet reach at one public address.

    Args:
        address: the public address.
        ref: path of what holds it.
        senders: addresses that are treated alike; ``anywhere``: these are all there are.
        connects: headers whose connection may come about.
        arrives: headers that may reach somebody, answered or not.
        at: paths of who takes them.
    """

    address: Address
    ref: str
    senders: tuple[Outside, ...]
    anywhere: bool
    connects: PortSet
    arrives: PortSet
    unknown: PortSet
    at: tuple[str, ...]

    @property
    def senders_text(self) -> str:
        """Return from where, in words."""
        if self.anywhere:
            return "anywhere"
        prefixes = [str(prefix) for each in self.senders for prefix in each.prefixes()]
        return ", ".join(prefixes[:4]) + (say(" and more") if len(prefixes) > 4 else "")

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "address": str(self.address),
            "ref": self.ref,
            "senders": self.senders_text,
            "anywhere": self.anywhere,
            "connects": self.connects.as_dict(),
            "arrives": self.arrives.as_dict(),
            "unknown": self.unknown.as_dict(),
            "at": list(self.at),
        }


def exposed(compiled: Compiled) -> tuple[Exposure, ...]:
    """Return what the Internet reaches, by public address and by senders that are treated alike.

    Addresses that nobody on the Internet reaches are left out.
    """
    return tuple(found for each in exposures(compiled) for found in each)


def exposures(compiled: Compiled) -> Iterator[list[Exposure]]:
    """Yield ``exposed`` by public address, for callers that stop in between; empty: nobody gets there."""
    for address, owner in _public_addresses(compiled):
        yield _of_address(compiled, address, owner)


def _public_addresses(compiled: Compiled) -> list[tuple[Address, PublicOwner]]:
    network = compiled.network
    owners = [
        (public.address, network.public_owner(public.address))
        for public in network.scenario.topology.public_ips.values()
    ]
    known = [(address, owner) for address, owner in owners if owner is not None]
    return sorted(known, key=lambda each: (each[0].version, int(each[0])))


def _of_address(compiled: Compiled, address: Address, owner: PublicOwner) -> list[Exposure]:
    classes = internet_sources(compiled, address.version)
    alike: dict[tuple[PortSet, PortSet, PortSet, tuple[str, ...]], list[Outside]] = {}
    for outside in classes:
        asked = cells(compiled.network, outside.sender, address, None, outside.example)
        at = {
            way.forward.at
            for cell in asked.cells
            for way in cell.ways
            if way.arrived and way.forward.at is not None
        }
        key = (asked.may_connect, asked.may_arrive, asked.unknown, tuple(sorted(at)))
        alike.setdefault(key, []).append(outside)
    return [
        Exposure(
            address,
            _ref(owner),
            tuple(senders),
            len(senders) == len(classes),
            connects,
            arrives,
            unknown,
            at,
        )
        for (connects, arrives, unknown, at), senders in alike.items()
        if arrives is not NOTHING or unknown is not NOTHING
    ]


def _ref(owner: PublicOwner) -> str:
    if owner.kind == "nic":
        return f"nics/{owner.nic}"
    if owner.kind == "frontend":
        return f"load_balancers/{owner.balancer}/frontends/{owner.frontend}"
    if owner.kind == "nat_gateway":
        return f"nat_gateways/{owner.nat_gateway}"
    return f"gateways/{owner.gateway}"

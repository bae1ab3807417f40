"""Between virtual networks: what a peering carries, and whose an address is that no route leads to."""

from __future__ import annotations

from typing import Any

from netcore.control.owners import Owner
from netcore.control.peering import LinkState, PeeringState
from netcore.document.values import Address
from netcore.forwarding.balancer import answered
from netcore.forwarding.hops import End
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Match, Place


def cross(run: Run, port: Port, header: Header, remote: str, owner: Owner | None = None) -> End | None:
    """Pass from one virtual network into a peered one, or say why not (facts G1, G4, G5, G8).

    Args:
        owner: who is to take the packet there, where that is known.
    """
    names: dict[str, Any] = {
        "vnet": run.drawing.vnet_name(port.vnet),
        "network": run.drawing.vnet_name(remote),
    }
    receiving = run.network.peering(remote, port.vnet)
    at = f"peerings/{receiving.local_id}" if receiving.local_id else f"vnets/{remote}"
    if not receiving.connected:
        variant = "disconnected" if receiving.state is LinkState.DISCONNECTED else ""
        return run.drop("PEERING_NOT_CONNECTED", Place.FABRIC, Actor.FABRIC, at, header, variant, **names)
    if not receiving.allow_access:
        return run.drop(
            "PEERING_NOT_CONNECTED", Place.FABRIC, Actor.FABRIC, at, header, "access_off", **names
        )
    matched = Match.model_construct(kind="peering", ref=at, text=f"{names['network']} <-> {names['vnet']}")
    denied = basic_over_global(run, receiving, header, owner)
    if denied is not None:
        return denied
    if run.drawing.in_space(port.vnet, header.source) or answered(run, port, header):
        run.step(Place.FABRIC, Actor.FABRIC, at, "fabric.crossing", header, matched=matched, **names)
        return None
    if not receiving.allow_forwarded:
        return run.drop(
            "PEERING_FORWARDED_OFF",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            matched=matched,
            source=header.source,
            **names,
        )
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        at,
        "fabric.crossing_forwarded",
        header,
        matched=matched,
        source=header.source,
        **names,
    )
    return None


def basic_over_global(run: Run, receiving: PeeringState, header: Header, owner: Owner | None) -> End | None:
    """Drop what is to reach a Basic balancer's frontend over a global peering (fact G8).

    Args:
        receiving: the peering, seen from the virtual network of the frontend.
        owner: who is to take the packet; None where that is not known.
    """
    if not receiving.is_global or owner is None or owner.kind != "frontend":
        return None
    balancer = run.network.scenario.topology.load_balancers[owner.balancer]
    if balancer.sku != "basic":
        return None
    return run.drop(
        "NO_SUCH_HOST",
        Place.FABRIC,
        Actor.FABRIC,
        owner.ref,
        header,
        "basic_global",
        destination=owner.address,
        balancer=balancer.name,
        vnet=run.drawing.vnet_name(receiving.remote_vnet),
        network=run.drawing.vnet_name(receiving.vnet),
    )


def whose(run: Run, vnet: str, destination: Address) -> tuple[str, str | None]:
    """Return why there is no route to an address, as a reason of its drop code, and the network that has it.

    Source: facts G3 (two peerings away), G2 (a subnet that the peering does not join), G10 (a range that the
    link does not know yet). Empty and None where none of them holds.
    """
    if run.drawing.peer_with(vnet, destination) is not None:
        return "", None
    for other in run.drawing.neighbours(vnet):
        if run.drawing.in_space(other, destination):
            link = run.network.peering(vnet, other).local
            unknown = link is not None and link.synced_ranges is not None
            return ("not_synchronised" if unknown else "not_joined"), other
    for middle in run.drawing.neighbours(vnet):
        for far in run.drawing.neighbours(middle):
            if far != vnet and run.drawing.in_space(far, destination):
                return "peer_of_peer", far
    return "", None

"""The last stretch of the fabric: from knowing who holds an address to that NIC, balancer or endpoint.

Source: facts A22, D67.
"""

from __future__ import annotations

from netcore.control.owners import Owner
from netcore.document.values import Address, Network
from netcore.forwarding.hops import Balance, Deliver, Endpoint, Hop, Kept, Stand
from netcore.forwarding.run import Run
from netcore.forwarding.security import filtered_at_endpoint
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.sentences import flow_text
from netcore.words import say


def bring(
    run: Run,
    owner: str,
    header: Header,
    *,
    prefix: Network | None = None,
    next_hop: Address | None = None,
    kept: Kept = Kept.NO,
    public: bool = False,
) -> Hop:
    """Bring a packet to a NIC, if a running VM is there.

    Args:
        owner: NIC id.
        prefix: the route that names the NIC as next hop; None where it is the destination.
        next_hop: the address of the NIC that the route names; None takes its primary one.
        kept: why the destination may be foreign to the NIC.
        public: it came in through a Standard public address.

    Source: facts A22, D42.
    """
    port = run.drawing.ports[owner]
    at = f"nics/{owner}"
    if port.vm is None:
        return run.drop(
            "NO_SUCH_HOST",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            "detached",
            nic=port.name,
            destination=header.destination,
        )
    if not run.runs(port.vm):
        machine = run.drawing.machines[port.vm]
        if prefix is not None and kept is Kept.NO:
            return run.drop(
                "NH_STOPPED",
                Place.FABRIC,
                Actor.FABRIC,
                at,
                header,
                vm=machine.name,
                next_hop=next_hop or port.held[0],
                prefix=prefix,
            )
        zone = run.lost_zone(port.vm)
        variant = "zone" if zone is not None else ""
        return run.drop(
            "VM_STOPPED", Place.FABRIC, Actor.FABRIC, at, header, variant, vm=machine.name, zone=zone
        )
    return Deliver(owner, header, kept, public)


def hand_over(run: Run, vnet: str, header: Header, owner: Owner | None, at: str, sender: str | None) -> Hop:
    """Deliver a packet inside a virtual network to whoever holds its destination.

    Args:
        vnet: where the destination was looked for.
        owner: holder of the destination, None if there is none.
        at: resource that the canvas lights up if there is none.
        sender: VM that emitted the packet, where one did.
    """
    destination = header.destination
    if destination in run.state.in_transit:
        return run.drop("IP_IN_TRANSIT", Place.FABRIC, Actor.FABRIC, at, header, destination=destination)
    if owner is None:
        return _nobody(run, vnet, header, at)
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        owner.ref,
        "fabric.deliver",
        header,
        matched=Match.model_construct(
            kind="owner",
            ref=owner.ref,
            text=say("{destination} is held by {ref}", destination=destination, ref=owner.ref),
        ),
        address=destination,
        owner=run.drawing.title(owner.ref),
    )
    if owner.kind == "frontend":
        return Balance(owner.balancer, owner.frontend, header, sender)
    if owner.kind == "endpoint":
        return _take(run, owner, header)
    return bring(run, owner.nic, header)


def _nobody(run: Run, vnet: str, header: Header, at: str) -> Hop:
    """Say why nobody in a virtual network takes a packet (facts A22, B7, B8)."""
    destination = header.destination
    variant, machine = "", ""
    if run.drawing.is_reserved(vnet, destination):
        variant = "reserved"
    else:
        holder = run.drawing.guest_holding(vnet, destination)
        if holder is not None:
            variant, machine = "guest_only", holder
    return run.drop(
        "NO_SUCH_HOST",
        Place.FABRIC,
        Actor.FABRIC,
        at,
        header,
        variant,
        network=run.drawing.vnet_name(vnet),
        destination=destination,
        vm=machine,
    )


def _take(run: Run, owner: Owner, header: Header) -> Hop:
    """Hand a packet to the service behind an endpoint, if security groups let it (facts D67, F13)."""
    denied = filtered_at_endpoint(run, owner.endpoint, header)
    if denied is not None:
        return denied
    endpoint = run.network.scenario.topology.private_endpoints[owner.endpoint]
    return run.deliver(
        Place.FABRIC,
        Actor.FABRIC,
        owner.ref,
        "endpoint.take",
        Endpoint(Stand.ENDPOINT, owner.endpoint, header),
        name=endpoint.name,
        service=endpoint.service,
        flow=flow_text(header),
    )

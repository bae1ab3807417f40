"""The words of every step that lets a packet go on; the words of drops are in ``codes``.

Each sentence stands here once. A place names the sentence and hands over the values; nobody else words an
explanation. Sentences say what happened and why, in the words of the house.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from netcore.document.values import Address
from netcore.trace.model import Header, Outcome, Place, Verdict
from netcore.trace.packet import ICMP, TCP, UDP, protocol_name
from netcore.words import say


@dataclass(frozen=True, slots=True)
class Sentence:
    """One kind of step.

    Args:
        decision: a few words for a list, such as ``allowed``.
        text: template of the reason.
        facts: fact ids.
        assumption: what is inferred and not documented, where something is.
    """

    decision: str
    text: str
    facts: tuple[str, ...] = ()
    assumption: str | None = None


def _say(decision: str, text: str, facts: str = "", assumption: str | None = None) -> Sentence:
    return Sentence(decision, text, tuple(facts.split()), assumption)


SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        # guest
        "guest.default": _say(
            "route", "The guest of {vm} uses its default route: NIC {nic}, source {source}.", "A23"
        ),
        "guest.connected": _say(
            "route",
            "The guest of {vm} finds {destination} in the subnet of NIC {nic}: source {source}.",
            "A13",
        ),
        "guest.host_route": _say(
            "route", "The guest of {vm} has a host route from DHCP: NIC {nic}, source {source}.", "A15"
        ),
        "guest.route": _say(
            "route",
            "The guest route {prefix} of {vm} chooses NIC {nic}, source {source}.",
            "B10",
        ),
        "guest.route_via": _say(
            "route",
            "The guest route {prefix} of {vm} chooses NIC {nic}, source {source}; "
            "its next hop {via} plays no part in the fabric.",
            "B10",
        ),
        "guest.route_neighbour": _say(
            "route",
            "The guest route {prefix} of {vm} by {via} chooses NIC {nic}, source {source}.",
            "B11",
        ),
        "guest.learned": _say(
            "route",
            "A route that the routing daemon of {vm} learned, {prefix} via {via}, chooses NIC {nic}, source "
            "{source}; the fabric does not know it.",
            "I15 B10",
        ),
        "guest.route_tunnel": _say(
            "route", "The guest route {prefix} of {vm} leads into tunnel {tunnel}, source {source}.", "I18"
        ),
        "guest.policy": _say(
            "route",
            "The guest of {vm} answers by the NIC that the request came in by: NIC {nic}, source {source}.",
            "J18",
        ),
        "guest.encapsulate": _say(
            "encapsulate",
            "The guest of {vm} puts {inner} into {kind} tunnel {tunnel}; the fabric sees {outer}.",
            "I18",
        ),
        "guest.decapsulate": _say(
            "decapsulate", "The guest of {vm} takes {inner} out of {kind} tunnel {tunnel}.", "I18"
        ),
        "guest.forward_tunnel": _say(
            "forward",
            "The guest of {vm} forwards: tunnel {tunnel} leads to {destination}; TTL is now {ttl}.",
            "E5 I18",
        ),
        "guest.fragments": _say(
            "cut in pieces",
            "The packet has {size} bytes and {through} takes {limit}: "
            "the guest of {vm} sends {pieces} pieces.",
            "C8",
        ),
        "guest.arp_owner": _say(
            "resolve",
            "The guest of {vm} asks by NIC {nic} for the MAC of {asked}, and the platform answers {mac}, as "
            "its own table has it.",
            "B11",
        ),
        "guest.arp_ask": _say(
            "ask", "The guest of {vm} asks by NIC {nic} who has {asked}: an ARP request to all.", "B3"
        ),
        "guest.arp_announce": _say(
            "announce", "The guest of {vm} announces by NIC {nic} that {asked} is at {mac}.", "B6"
        ),
        "guest.arp": _say(
            "resolve",
            "The guest of {vm} asks by NIC {nic} for the MAC of {asked}, and the host answers {mac}, as for "
            "every address.",
            "B3",
        ),
        "guest.neighbour": _say(
            "resolve",
            "The guest of {vm} sends by NIC {nic} to its default router {asked} with MAC {mac}.",
            "B4",
        ),
        "guest.loopback": _say("own address", "{destination} is held by the guest of {vm} itself.", "B7"),
        "guest.forward": _say(
            "forward", "The guest of {vm} forwards: NIC {nic} leads to {destination}; TTL is now {ttl}.", "E5"
        ),
        "guest.snat": _say("translate source", "The guest of {vm} rewrites the source {old} to {new}.", "E6"),
        "guest.port_forward": _say(
            "translate destination", "The guest of {vm} sends what comes for {old} on to {new}."
        ),
        "guest.untranslate": _say(
            "translate back", "The guest of {vm} undoes its translation: {old} becomes {new}."
        ),
        "guest.session_new": _say("new session", "The guest of {vm} opens a session for {flow}."),
        "guest.session_known": _say("known session", "The guest of {vm} knows the connection of {flow}."),
        "guest.session_synced": _say(
            "known session", "The guest of {vm} knows the connection of {flow} from {peer}."
        ),
        "guest.accept": _say("delivered", "The guest of {vm} takes {flow}."),
        "name.up": _say(
            "resolve",
            "DNS answers {name} with {address}: the preferred endpoint that is up.",
        ),
        "name.now": _say(
            "resolve",
            "DNS answers {name} with {address}: its name servers or the client's cache say so now.",
        ),
        "name.none_up": _say(
            "resolve",
            "DNS answers {name} with {address}: no endpoint is up, so it answers as if all were.",
        ),
        "host.send": _say("sent", "Host {host} sends from {source}."),
        "host.accept": _say("delivered", "Host {host} takes {flow}."),
        # NIC
        "nic.out_own": _say("passes", "The source {source} is an address of {nic}.", "E2"),
        "nic.out_unchecked": _say(
            "passes", "IP forwarding is on at {nic}: the source {source} is not checked.", "E4"
        ),
        "nic.out_frontend": _say(
            "passes", "The source {source} is the frontend that this flow came in by (floating IP).", "J6"
        ),
        "nic.fragments": _say(
            "in pieces",
            "The fabric carries {size} bytes in {pieces} pieces of at most {limit}; pieces that come out of "
            "order are lost.",
            "C8",
            "That the receiver's host joins the pieces again is inferred.",
        ),
        "nic.mac_ignored": _say(
            "MAC ignored",
            "The frame is addressed to {mac}; the fabric looks at the destination {destination} only.",
            "B2",
        ),
        "nic.arp": _say(
            "delivered",
            "The host answers the question for {asked} with {mac}, as for every address; "
            "no other VM hears it.",
            "B3",
        ),
        "nic.arp_owner": _say(
            "delivered",
            "The host answers the question for {asked} with {mac} from the platform's table; no other VM "
            "hears it.",
            "B11",
        ),
        "nic.in_own": _say("passes", "The destination {destination} is an address of {nic}.", "E3"),
        "nic.in_unchecked": _say(
            "passes", "IP forwarding is on at {nic}: the destination {destination} is not checked.", "E4"
        ),
        "nic.in_frontend": _say(
            "passes",
            "The balancer delivers to {nic} and keeps the destination {destination} (floating IP).",
            "J6",
        ),
        # security
        "security.none": _say(
            "no rule needed", "{side} at NIC {nic}: neither it nor its subnet has a security group.", "F1"
        ),
        "security.allow": _say("allowed", "{side} rule {rule} of {group} ({level}) allows {flow}.", "F2 F3"),
        "security.established": _say(
            "allowed",
            "{side} at NIC {nic}: {flow} belongs to a flow that was allowed, and no rule is needed.",
            "F5",
        ),
        "security.platform": _say(
            "allowed", "Traffic with the platform address {address} is not subject to security groups.", "F10"
        ),
        "security.admin_allow": _say(
            "goes on",
            "{side} security admin rule {rule} allows {flow}; security groups are asked next.",
            "F14",
        ),
        "security.admin_always": _say(
            "allowed", "{side} security admin rule {rule} always allows {flow}; no group is asked.", "F14"
        ),
        "security.icmpv6": _say(
            "not filtered",
            "Security groups cannot filter ICMPv6: {flow} passes.",
            "F15",
            "That it passes whatever the rules say is inferred from F15.",
        ),
        "security.endpoint": _say(
            "not filtered",
            "Private endpoints of {subnet} ignore security groups; its endpoint policies are off for them.",
            "F13",
        ),
        # fabric
        "fabric.local": _say("to the virtual network", "{destination} matches {route}.", "D20 D45"),
        "fabric.peering": _say("to the peered network", "{destination} matches {route}.", "D20 D10"),
        "fabric.appliance": _say("to {next_hop}", "{destination} matches {route}.", "D20 D41"),
        "fabric.gateway": _say("to the gateway", "{destination} matches {route}.", "D20 D44"),
        "fabric.internet": _say("to the Internet", "{destination} matches {route}.", "D20 D46 D50"),
        "fabric.service": _say("to the service", "{destination} matches {route}.", "D20 D66"),
        "fabric.stale": _say(
            "old routes",
            "The host of {nic} still has the earlier routes and looks {destination} up in those.",
            "D65",
            "How long a host keeps its old routes is not published; seconds, now and then half a minute.",
        ),
        "fabric.endpoint": _say("to the private endpoint", "{destination} matches {route}.", "D20 D67"),
        "fabric.group": _say(
            "to the connected group",
            "{destination} matches {route}: the members of a connected group reach each other directly.",
            "D20 D10",
            "Connected groups are recorded, not documented in the facts.",
        ),
        "fabric.ecmp": _say(
            "one of {count}",
            "{count} equal routes match; the hash of this flow chooses next hop {next_hop}.",
            "D26",
            "The hash is ours; the real one is not published.",
        ),
        "fabric.switch": _say(
            "hand over the frame",
            "The frame bears the MAC {mac} of {owner} in the same subnet: it goes there, "
            "and no route is asked.",
            "B11",
        ),
        "fabric.not_told": _say(
            "guest route ignored",
            "The guest of {vm} learned {prefix} via {via} by BGP. The fabric knows nothing of it and goes by "
            "the routes of the NIC.",
            "I15 I17",
        ),
        "fabric.learned": _say(
            "to {next_hop}",
            "{destination} matches {route}, which a route server has programmed; the packet goes straight "
            "to that address.",
            "D20 I2",
        ),
        "fabric.gateway_address": _say(
            "to the gateway",
            "{address} belongs to gateway {gateway}, which forwards what it is handed.",
            "H15",
            "That a gateway serves as next hop of a route is reported, not documented.",
        ),
        "fabric.deliver": _say("deliver", "{address} belongs to {owner}.", "A22"),
        "fabric.crossing": _say("crosses the peering", "The packet passes from {vnet} to {network}.", "G1"),
        "fabric.crossing_forwarded": _say(
            "crosses the peering",
            "{source} is not from {vnet}; the link of {network} allows forwarded traffic.",
            "G5",
        ),
        "fabric.platform": _say("delivered", "The platform itself answers at {destination}.", "A14"),
        "fabric.dhcp": _say("delivered", "The platform answers DHCP on every subnet.", "B5 A13"),
        # private endpoint
        "endpoint.take": _say("delivered", "Private endpoint {name} takes {flow} for {service}.", "D67"),
        "endpoint.answer": _say(
            "answer",
            "Private endpoint {name} answers straight to {destination}.",
            "D67",
            "That no route table applies to what an endpoint sends is inferred.",
        ),
        # balancer
        "balancer.choose": _say(
            "choose {member}",
            "Rule {rule} of {balancer} matches; of {count} healthy backends the hash of this flow "
            "chooses {member}.",
            "J2",
            "The hash is ours; the real one is not published.",
        ),
        "balancer.only": _say(
            "choose {member}",
            "Rule {rule} of {balancer} matches; {member} is the only healthy backend.",
            "J2",
        ),
        "balancer.pinned": _say(
            "choose {member}",
            "Rule {rule} of {balancer} matches; this flow already belongs to {member}.",
            "J11",
        ),
        "balancer.symmetric": _say(
            "choose {member}",
            "Rule {rule} of {balancer} matches; the hash is symmetric, so the answer gets {member} as well.",
            "J3",
        ),
        "balancer.draining": _say(
            "choose {member}",
            "Rule {rule} of {balancer} matches; {member} is taken out, but keeps the connections it has.",
            "J13",
        ),
        "balancer.all_up": _say(
            "choose {member}",
            "Rule {rule} of {balancer} matches; no backend is healthy, so all count as healthy, and the hash "
            "of this flow chooses {member}.",
            "J12",
        ),
        "balancer.published": _say(
            "to {nic}",
            "Inbound NAT rule {rule} of {balancer} publishes one port of {nic}; no probe is asked.",
            "J1",
        ),
        "balancer.zone_redundant": _say(
            "another zone", "A zone is lost; every zone serves frontend {frontend}.", "J16 M4"
        ),
        "balancer.zonal": _say(
            "zone is there", "A zone is lost, but not the one of frontend {frontend}.", "J16 M4"
        ),
        "balancer.keep": _say(
            "keep destination",
            "As a next hop the balancer keeps the destination {destination}; {flow} passes unchanged.",
            "J6 E8",
        ),
        "balancer.floating": _say(
            "keep destination", "Floating IP is on: the destination stays {destination}.", "J6"
        ),
        "balancer.rewrite": _say("rewrite destination", "The destination {old} becomes {new}.", "J6"),
        "balancer.as_client": _say(
            "rewrite both",
            "The balancer does not keep the client's address: {old} becomes {new}.",
            "L19",
        ),
        "balancer.answer": _say(
            "rewrite source",
            "The answer of a balanced flow: the source {old} becomes the frontend {new}.",
            "J1",
        ),
        # gateway balancer
        "gateway_balancer.chain": _say(
            "to the gateway balancer",
            "The public address of {flow} is chained to gateway balancer {balancer}.",
            "J21",
        ),
        "gateway_balancer.wrap": _say(
            "wrap",
            "The {side} tunnel carries the packet unchanged: {kind} from {old} to {new}, UDP {port}, "
            "key {vni}.",
            "J21",
        ),
        "gateway_balancer.unwrap": _say(
            "unwrap",
            "The guest of {vm} takes {flow} out of the {side} tunnel (key {vni}).",
            "J21",
            "The appliance is taken to translate nothing of what it looks at.",
        ),
        "gateway_balancer.rewrap": _say(
            "wrap",
            "The guest of {vm} lets the packet pass and sends it back by the {side} tunnel: {kind} to {new}, "
            "UDP {port}, key {vni}.",
            "J21",
        ),
        "gateway_balancer.give_back": _say(
            "give back", "Gateway balancer {balancer} unwraps {flow}, which goes on unchanged.", "J21"
        ),
        # gateway
        "gateway.out": _say(
            "leaves by the gateway", "Gateway {gateway} forwards without translation.", "H15"
        ),
        "gateway.drawn": _say("delivered", "Host {host} is behind gateway {gateway}."),
        "gateway.undrawn": _say(
            "delivered",
            "Gateway {gateway} knows {prefix}; the network behind it is not drawn.",
            "D10",
            "A host outside the drawing is taken to answer.",
        ),
        "gateway.tunnel": _say(
            "into {connection}", "Gateway {gateway} sends {prefix} into connection {connection}.", "H6"
        ),
        "gateway.one_tunnel": _say(
            "into {connection}",
            "{count} tunnels of gateway {gateway} lead to {prefix}; the hash of this flow chooses {tunnel}, "
            "and the flow stays there while that instance runs.",
            "H3",
            "The hash is ours; the real one is not published.",
        ),
        "gateway.from_tunnel": _say(
            "out of {connection}", "Gateway {gateway} takes the packet from connection {connection}.", "H15"
        ),
        "gateway.steered": _say(
            "to {next_hop}",
            "{destination} matches {route} in the route table of the GatewaySubnet.",
            "D63 D20 D41",
        ),
        "gateway.to_peer": _say(
            "to {next_hop}",
            "A route server has learned {prefix} from {next_hop}: the packet goes straight there.",
            "I2",
        ),
        "gateway.transit": _say(
            "passes on",
            "Gateway {gateway} passes the packet on: both of its connections speak BGP.",
            "H8",
        ),
        "site.drawn": _say("delivered", "Router {router} brings {flow} to {host} in {site}."),
        "site.undrawn": _say(
            "delivered",
            "Router {router} brings the packet to {destination} in {site}, which is not drawn.",
            "D10",
            "A host outside the drawing is taken to answer.",
        ),
        "site.out": _say(
            "into {connection}",
            "Router {router} sends {prefix} into connection {connection} to {gateway}.",
            "H6",
        ),
        "site.one_of": _say(
            "into {connection}",
            "{count} tunnels lead to {prefix}; {router} chooses by itself, whatever way the request came: "
            "{tunnel}.",
            "H3",
            "The hash is ours; which tunnel a router takes is its own affair.",
        ),
        "gateway.in": _say(
            "enters by the gateway",
            "Gateway {gateway} hands the packet to the virtual network {network}.",
            "H15",
        ),
        # edge
        "edge.answer": _say(
            "leaves",
            "The answer of a flow that came in for {new} leaves with that source.",
            "K1",
        ),
        "edge.nat_gateway": _say(
            "translate source",
            "NAT gateway {gateway} of the subnet comes first: the source {old} becomes {new}.",
            "K2 K4",
        ),
        "edge.nat_unzoned": _say(
            "translate source",
            "NAT gateway {gateway} of the subnet is in no particular zone: the source {old} becomes {new}.",
            "K5 K2 K4",
            "Nobody is told its real zone; it is taken to be one that is not lost.",
        ),
        "edge.public_ip": _say(
            "translate source", "The public address of the NIC: the source {old} becomes {new}.", "K1 K2"
        ),
        "edge.outbound_rule": _say(
            "translate source", "Outbound rule {rule} of {balancer}: the source {old} becomes {new}.", "K2"
        ),
        "edge.default": _say(
            "translate source",
            "Default outbound access: the source {old} becomes a public address of the platform's choice.",
            "K3",
            "{new} stands for an address that nobody can know beforehand.",
        ),
        "edge.ports": _say(
            "takes a port",
            "Here {way} has {allotted} SNAT ports ({sum}); {used} are in use towards {destination}, and this "
            "flow takes port {port}.",
        ),
        "edge.undrawn": _say(
            "delivered",
            "{destination} is on the Internet and not drawn.",
            "D46",
            "A host outside the drawing is taken to answer.",
        ),
        "edge.service": _say(
            "delivered",
            "The service behind {destination} sees the private source {source}.",
            "D66",
        ),
        "edge.backbone": _say("comes back in", "{destination} is a public address of this drawing.", "K1"),
        "edge.in_public_ip": _say(
            "rewrite destination", "The public address {old} stands for {new} at {nic}.", "K1"
        ),
        "edge.in_frontend": _say(
            "to the balancer", "{destination} is a public frontend of {balancer}.", "J1"
        ),
        "edge.in_answer": _say("translate back", "The answer to {old} goes to {new}, which asked.", "K1"),
        # VPC: tables that name objects, and gateways that are drawn
        "vpc.neighbour": _say(
            "to the neighbour",
            "{destination} is in the sender's own subnet; what stays in a subnet is not routed.",
            "L8 L1",
        ),
        "vpc.local": _say("inside the network", "{destination} matches {route}.", "L7"),
        "vpc.target": _say("to {target}", "{destination} matches {route}.", "L7 L9"),
        "vpc.by_address": _say(
            "to {target}",
            "{destination} matches {route}.",
            "L7 L9",
            "Routes name objects here: the address in the drawing is taken to mean {target}, which holds it.",
        ),
        "vpc.endpoint": _say(
            "into the endpoint",
            "Endpoint {endpoint} leads to the appliances of gateway balancer {balancer}.",
            "L18 L9",
        ),
        "vpc.fragments": _say(
            "cut in pieces",
            "{way} takes {limit} bytes: the packet of {size} bytes travels on in pieces.",
            "L17",
        ),
        "vpc.internet": _say(
            "translate source",
            "Internet gateway {gateway} translates one to one: the source {old} becomes {new}.",
            "L6",
        ),
        "vpc.nat_gateway": _say(
            "translate source",
            "NAT gateway {gateway} in subnet {subnet}: the source {old} becomes {new}.",
            "L6",
        ),
        "transit.route": _say(
            "to attachment {attachment}",
            "Transit gateway {gateway} looks the destination up in its table {table}: {attachment}.",
            "L16",
        ),
        "transit.main_table": _say(
            "into {network}",
            "The packet enters {network} from the transit gateway, though its destination is elsewhere.",
            "L16",
            "Attachments are drawn without a subnet; the main table of {network} is taken for theirs.",
        ),
    }
)
"""Every kind of step by its name."""


def flow_text(header: Header) -> str:
    """Return a flow as people write it.

    Example:
        >>> from ipaddress import ip_address as ip
        >>> a, b = ip("10.0.0.4"), ip("10.0.0.5")
        >>> flow_text(Header(source=a, destination=b, protocol=17, destination_port=53))
        '10.0.0.4 -> 10.0.0.5 udp/53'
    """
    name = protocol_name(header.protocol)
    # A later fragment has no ports of its own; port 0 of a whole TCP or UDP packet is a port as any other.
    ported = header.protocol in (TCP, UDP) and header.frame == "ip" and not header.fragment
    port = f"/{header.destination_port}" if ported or header.destination_port else ""
    return f"{header.source} -> {header.destination} {name}{port}"


def socket_text(address: Address, port: int, protocol: int) -> str:
    """Return an address with its port where the protocol has ports."""
    if protocol in ICMP or not port:
        return str(address)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


_PLACES = {
    Place.GUEST: "the guest of {at}",
    Place.NIC: "NIC {at}",
    Place.SECURITY: "the security groups of {at}",
    Place.FABRIC: "the fabric ({at})",
    Place.BALANCER: "balancer {at}",
    Place.GATEWAY: "gateway {at}",
    Place.EDGE: "the Internet edge",
    Place.NAME: "the name {at}",
}


def where(place: Place, at: str | None, name: str | None) -> str:
    """Return a place in words.

    Args:
        at: path such as ``nics/fw1``.
        name: what people call it.
    """
    if at is None or name is None:
        return say("the fabric") if place is Place.FABRIC else say(_PLACES[place], at=say("the cloud"))
    if place is Place.EDGE and not at.startswith("hosts/"):
        return say(_PLACES[place])
    return name if at.startswith("hosts/") else say(_PLACES[place], at=name)


def ending(outcome: Outcome, place: Place, at: str | None, name: str | None, reason: str) -> str:
    """Return the sentence of a verdict; see ``where`` for the place."""
    if outcome is Outcome.DELIVERED:
        return say("Delivered: {reason}", reason=reason)
    if outcome is Outcome.AMBIGUOUS:
        return say("Ambiguous: {reason}", reason=reason)
    if outcome is Outcome.NOT_MODELLED:
        return say("Not modelled: {reason}", reason=reason)
    if outcome is Outcome.LOOPED:
        return say("Looped at {place}: {reason}", place=where(place, at, name), reason=reason)
    return say("Dropped at {place}: {reason}", place=where(place, at, name), reason=reason)


def shares_text(shares: Sequence[tuple[float, Verdict]]) -> str:
    """Return how the flows of an ambiguous verdict divide, largest share first.

    Args:
        shares: share of flows, 0 to 1, and what becomes of them; the verdicts differ.
    """
    parts = []
    for share, verdict in shares:
        fate = say(verdict.outcome.value)
        if verdict.code is not None:
            fate = f"{fate} ({verdict.code})"
        parts.append(f"{share_text(share)} {fate}")
    return ", ".join(parts)


NARRATION: Mapping[str, str] = MappingProxyType(
    {
        "arrives": "The request arrives, and the answer comes back.",
        "one way": "The request arrives; nothing comes back that could be followed.",
        "request fails": "The request does not arrive.",
        "answer fails": "The request arrives, but the answer does not come back.",
        "handshake fails": "Request and answer arrive, but packet 3 of the handshake does not.",
        "depends": "What becomes of it depends on the flow.",
        "open": "The model has no answer to this question.",
        "request": "The request, {flow}:",
        "answer": "The answer, {flow}:",
        "handshake": "Packet 3 of the handshake, {flow}:",
        "overridden": "It comes before {other}.",
        "assumption": "Assumed: {assumption}",
        "mend": "What would help: {mend}",
        "branch": "{share} of the flows ({label}): {sentence}",
        "cut": "So end the ways of {walked} of the flows; there are too many ways to walk them all, and of "
        "the other flows nothing is told.",
        "as the verdict": "they end as told next.",
        "as before": "they end as told before.",
        "step again": "Step {first} of packet {packet} is as told before.",
        "steps again": "Steps {first} to {last} of packet {packet} are as told before.",
        "ends again": "{which} ends as told before.",
        "the request": "The request",
        "the answer": "The answer",
        "the handshake": "Packet 3 of the handshake",
    }
)
"""What stands between the sentences of the steps when a trace is told as a text."""


def share_text(share: float) -> str:
    """Return a share of flows in percent.

    Example:
        >>> share_text(1 / 3)
        '33.3 %'
    """
    return f"{share * 100:.3g} %"

"""The one table of what a packet's end can be called: drop codes, their sentences, facts and remedies.

A code says why in one word; a *reason* of that code says it for one situation. Templates are filled by
``explain``; nothing else in netcore words a drop. The names are those of the design, section 3.3, and of
the exercises' reason codes; ``LB_HAIRPIN`` and ``AMBIGUOUS`` are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from netcore.trace.model import Outcome


@dataclass(frozen=True, slots=True)
class Reason:
    """One situation in which a code is given.

    Args:
        text: template of the sentence, without the place.
        facts: fact ids; empty means those of the code.
        mend: template of what would help; None means that of the code.
        assumption: what is inferred and not documented, where something is.
    """

    text: str
    facts: tuple[str, ...] = ()
    mend: str | None = None
    assumption: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table.

    Args:
        name: the code, unique.
        outcome: the verdict it belongs to.
        facts: fact ids that the code rests on.
        mend: template of what would help.
        reason: the usual situation.
        variants: further situations by name.
    """

    name: str
    outcome: Outcome
    facts: tuple[str, ...]
    mend: str
    reason: Reason
    variants: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason with its values filled in."""

    text: str
    mend: str | None
    facts: tuple[str, ...]
    assumption: str | None


def _dropped(name: str, facts: str, mend: str, text: str, **variants: Reason) -> Code:
    return Code(name, Outcome.DROPPED, tuple(facts.split()), mend, Reason(text), MappingProxyType(variants))


_ROWS = (
    _dropped(
        "SRC_NOT_OWNED",
        "E2",
        "Send from an address of the NIC, or switch on IP forwarding at {nic} if the VM is an appliance.",
        "The source {source} is not an address of {nic}, and IP forwarding is off there.",
        platform=Reason(
            "{source} is an address of the platform, and only the platform sends from it.",
            ("A14",),
            "Send from an address of {nic}; IP forwarding does not help here.",
        ),
        guest_address=Reason(
            "The guest uses {source}, which the platform did not give to {nic}, and IP forwarding "
            "is off there.",
            ("A17", "E2"),
            "Let the guest take its address by DHCP, or give {source} to {nic} in the platform.",
        ),
        wrong_nic=Reason(
            "The guest's route for {destination} leaves by {nic}, but the source {source} belongs "
            "to {owner}; "
            "IP forwarding is off there.",
            ("A23", "E2"),
            "Add a guest route for {destination} by {owner}.",
        ),
    ),
    _dropped(
        "DST_NOT_OWNED",
        "E3",
        "Switch on IP forwarding at {nic}.",
        "The destination {destination} is not an address of {nic}, and IP forwarding is off there.",
        balancer=Reason(
            "The balancer keeps the destination {destination}, which is not an address of {nic}, "
            "and IP forwarding is off there.",
            ("E8", "E3"),
        ),
    ),
    _dropped(
        "NO_SUCH_HOST",
        "A22",
        "Send to an address that a NIC or a balancer frontend holds, or give {destination} to one.",
        "No NIC and no balancer frontend of {network} holds {destination}.",
        reserved=Reason(
            "{destination} is reserved by the platform in its subnet and never answers.",
            ("B8", "A1"),
            "Send to an address from the fourth of the subnet on.",
        ),
        guest_only=Reason(
            "{destination} exists only inside the guest of {vm}; no NIC and no balancer frontend of "
            "{network} holds it.",
            ("B7", "A22"),
            "Add {destination} to a NIC as an IP configuration, or make it a balancer frontend.",
        ),
        basic_global=Reason(
            "{destination} is a frontend of the Basic balancer {balancer}, which is not reached over the "
            "global peering from {vnet} to {network}.",
            ("G8",),
            "Make {balancer} a Standard balancer.",
        ),
        private_outside=Reason(
            "{destination} is a private address, and nothing outside the cloud answers to it.",
            ("D46",),
            "Route {destination} to the network that owns it.",
            assumption="That the packet is dropped at the edge is inferred, not documented (D46).",
        ),
        no_nat64=Reason(
            "{destination} stands for an IPv4 address, and nothing translates IPv6 to IPv4.",
            ("K9",),
            "Send to the IPv4 address from an IPv4 address.",
        ),
        public=Reason(
            "No public address object of the drawing holds {destination}.",
            ("K8", "K1"),
            "Give the VM a public address, or publish it by a balancer.",
        ),
        private_from_outside=Reason(
            "{destination} is a private address and cannot be reached from the Internet.",
            ("K8",),
            "Send to a public address of the VM or of a balancer.",
        ),
        on_premises=Reason(
            "No host behind gateway {gateway} has the address {destination}.",
            ("D45",),
            "Add the host behind the gateway, or correct the address.",
        ),
        gateway=Reason(
            "Gateway {gateway} knows no network that owns {destination}.",
            ("H6", "A22"),
            "Send to an address of the gateway's virtual network or of one that uses the gateway.",
        ),
        unanswered=Reason(
            "The guest asked for the MAC of {destination}, and the platform names nobody.",
            ("B11", "A22"),
            assumption="That the platform stays silent for an address that nobody holds is inferred (L3).",
        ),
        site=Reason(
            "No router of {site} has a route for {destination}.",
            ("H6",),
            "Send to an address that a gateway of one of its connections announces.",
        ),
        detached=Reason(
            "{destination} belongs to NIC {nic}, which is attached to no VM.",
            ("A22",),
            "Attach {nic} to a VM.",
        ),
    ),
    _dropped(
        "GUEST_IP_MISMATCH",
        "A10 A17",
        "Configure {destination} in the guest of {vm}, or let DHCP do it.",
        "The platform delivered to {nic}, but the guest of {vm} does not hold {destination}.",
        secondary=Reason(
            "{destination} is a secondary address of {nic}; DHCP does not hand it out, and nobody "
            "typed it into {vm}.",
            ("A10",),
        ),
        backup=Reason(
            "The platform delivered to {nic}, but {vm} is only a backup for the shared address {destination} "
            "at this moment.",
            ("B6", "A20"),
            "Put a balancer with a probe in front of the members instead of a shared address.",
        ),
        loopback=Reason(
            "The balancer kept the destination {destination} (floating IP), and the guest of {vm} "
            "holds it on no loopback.",
            ("J6",),
            "Add {destination} to the loopback of {vm}, or switch floating IP off.",
        ),
    ),
    _dropped(
        "GUEST_MAC_MISMATCH",
        "A19 A18 E7",
        "Remove the MAC address typed into the guest; {nic} has {expected}.",
        "The guest of {vm} uses MAC {found}, but {nic} has {expected}.",
        inbound=Reason(
            "Frames for {nic} carry its MAC {expected}, and the guest of {vm} listens to {found}.",
            assumption="That the guest discards the frame is inferred from A19.",
        ),
        outbound=Reason(
            "The guest of {vm} sends from MAC {found}, but {nic} has {expected}.",
            assumption="That the drop happens at the sending host is inferred (A19, E7).",
        ),
    ),
    _dropped(
        "NO_L2",
        "B1 B2",
        "Send IP packets to the address of the neighbour; the fabric forwards by destination address only.",
        "The frame carries no IP packet, and there is no layer 2 between VMs.",
        unknown_mac=Reason(
            "The frame bears the MAC {mac}, which no NIC of the subnet has, and nothing is flooded.",
            ("B11",),
            "Let the guest ask for the MAC of its next hop.",
        ),
        gratuitous=Reason(
            "The announcement that {address} is at {mac} is ignored: no NIC holds {address}, and no other VM "
            "hears of it.",
            ("A20", "B6"),
            "Add {address} to the NIC as an IP configuration.",
        ),
        gratuitous_held=Reason(
            "The announcement that {address} is at {mac} is ignored: {address} stays with {owner}, and no "
            "other VM hears of it.",
            ("A20", "B6"),
            "Move {address} by calls to the control plane.",
        ),
    ),
    _dropped(
        "MULTICAST",
        "B5",
        "Configure the members as unicast peers.",
        "{destination} is a multicast group, and multicast is not carried.",
    ),
    _dropped(
        "BROADCAST",
        "B5",
        "Send to each receiver's own address.",
        "{destination} is a broadcast address, and broadcast is not carried.",
    ),
    _dropped(
        "PROTO_BLOCKED",
        "C1 C2 C3",
        "Carry it inside UDP or TCP, for example VXLAN on UDP 4789.",
        "Protocol {protocol} is not carried between VMs; the profile allows {allowed}.",
    ),
    _dropped(
        "RESERVED_PORT",
        "C5",
        "Use another port.",
        "UDP port {port} is reserved by the platform.",
        dhcp=Reason(
            "Unicast DHCP (UDP 68 to 67) is intercepted by the platform.",
            ("A16",),
            "Take addresses from the platform; a DHCP server of your own cannot serve VMs.",
        ),
    ),
    _dropped(
        "ROUTE_NONE_USER",
        "D47 D54",
        "Change or remove the user route {prefix} of the subnet's route table.",
        "{destination} matches the user route {prefix} with next hop None.",
        transit=Reason(
            "Route {prefix} of the transit gateway's table {table} discards {destination}.",
            ("L16",),
            "Change or remove route {prefix} of {table}.",
        ),
    ),
    _dropped(
        "ROUTE_NONE_SYSTEM",
        "D1 D5 D47",
        "Add a route for {destination}, or peer the network that owns it.",
        "{destination} matches the built-in route {prefix} with next hop None.",
        no_route=Reason(
            "No effective route of {nic} matches {destination}.",
            ("D20",),
            "Add a route for {destination}.",
        ),
        peer_by_hand=Reason(
            "No route of {nic} matches {destination}; {network} owns it, and a peering brings no routes "
            "by itself.",
            ("L14", "L7"),
            "Add a route to the peering in the tables of both networks.",
        ),
        no_way_out=Reason(
            "No route of {nic} matches {destination}, and a network has no way out that is not drawn.",
            ("L6", "L7"),
            "Attach an internet gateway, add a route to it, and give the NIC a public address.",
        ),
        no_association=Reason(
            "Attachment {attachment} of transit gateway {gateway} is associated with no table.",
            ("L16",),
            "Associate {attachment} with a table of {gateway}.",
        ),
        transit=Reason(
            "Table {table} of transit gateway {gateway} has no route for {destination}.",
            ("L16",),
            "Let the attachment that owns {destination} propagate into {table}, or add a route.",
        ),
        not_joined=Reason(
            "{destination} matches the built-in route {prefix} with next hop None; {network} owns it, but "
            "its peering with {vnet} joins other subnets only.",
            ("G2", "D1", "D47"),
            "Add the subnet of {destination} to both links of the peering.",
        ),
        not_synchronised=Reason(
            "{destination} matches the built-in route {prefix} with next hop None; {network} owns it, but "
            "the link of {vnet} does not know that range yet.",
            ("G10", "D1", "D47"),
            "Synchronise the link of {vnet} with {network}.",
        ),
        peer_of_peer=Reason(
            "{destination} matches the built-in route {prefix} with next hop None; {network} owns it, "
            "but is not directly peered with {vnet}, and peering is not transitive.",
            ("G3", "D1", "D47"),
            "Add a user route to an appliance in the network between, or peer {network} with {vnet}.",
        ),
    ),
    _dropped(
        "ROUTE_INVALID_NH",
        "D40 D41 D44",
        "Choose a next hop that the type allows.",
        "The next hop of route {prefix} cannot be used.",
        not_vpn=Reason(
            "The user route {prefix} targets the gateway, but {gateway} is not the only gateway or "
            "not a VPN gateway.",
            ("D44",),
            "Point the route at an appliance, or let the gateway's own routes apply.",
        ),
        gone=Reason(
            "The host of {nic} still has the earlier routes, and that for {destination} leads to {target}, "
            "which is no longer there.",
            ("D65",),
            "Wait until the host has the new routes.",
            assumption="How long a host keeps its old routes is not published.",
        ),
        no_address=Reason(
            "The user route {prefix} names an appliance without an address.",
            ("D41",),
            "Write the address of the appliance or of the balancer frontend into the route.",
        ),
    ),
    _dropped(
        "NH_UNREACHABLE",
        "D41 D42",
        "Point the route {prefix} at a NIC or internal balancer frontend in this or a directly "
        "peered network.",
        "No NIC or internal balancer frontend that {vnet} reaches directly holds the next hop "
        "{next_hop} of route {prefix}.",
        not_own=Reason(
            "Route {prefix} names {next_hop}, and a route of {vnet} leads only to a gateway or to an object "
            "of {vnet} itself, such as a NIC.",
            ("L9",),
            "Point the route {prefix} at a NIC of {vnet}, or reach the other network by its peering.",
        ),
        not_attached=Reason(
            "Network {vnet} is not attached to transit gateway {gateway}.",
            ("L16",),
            "Attach {vnet} to {gateway}.",
        ),
    ),
    _dropped(
        "NH_STOPPED",
        "D42",
        "Start {vm}, or point the route {prefix} at an appliance that runs; there is no fallback to "
        "another route.",
        "The next hop {next_hop} of route {prefix} belongs to {vm}, which does not run.",
    ),
    Code(
        "LOOP",
        Outcome.LOOPED,
        ("D49", "D28"),
        "Move the appliance to a subnet whose routes for {destination} do not lead back to it.",
        Reason("The packet for {destination} came back to where it had been with the same header."),
    ),
    _dropped(
        "TTL",
        "B9",
        "Send with a larger TTL, or shorten the chain of appliances.",
        "The packet arrived with TTL {ttl}, and the guest may not forward it any further.",
    ),
    _dropped(
        "NSG_OUT",
        "F2 F3",
        "Allow {flow} outbound in {group} with a smaller priority number than {rule}.",
        "Outbound rule {rule} of {group} denies {flow}.",
        admin=Reason(
            "Outbound security admin rule {rule} denies {flow}; no security group is asked.",
            ("F14",),
            "Change the admin rule {rule}, or put one before it that allows {flow}.",
        ),
        cut=Reason(
            "{flow} was allowed when it began, and rule {rule} of {group} denies it now.",
            ("F5",),
            "Allow {flow} in {group} again.",
            "That a changed rule ends existing flows is a lab's finding; the documents say they go on (N5).",
        ),
    ),
    _dropped(
        "NSG_IN",
        "F2 F3",
        "Allow {flow} inbound in {group} with a smaller priority number than {rule}.",
        "Inbound rule {rule} of {group} denies {flow}.",
        admin=Reason(
            "Inbound security admin rule {rule} denies {flow}; no security group is asked.",
            ("F14",),
            "Change the admin rule {rule}, or put one before it that allows {flow}.",
        ),
        cut=Reason(
            "{flow} was allowed when it began, and rule {rule} of {group} denies it now.",
            ("F5",),
            "Allow {flow} in {group} again.",
            "That a changed rule ends existing flows is a lab's finding; the documents say they go on (N5).",
        ),
        closed=Reason(
            "{flow} comes in through a Standard public address, and neither {nic} nor its subnet "
            "has a security group "
            "that allows it.",
            ("F1",),
            "Attach a security group that allows {flow} inbound.",
        ),
        transit=Reason(
            "Inbound rule {rule} of {group} denies {flow}: the default rules allow no transit to "
            "the Internet.",
            ("F11", "F4"),
        ),
    ),
    _dropped(
        "PEERING_NOT_CONNECTED",
        "G1",
        "Create the missing peering link between {network} and {vnet}.",
        "The peering between {vnet} and {network} has only one of its two links.",
        disconnected=Reason(
            "The peering between {vnet} and {network} is disconnected: one of its links was deleted once.",
            ("G1",),
            "Remove what is left of the peering between {network} and {vnet}, and create both links anew.",
        ),
        access_off=Reason(
            "The peering between {vnet} and {network} does not allow virtual network access.",
            ("G4",),
            "Allow virtual network access on both links of the peering.",
        ),
    ),
    _dropped(
        "PEERING_FORWARDED_OFF",
        "G5",
        "Allow forwarded traffic on the link of {network} towards {vnet}.",
        "{source} is not in the address space of {vnet}, and the link of {network} does not allow "
        "forwarded traffic.",
        transit=Reason(
            "{source} is not in the address space of {vnet}, and a peering carries no transit to {network}.",
            ("L14",),
            "Peer the two networks directly, or join them by a transit gateway.",
            assumption="That transit ends at the peering itself follows from L14; where is not documented.",
        ),
    ),
    _dropped(
        "GW_TRANSIT_OFF",
        "G6",
        "Allow gateway transit on the link of {vnet} and use remote gateways on the link of {network}.",
        "Network {network} is peered with {vnet}, but does not use its gateway.",
        branches=Reason(
            "Gateway {gateway} knows {destination}, but passes packets between its connections only where "
            "both speak BGP.",
            ("H8",),
            "Switch on BGP on both connections, or join the two sites directly.",
        ),
        circuits=Reason(
            "Gateway {gateway} knows {destination}, but ExpressRoute is no transit between sites.",
            ("H11",),
            "Join the two sites directly.",
        ),
        gateways=Reason(
            "{destination} is behind gateway {other}, and {gateway} exchanges no routes with it.",
            ("H8",),
            "Add a route server with branch-to-branch to the virtual network.",
        ),
    ),
    _dropped(
        "GW_ROUTE_WITHDRAWN",
        "H7",
        "Let the other side announce the prefix again.",
        "The gateway no longer learns a route for {destination}.",
        site=Reason(
            "No tunnel of {site} towards {destination} is up.",
            mend="Bring the connection up again, or add a second one.",
        ),
        no_session=Reason(
            "Connection {connection} uses BGP, and no session tells {site} of {destination}.",
            ("H6", "H5"),
            "Configure the gateway's address and AS number as BGP neighbour at the router.",
        ),
    ),
    _dropped(
        "NO_GATEWAY",
        "D44",
        "Create a VPN gateway in {vnet}, or use the gateway of a peered network.",
        "Route {prefix} leads to the virtual network gateway, and {vnet} has none and uses none.",
        family=Reason(
            "Gateway {gateway} is a VPN gateway, and those carry IPv4 only.",
            ("K10",),
            "Use IPv4, or ExpressRoute.",
        ),
        down=Reason(
            "No instance of gateway {gateway} runs.",
            ("H2",),
            "Wait until an instance of {gateway} runs again.",
        ),
        silent=Reason(
            "An instance of gateway {gateway} is gone, and nobody has noticed yet.",
            ("H3",),
            "Wait until its neighbours have noticed; their timers say when.",
        ),
        internet=Reason(
            "Route {prefix} leads to the Internet, and {vnet} has no internet gateway.",
            ("L6",),
            "Attach an internet gateway to {vnet}.",
        ),
        no_internet_gateway=Reason(
            "{destination} belongs to {vnet}, which has no internet gateway.",
            ("L6",),
            "Attach an internet gateway to {vnet}.",
        ),
    ),
    _dropped(
        "NO_OUTBOUND",
        "K2 K3",
        "Give the subnet a NAT gateway, the NIC a public address, or the pool an outbound rule.",
        "NIC {nic} has no way out to the Internet: no NAT gateway, public address, outbound rule or "
        "default outbound access.",
        foreign_source=Reason(
            "The source {source} is not an address of {nic}, so nothing translates it to a public address.",
            ("E6",),
            "Let the guest of {vm} translate the source (SNAT) of what it forwards.",
        ),
        protocol=Reason(
            "{way} does not carry protocol {protocol}.",
            ("K4", "K3", "C11"),
            "Give the NIC a public address, or use TCP or UDP.",
        ),
        fragment=Reason(
            "{way} does not carry fragments.",
            ("K3",),
            "Send smaller packets, or give the NIC a public address.",
        ),
        zone=Reason(
            "{way} stands in zone {zone}, which is lost, and a NAT gateway has no second zone.",
            ("K5",),
            "Use one NAT gateway in each zone, with a subnet of its own.",
        ),
        no_public_address=Reason(
            "Internet gateway {gateway} translates one to one, and {source} has no public address.",
            ("L6",),
            "Give the NIC that holds {source} a public address, or lead it through a NAT gateway.",
        ),
        nat_nowhere=Reason(
            "NAT gateway {gateway} stands in no subnet, and so leads nowhere.",
            ("L6",),
            "Place {gateway} in a subnet whose table leads to an internet gateway.",
        ),
        nat_subnet=Reason(
            "NAT gateway {gateway} stands in subnet {subnet}, whose table leads to no internet gateway.",
            ("L6",),
            "Add a route to the internet gateway to the table of {subnet}.",
        ),
        family=Reason(
            "IPv6 leaves only by an IPv6 public address or outbound rule, and {nic} has none.",
            ("K9",),
            "Give the NIC an IPv6 public address.",
        ),
    ),
    _dropped(
        "SNAT_EXHAUSTED",
        "K6",
        "Give {way} more public addresses, or use a NAT gateway.",
        "No SNAT port is left for {destination}: {way} has {allotted} here ({sum}), and {used} are in use.",
        nat=Reason(
            "No SNAT port is left for {destination}: {way} has {allotted} ({sum}), and {used} are in use.",
            ("K4",),
            "Give {way} more public addresses; it takes up to 16.",
        ),
    ),
    _dropped(
        "LB_NO_RULE",
        "J2 J4",
        "Add a rule for {flow} to frontend {frontend}, or an HA-ports rule.",
        "No rule of frontend {frontend} matches {flow}.",
        icmp=Reason(
            "Balancing rules carry TCP and UDP; frontend {frontend} has no HA-ports rule for {flow}.",
            ("J5",),
        ),
        fragment=Reason(
            "{flow} is a fragment, and only HA-ports rules pass fragments on; frontend {frontend} has none.",
            ("C10",),
            "Send packets that fit, or use an HA-ports rule.",
        ),
        public=Reason(
            "No rule of public frontend {frontend} matches {flow}.",
            mend="Add a rule for {flow} to frontend {frontend}.",
        ),
        public_icmp=Reason(
            "Balancing rules carry TCP and UDP; public frontend {frontend} has no rule for {flow}.",
            ("J5",),
            "Give the VM a public address, or send TCP or UDP.",
        ),
        public_fragment=Reason(
            "{flow} is a fragment, and no rule of public frontend {frontend} passes fragments on.",
            ("C10",),
            "Send packets that fit.",
        ),
        gateway=Reason(
            "Gateway balancer {balancer} takes only Internet packets of the public addresses chained to it, "
            "by an HA-ports rule; {flow} is none.",
            ("J21",),
            "Chain a public frontend or a public IP of a NIC to {balancer}; between VMs use an internal "
            "balancer as next hop.",
        ),
        tunnel=Reason(
            "No tunnel of {vm} towards the gateway balancer has port {port} and key {vni}.",
            ("J21",),
            "Give {vm} a tunnel with port {port} and key {vni}.",
        ),
    ),
    _dropped(
        "LB_NO_HEALTHY",
        "J12 J7 F9 J18",
        "Make a backend answer the probe: running, probe port served, 168.63.129.16 allowed, and the answer "
        "by the NIC the probe came in by.",
        "No backend of pool {pool} is healthy: {why}.",
        empty=Reason("Pool {pool} has no backend.", ("J12",), "Add a backend to the pool."),
        drained=Reason(
            "Every backend of pool {pool} is taken out by its admin state.",
            ("J13",),
            "Set the admin state of a backend back.",
        ),
    ),
    _dropped(
        "LB_FLOW_PINNED_DEAD",
        "J11 J12",
        "Open a new connection: it goes to a healthy backend.",
        "This established flow belongs to backend {vm}, which is dead.",
    ),
    _dropped(
        "LB_HAIRPIN",
        "J15",
        "Reach the service from outside the pool, or by the backend's own address.",
        "The balancer chose {vm} for its own packet; source and destination would be the same VM.",
    ),
    _dropped(
        "ZONE_DOWN",
        "J16 M4",
        "Use a zone-redundant frontend, or send to the frontend of another zone.",
        "Frontend {frontend} is served from zone {zones} only, which is lost.",
    ),
    _dropped(
        "IP_IN_TRANSIT",
        "A20 A21",
        "Wait for the control plane: the address arrives when the second call has finished.",
        "{destination} is being moved and belongs to no NIC at this moment.",
        source=Reason("The source {source} is being moved and belongs to no NIC at this moment."),
    ),
    _dropped(
        "OS_FORWARDING_OFF",
        "E5",
        "Switch on forwarding in the guest of {vm}.",
        "The packet for {destination} reached {vm}, and its guest does not forward.",
    ),
    _dropped(
        "OS_NO_ROUTE",
        "A23",
        "Give {vm} a NIC with an address of that family, or a guest route.",
        "The guest of {vm} has no route for {destination}.",
        tunnel=Reason(
            "The outer packet of tunnel {tunnel} for {destination} has no way out of {vm} but tunnels.",
            ("I18",),
            "Give {vm} a route for {destination} by a NIC.",
        ),
    ),
    _dropped(
        "OS_FIREWALL",
        "E5",
        "Allow {flow} in the firewall of {vm} with a smaller priority number than {priority}.",
        "The firewall in the guest of {vm} denies {flow}: {hook} rule {priority}.",
    ),
    _dropped(
        "NO_SERVICE",
        "A10",
        "Start something in {vm} that answers {service}, or send to one of: {served}.",
        "Nothing in the guest of {vm} answers {service}.",
    ),
    _dropped(
        "STATE_MISSING",
        "D29",
        "Send both directions through the same appliance, or let the appliance translate the source (SNAT).",
        "VM {vm} is stateful and has not seen the start of this connection.",
        answer=Reason("VM {vm} is stateful, and this answer belongs to no connection that it has seen open."),
        handshake=Reason(
            "Packet 3 of the handshake reaches {vm}, which saw packet 1 but not the answer.",
        ),
        stranger=Reason(
            "VM {vm} asked {expected}, but the answer comes from {found}.",
            ("D29", "J1"),
            "Bring the answer back through what translated the request.",
        ),
        reset=Reason("VM {vm} has no connection with {found} that this packet could belong to."),
        nat=Reason(
            "{destination} lets in only answers, and this packet answers nothing.",
            ("K4",),
            "Publish the service by a public address or a balancer.",
        ),
    ),
    _dropped(
        "BGP_NOT_IN_FABRIC",
        "I15 I17",
        "Write {prefix} with next hop {via} into the route table of the sending subnet, or carry the "
        "packet in "
        "a tunnel to {via}.",
        "The guest of {vm} learned {prefix} via {via} by BGP, and the fabric knows nothing of it.",
    ),
    _dropped(
        "MTU",
        "C8 C9",
        "Send packets of at most {limit} bytes; for tunnels between VMs an MTU of 1400 is recommended, and "
        "1350 as TCP's largest segment.",
        "The packet has {size} bytes, {through} of {vm} takes {limit}, and it may not be cut in pieces.",
        outside=Reason(
            "The packet has {size} bytes, {way} takes {limit}, and it may not be cut in pieces.",
            ("L17",),
            "Send packets of at most {limit} bytes to the outside and to other regions.",
        ),
    ),
    _dropped(
        "TUNNEL_MISMATCH",
        "I18",
        "Give {vm} the other end: kind {kind}, remote {source}, port {port}, key {key}.",
        "The guest of {vm} has no {kind} tunnel.",
        remote=Reason(
            "The {kind} tunnel of {vm} leads to {expected}, and this packet comes from {source}.",
        ),
        port=Reason("The {kind} tunnel of {vm} uses port {expected}, and this packet came to port {port}."),
        key=Reason("The {kind} tunnel of {vm} has key {expected}, and this packet has key {key}."),
    ),
    _dropped(
        "VM_STOPPED",
        "A9",
        "Start {vm}.",
        "VM {vm} does not run.",
        zone=Reason(
            "VM {vm} is in zone {zone}, which is lost.",
            ("M4",),
            "Run a second VM in another zone.",
        ),
    ),
    Code(
        "AMBIGUOUS",
        Outcome.AMBIGUOUS,
        ("D26", "J2"),
        "Make all branches end alike.",
        Reason("It depends on the flow: {shares}."),
    ),
    Code(
        "NOT_MODELLED",
        Outcome.NOT_MODELLED,
        (),
        "",
        Reason("There is no answer to {what}."),
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({row.name: row for row in _ROWS})
"""Every code by its name."""


def explain(code: str, variant: str = "", **values: Any) -> Explanation:
    """Return the filled reason of a code.

    Args:
        code: a key of ``CODES``.
        variant: a key of the code's ``variants``; empty for the usual reason.
        values: what the templates name; a missing one is a programming error.

    Raises:
        KeyError: unknown code or variant, or a value is missing.

    Example:
        >>> explain("OS_FORWARDING_OFF", vm="fw1", destination="10.0.2.4").text
        'The packet for 10.0.2.4 reached fw1, and its guest does not forward.'
    """
    row = CODES[code]
    reason = row.variants[variant] if variant else row.reason
    mend = row.mend if reason.mend is None else reason.mend
    return Explanation(
        text=reason.text.format(**values),
        mend=mend.format(**values) or None,
        facts=reason.facts or row.facts,
        assumption=reason.assumption,
    )

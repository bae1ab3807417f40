"""Codes of addresses, guests' frames, protocols, routes and security groups."""

from __future__ import annotations

from netcore.trace.model import Outcome
from netcore.trace.reasons import Code, Reason, dropped

ROWS = (
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
        "MULTICAST",
        "B5",
        "Configure the members as unicast peers.",
        "{destination} is a multicast group, and multicast is not carried.",
    ),
    dropped(
        "BROADCAST",
        "B5",
        "Send to each receiver's own address.",
        "{destination} is a broadcast address, and broadcast is not carried.",
    ),
    dropped(
        "PROTO_BLOCKED",
        "C1 C2 C3",
        "Carry it inside UDP or TCP, for example VXLAN on UDP 4789.",
        "Protocol {protocol} is not carried between VMs; the profile allows {allowed}.",
        internet=Reason(
            "Protocol {protocol} has no way out to the Internet; the profile allows {allowed}.",
            ("C1", "C2", "C3", "C11"),
            assumption="The sources speak of packets between VMs and of public addresses of NICs; that no "
            "other way out carries more is inferred.",
        ),
        gateway=Reason(
            "Protocol {protocol} is not carried to a gateway; the profile allows {allowed}.",
            assumption="The sources speak of packets between VMs; that a gateway gets no more is inferred.",
        ),
    ),
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
        "TTL",
        "B9",
        "Send with a larger TTL, or shorten the chain of appliances.",
        "The packet arrived with TTL {ttl}, and the guest may not forward it any further.",
    ),
    dropped(
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
    dropped(
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
)

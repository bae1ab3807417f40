"""Codes of peerings, gateways, ways out, balancers, guests and tunnels."""

from __future__ import annotations

from netcore.trace.model import Outcome
from netcore.trace.reasons import Code, Reason, dropped

ROWS = (
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
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
    dropped(
        "LB_FLOW_PINNED_DEAD",
        "J11 J12",
        "Open a new connection: it goes to a healthy backend.",
        "This established flow belongs to backend {vm}, which is dead.",
    ),
    dropped(
        "LB_FLOW_RESET",
        "L19",
        "Open a new connection: it goes to a healthy backend.",
        "Backend {vm} of this established flow is out of the rotation ({why}), so the balancer resets it.",
    ),
    dropped(
        "LB_HAIRPIN",
        "J15",
        "Reach the service from outside the pool, or by the backend's own address.",
        "The balancer chose {vm} for its own packet; source and destination would be the same VM.",
    ),
    dropped(
        "ZONE_DOWN",
        "J16 M4",
        "Use a zone-redundant frontend, or send to the frontend of another zone.",
        "Frontend {frontend} is served from zone {zones} only, which is lost.",
    ),
    dropped(
        "IP_IN_TRANSIT",
        "A20 A21",
        "Wait for the control plane: the address arrives when the second call has finished.",
        "{destination} is being moved and belongs to no NIC at this moment.",
        source=Reason("The source {source} is being moved and belongs to no NIC at this moment."),
    ),
    dropped(
        "OS_FORWARDING_OFF",
        "E5",
        "Switch on forwarding in the guest of {vm}.",
        "The packet for {destination} reached {vm}, and its guest does not forward.",
    ),
    dropped(
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
    dropped(
        "OS_FIREWALL",
        "E5",
        "Allow {flow} in the firewall of {vm} with a smaller priority number than {priority}.",
        "The firewall in the guest of {vm} denies {flow}: {hook} rule {priority}.",
    ),
    dropped(
        "NO_SERVICE",
        "A10",
        "Start something in {vm} that answers {service}, or send to one of: {served}.",
        "Nothing in the guest of {vm} answers {service}.",
    ),
    dropped(
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
    dropped(
        "BGP_NOT_IN_FABRIC",
        "I15 I17",
        "Write {prefix} with next hop {via} into the route table of the sending subnet, or carry the "
        "packet in "
        "a tunnel to {via}.",
        "The guest of {vm} learned {prefix} via {via} by BGP, and the fabric knows nothing of it.",
    ),
    dropped(
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
    dropped(
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
    dropped(
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
        {
            "cut": Reason(
                "It depends on the flow: of the {walked} of the flows whose ways were walked, {shares}. "
                "There are too many ways to walk them all; of the other flows nothing is told."
            )
        },
    ),
    Code(
        "NOT_MODELLED",
        Outcome.NOT_MODELLED,
        (),
        "",
        Reason("There is no answer to {what}."),
    ),
)

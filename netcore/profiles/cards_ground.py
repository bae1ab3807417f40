"""Rule cards of addresses, the guest, layer 2 and protocols (facts A, B, C and M). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_SEED = "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net)"
_FAQ = "Azure Virtual Network FAQ"
_PRIVATE = "Azure private IP addresses page"
_IPV6 = "Azure IPv6 for virtual networks overview"
_NIC = "Azure network interface page"
_NICIP = "Azure network interface IP addresses page"
_CNI = "Azure container networking source (CNI, Linux bridge client)"
_LIMITS = "Azure networking limits"

GROUND_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "subnet-reserved",
        "Azure keeps five IPv4 addresses of every subnet: the first four and the last.",
        ("A1",),
        _FAQ,
        "2024-07",
        "D",
        "addresses",
    ),
    RuleCard(
        "subnet-size",
        "An IPv4 subnet has a mask no longer than /29, which leaves three addresses, and no shorter than the "
        "profile says: /2 by the text of 2024, /8 by that of 2019.",
        ("A2",),
        _FAQ,
        "2024-07",
        "D",
        "addresses",
    ),
    RuleCard("subnet-ipv6-size", "Every IPv6 subnet is a /64.", ("A3",), _IPV6, "2023-08", "D", "addresses"),
    RuleCard(
        "ipv4-required",
        "A virtual network has IPv4, with or without IPv6 beside it, and so has every NIC.",
        ("A4",),
        _IPV6,
        "2023-08",
        "D",
    ),
    RuleCard(
        "space-refused",
        "An address space may not hold multicast, broadcast, loopback or link-local ranges, nor the "
        "platform's own address.",
        ("A5",),
        _FAQ,
        "2024-07",
        "D",
        "addresses",
    ),
    RuleCard(
        "space-private",
        "Private means the RFC 1918 ranges and 100.64.0.0/10. Public ranges may be used inside, and the "
        "Internet then does not reach them.",
        ("A6",),
        _FAQ,
        "2024-07",
        "D",
        "addresses",
    ),
    RuleCard(
        "subnet-inside",
        "Each subnet lies inside one range of its virtual network and shares no address with another subnet.",
        ("A7",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "address-unique",
        "One address of a virtual network has one holder: an IP configuration of a NIC or a frontend.",
        ("A8",),
        _PRIVATE,
        "2023-12",
        "D",
    ),
    RuleCard(
        "address-from-control",
        "The control plane assigns the addresses of a NIC, and they stay while the VM is stopped.",
        ("A9",),
        _PRIVATE,
        "2023-12",
        "D",
    ),
    RuleCard(
        "address-secondary",
        "DHCP hands only the primary address to the guest. A secondary one has to be typed into the "
        "guest, or "
        "the guest throws away what the fabric brings for it.",
        ("A10",),
        _NICIP,
        "2023",
        "D",
    ),
    RuleCard(
        "nic-one-subnet",
        "All IP configurations of a NIC take their addresses from one subnet.",
        ("A11",),
        _NIC,
        "2023",
        "D",
    ),
    RuleCard(
        "address-counts",
        "A NIC holds at most 256 private addresses and a virtual network at most 65,536.",
        ("A12",),
        _LIMITS,
        "2022-12",
        "D",
        "addresses",
    ),
    RuleCard(
        "address-by-dhcp",
        "A guest learns its address by DHCP from the control plane and cannot ask for another.",
        ("A13",),
        _SEED,
        "2021",
        "R",
    ),
    RuleCard(
        "platform-addresses",
        "168.63.129.16 gives DHCP, DNS and probes, 169.254.169.254 metadata, in every region; only the "
        "platform sends from them.",
        ("A14",),
        "Azure, What is IP address 168.63.129.16",
        "2023",
        "D",
    ),
    RuleCard(
        "platform-host-routes",
        "DHCP gives the guest host routes to the two platform addresses through the first address of its "
        "subnet.",
        ("A15",),
        "published command output of routers in Azure",
        "2023",
        "R",
    ),
    RuleCard(
        "dhcp-unicast",
        "DHCP requests sent by unicast inside the virtual network are caught by the platform.",
        ("A16",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "guest-address-mismatch",
        "A guest whose address differs from that of its NIC loses its connection in both directions.",
        ("A17",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "mac-given",
        "Nobody chooses a MAC address: Azure makes one for the NIC and presents it as hardware.",
        ("A18",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "mac-checked",
        "Frames with another source MAC than the NIC's are dropped at the sending host, whatever IP "
        "forwarding says.",
        ("A19", "E7"),
        _SEED,
        "2021",
        "I",
    ),
    RuleCard(
        "address-moves-by-control",
        "An address moves from one VM to another only when the control plane takes it from the first NIC and "
        "adds it to the second. Gratuitous ARP changes nothing.",
        ("A20",),
        _SEED,
        "2021",
        "R",
    ),
    RuleCard(
        "address-move-slow",
        "A move by calls to the control plane takes a minute or two, sometimes far longer; until the second "
        "call has finished the address belongs to no NIC.",
        ("A21",),
        "Azure Architecture Center, highly available NVAs",
        "2025-03",
        "D",
    ),
    RuleCard(
        "delivery-by-holder",
        "The fabric delivers to whatever NIC or frontend holds the destination or the next hop; what only a "
        "guest claims is not delivered.",
        ("A22",),
        "Azure virtual network traffic routing; the consequence is ours",
        "2023-05",
        "I",
    ),
    RuleCard(
        "guest-default-route",
        "A guest with several NICs gets its default route on the primary one only.",
        ("A23",),
        "Azure, Diagnose a virtual machine routing problem",
        "2023",
        "D",
    ),
    RuleCard(
        "no-layer-2",
        "A virtual network routes every packet; there is no layer 2 below it.",
        ("B1",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "destination-mac-ignored",
        "Every packet is forwarded by its IP destination; the destination MAC of the frame does not count.",
        ("B2",),
        _SEED,
        "2021",
        "R",
    ),
    RuleCard(
        "arp-one-answer",
        "The host answers every ARP request for another address with 12:34:56:78:9a:bc.",
        ("B3",),
        _CNI,
        "2023",
        "R",
    ),
    RuleCard(
        "ipv6-router",
        "The default router for IPv6 is fe80::1234:5678:9abc, with the same MAC.",
        ("B4",),
        _CNI,
        "2023",
        "D",
    ),
    RuleCard(
        "no-multicast",
        "Broadcast and multicast vanish at the sender, except the DHCP exchange with the platform.",
        ("B5",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "no-first-hop-redundancy",
        "VRRP, HSRP and CARP do not work: their hellos are multicast, their MACs are ignored, and the fabric "
        "does not know their shared address even where unicast hellos arrive. Such hellos are taken to "
        "travel in UDP, for protocol 112 is not carried.",
        ("B6",),
        _SEED,
        "2021",
        "R",
        "unicast_hello_protocol",
    ),
    RuleCard(
        "guest-only-address",
        "An address that only a guest has is reached by that guest and by nobody else.",
        ("B7",),
        "public issue threads on shared addresses",
        "2023",
        "R",
    ),
    RuleCard(
        "reserved-silent",
        "The router address of a subnet and the other reserved ones do not answer ping.",
        ("B8",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "fabric-no-ttl",
        "The fabric does not lower the TTL and is no hop of a traceroute; guests that forward are.",
        ("B9",),
        _FAQ,
        "2024-07",
        "R",
        "traceroute",
    ),
    RuleCard(
        "guest-next-hop-ignored",
        "A route of the guest picks the NIC and the source address; its next hop is ignored by the fabric.",
        ("B10",),
        "Jose Moreno, Azure networking is not like your on-premises network",
        "2023",
        "R",
    ),
    RuleCard(
        "protocols-carried",
        "Between VMs pass TCP, UDP and ICMP, and by the text of 2024 also ESP and AH.",
        ("C1", "C7"),
        _FAQ,
        "2024-07",
        "D",
        "protocols",
    ),
    RuleCard(
        "tunnels-blocked",
        "GRE and IP-in-IP are blocked, also between neighbours.",
        ("C2",),
        _FAQ,
        "2024-07",
        "D",
        "protocols",
    ),
    RuleCard(
        "protocols-other",
        "Every protocol that is not listed as carried is dropped.",
        ("C3",),
        _SEED,
        "2021",
        "R",
        "protocols",
    ),
    RuleCard(
        "tunnels-in-udp",
        "Tunnels inside UDP or TCP, such as VXLAN, WireGuard or IPsec with NAT traversal, pass as what "
        "they are.",
        ("C4", "C6"),
        "Azure Route Server, multi-region design",
        "2024",
        "D",
    ),
    RuleCard(
        "udp-reserved",
        "UDP ports 65330 and 4791 are the platform's, as source and as destination; by the text of 2019 only "
        "65330, as source.",
        ("C5",),
        _FAQ,
        "2024-07",
        "D",
        "reserved_udp_ports",
    ),
    RuleCard(
        "public-address-protocols",
        "A public address on a NIC carries TCP, UDP, ICMP and ESP.",
        ("C11",),
        "Azure Load Balancer, outbound connections",
        "2023",
        "D",
    ),
    RuleCard(
        "subnet-all-zones",
        "A subnet spans all zones of its region; the zone of a VM does not change how its packets travel.",
        ("M2",),
        _FAQ,
        "2024-07",
        "D",
    ),
)

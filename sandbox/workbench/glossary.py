"""The words of this place: one word per idea, what it means, and what the clouds call it."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Word(NamedTuple):
    """One idea.

    Args:
        term: the word that is used everywhere here.
        meaning: one or two sentences.
        azure, aws: what the clouds call it; empty where they use our word or have no such thing.
        facts: fact ids that say more.
    """

    term: StrOrPromise
    meaning: StrOrPromise
    azure: str = ""
    aws: str = ""
    facts: tuple[str, ...] = ()

    def has(self, words: list[str]) -> bool:
        """Return whether every one of some lower-case words is in the entry."""
        text = " ".join((str(self.term), str(self.meaning), self.azure, self.aws, *self.facts)).lower()
        return all(word in text for word in words)


GLOSSARY: Final[dict[str, Word]] = {
    "address-space": Word(
        _("address space"),
        _("The ranges of a virtual network. Each becomes a system route, whatever subnets there are."),
        aws="VPC CIDR blocks",
        facts=("A7", "D2"),
    ),
    "appliance": Word(
        _("appliance"),
        _(
            "A VM that forwards what is not for itself: a firewall, a router. It needs IP forwarding at "
            "its NIC, and a guest that forwards."
        ),
        azure="NVA, network virtual appliance",
        aws="middlebox",
        facts=("D43", "E5"),
    ),
    "backend-pool": Word(
        _("backend pool, member"),
        _("The NICs behind a balancer. Only members whose probe answers take new flows."),
        aws="target group, target",
        facts=("J7", "J11"),
    ),
    "balancer": Word(
        _("balancer"),
        _(
            "Spreads flows over the members of a pool. It ends no flow: the client's address stays, and "
            "members answer straight to the client."
        ),
        azure="Load Balancer",
        aws="Network Load Balancer",
        facts=("J1", "J2"),
    ),
    "control-plane": Word(
        _("control plane"),
        _(
            "Orchestration: what is drawn becomes true by calls that take time. Only it moves an address "
            "or changes a route."
        ),
        azure="Resource Manager",
        facts=("A20", "A21", "D65"),
    ),
    "data-plane": Word(_("data plane"), _("What happens to packets, with the routes as they are now.")),
    "detect-control-data": Word(
        _("detect, control and data time"),
        _(
            "The three clocks of a failover: until somebody notices, until the calls are done, until "
            "packets flow again. They are told apart, for each needs another remedy."
        ),
        facts=("J20",),
    ),
    "drop-code": Word(
        _("drop code"),
        _(
            "One word for why a packet ends, such as NSG_IN or NO_SUCH_HOST. Each has a sentence and what"
            " would mend it."
        ),
    ),
    "effective-routes": Word(
        _("effective routes"),
        _(
            "The routes of one NIC after the contest of system, propagated and user routes. The longest "
            "prefix that is active decides."
        ),
        aws="the subnet's route table",
        facts=("D12", "D20"),
    ),
    "effective-rules": Word(
        _("effective rules"),
        _(
            "The security rules that one NIC meets, of its subnet and its own, in the order in which they"
            " are asked."
        ),
        facts=("F2", "F3"),
    ),
    "fabric": Word(
        _("fabric"),
        _(
            "The provider's forwarding between VMs. In Azure it looks at destination addresses only; "
            "nothing of layer 2 exists in it."
        ),
        azure="virtual network",
        aws="VPC",
        facts=("B1", "B2", "B11"),
    ),
    "flow": Word(
        _("flow"),
        _(
            "Packets with the same two addresses, two ports and protocol. Balancers and equal routes "
            "choose once for each flow."
        ),
        facts=("D26", "J2"),
    ),
    "forwarding-guest": Word(
        _("guest forwarding"),
        _(
            "The switch inside a VM's system that makes it a router. It is another one than IP forwarding"
            " at the NIC."
        ),
        facts=("E5",),
    ),
    "frontend": Word(
        _("frontend"),
        _("An address that belongs to a balancer."),
        aws="listener's address",
        facts=("J6",),
    ),
    "floating-ip": Word(
        _("floating IP"),
        _(
            "A rule that leaves the destination as it is, so that the member must hold the frontend's "
            "address itself."
        ),
        azure="floating IP, direct server return",
        facts=("J6",),
    ),
    "garp": Word(
        _("gratuitous ARP"),
        _(
            "The announcement by which routers take over an address elsewhere. Here it changes nothing: "
            "the platform answers every ARP question, and it knows who holds what."
        ),
        facts=("A20", "B3", "B6"),
    ),
    "gateway": Word(
        _("gateway"),
        _("What joins a virtual network to a site: by VPN, or by a private line."),
        azure="VPN gateway, ExpressRoute gateway",
        aws="virtual private gateway",
        facts=("H1", "G6"),
    ),
    "grade": Word(
        _("grade"),
        _(
            "How sure a number of a failover is. A: official document. B: measured. C: a single "
            "statement, or derived. D: an assumption of ours."
        ),
    ),
    "guest": Word(
        _("guest"),
        _(
            "The system inside a VM, with its own idea of addresses, routes and neighbours. Most "
            "surprises are the gap between the guest and the fabric."
        ),
        facts=("A17", "B10"),
    ),
    "ha-ports": Word(
        _("HA ports"),
        _("A rule of an internal balancer that takes every port and protocol, so that it can be a next hop."),
        facts=("J4", "J3"),
    ),
    "ip-forwarding": Word(
        _("IP forwarding"),
        _("A flag of a NIC. Off, the platform drops what is neither from nor for the NIC's addresses."),
        aws="source/destination check, the other way round",
        facts=("E1", "E2", "E3", "L11"),
    ),
    "nat-gateway": Word(
        _("NAT gateway"),
        _("Translates what a subnet sends to the Internet. Nothing comes in through it unasked."),
        facts=("K4",),
    ),
    "next-hop": Word(
        _("next hop type, next hop IP"),
        _(
            "What a route says: virtual appliance, gateway, virtual network, Internet, or none. The "
            "address of an appliance is final; it is not looked up again."
        ),
        aws="target",
        facts=("D40", "D27"),
    ),
    "nic": Word(
        _("NIC, IP configuration"),
        _("How a VM hangs in a subnet, and the addresses it was given there."),
        aws="elastic network interface",
        facts=("A9", "A11"),
    ),
    "not-modelled": Word(
        _("not modelled"),
        _("The engine cannot answer, and says why. It never guesses."),
    ),
    "peering": Word(
        _("peering"),
        _("Two links, one on each side, that join two virtual networks and no third one behind them."),
        facts=("G1", "G3"),
    ),
    "probe": Word(
        _("probe"),
        _("How a balancer asks its members whether they live. It sees what it asks for and nothing else."),
        aws="health check",
        facts=("J7", "J8"),
    ),
    "profile": Word(
        _("profile"),
        _(
            "A dated set of rules: what a provider does. One drawing can be run under several, to see "
            "where they part."
        ),
    ),
    "propagated-route": Word(
        _("propagated route"),
        _("A route that a gateway or a Route Server learned and gave to the subnets."),
        aws="propagated route",
        facts=("D10", "D62"),
    ),
    "route-server": Word(
        _("Route Server"),
        _("Two BGP speakers of the platform: the one way to tell the fabric a route by a routing protocol."),
        facts=("I1", "I2", "I15"),
    ),
    "route-table": Word(
        _("route table, user route"),
        _(
            "Routes that somebody wrote. They steer what leaves the subnets that use the table, and "
            "nothing that arrives there."
        ),
        azure="UDR, user-defined route",
        facts=("D61", "D22", "D48"),
    ),
    "rule-card": Word(
        _("rule card, fact id"), _("One rule of a profile with its source, date and confidence.")
    ),
    "run": Word(
        _("run, trial, seed"),
        _(
            "One simulation; one repetition of it with other draws; the number that makes both repeat "
            "exactly."
        ),
    ),
    "security-group": Word(
        _("security group"),
        _("Rules that allow or deny by the first match. They remember flows: answers pass by themselves."),
        azure="NSG, network security group",
        aws="security group, network ACL",
        facts=("F1", "F3", "F5", "L20"),
    ),
    "service-chaining": Word(
        _("service chaining"),
        _(
            "Sending traffic through appliances by routes of the subnets on its way, one lookup at each "
            "of them."
        ),
        facts=("D28", "D48"),
    ),
    "snat": Word(
        _("SNAT"),
        _(
            "Writing another source address into what is sent, so that the answer comes back to the "
            "translator."
        ),
        facts=("K2", "K6", "E6"),
    ),
    "subnet": Word(
        _("subnet"),
        _(
            "A range of a virtual network that shares a route table and a security group. It is no "
            "broadcast domain, and in Azure it spans all zones."
        ),
        facts=("A7", "M2", "L4"),
    ),
    "system-route": Word(
        _("system route"),
        _(
            "A route that the platform makes: for the virtual network, its peerings, the Internet, and "
            "for what goes nowhere."
        ),
        aws="local route",
        facts=("D1", "D2"),
    ),
    "trace": Word(
        _("trace, step"),
        _("The way of one packet and its answer, decision by decision, each with the rule that made it."),
    ),
    "tunnel": Word(
        _("tunnel, VXLAN"),
        _(
            "Packets inside UDP packets between VMs. The fabric sees the outer one, so any protocol and "
            "any address can travel inside: the way out of its rules."
        ),
        facts=("C4", "I18"),
    ),
    "verdict": Word(
        _("verdict"),
        _(
            "How a packet ends: delivered, dropped, looped, ambiguous (it depends on the flow), or not "
            "modelled."
        ),
    ),
    "virtual-network": Word(
        _("virtual network"),
        _("A private address space in one region, with its subnets."),
        azure="VNet",
        aws="VPC",
        facts=("M1", "A7"),
    ),
    "vrrp": Word(
        _("VRRP, HSRP, CARP"),
        _(
            "Protocols by which routers share an address. Their hellos are multicast and their address is"
            " on no NIC, so neither arrives."
        ),
        facts=("B5", "B6", "B7"),
    ),
    "zone": Word(
        _("zone"),
        _("A part of a region that fails by itself."),
        aws="Availability Zone",
        facts=("M2", "M4"),
    ),
}
"""All words by their anchors, which are English whatever the language of the page."""


def find(query: str) -> list[tuple[str, Word]]:
    """Return anchor and word of entries that hold every word of a query, in the order of the page."""
    wanted = query.lower().split()
    found = [(anchor, word) for anchor, word in GLOSSARY.items() if word.has(wanted)]
    return sorted(found, key=lambda entry: str(entry[1].term).lower())

"""Words of the document that random networks wear: each is kept where the drawing stays without problems."""

from __future__ import annotations

import copy
from collections.abc import Callable

from hypothesis import strategies as st

import netcore
from netcore.profiles import PROFILES
from tests.netcore.build import Net, net
from tests.properties.networks import networks

VMS = ("h0", "h1", "h2", "s0", "s1")
AT = {"h0": "10.0.0.4", "h1": "10.0.1.4", "h2": "10.0.2.4", "s0": "10.1.0.4", "s1": "10.1.1.4"}
SUBNETS = ("hub0", "hub1", "hub2", "spoke0", "spoke1")

vms = st.sampled_from(VMS)
subnets = st.sampled_from(SUBNETS)
Decoration = Callable[[st.DrawFn, Net], object]


def _tunnel(draw: st.DrawFn, drawn: Net) -> None:
    kind = draw(
        st.sampled_from(("vxlan", "geneve", "fou", "wireguard", "ipsec-natt", "ipsec", "gre", "ipip"))
    )
    one, other = draw(st.lists(vms, min_size=2, max_size=2, unique=True))
    for near, far in ((one, other), (other, one)):
        key = draw(st.sampled_from((1, 1, 2)))
        drawn.set(f"vms/{near}/guest/tunnels/t", {"kind": kind, "remote": AT[far], "key": key})
        drawn.set(f"vms/{near}/guest/routes/t", {"prefix": "192.168.0.0/16", "tunnel": "t"})


def _guest(draw: st.DrawFn, drawn: Net) -> None:
    vm = draw(vms)
    words: dict[str, object] = {
        "stateful": draw(st.booleans()),
        "policy_routing": draw(st.booleans()),
        "session_sync": draw(st.booleans()),
        "loopback": ["10.0.3.9"],
        "services": {"web": {"protocol": "tcp", "port": 443}},
        "firewall": {"r": {"hook": draw(st.sampled_from(("input", "output", "forward"))), "protocol": "tcp"}},
        "interfaces": {
            vm: draw(st.sampled_from(({"mtu": 1350}, {"address": "10.0.9.9"}, {"added": ["10.0.1.5"]})))
        },
        "redundancy": {"g": {"kind": "vrrp", "address": "10.0.0.100", "priority": 120}},
        "port_forwards": {"p": {"protocol": "tcp", "port": 443, "to_address": AT[draw(vms)], "to_port": 443}},
    }
    word = draw(st.sampled_from(sorted(words)))
    drawn.set(f"vms/{vm}/guest/{word}", words[word])


def _groups(draw: st.DrawFn, drawn: Net) -> None:
    drawn.set("application_groups/web", {"name": "web"})
    vm = draw(st.sampled_from(VMS[:3]))
    drawn.set(f"nics/{vm}/configurations/ip1/application_groups", ["web"])
    rule = {"priority": 150, "direction": "Inbound", "access": draw(st.sampled_from(("Allow", "Deny")))}
    drawn.set("security_groups/g/rules/asg", {**rule, "destination_groups": ["web"]})


def _admin(draw: st.DrawFn, drawn: Net) -> None:
    access = draw(st.sampled_from(("Allow", "AlwaysAllow", "Deny")))
    side = draw(st.sampled_from(("Inbound", "Outbound")))
    drawn.set(
        "admin_rules/a", {"name": "a", "priority": 10, "direction": side, "access": access, "protocol": "tcp"}
    )


def _endpoints(draw: st.DrawFn, drawn: Net) -> None:
    drawn.tag("Storage", "198.51.100.0/25")
    drawn.set(f"subnets/{draw(subnets)}/service_endpoints", ["Storage"])
    drawn.set("private_endpoints/pe", {"name": "pe", "subnet": "hub2", "address": "10.0.2.9"})
    policies = draw(st.sampled_from(("none", "security-groups", "route-tables", "all")))
    drawn.set("subnets/hub2/endpoint_policies", policies)


def _outside(draw: st.DrawFn, drawn: Net) -> None:
    """A gateway with a connection to a site, a host there, and one on the Internet."""
    drawn.subnet("GatewaySubnet", "10.0.250.0/27", vnet="hub").public("gwip", "203.0.113.1")
    bgp = draw(st.booleans())
    speaker = (
        {"asn": 65010, "neighbours": {}, "announces": {"p": {"prefix": "172.20.0.0/16"}}} if bgp else None
    )
    router = {"name": "r", "address": "172.20.0.1", "public_address": "198.51.100.66", "bgp": speaker}
    drawn.gateway("vpn", vnet="hub", public_ip="gwip")
    drawn.set("sites/dc", {"name": "dc", "prefixes": ["172.20.0.0/16"], "routers": {"r": router}})
    connection = {
        "name": "c",
        "gateway": "vpn",
        "site": "dc",
        "router": "r",
        "bgp": bgp,
        "up": draw(st.booleans()),
    }
    drawn.set("connections/c", connection)
    drawn.set("hosts/office", {"name": "office", "address": "172.20.0.9", "site": "dc"})
    drawn.host("web", "198.51.100.7")


def _route_server(draw: st.DrawFn, drawn: Net) -> None:
    drawn.subnet("RouteServerSubnet", "10.0.251.0/27", vnet="hub")
    peer = draw(st.sampled_from(VMS[:3]))
    server = {"name": "rs", "vnet": "hub", "peers": {"p": {"name": "p", "address": AT[peer], "asn": 65020}}}
    drawn.set("route_servers/rs", {**server, "branch_to_branch": draw(st.booleans())})
    neighbours = {f"rs{number}": {"address": f"10.0.251.{number}", "asn": 65515} for number in (4, 5)}
    prefix = draw(st.sampled_from(("0.0.0.0/0", "192.168.0.0/16", "10.1.0.0/24")))
    speaker = {"asn": 65020, "neighbours": neighbours, "announces": {"x": {"prefix": prefix}}}
    drawn.set(f"vms/{peer}/guest/bgp", speaker)


def _balancer(draw: st.DrawFn, drawn: Net) -> None:
    members = draw(st.lists(st.sampled_from(VMS[:3]), min_size=1, max_size=3, unique=True))
    rules = draw(st.sampled_from((("all",), ("tcp/443",))))
    more = {"floating_ip": draw(st.booleans())} if rules == ("tcp/443",) else {}
    if draw(st.booleans()):
        drawn.balancer("lb", members, subnet="hub2", address="10.0.2.100", rules=rules, probe=443, **more)
    else:
        drawn.public("front", "203.0.113.2")
        drawn.balancer("lb", members, public="front", rules=("tcp/443",), probe=443, outbound=True, **more)


def _ways_out(draw: st.DrawFn, drawn: Net) -> None:
    drawn.public("nat", "203.0.113.3").nat("nat", "nat").public("vm", "203.0.113.4")
    drawn.set(f"subnets/{draw(subnets)}/nat_gateway", "nat")
    drawn.set(f"nics/{draw(vms)}/configurations/ip1/public_ip", "vm")


def _peering(draw: st.DrawFn, drawn: Net) -> None:
    word, value = draw(
        st.sampled_from(
            (
                ("disconnected", True),
                ("synced_ranges", ["10.0.0.0/17"]),
                ("use_remote_gateways", True),
                ("allow_gateway_transit", True),
                ("allow_forwarded", True),
            )
        )
    )
    drawn.set(f"peerings/{draw(st.sampled_from(('hub-spoke', 'spoke-hub')))}/{word}", value)


def _connected_group(draw: st.DrawFn, drawn: Net) -> None:
    drawn.set("connected_groups/mesh", {"name": "mesh", "vnets": ["hub", "spoke"]})


def _zones(draw: st.DrawFn, drawn: Net) -> None:
    zone = st.integers(1, 3)
    drawn.set(f"vms/{draw(vms)}/zone", draw(zone)).set(f"vms/{draw(vms)}/power", "stopped")


def _dual_stack(draw: st.DrawFn, drawn: Net) -> None:
    drawn.set("vnets/hub/address_space", ["10.0.0.0/16", "2001:db8:0::/48"])
    for number in (0, 1):
        drawn.set(f"subnets/hub{number}/prefixes", [f"10.0.{number}.0/24", f"2001:db8:0:{number}::/64"])
        drawn.set(f"nics/h{number}/configurations/six", {"address": f"2001:db8:0:{number}::4"})


def _vpc(draw: st.DrawFn, drawn: Net) -> None:
    """What leads out of a VPC, and routes that name objects."""
    drawn.set("internet_gateways/igw", {"name": "igw", "vnet": "hub"}).public("eip", "203.0.113.5")
    drawn.set(f"nics/{draw(vms)}/configurations/ip1/public_ip", "eip")
    attachments = {"h": {"vnet": "hub", "table": "main"}, "s": {"vnet": "spoke", "table": "main"}}
    table = {"name": "main", "propagations": ["h", "s"], "routes": {"x": {"prefix": "192.168.0.0/16"}}}
    drawn.set("transit_gateways/tgw", {"name": "tgw", "attachments": attachments, "tables": {"main": table}})
    target = draw(
        st.sampled_from(("internet_gateways/igw", "transit_gateways/tgw", "nics/h1", "peerings/hub-spoke"))
    )
    drawn.table("vpc", {draw(st.sampled_from(("0.0.0.0/0", "10.1.0.0/16"))): target})
    drawn.set(f"subnets/{draw(st.sampled_from(SUBNETS[:3]))}/route_table", "vpc")


def _switches(draw: st.DrawFn, drawn: Net) -> None:
    known = netcore.switches(drawn.raw["profile"])
    names = draw(st.lists(st.sampled_from(sorted(known) or ["none"]), unique=True, min_size=1, max_size=3))
    drawn.raw["switches"] = {
        name: draw(st.sampled_from(known[name]["choices"])) for name in names if name in known
    }


DECORATIONS: tuple[Decoration, ...] = (
    _tunnel,
    _guest,
    _groups,
    _admin,
    _endpoints,
    _outside,
    _route_server,
    _balancer,
    _ways_out,
    _peering,
    _connected_group,
    _zones,
    _dual_stack,
    _vpc,
    _switches,
)
"""What a network may wear."""


@st.composite
def decorated(draw: st.DrawFn, profile: str | None = None) -> Net:
    """Return a random network under any profile, wearing some words that leave it without problems."""
    drawn = draw(networks())
    drawn.raw["profile"] = profile or draw(st.sampled_from(sorted(PROFILES)))
    if drawn.problems():
        drawn = _plain(drawn.raw["profile"])
    for decoration in draw(st.lists(st.sampled_from(DECORATIONS), min_size=3, max_size=9)):
        before = copy.deepcopy(drawn.raw)
        try:
            decoration(draw, drawn)
        except KeyError:  # it adds to something this network lacks
            drawn.raw = before
        if drawn.problems():
            drawn.raw = before
    return drawn


def _plain(profile: str) -> Net:
    """Return the same five VMs without anything a profile might refuse."""
    drawn = net(profile)
    for vnet, second, count in (("hub", 0, 3), ("spoke", 1, 2)):
        drawn.vnet(vnet, f"10.{second}.0.0/16")
        for number in range(count):
            drawn.subnet(
                f"{vnet}{number}", f"10.{second}.{number}.0/24", zone=1 if profile == "aws" else None
            )
            drawn.vm(f"{vnet[0]}{number}", f"{vnet}{number}", f"10.{second}.{number}.4")
    return drawn.peer("hub", "spoke")

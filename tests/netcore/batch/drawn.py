"""Random drawings of what changes headers and what looks at ports, from a seed."""

from __future__ import annotations

import random
from typing import Any

from tests.netcore.build import Net, net

PORTS = ("*", "80", "443", "22", "1000-2000", "0-1023", "8080", "53,443")
PREFIXES = ("*", "10.0.0.0/16", "10.1.0.0/16", "10.1.0.0/24", "10.1.0.4", "Internet", "VirtualNetwork")
HOPS = ("10.0.1.100", "10.0.1.4", "10.0.1.5", "None", "Internet", "VnetLocal")


def group(drawn: Net, key: str, luck: random.Random, prefixes: tuple[str, ...]) -> None:
    """Add a group of random rules; some look at source ports, most let pass."""
    rules = []
    for number in range(luck.randint(1, 5)):
        way = luck.choice(("in", "out"))
        access = luck.choice(("allow", "allow", "deny"))
        protocol = luck.choice(("tcp", "udp", "*", "icmp", "tcp"))
        first, second = luck.choice(prefixes), luck.choice(prefixes)
        if ":" in first + second and "." in first + second:
            second = "*"
        ends = f"{first} {second}"
        rules.append(f"{100 + number} {way} {access} {protocol} {ends} {luck.choice(PORTS)}")
    if luck.random() < 0.6:
        rules += ["300 in allow * * * *", "300 out allow * * * *"]
    drawn.group(key, *rules)
    for rule in drawn.raw["topology"]["security_groups"][key]["rules"].values():
        if luck.random() < 0.2:
            rule["source_ports"] = luck.choice((["1024-65535"], ["53"], ["0-1023", "5000-6000"]))


def guest(luck: random.Random) -> dict[str, Any]:
    """Return a guest that may serve, filter, forward and translate."""
    made: dict[str, Any] = {}
    if luck.random() < 0.3:
        made["services"] = {"a": {"protocol": "tcp", "port": 443}, "b": {"protocol": "udp", "port": 0}}
    if luck.random() < 0.2:
        made["firewall"] = {
            "f": {
                "hook": luck.choice(("input", "output", "forward")),
                "protocol": luck.choice(("*", "tcp", "udp")),
                "destination_ports": [luck.choice(PORTS).split(",")[0]],
            }
        }
    return made


def appliance(luck: random.Random) -> dict[str, Any]:
    """Return a guest that forwards, with translations or a session table."""
    made = guest(luck) | {"forwarding": luck.random() < 0.9}
    made["snat"] = luck.random() < 0.4
    made["stateful"] = luck.random() < 0.4
    made["session_sync"] = luck.random() < 0.3
    if luck.random() < 0.5:
        made["port_forwards"] = {
            "p": {
                "protocol": luck.choice(("tcp", "udp")),
                "port": luck.choice((0, 80, 443, 8080)),
                "to_address": luck.choice(("10.1.0.4", "10.2.0.4", "10.1.1.4")),
                "to_port": luck.choice((None, 443, 8080)),
            }
        }
    return made


def azure(seed: int) -> Net:
    """Return a hub with a pool of appliances behind a balancer, two spokes, ways in and ways out.

    [n1] [n2] -- {inner 10.0.1.100} -- hub == spoke1 [a] [b] [c], spoke2 [d]; {outer 203.0.113.1}; [pc]
    """
    luck = random.Random(seed)
    drawn = net(luck.choice(("azure-2026", "azure-2021")))
    for key in ("g1", "g2"):
        group(drawn, key, luck, PREFIXES)
    for key in ("t1", "t2", "t3"):
        routes = luck.sample(("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "10.1.0.4/32"), 2)
        drawn.table(key, {prefix: luck.choice(HOPS) for prefix in routes})
    pick = lambda: luck.choice((None, None, "g1", "g2"))  # noqa: E731
    for number, address in enumerate(
        ("203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.5")
    ):
        drawn.public(f"p{number}", address)
    drawn.nat("nat", *(("p1",) if luck.random() < 0.7 else ("p1", "p2")))
    drawn.vnet("hub", "10.0.0.0/16").subnet(
        "fw", "10.0.1.0/24", table=luck.choice((None, "t3")), group=pick()
    )
    for number in (4, 5):
        drawn.vm(
            f"n{number}",
            "fw",
            f"10.0.1.{number}",
            guest=appliance(luck),
            ip_forwarding=luck.random() < 0.9,
            group=pick(),
        )
    drawn.balancer(
        "inner",
        ["n4", "n5"],
        subnet="fw",
        address="10.0.1.100",
        rules=luck.choice((("all",), ("all", "tcp/443"), ("tcp/443", "udp/53"))),
        distribution=luck.choice(("5-tuple", "source-ip", "source-ip-protocol")),
    )
    for number in (1, 2):
        vnet = f"spoke{number}"
        drawn.vnet(vnet, f"10.{number}.0.0/16")
        drawn.peer("hub", vnet, allow_forwarded=luck.random() < 0.8)
        for sub in (0, 1):
            key = f"s{number}{sub}"
            more = {"nat_gateway": "nat"} if number == 1 and luck.random() < 0.5 else {}
            table = luck.choice((None, "t1", "t2"))
            drawn.subnet(key, f"10.{number}.{sub}.0/24", table=table, group=pick(), **more)
            public = "p3" if key == "s10" and luck.random() < 0.5 else None
            drawn.vm(key, key, f"10.{number}.{sub}.4", guest=guest(luck), group=pick(), public=public)
    floating = luck.random() < 0.2
    drawn.balancer(
        "outer", ["s10", "s11"], public="p0", rules=("tcp/80", "tcp/443"), floating_ip=floating, outbound=True
    )
    if not floating and luck.random() < 0.7:
        drawn.set("load_balancers/outer/rules/tcp-80/backend_port", luck.choice((80, 8080, 443)))
    if luck.random() < 0.5:
        rule = {"name": "ssh", "frontend": "front", "nic": "s20", "configuration": "ip1"}
        drawn.set(
            "load_balancers/outer/inbound_nat_rules/ssh", {**rule, "frontend_port": 5000, "backend_port": 22}
        )
    if luck.random() < 0.3:
        rule = {"name": "a", "priority": 1, "direction": luck.choice(("Inbound", "Outbound"))}
        access = luck.choice(("Allow", "AlwaysAllow", "Deny"))
        drawn.set("admin_rules/a", {**rule, "access": access, "destination_ports": ["443"]})
    return drawn.host("pc", "198.51.100.9")


def aws(seed: int) -> Net:
    """Return a VPC with an appliance between its subnets, lists that keep no state, and ways in and out.

    [fw] (edge) -- [web] (web) -- [db] (db); internet gateway, NAT gateway, balancer; [pc]
    """
    luck = random.Random(seed)
    drawn = net("aws")
    prefixes = ("*", "10.0.0.0/16", "10.0.2.0/24", "10.0.2.4/32", "198.51.100.0/24")
    for key in ("g1", "g2", "l1", "l2"):
        group(drawn, key, luck, prefixes)
        for rule in drawn.raw["topology"]["security_groups"][key]["rules"].values():
            if key.startswith("g"):
                rule["access"] = "Allow"
    drawn.vnet("vpc", "10.0.0.0/16").public("p0", "203.0.113.1").public("p1", "203.0.113.2")
    drawn.internet_gateway("igw")
    for key in ("t1", "t2", "t3"):
        routes = {"0.0.0.0/0": luck.choice(("internet_gateways/igw", "nat_gateways/nat", "nics/fw"))}
        if luck.random() < 0.5:
            routes[luck.choice(("10.0.2.0/24", "10.0.3.0/24"))] = "nics/fw"
        drawn.table(key, routes)
    for number, key in enumerate(("edge", "web", "db"), start=1):
        listed = luck.choice((None, "l1", "l2"))
        table = luck.choice(("t1", "t2", "t3"))
        drawn.subnet(key, f"10.0.{number}.0/24", table=table, group=listed)
    drawn.nat_in("nat", "edge", "p1")
    drawn.vm(
        "fw",
        "edge",
        "10.0.1.4",
        guest=appliance(luck),
        ip_forwarding=luck.random() < 0.9,
        group="g1",
        public="p0",
    )
    drawn.vm("web", "web", "10.0.2.4", guest=guest(luck), group=luck.choice((None, "g1", "g2")))
    drawn.vm("web2", "web", "10.0.2.5", guest=guest(luck), group=luck.choice((None, "g1", "g2")))
    drawn.vm("db", "db", "10.0.3.4", guest=guest(luck), group=luck.choice((None, "g1", "g2")))
    drawn.balancer("nlb", ["web", "web2"], subnet="web", address="10.0.2.100", rules=("tcp/443", "udp/53"))
    drawn.set("load_balancers/nlb/preserve_client_ip", luck.choice((None, True, False)))
    return drawn.host("pc", "198.51.100.9")


def both_families(seed: int) -> Net:
    """Return two networks with IPv4 and IPv6, peered, with rules for both.

    [a] [b] (one) == [c] (two)
    """
    luck = random.Random(seed)
    drawn = net("azure-2026")
    for key in ("g1", "g2"):
        group(drawn, key, luck, ("*", "10.0.0.0/16", "fd00:0:0:1::/64", "fd00:0:1::/48", "VirtualNetwork"))
    drawn.vnet("one", "10.0.0.0/16", "fd00::/48").vnet("two", "10.1.0.0/16", "fd00:0:1::/48").peer(
        "one", "two"
    )
    drawn.subnet("s0", "10.0.0.0/24", "fd00::/64", vnet="one", group=luck.choice((None, "g1")))
    drawn.subnet("s1", "10.0.1.0/24", "fd00:0:0:1::/64", vnet="one", group=luck.choice((None, "g2")))
    drawn.subnet("s2", "10.1.0.0/24", "fd00:0:1::/64", vnet="two", group=luck.choice((None, "g1")))
    drawn.vm("a", "s0", "10.0.0.4", "fd00::4", guest=guest(luck), group=luck.choice((None, "g2")))
    drawn.vm("b", "s1", "10.0.1.4", "fd00:0:0:1::4", guest=guest(luck), group=luck.choice((None, "g1")))
    return drawn.vm("c", "s2", "10.1.0.4", "fd00:0:1::4", guest=guest(luck), group=luck.choice((None, "g2")))


KINDS = {"azure": azure, "aws": aws, "both families": both_families}

"""Random clouds with much in them, and packets to send through them; a number gives the same one always."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from tests.netcore.build import Net, net

Habit = Callable[["Cloud"], object]

VNETS = ("hub", "east", "west")
WAYS = ("0.0.0.0/0", "10.0.0.0/8", "10.{n}.0.0/16", "10.{n}.1.0/24", "10.{n}.2.0/24", "10.{n}.1.5/32")
SIX_WAYS = ("::/0", "fd00::/16", "fd00:{n}::/48", "fd00:{n}:0:1::/64")
PORTS = (22, 53, 80, 443, 8080, 3389)


class Cloud:
    """A drawing in the making; ``wear`` keeps a change only where the drawing stays without problems."""

    def __init__(self, seed: int, profile: str) -> None:
        self.luck = random.Random(seed)
        self.drawn = net(profile, f"cloud {seed}")
        self.vms: list[str] = []
        self.appliances: list[str] = []
        self.at: dict[str, str] = {}
        self.subnets: list[str] = []
        self.aws = profile == "aws"

    def wear(self, change: Callable[[], object]) -> bool:
        before = copy.deepcopy(self.drawn.raw)
        try:
            change()
        except (KeyError, IndexError):
            self.drawn.raw = before
        if self.drawn.problems():
            self.drawn.raw = before
        return self.drawn.raw is not before

    def some(self, *values: object) -> object:
        return self.luck.choice(values)

    def odds(self, share: float) -> bool:
        return self.luck.random() < share


def cloud(seed: int, profile: str = "azure-2026", habits: tuple[Habit, ...] | None = None) -> Net:
    """Return a hub and two spokes with appliances, balancers, translations, groups and tables.

    Args:
        habits: what it may have besides; None takes all.
    """
    made = Cloud(seed, profile)
    _ground(made)
    for number in range(3):
        _group(made, f"g{number}")
        _table(made, f"t{number}")
    for subnet in made.subnets:
        if made.odds(0.6):
            made.wear(
                lambda s=subnet: made.drawn.set(f"subnets/{s}/route_table", f"t{made.luck.randrange(3)}")
            )
        if made.odds(0.4):
            made.wear(
                lambda s=subnet: made.drawn.set(f"subnets/{s}/security_group", f"g{made.luck.randrange(3)}")
            )
    for nic in list(made.drawn.raw["topology"]["nics"]):
        if made.odds(0.3):
            made.wear(lambda n=nic: made.drawn.set(f"nics/{n}/security_group", f"g{made.luck.randrange(3)}"))
    _peerings(made)
    for habit in HABITS if habits is None else habits:
        if made.odds(0.6):
            made.wear(lambda h=habit: h(made))
    return made.drawn


def packets(seed: int, drawn: Net, count: int, *, odd: bool = True) -> list[dict[str, object]]:
    """Return requests between the ends of a cloud, and to places around them; ``odd`` ones too or not."""
    luck = random.Random(seed)
    topology = drawn.raw["topology"]
    senders = [f"vms/{key}" for key in topology["vms"]] * 3 + [
        f"hosts/{key}" for key in topology.get("hosts", {})
    ]
    held = [
        configuration["address"]
        for nic in topology["nics"].values()
        for configuration in nic["configurations"].values()
    ]
    fronts = [
        front["address"]
        for balancer in topology.get("load_balancers", {}).values()
        for front in balancer["frontends"].values()
        if "address" in front
    ]
    public = [public["address"] for public in topology.get("public_ips", {}).values()]
    outside = [host["address"] for host in topology.get("hosts", {}).values()]
    around = ["10.0.1.77", "10.9.9.9", "198.51.100.200", "8.8.8.8", "192.168.3.3", "224.0.0.9", "10.0.1.1"]
    around += ["fd00:0:0:1::77", "2001:db8:ffff::1"]
    if odd:
        around += ["168.63.129.16", "10.0.1.255", "255.255.255.255"]
    typed = [address for vm in topology["vms"].values() for address in vm["guest"].get("loopback", ())]
    found = []
    for _ in range(count):
        kind = luck.random()
        pool = held if kind < 0.55 else fronts or held if kind < 0.7 else (public + outside) or around
        if kind > 0.87:
            pool = around + typed
        found.append(
            {
                "source": luck.choice(senders),
                "destination": str(ip_address(luck.choice(pool))),
                "protocol": luck.choice(("tcp", "tcp", "tcp", "udp", "udp", "icmp", "esp", "132", "4", "58")),
                "source_port": luck.choice((49152, 50000, 22, 68, 4791, luck.randrange(1, 65536))),
                "destination_port": luck.choice((*PORTS, 67, 65330, luck.randrange(1, 65536))),
            }
        )
    return found


def _ground(made: Cloud) -> None:
    """Three networks of three subnets each, dual-stack or not, with VMs and appliances."""
    drawn = made.drawn
    for number, vnet in enumerate(VNETS):
        six = made.odds(0.6)
        drawn.vnet(vnet, f"10.{number}.0.0/16", *([f"fd00:{number}::/48"] if six else []))
        for second in (1, 2, 3):
            subnet = f"{vnet}{second}"
            prefixes = [f"10.{number}.{second}.0/24"]
            if six and second < 3:
                prefixes.append(f"fd00:{number}:0:{second}::/64")
            more: dict[str, object] = {"zone": made.luck.choice((1, 2))} if made.aws else {}
            if made.odds(0.3):
                more["default_outbound"] = True
            drawn.subnet(subnet, *prefixes, **more)
            made.subnets.append(subnet)
            for index in range(made.luck.choice((1, 2, 2))):
                key = f"{subnet}{'abc'[index]}"
                addresses = [f"10.{number}.{second}.{4 + index}"]
                if len(prefixes) > 1 and made.odds(0.8):
                    addresses.append(f"fd00:{number}:0:{second}::{4 + index}")
                if made.odds(0.2):
                    addresses.append(f"10.{number}.{second}.{40 + index}")
                power = "stopped" if made.odds(0.06) else "running"
                if second == 2 or made.odds(0.25):
                    guest: dict[str, object] = {"forwarding": made.odds(0.9), "snat": made.odds(0.25)}
                    guest["stateful"] = made.odds(0.35)
                    guest["session_sync"] = made.odds(0.2)
                    drawn.vm(key, subnet, *addresses, power=power, guest=guest, ip_forwarding=made.odds(0.9))
                    made.appliances.append(key)
                else:
                    drawn.vm(key, subnet, *addresses, power=power)
                made.vms.append(key)
                made.at[key] = addresses[0]


def _group(made: Cloud, key: str) -> None:
    """A group of random rules, sometimes with source ports."""
    made.drawn.group(key)
    ends = [
        "*",
        "10.0.0.0/8",
        "VirtualNetwork",
        "Internet",
        "fd00::/16",
        *made.luck.sample(sorted(made.at.values()), 3),
    ]
    if made.aws:
        ends = [end for end in ends if end not in ("VirtualNetwork", "Internet")]
    for number in range(made.luck.randrange(1, 7)):
        ports = [str(made.luck.choice(PORTS)), "*", "1024-65535", f"{made.luck.choice(PORTS)}-9000"]
        rule = {
            "priority": 100 + number,
            "direction": made.luck.choice(("Inbound", "Outbound")),
            "access": "Allow" if made.odds(0.7) else "Deny",
            "protocol": made.luck.choice(("*", "*", "tcp", "udp", "icmp")),
            "source": [made.luck.choice(ends)],
            "destination": [made.luck.choice(ends)],
            "destination_ports": [made.luck.choice(ports)] if made.odds(0.6) else ["*"],
            "source_ports": [made.luck.choice(("1-1000", "49152", "*"))] if made.odds(0.3) else ["*"],
        }
        made.wear(lambda r=rule, n=number: made.drawn.set(f"security_groups/{key}/rules/r{n}", r))

    for way in ("in", "out"):
        if made.odds(0.7):
            open_ = {
                "priority": 200,
                "direction": {"in": "Inbound", "out": "Outbound"}[way],
                "access": "Allow",
            }
            made.wear(lambda r=open_, w=way: made.drawn.set(f"security_groups/{key}/rules/open-{w}", r))


def _table(made: Cloud, key: str) -> None:
    """A table with routes to appliances, nowhere, and wrong next hops."""
    made.drawn.table(key)
    for number in range(made.luck.randrange(1, 5)):
        six = made.odds(0.25)
        prefix = made.luck.choice(SIX_WAYS if six else WAYS).format(n=made.luck.randrange(3))
        vm = made.luck.choice(made.appliances or made.vms)
        hops = [made.at[vm]] * 6 + ["None", "Internet", "VnetLocal", "VirtualNetworkGateway", "10.0.1.99"]
        if six:
            hops = ["None", "Internet", f"fd00:{vm and made.luck.randrange(3)}:0:2::4"]
        hop = made.luck.choice(hops)
        if made.aws:
            hop = made.luck.choice((f"nics/{vm}", f"nics/{vm}", "None", hop))
        made.wear(lambda n=number, p=prefix, h=hop: made.drawn.route(key, f"r{n}", p, h))


def _peerings(made: Cloud) -> None:
    for one, other in (("hub", "east"), ("hub", "west"), ("east", "west")):
        if made.odds(0.85 if one == "hub" else 0.3):
            flags = {"allow_forwarded": made.odds(0.7), "allow_access": made.odds(0.95)}
            made.wear(lambda a=one, b=other, f=flags: made.drawn.peer(a, b, **f))
    if made.aws:
        for vnet in VNETS:
            for number, peering in enumerate(sorted(made.drawn.raw["topology"].get("peerings", {}))):
                other = made.luck.randrange(3)
                key = f"t{made.luck.randrange(3)}"
                made.wear(
                    lambda v=vnet, n=number, p=peering, o=other, k=key: made.drawn.route(
                        k, f"p{v}{n}", f"10.{o}.0.0/16", f"peerings/{p}"
                    )
                )


def _inner_balancer(made: Cloud) -> None:
    """A private balancer in front of appliances, and routes that lead to it."""
    members = [key for key in made.appliances if key.startswith("hub2")] or made.appliances[:2]
    rules = made.luck.choice((("all",), ("tcp/443", "udp/53"), ("tcp/80", "all")))
    more: dict[str, object] = {"floating_ip": made.odds(0.4)} if "all" not in rules else {}
    more["distribution"] = made.luck.choice(("5-tuple", "source-ip", "source-ip-protocol"))
    made.drawn.balancer(
        "inner",
        members,
        subnet="hub2",
        address="10.0.2.100",
        rules=rules,
        probe=443 if made.odds(0.5) else None,
        **more,
    )
    for table in ("t0", "t1"):
        if made.odds(0.6):
            made.drawn.route(table, "balanced", made.luck.choice(WAYS[:3]).format(n=1), "10.0.2.100")


def _service(made: Cloud) -> None:
    """A balancer with rewritten destinations in front of ordinary VMs."""
    members = made.luck.sample(made.vms, min(3, len(made.vms)))
    members = [vm for vm in members if vm.startswith("east")] or [
        vm for vm in made.vms if vm.startswith("east")
    ]
    made.drawn.balancer(
        "service",
        members,
        subnet="east1",
        address="10.1.1.100",
        rules=("tcp/443", "udp/53"),
        distribution=made.luck.choice(("5-tuple", "source-ip", "source-ip-protocol")),
        sku=made.luck.choice(("standard", "basic")),
    )
    made.drawn.set("load_balancers/service/rules/tcp-443/backend_port", made.luck.choice((443, 8443)))
    made.drawn.set(
        f"load_balancers/service/pools/pool/members/{members[0]}/admin_state",
        made.luck.choice(("up", "down", "none")),
    )


def _public_balancer(made: Cloud) -> None:
    made.drawn.public("front", "203.0.113.10")
    members = [vm for vm in made.vms if vm.startswith("west")][:3]
    made.drawn.balancer(
        "outer",
        members,
        public="front",
        rules=("tcp/443", "tcp/80"),
        outbound=made.odds(0.6),
        floating_ip=made.odds(0.3),
    )
    made.drawn.set(
        "load_balancers/outer/inbound_nat_rules/ssh",
        {
            "name": "ssh",
            "frontend": "front",
            "nic": members[0],
            "configuration": "ip1",
            "frontend_port": 22,
            "backend_port": 2222,
        },
    )


def _public_addresses(made: Cloud) -> None:
    for number, vm in enumerate(made.luck.sample(made.vms, 3)):
        made.drawn.public(
            f"pip{number}", f"203.0.113.{20 + number}", made.luck.choice(("standard", "standard", "basic"))
        )
        made.drawn.set(f"nics/{vm}/configurations/ip1/public_ip", f"pip{number}")


def _nat_gateway(made: Cloud) -> None:
    made.drawn.public("nat1", "203.0.113.30").public("nat2", "203.0.113.31")
    if made.aws:
        made.drawn.nat_in("egress", "hub1", "nat1")
        made.drawn.route("t0", "nat", "0.0.0.0/0", "nat_gateways/egress")
        return
    made.drawn.nat("egress", "nat1", "nat2")
    for subnet in made.luck.sample([s for s in made.subnets if s.startswith("hub")], 2):
        made.drawn.set(f"subnets/{subnet}/nat_gateway", "egress")


def _internet_gateway(made: Cloud) -> None:
    if not made.aws:
        return
    for vnet in VNETS:
        made.wear(lambda v=vnet: made.drawn.internet_gateway(f"igw-{v}", vnet=v))
    for table, subnet in zip(("t1", "t2"), made.luck.sample(made.subnets, 2), strict=True):
        vnet = subnet[:-1]
        target = made.luck.choice((f"internet_gateways/igw-{vnet}", "Internet"))
        made.wear(lambda t=table, s=subnet: made.drawn.set(f"subnets/{s}/route_table", t))
        made.wear(lambda t=table, o=target: made.drawn.route(t, "out", "0.0.0.0/0", o))
    if made.odds(0.4):
        made.wear(lambda: made.drawn.set("internet_gateways/igw-hub/route_table", "t0"))


def _hosts(made: Cloud) -> None:
    made.drawn.host("home", "198.51.100.7").host("cafe", "198.51.100.8")


def _guests(made: Cloud) -> None:
    """Services, port forwards, typed addresses, firewalls, routes by hand."""
    for vm in made.luck.sample(made.vms, 4):
        words: dict[str, object] = {
            "services": {"web": {"protocol": "tcp", "port": 443}, "any": {"protocol": "udp"}},
            "port_forwards": {
                "p": {
                    "protocol": "tcp",
                    "port": made.luck.choice((443, 80, 0)),
                    "to_address": made.at[made.luck.choice(made.vms)],
                    "to_port": made.luck.choice((443, None)),
                }
            },
            "interfaces": {
                vm: made.luck.choice(
                    ({"added": ["10.0.1.40"]}, {"address": "10.0.9.9"}, {"mac": "00:11:22:33:44:55"})
                )
            },
            "loopback": ["10.0.1.77"],
            "policy_routing": True,
            "firewall": {"r": {"hook": made.luck.choice(("input", "output", "forward")), "protocol": "tcp"}},
            "routes": {"r": {"prefix": "10.1.0.0/16", "via": made.at[made.luck.choice(made.vms)]}},
        }
        word = made.luck.choice(sorted(words))
        made.wear(lambda v=vm, w=word, x=words: made.drawn.set(f"vms/{v}/guest/{w}", x[w]))


def _translations(made: Cloud) -> None:
    """Services and port forwards."""
    for vm in made.luck.sample(made.appliances, min(2, len(made.appliances))):
        to = made.at[made.luck.choice(made.vms)]
        entry = {"protocol": "tcp", "port": made.luck.choice((443, 80)), "to_address": to, "to_port": 8443}
        made.wear(lambda v=vm, e=entry: made.drawn.set(f"vms/{v}/guest/port_forwards", {"p": e}))


def _two_arms(made: Cloud) -> None:
    """A second NIC for an appliance."""
    vm = made.luck.choice([key for key in made.appliances if key.startswith("hub")])
    subnet = made.luck.choice([s for s in made.subnets if s.startswith("hub")])
    network = ip_network(made.drawn.raw["topology"]["subnets"][subnet]["prefixes"][0])
    made.drawn.nic("arm", vm, subnet, str(network[60]), ip_forwarding=True)
    made.drawn.set(f"vms/{vm}/guest/routes/east", {"prefix": "10.1.0.0/16", "nic": "arm"})
    if made.odds(0.5):
        made.drawn.route("t2", "arm", "10.1.0.0/16", "nics/arm" if made.aws else str(network[60]))


def _admin(made: Cloud) -> None:
    rule = {"name": "a", "priority": 5, "direction": made.luck.choice(("Inbound", "Outbound"))}
    rule["access"] = made.luck.choice(("Allow", "AlwaysAllow", "Deny"))
    made.drawn.set("admin_rules/a", {**rule, "protocol": "tcp", "destination_ports": ["443", "22"]})


def _gateway(made: Cloud) -> None:
    made.drawn.subnet("GatewaySubnet", "10.0.250.0/27", vnet="hub")
    made.drawn.gateway("vpn", "172.20.0.0/16", "10.9.0.0/16", vnet="hub").host(
        "office", "172.20.0.9", gateway="vpn"
    )


def _detached(made: Cloud) -> None:
    made.drawn.nic("loose", None, "hub1", "10.0.1.200")


PLAIN: tuple[Habit, ...] = (
    _inner_balancer,
    _service,
    _public_balancer,
    _public_addresses,
    _nat_gateway,
    _internet_gateway,
    _hosts,
    _translations,
    _two_arms,
    _admin,
    _detached,
)
"""What arrays carry without exception."""

HABITS: tuple[Habit, ...] = (
    _inner_balancer,
    _service,
    _public_balancer,
    _public_addresses,
    _nat_gateway,
    _internet_gateway,
    _hosts,
    _hosts,
    _guests,
    _guests,
    _translations,
    _two_arms,
    _admin,
    _gateway,
    _detached,
)

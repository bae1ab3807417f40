"""What leads out: public addresses, NAT gateways, gateways and hosts; facts A6, A8, H1, K1, K4, K6, K9."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.outside import Gateway, NatGateway
from netcore.document.values import Address
from netcore.words import say

NAT_PUBLIC_IPS = 16
FRONTEND_PORTS = 64_000
"""SNAT ports of one public frontend (fact K6)."""

GATEWAY_SUBNET = "GatewaySubnet"


def check(drawing: Drawing) -> None:
    """Report what is wrong with the ways out of the drawing."""
    _public_addresses(drawing)
    _public_holders(drawing)
    for nat_id, nat in drawing.topology.nat_gateways.items():
        _nat_gateway(drawing, nat_id, nat)
    _nat_subnets(drawing)
    _snat_ports(drawing)
    kinds: dict[tuple[str, str], str] = {}
    for gateway_id, gateway in drawing.topology.gateways.items():
        _gateway(drawing, gateway_id, gateway, kinds)
    for host_id, host in drawing.topology.hosts.items():
        drawing.refer(("hosts", host_id, "gateway"), "gateways", host.gateway)
        drawing.refer(("hosts", host_id, "site"), "sites", host.site)


def _private(drawing: Drawing, address: Address) -> bool:
    return any(address in prefix for prefix in drawing.addresses.private)


def _public_addresses(drawing: Drawing) -> None:
    """Report public addresses that are none, or that two things on the Internet have."""
    seen: dict[Address, str] = {}
    places: list[tuple[tuple[object, ...], str, Address]] = [
        (("public_ips", key, "address"), say("public IP {key}", key=key), public.address)
        for key, public in drawing.topology.public_ips.items()
    ]
    places += [
        (("hosts", key, "address"), say("host {key}", key=key), host.address)
        for key, host in drawing.topology.hosts.items()
        if host.gateway is None and host.site is None
    ]
    for path, holder, address in places:
        if _private(drawing, address):
            is_host = path[0] == "hosts"
            drawing.add(
                "address-not-public",
                path,
                address,
                say("an address that exists on the Internet"),
                say("Put the host behind a gateway, or give it a public address.")
                if is_host
                else say("Examples use 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24."),
                "A6",
            )
        first = seen.setdefault(address, holder)
        if first != holder:
            drawing.add(
                "address-twice",
                path,
                say("{address}, which {first} holds", address=address, first=first),
                say("an address that nothing else on the Internet has"),
                say("Choose a free address; an address belongs to one resource at a time."),
                "A8",
            )


def _public_holders(drawing: Drawing) -> None:
    """Report public IPs that stand in front of more than one thing."""
    topology = drawing.topology
    uses: list[tuple[tuple[object, ...], str, str | None]] = []
    for nic_id, nic in topology.nics.items():
        for key, item in nic.configurations.items():
            uses.append(
                (
                    ("nics", nic_id, "configurations", key, "public_ip"),
                    say("NIC {nic_id}", nic_id=nic_id),
                    item.public_ip,
                )
            )
    for balancer_id, balancer in topology.load_balancers.items():
        for key, frontend in balancer.frontends.items():
            path = ("load_balancers", balancer_id, "frontends", key, "public_ip")
            uses.append(
                (
                    path,
                    say("frontend {key} of {balancer_id}", key=key, balancer_id=balancer_id),
                    frontend.public_ip,
                )
            )
    for nat_id, nat in topology.nat_gateways.items():
        for number, public_ip in enumerate(nat.public_ips):
            uses.append(
                (
                    ("nat_gateways", nat_id, "public_ips", number),
                    say("NAT gateway {nat_id}", nat_id=nat_id),
                    public_ip,
                )
            )
    for gateway_id, gateway in topology.gateways.items():
        uses.append(
            (
                ("gateways", gateway_id, "public_ip"),
                say("gateway {gateway_id}", gateway_id=gateway_id),
                gateway.public_ip,
            )
        )
    first: dict[str, tuple[tuple[object, ...], str]] = {}
    for place, user, used in uses:
        if used is None:
            continue
        if used in first:
            drawing.add(
                "public-ip-twice",
                place,
                say("{used}, which {first} uses", used=used, first=first[used][1]),
                say("a public IP that nothing else uses"),
                say("Add another public IP; one stands in front of one resource."),
                "A8",
            )
        else:
            first[used] = (place, user)


def _nat_gateway(drawing: Drawing, nat_id: str, nat: NatGateway) -> None:
    path = ("nat_gateways", nat_id, "public_ips")
    if not 1 <= len(nat.public_ips) <= NAT_PUBLIC_IPS:
        drawing.add(
            "nat-public-ips",
            path,
            say("{count} public IPs", count=len(nat.public_ips)),
            say("1 to {nat_public_ips} public IPs", nat_public_ips=NAT_PUBLIC_IPS),
            say("A NAT gateway leaves by its public IPs; without one it does nothing."),
            "K4",
        )
    for number, public_ip in enumerate(nat.public_ips):
        public = drawing.topology.public_ips.get(public_ip)
        if public is None:
            drawing.refer((*path, number), "public_ips", public_ip)
        elif public.address.version == 6:
            drawing.add(
                "nat-public-ips",
                (*path, number),
                say("{public_ip}, which is {address}", public_ip=public_ip, address=public.address),
                say("an IPv4 public IP"),
                say("A NAT gateway carries IPv4 only."),
                "K9",
            )


def _nat_subnets(drawing: Drawing) -> None:
    """Report NAT gateways where there may be none: on the gateway's subnet, or in two networks (fact K4)."""
    homes: dict[str, str] = {}
    for subnet_id, subnet in drawing.topology.subnets.items():
        nat_id = subnet.nat_gateway
        if nat_id is None or nat_id not in drawing.topology.nat_gateways:
            continue
        path = ("subnets", subnet_id, "nat_gateway")
        if subnet.name == GATEWAY_SUBNET:
            drawing.add(
                "nat-gateway-subnet",
                path,
                nat_id,
                say("no NAT gateway on {gateway_subnet}", gateway_subnet=GATEWAY_SUBNET),
                say("Gateways have public addresses of their own; attach it to the subnets of VMs."),
                "K4",
            )
        home = homes.setdefault(nat_id, subnet.vnet)
        if home != subnet.vnet:
            drawing.add(
                "nat-in-two-vnets",
                path,
                say("{nat_id}, which serves subnets of {home}", nat_id=nat_id, home=home),
                say("a NAT gateway that serves subnets of {vnet} only", vnet=subnet.vnet),
                say("Add a NAT gateway for each virtual network."),
                "K4",
            )


def _snat_ports(drawing: Drawing) -> None:
    """Report frontends that cannot give as many SNAT ports as their outbound rules promise (fact K6)."""
    for balancer_id, balancer in drawing.topology.load_balancers.items():
        promised: dict[str, int] = {}
        for rule_id, rule in balancer.outbound_rules.items():
            pool = balancer.pools.get(rule.pool)
            if pool is None or rule.ports_per_backend is None:
                continue
            each, backends = rule.ports_per_backend, len(pool.members)
            promised[rule.frontend] = promised.get(rule.frontend, 0) + each * backends
            if promised[rule.frontend] > FRONTEND_PORTS:
                drawing.add(
                    "outbound-ports",
                    ("load_balancers", balancer_id, "outbound_rules", rule_id, "ports_per_backend"),
                    say(
                        "{each:,} for each of {backends}: {promised:,} of {frontend}",
                        each=each,
                        backends=backends,
                        promised=promised[rule.frontend],
                        frontend=rule.frontend,
                    ),
                    say(
                        "at most {frontend_ports:,} ports of one public frontend",
                        frontend_ports=FRONTEND_PORTS,
                    ),
                    say("Promise fewer ports, or spread the backends over more frontends."),
                    "K6",
                )


def _gateway(drawing: Drawing, gateway_id: str, gateway: Gateway, kinds: dict[tuple[str, str], str]) -> None:
    path = ("gateways", gateway_id)
    drawing.refer((*path, "vnet"), "vnets", gateway.vnet)
    drawing.refer((*path, "public_ip"), "public_ips", gateway.public_ip)
    first = kinds.setdefault((gateway.vnet, gateway.kind), gateway_id)
    if first != gateway_id:
        drawing.add(
            "gateway-twice",
            (*path, "kind"),
            say("{kind}, as gateway {first} of {vnet}", kind=gateway.kind, first=first, vnet=gateway.vnet),
            say("one gateway of each kind in a virtual network"),
            say("Remove one of the two, or place it in another virtual network."),
            "H1",
        )

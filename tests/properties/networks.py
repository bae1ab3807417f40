"""Random small networks without problems, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.netcore.build import Net, net

APPLIANCES = ("10.0.0.4", "10.0.1.4", "10.1.0.4", "10.0.3.9")
HOPS = ("None", "Internet", "VnetLocal", "VirtualNetworkGateway", *APPLIANCES)
"""Next hops a random route may name; the last one is nobody's."""

DESTINATIONS = (
    "10.0.0.4",
    "10.0.1.4",
    "10.0.1.9",
    "10.2.0.4",
    "10.0.2.4",
    "10.1.0.4",
    "10.1.1.4",
    "10.0.3.9",
    "10.7.0.1",
    "192.168.1.1",
    "198.51.100.7",
    "224.0.0.5",
    "172.16.3.3",
)
"""Addresses worth asking for: of VMs, unused ones, private and public ones outside."""

PROTOCOLS = ("tcp", "udp", "icmp", "gre", "esp", "112")

SOME_SUBNETS: tuple[tuple[list[str], list[str]], ...] = (
    ([], []),
    ([], []),
    (["hub1"], ["spoke0"]),
    (["hub0", "hub1"], []),
)
"""Subnets of hub and spoke that a peering joins; empty lists mean all."""

POLICIES = ("none", "route-tables", "all")

PREFIXES = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/16",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.0.1.4/32",
    "10.1.0.0/16",
    "10.1.0.0/17",
    "192.168.0.0/16",
    "198.51.100.0/24",
)
"""Prefixes that share and nest."""


@st.composite
def networks(draw: st.DrawFn) -> Net:
    """Return a hub of three subnets, a spoke of two, random tables, groups, admin rules, peering, gateway.

    [h0] [h1] [h2] -- hub 10.0.0.0/16 == spoke 10.1.0.0/16 -- [s0] [s1]
    """
    drawn = net(draw(st.sampled_from(("azure-2026", "azure-2021"))))
    for key in ("t0", "t1"):
        prefixes = draw(st.lists(st.sampled_from(PREFIXES), unique=True, max_size=4))
        drawn.table(key, {prefix: draw(st.sampled_from(HOPS)) for prefix in prefixes}, draw(st.booleans()))
    access, port = draw(st.sampled_from(("allow", "deny"))), draw(st.sampled_from(("443", "*", "22")))
    drawn.group("g", f"100 in {access} * * * {port}")
    for vnet, second, count in (("hub", 0, 3), ("spoke", 1, 2)):
        drawn.vnet(vnet, f"10.{second}.0.0/16")
        for number in range(count):
            table = draw(st.sampled_from((None, "t0", "t1")))
            group = draw(st.sampled_from((None, None, "g")))
            key = f"{vnet}{number}"
            drawn.subnet(key, f"10.{second}.{number}.0/24", table=table, group=group)
            drawn.vm(
                f"{vnet[0]}{number}",
                key,
                f"10.{second}.{number}.4",
                guest={"forwarding": draw(st.booleans()), "snat": draw(st.booleans())},
                ip_forwarding=draw(st.booleans()),
            )
    if draw(st.booleans()):
        drawn.set("application_groups/web", {"name": "web"})
        for nic in draw(st.lists(st.sampled_from(("h0", "h1", "h2")), unique=True)):
            drawn.set(f"nics/{nic}/configurations/ip1/application_groups", ["web"])
        rule = {"priority": 99 + draw(st.integers(2, 9)), "direction": "Inbound", "source_groups": ["web"]}
        drawn.set("security_groups/g/rules/web", {**rule, "access": draw(st.sampled_from(("Allow", "Deny")))})
    if draw(st.booleans()):
        rule = {"name": "a", "priority": 1, "direction": draw(st.sampled_from(("Inbound", "Outbound")))}
        access = draw(st.sampled_from(("Allow", "AlwaysAllow", "Deny")))
        source = draw(st.sampled_from(("*", "10.0.0.0/16", "VirtualNetwork", "Internet")))
        drawn.set("admin_rules/a", {**rule, "access": access, "source": [source]})
    near, far = draw(st.sampled_from(SOME_SUBNETS))
    if draw(st.booleans()):
        drawn.link(
            "hub",
            "spoke",
            allow_forwarded=draw(st.booleans()),
            allow_access=draw(st.booleans()),
            subnets=near,
            remote_subnets=far,
            disconnected=draw(st.sampled_from((False, False, False, True))),
        )
    if draw(st.booleans()):
        drawn.link("spoke", "hub", allow_forwarded=draw(st.booleans()), subnets=far, remote_subnets=near)
    if draw(st.booleans()):
        drawn.set("subnets/hub1/endpoint_policies", draw(st.sampled_from(POLICIES)))
        drawn.set("private_endpoints/e", {"name": "e", "subnet": "hub1", "address": "10.0.1.9"})
    if draw(st.booleans()):
        drawn.vnet("mate", "10.2.0.0/16").subnet("mate0", "10.2.0.0/24").vm("m0", "mate0", "10.2.0.4")
        drawn.set("connected_groups/mesh", {"name": "mesh", "vnets": ["spoke", "mate"]})
    if draw(st.booleans()):
        learned = draw(st.lists(st.sampled_from(PREFIXES), unique=True, max_size=3))
        drawn.gateway("gw", *learned, vnet="hub")
    return drawn

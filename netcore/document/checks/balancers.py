"""Balancers: facts J2, J4, J17, K2, and what their parts refer to."""

from __future__ import annotations

from collections.abc import Mapping

from netcore.document.balancers import BalancingRule, Frontend, LoadBalancer
from netcore.document.checks import gateway_balancers
from netcore.document.checks.ground import Drawing
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report what is wrong with the balancers."""
    for balancer_id, balancer in drawing.topology.load_balancers.items():
        path = ("load_balancers", balancer_id)
        for key, frontend in balancer.frontends.items():
            _frontend(drawing, (*path, "frontends", key), frontend)
        _pools(drawing, path, balancer)
        _rules(drawing, path, balancer)
        _published(drawing, path, balancer)
        _reach(drawing, path, balancer)
    gateway_balancers.check(drawing)


def _frontend(drawing: Drawing, path: tuple[object, ...], frontend: Frontend) -> None:
    drawing.refer((*path, "subnet"), "subnets", frontend.subnet)
    drawing.refer((*path, "public_ip"), "public_ips", frontend.public_ip)
    private = frontend.subnet is not None or frontend.address is not None
    public = frontend.public_ip is not None
    if private and public:
        found = say("a private and a public address")
    elif not private and not public:
        found = say("no address")
    elif private and (frontend.subnet is None or frontend.address is None):
        found = (
            say("an address without a subnet")
            if frontend.subnet is None
            else say("a subnet without an address")
        )
    else:
        return
    drawing.add(
        "frontend-address",
        path,
        found,
        say("either public_ip, or subnet and address"),
        say("A frontend is public or private, not both."),
        "J17",
    )


def _pools(drawing: Drawing, path: tuple[object, ...], balancer: LoadBalancer) -> None:
    for pool_id, pool in balancer.pools.items():
        seen: dict[tuple[str, str], str] = {}
        vnets: dict[str, None] = {}
        for member_id, member in pool.members.items():
            place = (*path, "pools", pool_id, "members", member_id)
            if not drawing.refer((*place, "nic"), "nics", member.nic):
                continue
            configurations = drawing.topology.nics[member.nic].configurations
            if member.configuration not in configurations:
                where = ("topology", *place, "configuration")
                kind = say("IP configuration of NIC {nic}", nic=member.nic)
                drawing.dangling(where, member.configuration, kind, configurations)
            first = seen.setdefault((member.nic, member.configuration), member_id)
            if first != member_id:
                drawing.add(
                    "member-twice",
                    place,
                    say(
                        "{nic}/{configuration}, as in member {first}",
                        nic=member.nic,
                        configuration=member.configuration,
                        first=first,
                    ),
                    say("each backend once in a pool"),
                    say("Remove one of the two."),
                    "J2",
                )
            vnet = drawing.vnet_of_nic(member.nic)
            if vnet is not None:
                vnets[vnet] = None
        if len(vnets) > 1:
            drawing.add(
                "pool-in-two-vnets",
                (*path, "pools", pool_id),
                say("backends in {vnets}", vnets=", ".join(vnets)),
                say("backends of one virtual network"),
                say("Use one pool and one balancer for each virtual network."),
                "J17",
            )


def _rules(drawing: Drawing, path: tuple[object, ...], balancer: LoadBalancer) -> None:
    seen: dict[tuple[str, str, int], str] = {}
    for rule_id, rule in balancer.rules.items():
        place = (*path, "rules", rule_id)
        _inside(
            drawing, (*place, "frontend"), rule.frontend, say("frontend of the balancer"), balancer.frontends
        )
        _inside(drawing, (*place, "pool"), rule.pool, say("pool of the balancer"), balancer.pools)
        if rule.probe is not None:
            _inside(drawing, (*place, "probe"), rule.probe, say("probe of the balancer"), balancer.probes)
        _ports(drawing, place, rule, balancer)
        first = seen.setdefault((rule.frontend, rule.protocol, rule.frontend_port), rule_id)
        if first != rule_id:
            drawing.add(
                "balancing-rule-twice",
                place,
                say(
                    "{protocol}/{frontend_port} of {frontend}, as in rule {first}",
                    protocol=rule.protocol,
                    frontend_port=rule.frontend_port,
                    frontend=rule.frontend,
                    first=first,
                ),
                say("each protocol and port of a frontend once"),
                say("Remove one of the two, or choose another port."),
                "J2",
            )
    for rule_id, outbound in balancer.outbound_rules.items():
        place = (*path, "outbound_rules", rule_id)
        _inside(
            drawing,
            (*place, "frontend"),
            outbound.frontend,
            say("frontend of the balancer"),
            balancer.frontends,
        )
        _inside(drawing, (*place, "pool"), outbound.pool, say("pool of the balancer"), balancer.pools)
        frontend = balancer.frontends.get(outbound.frontend)
        if frontend is not None and frontend.public_ip is None:
            drawing.add(
                "outbound-rule-private",
                (*place, "frontend"),
                say("{frontend}, which is private", frontend=outbound.frontend),
                say("a public frontend"),
                say("Only a public address leads to the Internet."),
                "K2",
            )


def _published(drawing: Drawing, path: tuple[object, ...], balancer: LoadBalancer) -> None:
    """Report inbound NAT rules that lead nowhere, or for a port that another rule has."""
    taken = {
        (rule.frontend, rule.protocol, rule.frontend_port): say("rule {rule_id}", rule_id=rule_id)
        for rule_id, rule in balancer.rules.items()
        if rule.protocol != "all"
    }
    for rule_id, nat in balancer.inbound_nat_rules.items():
        place = (*path, "inbound_nat_rules", rule_id)
        _inside(
            drawing, (*place, "frontend"), nat.frontend, say("frontend of the balancer"), balancer.frontends
        )
        if drawing.refer((*place, "nic"), "nics", nat.nic):
            configurations = drawing.topology.nics[nat.nic].configurations
            kind = say("IP configuration of NIC {nic}", nic=nat.nic)
            _inside(drawing, (*place, "configuration"), nat.configuration, kind, configurations)
        port = (nat.frontend, nat.protocol, nat.frontend_port)
        first = taken.setdefault(port, say("inbound NAT rule {rule_id}", rule_id=rule_id))
        if first != f"inbound NAT rule {rule_id}":
            drawing.add(
                "inbound-nat-port",
                (*place, "frontend_port"),
                say(
                    "{protocol}/{frontend_port} of {frontend}, as in {first}",
                    protocol=nat.protocol,
                    frontend_port=nat.frontend_port,
                    frontend=nat.frontend,
                    first=first,
                ),
                say("a port of the frontend that no other rule has"),
                say("Choose another frontend port."),
                "J2",
            )


def _reach(drawing: Drawing, path: tuple[object, ...], balancer: LoadBalancer) -> None:
    """Report private frontends whose backends stand in a network that theirs is not peered with."""
    for rule_id, rule in balancer.rules.items():
        frontend = balancer.frontends.get(rule.frontend)
        pool = balancer.pools.get(rule.pool)
        subnet = drawing.topology.subnets.get(frontend.subnet or "") if frontend is not None else None
        if pool is None or subnet is None:
            continue
        here = subnet.vnet
        backends = {drawing.vnet_of_nic(member.nic) for member in pool.members.values()} - {None}
        far = backends.pop() if len(backends) == 1 else None
        if far is not None and not _joined(drawing, here, far):
            drawing.add(
                "pool-out-of-reach",
                (*path, "rules", rule_id, "pool"),
                say(
                    "{pool} with backends in {far}, and frontend {frontend} in {here}",
                    pool=rule.pool,
                    far=far,
                    frontend=rule.frontend,
                    here=here,
                ),
                say("backends in the frontend's virtual network, or in one peered with it"),
                say("Peer the two networks, or give the balancer a frontend where its backends are."),
                "J17",
            )


def _joined(drawing: Drawing, one: str, other: str) -> bool:
    """Return whether two virtual networks are one, or have both links of a peering."""
    links = {(link.vnet, link.remote_vnet) for link in drawing.topology.peerings.values()}
    return one == other or {(one, other), (other, one)} <= links


def _inside(
    drawing: Drawing,
    path: tuple[object, ...],
    key: str,
    kind: str,
    there: Mapping[str, object],
) -> None:
    if key not in there:
        drawing.dangling(("topology", *path), key, kind, there)


def _ports(drawing: Drawing, path: tuple[object, ...], rule: BalancingRule, balancer: LoadBalancer) -> None:
    if rule.protocol != "all":
        for field, port in (("frontend_port", rule.frontend_port), ("backend_port", rule.backend_port)):
            if port == 0:
                drawing.add(
                    "rule-without-port",
                    (*path, field),
                    "0",
                    say("a port from 1 to 65535 for protocol {protocol}", protocol=rule.protocol),
                    say("Port 0 means all ports and belongs to protocol all."),
                    "J4",
                )
        return
    if rule.frontend_port or rule.backend_port:
        drawing.add(
            "ha-ports",
            path,
            say(
                "ports {frontend_port} and {backend_port}",
                frontend_port=rule.frontend_port,
                backend_port=rule.backend_port,
            ),
            say("ports 0 and 0 for protocol all"),
            say("An HA-ports rule balances all ports at once."),
            "J4",
        )
    if balancer.sku == "basic":
        drawing.add(
            "ha-ports",
            path,
            say("protocol all on a {sku} balancer", sku=balancer.sku),
            say("a standard balancer"),
            say("HA ports exist on internal Standard balancers only."),
            "J4",
        )
    frontend = balancer.frontends.get(rule.frontend)
    if frontend is not None and frontend.public_ip is not None:
        drawing.add(
            "ha-ports",
            (*path, "frontend"),
            say("{frontend}, which is public", frontend=rule.frontend),
            say("a private frontend for protocol all"),
            say("HA ports exist on internal Standard balancers only; write one rule for each port."),
            "J4",
        )

"""Gateway balancers and what is chained to them: fact J21."""

from __future__ import annotations

from netcore.document.balancers import LoadBalancer
from netcore.document.checks.ground import Drawing
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report wrong chains, and gateway balancers that are drawn as others are."""
    topology = drawing.topology
    for balancer_id, balancer in topology.load_balancers.items():
        path = ("load_balancers", balancer_id)
        for key, frontend in balancer.frontends.items():
            place = (*path, "frontends", key)
            reason = _unfit(balancer, frontend.public_ip)
            _chain(drawing, place, frontend.gateway_balancer, frontend.public_ip, reason)
        if balancer.sku == "gateway":
            _gateway(drawing, path, balancer)
        else:
            _tunnels_elsewhere(drawing, path, balancer)
    for nic_id, nic in topology.nics.items():
        for key, configuration in nic.configurations.items():
            place = ("nics", nic_id, "configurations", key)
            reason = None if configuration.public_ip is not None else say("an address without a public IP")
            _chain(drawing, place, configuration.gateway_balancer, configuration.public_ip, reason)


def _unfit(balancer: LoadBalancer, public_ip: str | None) -> str | None:
    """Return why a frontend cannot be chained, or None."""
    if balancer.sku != "standard":
        return say("a frontend of a {sku} balancer", sku=balancer.sku)
    return None if public_ip is not None else say("a private frontend")


def _chain(
    drawing: Drawing, place: tuple[object, ...], target: str | None, public_ip: str | None, reason: str | None
) -> None:
    if target is None:
        return
    where = (*place, "gateway_balancer")
    if not drawing.refer(where, "load_balancers", target):
        return
    public = drawing.topology.public_ips.get(public_ip or "")
    if reason is None and public is not None and public.sku != "standard":
        reason = say("a {sku} public IP", sku=public.sku)
    if reason is not None:
        drawing.add(
            "gateway-chain",
            where,
            say("a chain to {target} at {reason}", target=target, reason=reason),
            say("a chain at a public frontend or at a public IP of a NIC, of Standard sku"),
            say(
                "A gateway balancer sees Internet traffic of public addresses only; between VMs use an "
                "internal balancer as next hop."
            ),
            "J21",
        )
    sku = drawing.topology.load_balancers[target].sku
    if sku != "gateway":
        drawing.add(
            "gateway-chain",
            where,
            say("{target}, which is a {sku} balancer", target=target, sku=sku),
            say("a balancer of sku gateway"),
            say("Chain to a gateway balancer."),
            "J21",
        )


def _gateway(drawing: Drawing, path: tuple[object, ...], balancer: LoadBalancer) -> None:
    """Report what a gateway balancer cannot have."""
    for key, frontend in balancer.frontends.items():
        if frontend.public_ip is not None:
            drawing.add(
                "gateway-balancer",
                (*path, "frontends", key, "public_ip"),
                say("{public_ip}, a public frontend", public_ip=frontend.public_ip),
                say("a private frontend"),
                say("Public addresses stay where they are and are chained to the gateway balancer."),
                "J21",
            )
    for key, rule in balancer.rules.items():
        if rule.protocol != "all":
            drawing.add(
                "gateway-balancer",
                (*path, "rules", key, "protocol"),
                rule.protocol,
                say("protocol all with ports 0"),
                say("A gateway balancer has HA-ports rules only."),
                "J21",
            )
    for collection in ("outbound_rules", "inbound_nat_rules"):
        for key in getattr(balancer, collection):
            drawing.add(
                "gateway-balancer",
                (*path, collection, key),
                say("one of the {collection} of a gateway balancer", collection=collection.replace("_", " ")),
                say("HA-ports rules only"),
                say("Draw it at the balancer whose frontend is chained."),
                "J21",
            )
    for key, pool in balancer.pools.items():
        inner, outer = pool.internal, pool.external
        if inner is None or outer is None:
            continue
        if inner.port == outer.port or inner.key == outer.key:
            drawing.add(
                "gateway-balancer",
                (*path, "pools", key, "external"),
                say(
                    "port {port} and key {key}, and internal port {inner_port} and key {inner_key}",
                    port=outer.port,
                    key=outer.key,
                    inner_port=inner.port,
                    inner_key=inner.key,
                ),
                say("two tunnels that differ in port and key"),
                say("Give the external tunnel a port and a key of its own."),
                "J21",
            )


def _tunnels_elsewhere(drawing: Drawing, path: tuple[object, ...], balancer: LoadBalancer) -> None:
    """Report tunnels of a pool whose balancer wraps nothing."""
    for key, pool in balancer.pools.items():
        for side in ("internal", "external"):
            if getattr(pool, side) is not None:
                drawing.add(
                    "gateway-balancer",
                    (*path, "pools", key, side),
                    say("a tunnel in a pool of a {sku} balancer", sku=balancer.sku),
                    say("tunnels in pools of a gateway balancer only"),
                    say("Remove the tunnel, or make the balancer a gateway balancer."),
                    "J21",
                )

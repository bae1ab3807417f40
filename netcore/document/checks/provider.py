"""What one provider refuses where another does not: zones of subnets, words of rules, whole features.

Nothing here asks who the provider is; it asks what it said about drawings (facts L4, L14, L20).
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.document.checks.ground import KINDS, Drawing
from netcore.document.models import Access
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report what the document's own provider does not know or has otherwise."""
    if drawing.provider.unknown:
        _unknown(drawing)
    if drawing.provider.subnet_zones == "one":
        _zones(drawing)
    if drawing.provider.nic_groups == "allow-only":
        _groups(drawing)


def _unknown(drawing: Drawing) -> None:
    """Report words of the drawing that the provider has nothing for."""
    for path, word in _words(drawing):
        fact = drawing.provider.unknown.get(word)
        if fact is not None:
            drawing.add(
                "unknown-to-provider",
                path,
                say(KINDS[word]) if word in KINDS else word.replace("_", " "),
                say("what {name} knows", name=drawing.provider.name),
                say("Remove it, or choose another profile."),
                fact,
            )


def _words(drawing: Drawing) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield the words of a drawing that not every provider knows, each with its place."""
    topology = drawing.topology
    for collection in ("admin_rules", "route_servers", "connected_groups", "transit_gateways"):
        for key in getattr(topology, collection):
            yield (collection, key), collection
    for key, vnet in topology.vnets.items():
        if vnet.main_route_table is not None:
            yield ("vnets", key, "main_route_table"), "main_route_table"
    for collection in ("internet_gateways", "gateways"):
        for key, gateway in getattr(topology, collection).items():
            if gateway.route_table is not None:
                yield (collection, key, "route_table"), "gateway_route_table"
    for key, subnet in topology.subnets.items():
        if subnet.service_endpoints:
            yield ("subnets", key, "service_endpoints"), "service_endpoints"
        if subnet.endpoint_policies != "none":
            yield ("subnets", key, "endpoint_policies"), "endpoint_policies"
    for key, link in topology.peerings.items():
        for field in ("use_remote_gateways", "subnets", "remote_subnets"):
            if getattr(link, field):
                yield ("peerings", key, field), field if field == "use_remote_gateways" else "peered_subnets"
    for key, nic in topology.nics.items():
        for name, configuration in nic.configurations.items():
            if configuration.application_groups:
                place = ("nics", key, "configurations", name, "application_groups")
                yield place, "application_groups"
            if configuration.gateway_balancer is not None:
                yield ("nics", key, "configurations", name, "gateway_balancer"), "gateway_balancer"
    for key, balancer in topology.load_balancers.items():
        for name, frontend in balancer.frontends.items():
            if frontend.gateway_balancer is not None:
                yield ("load_balancers", key, "frontends", name, "gateway_balancer"), "gateway_balancer"
        for field in ("cross_zone", "preserve_client_ip", "rebalance"):
            if getattr(balancer, field) is not None:
                yield ("load_balancers", key, field), field
        for name in balancer.outbound_rules:
            yield ("load_balancers", key, "outbound_rules", name), "outbound_rules"
        for name, rule in balancer.rules.items():
            if rule.floating_ip:
                yield ("load_balancers", key, "rules", name, "floating_ip"), "floating_ip"
    for key, endpoint in topology.private_endpoints.items():
        if endpoint.service.startswith("load_balancers/"):
            yield ("private_endpoints", key, "service"), "balancer_endpoints"


def _zones(drawing: Drawing) -> None:
    """Report subnets whose VMs stand in several zones (fact L4)."""
    topology = drawing.topology
    seen: dict[str, tuple[int, str]] = {}
    for key, subnet in topology.subnets.items():
        if subnet.zone is not None:
            seen[key] = (subnet.zone, say("subnet {key}", key=key))
    for key, nic in topology.nics.items():
        vm = topology.vms.get(nic.vm or "")
        if vm is None or vm.zone is None or nic.subnet not in topology.subnets:
            continue
        zone, witness = seen.setdefault(nic.subnet, (vm.zone, say("VM {vm}", vm=nic.vm)))
        if zone != vm.zone:
            drawing.add(
                "subnet-in-two-zones",
                ("nics", key, "subnet"),
                say(
                    "{subnet}, which lies in zone {zone} by {witness}, for VM {vm} in zone {vm_zone}",
                    subnet=nic.subnet,
                    zone=zone,
                    witness=witness,
                    vm=nic.vm,
                    vm_zone=vm.zone,
                ),
                say("one zone for a subnet and its VMs"),
                say("Make one subnet for each zone."),
                "L4",
            )


def _groups(drawing: Drawing) -> None:
    """Report rules that groups of NICs, or lists of subnets, cannot say (fact L20)."""
    topology = drawing.topology
    worn = {nic.security_group for nic in topology.nics.values()}
    lists = {subnet.security_group for subnet in topology.subnets.values()}
    for group_id, group in topology.security_groups.items():
        for rule_id, rule in group.rules.items():
            path = ("security_groups", group_id, "rules", rule_id)
            if group_id in worn and rule.access is Access.DENY:
                drawing.add(
                    "group-denies",
                    (*path, "access"),
                    Access.DENY.value,
                    say("Allow: a security group of NICs only allows"),
                    say(
                        "Leave the rule out, for what no rule allows is denied; or use the list of the "
                        "subnet."
                    ),
                    "L20",
                )
            if group_id in lists and (rule.source_groups or rule.destination_groups):
                drawing.add(
                    "list-names-group",
                    path,
                    say("a rule that names groups"),
                    say("prefixes: a network access list of a subnet knows no groups"),
                    say("Name prefixes, or put the rule into the group of the NICs."),
                    "L20",
                )

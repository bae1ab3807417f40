"""From deployed resources to our document: the passes in their order, and what is left out."""

from __future__ import annotations

from typing import Any

from netcore.formats import arm_balancers, arm_machines, arm_network, arm_runnable, arm_security
from netcore.formats.arm_deploy import DEPLOYMENTS, World
from netcore.formats.arm_draft import (
    APPLICATION_GROUPS,
    BALANCERS,
    CONNECTIONS,
    FIREWALLS,
    GATEWAYS,
    LOCAL_GATEWAYS,
    NAT_GATEWAYS,
    NICS,
    PEERINGS,
    PUBLIC_IPS,
    ROUTE_TABLES,
    SECURITY_GROUPS,
    SUBNETS,
    VMS,
    VNETS,
    Draft,
)
from netcore.words import say

_MODELLED = frozenset(
    {
        APPLICATION_GROUPS,
        BALANCERS,
        CONNECTIONS,
        DEPLOYMENTS,
        GATEWAYS,
        LOCAL_GATEWAYS,
        NAT_GATEWAYS,
        NICS,
        PEERINGS,
        PUBLIC_IPS,
        ROUTE_TABLES,
        SECURITY_GROUPS,
        SUBNETS,
        VMS,
        VNETS,
        arm_network.ROUTES,
        arm_security.RULES,
    }
)
_WITH_OWN_NOTES = (BALANCERS + "/",)
_WORDS = {
    FIREWALLS: "A managed firewall is not modelled yet.",
    "microsoft.compute/virtualmachinescalesets": "Scale sets are not modelled yet: its VMs are missing.",
    "microsoft.network/bastionhosts": "Bastion is not modelled.",
    "microsoft.network/virtualhubs": "Route Server and Virtual WAN are not modelled yet.",
    "microsoft.network/virtualwans": "Virtual WAN is not modelled yet.",
    "microsoft.network/privateendpoints": "Private endpoints are not modelled yet.",
    "microsoft.network/applicationgateways": "Application gateways are not modelled yet.",
}
_NOT_YET = "This kind is not modelled yet."
_NOT_OURS = "It is not part of the network."


def document(world: World, name: str, description: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document as plain JSON data, and what exists only after deployment per resource id.

    Args:
        world: a template that has been expanded.
    """
    draft = Draft(world)
    arm_network.map_vnets(draft)
    arm_machines.map_public_ips(draft)
    arm_network.map_route_tables(draft)
    arm_network.map_nat_gateways(draft)
    cards = arm_machines.read_nics(draft)
    balancers = arm_balancers.read_balancers(draft)
    arm_network.map_peerings(draft)
    arm_network.map_gateways(draft)
    draft.place_missing()
    arm_balancers.take_frontends(draft, balancers)
    arm_balancers.address_frontends(draft, balancers, cards)
    arm_machines.hand_out_addresses(draft, cards)
    arm_balancers.map_balancers(draft, balancers, cards)
    arm_security.map_security_groups(draft)
    arm_runnable.own_frontends(draft)
    arm_runnable.inner_routes(draft)
    client = arm_runnable.outside_client(draft)
    faults, traffic = arm_runnable.failover(draft, client)
    _left_out(draft)
    scenario: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "description": description,
        "topology": {key: value for key, value in draft.topology.items() if value},
    }
    if draft.service_tags:
        scenario["topology"]["service_tags"] = draft.service_tags
    if traffic:
        scenario["traffic"] = traffic
    if faults:
        scenario["faults"] = faults
    return scenario, draft.overlay


def _left_out(draft: Draft) -> None:
    if draft.world.not_deployed:
        draft.notes.add(
            "left out",
            say("the file"),
            say(
                "Not deployed with these parameters (condition false): {not_deployed} resources.",
                not_deployed=draft.world.not_deployed,
            ),
        )
    for kind, resources in draft.kinds().items():
        if kind in _MODELLED or kind.startswith(_WITH_OWN_NOTES):
            continue
        for resource in resources:
            base = "/".join(kind.split("/")[:2])
            network = kind.startswith("microsoft.network/") or kind in _WORDS
            words = _WORDS.get(base, _NOT_YET) if network else _NOT_OURS
            draft.notes.add("left out", resource.label, say(words))

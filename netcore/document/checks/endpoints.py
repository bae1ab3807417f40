"""Private endpoints: what they refer to (fact D67); their addresses are checked with all others."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing


def check(drawing: Drawing) -> None:
    """Report what is wrong with the private endpoints."""
    for endpoint_id, endpoint in drawing.topology.private_endpoints.items():
        path = ("private_endpoints", endpoint_id)
        drawing.refer((*path, "subnet"), "subnets", endpoint.subnet)
        collection, _, key = endpoint.service.partition("/")
        if collection == "load_balancers" and key:
            drawing.refer((*path, "service"), "load_balancers", key)

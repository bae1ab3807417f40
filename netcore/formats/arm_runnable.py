"""What makes an imported drawing run at once: an outside client, a fault, a flow.

Only what follows from the drawing, and each with a note.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from netcore.formats.arm_addresses import OUTSIDE_CLIENT
from netcore.formats.arm_draft import Draft
from netcore.words import say

FAULT_AT_US = 60_000_000


def own_frontends(draft: Draft) -> None:
    """Let the guests behind a rule with floating IP hold the frontend address (fact J6).

    Such a rule delivers with the frontend as destination: without the address in the guest it could
    never have worked, so an import takes it as there. Rules for all ports are next hops of routes and
    need no address.
    """
    for balancer in draft.topology["load_balancers"].values():
        for rule in balancer["rules"].values():
            if not rule["floating_ip"] or rule["protocol"] == "all":
                continue
            address = frontend_address(draft, balancer["frontends"].get(rule["frontend"], {}))
            for vm in _members(draft, balancer, rule["pool"]) if address else []:
                guest = draft.topology["vms"][vm].setdefault("guest", {})
                loopback = guest.setdefault("loopback", [])
                if address not in loopback:
                    loopback.append(address)
                    draft.notes.add(
                        "assumed",
                        say(
                            "Microsoft.Compute/virtualMachines {topology}",
                            topology=draft.topology["vms"][vm]["name"],
                        ),
                        say(
                            "Its guest holds the frontend address {address}: a rule with floating IP "
                            "needs it.",
                            address=address,
                        ),
                        f"vms/{vm}",
                    )


def inner_routes(draft: Draft) -> None:
    """Let an appliance with several NICs send inside traffic by its inner NIC.

    The NIC that is not primary and stands in the pool of an HA-ports rule is the inner one; without a
    route the guest would answer the inside by its primary, outer NIC.
    """
    for balancer in draft.topology["load_balancers"].values():
        for rule in balancer["rules"].values():
            if rule["protocol"] != "all":
                continue
            for member in balancer["pools"][rule["pool"]]["members"].values():
                _inner_route(draft, member["nic"])


def _inner_route(draft: Draft, key: str) -> None:
    nic = draft.topology["nics"][key]
    vm = draft.topology["vms"].get(nic.get("vm", ""))
    if vm is None or nic["primary"] or not vm.get("guest", {}).get("forwarding"):
        return
    vnet = draft.topology["vnets"][draft.topology["subnets"][nic["subnet"]]["vnet"]]
    routes = vm["guest"].setdefault("routes", {})
    for number, prefix in enumerate(vnet["address_space"], start=1):
        routes.setdefault(f"inside-{number}", {"prefix": prefix, "nic": key})
    draft.notes.add(
        "assumed",
        say("Microsoft.Compute/virtualMachines {vm}", vm=vm["name"]),
        say(
            "Its guest is taken to reach {vnet} by {nic}, its inner NIC.", vnet=vnet["name"], nic=nic["name"]
        ),
        f"vms/{nic['vm']}",
    )


def frontend_address(draft: Draft, frontend: dict[str, Any]) -> str | None:
    """Return the address of a frontend, public or private."""
    if "public_ip" in frontend:
        public = draft.topology["public_ips"].get(frontend["public_ip"])
        return str(public["address"]) if public is not None else None
    address = frontend.get("address")
    return str(address) if address is not None else None


def _members(draft: Draft, balancer: dict[str, Any], pool: str) -> list[str]:
    """Return the VMs of a pool, in order, once each."""
    found: dict[str, None] = {}
    for member in balancer["pools"].get(pool, {"members": {}})["members"].values():
        vm = draft.topology["nics"][member["nic"]].get("vm")
        if vm is not None:
            found[vm] = None
    return list(found)


def outside_client(draft: Draft) -> str:
    """Add a host on the Internet and return its id."""
    key = draft.names.one("hosts", "client")
    draft.topology["hosts"][key] = {"name": say("Outside client"), "address": OUTSIDE_CLIENT}
    draft.notes.add(
        "assumed",
        say("the file"),
        say("A host on the Internet ({outside_client}) is added.", outside_client=OUTSIDE_CLIENT),
        f"hosts/{key}",
    )
    return key


def failover(draft: Draft, client: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return faults and traffic for a drawing with appliances behind an HA-ports rule; else nothing."""
    for balancer in draft.topology["load_balancers"].values():
        for rule in balancer["rules"].values():
            if rule["protocol"] != "all" or rule["frontend_port"] != 0:
                continue
            frontend = balancer["frontends"].get(rule["frontend"], {})
            appliances = _appliances(draft, balancer, rule["pool"])
            if "address" not in frontend or len(appliances) < 2:
                continue
            name = draft.topology["vms"][appliances[0]]["name"]
            faults = {
                "appliance-1-fails": {"name": "Appliance 1 fails", "vm": appliances[0], "at_us": FAULT_AT_US}
            }
            draft.notes.add(
                "assumed",
                say("Microsoft.Network/loadBalancers {balancer}", balancer=balancer["name"]),
                say(
                    "Two or more appliances stand behind it: a fault is added in which {name} dies.",
                    name=name,
                ),
                "faults/appliance-1-fails",
            )
            return faults, _flow(draft, client, frontend["address"], set(appliances))
    return {}, {}


def _appliances(draft: Draft, balancer: dict[str, Any], pool: str) -> list[str]:
    vms = draft.topology["vms"]
    return [vm for vm in _members(draft, balancer, pool) if vms[vm].get("guest", {}).get("forwarding")]


def _flow(draft: Draft, client: str, next_hop: str, appliances: set[str]) -> dict[str, Any]:
    """Return one flow: from a VM routed to the appliances, else from the client to a public rule."""
    inside = _routed_vm(draft, next_hop, appliances)
    if inside is not None:
        flow = {"source": f"vms/{inside}", "destination": f"hosts/{client}", "protocol": "tcp"}
        flow["name"] = say("{topology} to outside", topology=draft.topology["vms"][inside]["name"])[:120]
        words = say(
            "A flow from {inside} through the appliances to the outside client is added.", inside=inside
        )
        return _noted(draft, flow | {"destination_port": 443}, words)
    for balancer in draft.topology["load_balancers"].values():
        for rule in balancer["rules"].values():
            address = frontend_address(draft, balancer["frontends"].get(rule["frontend"], {}))
            public = "public_ip" in balancer["frontends"].get(rule["frontend"], {})
            if not public or address is None or rule["protocol"] != "tcp":
                continue
            if appliances & set(_members(draft, balancer, rule["pool"])):
                flow = {"source": f"hosts/{client}", "destination": address, "protocol": "tcp"}
                flow["name"] = say("Outside client to {rule}", rule=rule["name"])[:120]
                words = say("A flow from the outside client to {address} is added.", address=address)
                return _noted(draft, flow | {"destination_port": rule["frontend_port"]}, words)
    return {}


def _noted(draft: Draft, flow: dict[str, Any], words: str) -> dict[str, Any]:
    draft.notes.add("assumed", say("the file"), words, "traffic/flow-1")
    return {"flow-1": flow}


def _routed_vm(draft: Draft, next_hop: str, appliances: set[str]) -> str | None:
    """Return a VM whose subnet routes to the frontend by default, or None."""
    target = ip_address(next_hop)
    routed = set()
    for key, subnet in draft.topology["subnets"].items():
        table = draft.topology["route_tables"].get(subnet.get("route_table", ""), {"routes": {}})
        for route in table["routes"].values():
            hop = route.get("next_hop_ip")
            if (
                hop is not None
                and ip_address(hop) == target
                and route["prefix"] == str(ip_network("0.0.0.0/0"))
            ):
                routed.add(key)
    for nic in draft.topology["nics"].values():
        if nic["subnet"] in routed and nic.get("vm") is not None and nic["vm"] not in appliances:
            return str(nic["vm"])
    return None

"""A way in short: which guests, balancers, gateways and hosts a packet passes, and where it ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netcore.trace.model import Outcome, Place, Step, Verdict

INTERNET = "internet"
"""The edge in a path."""

PASSED = (Place.GUEST, Place.BALANCER, Place.GATEWAY, Place.EDGE)
"""Places that make a path; the rest is inside the fabric."""

_STOPS = ("vms/", "load_balancers/", "gateways/", "hosts/", "private_endpoints/")


def path_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return guests, balancers, gateways and the edge on a way, in order, with all that lies at the edge."""
    found: list[str] = []
    for step in steps:
        if step.place in PASSED:
            name = step.at or INTERNET
            if step.place is Place.EDGE and name.startswith("nics/"):
                name = INTERNET
            if not found or found[-1] != name:
                found.append(name)
    return tuple(found)


def stops_of(steps: Sequence[Step], verdict: Verdict, nic_vm: dict[str, str]) -> tuple[str, ...]:
    """Return what a person would name as the stops of a way, the sender first.

    The Internet is a stop only where the way ends there. A packet that dies at the door of a VM has come as
    far as that VM.

    Args:
        nic_vm: NIC id -> VM id.
    """
    path = path_of(steps)
    found = [one for one in path if one.startswith(_STOPS)]
    if path and path[-1] == INTERNET:
        found.append(INTERNET)
    kind, _, nic = (verdict.at or "").partition("/")
    door = f"vms/{nic_vm[nic]}" if kind == "nics" and nic in nic_vm else None
    at_door = bool(steps) and steps[-1].place not in PASSED and verdict.outcome is not Outcome.DELIVERED
    if at_door and door is not None and found and found[-1] != door:
        found.append(door)
    return tuple(found)

"""Named changes and JSON Patches, applied to the plain data of a drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from netcore.checks.grading import places
from netcore.checks.grading.case import Case, opened
from netcore.checks.grading.names import Unknown, find, is_address
from netcore.checks.language.changes import Change
from netcore.document import reader
from netcore.document.models import Topology
from netcore.document.problems import Problem
from netcore.document.values import parse_prefix
from netcore.words import say

Raw = dict[str, Any]


def changed(case: Case, changes: Sequence[Change]) -> Case:
    """Return the case of the changed drawing; it may have problems.

    Raises:
        Unknown: a change names something that is not drawn.
        CannotGrade: the drawing has become too large, or there is none.
    """
    if not changes or case.drawing is None:
        return case
    case.budget.spend(1)
    before = reader.dump(case.drawing)
    after = apply(before, changes)
    document, problems = opened(after)
    patch = tuple(jsonpatch.make_patch(before, after).patch)
    words = ", ".join(filter(None, (case.made.words, *(told(change, case.topology) for change in changes))))
    made = replace(case.made, words=words, patch=(*case.made.patch, *patch))
    return replace(case, drawing=document, problems=problems, made=made, tracer=None)


def apply(document: Raw, changes: Sequence[Change]) -> Raw:
    """Return the plain data of a drawing after changes; the given one stays.

    Raises:
        Unknown: a change names something that is not drawn, or cannot be made.
    """
    raw = deepcopy(document)
    for change in changes:
        if change.patch is not None:
            raw = _patched(raw, change)
        else:
            _MAKERS[change.word](raw.setdefault("topology", {}), getattr(change, change.word))
    return raw


def _patched(raw: Raw, change: Change) -> Raw:
    operations = [operation.as_dict() for operation in change.patch or ()]
    try:
        done: Raw = jsonpatch.apply_patch(raw, operations)
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError) as error:
        raise Unknown(say("The change cannot be made: {error}.", error=error)) from error
    return done


def _id(topology: Raw, collection: str, text: str) -> str:
    entries = topology.get(collection)
    named = {key: str(one.get("name", "")) for key, one in entries.items()} if entries else {}
    return find(named, collection, text.removeprefix(f"{collection}/"))


def _power(state: str) -> Callable[[Raw, tuple[str, ...]], None]:
    def make(topology: Raw, names: tuple[str, ...]) -> None:
        for name in names:
            for key in sorted(topology.get("vms", {})) if name == "*" else [_id(topology, "vms", name)]:
                topology["vms"][key]["power"] = state

    return make


def _zone_down(topology: Raw, zone: int) -> None:
    for vm in topology.get("vms", {}).values():
        if vm.get("zone") == zone:
            vm["power"] = "stopped"


def _way(topology: Raw, path: str, make: bool = False) -> tuple[Any, str]:
    """Return the object that holds the last part of a path, and that part.

    Args:
        make: objects that are missing on the way are made.

    Raises:
        Unknown: the path leads nowhere.
    """
    kind, _, rest = path.strip("/").partition("/")
    if make:
        topology.setdefault(kind, {})
    if not rest or not isinstance(topology.get(kind), dict):
        raise Unknown(say("{path} is no path of the drawing.", path=path))
    first, *others = rest.split("/")
    at: Any = topology
    parts = [kind, first if not others else _id(topology, kind, first), *others]
    if not others and first not in topology[kind]:
        # A new entry, or one that is called by its name.
        try:
            parts[1] = _id(topology, kind, first)
        except Unknown:
            parts[1] = first
    for part in parts[:-1]:
        if make and isinstance(at, dict) and at.get(part) is None:
            at[part] = {}
        at = at.get(part) if isinstance(at, dict) else None
        if not isinstance(at, dict):
            raise Unknown(say("{path} is no path of the drawing.", path=path))
    return at, parts[-1]


def _set(topology: Raw, fields: dict[str, Any]) -> None:
    for path, value in fields.items():
        holder, key = _way(topology, path, make=True)
        holder[key] = deepcopy(value)


def _remove(topology: Raw, paths: tuple[str, ...]) -> None:
    for path in paths:
        holder, key = _way(topology, path)
        if key not in holder:
            raise Unknown(say("There is no {path} in the drawing.", path=path))
        del holder[key]


def _add_vm(topology: Raw, given: Any) -> None:
    subnet = _id(topology, "subnets", given.subnet)
    vm: Raw = {"name": given.name}
    nic: Raw = {"name": f"{given.name}-nic"}
    if given.like is not None:
        model = _id(topology, "vms", given.like)
        vm = {**deepcopy(topology["vms"][model]), "name": given.name}
        for one in topology.get("nics", {}).values():
            if one.get("vm") == model:
                kept = ("ip_forwarding", "security_group")
                nic |= {key: one[key] for key in kept if key in one}
                break
    if given.zone is not None:
        vm["zone"] = given.zone
    address = str(given.address) if given.address else _free(topology, subnet)
    key, nic_key = _new(topology, "vms", given.name), _new(topology, "nics", f"{given.name}-nic")
    nic |= {
        "vm": key,
        "subnet": subnet,
        "configurations": {"ipconfig1": {"address": address, "primary": True}},
    }
    topology.setdefault("vms", {})[key] = vm
    topology.setdefault("nics", {})[nic_key] = nic


def _free(topology: Raw, subnet: str) -> str:
    """Return the first address of a subnet that the platform gives out and nobody has (fact A1)."""
    taken = {
        one.get("address")
        for nic in topology.get("nics", {}).values()
        for one in nic.get("configurations", {}).values()
    }
    taken |= {
        one.get("address")
        for kind, inner in (("load_balancers", "frontends"), ("private_endpoints", ""))
        for holder in topology.get(kind, {}).values()
        for one in (holder.get(inner, {}).values() if inner else (holder,))
    }
    for text in topology["subnets"][subnet].get("prefixes", ()):
        prefix = parse_prefix(text)
        for number in range(4, min(prefix.num_addresses - 1, 70_000)):
            address = str(prefix[number])
            if address not in taken:
                return address
    raise Unknown(say("The subnet {subnet} has no free address.", subnet=subnet))


def _new(topology: Raw, collection: str, name: str) -> str:
    """Return an id that is free: the name, or the name with a number."""
    taken = topology.get(collection, {})
    if name not in taken:
        return name
    return next(free for number in range(2, 100_000) if (free := f"{name}-{number}") not in taken)


def _add_subnet(topology: Raw, given: Any) -> None:
    subnet: Raw = {
        "name": given.name,
        "vnet": _id(topology, "vnets", given.vnet),
        "prefixes": [str(given.prefix)],
    }
    if given.like is not None:
        model = topology["subnets"][_id(topology, "subnets", given.like)]
        kept = ("route_table", "security_group", "nat_gateway", "default_outbound", "zone")
        subnet |= {key: model[key] for key in kept if key in model}
    topology.setdefault("subnets", {})[_new(topology, "subnets", given.name)] = subnet


def _add_vnet(topology: Raw, given: Any) -> None:
    key = _new(topology, "vnets", given.name)
    topology.setdefault("vnets", {})[key] = {
        "name": given.name,
        "address_space": [str(prefix) for prefix in given.ranges],
    }


def _add_range(topology: Raw, given: Any) -> None:
    vnet = topology["vnets"][_id(topology, "vnets", given.vnet)]
    vnet["address_space"] = [*vnet.get("address_space", ()), str(given.prefix)]


def _add_peering(topology: Raw, given: Any) -> None:
    ends = [_id(topology, "vnets", name) for name in given.between]
    owner = None if given.gateway_of is None else _id(topology, "vnets", given.gateway_of)
    for one, other in (ends, ends[::-1]):
        key = _new(topology, "peerings", f"{one}-{other}")
        topology.setdefault("peerings", {})[key] = {
            "vnet": one,
            "remote_vnet": other,
            "allow_forwarded": given.forwarded,
            "allow_gateway_transit": owner == one,
            "use_remote_gateways": owner == other,
        }


def _add_route(topology: Raw, given: Any) -> None:
    table = topology["route_tables"][_id(topology, "route_tables", given.table)]
    route: Raw = {"prefix": str(given.prefix), "next_hop_type": given.type.value}
    if given.hop is not None:
        route["next_hop_ip"] = given.hop if is_address(given.hop) else _address(topology, given.hop)
    routes = table.setdefault("routes", {})
    stem = f"to-{given.prefix}".replace("/", "-").replace(":", ".")
    routes[next(key for number in range(1, 100_000) if (key := f"{stem}-{number}") not in routes)] = route


def _address(topology: Raw, name: str) -> str:
    vm = _id(topology, "vms", name)
    for nic in topology.get("nics", {}).values():
        for one in nic.get("configurations", {}).values():
            if nic.get("vm") == vm and nic.get("primary", True) and one.get("primary"):
                return str(one["address"])
    raise Unknown(say("{name} has no address.", name=name))


_MAKERS: dict[str, Callable[[Raw, Any], None]] = {
    "stop": _power("stopped"),
    "start": _power("running"),
    "restart": _power("running"),
    "zone_down": _zone_down,
    "set": _set,
    "remove": _remove,
    "add_vm": _add_vm,
    "add_subnet": _add_subnet,
    "add_vnet": _add_vnet,
    "add_range": _add_range,
    "add_peering": _add_peering,
    "add_route": _add_route,
}


def told(change: Change, topology: Topology) -> str:
    """Return a change of a drawing in words, as the end of ``with`` or ``after``."""
    given = getattr(change, change.word)
    words: dict[str, Callable[[], str]] = {
        "stop": lambda: say("{given} stopped", given=", ".join(given)),
        "start": lambda: say("{given} started", given=", ".join(given)),
        "restart": lambda: say("{given} restarted", given=", ".join(given)),
        "zone_down": lambda: say("zone {given} down", given=given),
        "set": lambda: ", ".join(_set_to(topology, path, value) for path, value in given.items()),
        "remove": lambda: say(
            "{given} removed", given=", ".join(places.place(topology, path) for path in given)
        ),
        "add_vm": lambda: say("a VM {name} in {subnet}", name=given.name, subnet=given.subnet),
        "add_subnet": lambda: say("a subnet {name} in {vnet}", name=given.name, vnet=given.vnet),
        "add_vnet": lambda: say("a virtual network {name}", name=given.name),
        "add_range": lambda: say("{prefix} added to {vnet}", prefix=given.prefix, vnet=given.vnet),
        "add_peering": lambda: say("{between} peered", between=" and ".join(given.between)),
        "add_route": lambda: say("a route {prefix} in {table}", prefix=given.prefix, table=given.table),
        "patch": lambda: say("the drawing edited"),
    }
    return words[change.word]()


def _set_to(topology: Topology, path: str, value: Any) -> str:
    """Return a field that is set, or a part that is put there, in words."""
    thing = places.place(topology, path)
    if isinstance(value, dict) and value:
        return say("{thing} with {value}", thing=thing, value=places.value(value))
    return say("{thing} set to {value}", thing=thing, value=places.value(value))


def first_problem(problems: tuple[Problem, ...], code: str | None) -> Problem | None:
    """Return the first problem of a code; None asks for any."""
    return next((problem for problem in problems if code in (None, problem.code)), None)

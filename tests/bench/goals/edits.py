"""One route changed: the compiled network is brought up to date and what it touches is walked anew.

The updates are drawn from seed 9: a route of a random table is added, or one added before is taken away.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import netcore
from netcore.batch import layout
from netcore.batch.compile import Compiled
from netcore.batch.difference import difference
from netcore.batch.live_routes import LiveRoutes
from netcore.control.network import Network
from netcore.control.routes import HopType
from netcore.document.guests import GuestService
from netcore.document.models import Route as DrawnRoute
from netcore.document.models import Subnet
from tests.bench import drawing, ours
from tests.bench.measure import Goal, Readings, Target, by_size, engine, same, seconds, slope
from tests.bench.workload import N10K, TINY, Hop, Origin, Route, Size, Workload, address, build, mask

UPDATES, SEED = 5_000, 9
"""Tries; those that would add a route that is there already are left out (4,729 remain of the standard)."""


class Update(NamedTuple):
    """One route of one subnet's table comes or goes."""

    adds: bool
    subnet: int
    route: Route


def updates(network: Workload, tries: int = UPDATES, seed: int = SEED) -> list[Update]:
    """Return the updates of a network, in order."""
    draw = np.random.default_rng(seed)
    size = network.size
    drawn = [
        {(one.prefix, one.length) for one in routes if one.origin is Origin.USER} for routes in network.routes
    ]
    live: list[tuple[int, Route]] = []
    found: list[Update] = []
    for _ in range(tries):
        if live and draw.random() < 0.5:
            found.append(Update(False, *live.pop(int(draw.integers(len(live))))))
            continue
        subnet = int(draw.integers(len(network.routes)))
        length = int(draw.choice([16, 20, 24, 26, 28, 32], p=[0.05, 0.1, 0.4, 0.15, 0.15, 0.15]))
        vnet, side = int(draw.integers(size.vnets)), int(draw.integers(4))
        prefix = (address(10, vnet, side, 0) + int(draw.integers(256))) & mask(length)
        number = int(draw.choice([-1, 0, 1]))
        hop = Hop.NONE if number < 0 else Hop.APPLIANCES
        taken = {(there, one.prefix, one.length) for there, one in live}
        if (prefix, length) in drawn[subnet] or (subnet, prefix, length) in taken:
            continue
        live.append((subnet, Route(prefix, length, Origin.USER, hop, max(number, 0))))
        found.append(Update(True, *live[-1]))
    return found


class Made(NamedTuple):
    """A network, and its updates as the engine takes them."""

    scenario: netcore.Scenario
    compiled: netcore.Compiled
    work: list[tuple[bool, str, IPv4Network, HopType, IPv4Address | None]]


def drawn(network: Workload, tries: int, seed: int = SEED) -> Made:
    """Return a network with its updates."""
    found = []
    for adds, subnet, route in updates(network, tries, seed):
        prefix = IPv4Network((route.prefix, route.length))
        pool = route.hop is Hop.APPLIANCES
        hop = HopType.VIRTUAL_APPLIANCE if pool else HopType.NONE
        there = IPv4Address(drawing.POOLS[route.number]) if pool else None
        found.append((adds, drawing.subnet_name(network, subnet), prefix, hop, there))
    scenario = drawing.scenario(network)
    return Made(scenario, netcore.compile_network(scenario), found)


def applied(made: Made) -> tuple[LiveRoutes, list[float]]:
    """Return the routes after all updates, and the processor time of each in seconds."""
    live = LiveRoutes(made.compiled)
    times = []
    for adds, table, prefix, hop, there in made.work:
        began = time.thread_time_ns()
        if adds:
            live.put(table, prefix, hop, there)
        else:
            live.take(table, prefix)
        times.append((time.thread_time_ns() - began) / 1e9)
    return live, times


def edited(made: Made) -> netcore.Scenario:
    """Return the drawing after all updates; a route that is put replaces what is drawn for its prefix."""
    left: dict[tuple[str, IPv4Network], tuple[HopType, IPv4Address | None]] = {}
    for adds, table, prefix, hop, there in made.work:
        if adds:
            left[table, prefix] = hop, there
        else:
            del left[table, prefix]
    tables = dict(made.scenario.topology.route_tables)
    for number, ((key, prefix), (hop, there)) in enumerate(left.items()):
        drawn = tables[key]
        kept = {name: route for name, route in drawn.routes.items() if route.prefix != prefix}
        kept[f"put{number}"] = DrawnRoute.model_validate(
            {"prefix": prefix, "next_hop_type": hop.value, "next_hop_ip": there}
        )
        tables[key] = drawn.model_copy(update={"routes": kept})
    topology = made.scenario.topology.model_copy(update={"route_tables": tables})
    return made.scenario.model_copy(update={"topology": topology})


def equal_to_a_recompile(made: Made, live: LiveRoutes) -> None:
    """Pass if every table says for every address what it says once the edited drawing is compiled."""
    anew = netcore.compile_network(edited(made))
    wanted = LiveRoutes(anew)
    addresses = anew.atoms.four.astype(np.int64)
    ours, theirs = live.of(addresses), wanted.of(addresses)
    one, other = _told(live), _told(wanted)
    for what, mine, right in zip(("ways", "ends of walks"), ours, theirs, strict=True):
        differs = one[np.minimum(mine, len(one) - 1)] != other[np.minimum(right, len(other) - 1)]
        same(f"{what} that differ from a recompile", int(differs.sum()), 0)


def _told(live: LiveRoutes) -> NDArray[np.uint64]:
    """Return what ways mean whatever their numbers are; the last one stands for circles."""
    found = []
    for kind, first, second, third in live.ways.tolist():
        if kind in (layout.WAY_PEER, layout.WAY_NIC, layout.WAY_FRONTEND) and second >= 0:
            row = live.crossings[second].tolist()
            row[layout.CROSS_AT] = 0
            found.append((kind, first, *row))
        else:
            found.append((kind, first, second, third))
    return np.array([hash(each) & (2**63 - 1) for each in [*found, "circle"]], np.uint64)


SIZES = tuple(Size(vnets=vnets) for vnets in (10, 25, 50, 100, 200))


def prepare(tiny: bool) -> Made:
    """Return the standard network and its updates, after they have been found equal to a recompile."""
    engine("compile_network")
    made = drawn(build(TINY if tiny else N10K), 200 if tiny else UPDATES)
    live, _ = applied(made)
    equal_to_a_recompile(made, live)
    return made


def measure(made: Made, repetitions: int) -> Readings:
    """Return how long a whole compilation takes over an update, and how even updates are.

    Whole: control plane and arrays, without the checks of the document.
    """
    whole, even = [], []
    for _ in range(repetitions):
        _, times = applied(made)
        mean = float(np.mean(times))
        ours.forget()
        compiling = seconds(lambda: Compiled(Network(made.scenario)))
        whole.append(compiling / mean)
        even.append(float(np.percentile(times, 99)) / mean)
    return {"whole compile over mean update": whole, "p99 over mean": even}


def growing(tiny: bool) -> list[tuple[int, Made]]:
    """Return networks of growing size; the smallest has passed the gate."""
    sizes = [TINY, replace(TINY, vnets=4)] if tiny else SIZES
    found: list[tuple[int, Made]] = []
    for size in sizes:
        network = build(size)
        made = drawn(network, 200 if tiny else UPDATES)
        if not found:
            equal_to_a_recompile(made, applied(made)[0])
        found.append((len(network.vm_address), made))
    return found


def grows(found: list[tuple[int, Made]], repetitions: int) -> Readings:
    """Return the exponent of the mean time of an update over VMs."""
    vms = [count for count, _ in found]
    networks = [made for _, made in found]
    times = by_size(networks, lambda made: float(np.mean(applied(made)[1])), repetitions)
    return {"exponent": [slope(vms, one) for one in times]}


LIMIT_SECONDS = 0.05
"""How long people may wait to see what an edit did. Ours: what feels like at once."""


class Edit(NamedTuple):
    """One edit of a compiled network."""

    compiled: netcore.Compiled
    after: netcore.Scenario


def _edits(network: Workload) -> dict[str, Edit]:
    """Return edits of each kind in the third network's second subnet."""
    scenario = drawing.scenario(network)
    compiled = netcore.compile_network(scenario)
    topology = scenario.topology
    subnet, other = "v2-1", "v1-1"
    drawn, group = topology.route_tables[subnet], topology.security_groups[subnet]
    named = {route.prefix for route in drawn.routes.values()}
    prefix = next(
        prefix
        for key in sorted(topology.route_tables)
        for prefix in topology.subnets[key].prefixes
        if prefix not in named and key != subnet
    )
    routes = dict(drawn.routes)
    routes["new"] = DrawnRoute.model_validate({"prefix": prefix, "next_hop_type": "None"})
    drawn_nic = topology.nics[f"{subnet}-1"]
    nic = drawn_nic.model_copy(update={"security_group": other})
    (name, held), *_ = drawn_nic.configurations.items()
    free = held.model_copy(update={"address": held.address + 200})
    renumbered = drawn_nic.model_copy(update={"configurations": {name: free}})
    more = {name: held, "more": free.model_copy(update={"primary": False})}
    vm, stands = topology.vms[f"{subnet}-1"], topology.subnets[subnet]
    guest = vm.guest.model_copy(update={"services": {"web": GuestService(protocol="tcp", port=443)}})
    empty = Subnet.model_validate({"name": "empty", "vnet": "v2", "prefixes": ["10.2.200.0/24"]})
    link = topology.peerings["2-hub"]

    def after(name: str, key: str, thing: object) -> Edit:
        things = {**getattr(topology, name), key: thing}
        edited = topology.model_copy(update={name: things})
        return Edit(compiled, scenario.model_copy(update={"topology": edited}))

    def turned() -> Iterator[Edit]:
        for key, rule in sorted(group.rules.items()):
            if rule.direction == "Inbound" and rule.protocol == "tcp":
                access = "Deny" if rule.access == "Allow" else "Allow"
                rules = {**group.rules, key: rule.model_copy(update={"access": access})}
                yield after("security_groups", subnet, group.model_copy(update={"rules": rules}))

    return {
        "one route": after("route_tables", subnet, drawn.model_copy(update={"routes": routes})),
        "one rule": next(edit for edit in turned() if difference(compiled, Network(edit.after)).changes),
        "one NIC": after("nics", f"{subnet}-1", nic),
        "one VM stopped": after("vms", f"{subnet}-1", vm.model_copy(update={"power": "stopped"})),
        "one address": after("nics", f"{subnet}-1", renumbered),
        "a second address": after(
            "nics", f"{subnet}-1", drawn_nic.model_copy(update={"configurations": more})
        ),
        "IP forwarding of one NIC": after(
            "nics", f"{subnet}-1", drawn_nic.model_copy(update={"ip_forwarding": True})
        ),
        "one guest": after("vms", f"{subnet}-1", vm.model_copy(update={"guest": guest})),
        "one flag of a peering": after(
            "peerings", "2-hub", link.model_copy(update={"allow_forwarded": False})
        ),
        "security group of one subnet": after(
            "subnets", subnet, stands.model_copy(update={"security_group": other})
        ),
        "route table of one subnet": after(
            "subnets", subnet, stands.model_copy(update={"route_table": "v2-2"})
        ),
        "propagation of one table": after(
            "route_tables", subnet, drawn.model_copy(update={"gateway_propagation": False})
        ),
        "an empty subnet": after("subnets", "empty", empty),
        "one name": after("vms", f"{subnet}-1", vm.model_copy(update={"name": "renamed"})),
    }


_EDITS = (
    "one route",
    "one rule",
    "one NIC",
    "one VM stopped",
    "one address",
    "a second address",
    "IP forwarding of one NIC",
    "one guest",
    "one flag of a peering",
    "security group of one subnet",
    "route table of one subnet",
    "propagation of one table",
    "an empty subnet",
    "one name",
)


def compared(tiny: bool) -> dict[str, Edit]:
    """Return edits of a network of 1,000 VMs, after those of a small one were found equal to recompiled ones.

    The same for 1,000 VMs takes minutes; ``tests/properties/test_difference.py`` holds the rest to walks.
    """
    for name, edit in _edits(build(TINY)).items():
        quick = difference(edit.compiled, Network(edit.after))
        slow = difference(edit.compiled, Compiled(Network(edit.after)))
        same(f"{name}: whether tables were brought up to date", (quick.updated, slow.updated), (True, False))
        same(f"{name}: pairs that changed", _pairs(quick), _pairs(slow))
    found = _edits(build(TINY if tiny else Size(vnets=5)))
    for edit in found.values():
        difference(edit.compiled, Network(edit.after))  # kernels and classes are ready
    return found


def _pairs(found: netcore.Difference) -> set[tuple[object, ...]]:
    """Return what a difference says of each sender, address, protocol and port where it changes."""
    return {
        (sender, address, change.protocol, change.ports, change.effects)
        for change in found.changes
        for block in change.blocks
        for sender in block.senders
        for to, address in block.receivers
        if to != sender
    }


def comparing(found: dict[str, Edit], repetitions: int) -> Readings:
    """Return the time of a difference over the limit, for each kind of edit."""

    def once(edit: Edit) -> float:
        return seconds(lambda: difference(edit.compiled, Network(edit.after))) / LIMIT_SECONDS

    return {name: [once(edit) for _ in range(repetitions)] for name, edit in found.items()}


GOALS = (
    Goal(
        "G6",
        "one route added or taken away in the standard network, and what it touches walked anew",
        (Target("whole compile over mean update", ">=", 15_000), Target("p99 over mean", "<=", 6)),
        prepare,
        measure,
        processes=2,
    ),
    Goal(
        "S6",
        "time of an update over VMs",
        (Target("exponent", "<=", 0.35, range=20),),
        growing,
        grows,
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G6b",
        "what an edit did to all flows of 1,000 VMs, next to 50 ms",
        tuple(Target(name, "<=", 1) for name in _EDITS),
        compared,
        comparing,
    ),
)

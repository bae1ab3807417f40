"""Questions about all headers as runs: the matrix of who reaches whom, reach, and what is exposed.

Numbers go out as columns and only counts, examples and reasons as JSON. An iterator here yields None between
two pieces, so that a cancel is heard and the time limit holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

import netcore
from sandbox.runs.events import Payload, WithColumns
from sandbox.runs.tables import (
    ANSWERED,
    ANSWERS,
    CELLS,
    CLASSES,
    EXPOSED_SETS,
    EXPOSURES,
    NO_CLASS,
    REACH_SETS,
    UNKNOWN,
    VMS,
    header_columns,
    sets_of,
)
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Revision

TOLD: Final = 20
"""So many examples are told in words; the columns have all."""

PIECE: Final = 50
"""Answers that are sent together."""

MOST_ANSWERED: Final = 500
"""With more classes than this a matrix does not ask whether answers come back: it would take minutes."""

_TWO_VMS: Final[dict[str, Any]] = {
    "schema": 1,
    "name": "two VMs",
    "topology": {
        "vnets": {"v": {"name": "v", "address_space": ["10.0.0.0/16"]}},
        "subnets": {"s": {"name": "s", "vnet": "v", "prefixes": ["10.0.0.0/24"]}},
        "vms": {"a": {"name": "a"}, "b": {"name": "b"}},
        "nics": {
            vm: {
                "name": vm,
                "vm": vm,
                "subnet": "s",
                "configurations": {"one": {"address": address, "primary": True}},
            }
            for vm, address in (("a", "10.0.0.4"), ("b", "10.0.0.5"))
        },
    },
}


def warm() -> None:
    """Have everything compiled that answers here: the kernels of packets, of pairs and of differences."""
    netcore.warm()
    drawing = netcore.load(_TWO_VMS)
    netcore.matrix(netcore.compile_network(drawing), "tcp", 443, answers=True)
    stopped = {**_TWO_VMS["topology"]["vms"], "b": {"name": "b", "power": "stopped"}}
    netcore.difference(
        drawing, netcore.load({**_TWO_VMS, "topology": {**_TWO_VMS["topology"], "vms": stopped}})
    )


def matrix(revision: Revision, protocol: str, ports: Sequence[int]) -> Iterator[Payload | None]:
    """Yield who reaches whom: VMs and classes, then for each port its cells by class and what they count."""
    yield {"event": "matrix.began", "protocol": protocol, "ports": list(ports), "of": len(ports)}
    network = scenario_queries.network(revision)
    yield None
    compiled = scenario_queries.arrays(revision)
    yield None
    space = netcore.space_of(compiled)
    classes = space.classes
    yield from class_tables(compiled.guests.ids, classes)
    answers = len(classes.classes) <= MOST_ANSWERED
    for done, port in enumerate(ports, 1):
        found = netcore.matrix(compiled, protocol, port, answers=answers)
        about = {"protocol": protocol, "port": port}
        yield WithColumns(CELLS.rows({"own": found.own, "reaches": found.by_class}, about))
        if answers:
            yield WithColumns(ANSWERED.rows({"answered": found.answered}, about))
        unknown = np.argwhere(found.unknown)
        if len(unknown):
            yield WithColumns(UNKNOWN.rows({"source": unknown[:, 0], "destination": unknown[:, 1]}, about))
        yield {
            "event": "matrix.port",
            **about,
            "done": done,
            "of": len(ports),
            "pairs": found.count(),
            "one_way": _pairs(classes, found.by_class & ~found.answered) if answers else None,
            "unknown": _pairs(classes, found.unknown),
            "examples": _examples(found, protocol, port),
            "not_modelled": _reasons(network, classes, unknown[:TOLD], protocol, port),
        }
    yield {
        "event": "matrix.done",
        "vms": len(found.vms),
        "classes": len(classes.classes),
        "pairs_asked": len(found.vms) ** 2,
        "answers_asked": answers,
        "largest": [
            {"vms": len(each.vms), "first": each.vms[0], "why": each.why}
            for each in sorted(classes.classes, key=lambda each: -len(each.vms))[:TOLD]
        ],
    }


def class_tables(vms: Sequence[str], classes: netcore.Classes) -> Iterator[Payload]:
    """Yield the VMs with their classes, and the classes."""
    every = classes.classes
    yield WithColumns(VMS.rows({"id": vms, "class": classes.of}))
    yield WithColumns(
        CLASSES.rows(
            {
                "first": [one.vms[0] for one in every],
                "why": [one.why for one in every],
                "vms": [len(one.vms) for one in every],
            }
        )
    )


def _pairs(classes: netcore.Classes, cells: Any) -> int:
    """Return how many pairs of different VMs some pairs of classes are."""
    sizes = classes.sizes
    pairs = np.outer(sizes, sizes)
    pairs[np.diag_indices(len(sizes))] -= sizes
    return int((pairs * cells).sum())


def _two(classes: netcore.Classes, one: int, other: int) -> tuple[str, str]:
    """Return two VMs that stand for two classes, by their paths."""
    senders, receivers = classes.classes[one].vms, classes.classes[other].vms
    return f"vms/{senders[0]}", f"vms/{receivers[1] if one == other else receivers[0]}"


def _examples(found: netcore.Matrix, protocol: str, port: int) -> list[Payload]:
    told = []
    for one, other in np.argwhere(found.by_class)[:TOLD].tolist():
        source, destination = _two(found.classes, one, other)
        answered = None if found.answered is None else bool(found.answered[one, other])
        packet = {
            "source": source,
            "destination": destination,
            "protocol": protocol,
            "destination_port": port,
        }
        told.append({**packet, "answered": answered})
    return told


def _reasons(
    network: netcore.Network, classes: netcore.Classes, unknown: Any, protocol: str, port: int
) -> list[Payload]:
    """Return why nobody knows what becomes of some packets, each with the first that shows it."""
    told: dict[str, Payload] = {}
    for one, other in unknown.tolist():
        source, destination = _two(classes, one, other)
        packet = netcore.Packet(
            source=source, destination=destination, protocol=protocol, destination_port=port
        )
        reason = netcore.trace(network, packet).forward.verdict.sentence
        told.setdefault(reason, {"source": source, "destination": destination, "reason": reason})
    return list(told.values())


def reach(revision: Revision, asked: Mapping[str, Any]) -> Iterator[Payload | None]:
    """Yield with which headers a sender reaches each destination; VMs that behave alike are asked once."""
    yield {"event": "reach.began", **asked, "sets": list(REACH_SETS)}
    network = scenario_queries.network(revision)
    yield None
    compiled = scenario_queries.arrays(revision)
    headers = None
    if "protocol" in asked or "ports" in asked:
        headers = netcore.headers_named(asked.get("protocol"), asked.get("ports"))
    classes = netcore.classes_of(compiled)
    wanted = _wanted(network.scenario.topology, asked)
    if wanted is None:
        targets = [(asked["destination"], NO_CLASS, 1)]
    else:
        yield from class_tables(compiled.guests.ids, classes)
        targets = _targets(classes, wanted)
    counts = dict.fromkeys(("connects", "one_way", "nothing", "unknown"), 0)
    examples: list[Payload] = []
    reasons: set[str] = set()
    rows: list[tuple[netcore.Reach, int, int]] = []
    number = 0
    for done, (to, of, vms) in enumerate(targets, 1):
        for found in netcore.reach(compiled, asked["source"], to, headers):
            rows.append((found, of, vms))
            counts[_kind_of(found.cells)] += vms
            reasons |= {cell.not_modelled for cell in found.cells.cells if cell.not_modelled}
            if len(examples) < TOLD:
                examples.append(_told(found, vms))
        if len(rows) >= PIECE or done == len(targets):
            yield from _answers(rows, number)
            number, rows = number + len(rows), []
            yield {"event": "reach.progress", "done": done, "of": len(targets)}
        yield None
    yield {
        "event": "reach.done",
        "answers": number,
        "addresses": sum(counts.values()),
        "counts": counts,
        "examples": examples,
        "not_modelled": sorted(reasons)[:TOLD],
    }


def _wanted(topology: Any, asked: Mapping[str, Any]) -> list[str] | None:
    """Return the VMs that a destination means; None: it is one thing only."""
    destination = asked.get("destination", "")
    kind, _, key = destination.partition("/")
    nics = [
        nic for nic in topology.nics.values() if nic.vm is not None and f"vms/{nic.vm}" != asked["source"]
    ]
    if kind == "subnets":
        nics = [nic for nic in nics if nic.subnet == key]
    elif kind == "vnets":
        nics = [nic for nic in nics if topology.subnets[nic.subnet].vnet == key]
    elif destination:
        return None
    return sorted({nic.vm for nic in nics})


def _targets(classes: netcore.Classes, wanted: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return the first VM of each class that is asked for, the class, and how many VMs of it are."""
    asked = set(wanted)
    members = [[vm for vm in each.vms if vm in asked] for each in classes.classes]
    return [(f"vms/{vms[0]}", number, len(vms)) for number, vms in enumerate(members) if vms]


def _kind_of(cells: Any) -> str:
    if cells.may_connect:
        return "connects"
    if cells.one_way:
        return "one_way"
    return "unknown" if cells.unknown else "nothing"


def _told(found: netcore.Reach, vms: int) -> Payload:
    cells = found.cells
    sender = cells.source_address
    return {
        "source": found.source,
        "source_address": None if sender is None else str(sender),
        "to": found.to,
        "address": str(cells.destination),
        "vms": vms,
        **{name: one.text() for name, one in zip(REACH_SETS, sets_of(found), strict=True)},
        "ends": [
            {"code": fate.code, "at": fate.at, "headers": some.text()}
            for fate, some in list(cells.by_end().items())[:TOLD]
            if fate.code
        ],
    }


def _answers(rows: Sequence[tuple[netcore.Reach, int, int]], number: int) -> Iterator[Payload]:
    senders = [found.cells.source_address for found, _, _ in rows]
    columns: dict[str, Any] = {
        "source": [
            found.source if sender is None else f"{found.source} {sender}"
            for (found, _, _), sender in zip(rows, senders, strict=True)
        ],
        "to": [found.to for found, _, _ in rows],
        "address": [str(found.cells.destination) for found, _, _ in rows],
        "class": [of for _, of, _ in rows],
        "vms": [vms for _, _, vms in rows],
    }
    yield WithColumns(ANSWERS.rows(columns, {"first": number}))
    yield WithColumns(header_columns([sets_of(found) for found, _, _ in rows], number))


def exposed(revision: Revision) -> Iterator[Payload | None]:
    """Yield what the Internet reaches, public address by public address."""
    addresses = len(revision.document["topology"].get("public_ips", {}))
    yield {"event": "exposed.began", "of": addresses, "sets": list(EXPOSED_SETS)}
    compiled = scenario_queries.arrays(revision)
    rows: list[netcore.Exposure] = []
    told: list[Payload] = []
    number = reached = done = 0
    for done, found in enumerate(netcore.exposures(compiled), 1):
        rows += found
        reached += bool(found)
        told += [_exposure(one) for one in found][: TOLD - len(told)]
        if len(rows) >= PIECE:
            yield from _exposures(rows, number)
            number, rows = number + len(rows), []
            yield {"event": "exposed.progress", "done": done, "of": addresses}
        yield None
    if rows:
        yield from _exposures(rows, number)
    yield {"event": "exposed.progress", "done": done, "of": done}
    yield {
        "event": "exposed.done",
        "addresses": addresses,
        "held": done,
        "reached": reached,
        "answers": number + len(rows),
        "examples": told,
    }


def _exposure(one: netcore.Exposure) -> Payload:
    return {
        "address": str(one.address),
        "ref": one.ref,
        "senders": one.senders_text,
        "connects": one.connects.text(),
        "one_way": (one.arrives - one.connects).text(),
        "unknown": one.unknown.text(),
        "at": list(one.at),
    }


def _exposures(rows: Sequence[netcore.Exposure], number: int) -> Iterator[Payload]:
    yield WithColumns(
        EXPOSURES.rows(
            {
                "address": [str(one.address) for one in rows],
                "ref": [one.ref for one in rows],
                "senders": [one.senders_text for one in rows],
                "at": [" ".join(one.at) for one in rows],
                "anywhere": [one.anywhere for one in rows],
            },
            {"first": number},
        )
    )
    yield WithColumns(header_columns([(one.connects, one.arrives, one.unknown) for one in rows], number))

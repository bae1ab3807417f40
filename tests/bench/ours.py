"""The product, as the goals call it: one place for the names of its front door.

Each function raises NotMeasured where the engine has no such thing yet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import netcore
from netcore.batch import atoms
from tests.bench import drawing
from tests.bench.measure import NotMeasured, engine
from tests.bench.peers.loop import ABSENT, DELIVERED, DENIED, LOOP, NOWHERE, Fate
from tests.bench.workload import Flows, Workload

MOST_WALKED = 0.01
"""If more of the flows are walked one by one, arrays are not what is measured."""

_FATES = {
    "": DELIVERED,
    "NSG_OUT": DENIED,
    "NSG_IN": DENIED,
    "LOOP": LOOP,
    "TTL": LOOP,
}
"""Drop code -> what the peers call it; all other codes are of packets that come nowhere."""


def compiled(network: Workload) -> Any:
    """Return the standard network as the engine's arrays."""
    (compile_network,) = engine("compile_network")
    return compile_network(netcore.compile(drawing.scenario(network)))


def forget() -> None:
    """Forget the atoms that the engine keeps of the last networks, for the next edit of one."""
    atoms._atoms.cache_clear()


def packets(made: Any, network: Workload, flows: Flows) -> Any:
    """Return flows as the engine's arrays of packets."""
    number = {path: index for index, path in enumerate(made.senders)}
    vms = range(len(network.vm_address))
    senders = np.array([number[f"vms/{drawing.vm_name(network, vm)}"] for vm in vms], np.int32)
    (kind,) = engine("Packets")
    return kind.of(
        made.senders,
        senders[flows.source],
        flows.destination.astype(np.uint64),
        flows.protocol,
        flows.source_port,
        flows.destination_port,
    )


def fate_columns(answers: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return answers in the words of the peers: of packets, and of their answers."""
    from netcore.batch.answers import CODE_NAMES

    word = np.array([_FATES.get(name, NOWHERE) for name in CODE_NAMES])
    absent = answers.back.outcome == 255
    return word[answers.forward.code], np.where(absent, ABSENT, word[answers.back.code])


def fates(answers: Any) -> list[Fate]:
    """Return the same flow by flow."""
    forward, back = fate_columns(answers)
    return list(zip(forward.tolist(), back.tolist(), strict=True))


def mostly_arrays(answers: Any) -> None:
    """Pass if arrays have answered.

    Raises:
        NotMeasured: the walk has answered too many.
    """
    share = float(answers.by_walk.mean())
    if share > MOST_WALKED:
        raise NotMeasured(f"the engine still walks {share:.0%} of the flows one by one")


def way(network: Workload, sender: int, appliances: list[int], receiver: int) -> int:
    """Return how the engine names the way of a packet that arrives, from the VMs that it passes."""
    from netcore.batch.answers import name_of_way

    names = [drawing.vm_name(network, vm) for vm in (sender, *appliances, receiver)]
    if sender == receiver:
        return name_of_way([f"vms/{names[0]}"])
    places = [f"vms/{names[0]}", f"nics/{names[0]}"]
    for name in names[1:-1]:
        places += [f"nics/{name}", f"vms/{name}", f"nics/{name}"]
    return name_of_way([*places, f"nics/{names[-1]}", f"vms/{names[-1]}"])


def by_numpy(made: Any, given: Any, *, back: bool = True) -> Any:
    """Return the answers without numba."""
    from netcore.batch.forward import forward

    return forward(made, given, engine="numpy", back=back)


def equal(one: Any, other: Any) -> bool:
    """Return whether two batches of answers are the same, column by column."""
    pairs: Iterator[tuple[NDArray[Any], NDArray[Any]]] = (
        (getattr(getattr(one, leg), name), getattr(getattr(other, leg), name))
        for leg in ("forward", "back", "third")
        for name in ("outcome", "code", "hops", "way")
    )
    return all(bool((here == there).all()) for here, there in pairs)


def array_bytes(thing: Any, seen: set[int] | None = None) -> int:
    """Return the bytes of all arrays that a compiled network holds itself; the drawing does not count."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    if isinstance(thing, tuple | list):
        return sum(array_bytes(part, seen) for part in thing)
    if isinstance(thing, dict):
        return sum(array_bytes(part, seen) for part in thing.values())
    if not type(thing).__module__.startswith("netcore.batch"):
        return 0
    names = list(getattr(thing, "__dict__", ()))
    if dataclasses.is_dataclass(thing):
        names = [field.name for field in dataclasses.fields(thing)]
    return sum(array_bytes(getattr(thing, name), seen) for name in names)


Prefixes = list[tuple[int, int, int]]
"""First address as a number, prefix length, value (0 or more); no prefix twice."""


def lookup(prefixes: Prefixes, version: int, most_bytes: int | None = None) -> Any:
    """Return a table of prefixes: ``table(high, low)`` gives the value of the longest match, or -1.

    Args:
        version: 4: ``high`` is ignored and ``low`` is uint32; 6: both are uint64.
        most_bytes: how large the table may be; None takes the fastest.
    """
    (table,) = engine("lookup_table")
    return table(prefixes, version, most_bytes)


def pairs(made: Any, protocol: int, port: int) -> Any:
    """Return who reaches whom, by class."""
    (matrix,) = engine("matrix")
    return matrix(made, protocol, port)


def pair_by_pair(matrix: Any, network: Workload) -> NDArray[np.bool_]:
    """Return who reaches whom: bool [sender, receiver] by VM in the order of the workload."""
    row = {name: number for number, name in enumerate(matrix.vms)}
    vms = range(len(network.vm_address))
    order = np.array([row[drawing.vm_name(network, vm)] for vm in vms])
    found: NDArray[np.bool_] = np.asarray(matrix)[np.ix_(order, order)]
    return found


def space(made: Any) -> Any:
    """Return what a compiled network's pairs are asked by, ready for ``walk_routes``."""
    from netcore.batch.space import space_of

    return space_of(made)


def walk_routes(ready: Any) -> Any:
    """Return where routes alone lead, from all kinds of senders to all kinds of receivers."""
    from netcore.batch.kernel_routes import walked

    return walked(ready.fabric, ready.groups)


def header_counts(network: Workload, scenario: netcore.Scenario) -> NDArray[np.object_]:
    """Return how many headers are delivered [sending subnet, receiving subnet], in the order of the workload.

    Everything is counted in: from the drawing to arrays, and from arrays to numbers.
    """
    forget()
    compile_network, reach_counts = engine("compile_network", "reach_counts")
    found = reach_counts(compile_network(netcore.compile(scenario)))
    row = {name: number for number, name in enumerate(found.subnets)}
    order = [row[drawing.subnet_name(network, subnet)] for subnet in range(len(network.subnet_prefix))]
    headers: NDArray[np.object_] = found.headers[np.ix_(order, order)]
    return headers

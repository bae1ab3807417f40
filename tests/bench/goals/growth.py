"""How compiling and answering grow with the network, and how soon a new worker answers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import netcore
from tests.bench import drawing, ours, workload
from tests.bench.measure import Goal, NotMeasured, Readings, Target, by_size, engine, same, seconds, slope
from tests.bench.peers.loop import Loop, pytricia
from tests.bench.workload import TINY, Size, Workload

SIZES = tuple(Size(vnets=vnets) for vnets in (10, 25, 50, 100, 200))
FLOWS = 2_000_000


class Made(NamedTuple):
    """One network of each size, and how many flows are sent through each."""

    networks: list[Workload]
    scenarios: list[Any]
    flows: int

    @property
    def vms(self) -> list[int]:
        """How many VMs each has."""
        return [len(network.vm_address) for network in self.networks]


def prepare(tiny: bool) -> Made:
    """Return networks of growing size, after the smallest has passed the gate of ``pipeline``."""
    (forward,) = engine("forward")
    pytricia()
    sizes = [TINY, replace(TINY, vnets=4)] if tiny else SIZES
    networks = [workload.build(size) for size in sizes]
    first = networks[0]
    flows = workload.flows(first, 500)
    compiled = ours.compiled(first)
    answers = forward(compiled, ours.packets(compiled, first, flows))
    ours.mostly_arrays(answers)
    same("ours and the loop", ours.fates(answers), Loop(first).fates(flows, 500))
    scenarios = [drawing.scenario(network) for network in networks]
    return Made(networks, scenarios, 2_000 if tiny else FLOWS)


def answering(made: Made, repetitions: int) -> Readings:
    """Return the exponent of the time per flow over VMs."""
    (forward,) = engine("forward")
    ready = []
    for network in made.networks:
        compiled = ours.compiled(network)
        ready.append((compiled, ours.packets(compiled, network, workload.flows(network, made.flows))))
        forward(*ready[-1])
    times = by_size(ready, lambda one: seconds(lambda: forward(*one)), repetitions)
    return {"exponent": [slope(made.vms, one) for one in times]}


def compiling(made: Made, repetitions: int) -> Readings:
    """Return the exponent of the time to compile over VMs, control plane included."""
    (compile_network,) = engine("compile_network")

    def once(scenario: Any) -> float:
        ours.forget()
        return seconds(lambda: compile_network(netcore.compile(scenario)))

    times = by_size(made.scenarios, once, repetitions)
    return {"exponent": [slope(made.vms, one) for one in times]}


def holding(made: Made, _repetitions: int) -> Readings:
    """Return the exponent of bytes over VMs, and bytes of a VM in the largest network."""
    (compile_network,) = engine("compile_network")
    held = [ours.array_bytes(compile_network(netcore.compile(one))) for one in made.scenarios]
    return {"exponent": [slope(made.vms, held)], "bytes of a VM": [held[-1] / made.vms[-1]]}


_CHILD = """
import time
import netcore
from tests.bench import drawing, ours, workload
network = workload.build(workload.TINY)
compiled = ours.compiled(network)
packets = ours.packets(compiled, network, workload.flows(network, 10))
began = time.perf_counter()
netcore.forward(compiled, packets)
print(time.perf_counter() - began)
"""


def workers(_tiny: bool) -> Path:
    """Return a folder for a cache of kernels.

    Raises:
        NotMeasured: there are no kernels.
    """
    engine("forward")
    try:
        import numba  # noqa: F401
    except ImportError:
        raise NotMeasured("numba is not installed, so nothing is compiled") from None
    return Path(tempfile.mkdtemp(prefix="kernels-"))


def starting(folder: Path, repetitions: int) -> Readings:
    """Return the time to a first answer with a full cache of kernels over that with an empty one."""
    found = []
    for number in range(min(repetitions, 2)):
        cold, warm = (_first(folder / str(number)) for _ in range(2))
        found.append(warm / cold)
    return {"without the cache": found}


def _first(cache: Path) -> float:

    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


GOALS = (
    Goal(
        "G12",
        "a new worker's first answer with the cache of kernels",
        (Target("without the cache", "<=", 0.1),),
        workers,
        starting,
        processes=1,
    ),
    Goal(
        "S2",
        "time of a flow over VMs, 2,000 to 40,000",
        (Target("exponent", "<=", 0.3, range=20),),
        prepare,
        answering,
        processes=1,
        repetitions=3,
    ),
    Goal(
        "S3",
        "time to compile over VMs, 2,000 to 40,000",
        (Target("exponent", "<=", 1.15, range=20),),
        prepare,
        compiling,
        processes=1,
        repetitions=2,
    ),
    Goal(
        "S4",
        "bytes of the compiled network over VMs, 2,000 to 40,000",
        (
            Target("exponent", "<=", 1.1, spread=False),
            Target("bytes of a VM", "<=", 6_000, spread=False),
        ),
        prepare,
        holding,
        processes=1,
    ),
)

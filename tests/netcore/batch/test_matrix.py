"""All pairs by class, against following packets pair by pair and against cells of headers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from netcore.batch.cells import cells
from netcore.batch.compile import Compiled
from netcore.batch.matrix import SOURCE_PORT, matrix, reach_counts
from netcore.batch.space import space_of
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.walk import follow
from netcore.trace.model import Outcome
from netcore.trace.packet import Packet
from tests.bench import drawing, workload
from tests.conftest import ROOT
from tests.netcore.batch.drawn import KINDS
from tests.netcore.build import Net, net

SMALL = workload.Size(vnets=3, subnets=3, vms=3, routes=(20, 40), rules=12, pool=2)


def standard(size: workload.Size = SMALL) -> Compiled:
    import netcore

    return Compiled(netcore.compile(drawing.scenario(workload.build(size))))


def pool() -> Net:
    """[a] -> {all ports of 10.0.2.100} -> [n1] [n2] -> [b]; n1's own address is asked for by that way too."""
    drawn = (
        net().vnet("v", "10.0.0.0/16").table("t", {"10.0.0.0/16": "10.0.2.100", "10.0.0.0/24": "VnetLocal"})
    )
    drawn.group("g", "100 in allow tcp * * 80-90", "110 in allow icmp * * *", "200 in deny * * * *")
    drawn.subnet("s0", "10.0.0.0/24", table="t").subnet("s1", "10.0.1.0/24", group="g").subnet(
        "s2", "10.0.2.0/24"
    )
    drawn.vm("a", "s0", "10.0.0.4").vm("a2", "s0", "10.0.0.5").vm("b", "s1", "10.0.1.4")
    drawn.appliance("n1", "s2", "10.0.2.4").appliance("n2", "s2", "10.0.2.5")
    return drawn.balancer("lb", ["n1", "n2"], subnet="s2", address="10.0.2.100")


def arrives(compiled: Compiled, source: str, to: str, protocol: int, port: int) -> bool:
    address = drawing_of(compiled.network).machines[to].ports[0].held[0]
    packet = Packet(
        source=f"vms/{source}",
        destination=str(address),
        protocol=str(protocol),
        source_port=SOURCE_PORT,
        destination_port=port,
    )
    return follow(compiled.network, packet).forward.verdict.outcome is Outcome.DELIVERED


def assert_matrix(compiled: Compiled, protocol: int, port: int) -> None:
    found = matrix(compiled, protocol, port)
    for source in found.vms:
        for to in found.vms:
            assert found.reaches(source, to) == arrives(compiled, source, to, protocol, port), (source, to)
    whole = np.asarray(found)
    assert whole.sum() == found.count()
    assert (whole[0] == found.row(0)).all()


@pytest.mark.parametrize(("protocol", "port"), [(6, 443), (17, 53), (17, 4791), (1, 0), (132, 5)])
def test_the_standard_network(protocol: int, port: int):
    assert_matrix(standard(), protocol, port)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_random_drawings(kind: str, seed: int):
    compiled = Compiled(KINDS[kind](seed).network())
    for protocol, port in ((6, 443), (17, 53), (1, 0)):
        assert_matrix(compiled, protocol, port)


def test_answers_can_be_asked_as_well():
    compiled = standard()
    found = matrix(compiled, "tcp", 443, answers=True)
    assert found.answered is not None
    assert not (found.answered & ~found.by_class).any()
    assert found.as_dict()["count"] == found.count()


def brute_counts(compiled: Compiled) -> dict[tuple[str, str], int]:
    """What ``reach_counts`` says, by cells of every pair of VMs."""
    machines = drawing_of(compiled.network).machines
    total: dict[tuple[str, str], int] = {}
    for source, one in machines.items():
        for to, other in machines.items():
            for port in other.ports if source != to else ():
                for address in port.held:
                    found = cells(compiled.network, f"vms/{source}", address)
                    good = found.those(
                        lambda way, at=f"vms/{to}": way.arrived and way.forward.at == at, every=True
                    )
                    key = one.ports[0].subnet, port.subnet
                    total[key] = total.get(key, 0) + good.count()
    return total


def assert_counts(compiled: Compiled) -> int:
    found = reach_counts(compiled)
    brute = brute_counts(compiled)
    for row, one in enumerate(found.subnets):
        for column, other in enumerate(found.subnets):
            assert found.headers[row, column] == brute.get((one, other), 0), (one, other)
    return found.by_cells


def test_counts_of_the_standard_network_need_no_walk():
    assert assert_counts(standard()) == 0


def test_counts_through_a_pool_whose_members_are_asked_for_too():
    assert_counts(Compiled(pool().network()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_counts_of_random_drawings(kind: str, seed: int):
    assert_counts(Compiled(KINDS[kind](seed).network()))


def test_vms_of_rules_and_routes_alone_are_plain():
    space = space_of(Compiled(pool().network()))
    plain = {space.classes.classes[index].vms for index in space.rows}
    assert ("a", "a2") in plain and ("b",) in plain


WITHOUT_COMPILER = """
import sys, warnings
sys.modules["numba"] = None
warnings.simplefilter("error")
from tests.netcore.batch.test_matrix import SMALL, standard
from netcore.batch.matrix import matrix, reach_counts
compiled = standard(SMALL)
print(reach_counts(compiled).headers.sum(), matrix(compiled, 6, 443).count())
"""


def test_without_a_compiler_the_answers_are_the_same():
    compiled = standard()
    expected = f"{reach_counts(compiled).headers.sum()} {matrix(compiled, 6, 443).count()}"
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_COMPILER], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == expected.split()

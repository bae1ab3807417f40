"""The shape of arrays of packets, and how they are answered on any machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import netcore
from netcore.batch import forward as batch
from netcore.batch.answers import answer_of, name_of_way, way_of
from netcore.batch.packets import Packets
from netcore.errors import NotFound, NotModelled
from netcore.forwarding.walk import follow
from tests.conftest import ROOT
from tests.netcore.ask import packet
from tests.netcore.build import Net, net


def drawn() -> Net:
    """Return a client, a server and an appliance between them."""
    made = net().vnet("hub", "10.0.0.0/16", "fd00::/48")
    made.table("way", {"10.0.2.0/24": "10.0.9.4"})
    made.subnet("left", "10.0.1.0/24", "fd00:0:0:1::/64", table="way").subnet("right", "10.0.2.0/24")
    made.subnet("middle", "10.0.9.0/24").appliance("fw", "middle", "10.0.9.4", snat=True)
    made.vm("a", "left", "10.0.1.4", "fd00:0:0:1::4").vm("b", "right", "10.0.2.4")
    return made.vm("c", "left", "10.0.1.5", "fd00:0:0:1::5").host("office", "198.51.100.7")


def many(compiled: netcore.Compiled, count: int) -> Packets:
    """Return packets from anybody to the server, to a neighbour by IPv6, and outside."""
    low = np.array([0x0A00_0204, 5, 0xC633_6407], np.uint64)[np.arange(count) % 3]
    six = np.arange(count) % 3 == 1
    high = np.where(six, 0xFD00_0000_0000_0001, 0).astype(np.uint64)
    source = np.zeros(count, np.int32) + compiled.senders.index("vms/a")
    version = np.where(six, 6, 4).astype(np.uint8)
    ports = (np.arange(count) % 60_000 + 1).astype(np.uint16)
    return Packets.of(compiled.senders, source, low, 6, ports, 443, high, version)


def test_an_answer_says_what_became_of_each_packet() -> None:
    network = drawn().network()
    compiled = netcore.compile_network(network)
    asked = packet("vms/a", "10.0.2.4")
    answers = netcore.forward(compiled, netcore.packets_of(compiled, [asked]))
    found = answers.answer(0)
    assert not answers.by_walk.any()
    assert found.forward.outcome.value == "delivered" and found.forward.hops == 2
    assert found.back is not None and found.back.outcome.value == "delivered" and found.third is None
    walked = follow(network, asked)
    assert way_of(walked.forward) == ("vms/a", "nics/a", "nics/fw", "vms/fw", "nics/fw", "nics/b", "vms/b")
    assert found.forward.way == name_of_way(way_of(walked.forward))
    assert answers.delivered().tolist() == [True]


def test_ways_in_another_order_have_other_names() -> None:
    assert name_of_way(("vms/a", "vms/b")) != name_of_way(("vms/b", "vms/a"))


def test_packets_come_back_as_they_went_in() -> None:
    compiled = netcore.compile_network(drawn().network())
    asked = [packet("vms/a", "fd00::9", "udp/53"), packet("hosts/office", "203.0.113.9", "esp")]
    found = netcore.packets_of(compiled, asked)
    assert [str(found.destination(row)) for row in range(2)] == ["fd00::9", "203.0.113.9"]
    assert [found.packet(row).source for row in range(2)] == ["vms/a", "hosts/office"]
    assert len(found.take(np.array([1]))) == 1


def test_what_has_no_column_is_refused() -> None:
    compiled = netcore.compile_network(drawn().network())
    with pytest.raises(NotModelled, match="size_bytes"):
        netcore.packets_of(compiled, [packet("vms/a", "10.0.2.4", size_bytes=900)])
    with pytest.raises(NotFound, match="vms/nobody"):
        netcore.packets_of(compiled, [packet("vms/nobody", "10.0.2.4")])
    with pytest.raises(NotFound, match="not an address"):
        netcore.packets_of(compiled, [packet("vms/a", "vms/b")])


def test_columns_must_be_equally_long() -> None:
    with pytest.raises(ValueError):
        Packets.of(("vms/a",), np.zeros(2, np.int32), np.zeros(3, np.uint64))


def test_no_packets_have_no_answers() -> None:
    compiled = netcore.compile_network(drawn().network())
    assert len(netcore.forward(compiled, netcore.packets_of(compiled, []))) == 0


def test_what_is_hard_has_a_reason() -> None:
    made = drawn().set("vms/b/guest/firewall", {"r": {"hook": "input", "protocol": "tcp"}})
    compiled = netcore.compile_network(made.network())
    assert compiled.hard() == {"guest with a firewall": 1}
    answers = netcore.forward(compiled, netcore.packets_of(compiled, [packet("vms/a", "10.0.2.4")]))
    assert answers.by_walk.tolist() == [True]


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_threads_and_chunks_change_nothing(engine: batch.Engine) -> None:
    network = drawn().network()
    compiled = netcore.compile_network(network)
    asked = many(compiled, 150_000)
    one = batch.forward(compiled, asked, engine=engine)
    two = batch.forward(compiled, asked, engine=engine, threads=2)
    for leg in ("forward", "back", "third"):
        for column in ("outcome", "code", "at", "hops", "way"):
            assert (getattr(getattr(one, leg), column) == getattr(getattr(two, leg), column)).all()
    for row in (0, 1, 2, 70_001, 149_999):
        assert one.answer(row) == answer_of(follow(network, asked.packet(row)))


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_only_the_first_packet_where_no_more_is_asked(engine: batch.Engine) -> None:
    compiled = netcore.compile_network(drawn().network())
    asked = many(compiled, 30)
    whole = batch.forward(compiled, asked, engine=engine)
    first = batch.forward(compiled, asked, engine=engine, back=False)
    assert (whole.forward.way == first.forward.way).all() and (whole.forward.code == first.forward.code).all()
    assert (first.back.outcome == 255).all() and (whole.back.outcome != 255).any()


_PROGRAM = """
import sys
{before}
import netcore
from tests.netcore.batch.test_forward import drawn, many
compiled = netcore.compile_network(drawn().network())
asked = many(compiled, 90)
{work}
"""


def run(before: str, work: str) -> str:
    """Run a program in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(before=before, work=work)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_numba_numpy_answers() -> None:
    answered = "print(netcore.forward(compiled, asked).forward.way.sum(), 'numba' in sys.modules)"
    missing = "sys.modules['numba'] = None"
    with_it, _ = run("", answered).split()
    without, loaded = run(missing, answered.replace("'numba' in sys.modules", "sys.modules['numba']")).split()
    assert with_it == without and loaded == "None"


def test_a_forked_worker_answers_after_its_parent_has() -> None:
    """A prefork worker must survive whatever its parent did: no thread of the kernel outlives a call."""
    work = """
import os
parent = netcore.forward(compiled, asked, threads=2).forward.way.sum()
child = os.fork()
if child == 0:
    mine = netcore.forward(compiled, asked, threads=2).forward.way.sum()
    os._exit(0 if mine == parent else 3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run("", work) == "0"


def test_files_of_the_room_are_short() -> None:
    files = sorted((Path(netcore.__file__).parent / "batch").glob("*.py"))
    assert files
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 520, file.name

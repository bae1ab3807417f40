"""The standard network: the same for the same seed, and the same as a drawing."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import netcore
from tests.bench import drawing, workload
from tests.bench.goals import edits
from tests.bench.measure import Mismatch, NotMeasured
from tests.bench.peers import decisions, loop, namespaces, plain_c, prefixes, programs
from tests.bench.workload import TINY, Hop, Workload


def digest(network: Workload) -> str:
    """Return a name of everything that is drawn by chance."""
    numbers = [tuple(map(int, route)) for routes in network.routes for route in routes]
    numbers += [tuple(map(int, rule)) for both in network.rules for rules in both for rule in rules]
    for column in workload.flows(network, 1_000):
        numbers.append(tuple(map(int, column)))
    return hashlib.sha256(repr(numbers).encode()).hexdigest()[:16]


def test_a_seed_gives_the_same_network_and_flows_for_ever() -> None:
    assert digest(workload.build(TINY)) == "6a4a518751480517"
    assert digest(workload.build()) == "52f4e29700056bf6"


def test_the_standard_network_has_its_size() -> None:
    network = workload.build()
    assert len(network.vm_address) == 10_000
    assert sum(map(len, network.routes)) == 51_015
    assert sum(len(rules) for both in network.rules for rules in both) == 20_598


def test_the_drawing_of_a_network_can_be_run() -> None:
    network = workload.build(TINY)
    scenario = netcore.load(drawing.document(network))
    assert len(scenario.topology.vms) == len(network.vm_address)
    compiled = netcore.compile(scenario)
    rows = netcore.effective_routes(compiled, drawing.vm_name(network, 0))
    assert {row.next_hop_type.value for row in rows} >= {"VnetLocal", "VNetPeering", "VirtualNetworkGateway"}
    drawn = drawing.drawn_routes(network.routes[4])
    assert {route.hop for route in drawn} >= {Hop.APPLIANCES, Hop.NONE, Hop.GATEWAY}


def test_flows_of_the_network_are_questions_to_the_engine() -> None:
    network = workload.build(TINY)
    compiled = netcore.compile(drawing.scenario(network))
    flows = workload.flows(network, 40)
    found = [netcore.trace(compiled, drawing.packet(network, flows, row)) for row in range(40)]
    assert {trace.forward.verdict.outcome.value for trace in found} == {"delivered", "dropped"}


def test_the_updates_of_the_standard_network_are_always_the_same() -> None:
    found = edits.updates(workload.build())
    assert len(found) == 4_729
    assert sum(update.adds for update in found) > len(found) / 2


def test_the_loop_says_what_the_walk_says() -> None:
    network = workload.build(TINY)
    compiled = netcore.compile(drawing.scenario(network))
    flows = workload.flows(network, 120)
    fates = loop.Loop(network, trie=False).fates(flows, 120)
    for row, (there, back) in enumerate(fates):
        trace = netcore.trace(compiled, drawing.packet(network, flows, row))
        assert (there == loop.DELIVERED) == (trace.forward.verdict.outcome.value == "delivered")
        assert (back == loop.ABSENT) == (trace.back is None)
        if trace.back is not None:
            assert (back == loop.DELIVERED) == (trace.back.verdict.outcome.value == "delivered")


def test_decision_diagrams_count_what_the_loop_delivers() -> None:
    network = workload.build(SMALL)
    counts = decisions.Decisions(network, decisions.by_oxidd(200_000)).counts()
    assert (counts == by_asking(network)).all()
    assert counts.sum() > 0


SMALL = workload.Size(vnets=3, subnets=3, vms=2, routes=(20, 30), rules=6, pool=2)


def test_what_the_fabric_does_not_carry_is_not_counted() -> None:
    network = workload.build(SMALL)
    engine = decisions.by_oxidd(200_000)
    everything = decisions.Decisions(network, engine).counts().sum()
    no_udp = decisions.Fabric(frozenset(range(256)) - {17})
    alone = decisions.Fabric(frozenset({17}))
    without = decisions.Decisions(network, engine, no_udp).counts().sum()
    only = decisions.Decisions(network, engine, alone).counts().sum()
    assert without + only == everything
    ports = decisions.Fabric(frozenset({17}), frozenset({53}), frozenset({54}))
    assert decisions.Decisions(network, engine, ports).counts().sum() < only * (1 - 2 / 65_536)


def by_asking(network: Workload) -> np.ndarray:
    """Return delivered headers by asking the loop about each stretch of ports that no rule divides."""
    asked = loop.Loop(network, trie=False)
    rules = [rule for both in network.rules for rules in both for rule in rules]
    cuts = sorted({0, 65_536, *(rule.first_port for rule in rules), *(rule.last_port + 1 for rule in rules)})
    vms, subnets = len(network.vm_address), len(network.subnet_prefix)
    found = np.zeros((subnets, subnets), object)
    for sender in range(vms):
        for receiver in range(vms):
            if sender == receiver:
                continue
            there = np.uint32(network.vm_address[receiver])

            def arrives(protocol: int, port: int, sender: int = sender, there: np.uint32 = there) -> bool:
                columns = (sender, there, protocol, 5, port)
                one = workload.Flows(*(np.array([value]) for value in columns))
                return asked.fates(one, 1)[0][0] == loop.DELIVERED

            cell = (int(network.vm_subnet[sender]), int(network.vm_subnet[receiver]))
            for protocol in decisions.PORTED:
                for first, after in itertools.pairwise(cuts):
                    found[cell] += arrives(protocol, first) * (after - first) * decisions.EVERY_PORT
            found[cell] += arrives(99, 0) * (256 - len(decisions.PORTED))
    return found


def test_tries_radix_trees_and_intervals_find_the_same_prefixes() -> None:
    # The trie must be compiled on this machine; the goals compare it themselves where it is.
    peers = [prefixes.by_radix, *([prefixes.by_trie] if find_spec("pytricia") else [])]
    for work in (prefixes.largest_table(TINY, 300), prefixes.many_prefixes(200, 300), prefixes.six(200, 300)):
        right = list(prefixes.by_intervals(work, 300)())
        for peer in peers:
            assert list(peer(work, 300)()) == right


@pytest.mark.skipif(not shutil.which("cc"), reason="the peer in C must be compiled")
def test_the_peer_in_c_answers_as_the_loop_does() -> None:
    network = workload.build(TINY)
    flows = workload.flows(network, 3_000, outside=0.3)
    flows.destination[:50] = network.vm_address[flows.source[:50]]  # to themselves
    flows.destination_port[50:400] = 4791
    forward, back = plain_c.PlainC(network).fates(flows)
    expected = loop.Loop(network, trie=False).fates(flows, len(forward))
    assert list(zip(forward.tolist(), back.tolist(), strict=True)) == expected
    assert {loop.DELIVERED, loop.DENIED, loop.NOWHERE} <= set(forward.tolist())


def test_a_peer_that_cannot_be_compiled_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "FOLDER", tmp_path)
    (tmp_path / "wrong.c").write_text("int main(void) { return nothing; }\n", encoding="utf-8")
    with pytest.raises(NotMeasured, match=r"wrong\.c|there is no cc"):
        programs.compiled("wrong.c")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NotMeasured, match="there is no c"):
        programs.compiled("another.c")
    with pytest.raises(NotMeasured, match="are not here"):
        namespaces.Chain([(0, 0, 0)])


@pytest.mark.skipif(not shutil.which("ip") or not shutil.which("cc"), reason="needs ip and a C compiler")
def test_a_kernel_with_other_routes_is_no_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    """[source] -- [router] -- [router] -- [sink]; we believe in one route that the routers do not have."""
    try:
        chain = namespaces.Chain([(10 << 24, 8, 1)])
    except NotMeasured as error:
        pytest.skip(str(error))
    assert 0 < chain.seconds(0.02) < 0.01
    monkeypatch.setattr(chain, "_prefixes", [(10 << 24, 8, 1), (10 << 24, 9, 2), (10 << 24 | 1 << 23, 9, 2)])
    with pytest.raises(Mismatch, match="longest prefix"):
        chain._check()

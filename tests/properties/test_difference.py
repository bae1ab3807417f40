"""What an edit did: the classes and runs of ports say of every flow what asking it in both drawings says."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import netcore
from netcore.batch.answers import answer_of, way_of
from netcore.batch.compile import Compiled
from netcore.batch.difference import difference
from netcore.batch.forward import forward, packets_of
from netcore.batch.tables import named_tables
from netcore.batch.update import updated
from netcore.control.network import Network
from netcore.forwarding.walk import follow
from netcore.trace.effects import Effect
from netcore.trace.model import Outcome, Trace
from tests.properties.clouds import PLAIN, cloud, packets
from tests.properties.edits import GUESTS, HEAVY, LIGHT, LINKS, MOVES, PROTOCOLS, Edit, edit


def passed(trace: Trace, sender: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ends = (sender, trace.forward.verdict.at)
    both = (trace.forward, trace.back)
    one, other = (
        tuple(place for place in way_of(leg) if place.startswith("vms/") and place not in ends) if leg else ()
        for leg in both
    )
    return one, other


def effects_of(before: Trace | None, after: Trace, sender: str) -> set[Effect]:
    """Return what became of one flow, from its two walks alone."""
    answers = [None if trace is None else answer_of(trace) for trace in (before, after)]
    one, other = answers
    assert other is not None
    connects = [answer is not None and answer.fate.outcome is Outcome.DELIVERED for answer in answers]
    arrived = [answer is not None and answer.forward.outcome is Outcome.DELIVERED for answer in answers]
    symmetric = []
    for trace in (before, after):
        there, back = passed(trace, sender) if trace is not None else ((), ())
        symmetric.append(trace is None or trace.back is None or there == back[::-1])
    found = set()
    if connects == [False, True]:
        found.add(Effect.OPENED)
    if connects == [True, False]:
        found.add(Effect.ANSWER_LOST if all(arrived) else Effect.CLOSED)
    if all(connects):
        assert one is not None
        legs = ((one.forward, other.forward), (one.back, other.back))
        if any((a is None) != (b is None) or (a and b and (a.way, a.at) != (b.way, b.at)) for a, b in legs):
            found.add(Effect.REROUTED)
    if connects[1] and not symmetric[1] and (symmetric[0] or not connects[0]):
        found.add(Effect.ASYMMETRIC)
    if all(connects) and not symmetric[0] and symmetric[1]:
        found.add(Effect.SYMMETRIC)
    if not any(connects):
        ends = [
            None if answer is None else (answer.fate.code, answer.fate.at, answer.forward.code)
            for answer in answers
        ]
        if ends[0] != ends[1]:
            found.add(Effect.OTHERWISE)
    return found


def holders_of(address: str, *networks: Network) -> set[str]:
    """Return the VMs that have an address in one of some networks."""
    nics = [nic for network in networks for nic in network.scenario.topology.nics.values()]
    return {
        nic.vm
        for nic in nics
        if nic.vm is not None and address in {str(each.address) for each in nic.configurations.values()}
    }


def check(before: Network, after: Network, luck: random.Random, count: int) -> tuple[int, bool]:
    """Hold a difference to walks of random flows; return how many had changed, and whether it was updated."""
    found = difference(before, after)
    listed: dict[tuple[str, str, str], list[Any]] = {}
    receivers = set()
    for change in found.changes:
        assert change.effects
        assert change.pairs() > 0
        for block in change.blocks:
            for sender in block.senders:
                for to, address in block.receivers:
                    if sender != to:
                        listed.setdefault((sender, address, change.protocol), []).append(change)
    for network in (before, after):
        for nic in network.scenario.topology.nics.values():
            if nic.vm is not None:
                receivers |= {(nic.vm, str(each.address)) for each in nic.configurations.values()}
        topology = network.scenario.topology
        receivers |= {(None, str(public.address)) for public in topology.public_ips.values()}
        receivers |= {(None, str(host.address)) for host in topology.hosts.values()}
        for balancer in topology.load_balancers.values():
            receivers |= {(None, str(f.address)) for f in balancer.frontends.values() if f.address}
    topology = after.scenario.topology
    senders = [f"vms/{vm}" for vm in topology.vms] + [f"hosts/{host}" for host in topology.hosts]
    ports = [*(found.spread_ports or ()), 1, 22, 53, 80, 81, 443, 8080, 9000, 65_535]
    ports += [luck.randrange(65_536) for _ in range(6)]
    ports += [p for change in found.changes for span in change.ports for p in span]
    differing = 0
    if not senders or not receivers:
        return 0, found.updated
    asked = [
        (
            luck.choice(senders),
            *luck.choice(sorted(receivers, key=str)),
            luck.choice(("tcp", "tcp", "udp", "icmp", "esp")),
            luck.choice(ports),
        )
        for _ in range(count)
    ]
    for (sender, address, protocol), changes in listed.items():
        if sender in senders and luck.random() < 40 / len(listed):
            change = luck.choice(changes)
            span = luck.choice(change.ports or ((0, 0),))
            asked.append((sender, None, address, protocol, luck.choice(span)))
    for sender, holder, address, protocol, port in asked:
        if sender == f"vms/{holder}":
            continue
        if protocol == "icmp" and ":" in address:
            protocol = "icmpv6"  # the other one does not go over IPv6, and is not asked there
        ported = protocol in ("tcp", "udp")
        packet = netcore.Packet(
            source=sender,
            destination=address,
            protocol=protocol,
            source_port=49_152 if ported else 0,
            destination_port=port if ported else 0,
        )
        there = sender.partition("/")[2] in getattr(before.scenario.topology, sender.partition("/")[0])
        expected = effects_of(follow(before, packet) if there else None, follow(after, packet), sender)
        both = set(before.scenario.topology.vms) & set(after.scenario.topology.vms)
        if not there or not holders_of(address, before, after) <= both:
            expected.discard(Effect.OTHERWISE)
        changes = [
            change
            for change in listed.get((sender, address, protocol), [])
            if not ported or any(first <= port <= last for first, last in change.ports)
        ]
        assert len(changes) <= 1, (packet, changes)
        said = set(changes[0].effects) if changes else set()
        if not changes and found.spread_ports and ported and port not in found.spread_ports:
            continue
        assert said == expected, (packet, said, expected, found.updated, found.edited)
        differing += bool(expected)
    return differing, found.updated


@pytest.mark.parametrize(
    ("profile", "kinds"),
    [
        ("azure-2026", LIGHT),
        ("azure-2021", LIGHT),
        ("azure-2026", MOVES + GUESTS + LINKS),
        ("azure-2026", HEAVY),
        ("aws", HEAVY),
    ],
)
def test_it_is_that_of_walks(profile: str, kinds: tuple[Edit, ...]) -> None:
    differing = updates = tried = 0
    for seed in range(3):
        drawn = cloud(seed + 300, profile, PLAIN if seed % 2 else None)
        before, luck = drawn.network(), random.Random(seed)
        for _ in range(2):
            after = edit(drawn, luck, kinds)
            if after is not None:
                found, was = check(before, after, luck, 40)
                differing, updates, tried = differing + found, updates + was, tried + 1
    assert differing > 10
    assert tried > 2
    if kinds is LIGHT:
        assert updates > tried / 2


@pytest.mark.parametrize(
    ("profile", "kinds"),
    [
        ("azure-2026", LIGHT),
        ("azure-2021", LIGHT + LINKS),
        ("azure-2026", MOVES + GUESTS),
        ("azure-2026", LINKS),
    ],
)
def test_what_is_updated_is_what_would_be_compiled(profile: str, kinds: tuple[Edit, ...]) -> None:
    """Both answer the same packets alike, after several edits one upon the other."""
    done = 0
    for seed in range(4):
        drawn = cloud(seed + 500, profile, PLAIN if seed % 2 else None)
        luck = random.Random(seed)
        compiled = Compiled(drawn.network())
        for _ in range(3):
            after = edit(drawn, luck, kinds)
            made = None if after is None else updated(compiled, after)
            if made is None or after is None:
                continue
            done += 1
            compiled = made[0]
            anew = Compiled(Network(after.scenario))
            asked = [netcore.Packet(**raw) for raw in packets(seed, drawn, 150)]
            here, there = (forward(each, packets_of(each, asked)) for each in (compiled, anew))
            for row in range(len(asked)):
                assert here.answer(row) == there.answer(row), asked[row]
            assert (here.by_walk == there.by_walk).all()
            for name in ("held", "nics", "frontends", "members"):
                assert named_tables(compiled)[name].shape == named_tables(anew)[name].shape
            assert np.isin(anew.atoms.four, compiled.atoms.four).all()
    assert done > 4


@pytest.mark.parametrize("profile", ["azure-2026", "azure-2021", "aws"])
def test_protocols_that_no_rule_named_before(profile: str) -> None:
    """Rules that name them come, change and go; every flow fares as its walk, and as when compiled anew."""
    new = updates = differing = 0
    for seed in range(4):
        drawn = cloud(seed + 900, profile, PLAIN)
        luck = random.Random(seed)
        compiled = Compiled(drawn.network())
        for _ in range(3):
            after = edit(drawn, luck, PROTOCOLS)
            if after is None:
                continue
            named = int(compiled.rules.protocol_class.max())
            before, made = compiled, updated(compiled, after)
            anew = Compiled(Network(after.scenario))
            updates += made is not None
            compiled = anew if made is None else made[0]
            new += int(compiled.rules.protocol_class.max()) > named
            asked = [
                netcore.Packet(
                    **{**raw, "protocol": luck.choice(("icmp", "icmp", "udp", "udp", "esp", "ah"))}
                )
                for raw in packets(seed, drawn, 120, odd=False)
            ]
            was, here, there = (forward(each, packets_of(each, asked)) for each in (before, compiled, anew))
            for row, packet in enumerate(asked):
                assert here.answer(row) == there.answer(row) == answer_of(follow(after, packet)), packet
                differing += was.answer(row) != here.answer(row)
    assert new > 2
    assert differing > 0
    assert updates == 0 if profile == "aws" else updates > 4


def said(found: netcore.Difference) -> dict[tuple[str, str, str, int], tuple[Any, ...]]:
    """Return what a difference says, by sender, address, protocol and first port."""
    listed: dict[tuple[str, str, str, int], tuple[Any, ...]] = {}
    for change in found.changes:
        for block in change.blocks:
            for sender in block.senders:
                for to, address in block.receivers:
                    if sender != to:
                        for first, last in change.ports or ((0, 0),):
                            key = (sender, address, change.protocol)
                            assert (*key, first) not in listed
                            listed[*key, first] = (last, change.effects, change.before, change.after)
    return listed


@pytest.mark.parametrize(
    ("profile", "kinds"),
    [
        ("azure-2026", LIGHT),
        ("azure-2021", LIGHT + MOVES),
        ("azure-2026", MOVES),
        ("azure-2026", GUESTS),
        ("azure-2026", LINKS),
    ],
)
def test_narrowing_leaves_nothing_out(profile: str, kinds: tuple[Edit, ...]) -> None:
    """After an update few flows are asked; asking all of both drawings says the same."""
    done = changed = 0
    for seed in range(4):
        drawn = cloud(seed + 700, profile, PLAIN if seed % 4 else None)
        luck = random.Random(seed)
        before = Compiled(drawn.network())
        for _ in range(3):
            after = edit(drawn, luck, kinds)
            if after is None:
                continue
            quick = difference(before, after)
            if not quick.updated:
                continue
            slow = difference(before, Compiled(Network(after.scenario)))
            assert not slow.updated
            assert quick.asked <= slow.asked
            assert said(quick) == said(slow), quick.edited
            done, changed = done + 1, changed + bool(quick.changes)
    assert done > 3
    # Much that is said of a guest concerns no flow.
    assert changed > done / (8 if kinds is GUESTS else 4)

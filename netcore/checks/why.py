"""Why a packet is not delivered: every single edit that would deliver it, and what else each would do.

Candidates come from the trace: what stands on the way, what decided, what the drop code names. None is
believed: each is applied to the document, the document is checked, and the packet is traced again; only
those that deliver it are told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import chain
from typing import Any

from netcore.checks.diff import Change, Effect, Fate, changes_of, fate_of, walked
from netcore.checks.edits import balancers, edges, guests, peerings, routes, security
from netcore.checks.edits.case import Candidate, Case
from netcore.checks.edits.patches import Operation, applied
from netcore.checks.flows import representative
from netcore.checks.reading import compiled
from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.errors import NotFound
from netcore.forwarding.state import State
from netcore.forwarding.walk import trace
from netcore.trace.model import Outcome, Trace, Verdict
from netcore.trace.packet import Packet

CANDIDATES = 500
"""Most edits that are tried on a small drawing; see ``_room`` for large ones."""

PACKETS = 120
"""Packets that are asked to see what else an edit does."""

STEPS = 150_000
"""Once so many steps were walked to try edits, no further one is tried; then as many again may be walked to
see what else the helping ones do. Ours: some three seconds each on one core."""

TOLD = 60
"""Most edits whose side effects are looked at; later ones are not told."""

Maker = Callable[[Case], Iterator[Candidate]]

MAKERS: dict[str, Maker] = {
    "guests": guests.candidates,
    "security": security.candidates,
    "peerings": peerings.candidates,
    "balancers": balancers.candidates,
    "edges": edges.candidates,
    "routes": routes.candidates,
}
"""Who thinks of edits; all are asked, the cheapest first."""

FIRST: dict[str, tuple[str, ...]] = {
    "NSG": ("security",),
    "ROUTE": ("routes", "peerings"),
    "NH": ("guests", "routes", "peerings"),
    "LOOP": ("routes",),
    "STATE": ("guests", "routes"),
    "PEERING": ("peerings", "routes"),
    "GW": ("peerings", "edges"),
    "NO_GATEWAY": ("peerings", "routes", "edges"),
    "NO_OUTBOUND": ("edges", "guests", "routes"),
    "LB": ("balancers", "guests", "security"),
    "NO_SUCH_HOST": ("routes", "guests", "peerings", "edges"),
    "BGP": ("routes",),
}
"""Start of a drop code -> who is asked first, which counts where a large drawing leaves room for few."""


BROAD = ("detach", "remove", "turn", "ha", "probe_off", "all_down")
"""Ends of the kinds that take something away for all packets: told after those for this one."""

NEARBY = (("tcp", 22), ("tcp", 80), ("tcp", 443), ("udp", 53), ("icmp", 0))
"""Services asked between the two ends of the packet, to see how wide an edit opens."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit that delivers the packet.

    Args:
        kind: key of ``netcore.trace.remedies``.
        sentence: the edit in words.
        patch: JSON Patch (RFC 6902) for the document as ``dump`` writes it.
        opens: other packets that arrive with it and did not before.
        breaks: other packets that arrive no more.
        reroutes: other packets that arrive by another path, or no longer symmetrically.
    """

    kind: str
    sentence: str
    patch: tuple[Operation, ...]
    opens: tuple[Change, ...] = ()
    breaks: tuple[Change, ...] = ()
    reroutes: tuple[Change, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "kind": self.kind,
            "sentence": self.sentence,
            "patch": [dict(operation) for operation in self.patch],
            "opens": [change.as_dict() for change in self.opens],
            "breaks": [change.as_dict() for change in self.breaks],
            "reroutes": [change.as_dict() for change in self.reroutes],
        }


@dataclass(frozen=True, slots=True)
class Try:
    """An edit that delivers nothing by itself.

    Args:
        sentence: the edit in words.
        patch: JSON Patch (RFC 6902), as of an ``Edit``.
        verdict: how the packet ends with it.
    """

    sentence: str
    patch: tuple[Operation, ...]
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "sentence": self.sentence,
            "patch": [dict(operation) for operation in self.patch],
            "verdict": self.verdict.model_dump(mode="json"),
        }


@dataclass(frozen=True, slots=True)
class Why:
    """Why a packet is not delivered, and what would deliver it.

    Args:
        trace: what became of the packet.
        edits: those that deliver it, best first: breaks nothing, opens least, smallest. Empty when the packet
            is delivered already, or when no single edit helps.
        tried: how many edits were tried.
        left_out: how many were thought of and not tried, or helped and are not told, for the bounds.
        asked: how many packets showed what else an edit does.
        total: how many packets stand for the drawing; more than ``asked`` where a limit cut some off.
        best: where no edit delivers it, the one by which it gets furthest; None where none gets further.
    """

    trace: Trace
    edits: tuple[Edit, ...]
    tried: int
    left_out: int
    asked: int
    total: int
    best: Try | None = None

    @property
    def verdict(self) -> Verdict:
        """Return what became of the packet as it is drawn now."""
        return self.trace.verdict

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "verdict": self.verdict.model_dump(mode="json"),
            "edits": [edit.as_dict() for edit in self.edits],
            "tried": self.tried,
            "left_out": self.left_out,
            "asked": self.asked,
            "total": self.total,
            "best": None if self.best is None else self.best.as_dict(),
        }


def why(
    network: Network | Scenario, packet: Packet, state: State | None = None, packets: int = PACKETS
) -> Why:
    """Return every single edit that would deliver a packet that is not, ranked, with its side effects.

    Args:
        network: compiled, or a scenario without problems.
        packets: how many representative packets show what else an edit does.

    Raises:
        NotFound: the packet names something that is not drawn.

    Source: ours. Every edit told was applied, read and traced; bounds are counted in the answer.
    """
    network = Network(network) if isinstance(network, Scenario) else network
    done = trace(network, packet, state)
    if done.delivered or not done.forward.steps:
        return Why(done, (), 0, 0, 0, 0)
    case = Case(network, done)
    thought = _candidates(case)
    found = _tried(network.scenario, thought[: _room(network.scenario)], packet, state, _reach(done))
    flows = representative(network.scenario, packets)
    others = [other for other in dict.fromkeys((*_nearby(packet), *flows.packets)) if other != packet]
    total = max(flows.total + len(others) - sum(other in flows.packets for other in others), len(others))
    told = found.helping[:TOLD]
    before = _before(network, others, state, STEPS // (1 + len(told)))
    asked = others[: len(before)]
    edits: list[Edit] = []
    steps = 0
    for candidate, after in told:
        if steps > STEPS:
            break
        fates = [fate_of(after, other, state) for other in asked]
        steps += sum(fate.steps for fate in fates)
        edits.append(_edit(candidate, asked, before, fates))
    left_out = len(thought) - found.tried + len(found.helping) - len(edits)
    ranked = tuple(sorted(edits, key=_rank))
    best = None if ranked else found.best
    return Why(done, ranked, found.tried, left_out, len(asked), total, best)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What trying edits gave.

    Args:
        helping: those that deliver the packet, and the network with each.
        best: the one that gets furthest of the others, where one gets further than none.
        tried: how many were tried before the budget was spent.
    """

    helping: list[tuple[Candidate, Network]]
    best: Try | None
    tried: int


def _tried(
    scenario: Scenario,
    candidates: list[Candidate],
    packet: Packet,
    state: State | None,
    furthest: tuple[int, int],
) -> _Tried:
    """Apply edits one by one and follow the packet, as long as the budget of steps lasts."""
    helping: list[tuple[Candidate, Network]] = []
    best = None
    steps = tried = 0
    for candidate in candidates:
        if steps > STEPS:
            break
        tried += 1
        after = _after(scenario, candidate)
        done = None if after is None else _traced(after, packet, state)
        if after is None or done is None:
            continue
        steps += walked(done)
        if _delivers(done, packet):
            helping.append((candidate, after))
        elif _reach(done) > furthest:
            furthest, best = _reach(done), Try(candidate.sentence, candidate.patch, done.verdict)
    return _Tried(helping, best, tried)


def _before(network: Network, others: list[Packet], state: State | None, budget: int) -> list[Fate]:
    """Return how other packets fare without an edit: the first of them, until so many steps are walked."""
    fates: list[Fate] = []
    steps = 0
    for other in others:
        if steps > budget:
            break
        fates.append(fate_of(network, other, state))
        steps += fates[-1].steps
    return fates


def _nearby(packet: Packet) -> list[Packet]:
    """Return other services between the same two ends."""
    return [
        Packet(source=packet.source, destination=packet.destination, protocol=protocol, destination_port=port)
        for protocol, port in NEARBY
    ]


def _candidates(case: Case) -> list[Candidate]:
    """Return the edits worth trying, each once; those that the drop code suggests first."""
    first = next((names for start, names in FIRST.items() if case.code.startswith(start)), ())
    makers = [MAKERS[name] for name in dict.fromkeys((*first, *MAKERS))]
    found: dict[str, Candidate] = {}
    for candidate in chain.from_iterable(maker(case) for maker in makers):
        found.setdefault(candidate.sentence, candidate)
    return list(found.values())


def _room(scenario: Scenario) -> int:
    """Return how many edits are tried: fewer on a large drawing, whose every reading takes longer."""
    topology = scenario.topology
    size = sum(len(getattr(topology, name)) for name in type(topology).model_fields)
    return max(40, min(CANDIDATES, 60_000 // max(size, 1)))


def _after(scenario: Scenario, candidate: Candidate) -> Network | None:
    """Return the network after an edit; None where the document would have problems."""
    edited = applied(scenario, candidate.patch)
    return None if edited is None else compiled(edited)[0]


def _traced(network: Network, packet: Packet, state: State | None) -> Trace | None:
    """Return what becomes of the packet; None where the edit took an end of it away."""
    try:
        return trace(network, packet, state)
    except NotFound:
        return None


def _reach(done: Trace) -> tuple[int, int]:
    """Return how far a packet got: which packet of the connection failed, and after how many places."""
    legs = [leg for leg in (done.forward, done.back, done.third) if leg is not None]
    return len(legs), len({step.at for step in legs[-1].steps})


def _delivers(done: Trace, packet: Packet) -> bool:
    if done.verdict.outcome is not Outcome.DELIVERED:
        return False
    # An edit that lets somebody else take the packet, or the sender itself, delivers nothing.
    end = done.forward.verdict.at
    return end == packet.destination if "/" in packet.destination else end != packet.source


def _edit(candidate: Candidate, others: list[Packet], before: list[Fate], after: list[Fate]) -> Edit:
    changes = [
        change
        for other, fate, then in zip(others, before, after, strict=True)
        for change in changes_of(other, fate, then)
    ]

    def of(*effects: Effect) -> tuple[Change, ...]:
        return tuple(change for change in changes if change.effect in effects)

    return Edit(
        candidate.kind,
        candidate.sentence,
        candidate.patch,
        of(Effect.OPENED),
        of(Effect.CLOSED),
        of(Effect.REROUTED, Effect.ASYMMETRIC, Effect.OUTBOUND),
    )


def _rank(edit: Edit) -> tuple[object, ...]:
    """Return the sort key: breaks nothing, opens least, changes least, smallest."""
    return (
        len(edit.breaks),
        len(edit.opens),
        len(edit.reroutes),
        edit.kind.rpartition(".")[2] in BROAD,
        len(edit.patch),
        _width(edit.patch),
        len(json.dumps(edit.patch)),
        edit.sentence,
    )


def _width(patch: tuple[Operation, ...]) -> int:
    """Return how many bits the prefixes of an edit leave open, so that a narrow route comes first."""
    return sum(_open_bits(text) for text in re.findall(r'"([0-9a-fA-F.:]+/[0-9]+)"', json.dumps(patch)))


def _open_bits(text: str) -> int:
    try:
        prefix = ip_network(text)
    except ValueError:
        return 0
    return prefix.max_prefixlen - prefix.prefixlen

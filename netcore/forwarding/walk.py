"""The walk: the only loop, and the front of forwarding.

A packet goes from place to place until one of them ends it. ``trace`` walks a connection's first packet,
the answer with the state the first one left, and packet 3 of a TCP handshake where a stateful guest has
seen only one direction. Where a decision falls per flow (equal routes, balancers), the steps follow our
hash, and the other ways are walked as branches: if they end otherwise, the verdict is ambiguous, for
nobody outside the provider knows the real hash. ``follow`` walks without branches: the fate of exactly
this flow under our hash, for counting many flows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.document.values import Address
from netcore.forwarding import (
    balancer,
    edge,
    endpoints,
    fabric,
    gateway,
    gateway_balancer,
    guest,
    names,
    nic,
    redundancy,
    security,
    site,
    vpc,
)
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.hops import (
    Admitted,
    AtSite,
    Balance,
    Beyond,
    Deliver,
    End,
    Endpoint,
    FromEdge,
    FromEndpoint,
    FromGateway,
    FromSite,
    Hop,
    Inspect,
    Leave,
    Look,
    Receive,
    Routed,
    Secure,
    Send,
    Stand,
    ToEdge,
    ToGateway,
    Unwrap,
)
from netcore.forwarding.request import resolve
from netcore.forwarding.run import Choice, Phase, Run, answer_to
from netcore.forwarding.state import Key, Sessions, State, key_of, reverse
from netcore.trace.codes import explain
from netcore.trace.model import Actor, Branch, Header, Leg, Outcome, Place, Step, Trace, Verdict
from netcore.trace.packet import TCP, Packet
from netcore.trace.sentences import NARRATION, ending, share_text, shares_text
from netcore.words import say

BRANCH_LIMIT = 64
"""Most ways of one direction that are walked; beyond it the first ones stand for all."""

BRANCH_STEPS = 8_000
"""Once the ways of one direction have so many steps together, no further way is walked. Ours: it bounds the
answer to some megabytes, and 64 ways of an ordinary drawing have a quarter of it."""

_ROUNDING = 1e-9
"""So far from 1 the shares of all ways may add up by rounding alone."""

PLACES: dict[type[Any], Callable[[Run, Any], Hop]] = {
    Send: guest.send,
    Leave: nic.leave,
    Secure: security.leave,
    Look: fabric.look,
    Deliver: security.enter,
    Admitted: nic.arrive,
    Receive: guest.receive,
    Balance: balancer.balance,
    Inspect: gateway_balancer.inspect,
    Unwrap: gateway_balancer.take,
    ToGateway: gateway.out,
    FromGateway: gateway.enter,
    AtSite: site.arrive,
    FromSite: site.depart,
    ToEdge: edge.out,
    FromEdge: edge.enter,
    Beyond: edge.beyond,
    Routed: vpc.route,
    FromEndpoint: endpoints.answer,
}
"""Which place takes which hop."""


Awaited = Collection[tuple[str, Key]] | None
"""Endpoint names and the five-tuples they take; None where anybody takes anything."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One finished walk: what was decided, and what it left behind."""

    steps: tuple[Step, ...]
    end: End
    choices: tuple[Choice, ...]
    sessions: Sessions

    @property
    def share(self) -> float:
        """Share of flows that go this way."""
        share = 1.0
        for choice in self.choices:
            share /= len(choice.labels)
        return share

    @property
    def label(self) -> str:
        """What was chosen, decision by decision."""
        return " / ".join(choice.labels[choice.chosen] for choice in self.choices)


@dataclass(slots=True)
class Guide:
    """Leads one connection along a given way and watches it, for those who ask about many headers at once.

    Args:
        script: choices to make, of all packets of the connection in their order; beyond it those of the hash.
        watch: is told of each place before it takes a packet.
        choices: what there was to choose, and what was chosen; filled while walking.
    """

    script: tuple[int, ...] = ()
    watch: Callable[[Run, Hop], None] | None = None
    choices: list[Choice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Connection:
    """The walks of one connection."""

    forward: Leg
    back: Leg | None
    third: Leg | None
    sessions: Sessions


def trace(network: Network | Scenario, packet: Packet, state: State | None = None) -> Trace:
    """Return what becomes of a packet, of its answer, and why, with all branches.

    Args:
        network: compiled, or a scenario without problems (compiled anew at each call: slow for many).
        packet: the request.
        state: the moment; None is a quiet network.

    Raises:
        NotFound: the packet names a VM or host that the document does not have.

    Source: design 3.2; the same input gives the same bytes.
    """
    return _trace(network, packet, state or State(), branches=True)


def follow(network: Network | Scenario, packet: Packet, state: State | None = None) -> Trace:
    """Return what becomes of exactly this flow under our hash: ``trace`` without branches, never ambiguous.

    Raises:
        NotFound: as ``trace``.
    """
    return _trace(network, packet, state or State(), branches=False)


def lead(network: Network, origin: Endpoint, header: Header, guide: Guide) -> Trace:
    """Return what becomes of a packet and its answer in a quiet network along the way that a guide knows.

    Args:
        origin: who sends; see ``request.resolve``.
        header: as it is put on the wire.
    """
    done = _connect(network, origin, header, State(), branches=False, guide=guide)
    return Trace.model_construct(packet=header, forward=done.forward, back=done.back, third=done.third)


def establish(network: Network | Scenario, packet: Packet, state: State | None = None) -> State:
    """Return the state after the packet's connection was opened: sessions, translations and pins are there.

    A connection that did not come about leaves the state's sessions as its packets left them. Give the
    result to ``trace`` or ``follow``, with changes such as ``down_vms``, to see a packet in mid-connection.

    Raises:
        NotFound: as ``trace``.
    """
    state = state or State()
    compiled = _compiled(network)
    origin, header = resolve(compiled, drawing_of(compiled), packet, state, _knock)
    done = _connect(compiled, origin, header, state, branches=False)
    return replace(state, sessions=done.sessions, pins={**state.pins, **done.sessions.pins})


def endpoint_up(network: Network, state: State, manager: str, address: Address) -> bool:
    """Return whether an endpoint of a traffic manager answers its probe at a moment.

    Source: reference on failover, section 1.1 (M11).
    """
    return names.is_up(network, state, network.scenario.topology.traffic_managers[manager], address, _knock)


def trace_steps(
    network: Network | Scenario, packet: Packet, state: State | None = None
) -> Iterator[dict[str, Any]]:
    """Yield a trace as events: each step, then the verdict of its direction.

    Events: ``{"event": "trace.step", "direction", "packet", "step"}`` and ``{"event": "trace.verdict",
    "direction", "packet", "verdict", "branches"}``. ``direction`` is forward or return; ``packet`` is 1 for
    the first packet, 2 for the answer, 3 for packet 3 of a handshake, whose verdict replaces that of
    packet 1.

    Raises:
        NotFound: as ``trace``.
    """
    yield from trace_events(trace(network, packet, state))


def trace_events(done: Trace) -> Iterator[dict[str, Any]]:
    """Yield a finished trace as the events of ``trace_steps``."""
    for number, direction, leg in (
        (1, "forward", done.forward),
        (2, "return", done.back),
        (3, "forward", done.third),
    ):
        if leg is not None:
            yield from (step_event(direction, number, step) for step in leg.steps)
            yield verdict_event(direction, number, leg)


def step_event(direction: str, packet: int, step: Step) -> dict[str, Any]:
    """Return the event of one step."""
    return {
        "event": "trace.step",
        "direction": direction,
        "packet": packet,
        "step": step.model_dump(mode="json"),
    }


def verdict_event(direction: str, packet: int, leg: Leg) -> dict[str, Any]:
    """Return the event that ends one direction."""
    return {
        "event": "trace.verdict",
        "direction": direction,
        "packet": packet,
        "verdict": leg.verdict.model_dump(mode="json"),
        "branches": [
            {
                "label": branch.label,
                "share": branch.share,
                "verdict": branch.verdict.model_dump(mode="json"),
            }
            for branch in leg.branches
        ],
    }


def _compiled(network: Network | Scenario) -> Network:
    return Network(network) if isinstance(network, Scenario) else network


def _trace(network: Network | Scenario, packet: Packet, state: State, *, branches: bool) -> Trace:
    compiled = _compiled(network)
    origin, header = resolve(compiled, drawing_of(compiled), packet, state, _knock)
    done = _connect(compiled, origin, header, state, branches=branches)
    return Trace.model_construct(packet=header, forward=done.forward, back=done.back, third=done.third)


def _knock(network: Network, origin: Endpoint, header: Header, state: State) -> bool:
    """Return whether exactly this connection comes about."""
    done = _connect(network, origin, header, state, branches=False)
    legs = (done.third or done.forward, done.back)
    return all(leg is not None and leg.verdict.outcome is Outcome.DELIVERED for leg in legs)


def _connect(
    network: Network,
    origin: Endpoint,
    header: Header,
    state: State,
    *,
    branches: bool,
    guide: Guide | None = None,
) -> _Connection:
    """Walk the packets of one connection as far as they come."""
    guide = guide or Guide()
    drawing = drawing_of(network)
    state = redundancy.settled(network, drawing, follow, state)
    sessions = state.sessions if state.sessions is not None else Sessions()
    opener = (origin.name, key_of(header))
    open_already = opener in sessions.flows
    phase = Phase.FOLLOWING if open_already else Phase.OPENING
    awaited = _taken(sessions) if open_already and header.protocol == TCP else None

    def walk(
        start: Endpoint,
        begin: Header,
        phase: Phase,
        memory: Sessions,
        awaited: Collection[tuple[str, Key]] | None,
    ) -> tuple[Leg, _Way]:
        def once(script: tuple[int, ...]) -> _Way:
            run = Run(network, drawing, state, memory.copy(), phase, script)
            run.awaited = awaited
            end = _loop(run, _first(run, start, begin), guide.watch)
            return _Way(tuple(run.steps), end, tuple(run.choices), run.sessions)

        if branches:
            return _explored(once)
        way = once(guide.script[len(guide.choices) :])
        guide.choices += way.choices
        return _single(way)

    forward, way = walk(origin, header, phase, sessions, awaited)
    sessions = way.sessions
    endpoint = way.end.endpoint
    if endpoint is None or endpoint.stand in (Stand.PLATFORM, Stand.SELF):
        return _Connection(forward, None, None, sessions)
    back, way = walk(
        endpoint, answer_to(endpoint.header), Phase.ANSWER, sessions, {(origin.name, reverse(key_of(header)))}
    )
    sessions = way.sessions
    if way.end.endpoint is None:
        return _Connection(forward, back, None, sessions)
    sessions.flows |= {opener, (endpoint.name, key_of(endpoint.header))}
    if header.protocol != TCP or open_already or all(sessions.guest.values()):
        return _Connection(forward, back, None, sessions)
    third, _ = walk(origin, header, Phase.FOLLOWING, sessions, _taken(sessions))
    if third.verdict.outcome is Outcome.DELIVERED:
        return _Connection(forward, back, None, sessions)
    return _Connection(forward, back, third, sessions)


def _taken(sessions: Sessions) -> Collection[tuple[str, Key]]:
    """Return who takes packets of open connections as what."""
    return frozenset(sessions.flows)


def _loop(run: Run, hop: Hop, watch: Callable[[Run, Hop], None] | None) -> End:
    """Carry a packet from place to place until one ends it."""
    while not isinstance(hop, End):
        if watch is not None:
            watch(run, hop)
        hop = PLACES[type(hop)](run, hop)
    return hop


def _first(run: Run, start: Endpoint, header: Header) -> Hop:
    """Return the first hop of a packet that ``start`` sends."""
    topology = run.network.scenario.topology
    if start.answered is not None and run.phase is Phase.OPENING:
        names.tell(run, start.answered, header)
    if header.frame == "arp" and start.stand is not Stand.VM:
        return run.not_modelled(Place.EDGE, None, header, say("ARP outside virtual networks"))
    match start.stand:
        case Stand.HOST:
            host = topology.hosts[start.id]
            outside = host.gateway is None and host.site is None
            place = Place.EDGE if outside else Place.GATEWAY
            run.step(
                place,
                Actor.GUEST,
                f"hosts/{start.id}",
                "host.send",
                header,
                host=host.name,
                source=header.source,
            )
            if host.site is not None:
                return FromSite(host.site, header)
            return FromEdge(header) if host.gateway is None else FromGateway(host.gateway, header)
        case Stand.INTERNET:
            return FromEdge(header)
        case Stand.BEHIND:
            return FromGateway(start.id, header)
        case Stand.SITE:
            return FromSite(start.id, header)
        case Stand.ENDPOINT:
            return FromEndpoint(start.id, header)
        case Stand.SERVICE:
            return Deliver(start.id, header)
        case _:
            return Send(start.id, header, run.phase is Phase.ANSWER)


def _single(way: _Way) -> tuple[Leg, _Way]:
    return _leg(way, way.end.verdict, ()), way


def _explored(once: Callable[[tuple[int, ...]], _Way]) -> tuple[Leg, _Way]:
    """Walk the way of the hash and every other way, up to a limit."""
    taken = once(())
    if not taken.choices:
        return _single(taken)
    ways = [taken]
    pending = deque(islice(_others(taken, 0), BRANCH_LIMIT))
    steps = len(taken.steps)
    while pending and len(ways) < BRANCH_LIMIT and steps < BRANCH_STEPS:
        script = pending.popleft()
        way = once(script)
        ways.append(way)
        steps += len(way.steps)
        # No more is kept waiting than can still be walked.
        pending.extend(islice(_others(way, len(script)), max(0, BRANCH_LIMIT - len(ways) - len(pending))))
    branches = tuple(
        Branch.model_construct(label=way.label, share=way.share, steps=way.steps, verdict=way.end.verdict)
        for way in ways
    )
    if len({way.end.verdict.outcome for way in ways}) == 1:
        return _leg(taken, _alike(taken.end.verdict, sum(way.share for way in ways)), branches), taken
    return _leg(taken, _ambiguous(ways), branches), taken


def _others(way: _Way, fixed: int) -> Iterator[tuple[int, ...]]:
    """Yield the scripts of the ways that part from this one after its first ``fixed`` choices."""
    chosen = tuple(choice.chosen for choice in way.choices)
    for index in range(fixed, len(chosen)):
        for other in range(len(way.choices[index].labels)):
            if other != chosen[index]:
                yield (*chosen[:index], other)


def _cut(total: float) -> bool:
    """Return whether ways that have this share of the flows together are not all there are."""
    return total < 1 - _ROUNDING


def _walked_text(total: float) -> str:
    """Return the share of flows whose ways were walked, in percent; never 100 where some are missing."""
    return share_text(min(total, 0.999))


def _alike(verdict: Verdict, total: float) -> Verdict:
    """Return the verdict of ways that end alike, and what is not told where not all of them were walked."""
    if not _cut(total):
        return verdict
    more = say(NARRATION["cut"], walked=_walked_text(total))
    return verdict.model_copy(update={"sentence": f"{verdict.sentence} {more}"})


def _ambiguous(ways: list[_Way]) -> Verdict:
    """Return the verdict of ways that end differently."""
    total = sum(way.share for way in ways)
    fates: dict[tuple[str, str | None], tuple[float, Verdict]] = {}
    for way in ways:
        verdict = way.end.verdict
        key = (verdict.outcome.value, verdict.code)
        share = fates[key][0] if key in fates else 0.0
        fates[key] = (share + way.share / total, fates[key][1] if key in fates else verdict)
    ranked = sorted(fates.values(), key=lambda fate: (-fate[0], fate[1].outcome.value, fate[1].code or ""))
    explanation = explain(
        "AMBIGUOUS",
        "cut" if _cut(total) else "",
        shares=shares_text(ranked),
        walked=_walked_text(total),
    )
    worst = next(verdict for _, verdict in ranked if verdict.outcome is not Outcome.DELIVERED)
    return Verdict(
        outcome=Outcome.AMBIGUOUS,
        code="AMBIGUOUS",
        at=worst.at,
        sentence=ending(Outcome.AMBIGUOUS, Place.FABRIC, None, None, explanation.text),
        mend=worst.mend or explanation.mend,
        facts=tuple(dict.fromkeys((*explanation.facts, *worst.facts))),
    )


def _leg(way: _Way, verdict: Verdict, branches: tuple[Branch, ...]) -> Leg:
    return Leg.model_construct(steps=way.steps, verdict=verdict, branches=branches)

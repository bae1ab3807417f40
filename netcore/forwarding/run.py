"""One packet on its way: the network, the moment, the memory, and the record of what was decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from netcore.control.network import Network
from netcore.document.values import Address
from netcore.forwarding.drawing import Drawing
from netcore.forwarding.hops import End, Endpoint, Inspect
from netcore.forwarding.state import Key, Sessions, State, key_of
from netcore.trace.codes import CODES, Explanation, explain
from netcore.trace.model import Actor, Header, Match, Outcome, Place, Step, Verdict
from netcore.trace.sentences import SENTENCES, ending, socket_text
from netcore.words import say


class Phase(Enum):
    """Which packet of a connection is walked."""

    OPENING = "opening"
    """The first one: stateful places may learn from it."""
    ANSWER = "answer"
    """The first one back."""
    FOLLOWING = "following"
    """A later one of the opener, such as packet 3 of a TCP handshake."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision that falls per flow: what there was to choose from, and what was chosen."""

    labels: tuple[str, ...]
    chosen: int


class Run:
    """One walk in one direction.

    Args:
        network: compiled network.
        drawing: what the walk prepared from the same network.
        state: the moment.
        sessions: memory; written to.
        phase: which packet of the connection this is.
        script: choices to make at the first decisions instead of those of the hash; used to see the
            other branches.
    """

    __slots__ = (
        "awaited",
        "by_bgp",
        "choices",
        "drawing",
        "inspections",
        "network",
        "phase",
        "resolved",
        "script",
        "seen",
        "sessions",
        "state",
        "steps",
        "wraps",
    )

    def __init__(
        self,
        network: Network,
        drawing: Drawing,
        state: State,
        sessions: Sessions,
        phase: Phase,
        script: tuple[int, ...] = (),
    ) -> None:
        self.network = network
        self.drawing = drawing
        self.state = state
        self.sessions = sessions
        self.phase = phase
        self.script = script
        self.choices: list[Choice] = []
        self.steps: list[Step] = []
        self.seen: set[tuple[object, ...]] = set()
        self.wraps: list[tuple[str, str]] = []
        """VM and tunnel of each wrapping that the packet is in now, the outermost last."""
        self.resolved: set[tuple[str, Address | None]] = set()
        """NICs, and the neighbours whose MAC their guests have asked for by them."""
        self.by_bgp: dict[str, Any] | None = None
        """Names of the guest and its route where the last guest sent by one that it learned (I15)."""
        self.inspections: list[Inspect] = []
        """Packets that an appliance of a gateway balancer is looking at, the innermost last."""
        self.awaited: Collection[tuple[str, Key]] | None = None
        """Who takes a packet of this kind as what; None means that anybody may take anything."""

    def runs(self, vm: str) -> bool:
        """Return whether a VM runs at this moment."""
        return self.drawing.machines[vm].runs and not loses(self.network, self.state, vm)

    def lost_zone(self, vm: str) -> int | None:
        """Return the zone of a VM where that is lost, else None (fact M4)."""
        zone = self.network.scenario.topology.vms[vm].zone
        return zone if zone in self.state.down_zones else None

    def choose(self, labels: Sequence[str], default: int) -> int:
        """Return which of several equal ways this walk takes, and remember that there was a choice."""
        index = self.script[len(self.choices)] if len(self.choices) < len(self.script) else default
        self.choices.append(Choice(tuple(labels), index))
        return index

    def step(
        self,
        place: Place,
        actor: Actor,
        at: str | None,
        key: str,
        before: Header,
        after: Header | None = None,
        *,
        matched: Match | None = None,
        overridden: tuple[Match, ...] = (),
        facts: tuple[str, ...] = (),
        **values: Any,
    ) -> None:
        """Record that a place let the packet go on.

        Args:
            key: a key of ``SENTENCES``.
            facts: fact ids of this case; empty means those of the sentence.
            values: what the sentence's template names.
        """
        sentence = SENTENCES[key]
        facts = facts or sentence.facts
        self._record(
            place,
            actor,
            at,
            say(sentence.decision, **values),
            say(sentence.text, **values),
            before,
            after or before,
            facts,
            matched,
            overridden,
            say(sentence.assumption, **values) if sentence.assumption else None,
        )

    def drop(
        self,
        code: str,
        place: Place,
        actor: Actor,
        at: str | None,
        header: Header,
        variant: str = "",
        *,
        matched: Match | None = None,
        overridden: tuple[Match, ...] = (),
        **values: Any,
    ) -> End:
        """Record why the packet went no further, and return the end of the walk.

        Args:
            code: a key of ``CODES``; its outcome is the verdict's.
            variant: which situation of the code.
            values: what the code's templates name.
        """
        explanation = explain(code, variant, **values)
        outcome = CODES[code].outcome
        if self.by_bgp is not None and actor is Actor.FABRIC:
            explanation = _with_bgp(explanation, **self.by_bgp)
        facts = self.network.profile.facts_here(explanation.facts)
        sentence = ending(outcome, place, at, self.drawing.name(at) if at else None, explanation.text)
        self._record(
            place,
            actor,
            at,
            say(outcome.value),
            explanation.text,
            header,
            header,
            explanation.facts,
            matched,
            overridden,
            explanation.assumption,
        )
        return End(
            Verdict.model_construct(
                outcome=outcome,
                code=code,
                at=at,
                sentence=sentence,
                mend=explanation.mend,
                facts=facts,
            )
        )

    def deliver(
        self, place: Place, actor: Actor, at: str | None, key: str, endpoint: Endpoint, **values: Any
    ) -> End:
        """Record that the packet arrived, and return the end of the walk with who took it."""
        header = endpoint.header
        if header.inner is not None:
            return self.not_modelled(
                place, at, header, say("the far end of a tunnel outside the guests drawn here")
            )
        if self.awaited is not None and (endpoint.name, key_of(header)) not in self.awaited:
            return self._stranger(place, at, endpoint)
        self.step(place, actor, at, key, header, **values)
        last = self.steps[-1]
        return End(
            Verdict.model_construct(
                outcome=Outcome.DELIVERED,
                at=at,
                sentence=ending(Outcome.DELIVERED, place, at, None, last.reason),
                facts=last.facts,
            ),
            endpoint,
        )

    def _stranger(self, place: Place, at: str | None, endpoint: Endpoint) -> End:
        """Drop a packet that its receiver has no connection for."""
        header = endpoint.header
        found = socket_text(header.source, header.source_port, header.protocol)
        asked = [key for name, key in self.awaited or () if name == endpoint.name]
        if self.phase is Phase.ANSWER and asked:
            _, source, source_port, _, _ = asked[0]
            expected = socket_text(source, source_port, header.protocol)
            variant = "stranger"
        else:
            expected, variant = "", "reset"
        return self.drop(
            "STATE_MISSING",
            place,
            Actor.GUEST,
            at,
            header,
            variant,
            vm=self.drawing.name(at) if at else say("the receiver"),
            expected=expected,
            found=found,
        )

    def not_modelled(self, place: Place, at: str | None, header: Header, what: str) -> End:
        """Return an honest end: the model has no answer here."""
        return self.drop("NOT_MODELLED", place, Actor.FABRIC, at, header, what=what)

    def been_here(self, at: str, header: Header) -> bool:
        """Return whether the same five-tuple has passed this place before; remembers it.

        Source: ours; the state of a stateless network repeats when place and header do.
        """
        mark: tuple[object, ...] = (at, key_of(header))
        if header.inner is not None:
            mark = (*mark, key_of(header.inner), len(self.wraps))
        if mark in self.seen:
            return True
        self.seen.add(mark)
        return False

    def _record(
        self,
        place: Place,
        actor: Actor,
        at: str | None,
        decision: str,
        reason: str,
        before: Header,
        after: Header,
        facts: tuple[str, ...],
        matched: Match | None,
        overridden: tuple[Match, ...],
        assumption: str | None,
    ) -> None:
        facts = self.network.profile.facts_here(facts)
        # model_construct: every value comes from here, and checking each step again halves the speed.
        self.steps.append(
            Step.model_construct(
                _fields_set=None,
                index=len(self.steps),
                place=place,
                actor=actor,
                at=at,
                decision=decision,
                reason=reason,
                card=self.drawing.card(facts),
                facts=facts,
                matched=matched,
                overridden=overridden,
                before=before,
                after=after,
                assumption=assumption,
            )
        )


def loses(network: Network, state: State, vm: str) -> bool:
    """Return whether the moment has taken a VM away, by itself or with its zone (fact M4)."""
    if vm in state.down_vms:
        return True
    return bool(state.down_zones) and network.scenario.topology.vms[vm].zone in state.down_zones


def _with_bgp(explanation: Explanation, **values: Any) -> Explanation:
    """Return why a packet was dropped, and that its guest went by a route the fabric has not (I15, I17)."""
    more = explain("BGP_NOT_IN_FABRIC", **values)
    mend = f"{explanation.mend} {more.mend}" if explanation.mend else more.mend
    facts = tuple(dict.fromkeys((*explanation.facts, *more.facts)))
    return Explanation(explanation.text, mend, facts, explanation.assumption)


def rewritten(
    header: Header,
    *,
    source: Address | None = None,
    source_port: int | None = None,
    destination: Address | None = None,
    destination_port: int | None = None,
    ttl: int | None = None,
    destination_mac: str | None = None,
    source_mac: str | None = None,
) -> Header:
    """Return a header with some fields replaced; size, frame and what it carries inside stay."""
    changed: dict[str, Any] = {}
    if source is not None:
        changed["source"] = source
    if source_port is not None:
        changed["source_port"] = source_port
    if destination is not None:
        changed["destination"] = destination
    if destination_port is not None:
        changed["destination_port"] = destination_port
    if ttl is not None:
        changed["ttl"] = ttl
    if destination_mac is not None:
        changed["destination_mac"] = destination_mac
    if source_mac is not None:
        changed["source_mac"] = source_mac
    return Header.model_construct(**{**header.__dict__, **changed})


def answer_to(header: Header) -> Header:
    """Return the first header of the answer to a packet, with a fresh TTL."""
    return Header.model_construct(
        source=header.destination,
        destination=header.source,
        protocol=header.protocol,
        source_port=header.destination_port,
        destination_port=header.source_port,
        ttl=64,
        destination_mac=None,
    )

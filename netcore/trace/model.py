"""The vocabulary of answers: packet, step, direction, verdict, trace.

A trace is data: whoever shows it, grades it or compares it reads these fields
and never parses the sentences.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from netcore.document.values import AddressText, MacText, Port


class Answer(BaseModel):
    """Base of every part of an answer: immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_set = object.__setattr__
_SHAPES: dict[type[Answer], tuple[dict[str, Any], set[str]]] = {}
"""Defaults and names of fields by class, in the order in which they are written."""


def _shape(cls: type[Answer]) -> tuple[dict[str, Any], set[str]]:
    defaults = {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in cls.model_fields.items()
    }
    _SHAPES[cls] = defaults, set(defaults)
    return _SHAPES[cls]


def _construct(cls: type[Answer], /, _fields_set: set[str] | None = None, **values: Any) -> Answer:
    """Return an answer of values that need no check; fields left out have their defaults.

    A walk makes dozens of these per packet; pydantic's own way looks at every field of each again.
    """
    defaults, names = _SHAPES.get(cls) or _shape(cls)
    made = cls.__new__(cls)
    # A walk gives all fields, in their order; then nothing is left to fill in.
    _set(made, "__dict__", values if len(values) == len(names) else {**defaults, **values})
    _set(made, "__pydantic_fields_set__", names)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


# Assigned, not written inside: the checker knows the fields of each class from pydantic's own signature.
Answer.model_construct = classmethod(_construct)  # type: ignore[method-assign,assignment]


class Outcome(StrEnum):
    """Final fate of a packet; exactly one each."""

    DELIVERED = "delivered"
    DROPPED = "dropped"
    LOOPED = "looped"
    AMBIGUOUS = "ambiguous"
    NOT_MODELLED = "not modelled"


class Place(StrEnum):
    """Where on its way the packet is; one file in ``forwarding`` each."""

    GUEST = "guest"
    NIC = "nic"
    SECURITY = "security"
    FABRIC = "fabric"
    BALANCER = "balancer"
    GATEWAY = "gateway"
    EDGE = "edge"
    NAME = "name"
    """A name server, which the opener of a connection asks before it sends anything."""


class Actor(StrEnum):
    """Who decided: the VM's own system, or the provider."""

    GUEST = "guest"
    FABRIC = "fabric"


class Header(Answer):
    """The fields of a packet that decide something.

    ``protocol`` is the IP protocol number. Ports are 0 where the protocol has none. ``size_bytes`` is the
    whole IP packet; None where nobody asked about sizes. ``fragment``: it is a part of a larger packet.
    ``inner`` is what a tunnel packet carries. ``frame`` arp: no IP packet at all; ``destination`` is then
    the address asked for, and equal to ``source`` in a gratuitous ARP.
    """

    source: AddressText
    destination: AddressText
    protocol: int = Field(ge=0, le=255)
    source_port: Port = 0
    destination_port: Port = 0
    ttl: int = Field(default=64, ge=0, le=255)
    destination_mac: MacText | None = None
    source_mac: MacText | None = None
    size_bytes: int | None = Field(default=None, ge=20, le=65_535)
    dont_fragment: bool = False
    fragment: bool = False
    frame: Literal["ip", "arp"] = "ip"
    inner: Header | None = None


class Match(Answer):
    """The route, rule or owner that decided, or that lost.

    Args:
        kind: ``route``, ``rule``, ``owner``, ``peering``, ``probe`` ...
        ref: path of the resource in the document, such as ``route_tables/spoke/routes/default``.
        text: one line as the portal would show it.
    """

    kind: str
    ref: str | None = None
    text: str


class Step(Answer):
    """One decision on the way.

    ``at`` is the path of the resource in the document (``nics/fw1-trust``) that the canvas lights up.
    ``facts`` are fact ids; ``card`` is the id of the rule card that decided.
    """

    index: int
    place: Place
    actor: Actor
    at: str | None
    decision: str
    reason: str
    card: str | None = None
    facts: tuple[str, ...] = ()
    matched: Match | None = None
    overridden: tuple[Match, ...] = ()
    before: Header
    after: Header
    assumption: str | None = None


class Verdict(Answer):
    """How one direction ended.

    ``code`` is a key of ``netcore.trace.codes`` and is None exactly when delivered.
    ``sentence`` says what happened; ``mend`` says what would help, where something would.
    """

    outcome: Outcome
    code: str | None = None
    at: str | None = None
    sentence: str
    mend: str | None = None
    facts: tuple[str, ...] = ()


class Branch(Answer):
    """One way of an ambiguous verdict with its share of flows."""

    label: str
    share: float
    steps: tuple[Step, ...]
    verdict: Verdict


class Leg(Answer):
    """One direction of a trace.

    ``branches`` are all ways that a choice per flow (equal routes, balancers) leaves open, the first one
    being that of ``steps``; empty where nothing was to choose. The verdict is ambiguous when they end in
    different outcomes.
    """

    steps: tuple[Step, ...]
    verdict: Verdict
    branches: tuple[Branch, ...] = ()


class Trace(Answer):
    """Forward and return direction.

    ``back`` is None where no packet came back to be walked. ``third`` is packet 3 of a TCP handshake, forward
    again, and is given only where it fails: a stateful guest has seen packet 1 but not the answer.
    """

    packet: Header
    forward: Leg
    back: Leg | None = None
    third: Leg | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the connection: that of the first packet that failed, else that of the request."""
        for leg in (self.forward, self.back, self.third):
            if leg is not None and leg.verdict.outcome is not Outcome.DELIVERED:
                return leg.verdict
        return self.forward.verdict

    @property
    def delivered(self) -> bool:
        """True when the request arrived and, where one is expected, so did the answer."""
        return self.verdict.outcome is Outcome.DELIVERED

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return self.model_dump(mode="json")

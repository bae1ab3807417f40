"""What a code is: a word for the end of a packet, and the situations in which it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from netcore.trace.model import Outcome


@dataclass(frozen=True, slots=True)
class Reason:
    """One situation in which a code is given.

    Args:
        text: template of the sentence, without the place.
        facts: fact ids; empty means those of the code.
        mend: template of what would help; None means that of the code.
        assumption: what is inferred and not documented, where something is.
    """

    text: str
    facts: tuple[str, ...] = ()
    mend: str | None = None
    assumption: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table.

    Args:
        name: the code, unique.
        outcome: the verdict it belongs to.
        facts: fact ids that the code rests on.
        mend: template of what would help.
        reason: the usual situation.
        variants: further situations by name.
    """

    name: str
    outcome: Outcome
    facts: tuple[str, ...]
    mend: str
    reason: Reason
    variants: Mapping[str, Reason] = field(default_factory=dict)


def dropped(name: str, facts: str, mend: str, text: str, **variants: Reason) -> Code:
    """Return a code of a packet that is dropped; ``facts`` are ids with blanks between."""
    return Code(name, Outcome.DROPPED, tuple(facts.split()), mend, Reason(text), MappingProxyType(variants))

"""What is not done with some drawings: those of an exam, and those whose predictions are not locked yet.

A drawing knows its own restrictions (``Scenario.exam``, ``withheld``, ``locks``); the room above sets them.
The document itself cannot be kept from whoever draws it, so a drawing that holds most addresses of a
restricted one of the same person follows it: what is not done with the one is not done with the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network
from typing import Any, Final, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.scenarios.models import Revision, Scenario

Told = Literal["packets", "races"]
"""What the engine is asked for: what becomes of packets, or of traffic over time, which shows packets too."""

FEWEST_MARKS: Final = 3
"""A drawing that begins with fewer addresses is not told from others."""

_ADDRESS: Final = re.compile(r"^[0-9A-Fa-f.:]{2,45}(/\d{1,3})?$")
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})


class InExam(Exception):
    """The drawing belongs to an exam, or the person sits one; the message is for people."""


class PredictFirst(Exception):
    """Predictions about the drawing are not locked; ``questions`` are ``{"title", "url", "told"}`` each."""

    def __init__(self, questions: list[dict[str, str]]) -> None:
        """Say what is to be answered."""
        titles = ", ".join(f"“{one['title']}”" for one in questions)
        super().__init__(
            gettext("Predictions come first: lock your answer to %(titles)s, then it runs.")
            % {"titles": titles}
        )
        self.questions = questions


_sits: set[Callable[[User], bool]] = set()


def register(sits: Callable[[User], bool]) -> None:
    """Let a room above this one say who sits an exam now; called once, when the room is ready."""
    _sits.add(sits)


def sits_exam(user: User) -> bool:
    """Return whether a person sits an exam now: nothing is mended for them meanwhile, nor shared."""
    return any(sits(user) for sits in _sits)


def open_questions(scenario: Scenario, told: Told) -> list[dict[str, str]]:
    """Return the questions to be answered before the engine may tell something of a drawing."""
    found: list[dict[str, str]] = [
        one for one in scenario.withheld if one["told"] == "packets" or told == "races"
    ]
    return found


def may_tell(scenario: Scenario, told: Told) -> None:
    """Pass where the engine may tell something of a drawing.

    Raises:
        PredictFirst: it would be the answer to a question that is not locked yet.
    """
    if questions := open_questions(scenario, told):
        raise PredictFirst(questions)


def may_leave(scenario: Scenario) -> None:
    """Pass where a drawing may be copied, downloaded or shared.

    Raises:
        InExam: it belongs to an exam.
        PredictFirst: in a copy it would run before its predictions are locked.
    """
    if scenario.exam:
        raise InExam(gettext("This drawing belongs to an exam, so it is not copied, downloaded or shared."))
    if scenario.withheld:
        raise PredictFirst(scenario.withheld)


def unrestricted(prefix: str = "") -> Q:
    """Return the condition that a scenario may leave.

    Args:
        prefix: how the filtered rows lead to the scenario, such as ``scenario__``.
    """
    return Q(**{f"{prefix}exam": False, f"{prefix}withheld": []})


def restrict(
    scenario: Scenario, locks: Sequence[str], exam: bool, withheld: Sequence[dict[str, str]] = ()
) -> None:
    """Say which parts of a scenario are locked, whether it belongs to an exam, and what comes before it runs.

    Drawings that follow it get the same, but for the locks; it follows none itself.
    """
    same: dict[str, Any] = {"exam": exam, "withheld": list(withheld)}
    if (exam or withheld) and not scenario.marks:
        first = Revision.objects.filter(scenario=scenario).order_by("number").first()
        scenario.marks = sorted(marks(first.document)) if first else []
    own = {**same, "locks": list(locks), "marks": scenario.marks, "follows": None}
    Scenario.objects.filter(pk=scenario.pk).update(**own)
    Scenario.objects.filter(follows=scenario).update(**same)


def bind(copy: Scenario, source: Scenario) -> None:
    """Let a copy that we made of a drawing follow it, where that one is restricted."""
    if source.exam or source.withheld:
        same = {"exam": source.exam, "withheld": source.withheld}
        Scenario.objects.filter(pk=copy.pk).update(follows=source.follows_id or source.pk, **same)


def succeed(old: Scenario, new: Scenario) -> None:
    """Let what followed one drawing follow another, which took its place."""
    Scenario.objects.filter(Q(follows=old) | Q(pk=old.pk)).exclude(pk=new.pk).update(follows=new)


def follow(scenario: Scenario, document: Any) -> None:
    """Let a drawing follow the restricted one of its owner that it holds most addresses of, if there is one.

    Sets the fields; the caller saves them. One query for whoever has no restricted drawing.
    """
    if scenario.follows_id is not None or scenario.exam or scenario.withheld:
        return
    known = None
    for other in _restricted(scenario.owner_id).exclude(pk=scenario.pk):
        known = marks(document) if known is None else known
        wanted = set(other.marks)
        if len(wanted) >= FEWEST_MARKS and 2 * len(wanted & known) >= len(wanted):
            scenario.follows_id = other.pk
            scenario.exam, scenario.withheld = other.exam, other.withheld
            return


def _restricted(owner_id: Any) -> QuerySet[Scenario]:
    """Return the restricted drawings of a person, deleted ones too: they were read before they went."""
    rows = Scenario.objects.filter(~unrestricted(), owner=owner_id, follows=None)
    return rows.only("pk", "marks", "exam", "withheld")


def marks(document: Any) -> set[str]:
    """Return the addresses and prefixes of a drawing, by which a copy is known whatever it calls things."""
    topology = document.get("topology") if isinstance(document, dict) else None
    return {text for text in _texts(topology) if _ADDRESS.match(text) and _is_address(text)} - _EVERYWHERE


def _is_address(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _texts(value: Any) -> Iterator[str]:
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)

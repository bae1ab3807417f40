"""What is not done with some drawings: those of an exam, and those whose predictions are not locked yet.

A drawing knows its own restrictions (``Scenario.exam``, ``withheld``, ``locks``); the room above sets them.
The document itself cannot be kept from whoever draws it, so a drawing that holds most addresses of a
restricted one of the same person, or is drawn like it, follows it: what is not done with the one is not done
with the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.scenarios.models import Revision, Scenario
from sandbox.scenarios.shape import drawn, is_address

Told = Literal["packets", "races"]
"""What the engine is asked for: what becomes of packets, or of traffic over time, which shows packets too."""

FEWEST_MARKS: Final = 3
"""A drawing that begins with fewer addresses is not told from others by these."""

FEWEST_FORMS: Final = 8
"""One that begins with fewer different forms is not told by most of them: many are drawn like it."""

FEWEST_WHOLE: Final = 4
"""One that begins with so many is told by all of them, and by how many addresses and prefixes it has."""

FEWEST_TELLING: Final = 3
"""One that has so many telling things is told by three quarters of them, with a few things more or less."""

FEWEST_NAMED: Final = 5
"""The same by ids that somebody chose."""

MOST_MORE: Final = 4
"""A few: as a subnet with a table, and a VM in it, which is two things; of what tells, half as many."""

MOST_SMALL: Final = 60
"""A drawing of more things is large: its telling things are not kept."""

_FORM: Final = "form "
_TOLD: Final = "told "
_THINGS: Final = "things "
_NAMED: Final = "named "
"""What marks begin with that are no addresses; see ``shape.Drawn``; telling ones are numbered."""

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
    """Let a drawing follow the restricted one of its owner that it is a copy of, if there is one.

    Sets the fields; the caller saves them. One query for whoever has no restricted drawing.
    """
    if scenario.follows_id is not None or scenario.exam or scenario.withheld:
        return
    known = None
    for other in _restricted(scenario.owner_id).exclude(pk=scenario.pk):
        known = marks(document) if known is None else known
        if _is_copy(set(other.marks), known):
            scenario.follows_id = other.pk
            scenario.exam, scenario.withheld = other.exam, other.withheld
            return


def _restricted(owner_id: Any) -> QuerySet[Scenario]:
    """Return the restricted drawings of a person, deleted ones too: they were read before they went."""
    rows = Scenario.objects.filter(~unrestricted(), owner=owner_id, follows=None)
    return rows.only("pk", "marks", "exam", "withheld")


def _is_copy(wanted: set[str], known: set[str]) -> bool:
    """Return whether a drawing is a copy of another, by the first of these that holds.

    * It has half of the addresses of the other.
    * It has four fifths of its forms, where these are many.
    * It has three quarters of its telling things, or of its things with ids that somebody chose, and no more
      than a few things more or less, where both are small. So one thing added or taken away hides no copy.
    * It equals it but for names and digits: with fewer telling things, somebody who draws from nothing would
      meet a little more or less of it on the way.
    """
    forms, known_forms = _of(_FORM, wanted), _of(_FORM, known)
    addresses, known_addresses = _addresses(wanted), _addresses(known)
    if len(addresses) >= FEWEST_MARKS and 2 * len(addresses & known) >= len(addresses):
        return True
    if len(forms) >= FEWEST_FORMS and 5 * len(forms & known) >= 4 * len(forms):
        return True
    if _nearly(wanted, known):
        return True
    renumbered = forms == known_forms and len(addresses) == len(known_addresses)
    return len(forms) >= FEWEST_WHOLE and renumbered


def _nearly(wanted: set[str], known: set[str]) -> bool:
    """Return whether a small drawing has most of what tells another, and only a few things more or less."""
    sizes = [int(mark.removeprefix(_THINGS)) for marks in (wanted, known) for mark in _of(_THINGS, marks)]
    if len(sizes) < 2 or abs(sizes[0] - sizes[1]) > MOST_MORE:
        return False
    for kind, fewest in ((_TOLD, FEWEST_TELLING), (_NAMED, FEWEST_NAMED)):
        tells, known_tells = _of(kind, wanted), _of(kind, known)
        kept = len(tells & known_tells)
        if (
            len(tells) >= fewest
            and 4 * kept >= 3 * len(tells)
            and 2 * (len(known_tells) - kept) <= len(tells)
        ):
            return True
    return False


def _of(kind: str, marks: set[str]) -> set[str]:
    return {mark for mark in marks if mark.startswith(kind)}


def _addresses(marks: set[str]) -> set[str]:
    return {mark for mark in marks if not mark.startswith((_FORM, _TOLD, _THINGS, _NAMED))}


def marks(document: Any) -> set[str]:
    """Return by what a copy of a drawing is known: addresses and prefixes, forms, and telling things."""
    topology = document.get("topology") if isinstance(document, dict) else None
    addresses = {text for text in _texts(topology) if is_address(text)} - _EVERYWHERE
    known = drawn(document)
    found = addresses | {f"{_FORM}{form}" for form in known.forms}
    if 0 < known.things <= MOST_SMALL:
        counted = known.telling.items()
        found |= {f"{_TOLD}{form} {number}" for form, count in counted for number in range(count)}
        found |= {f"{_THINGS}{known.things}", *(f"{_NAMED}{one}" for one in known.named)}
    return found


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

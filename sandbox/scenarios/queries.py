"""Reads: scenarios of a person, revisions, and what netcore says about a revision.

Answers of netcore are kept per revision in a small cache of the process: a revision never changes,
so an entry is never stale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache, wraps
from threading import Lock
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

import netcore
from sandbox.accounts.models import User
from sandbox.scenarios import changes
from sandbox.scenarios import patch as json_patch
from sandbox.scenarios.models import Revision, Scenario
from sandbox.scenarios.restrictions import unrestricted

COUNTED: Final = ("vnets", "subnets", "vms", "load_balancers", "route_tables", "security_groups", "hosts")
"""Kinds of resources that lists show the number of."""

REVISIONS: Final = 100
"""How many revisions one answer lists."""

CHANGES: Final = 500
"""How many differences of two revisions are told."""

MOST_JUDGED: Final = 120
"""Of so many rules in one direction at a NIC it is found out which never decide; the work grows fast."""

MOST_PREVIEWED: Final = 1_000
"""A drawing of so many NICs is read and compiled again for every pause in typing."""

_KEPT: Final = 16

Answer = TypeVar("Answer")


def live() -> QuerySet[Scenario]:
    """Return the scenarios that are not deleted, each with its newest revision but without documents."""
    return Scenario.objects.filter(deleted=None).select_related("head").defer("head__document")


def scenarios_of(user: User) -> QuerySet[Scenario]:
    """Return a person's scenarios, newest first; one query, no documents."""
    return live().filter(owner=user)


def heads_of(user: User) -> QuerySet[Revision]:
    """Return the newest revision of each of a person's scenarios that may leave, with its document."""
    mine = Revision.objects.filter(unrestricted("head_of__"), head_of__owner=user, head_of__deleted=None)
    return mine.order_by("head_of__created", "pk")


def revision(scenario: Scenario, number: int | None = None) -> Revision | None:
    """Return one revision with its document, the newest without a number; None where there is none."""
    if number is None:
        return Revision.objects.filter(head_of=scenario).first()
    return Revision.objects.filter(scenario=scenario, number=number).first()


def revisions(scenario: Scenario, before: int | None = None) -> list[dict[str, Any]]:
    """Return at most ``REVISIONS`` revisions as plain data without documents, newest first; one query.

    Args:
        before: only revisions of a smaller number.
    """
    found = Revision.objects.filter(scenario=scenario).without_documents().select_related("author", "label")
    if before is not None:
        found = found.filter(number__lt=before)
    return [
        {
            "revision": one.number,
            "created_at": one.created.isoformat(),
            "author": one.author.get_username() if one.author else None,
            "problems": one.problems,
            "label": one.label.name if hasattr(one, "label") else None,
            "words": [changes.words(change) for change in one.changes.get("first", ())],
            "more": one.changes.get("more", 0),
        }
        for one in found.order_by("-number")[:REVISIONS]
    ]


def changes_between(before: Revision | None, after: Revision) -> list[dict[str, str]]:
    """Return what is different between two revisions as ``{"path", "change", "words"}``, ``CHANGES`` at most.

    Args:
        before: None: nothing was there before.
    """
    found = changes.comparison(before.document if before else None, after.document)[:CHANGES]
    return [{"path": one["path"], "change": one["change"], "words": changes.words(one)} for one in found]


def told_changes(revision: Revision) -> tuple[list[str], int]:
    """Return what the edit of a revision did, in words, and how many changes more there were."""
    kept = revision.changes
    return [changes.words(change) for change in kept.get("first", ())], kept.get("more", 0)


def kind_words(kind: str) -> str:
    """Return what one entry of a collection of the drawing is called."""
    return changes.kind_words(kind)


def counts_of(document: Any) -> dict[str, int]:
    """Return the number of resources by kind of a raw document; 0 where the part is missing or odd."""
    topology = document.get("topology") if isinstance(document, dict) else None
    if not isinstance(topology, dict):
        return dict.fromkeys(COUNTED, 0)
    return {kind: len(part) if isinstance(part := topology.get(kind), dict) else 0 for kind in COUNTED}


class _PerRevision(Generic[Answer]):
    """The latest answers to one question, by revision and language; safe between threads.

    Answers hold sentences, which are made in the language of whoever asked. Two threads that ask at once may
    both compute: cheaper than holding a lock for a second.
    """

    def __init__(self, compute: Callable[[Revision], Answer]) -> None:
        self._compute = compute
        self._answers: dict[tuple[UUID, int, str], Answer] = {}
        self._lock = Lock()

    def __call__(self, revision: Revision) -> Answer:
        found = self._answers.get((revision.scenario_id, revision.number, netcore.language_code()))
        if found is None:
            found = self._compute(revision)
            self.keep(revision, found)
        return found

    def keep(self, revision: Revision, answer: Answer) -> None:
        """Keep an answer that is known already."""
        with self._lock:
            while len(self._answers) >= _KEPT:
                del self._answers[next(iter(self._answers))]
            self._answers[revision.scenario_id, revision.number, netcore.language_code()] = answer


def _read(revision: Revision) -> netcore.Reading:
    return netcore.read(revision.document)


def _compile(revision: Revision) -> netcore.Network:
    found = reading(revision)
    if found.document is None or found.problems:
        raise netcore.DocumentError(found.problems)
    return netcore.compile(found.document)


documents: _PerRevision[dict[str, Any]] = _PerRevision(lambda revision: revision.document)
"""``documents(revision)``: the document as plain data, read from the database once; nobody may change it."""

reading = _PerRevision(_read)
"""``reading(revision)``: the document and all its problems; never raises."""


def keep(revision: Revision, known: netcore.Reading) -> None:
    """Remember a revision that is stored, and what was read in it."""
    documents.keep(revision, revision.document)
    reading.keep(revision, known)


network = _PerRevision(_compile)
"""``network(revision)``: the compiled network. Raises ``netcore.DocumentError`` when it is not runnable."""


def _compile_arrays(revision: Revision) -> netcore.Compiled:
    return netcore.compile_network(network(revision))


arrays = _PerRevision(_compile_arrays)
"""``arrays(revision)``: the network as arrays. Raises ``netcore.DocumentError`` when it is not runnable."""


compared = _PerRevision(arrays)
"""``compared(revision)``: arrays that the next edit is compared with; they have answers to earlier edits on
them, and what is known of one edit helps with the next. Raises as ``arrays`` does."""


def problems(revision: Revision) -> list[dict[str, Any]]:
    """Return all problems of a revision as plain data, in netcore's order."""
    return [problem.as_dict() for problem in reading(revision).problems]


def runnable(revision: Revision) -> bool:
    """Return whether netcore would run the revision."""
    return reading(revision).runnable


class NoSuchNic(LookupError):
    """The document has no NIC of this id."""


class NoSuchVM(LookupError):
    """The document has no VM of this id."""


class TooLarge(ValueError):
    """The drawing is too large for this question; the message is for people."""


class CannotSweep(ValueError):
    """There is no such fault or design, or they do not go together; the message is for people."""


class NotRunnable(ValueError):
    """The drawing has problems, so there is no answer. ``problems`` lists all of them."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        """Keep the problems for the answer."""
        super().__init__(gettext("The drawing has problems, so it cannot be run."))
        self.problems = problems


def effective_routes(revision: Revision, nic: str) -> dict[str, Any]:
    """Return ``{"routes", "shown", "reason"}`` of a NIC as plain data, routes in netcore's order.

    ``shown`` says whether the platform would show them, ``reason`` why not.

    Raises:
        NotRunnable: the drawing has problems.
        NoSuchNic: the document has no such NIC.
    """
    return _asked(revision, lambda found: _routes(found, nic), NoSuchNic)


def _routes(network: netcore.Network, nic: str) -> dict[str, Any]:
    rows = [route.as_dict() for route in netcore.effective_routes(network, nic)]
    shown, reason = netcore.routes_shown(network, f"nics/{nic}")
    return {"routes": rows, "shown": shown, "reason": reason}


def _health(revision: Revision) -> dict[str, list[dict[str, Any]]]:
    found = network(revision)
    return {
        "backends": [asdict(backend) for backend in netcore.backend_health(found)],
        "warnings": [warning.as_dict() for warning in netcore.warnings(found)],
    }


_health_of = _PerRevision(_health)


def health(revision: Revision) -> dict[str, list[dict[str, Any]]]:
    """Return ``{"backends", "warnings"}`` of a revision as plain data.

    Raises:
        NotRunnable: the drawing has problems.
    """
    try:
        return _health_of(revision)
    except netcore.DocumentError as error:
        raise NotRunnable([problem.as_dict() for problem in error.problems]) from error


def effective_rules(revision: Revision, nic: str) -> dict[str, Any]:
    """Return the security rules in force at a NIC by direction, in evaluation order, as plain data.

    Each has ``shadowed_by``: null where it decides about some packet, else what stands before it. ``judged``
    says whether that was looked for: of more than ``MOST_JUDGED`` rules in a direction it is not.

    Raises:
        NotRunnable: the drawing has problems.
        NoSuchNic: the document has no such NIC.
    """
    return _asked(revision, lambda found: _rules(found, nic), NoSuchNic)


def _rules(network: netcore.Network, nic: str) -> dict[str, Any]:
    found: dict[str, Any] = {"judged": True}
    for direction in netcore.Direction:
        rules = netcore.effective_rules(network, nic, direction)
        judged = len(rules) <= MOST_JUDGED
        never = netcore.shadowed_at(network, nic, direction) if judged else {}
        found["judged"] = found["judged"] and judged
        found[direction.value.lower()] = [
            {**rule.as_dict(), "shadowed_by": never.get((rule.where, rule.ref))} for rule in rules
        ]
    return found


def preview(revision: Revision, patch: list[dict[str, Any]], nic: str) -> dict[str, Any]:
    """Return what an edit that is not saved would make of a NIC: its routes and rules, or the problems.

    Nothing is stored or kept. ``routes`` and ``rules`` are null where the edited drawing has problems.

    Raises:
        PatchError: the patch does not fit the revision.
        TooLarge: the drawing is too large to be read again with every letter.
        NoSuchNic: the edited document has no such NIC.
    """
    nics = revision.document["topology"].get("nics", {})
    if len(nics) > MOST_PREVIEWED:
        raise TooLarge(
            gettext("Of more than %(most)d NICs an edit is shown once it is saved.")
            % {"most": MOST_PREVIEWED}
        )
    found = netcore.read(json_patch.apply(revision.document, patch))
    answer: dict[str, Any] = {
        "problems": [problem.as_dict() for problem in found.problems],
        "runnable": found.runnable and found.document is not None,
        "routes": None,
        "rules": None,
    }
    if found.document is not None and found.runnable:
        try:
            made = netcore.compile(found.document)
            answer |= {"routes": _routes(made, nic), "rules": _rules(made, nic)}
        except netcore.NotFound as error:
            raise NoSuchNic(str(error)) from error
    return answer


def guest_view(revision: Revision, vm: str) -> dict[str, Any]:
    """Return what the guest of a VM believes, as plain data: addresses, neighbours, routes and so on.

    Raises:
        NotRunnable: the drawing has problems.
        NoSuchVM: the document has no such VM.
    """
    return _asked(revision, lambda found: netcore.guest_view(found, vm), NoSuchVM).as_dict()


def _asked(
    revision: Revision, ask: Callable[[netcore.Network], Answer], missing: type[LookupError]
) -> Answer:
    """Ask the compiled network of a revision; raise what the API answers with."""
    try:
        return ask(network(revision))
    except netcore.DocumentError as error:
        raise NotRunnable([problem.as_dict() for problem in error.problems]) from error
    except netcore.NotFound as error:
        raise missing(str(error)) from error


def refusals(revision: Revision, fault: str) -> dict[str, str]:
    """Return why designs cannot be played for a fault of a runnable revision, by their id."""
    found = reading(revision).document
    return {} if found is None else netcore.refusals(found, fault)


def designs_and_faults(revision: Revision) -> dict[str, list[dict[str, Any]]]:
    """Return the failover designs and the faults of a revision as plain data.

    Every fault says which designs it can be played with, and of the others why not.
    """
    found = reading(revision)
    document = found.document if found.runnable else None
    refused = {key: netcore.refusals(document, key) for key in document.faults} if document else {}
    playable = {
        d.id for d in netcore.all_designs() if any(d.id not in reasons for reasons in refused.values())
    }
    return {
        "designs": [
            {
                "id": d.id,
                "title": netcore.say(d.title),
                "mechanism": d.mechanism,
                "description": netcore.say(d.description),
            }
            for d in netcore.all_designs()
            if d.id in playable
        ],
        "faults": [
            {
                "id": key,
                "name": fault.name,
                "kind": fault.kind.value,
                "vm": fault.vm,
                "at_us": fault.at_us,
                "designs": list(fault.designs),
                "refused": refused.get(key, {}),
            }
            for key, fault in (found.document.faults if found.document else {}).items()
        ],
    }


def sweep_parameters(revision: Revision, fault: str, designs: Sequence[str]) -> list[dict[str, Any]]:
    """Return the numbers that designs use for a fault of a revision, as plain data.

    Raises:
        NotRunnable: the drawing has problems.
        CannotSweep: there is no such fault or design, or a design cannot be played for it.
    """
    found = reading(revision)
    if found.document is None or not found.runnable:
        raise NotRunnable(problems(revision))
    by_id = {design.id: design for design in netcore.all_designs()}
    unknown = [name for name in designs if name not in by_id]
    if unknown or not designs:
        known = netcore.near_names(unknown[0] if unknown else "", list(by_id))
        raise CannotSweep(
            gettext("There is no design {unknown!r:.80}. {known}").format(unknown=unknown[0], known=known)
            if unknown
            else gettext("Name a design.")
        )
    try:
        made = netcore.sweep_parameters(found.document, fault, [by_id[name] for name in designs])
    except netcore.NetcoreError as error:
        raise CannotSweep(str(error)) from error
    return [one.as_dict() for one in made]


def _per_language(make: Callable[[], Answer]) -> Callable[[], Answer]:
    """Keep what a function returns, once for each language."""

    @cache
    def kept(language: str) -> Answer:
        return make()

    @wraps(make)
    def found() -> Answer:
        return kept(netcore.language_code())

    return found


@_per_language
def failover_choices() -> dict[str, list[dict[str, Any]]]:
    """Return kinds of faults, conditions and default rates; do not change the answer."""
    return netcore.failover_choices()


@_per_language
def rule_cards() -> list[dict[str, Any]]:
    """Return every rule card of the engine as plain data, in netcore's order; do not change the answer."""
    return [card.as_dict() for card in netcore.rule_cards()]


@_per_language
def facts() -> dict[str, Any]:
    """Return the implemented facts by id; do not change the answer."""
    return dict(netcore.facts())


@cache
def document_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document; do not change the answer."""
    return dict(netcore.schema())


def timings() -> list[dict[str, str]]:
    """Return the timing profiles: id, title, date."""
    return [
        {"id": p.id, "title": netcore.say(p.title), "date": str(p.date)} for p in netcore.timing_profiles()
    ]


def timing(profile_id: str) -> dict[str, Any] | None:
    """Return a timing profile as plain data, every number with unit, grade and source; None: no such one."""
    try:
        return netcore.timing_profile(profile_id).as_dict()
    except netcore.NotFound:
        return None


def profiles() -> list[dict[str, Any]]:
    """Return the rule profiles: id, title, date, description."""
    return [
        {"id": p.id, "title": p.title, "date": str(p.date), "description": p.description}
        for p in netcore.profiles()
    ]


def switches(profile_id: str) -> dict[str, Any] | None:
    """Return ``{"profile", "switches", "unknown"}`` of a rule profile; None: no such one."""
    try:
        found = netcore.switches(profile_id)
        unknown = netcore.unknown_to(profile_id)
    except netcore.NotFound:
        return None
    rows = [{"name": name, **switch} for name, switch in found.items()]
    return {"profile": profile_id, "switches": rows, "unknown": unknown}

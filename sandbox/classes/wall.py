"""What a class is doing now, and where its packets die. Reads only; names are added by the caller.

Nothing but ``clusters`` and ``alike`` names people: those two are for staff.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet

import netcore
from sandbox.classes import packs, queries
from sandbox.classes.answers import in_words, stops_of
from sandbox.classes.models import (
    Answer,
    Attempt,
    AttemptEvent,
    CheckRow,
    CheckState,
    Deed,
    Exercise,
    Grading,
    Role,
)
from sandbox.runs.models import Event


def _of_learners(of: str = "") -> Q:
    """Return the condition that work is a learner's who is there, and no try of somebody who teaches.

    Args:
        of: how the filtered rows lead to attempts, such as ``attempt__``.
    """
    return Q(**{f"{of}enrolment__role": Role.LEARNER, f"{of}enrolment__active": True})


def _graded(exercise: Exercise) -> QuerySet[Grading]:
    """Return the finished gradings of learners that count, in the order of each learner's submissions.

    What was handed in after the reference is nobody's work, and so nobody's mistake.
    """
    return Grading.objects.filter(
        _of_learners("submission__attempt__"),
        submission__attempt__exercise=exercise,
        submission__after_reference=False,
        counts=True,
        finished__isnull=False,
    ).order_by("submission__number")


def _newest_ids(exercise: Exercise) -> list[UUID]:
    """Return the ids of what ``_newest`` returns, in no order."""
    return list(dict(_graded(exercise).values_list("submission__attempt", "pk")).values())


def _newest(exercise: Exercise) -> list[Grading]:
    """Return the finished grading of the newest submission of each learner, oldest first."""
    gradings = _graded(exercise).select_related("submission__attempt__enrolment__user")
    return sorted(
        {one.submission.attempt_id: one for one in gradings}.values(), key=lambda one: one.submission.created
    )


def progress(exercise: Exercise) -> dict[str, int]:
    """Return how many learners there are, who began, handed in, wait for a grading, and have all points."""
    attempts = exercise.attempts.filter(_of_learners())
    counted = attempts.aggregate(
        began=Count("pk", distinct=True),
        handed_in=Count("pk", filter=Q(submissions__isnull=False), distinct=True),
        waiting=Count(
            "pk",
            filter=Q(submissions__gradings__counts=True, submissions__gradings__finished=None),
            distinct=True,
        ),
        solved=Count("pk", filter=Q(score__gte=100), distinct=True),
    )
    return {"learners": queries.learners(exercise.course).count(), **counted}


def tiles(exercise: Exercise, hidden: bool) -> dict[str, list[dict[str, Any]]]:
    """Return ``packets``, where they die now, and ``others``, checks that fail without a packet.

    Over the newest submission of each learner, most learners first: ``check``, ``title``, ``code``, ``at``,
    ``count``.

    Args:
        hidden: hidden checks too, which only staff may know of.
    """
    failed = CheckRow.objects.filter(grading__in=_newest_ids(exercise), state=CheckState.FAILED)
    if not hidden:
        failed = failed.filter(hidden=False)
    found = failed.values("check_id", "code", "at").annotate(count=Count("pk"), any_title=Max("title"))
    titles = packs.titles(exercise.pack)
    sorts: dict[str, list[dict[str, Any]]] = {"packets": [], "others": []}
    for row in found.order_by("-count", "check_id", "code", "at"):
        tile = {
            "check": row["check_id"],
            "title": titles.get(row["check_id"], row["any_title"]),
            **{key: row[key] for key in ("code", "at", "count")},
        }
        sorts["packets" if row["code"] else "others"].append(tile)
    return sorts


def clusters(exercise: Exercise) -> list[dict[str, Any]]:
    """Return who makes the same mistakes, largest cluster first.

    Each is ``{"fingerprint", "first", "attempts", "submission"}``: the first grading of the cluster, and the
    newest submission, to be opened or shown to all. Whoever passes everything is in none.
    """
    found: dict[str, dict[str, Any]] = {}
    for grading in _newest(exercise):
        if not grading.fingerprint:
            continue
        cluster = found.setdefault(
            grading.fingerprint, {"fingerprint": grading.fingerprint, "first": grading, "attempts": []}
        )
        cluster["attempts"].append(grading.submission.attempt)
        cluster["submission"] = grading.submission
    return sorted(found.values(), key=lambda one: (-len(one["attempts"]), one["fingerprint"]))


def tell_mistakes(exercise: Exercise, shown: Sequence[dict[str, Any]]) -> None:
    """Give clusters their ``mistakes``: what did not pass in the first grading of each; one query."""
    rows: dict[Any, list[CheckRow]] = {}
    titles = packs.titles(exercise.pack)
    not_passed = CheckRow.objects.filter(grading__in=[one["first"] for one in shown])
    for row in not_passed.exclude(state=CheckState.PASSED).defer("counterexample").order_by("position"):
        row.title = titles.get(row.check_id, row.title)
        rows.setdefault(row.grading_id, []).append(row)
    for one in shown:
        one["mistakes"] = rows.get(one["first"].pk, [])


def insight(exercise: Exercise, hidden: bool) -> dict[str, Any]:
    """Return what a class found hard, no names.

    Returns: ``checks``, ``times``, ``hints``, ``answers``, ``ideas``, ``went_on``.

    ``checks``: pass rate and mean number of the first submission that passed. ``times``: minutes from the
    start to the first submission. ``answers``: wrong answers that several gave, most first. ``ideas``: the
    misconceptions that wrong predictions named, by learners. ``went_on``: how many learners took the
    reference; of what they handed in after it only answers are in ``checks`` that were locked before.

    Args:
        hidden: hidden checks too, which only staff may know of.
    """
    rows = CheckRow.objects.filter(
        _of_learners("grading__submission__attempt__"),
        grading__submission__attempt__exercise=exercise,
        grading__counts=True,
        grading__finished__isnull=False,
    )
    if not hidden:
        rows = rows.filter(hidden=False)
    rows = rows.exclude(~Q(kind=queries.QUESTION), grading__submission__after_reference=True)
    rows = rows.exclude(pk__in=_given(rows))
    checks = (
        rows.values("check_id", "kind", "hidden", "points")
        .annotate(
            title=Max("title"),
            passed=Count("pk", filter=Q(state=CheckState.PASSED)),
            failed=Count("pk", filter=Q(state=CheckState.FAILED)),
            ungraded=Count("pk", filter=Q(state=CheckState.UNGRADED)),
            tried_by=Count("grading__submission__attempt", distinct=True),
            solved_by=Count("grading__submission__attempt", filter=Q(state=CheckState.PASSED), distinct=True),
            order=Min("position"),
        )
        .order_by("order")
    )
    firsts: dict[str, list[int]] = {}
    for row in (
        rows.filter(state=CheckState.PASSED)
        .values("check_id", "grading__submission__attempt")
        .annotate(first=Min("grading__submission__number"))
    ):
        firsts.setdefault(row["check_id"], []).append(row["first"])
    titles = packs.titles(exercise.pack)
    shown = [
        {
            **row,
            "title": titles.get(row["check_id"], row["title"]),
            "first": round(sum(found) / len(found), 1) if (found := firsts.get(row["check_id"])) else None,
        }
        for row in checks
    ]
    times = Attempt.objects.filter(_of_learners(), exercise=exercise, submissions__number=1).aggregate(
        mean=Avg(F("submissions__created") - F("started")),
        longest=Max(F("submissions__created") - F("started")),
    )
    failed = CheckRow.objects.filter(
        grading__in=_newest_ids(exercise), kind=queries.QUESTION, state=CheckState.FAILED
    )
    taken = AttemptEvent.objects.filter(_of_learners("attempt__"), attempt__exercise=exercise, deed=Deed.HINT)
    return {
        "checks": shown,
        "times": times,
        "hints": dict(sorted(Counter(taken.values_list("data__number", flat=True)).items())),
        "answers": _wrong_answers(exercise, failed),
        "ideas": _misconceptions(exercise, failed),
        "went_on": exercise.attempts.filter(_of_learners(), from_reference__isnull=False).count(),
    }


def _given(rows: QuerySet[CheckRow]) -> list[int]:
    """Return the ids of rows that tell what was given: a checkpoint's checks, answers after the reference."""
    marked = rows.filter(~Q(grading__submission__given=[]) | Q(grading__submission__after_reference=True))
    found = marked.select_related("grading__submission__attempt").only(
        "check_id",
        "grading__submission__given",
        "grading__submission__after_reference",
        "grading__submission__attempt__from_reference",
    )
    some = list(found)
    asked = {row.check_id for row in some if row.grading.submission.after_reference}
    attempts = {row.grading.submission.attempt_id: row.grading.submission.attempt for row in some}
    answered = queries.answered_before(attempts.values(), asked) if asked else {}
    return [
        row.pk
        for row in some
        if row.check_id in (one := row.grading.submission).given
        or (one.after_reference and row.check_id not in answered.get(one.attempt_id, ()))
    ]


def _wrong_answers(exercise: Exercise, failed: QuerySet[CheckRow]) -> list[dict[str, Any]]:
    """Return answers that were wrong, in the names of the pack, by how many learners gave them."""
    wrong = set(failed.values_list("grading__submission__attempt", "check_id"))
    counted: Counter[tuple[str, str]] = Counter()
    asked: dict[Any, dict[str, Any]] = {}
    stops: dict[Any, dict[str, str]] = {}
    answers = Answer.objects.filter(_of_learners("attempt__"), attempt__exercise=exercise).select_related(
        "attempt__pack"
    )
    for answer in answers.defer("attempt__pack__files"):
        if (answer.attempt_id, answer.check_id) in wrong:
            attempt = answer.attempt
            if attempt.pack_id not in asked:
                asked[attempt.pack_id] = {one["id"]: one for one in packs.public_checks(attempt.pack, 0)}
                drawn = netcore.variant(packs.pack_of(attempt.pack), 0).document
                stops[attempt.pack_id] = stops_of(drawn)
            written = netcore.as_written(packs.pack_of(attempt.pack), attempt.seed, json.dumps(answer.value))
            check = asked[attempt.pack_id].get(answer.check_id)
            said = in_words(json.loads(written), check, stops[attempt.pack_id])
            counted[(answer.check_id, said)] += 1
    titles = packs.titles(exercise.pack)
    return [
        {"check": check, "title": titles.get(check, check), "value": value, "count": count}
        for (check, value), count in counted.most_common(30)
    ]


def _misconceptions(exercise: Exercise, failed: QuerySet[CheckRow]) -> list[dict[str, Any]]:
    """Return the ideas behind wrong predictions: of traces on the drawings of attempts, and of answers.

    Each is ``{"id", "name", "truth", "facts", "learners", "times"}``, the most common first.
    """
    traces = Event.objects.filter(
        _of_learners("run__scenario__attempt__"),
        run__scenario__attempt__exercise=exercise,
        payload__event="trace.prediction",
        payload__right=False,
    ).values_list("run__scenario__attempt", "payload")
    answers = failed.filter(counterexample__isnull=False).values_list(
        "grading__submission__attempt", "counterexample"
    )
    found: dict[str, dict[str, Any]] = {}
    people: dict[str, list[UUID]] = {}
    for attempt, told in (*traces, *answers):
        # A trace names an idea for each direction, the answer to a question one in all.
        for part in (told, told.get("forward"), told.get("back")):
            idea = (part or {}).get("misconception")
            if idea:
                found[idea["id"]] = idea
                people.setdefault(idea["id"], []).append(attempt)
    rows = [
        {**idea, "learners": len(set(people[number])), "times": len(people[number])}
        for number, idea in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["learners"], -row["times"], row["id"]))


def alike(exercise: Exercise) -> list[dict[str, Any]]:
    """Return submissions whose drawings are the same but for the names and addresses of the variants.

    Each is ``{"digest", "submissions"}`` with two or more learners. Equal behaviour is expected of equal
    solutions; an equal drawing down to the ids people chose is worth a look, and proves nothing by itself.
    What was handed in after the reference is left out, for that is alike.
    """
    gradings = (
        Grading.objects.filter(
            _of_learners("submission__attempt__"),
            submission__attempt__exercise=exercise,
            submission__after_reference=False,
            counts=True,
        )
        .exclude(drawing="")
        .select_related("submission__attempt__enrolment__user")
        .order_by("submission__created")
    )
    found: dict[str, dict[Any, Any]] = {}
    for grading in gradings:
        by_learner = found.setdefault(grading.drawing, {})
        by_learner.setdefault(grading.submission.attempt_id, grading.submission)
    return [
        {"digest": digest, "submissions": list(submissions.values())}
        for digest, submissions in found.items()
        if len(submissions) > 1
    ]

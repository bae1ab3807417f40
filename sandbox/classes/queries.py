"""Reads of courses. What a learner may not see is not read here and taken away later, but not read."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.expressions import CombinedExpression
from django.utils.timezone import now

from sandbox.accounts.models import User
from sandbox.classes import packs
from sandbox.classes.answers import said_of, stops_of
from sandbox.classes.models import (
    STAFF,
    Attempt,
    AttemptEvent,
    Broadcast,
    CheckRow,
    CheckState,
    Course,
    Deed,
    Enrolment,
    Exercise,
    Extension,
    Grading,
    Override,
    PackVersion,
    Role,
    Submission,
)
from sandbox.classes.models.grades import is_about_another
from sandbox.classes.scoring import Checked, Graded, earned_by_themselves
from sandbox.classes.timing import Limits, limits
from sandbox.runs.models import OPEN
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Revision, Scenario


def lost(of: str = "") -> Q:
    """Return the condition that a submission is lost: its grading ended without a result, which is our fault.

    It is no zero, and uses up nothing. Once it is graded again and that counts, it is lost no more.

    Args:
        of: how the filtered rows lead to submissions, such as ``submissions__``.
    """
    grading = f"{of}gradings__"
    ended = ~Q(**{f"{grading}run__state__in": OPEN}) | Q(**{f"{grading}run": None})
    return ended & Q(**{f"{grading}counts": True, f"{grading}finished": None})


def made() -> CombinedExpression:
    """Return the number of submissions of an attempt that are not lost, to annotate attempts with."""
    gone = Count("submissions", filter=lost("submissions__"), distinct=True)
    return Count("submissions", distinct=True) - gone


def courses_of(user: User) -> list[dict[str, Any]]:
    """Return a person's courses by one query, archived ones last, newest first.

    Each is ``course``, ``place``, ``learners`` and ``exercises``.
    """
    places = (
        Enrolment.objects.filter(user=user, active=True)
        .select_related("course")
        .annotate(
            learners=Count(
                "course__enrolments",
                filter=Q(course__enrolments__role=Role.LEARNER, course__enrolments__active=True),
                distinct=True,
            ),
            exercises=Count("course__exercises", distinct=True),
        )
        .order_by(F("course__archived").asc(nulls_first=True), "-course__created")
    )
    return [
        {"course": one.course, "place": one, "learners": one.learners, "exercises": one.exercises}
        for one in places
    ]


def places(course: Course) -> QuerySet[Enrolment]:
    """Return all places of a course with their people, staff first, then by name; one query."""
    return (
        course.enrolments.select_related("user", "invitation__created_by")
        .annotate(staff=Count("pk", filter=Q(role__in=STAFF)))
        .order_by("-active", "-staff", "group", "name", "login", "pk")
    )


def found_places(course: Course, words: str, role: str) -> QuerySet[Enrolment]:
    """Return ``places`` whose name or login holds the words, of one role where one is named.

    An e-mail address is found when it is written whole: a search tells nobody the address of somebody else.
    """
    found = places(course)
    return _named(found.filter(role=role) if role else found, words)


def same_login(course: Course) -> set[str]:
    """Return the logins of a roster whose place waits while an account of that user name is in the course."""
    waiting = course.enrolments.filter(user=None, active=True).exclude(login="").values("login")
    there = course.enrolments.filter(user__username__in=waiting, user__is_guest=False)
    return set(there.values_list("user__username", flat=True))


def _named(found: QuerySet[Enrolment], words: str) -> QuerySet[Enrolment]:
    asked = words.replace("\0", " ").strip()  # the database takes no such character
    if not asked:
        return found
    named = Q(name__icontains=asked) | Q(login__icontains=asked) | Q(user__username__icontains=asked)
    return found.filter(named | Q(user__email__iexact=asked))


def learners(course: Course) -> QuerySet[Enrolment]:
    """Return the active learners of a course who are there, by group and name."""
    found = course.enrolments.filter(role=Role.LEARNER, active=True).exclude(user=None)
    return found.select_related("user").order_by("group", "name", "login", "pk")


def found_learners(course: Course, words: str, most: int) -> list[Enrolment]:
    """Return the learners whose login or address the words are; else those whose name or login holds them."""
    found = learners(course)
    asked = words.replace("\0", " ").strip()
    if not asked:
        return []
    own = Q(login__iexact=asked) | Q(user__username__iexact=asked) | Q(user__email__iexact=asked)
    return list(found.filter(own)[:most]) or list(_named(found, asked)[:most])


def exercises_for(course: Course, place: Enrolment) -> list[dict[str, Any]]:
    """Return a course's exercises for one person, in order.

    Each is ``{"exercise", "limits", "attempt", "made"}``; ``attempt`` is their own or None.
    Three queries, whatever their number.
    """
    moment = now()
    attempts = {one.exercise_id: one for one in Attempt.objects.filter(enrolment=place).annotate(made=made())}
    extensions = {one.exercise_id: one for one in Extension.objects.filter(enrolment=place)}
    rows = []
    for exercise in course.exercises.select_related("pack").defer("pack__files"):
        attempt = attempts.get(exercise.pk)
        count = attempt.made if attempt else 0
        found = limits(exercise, extensions.get(exercise.pk), attempt, count, moment)
        rows.append({"exercise": exercise, "limits": found, "attempt": attempt, "made": count})
    return rows


def limits_of(exercise: Exercise, place: Enrolment) -> tuple[Limits, Attempt | None]:
    """Return the limits of one person in one exercise now, and their attempt."""
    attempt = (
        Attempt.objects.filter(exercise=exercise, enrolment=place)
        .select_related("scenario", "exercise", "pack", "enrolment")
        .defer("pack__files")
        .annotate(made=made())
        .first()
    )
    extension = Extension.objects.filter(exercise=exercise, enrolment=place).first()
    return limits(exercise, extension, attempt, attempt.made if attempt else 0, now()), attempt


def sits_exam(user: User) -> bool:
    """Return whether a person sits an exam now: begun as a learner, and something can still be handed in."""
    attempts = Attempt.objects.filter(
        exercise__exam=True, enrolment__user=user, enrolment__role=Role.LEARNER, enrolment__active=True
    )
    attempts = attempts.select_related("exercise__course", "enrolment").annotate(made=made())
    extensions = {
        (one.exercise_id, one.enrolment_id): one
        for one in Extension.objects.filter(enrolment__user=user, exercise__exam=True)
    }
    moment = now()
    for one in attempts:
        extension = extensions.get((one.exercise_id, one.enrolment_id))
        if not limits(one.exercise, extension, one, one.made, moment).refusal:
            return True
    return False


def last_position(course: Course) -> int:
    """Return the position of the last exercise of a course; 0 without one."""
    found: int | None = course.exercises.aggregate(last=Max("position"))["last"]
    return found or 0


def hints_taken(attempt: Attempt) -> int:
    """Return how many hints were taken in an attempt."""
    return AttemptEvent.objects.filter(attempt=attempt, deed=Deed.HINT).count()


def sent_hints(attempt: Attempt) -> list[str]:
    """Return what staff sent to the learner of an attempt, oldest first."""
    rows = AttemptEvent.objects.filter(attempt=attempt, deed=Deed.SENT).order_by("pk")
    return [str(data.get("text", "")) for data in rows.values_list("data", flat=True)]


def submissions_of(attempt: Attempt, *, with_points: bool) -> list[dict[str, Any]]:
    """Return the submissions of an attempt, newest first; two queries, three where a checkpoint gave points.

    Each is ``{"submission", "grading", "earned", "points", "ungraded", "own"}``; ``own`` is what of
    ``earned`` the learner did, and no checkpoint and no reference. Without points the sums are None and no
    row of a check is read.
    """
    found = []
    gradings = {
        one.submission_id: one
        for one in Grading.objects.filter(submission__attempt=attempt, counts=True)
        .select_related("run")
        .annotate(
            earned=Sum("rows__earned"),
            points=Sum("rows__points"),
            ungraded=Sum("rows__points", filter=Q(rows__state=CheckState.UNGRADED)),
        )
    }
    for submission in attempt.submissions.select_related("revision").defer("revision__document"):
        grading = gradings.get(submission.pk)
        sums = {name: getattr(grading, name, None) if with_points else None for name in _SUMS}
        found.append({"submission": submission, "grading": grading, **sums, "own": sums["earned"]})
    if with_points:
        _take_away_what_was_given(found)
    return found[::-1]


def _take_away_what_was_given(found: list[dict[str, Any]]) -> None:
    """Set ``own`` of submissions, in order of number, where a checkpoint or the reference did a part."""
    graded = [row for row in found if row["earned"] is not None]
    for row in graded:
        if row["submission"].after_reference:
            row["own"] = 0.0
    rest = [row for row in graded if not row["submission"].after_reference]
    if not any(row["submission"].given for row in rest):
        return
    done = _by_themselves([(row["submission"], row["grading"].pk) for row in rest])
    for row, one in zip(rest, done, strict=True):
        row["own"] = sum(check.earned for check in one.checks)


def _by_themselves(graded: list[tuple[Submission, Any]]) -> list[Graded]:
    """Return what the learner did of submissions, in order of number, each with the id of its grading."""
    checks: dict[Any, list[Checked]] = {grading: [] for _, grading in graded}
    for one in CheckRow.objects.filter(grading__in=checks).defer("counterexample"):
        checks[one.grading_id].append(Checked(one.check_id, one.points, one.earned, one.state))
    return earned_by_themselves(
        [Graded(one.number, checks[grading], given=frozenset(one.given)) for one, grading in graded]
    )


def counted(submission: Submission, grading: Grading) -> dict[int, float] | None:
    """Return what of a graded submission counts, without what was given, by the id of each row of a check.

    None: nothing was given, so everything counts.
    """
    if not (submission.after_reference or submission.given):
        return None
    done: dict[str, float] = {}
    if not submission.after_reference:
        until = Grading.objects.filter(
            submission__attempt=submission.attempt_id,
            submission__number__lte=submission.number,
            submission__after_reference=False,
            counts=True,
            finished__isnull=False,
        )
        found = until.select_related("submission").order_by("submission__number")
        last = _by_themselves([(one.submission, one.pk) for one in found])[-1]
        done = {check.check: check.earned for check in last.checks}
    return {pk: done.get(check, 0.0) for pk, check in grading.rows.values_list("pk", "check_id")}


def work_is_over(exercise: Exercise, limits: Limits, submissions: list[dict[str, Any]]) -> bool:
    """Return whether a learner may read what a pack tells after the work, which gives answers away.

    Once results are released; in an exam, where others may still be at it, not before. Else also when
    nothing more can be handed in, or when a submission has earned everything and the learner sees that.

    Args:
        submissions: as ``submissions_of`` returns them.
    """
    if exercise.released is not None:
        return True
    if exercise.exam or not limits.visible:
        return False
    full = any(row["points"] and (row["earned"] or 0) >= row["points"] for row in submissions)
    return bool(limits.refusal) or (exercise.shows_results and full)


_SUMS: Final = ("earned", "points", "ungraded")


def rows_for_staff(grading: Grading) -> list[CheckRow]:
    """Return every row of a grading, with the options that would have been right."""
    rows = list(grading.rows.all())
    for row in rows:
        row.right = _right(grading, row.check_id, row.state)
    return rows


def _right(grading: Grading, check_id: str, state: str) -> list[dict[str, str]]:
    return packs.right_choices(grading, check_id) if state == CheckState.FAILED else []


def rows_for_learner(grading: Grading, exercise: Exercise) -> list[dict[str, Any]]:
    """Return what a learner may see now of a grading of theirs, in order, as plain data.

    Nothing before results are shown. Of hidden checks nothing is read until they are shown, and then the
    rule only of those that were broken; never message or counterexample. ``replay`` is the kind of the
    counterexample, ``idea`` the misconception that a wrong prediction points to; None where there is none.
    ``on_copy``: it is about another drawing than the one handed in. ``right`` are the options that would
    have been right, once they may be told.
    """
    if not exercise.shows_results:
        return []
    kept = ("position", "check_id", "kind", "title", "points", "earned", "state", "message", "pk")
    rows: list[dict[str, Any]] = []
    visible = grading.rows.filter(hidden=False).values(
        *kept, "counterexample", replay=F("counterexample__kind"), idea=F("counterexample__misconception")
    )
    for row in visible:
        on_copy = is_about_another(row.pop("counterexample"))
        right = _right(grading, row["check_id"], row["state"]) if exercise.shows_right else []
        rows.append({**row, "hidden": False, "on_copy": on_copy, "right": right})
    if exercise.shows_hidden:
        hidden = grading.rows.filter(hidden=True)
        broken = dict(hidden.filter(state=CheckState.FAILED).values_list("pk", "title"))
        for row in hidden.values("pk", "position", "kind", "points", "earned", "state"):
            rows.append({**row, "hidden": True, "title": broken.get(row["pk"], ""), "replay": None})
    return sorted(rows, key=lambda row: row["position"])


def counterexample_for(place: Enrolment, grading: Grading, row_id: int) -> tuple[CheckRow, Any] | None:
    """Return a row with a counterexample that a person may replay, and the drawing it is about; else None.

    Learners replay those of visible checks whose results they see.
    """
    rows = grading.rows.filter(pk=row_id, counterexample__isnull=False)
    if not place.is_staff:
        exercise = grading.submission.attempt.exercise
        rows = rows.filter(hidden=False) if exercise.shows_results else rows.none()
    row = rows.first()
    return None if row is None else (row, grading.submission.revision.document)


def counting(submission: Submission) -> Grading | None:
    """Return the grading of a submission that counts, with its run; None: there is none."""
    rows = Grading.objects.filter(submission=submission, counts=True)
    return rows.select_related("run", "pack").defer("pack__files").first()


def trials(**of: Any) -> QuerySet[Grading]:
    """Return the gradings on trial of a regrade that nobody has applied yet, without the packs' files.

    Args:
        of: whose, as a filter on gradings.
    """
    return Grading.objects.filter(counts=False, replaced=None, **of).defer("pack__files")


def sums_of(grading: Grading) -> dict[str, float]:
    """Return ``earned``, ``points`` and ``ungraded`` points of a grading.

    Those of questions alone are ``asked_earned`` and ``asked_points``.
    """
    asked = Q(kind="Q")
    found = grading.rows.aggregate(
        sum_earned=Sum("earned"),
        sum_points=Sum("points"),
        sum_ungraded=Sum("points", filter=Q(state=CheckState.UNGRADED)),
        sum_asked_earned=Sum("earned", filter=asked),
        sum_asked_points=Sum("points", filter=asked),
    )
    return {name.removeprefix("sum_"): value or 0.0 for name, value in found.items()}


def newest_packs(versions: QuerySet[PackVersion]) -> list[PackVersion]:
    """Return the newest version of each pack among versions a course may use (``access.packs``), by slug.

    A course's own version goes before the one that came with the sandbox.
    """
    newest: dict[str, PackVersion] = {}
    for version in versions.order_by("slug", F("course").asc(nulls_first=True), "number"):
        newest[version.slug] = version
    return list(newest.values())


def attempt_for_staff(attempt: Attempt) -> dict[str, Any]:
    """Return all there is of an attempt: submissions, checks of the best one, record, history, comments."""
    submissions = submissions_of(attempt, with_points=True)
    graded = [row for row in submissions if row["grading"] is not None and row["grading"].finished]
    best = max(graded, key=lambda row: row["earned"] or 0, default=None)
    held: dict[str, Override] = {}
    for one in attempt.overrides.select_related("author"):
        held[one.check_id] = one
    rows = rows_for_staff(best["grading"]) if best else []
    return {
        "attempt": attempt,
        "exercise": attempt.exercise,
        "submissions": submissions,
        "best": best,
        "rows": [(row, held.get(row.check_id)) for row in rows],
        "whole": held.get(""),
        "history": attempt.history.select_related("author"),
        "record": attempt.record.select_related("author"),
        "comments": attempt.comments.select_related("author"),
        "answers": _answers(attempt),
    }


def _answers(attempt: Attempt) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the title of each check that was answered, and what was said to its questions."""
    locked = list(attempt.answers.all())
    if not locked:
        return []
    asked = {check["id"]: check for check in packs.public_checks(attempt.pack, attempt.seed)}
    stops = stops_of(packs.variant_of(attempt).document)
    return [
        (asked[one.check_id]["title"] if one.check_id in asked else one.check_id, said)
        for one in locked
        if (said := said_of(one.value, asked.get(one.check_id), stops))
    ]


def exercise_of(scenario: Scenario) -> dict[str, str] | None:
    """Return ``{"title", "url"}`` of the exercise a drawing is an attempt of; None: it is of none."""
    attempt = Attempt.objects.filter(scenario=scenario).select_related("exercise").first()
    if attempt is None:
        return None
    return {"title": attempt.exercise.title, "url": attempt.exercise.get_absolute_url()}


def broadcasts(exercise: Exercise) -> list[Broadcast]:
    """Return the drawings that are shown to the class now, newest first, without the documents."""
    return list(exercise.broadcasts.filter(ended=None).defer("document"))


def edits(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the revisions of the drawing of an attempt in order, as plain data without documents.

    Each is ``{"number", "created", "problems", "counts", "pause_s", "submitted", "words", "more"}``;
    ``pause_s`` is the time since the one before, ``submitted`` the number of the submission that handed it
    in; ``words`` are what the edit changed, and ``more`` how many changes are not told.
    """
    if attempt.scenario_id is None:
        return []
    handed_in = {one.revision_id: one.number for one in attempt.submissions.all()}
    found: list[dict[str, Any]] = []
    before = None
    revisions = Revision.objects.filter(scenario_id=attempt.scenario_id).without_documents()
    for revision in revisions.order_by("number")[:MAX_EDITS]:
        pause = (revision.created - before).total_seconds() if before else 0.0
        before = revision.created
        words, more = scenario_queries.told_changes(revision)
        found.append(
            {
                "number": revision.number,
                "created": revision.created,
                "problems": revision.problems,
                "counts": revision.counts,
                "pause_s": round(pause),
                "submitted": handed_in.get(revision.pk),
                "words": words,
                "more": more,
            }
        )
    return found


MAX_EDITS: Final = 2_000
"""So many revisions of a drawing the history lists."""


def revision_of(attempt: Attempt, number: int) -> Revision | None:
    """Return a revision of the drawing of an attempt; None: there is none."""
    if attempt.scenario_id is None:
        return None
    return Revision.objects.filter(scenario_id=attempt.scenario_id, number=number).first()

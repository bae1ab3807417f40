"""Reads of courses. What a learner may not see is not read here and taken away later, but not read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.expressions import CombinedExpression
from django.utils.timezone import now

from sandbox.accounts.models import User
from sandbox.classes import packs
from sandbox.classes.answers import said_of, stops_of
from sandbox.classes.models import (
    STAFF,
    Answer,
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
from sandbox.classes.timing import Limits, late_s, limits
from sandbox.runs.models import OPEN
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Revision, Scenario

QUESTION: Final = "Q"
"""Kind of a check that asks: predictions and explanations, which are scored apart from behaviour."""


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
    """Return the logins of a roster whose place waits while an account of that user name is in the course.

    Small and capital letters are the same.
    """
    waiting = Q(user=None, active=True) & ~Q(login="")
    found = course.enrolments.filter(waiting | Q(user__is_guest=False)).order_by()
    rows = list(found.values_list("login", "user__username"))
    names = {name.casefold() for _, name in rows if name}
    return {login for login, name in rows if not name and login.casefold() in names}


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
    return limits(
        exercise, extension_of(exercise, place.pk), attempt, attempt.made if attempt else 0, now()
    ), attempt


def extension_of(exercise: Exercise, place_id: Any) -> Extension | None:
    """Return the extension that a person has now; None: nobody gave them one."""
    return Extension.objects.filter(exercise=exercise, enrolment=place_id).last()


def extensions(exercise: Exercise) -> list[dict[str, Any]]:
    """Return the extensions of an exercise, by learner, each with those before it.

    Each is ``{"extension", "earlier"}``: the newest of a learner, and the older ones, newest first.
    """
    rows = exercise.extensions.select_related("enrolment__user", "author")
    by_place: dict[Any, list[Extension]] = {}
    for one in rows.order_by("enrolment", "-pk"):
        by_place.setdefault(one.enrolment_id, []).append(one)
    found = [{"extension": newest, "earlier": earlier} for newest, *earlier in by_place.values()]
    return sorted(found, key=lambda one: one["extension"].enrolment.shown.casefold())


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
    """Return the submissions of an attempt, newest first.

    Two queries; one more where there is a due date, and three where something was given.

    Each is ``{"submission", "late_s", "grading", "earned", "points", "ungraded", "own"}``; ``own`` is what of
    ``earned`` the learner did, and no checkpoint and no reference. Without points the sums are None and no
    row of a check is read.
    """
    found = []
    extension = extension_of(attempt.exercise, attempt.enrolment_id) if attempt.exercise.due else None
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
        late = late_s(attempt.exercise, extension, submission.created)
        row: dict[str, Any] = {"submission": submission, "late_s": late, "grading": grading}
        found.append({**row, **sums, "own": sums["earned"]})
    if with_points:
        own = own_points([attempt])
        for row in found:
            if row["grading"] is not None and row["grading"].pk in own:
                row["own"] = sum(own[row["grading"].pk].values())
    return found[::-1]


def own_points(attempts: Iterable[Attempt]) -> dict[UUID, dict[str, float]]:
    """Return what learners earned by themselves: points by check, by grading that counts.

    Only of attempts that went on from a checkpoint or the reference; in the others everything is their own.
    Three queries, none without such attempts.
    """
    marked = {one.pk: one for one in attempts if one.went_on}
    if not marked:
        return {}
    gradings = Grading.objects.filter(submission__attempt__in=marked, counts=True, finished__isnull=False)
    of_attempts: dict[UUID, list[Grading]] = {}
    for grading in gradings.select_related("submission").order_by("submission__number"):
        of_attempts.setdefault(grading.submission.attempt_id, []).append(grading)
    checks: dict[UUID, list[Checked]] = {one.pk: [] for some in of_attempts.values() for one in some}
    questions = set()
    for row in CheckRow.objects.filter(grading__in=checks).defer("counterexample"):
        checks[row.grading_id].append(Checked(row.check_id, row.points, row.earned, row.state))
        if row.kind == QUESTION:
            questions.add(row.check_id)
    answered = answered_before(marked.values(), questions)
    found = {}
    for attempt, some in of_attempts.items():
        graded = [
            Graded(
                one.submission.number,
                checks[one.pk],
                after_reference=one.submission.after_reference,
                given=frozenset(one.submission.given),
                answered=answered.get(attempt, frozenset()),
            )
            for one in some
        ]
        for grading, done in zip(some, earned_by_themselves(graded), strict=True):
            found[grading.pk] = {check.check: check.earned for check in done.checks}
    return found


def answered_before(attempts: Iterable[Attempt], questions: Container[str]) -> dict[UUID, frozenset[str]]:
    """Return the checks among ``questions`` that were answered before the reference was taken, by attempt."""
    taken = {one.pk: one.from_reference for one in attempts if one.from_reference is not None}
    found: dict[UUID, set[str]] = {attempt: set() for attempt in taken}
    if taken:
        for one in Answer.objects.filter(attempt__in=taken).defer("value"):
            if one.created < taken[one.attempt_id] and one.check_id in questions:
                found[one.attempt_id].add(one.check_id)
    return {attempt: frozenset(checks) for attempt, checks in found.items()}


def counted(submission: Submission, grading: Grading) -> dict[int, float] | None:
    """Return what of a graded submission counts, without what was given, by the id of each row of a check.

    None: nothing was given, so everything counts.
    """
    if not (submission.after_reference or submission.given):
        return None
    done = own_points([submission.attempt]).get(grading.pk, {})
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


def answers_of(submission: Submission) -> dict[str, list[dict[str, str]]]:
    """Return what was said to the questions of a submission, by check; see ``answers.said_of``."""
    if not submission.answers:
        return {}
    return {check: said for check, _, said in _said(submission.attempt, submission.answers)}


def _right(grading: Grading, check_id: str, state: str) -> list[dict[str, str]]:
    return packs.right_choices(grading, check_id) if state == CheckState.FAILED else []


def rows_for_learner(grading: Grading, exercise: Exercise) -> list[dict[str, Any]]:
    """Return what a learner may see now of a grading of theirs, in order, as plain data.

    Nothing before results are shown. Of hidden checks nothing is read until they are shown, and then the
    rule only of those that were broken; never message or counterexample. ``replay`` is the kind of the
    counterexample, ``idea`` the misconception that a wrong prediction points to; None where there is none.
    ``on_copy``: it is about another drawing than the one handed in. ``right`` are the options that would
    have been right, once they may be told; until then a question has no message, replay or idea either, for
    each of them tells the right answer.
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
        row = {**row, "hidden": False, "on_copy": on_copy, "right": right}
        if row["kind"] == QUESTION and not exercise.shows_right:
            row |= {"message": "", "replay": None, "idea": None, "on_copy": False}
        rows.append(row)
    if exercise.shows_hidden:
        hidden = grading.rows.filter(hidden=True)
        broken = dict(hidden.filter(state=CheckState.FAILED).values_list("pk", "title"))
        for row in hidden.values("pk", "position", "check_id", "kind", "points", "earned", "state"):
            rows.append({**row, "hidden": True, "title": broken.get(row["pk"], ""), "replay": None})
    return sorted(rows, key=lambda row: row["position"])


def set_by_hand(attempt: Attempt) -> dict[str, dict[str, Any]]:
    """Return what its learner may know of points that people set: by check, "" for the whole score.

    Each is ``{"points", "reason"}``; the reason is "" where it is not for the learner. The caller asks
    whether results are shown.
    """
    held: dict[str, dict[str, Any]] = {}
    for one in attempt.overrides.order_by("pk"):
        held[one.check_id] = {"points": one.points, "reason": one.reason if one.told else ""}
    return {check: one for check, one in held.items() if one["points"] is not None}


def broken_hidden(grading: Grading, row_id: int) -> CheckRow | None:
    """Return a hidden check that failed; None: the row is none. For staff only."""
    return grading.rows.filter(pk=row_id, hidden=True, state=CheckState.FAILED).first()


def counterexample_for(place: Enrolment, grading: Grading, row_id: int) -> tuple[CheckRow, Any] | None:
    """Return a row with a counterexample that a person may replay, and the drawing it is about; else None.

    Learners replay those of visible checks whose results they see, of questions once they see what is right.
    """
    rows = grading.rows.filter(pk=row_id, counterexample__isnull=False)
    if not place.is_staff:
        exercise = grading.submission.attempt.exercise
        rows = rows.filter(hidden=False) if exercise.shows_results else rows.none()
        if not exercise.shows_right:
            rows = rows.exclude(kind=QUESTION)
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


def to_be_tried(exercise: Exercise, version: PackVersion) -> QuerySet[Submission]:
    """Return the submissions of an exercise that a version may grade: of attempts that have its pack."""
    return Submission.objects.filter(attempt__exercise=exercise, attempt__pack__slug=version.slug)


def sums_of(grading: Grading) -> dict[str, float]:
    """Return ``earned``, ``points`` and ``ungraded`` points of a grading.

    Those of questions alone are ``asked_earned`` and ``asked_points``.
    """
    asked = Q(kind=QUESTION)
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
    best = max(graded, key=lambda row: (row["own"] or 0, not row["submission"].after_reference), default=None)
    held: dict[str, Override] = {}
    for one in attempt.overrides.select_related("author"):
        held[one.check_id] = one
    rows = rows_for_staff(best["grading"]) if best else []
    own = own_points([attempt]).get(best["grading"].pk, {}) if best else {}
    for row in rows:
        row.own = own.get(row.check_id, row.earned)
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
    locked = {one.check_id: one.value for one in attempt.answers.all()}
    return [(title, said) for _, title, said in _said(attempt, locked) if said] if locked else []


def _said(attempt: Attempt, values: Mapping[str, Any]) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Yield id and title of each check that was answered, and what was said to its questions."""
    asked = {check["id"]: check for check in packs.public_checks(attempt.pack, attempt.seed)}
    stops = stops_of(packs.variant_of(attempt).document)
    for name, value in values.items():
        check = asked.get(name)
        yield name, check["title"] if check else name, said_of(value, check, stops)


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

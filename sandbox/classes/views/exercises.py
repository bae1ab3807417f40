"""An exercise as its learner sees it, and what they do with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sandbox.classes import access, answers, authoring, markdown, packs, queries
from sandbox.classes.models import Attempt, Exercise, Grading, Submission
from sandbox.classes.services import grading as gradings
from sandbox.classes.services import work
from sandbox.classes.timing import Limits, late_s
from sandbox.classes.views.shared import page, person, refused, said
from sandbox.runs import services as runs
from sandbox.runs.models import Run
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario

REFUSALS = (work.WorkRefused, runs.TooManyRuns, scenarios.TooManyScenarios)
UNPLAYED = (scenarios.Invalid, scenarios.InExam, scenarios.PredictFirst, *REFUSALS)


@require_safe
def exercise(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Show an exercise: its task, checks and questions, and how the person stands.

    ``classes/exercise.html``: ``exercise``, ``limits``, ``attempt`` (own or None), ``about`` (title and
    objective); with an attempt also ``text`` (HTML), ``after`` (HTML; None before the work is over),
    ``told_later`` (it comes then), ``checkpoints``, ``hints`` (those taken), ``hints_left``, ``sent``
    (hints from staff), ``checks`` (see ``_checks``), ``stops`` (names for suggestions), ``submissions``
    (see ``queries.submissions_of``), ``by_hand`` (see ``_by_hand``; None too
    before results are shown), ``comments``, ``shown`` (drawings shown to the class).
    """
    found, place = access.exercise(request.user, exercise_id)
    limits, attempt = queries.limits_of(found, place)
    if not limits.visible and not access.allowed("see_work", request.user, place):
        return page(
            request, "exercise_closed.html", found.course, place, {"exercise": found, "limits": limits}
        )
    context: dict[str, Any] = {"exercise": found, "limits": limits, "attempt": attempt}
    context["about"] = packs.about(found.pack)
    if attempt is not None:
        context |= _begun(found, attempt, limits)
    return page(request, "exercise.html", found.course, place, context)


def _begun(exercise: Exercise, attempt: Attempt, limits: Limits) -> dict[str, Any]:
    variant = packs.variant_of(attempt)
    submissions = queries.submissions_of(attempt, with_points=exercise.shows_results)
    over = queries.work_is_over(exercise, limits, submissions)
    taken = queries.hints_taken(attempt)
    checks = _checks(attempt)
    return {
        "text": markdown.html(variant.text),
        "after": markdown.html_with_facts(variant.after) if over else None,
        "told_later": bool(variant.after) and not over,
        "checkpoints": packs.checkpoints(attempt) if exercise.reference and not exercise.exam else [],
        "hints": variant.hints[:taken],
        "hints_left": len(variant.hints) - taken if exercise.hints_given else 0,
        "sent": queries.sent_hints(attempt),
        "checks": checks,
        "first": [check for check in checks if check["withholds"] and check["answer"] is None],
        "stops": sorted(set(answers.stops_of(variant.document).values())),
        "submissions": submissions,
        "by_hand": _by_hand(attempt) if exercise.shows_results else None,
        "comments": attempt.comments.select_related("author"),
        "shown": queries.broadcasts(exercise),
    }


def _by_hand(attempt: Attempt) -> dict[str, Any] | None:
    """Return what a learner is told of points that people set: ``whole`` and the ``reasons`` given to them.

    None: nobody set any. ``whole``: the whole score is a person's.
    """
    held = queries.set_by_hand(attempt)
    reasons = [one["reason"] for one in held.values() if one["reason"]]
    return {"whole": "" in held, "reasons": reasons} if held else None


def _checks(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the visible checks of ``packs.public_checks``, each with ``asked`` and ``answer`` (said)."""
    given = {answer.check_id: answer.value for answer in attempt.answers.all()}
    stops = answers.stops_of(packs.variant_of(attempt).document) if given else {}
    return [
        {
            **check,
            "asked": answers.fields_of(check),
            "answer": answers.said_of(given[check["id"]], check, stops) if check["id"] in given else None,
        }
        for check in packs.public_checks(attempt.pack, attempt.seed)
    ]


@require_POST
def start(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Begin an exercise and show it again, now with its task."""
    found, place = access.exercise(request.user, exercise_id, "learn")
    try:
        work.start(found, place, person(request))
    except REFUSALS as error:
        return refused(request, error, found.get_absolute_url())
    return redirect(found)


@require_POST
def drawing(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Open the drawing of an attempt in the workbench; one that was deleted begins anew."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    try:
        return redirect(work.drawing(attempt, person(request)))
    except REFUSALS as error:
        return refused(request, error, attempt.exercise.get_absolute_url())


@require_POST
def hint(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Take the next hint."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    try:
        work.take_hint(attempt, person(request))
    except REFUSALS as error:
        return refused(request, error, attempt.exercise.get_absolute_url())
    return redirect(f"{attempt.exercise.get_absolute_url()}#hints")


@require_POST
def answer(request: HttpRequest, attempt_id: str, check_id: str) -> HttpResponse:
    """Lock the answer to one check, from the fields of its form."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    target = f"{attempt.exercise.get_absolute_url()}#check-{check_id}"
    checks = {check["id"]: check for check in packs.public_checks(attempt.pack, attempt.seed)}
    if check_id not in checks or not checks[check_id]["questions"]:
        raise Http404("There is no such question.")
    try:
        start = packs.variant_of(attempt).document
        value = answers.value_of(checks[check_id], request.POST.dict(), start)
        work.lock_answer(attempt, person(request), check_id, value)
    except (answers.Incomplete, *REFUSALS) as error:
        return refused(request, error, target)
    return redirect(target)


@require_POST
def reset(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Put the drawing back to the start."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    target = attempt.exercise.get_absolute_url()
    try:
        work.reset(attempt, person(request))
    except REFUSALS as error:
        return refused(request, error, target)
    return said(request, gettext("The drawing is as it was at the start. Its history is kept."), target)


@require_POST
def reference(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Go on from the reference."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    target = attempt.exercise.get_absolute_url()
    try:
        work.go_on_from_reference(attempt, person(request))
    except REFUSALS as error:
        return refused(request, error, target)
    return said(
        request,
        gettext("The drawing is the reference now. What you submit from here adds no points."),
        target,
    )


@require_POST
def checkpoint(request: HttpRequest, attempt_id: str, name: str) -> HttpResponse:
    """Go on from a checkpoint of the pack."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    target = attempt.exercise.get_absolute_url()
    try:
        title = work.go_on_from_checkpoint(attempt, person(request), name)
    except REFUSALS as error:
        return refused(request, error, target)
    return said(
        request, gettext("The drawing is at the checkpoint now: {title}.").format(title=title), target
    )


@require_POST
def submit(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Hand in the newest revision and show its grading."""
    attempt, _ = access.own_attempt(request.user, attempt_id)
    try:
        made, _ = work.submit(attempt, person(request))
    except work.PredictionsOpen as error:
        return refused(request, error, error.url)
    except REFUSALS as error:
        return refused(request, error, attempt.exercise.get_absolute_url())
    return redirect(made)


@require_safe
def submission(request: HttpRequest, submission_id: str) -> HttpResponse:
    """Show how a submission went: live while it is graded, afterwards check by check.

    ``classes/submission.html``: ``submission``, ``exercise``, ``attempt``, ``grading`` (None: none),
    ``late_s``,
    ``rows`` (see ``queries.rows_for_learner``, or rows of checks for staff), ``own``, ``live`` (None, or
    ``{"socket", "events"}`` for the browser), ``sums``, ``given`` (None, or the points that a checkpoint or
    the reference gave, which do not count; rows then have ``own``, what of them counts), ``whole`` and
    ``held`` of rows (see ``queries.set_by_hand``).
    """
    found, place = access.submission(request.user, submission_id)
    attempt, exercise = found.attempt, found.attempt.exercise
    staff = access.allowed("see_work", request.user, place)
    grading = queries.counting(found)
    rows: Any = []
    if grading is not None and grading.finished is not None:
        rows = queries.rows_for_staff(grading) if staff else queries.rows_for_learner(grading, exercise)
    sums = queries.sums_of(grading) if grading and (staff or exercise.shows_results) else None
    said = queries.answers_of(found) if rows else {}
    for row in rows:
        if isinstance(row, dict):
            row["said"] = said.get(str(row.get("check_id")))
        else:
            row.said = said.get(row.check_id)
    given = None
    if grading is not None and grading.finished is not None and sums is not None:
        given = _without_given(found, grading, rows, sums)
    held = queries.set_by_hand(attempt) if staff or exercise.shows_results else {}
    for row in rows:
        if isinstance(row, dict):
            row["held"] = held.get(row.pop("check_id") if row["hidden"] else row["check_id"])
        else:
            row.held = held.get(row.check_id)
    run = grading.run if grading is not None else None
    own = attempt.enrolment_id == place.pk
    waits = grading is not None and grading.finished is None and run is not None and run.is_open
    live = _live(run) if waits and run is not None and run.owner_id == person(request).pk else None
    context = {
        "submission": found,
        "late_s": late_s(exercise, queries.extension_of(exercise, attempt.enrolment_id), found.created),
        "exercise": exercise,
        "attempt": attempt,
        "grading": grading,
        "rows": rows,
        "own": own,
        "waits": waits,
        "live": live,
        "sums": sums,
        "given": given,
        "whole": held.get(""),
    }
    return page(request, "submission.html", exercise.course, place, context)


def _without_given(
    submission: Submission, grading: Grading, rows: Any, sums: dict[str, float]
) -> float | None:
    """Let sums and rows say what counts, and return the points that were given; None: nothing was."""
    counted = queries.counted(submission, grading)
    if counted is None:
        return None
    questions = set(grading.rows.filter(kind=queries.QUESTION).values_list("pk", flat=True))
    before, sums["earned"] = sums["earned"], sum(counted.values())
    sums["asked_earned"] = sum(points for pk, points in counted.items() if pk in questions)
    for row in rows:
        if isinstance(row, dict):
            row["own"] = counted[row["pk"]]
        else:
            row.own = counted[row.pk]
    return before - sums["earned"]


def _live(run: Any) -> dict[str, str]:
    return {"socket": f"/ws/runs/{run.pk}/", "events": f"/api/v1/runs/{run.pk}/events"}


@require_POST
def replay(request: HttpRequest, grading_id: str, row_id: int) -> HttpResponse:
    """Replay a counterexample and open it in the workbench.

    On the learner's own drawing where it is about that one; else, and for staff, on a copy of their own.
    """
    grading, place = access.grading(request.user, grading_id)
    found = queries.counterexample_for(place, grading, row_id)
    if found is None:
        raise Http404("There is no such counterexample.")
    try:
        drawn, run = gradings.replay(grading, *found, person(request))
    except (gradings.GradingRefused, *UNPLAYED) as error:
        return refused(request, error, grading.submission.get_absolute_url())
    return redirect(_played(drawn, run, found[0].counterexample or {}))


@require_POST
def hidden_why(request: HttpRequest, grading_id: str, row_id: int) -> HttpResponse:
    """Tell staff why a hidden check failed, and replay it on a copy of their own."""
    grading, place = access.grading(request.user, grading_id)
    if not access.allowed("see_work", request.user, place):
        raise Http404("There is no such counterexample.")
    row = queries.broken_hidden(grading, row_id)
    if row is None:
        raise Http404("There is no such counterexample.")
    target = grading.submission.get_absolute_url()
    try:
        with authoring.trying(person(request)):
            found = gradings.why_hidden(grading, row)
        if not found.counterexample:
            return said(request, found.message or found.title, target)
        row.counterexample = found.counterexample  # for this answer; the row is not saved
        drawn, run = gradings.replay(grading, row, grading.submission.revision.document, person(request))
    except (authoring.Untried, gradings.GradingRefused, *UNPLAYED) as error:
        return refused(request, error, target)
    return said(request, found.message, _played(drawn, run, found.counterexample))


def _played(drawn: Scenario, run: Run | None, told: dict[str, Any]) -> str:
    """Return the address where a counterexample is seen in the workbench."""
    shown = {"select": ",".join(told.get("at", ()))} if run is None else {"run": str(run.pk)}
    if "t_us" in told:  # the moment of the timeline
        shown["t"] = str(told["t_us"] / 1e6)
    return f"{drawn.get_absolute_url()}?{urlencode(shown)}"

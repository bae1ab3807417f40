"""Setting exercises, and the gradebook. For staff."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sandbox.classes import access, exports, gradebook, packs, queries
from sandbox.classes.forms import CommentForm, ExerciseForm, ExtensionForm, OverrideForm
from sandbox.classes.models import Exercise, PackVersion
from sandbox.classes.services import exercises
from sandbox.classes.services import grading as gradings
from sandbox.classes.views.shared import Mistyped, page, paged, person, refused, said, typed, wrong

MOST_OFFERED: Final = 10
"""So many learners are offered while somebody types."""

CSV: Final = "text/csv; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_new(request: HttpRequest, course_id: str) -> HttpResponse:
    """Choose packs to set as exercises.

    ``classes/exercise_new.html``: ``packs`` (newest versions), ``there`` (slugs that are set already).
    """
    found, place = access.course(request.user, course_id, "manage")
    newest = queries.newest_packs(access.packs(found))
    if request.method == "POST":
        chosen = [pack for pack in newest if str(pack.pk) in request.POST.getlist("pack")]
        if not chosen:
            return refused(request, gettext("Choose at least one pack."), request.path)
        exercises.add(found, chosen)
        return said(
            request, gettext("{count} set as exercises.").format(count=len(chosen)), found.get_absolute_url()
        )
    there = set(found.exercises.values_list("pack__slug", flat=True))
    return page(request, "exercise_new.html", found, place, {"packs": newest, "there": there})


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_settings(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Change the rules of an exercise.

    ``classes/exercise_settings.html``: ``exercise``, ``form``, ``places`` (see ``packs.places_of``),
    ``extension`` (form), ``extensions`` (see ``queries.extensions``).
    With ``?learner=``: ``classes/learner_options.html``, the ``learners`` whom these words may mean.
    """
    found, place = access.exercise(request.user, exercise_id, "manage")
    if "learner" in request.GET:
        learners = queries.found_learners(found.course, request.GET["learner"][:100], MOST_OFFERED)
        return page(request, "learner_options.html", found.course, place, {"learners": learners})
    form = ExerciseForm(request.POST or None, instance=found, offered=access.packs(found.course))
    if request.method == "POST" and form.is_valid():
        exercises.save(form.save(commit=False), person(request))
        return said(request, gettext("Saved. Attempts that began keep the version they have."), request.path)
    context = {
        "exercise": found,
        "form": form,
        "places": packs.places_of(found.pack),
        "extension": ExtensionForm(exercise=found),
        "extensions": queries.extensions(found),
    }
    return page(request, "exercise_settings.html", found.course, place, context, 422 if form.errors else 200)


@require_POST
def extend(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Give one learner more, on top of what they were given before."""
    found, _ = access.exercise(request.user, exercise_id, "manage")
    target = reverse("classes:exercise_settings", args=[found.pk])
    form = ExtensionForm(request.POST, exercise=found)
    if not form.is_valid():
        return refused(request, wrong(form), target)
    extension = form.save(commit=False)
    extension.exercise = found
    try:
        exercises.give(extension, person(request))
    except exercises.ExerciseRefused as error:
        return refused(request, error, target)
    words = gettext("Extended for {shown}. What holds now: {holds}.")
    return said(
        request, words.format(shown=extension.enrolment.shown, holds=exercises.in_words(extension)), target
    )


@require_POST
def extension_end(request: HttpRequest, exercise_id: str, place_id: str) -> HttpResponse:
    """Take back what was extended for a learner (``reason``)."""
    found, _ = access.exercise(request.user, exercise_id, "manage")
    learner = get_object_or_404(found.course.enrolments.all(), pk=place_id)
    target = reverse("classes:exercise_settings", args=[found.pk])
    try:
        reason = typed(request, "reason", 300)
        exercises.take_back(found, learner, person(request), reason or gettext("taken back"))
    except (Mistyped, exercises.ExerciseRefused) as error:
        return refused(request, error, target)
    return said(request, gettext("Taken back for {shown}.").format(shown=learner.shown), target)


@require_POST
def release(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Release the results of an exercise, or hide them again (``released`` 0)."""
    found, _ = access.exercise(request.user, exercise_id, "manage")
    released = request.POST.get("released") != "0"
    exercises.release(found, released)
    words = gettext("Results are released.") if released else gettext("Results are hidden again.")
    return said(request, words, reverse("classes:grades", args=[found.pk]))


@require_POST
def exercise_delete(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Delete an exercise nobody has begun."""
    found, _ = access.exercise(request.user, exercise_id, "manage")
    target = reverse("classes:exercise_settings", args=[found.pk])
    if not exercises.delete(found):
        return refused(
            request, gettext("Somebody has begun it, so it stays. Close it with a date instead."), target
        )
    return said(
        request, gettext("{title} is gone.").format(title=found.title), found.course.get_absolute_url()
    )


def _asked(
    request: HttpRequest,
    rows: list[dict[str, Any]],
    default: str,
    columns: dict[str, str],
    failing: dict[str, str],
) -> dict[str, Any]:
    """Return the rows that ``?sort=``, ``?q=``, ``?group=``, ``?only=`` and ``?page=`` ask for.

    With them comes what was asked: ``onlys`` are the choices, ``chosen`` the words of the one that was taken.

    Args:
        failing: titles of checks by id, by whose failing rows may be chosen.
        columns: what rows may be sorted by, and what people call it.
    """
    sort = request.GET.get("sort", default)[:100]
    words, group = request.GET.get("q", "")[:100], request.GET.get("group", "")[:60]
    groups = sorted({row["place"].group for row in rows if row["place"].group})
    onlys = {
        gradebook.MISSING: gettext("not handed in"),
        gradebook.UNGRADED: gettext("points nobody could grade"),
        **{
            f"{gradebook.FAILED}{check}": gettext("failed: {title}").format(title=title)
            for check, title in failing.items()
        },
    }
    only = request.GET.get("only", "")
    only = only if only in onlys else ""
    shown = gradebook.sorted_rows(gradebook.filtered(rows, words, group, only), sort)
    found = paged(request, shown)
    rows = list(found["pages"])
    sorts = [
        {"by": f"{sign}{by}", "label": label, "down": bool(sign)}
        for by, label in columns.items()
        for sign in ("", "-")
    ]
    asked: dict[str, Any] = {"sort": sort, "sorts": sorts, "query": words, "group": group, "groups": groups}
    asked |= {"only": only, "onlys": onlys, "chosen": onlys.get(only, "")}
    return {**found, "rows": rows, **asked}


@require_safe
def course_grades(request: HttpRequest, course_id: str) -> HttpResponse:
    """Show the gradebook of a course.

    ``classes/gradebook.html``: ``exercises``, ``rows``, ``pages``, ``asked`` (see ``paged``), ``sort``,
    ``sorts``, ``query``, ``group``, ``groups``, ``only``, ``onlys``, ``chosen``, ``open``.
    """
    found, place = access.course(request.user, course_id, "see_work")
    exercises = list(found.exercises.all())
    rows = gradebook.course_rows(found, request.GET.get("sort", ""))
    context: dict[str, Any] = {"exercises": exercises, "open": gradebook.needs_a_person(found)}
    columns = {"name": gettext("Learner"), "group": gettext("Group"), "total": gettext("Total")}
    columns |= {str(one.pk): one.title for one in exercises}
    if request.GET.get("only"):
        gradebook.mark(rows, found)
    context |= _asked(request, rows, "name", columns, {})
    gradebook.fill(context["rows"], exercises)
    return page(request, "gradebook.html", found, place, context)


@require_safe
def course_grades_csv(request: HttpRequest, course_id: str) -> HttpResponse:
    """Send the gradebook as CSV."""
    found, _ = access.course(request.user, course_id, "see_work")
    return _file(exports.course_csv(found), "gradebook.csv")


@require_safe
def course_grades_json(request: HttpRequest, course_id: str) -> HttpResponse:
    """Send the gradebook as JSON."""
    found, _ = access.course(request.user, course_id, "see_work")
    return _file(exports.course_data(found), "gradebook.json")


@require_safe
def course_checks_csv(request: HttpRequest, course_id: str) -> StreamingHttpResponse:
    """Send every check of the course as CSV, piece by piece."""
    found, _ = access.course(request.user, course_id, "see_work")
    return _pieces(exports.checks_csv(found), "checks.csv", CSV)


@require_safe
def course_checks_json(request: HttpRequest, course_id: str) -> StreamingHttpResponse:
    """Send every check of the course as JSON, piece by piece."""
    found, _ = access.course(request.user, course_id, "see_work")
    return _pieces(exports.checks_json(found), "checks.json", "application/json")


@require_safe
def exercise_grades_csv(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Send the gradebook of one exercise as CSV, a column for each check."""
    found, _ = access.exercise(request.user, exercise_id, "see_work")
    return _file(exports.exercise_csv(found), f"{found.pack.slug}.csv")


@require_safe
def exercise_grades_json(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Send the gradebook of one exercise as JSON, check by check."""
    found, _ = access.exercise(request.user, exercise_id, "see_work")
    return _file(exports.exercise_data(found), f"{found.pack.slug}.json")


def _file(content: str | dict[str, Any], name: str) -> HttpResponse:
    """Return CSV text, or what is to be JSON, as a file."""
    response = HttpResponse(content, content_type=CSV) if isinstance(content, str) else JsonResponse(content)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pieces(content: AsyncIterator[str], name: str, content_type: str) -> StreamingHttpResponse:
    """Return a file that goes out while it is made."""
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def exercise_grades(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Show the gradebook of one exercise, check by check.

    ``classes/exercise_grades.html``: ``exercise``, ``checks``, ``rows``, ``pages``, ``asked`` (see
    ``paged``), ``sort``, ``sorts``, ``query``, ``group``, ``groups``, ``only``, ``onlys``, ``chosen``,
    ``versions``, ``several`` (packs they are of), ``trial`` (see ``gradebook.regrade_table``).
    """
    found, place = access.exercise(request.user, exercise_id, "see_work")
    table = gradebook.exercise_table(found)
    context = {
        "exercise": found,
        "checks": table["checks"],
        "trial": gradebook.regrade_table(found),
        "versions": (versions := _versions(found)),
        "several": len({one.slug for one in versions}) > 1,
    }
    columns = {"name": gettext("Learner"), "score": gettext("Score"), "behaviour": gettext("Behaviour")}
    columns |= {"predictions": gettext("Predictions")} | {one["id"]: one["title"] for one in table["checks"]}
    titles = {one["id"]: one["title"] for one in table["checks"]}
    rows = _asked(request, table["rows"], "name", columns, titles)
    return page(request, "exercise_grades.html", found.course, place, context | rows)


@require_POST
def regrade(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Grade every submission again on trial, by a version of the pack (``version``)."""
    found, _ = access.exercise(request.user, exercise_id, "manage")
    asked = request.POST.get("version")
    version = next((one for one in _versions(found) if str(one.pk) == asked), None)
    if version is None:
        raise Http404("There is no such version.")
    made = gradings.try_version(found, version, person(request))
    return said(
        request,
        gettext("{count} submissions are graded again, on trial.").format(count=len(made)),
        _grades(found),
    )


def _versions(exercise: Exercise) -> QuerySet[PackVersion]:
    """Return the versions that the submissions of an exercise can be graded by, newest first.

    They are of the packs that its attempts have, which its rules may have left behind.
    """
    slugs = exercise.attempts.order_by().values("pack__slug")
    return access.packs(exercise.course).filter(slug__in=slugs).order_by("slug", "-number")


@require_POST
def regrade_apply(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Let the trial by a version (``version``) count, or drop it (``drop``).

    With ``go_on`` attempts go on with its version. Where another trial took the place of the one that the
    person saw, nothing counts: ``classes/trial_moved.html`` with status 409, ``exercise``, ``pack`` (of the
    trial there is now, or None).
    """
    found, place = access.exercise(request.user, exercise_id, "manage")
    if "drop" in request.POST:
        gradings.drop_regrade(found)
        return said(request, gettext("The trial is dropped; nothing changed."), _grades(found))
    version = gradebook.trial_version(found)
    if version is None or str(version.pk) != request.POST.get("version"):
        context = {"exercise": found, "pack": version}
        return page(request, "trial_moved.html", found.course, place, context, 409)
    try:
        count = gradings.apply_regrade(found, version, person(request))
    except gradings.GradingRefused as error:
        return refused(request, error, _grades(found))
    words = gettext("{count} gradings count now; what people had set stays.").format(count=count)
    if "go_on" in request.POST:
        moved = exercises.go_on_with(found, version, person(request))
        words += " " + ngettext(
            "{moved} attempt goes on with version {number}.",
            "{moved} attempts go on with version {number}.",
            moved,
        ).format(moved=moved, number=version.number)
    return said(request, words, _grades(found))


def _grades(exercise: Exercise) -> str:
    return reverse("classes:grades", args=[exercise.pk])


@require_safe
def attempt(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Show one learner's attempt to staff: checks with points to set, record, history, comments.

    ``classes/attempt.html``: ``attempt``, ``exercise``, ``submissions``, ``best`` (submission), ``rows``
    (of its checks, with ``held``: points set by hand), ``whole`` (the whole score set by hand, or None),
    ``history``, ``record``, ``comments``, ``answers``.
    """
    found, place = access.attempt_as(request.user, attempt_id, "see_work")
    return page(request, "attempt.html", found.exercise.course, place, queries.attempt_for_staff(found))


@require_POST
def override(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Set points by hand (``check_id``, ``points``, ``reason``), or take them back without points.

    With ``told`` the learner reads the reason.
    """
    found, _ = access.attempt_as(request.user, attempt_id, "grade")
    target = reverse("classes:attempt", args=[found.pk])
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return refused(request, wrong(form), target)
    cleaned = form.cleaned_data
    try:
        words, told = cleaned["reason"], cleaned["told"]
        gradings.override(found, person(request), cleaned["check_id"], cleaned["points"], words, told=told)
    except gradings.GradingRefused as error:
        return refused(request, error, target)
    return redirect(target)


@require_POST
def comment(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Say something to the learner (``text``)."""
    found, _ = access.attempt_as(request.user, attempt_id, "grade")
    target = reverse("classes:attempt", args=[found.pk])
    form = CommentForm(request.POST)
    if not form.is_valid():
        return refused(request, gettext("A comment has 1 to 4,000 characters."), target)
    try:
        gradings.comment(found, person(request), form.cleaned_data["text"])
    except gradings.GradingRefused as error:
        return refused(request, error, target)
    return redirect(f"{target}#comments")

"""The wall: the class live, what it finds hard, and which submissions are alike."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from sandbox.classes import access, packs, queries
from sandbox.classes import wall as reads
from sandbox.classes.models import Exercise, Role
from sandbox.classes.services import wall as services
from sandbox.classes.views.shared import Mistyped, page, paged, person, refused, said, typed
from sandbox.scenarios import services as scenarios


@require_safe
def wall(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Show the class live; the page reads itself again every few seconds (``?part=1``: the moving part).

    Everybody of one cluster is named with ``?cluster=FINGERPRINT``, else the first ``NAMES`` of each.

    ``classes/wall.html``: ``exercise``, ``exercises`` (of the course), ``progress``, ``tiles``, ``clusters``
    (staff only, else empty), ``pages``, ``asked`` (see ``paged``), ``one`` (only one cluster is shown),
    ``shown`` (broadcasts that are on).
    """
    found, place = access.exercise(request.user, exercise_id, "see_progress")
    staff = access.allowed("see_work", request.user, place)
    context: dict[str, Any] = {
        "exercise": found,
        "progress": reads.progress(found),
        "tiles": reads.tiles(found, hidden=staff),
        "shown": queries.broadcasts(found),
        **_clusters(request, found if staff else None),
    }
    if request.GET.get("part"):
        return page(request, "wall_part.html", found.course, place, context)
    context["exercises"] = found.course.exercises.all()
    return page(request, "wall.html", found.course, place, context)


NAMES: Final = 20
"""So many learners of a cluster are named on the wall, which is read again every few seconds."""


def _clusters(request: HttpRequest, exercise: Exercise | None) -> dict[str, Any]:
    """Return the page of clusters that is asked for, with their mistakes; none without an exercise."""
    found = reads.clusters(exercise) if exercise else []
    wanted = request.GET.get("cluster", "")
    one = [cluster for cluster in found if cluster["fingerprint"] == wanted]
    context = paged(request, one or found, CLUSTERS)
    clusters = list(context["pages"])
    if exercise and clusters:
        reads.tell_mistakes(exercise, clusters)
    for cluster in clusters:
        cluster["named"] = cluster["attempts"] if one else cluster["attempts"][:NAMES]
        cluster["others"] = len(cluster["attempts"]) - len(cluster["named"])
    return {**context, "clusters": clusters, "one": bool(one)}


CLUSTERS: Final = 20
"""So many clusters a page of the wall shows, the largest first."""


@require_safe
def insight(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Show what the class found hard, and for staff which drawings are alike.

    ``classes/insight.html``: ``exercise``, ``insight`` (see ``wall.insight``), ``alike`` (staff only).
    """
    found, place = access.exercise(request.user, exercise_id, "see_progress")
    staff = access.allowed("see_work", request.user, place)
    context = {
        "exercise": found,
        "insight": reads.insight(found, hidden=staff),
        "alike": reads.alike(found) if staff else [],
    }
    return page(request, "insight.html", found.course, place, context)


@require_POST
def send_hint(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Send a hint (``text``) to a cluster (``fingerprint``)."""
    found, _ = access.exercise(request.user, exercise_id, "grade")
    try:
        text = typed(request, "text", 1000)
    except Mistyped as error:
        return refused(request, error, _wall(found))
    if not text:
        return refused(request, gettext("A hint has 1 to 1,000 characters."), _wall(found))
    count = services.send_hint(found, person(request), request.POST.get("fingerprint", ""), text)
    return said(
        request,
        ngettext("Sent to {count} learner.", "Sent to {count} learners.", count).format(count=count),
        _wall(found),
    )


@require_POST
def broadcast(request: HttpRequest, submission_id: str) -> HttpResponse:
    """Show the drawing of a submission to the class without a name (``note``)."""
    submission, _ = access.submission(request.user, submission_id, "grade")
    exercise = submission.attempt.exercise
    try:
        note = typed(request, "note", 500)
        services.broadcast(exercise, person(request), submission, note)
    except (Mistyped, services.WallRefused) as error:
        return refused(request, error, _wall(exercise))
    return said(request, gettext("The class sees this drawing now, without a name."), _wall(exercise))


@require_POST
def broadcast_end(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Show nothing to the class any more."""
    found, _ = access.exercise(request.user, exercise_id, "grade")
    services.end_broadcasts(found)
    return said(request, gettext("The class sees no drawing any more."), _wall(found))


@require_POST
def broadcast_copy(request: HttpRequest, broadcast_id: str) -> HttpResponse:
    """Open a copy of the drawing that is shown to the class; learners lock their own predictions first."""
    found, place = access.broadcast(request.user, broadcast_id)
    _, attempt = queries.limits_of(found.exercise, place)
    if place.role == Role.LEARNER and (attempt is None or packs.unpredicted(attempt)):
        words = gettext("Begin, and lock your own predictions; then look at the drawing of somebody else.")
        return refused(request, words, found.exercise.get_absolute_url())
    try:
        return redirect(services.copy_of(found, person(request)))
    except scenarios.TooManyScenarios as error:
        return refused(request, error, found.exercise.get_absolute_url())


@require_safe
def history(request: HttpRequest, attempt_id: str) -> HttpResponse:
    """Show the edit history of a learner's drawing to staff, revision by revision, or one with ``?step=``.

    ``classes/history.html``: ``attempt``, ``exercise``, ``steps`` (see ``queries.edits``); ``step`` (the one
    that is looked at), ``before`` and ``after`` (the numbers of its neighbours).
    """
    found, place = access.attempt_as(request.user, attempt_id, "see_work")
    steps = queries.edits(found)
    context: dict[str, Any] = {"attempt": found, "exercise": found.exercise, "steps": steps}
    numbers = [str(step["number"]) for step in steps]
    if (asked := request.GET.get("step", "")) in numbers:
        at = numbers.index(asked)
        context |= {"step": steps[at], "before": numbers[at - 1] if at else "", "last": numbers[-1]}
        context["after"] = numbers[at + 1] if at + 1 < len(numbers) else ""
    return page(request, "history.html", found.exercise.course, place, context)


@require_POST
def look(request: HttpRequest, attempt_id: str, number: int) -> HttpResponse:
    """Open a copy of a revision of a learner's drawing as the person's own."""
    found, _ = access.attempt_as(request.user, attempt_id, "see_work")
    revision = queries.revision_of(found, number)
    if revision is None:
        raise Http404("There is no such revision.")
    name = gettext("{shown}: {title}, revision {number}").format(
        shown=found.enrolment.shown, title=found.exercise.title, number=number
    )
    try:
        return redirect(services.copy(revision, person(request), name))
    except scenarios.TooManyScenarios as error:
        return refused(request, error, reverse("classes:attempt", args=[found.pk]))


def _wall(exercise: Exercise) -> str:
    return reverse("classes:wall", args=[exercise.pk])

"""Packs of a course: list, import, export, and writing one in the browser. For owners and instructors."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

import netcore
from sandbox.classes import access, authoring, packs, queries
from sandbox.classes.models import Course, Enrolment, PackDraft, PackVersion
from sandbox.classes.services import packs as services
from sandbox.classes.views.shared import Mistyped, page, person, refused, said, typed
from sandbox.scenarios import access as scenario_access
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios import services as scenarios

_PATH = re.compile(
    r"^((pack|scenario|checks)\.yml|faults\.(yml|json)|(text|after)\.md"
    r"|(reference|wrong|checkpoints)/[a-z0-9][a-z0-9-]{0,59}\.yml)$"
)
_FILES = _(
    "Files are pack.yml, text.md, after.md, scenario.yml, checks.yml, faults.yml, reference/*.yml, "
    "wrong/*.yml and checkpoints/*.yml."
)


@require_safe
def pack_list(request: HttpRequest, course_id: str) -> HttpResponse:
    """Show the packs a course may use.

    ``classes/packs.html``: ``packs`` (newest versions), ``drafts``, ``free_slug`` (proposed for a new one).
    """
    found, place = access.course(request.user, course_id, "author")
    drafts = found.drafts.select_related("base").defer("files", "base__files")
    context = {
        "packs": queries.newest_packs(access.packs(found)),
        "drafts": drafts,
        "free_slug": services.free_slug(found),
    }
    return page(request, "packs.html", found, place, context)


@require_POST
def pack_import(request: HttpRequest, course_id: str) -> HttpResponse:
    """Store a pack from a ZIP archive (``file``) as a version of the course, or say what is wrong."""
    found, place = access.course(request.user, course_id, "author")
    target = _list(found)
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > packs.MAX_ZIP_BYTES:
        return refused(request, gettext("Choose a ZIP archive of a pack, 4 MB at most."), target)
    try:
        files = packs.from_zip(file.read())
        with authoring.trying(person(request)):
            problems = authoring.lint(files)
        if problems:
            context = {"problems": problems, "name": file.name}
            return page(request, "pack_refused.html", found, place, context, 422)
        made = services.publish(found, person(request), files, "imported")
    except (packs.BadArchive, authoring.Untried, services.PackNotTaken) as error:
        return refused(request, error, target)
    return said(request, gettext("{made} is stored.").format(made=made), target)


@require_safe
def pack_export(request: HttpRequest, course_id: str, version_id: str) -> HttpResponse:
    """Send a version of a pack as a ZIP archive."""
    found, _ = access.course(request.user, course_id, "author")
    version = _version(found, version_id)
    response = HttpResponse(packs.to_zip(version.slug, version.files), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{version.slug}-{version.number}.zip"'
    return response


@require_POST
def pack_new(request: HttpRequest, course_id: str) -> HttpResponse:
    """Open the draft of a new pack (``slug``), which begins as a small sound one."""
    found, _ = access.course(request.user, course_id, "author")
    try:
        made = services.new_draft(found, request.POST.get("slug", "").strip())
    except services.PackNotTaken as error:
        return refused(request, error, _list(found))
    return redirect("classes:draft", made.pk)


@require_POST
def draft_new(request: HttpRequest, course_id: str, version_id: str) -> HttpResponse:
    """Open the draft of a pack, made from a version if there is none."""
    found, _ = access.course(request.user, course_id, "author")
    try:
        made = services.draft_of(found, _version(found, version_id))
    except services.PackNotTaken as error:
        return refused(request, error, _list(found))
    return redirect("classes:draft", made.pk)


def _version(course: Course, version_id: str) -> PackVersion:
    version = access.packs(course).filter(pk=version_id).first()
    if version is None:
        raise Http404("There is no such version.")
    return version


@require_safe
def draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show a draft: its files left, what they do right.

    ``classes/draft.html``: ``draft``, ``paths``, ``path`` (``?file=``), ``text``, ``unsaved`` (why the text
    is not that of the draft), ``problems`` (it cannot be read), ``help`` (of ``authoring.help_of``), ``seed``
    (``?seed=``), ``tab`` (``?tab=`` try, preview or none), ``tried`` (see ``authoring.side_by_side``),
    ``preview``.
    """
    found, place = access.draft(request.user, draft_id)
    context, status = _shown(found, request.GET.get("file", "")), 200
    seed, tab = authoring.seed_of(request.GET.get("seed", "0")), request.GET.get("tab", "")
    context |= {"seed": seed, "tab": tab}
    pack, _ = authoring.read(found.files)
    if pack is not None:
        try:
            if tab == "try":
                with authoring.trying(person(request)):
                    context["tried"] = authoring.side_by_side(pack, seed)
            elif tab == "preview":
                context["preview"] = authoring.preview(pack, seed)
        except (netcore.NetcoreError, ValueError) as error:
            context["trouble"] = str(error)
        except authoring.Untried as error:
            context["trouble"] = str(error)
            status = 429 if isinstance(error, authoring.Busy) else 200
    return _draft_page(request, found, place, context, status)


def _draft_page(
    request: HttpRequest, found: PackDraft, place: Enrolment, context: dict[str, Any], status: int
) -> HttpResponse:
    """Return the page of a draft, which no browser keeps: Back shows the saved text and its base."""
    response = page(request, "draft.html", found.course, place, context, status)
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(found: PackDraft, path: str) -> dict[str, Any]:
    """Return what the page of a draft has of one of its files; of the first one where it has no such file."""
    paths = authoring.in_order(found.files)
    path = path if path in found.files else (paths[0] if paths else "")
    _, problems = authoring.read(found.files)
    return {
        "draft": found,
        "paths": paths,
        "path": path,
        "text": found.files.get(path, ""),
        "problems": problems,
        "help": authoring.help_of(found.files, path, problems),
    }


class _Unsaved(Exception):
    """What was written is not saved; the message says why."""

    status = 422


class _Overtaken(_Unsaved):
    """Somebody else saved the draft in the meantime."""

    status = 409


def _save(request: HttpRequest, found: PackDraft) -> PackDraft:
    """Save the file that a form sends (``path``, ``text``, ``base``; ``remove`` takes it away).

    A text that is that of the draft already is left alone, whoever saved it.

    Raises:
        _Unsaved: it was refused, or somebody else saved the draft in the meantime.
    """
    path, files = request.POST.get("path", "").strip(), dict(found.files)
    if not _PATH.match(path):
        raise _Unsaved(str(_FILES))
    if "remove" in request.POST:
        files.pop(path, None)
    else:
        files[path] = request.POST.get("text", "").replace("\r\n", "\n")
    if files == found.files:
        return found
    base = request.POST.get("base", "")
    try:
        return services.save_draft(found, int(base) if base.isdigit() and len(base) < 9 else 0, files)
    except services.Stale as error:
        raise _Overtaken(
            gettext(
                "This draft was saved in the meantime: by you in another tab, or by somebody else. Your text "
                "is still here, and not saved: save it to put it in the place of that one, or reload the "
                "page for that one."
            )
        ) from error
    except services.PackNotTaken as error:
        raise _Unsaved(str(error)) from error


def _unsaved(request: HttpRequest, found: PackDraft, place: Enrolment, error: _Unsaved) -> HttpResponse:
    """Show the page of a draft with the text that was written and not saved, and why it was not."""
    found.refresh_from_db()
    path = request.POST.get("path", "").strip()
    context = {**_shown(found, path), "path": path, "text": request.POST.get("text", "")}
    context |= {"unsaved": str(error), "seed": authoring.seed_of(request.POST.get("seed", "0"))}
    return _draft_page(request, found, place, context, error.status)


@require_POST
def draft_save(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Save one file of a draft (see ``_save``) and show it, with ``tab`` and ``seed`` as ``draft`` does."""
    found, place = access.draft(request.user, draft_id)
    try:
        _save(request, found)
    except _Unsaved as error:
        return _unsaved(request, found, place, error)
    asked = {"file": request.POST["path"].strip()}
    tab = request.POST.get("tab", "")
    if tab in ("try", "preview"):
        asked["tab"] = tab
    if seed := authoring.seed_of(request.POST.get("seed", "0")):
        asked["seed"] = str(seed)
    return redirect(f"{reverse('classes:draft', args=[found.pk])}?{urlencode(asked, safe='/')}")


@require_POST
def draft_publish(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Publish a draft as the next version (``note``) unless lint refuses; ``set`` moves exercises on.

    What the editor has (``path``, ``text``) is saved first, so that nobody publishes an older text.
    """
    found, place = access.draft(request.user, draft_id)
    target = reverse("classes:draft", args=[found.pk])
    if "text" in request.POST:
        try:
            found = _save(request, found)
        except _Unsaved as error:
            return _unsaved(request, found, place, error)
        target += "?" + urlencode({"file": request.POST["path"].strip()}, safe="/")
    try:
        note = typed(request, "note", 200)
        with authoring.trying(person(request)):
            problems = authoring.lint(found.files)
    except (Mistyped, authoring.Untried) as error:
        return refused(request, error, target)
    if problems:
        context = {"problems": problems, "name": found.slug, "back": target}
        return page(request, "pack_refused.html", found.course, place, context, 422)
    try:
        made, new = services.publish_draft(found, person(request), note)
    except services.PackNotTaken as error:
        return refused(request, error, target)
    moved = services.move_exercises(found.course, made) if "set" in request.POST else 0
    if new:
        words = gettext("{pack} is published.").format(pack=made)
    else:
        words = gettext("Nothing changed since version {number}.").format(number=made.number)
    if moved:
        words += " " + ngettext(
            "{count} exercise gives it to who begins now.",
            "{count} exercises give it to who begins now.",
            moved,
        ).format(count=moved)
    return said(request, words, target)


@require_POST
def draft_open(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Open the starting drawing of a draft as a scenario of the author, to be drawn on."""
    found, _ = access.draft(request.user, draft_id)
    target = reverse("classes:draft", args=[found.pk])
    pack, problems = authoring.read(found.files)
    if pack is None:
        return refused(
            request,
            gettext("The pack cannot be read: {problems}").format(problems=problems[0]["message"]),
            target,
        )
    try:
        return redirect(scenarios.create(person(request), netcore.variant(pack, 0).document))
    except (scenarios.Invalid, scenarios.TooManyScenarios) as error:
        return refused(request, error, target)


@require_POST
def draft_take(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Take the newest revision of a scenario of the author (``scenario``: its address) as the start."""
    found, _ = access.draft(request.user, draft_id)
    target = f"{reverse('classes:draft', args=[found.pk])}?file=scenario.yml"
    named = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", request.POST.get("scenario", ""))
    try:
        scenario = scenario_access.scenario_write(request.user, UUID(named.group()) if named else "")
    except (Http404, ValueError):
        return refused(request, gettext("Paste the address of a scenario of yours."), target)
    revision = scenario_queries.revision(scenario)
    assert revision is not None
    files = {**found.files, "scenario.yml": authoring.start_as_yaml(revision.document)}
    try:
        services.save_draft(found, found.saved, files)
    except (services.Stale, services.PackNotTaken) as error:
        return refused(request, error, target)
    return said(request, gettext("{name} is the start now.").format(name=scenario.name), target)


def _list(course: Course) -> str:
    return reverse("classes:packs", args=[course.pk])


@require_safe
def receipt(request: HttpRequest, grading_id: str) -> HttpResponse:
    """Send the signed receipt of a grading, to staff and to its learner once they see all results."""
    grading, place = access.grading(request.user, grading_id)
    exercise = grading.submission.attempt.exercise
    if not (access.allowed("see_work", request.user, place) or exercise.shows_hidden):
        raise Http404("There is no such thing.")
    made = packs.receipt_of(grading)
    if made is None:
        raise Http404("There is no receipt.")
    response = HttpResponse(made, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{grading.pk}.json"'
    return response

"""Packs of a course: list, import, export, and writing one in the browser. For owners and instructors."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

import netcore
from sandbox.classes import access, authoring, packs, queries
from sandbox.classes.models import Course, PackVersion
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

    ``classes/draft.html``: ``draft``, ``paths``, ``path`` (``?file=``), ``text``, ``problems`` (it cannot be
    read), ``help`` (see ``authoring.help_of``), ``seed`` (``?seed=``), ``tab`` (``?tab=`` try, preview or
    none), ``tried`` (see ``authoring.side_by_side``), ``preview``.
    """
    found, place = access.draft(request.user, draft_id)
    paths = authoring.in_order(found.files)
    path = request.GET.get("file", "")
    path = path if path in found.files else (paths[0] if paths else "")
    seed = _seed(request)
    tab = request.GET.get("tab", "")
    pack, problems = authoring.read(found.files)
    status = 200
    context: dict[str, Any] = {
        "draft": found,
        "paths": paths,
        "path": path,
        "text": found.files.get(path, ""),
        "problems": problems,
        "help": authoring.help_of(found.files, path, problems),
        "seed": seed,
        "tab": tab,
    }
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
    return page(request, "draft.html", found.course, place, context, status)


def _seed(request: HttpRequest) -> int:
    asked = request.GET.get("seed", "0")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    return number if number in authoring.SEEDS else 0


@require_POST
def draft_save(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Save one file of a draft (``path``, ``text``, ``base``), or take it away (``remove``)."""
    found, _ = access.draft(request.user, draft_id)
    path, target = request.POST.get("path", "").strip(), reverse("classes:draft", args=[found.pk])
    if not _PATH.match(path):
        return refused(request, str(_FILES), target)
    files = dict(found.files)
    if "remove" in request.POST:
        files.pop(path, None)
    else:
        files[path] = request.POST.get("text", "").replace("\r\n", "\n")
    base = request.POST.get("base", "")
    try:
        services.save_draft(found, int(base) if base.isdigit() and len(base) < 9 else 0, files)
    except (services.Stale, services.PackNotTaken) as error:
        return refused(request, error, f"{target}?file={path}")
    tab = request.POST.get("tab", "")
    return redirect(f"{target}?file={path}{f'&tab={tab}' if tab in ('try', 'preview') else ''}")


@require_POST
def draft_publish(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Publish a draft as the next version (``note``) unless lint refuses; ``set`` moves exercises on."""
    found, place = access.draft(request.user, draft_id)
    target = reverse("classes:draft", args=[found.pk])
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
        made = services.publish_draft(found, person(request), note)
    except services.PackNotTaken as error:
        return refused(request, error, target)
    moved = services.move_exercises(found.course, made) if "set" in request.POST else 0
    words = gettext("{pack} is published.").format(pack=made)
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

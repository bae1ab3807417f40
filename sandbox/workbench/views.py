"""The pages. Each docstring names the template and its context."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from sandbox.classes import access as class_access
from sandbox.classes import authoring
from sandbox.classes import queries as class_queries
from sandbox.runs import services as run_services
from sandbox.scenarios import access as scenario_access
from sandbox.scenarios import queries, services
from sandbox.scenarios import templates as ready_made
from sandbox.sharing import access as sharing_access
from sandbox.sharing import services as sharing_services
from sandbox.workbench import contexts
from sandbox.workbench import glossary as words
from sandbox.workbench.picture import picture

SCENARIOS_PER_PAGE: Final = 24
TEMPLATES_AT_HOME: Final = 4


@require_safe
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """Show a stranger the landing page, and a person their scenarios.

    ``workbench/landing.html``: ``profiles`` (id, title, date, description each).
    ``workbench/home.html``: ``cards`` (list, see ``contexts.card``), ``page`` (Django Page, for its
    numbers), ``total`` (number of scenarios found), ``query`` (the text of ``?q=``), ``limits``
    (``upload_mb``), ``templates`` (the first ones) and ``template_count``; without a query ``runs``
    (``contexts.recent_runs``) and ``visits`` (``contexts.visits``).
    """
    if not request.user.is_authenticated:
        return render(request, "workbench/landing.html", {"profiles": queries.profiles()})
    found = queries.scenarios_of(request.user)
    query = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if query:
        found = found.filter(name__icontains=query)
    page = Paginator(found, SCENARIOS_PER_PAGE).get_page(request.GET.get("page"))
    cards = [contexts.card(scenario) for scenario in page.object_list]
    limits = {"upload_mb": services.MAX_UPLOAD_BYTES // 1_000_000}
    context = {
        "page": page,
        "cards": cards,
        "total": page.paginator.count,
        "query": query,
        "limits": limits,
        "runs": [] if query else contexts.recent_runs(request.user),
        "visits": [] if query else contexts.visits(request.user),
        "templates": list(ready_made.templates().values())[:TEMPLATES_AT_HOME],
        "template_count": len(ready_made.templates()),
    }
    return render(request, "workbench/home.html", context)


@require_safe
@ensure_csrf_cookie
def scenario(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """Show the workbench of one scenario.

    ``workbench/scenario.html``: ``scenario`` (Scenario: id, name, updated, head), ``bootstrap`` (plain
    data for ``json_script``, see ``contexts.bootstrap``). ``?run=<uuid>`` is the browser's business.
    """
    found = scenario_access.scenario_read(request.user, scenario_id)
    bootstrap = contexts.bootstrap(request, found)
    return render(request, "workbench/scenario.html", {"scenario": found, "bootstrap": bootstrap})


@require_safe
def scenario_picture(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """Return the card picture of the newest revision as SVG, with an ETag; not rendered when unchanged."""
    found = scenario_access.scenario_read(request.user, scenario_id)
    number = found.head.number if found.head else 0

    def document() -> Any:
        revision = queries.revision(found)
        return revision.document if revision else {}

    return _picture(request, f"{found.pk}:{number}", document)


@require_safe
def attempt_picture(request: HttpRequest, attempt_id: str, number: int) -> HttpResponse:
    """Return the card picture of a revision of a learner's drawing as SVG, for staff of the course."""
    attempt, _ = class_access.attempt_as(request.user, attempt_id, "see_work")
    revision = class_queries.revision_of(attempt, number)
    if revision is None:
        raise Http404
    return _picture(request, f"{attempt.scenario_id}:{number}", lambda: revision.document, _named(request))


@require_safe
def draft_picture(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Return the card picture of what a draft of a pack begins with (``?seed=``), for who writes it."""
    draft, _ = class_access.draft(request.user, draft_id)
    seed = authoring.seed_of(request.GET.get("seed", "0"))
    version = f"draft:{draft.pk}:{draft.saved}:{seed}"
    return _picture(request, version, lambda: authoring.start_of(draft.files, seed), named=True)


def _named(request: HttpRequest) -> bool:
    """Return whether a picture is asked for that is shown larger, with names (``?named=1``)."""
    return request.GET.get("named") == "1"


def _picture(
    request: HttpRequest, version: str, document: Callable[[], Any], named: bool = False
) -> HttpResponse:
    """Return the picture of a document unless the browser has this version already."""
    etag = '"' + hashlib.sha256(f"{version}:{named}:1".encode()).hexdigest()[:20] + '"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(picture(document(), named=named), content_type="image/svg+xml; charset=utf-8")
        # An SVG opened by itself is a document; it must not run anything even if we escaped badly.
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@ensure_csrf_cookie
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a share link opens, to anybody who holds it.

    ``workbench/shared.html``: ``share`` (Share), ``name``, ``bootstrap`` (plain data for
    ``json_script``, see ``contexts.shared_bootstrap``).
    """
    share = sharing_access.share_open(token)
    if request.user.is_authenticated:
        sharing_services.remember(share, request.user)
    bootstrap = contexts.shared_bootstrap(request, share, token)
    context = {"share": share, "name": bootstrap["scenario"]["name"], "bootstrap": bootstrap}
    response = render(request, "workbench/shared.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """Show the rule cards by area, or those that contain every word of ``?q=``.

    ``workbench/facts.html``: ``areas`` (list of ``{"letter", "title", "cards": [...]}``, each card with
    ``id``, ``statement``, ``facts`` (list of ``{"id", "statement", "source", "confidence"}``), ``source``,
    ``date``, ``confidence``, ``switch``), ``total``, ``found``, ``query``, ``profiles``.
    """
    query = request.GET.get("q", "").strip()[:200]
    areas = contexts.rule_card_areas(query)
    context = {
        "areas": areas,
        "total": len(queries.rule_cards()),
        "found": sum(len(area["cards"]) for area in areas),
        "query": query,
        "profiles": queries.profiles(),
    }
    return render(request, "workbench/facts.html", context)


@require_safe
@ensure_csrf_cookie
def templates(request: HttpRequest) -> HttpResponse:
    """Show the ready-made drawings; anybody may look, who is signed in may begin with one.

    ``workbench/templates.html``: ``groups`` (list of ``{"title", "templates"}``, the latter a list of
    ``scenarios.templates.Template``).
    """
    found = ready_made.templates().values()
    titles = dict.fromkeys(one.group for one in found)
    groups = [{"title": title, "templates": [one for one in found if one.group == title]} for title in titles]
    return render(request, "workbench/templates.html", {"groups": groups})


@require_safe
def template_picture(request: HttpRequest, name: str) -> HttpResponse:
    """Return the card picture of a template as SVG, with an ETag."""
    found = _template(name)
    return _picture(request, f"template:{name}", lambda: found.document)


@require_POST
def template_use(request: HttpRequest, name: str) -> HttpResponse:
    """Make a scenario of a template and open it; a stranger is sent to sign in."""
    found = _template(name)
    return _made(request, lambda user: services.create(user, found.document))


def _template(name: str) -> ready_made.Template:
    try:
        return ready_made.templates()[name]
    except KeyError:
        raise Http404 from None


@login_required
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Show how pages look on this device, and what can be done with the account.

    ``workbench/settings.html``: ``count`` (scenarios of the person), ``wrong`` (why the account was not
    deleted).
    """
    return _settings(request)


def _settings(request: HttpRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    assert request.user.is_authenticated
    context = {"count": queries.scenarios_of(request.user).count(), "wrong": wrong}
    return render(request, "workbench/settings.html", context, status=status)


@login_required
@require_safe
def settings_export(request: HttpRequest) -> StreamingHttpResponse:
    """Send all scenarios of the person as one JSON file: a list of documents as they can be imported."""
    assert request.user.is_authenticated
    response = StreamingHttpResponse(contexts.exported(request.user), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="vnet-sandbox.json"'
    return response


@login_required
@require_POST
def settings_delete(request: HttpRequest) -> HttpResponse:
    """Delete the account; its name must be typed (``name``)."""
    assert request.user.is_authenticated
    if request.POST.get("name", "") != request.user.get_username():
        return _settings(
            request, gettext("That is not the name of this account, so nothing was deleted."), 422
        )
    run_services.delete_person(request.user)
    logout(request)
    return redirect("workbench:home")


@require_safe
def reference(request: HttpRequest) -> JsonResponse:
    """Return the words and the titles of the areas of rules as JSON, for those who show rule cards elsewhere.

    ``{"words": [{"id", "term", "meaning", "azure", "aws", "facts"}], "areas": {letter: title}}``; in the
    reader's language.
    """
    entries = [
        {
            "id": anchor,
            **{key: str(value) if key != "facts" else value for key, value in word._asdict().items()},
        }
        for anchor, word in words.GLOSSARY.items()
    ]
    areas = {letter: str(title) for letter, title in contexts.AREAS.items()}
    return JsonResponse({"words": entries, "areas": areas})


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show the words of this place, or those whose entries hold every word of ``?q=``.

    ``workbench/glossary.html``: ``words`` (pairs of anchor and ``glossary.Word``), ``total``, ``query``.
    """
    query = request.GET.get("q", "").strip()[:200]
    context = {"words": words.find(query), "total": len(words.GLOSSARY), "query": query}
    return render(request, "workbench/glossary.html", context)


@require_POST
def scenario_new(request: HttpRequest) -> HttpResponse:
    """Make an empty scenario and open it; a stranger is sent to sign in."""
    return _made(request, lambda user: services.create(user, {"schema": 1, "name": gettext("New scenario")}))


@require_POST
def scenario_duplicate(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """Copy a scenario and open the copy."""
    found = scenario_access.scenario_read(request.user, scenario_id)
    revision = queries.revision(found)
    assert revision is not None
    return _made(request, lambda user: services.duplicate(revision, user))


@require_POST
def scenario_rename(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """Rename a scenario (``name``) and go back home; a name that cannot be is answered with 422 in words."""
    found = scenario_access.scenario_write(request.user, scenario_id)
    assert request.user.is_authenticated  # nobody else may write
    try:
        services.rename(found, request.POST.get("name", "").strip(), request.user)
    except services.Invalid:
        return _refusal(gettext("A name has 1 to 120 characters."), 422)
    except services.Locked as error:
        return _refusal(str(error), 409)
    return redirect("workbench:home")


@require_POST
def scenario_delete(request: HttpRequest, scenario_id: str) -> HttpResponse:
    """Delete a scenario and go back home."""
    run_services.delete_scenario(scenario_access.scenario_write(request.user, scenario_id))
    return redirect("workbench:home")


def _made(request: HttpRequest, make: Any) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("account_login")
    try:
        made = make(request.user)
    except services.TooManyScenarios as error:
        return _refusal(str(error), 429)
    except (services.InExam, services.PredictFirst) as error:
        return _refusal(str(error), 409)
    return redirect(made.get_absolute_url())


def _refusal(message: str, status: int) -> HttpResponse:
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")

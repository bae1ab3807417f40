"""Data of the pages, as plain values."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sandbox.accounts.models import User
from sandbox.classes import queries as class_queries
from sandbox.runs import queries as run_queries
from sandbox.scenarios import access as scenario_access
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Scenario
from sandbox.sharing import queries as sharing_queries
from sandbox.sharing.models import Share

AREAS: Final = {
    "A": _("Addressing"),
    "B": _("Layer 2"),
    "C": _("Protocols and packet size"),
    "D": _("Routes"),
    "E": _("IP forwarding and spoof protection"),
    "F": _("Security groups"),
    "G": _("Peering"),
    "H": _("VPN and ExpressRoute gateways, BGP"),
    "I": _("Route Server, routing protocols between VMs"),
    "J": _("Load balancer"),
    "K": _("Internet access"),
    "L": _("AWS contrasts"),
    "M": _("Regions and zones"),
    "N": _("Open points"),
}
"""Titles of the areas of the fact ids."""

RECENT: Final = 6
"""So many runs stand on the first page."""

_API: Final = "/api/v1"


def card(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's card: id, name, description, revision, problems, updated, counts, urls.

    ``url`` opens it, ``picture_url`` is its picture (the revision in the query keeps caches right),
    ``duplicate_url``, ``rename_url`` (``name``) and ``delete_url`` take a POST; ``copies``: it may be copied.
    """
    head, url = scenario.head, scenario.get_absolute_url()
    number = head.number if head else 0
    return {
        "id": str(scenario.pk),
        "name": scenario.name,
        "description": head.description if head else "",
        "revision": number,
        "problems": head.problems if head else 0,
        "updated": scenario.updated,
        "counts": head.counts if head else {},
        "url": url,
        "picture_url": f"{url}picture.svg?v={number}",
        "duplicate_url": f"{url}duplicate/",
        "copies": not scenario.exam and not scenario.withheld,
        "rename_url": f"{url}rename/",
        "delete_url": f"{url}delete/",
    }


async def exported(user: User) -> AsyncIterator[str]:
    """Yield a JSON list of the newest documents of all of a person's scenarios, one at a time."""
    between = "[\n"
    async for revision in scenario_queries.heads_of(user).aiterator(chunk_size=1):
        yield between + json.dumps(revision.document)
        between = ",\n"
    yield "\n]\n" if between == ",\n" else "[]\n"


def recent_runs(user: User) -> list[dict[str, Any]]:
    """Return the newest runs: ``kind``, ``state``, ``state_words``, ``scenario``, ``url``, ``created``."""
    return [
        {
            "kind": run.get_kind_display(),
            "state": run.state,
            "state_words": run.get_state_display(),
            "scenario": run.scenario.name,
            "url": f"{run.scenario.get_absolute_url()}?run={run.pk}",
            "created": run.created,
        }
        for run in run_queries.recent_runs(user, RECENT)
        if run.scenario is not None
    ]


def visits(user: User) -> list[dict[str, Any]]:
    """Return links a person opened: ``name``, ``owner``, ``revision`` (a number), ``opened``, ``url``."""
    return [
        {
            "name": visit.share.scenario.name,
            "owner": visit.share.scenario.owner.get_username(),
            "revision": visit.share.revision.number,
            "opened": visit.opened,
            "url": f"/s/{token}/",
        }
        for visit, token in sharing_queries.visits_of(user, RECENT)
    ]


def user(request: HttpRequest) -> dict[str, Any] | None:
    """Return who is signed in, for the browser; None for a stranger."""
    if not request.user.is_authenticated:
        return None
    who = request.user
    return {"key": str(who.pk), "name": who.get_username(), "guest": who.is_guest}


def bootstrap(request: HttpRequest, scenario: Scenario) -> dict[str, Any]:
    """Return what the workbench starts with.

    ``{"mode": "edit", "scenario": {"id", "name", "revision"}, "can": {...}, "user": {"key", "name", "guest"},
    "exercise": {"title", "url"} or None (see ``classes.queries.exercise_of``),
    "withheld": [{"title", "url", "told"}] (see ``Scenario.withheld``),
    "urls": {"api", "scenario", "runs", "routes", "rules", "guest", "health", "designs", "shares",
    "document", "imports", "home", "claim", "facts", "glossary", "reference", "run", "run_events",
    "run_columns", "run_cancel", "run_socket"}}``; ``{run}`` in an address stands for a run's id.
    """
    api = f"{_API}/scenarios/{scenario.pk}"
    return {
        "mode": "edit",
        "scenario": {
            "id": str(scenario.pk),
            "name": scenario.name,
            "revision": scenario.head.number if scenario.head else 0,
        },
        "can": scenario_access.can(request.user, scenario),
        "user": user(request),
        "exercise": class_queries.exercise_of(scenario),
        "withheld": scenario.withheld,
        "urls": {
            "api": _API,
            "scenario": api,
            "runs": f"{api}/runs",
            "routes": f"{api}/routes",
            "rules": f"{api}/rules",
            "guest": f"{api}/guest",
            "health": f"{api}/health",
            "designs": f"{api}/designs",
            "shares": f"{api}/shares",
            "document": f"{api}/document.json",
            "imports": f"{_API}/imports",
            "home": "/",
            "claim": "/accounts/claim/",
            "facts": "/facts/",
            "glossary": "/glossary/",
            "reference": "/reference.json",
            "run": f"{_API}/runs/{{run}}",
            "run_events": f"{_API}/runs/{{run}}/events",
            "run_columns": f"{_API}/runs/{{run}}/columns",
            "run_cancel": f"{_API}/runs/{{run}}/cancel",
            "run_socket": "/ws/runs/{run}/",
        },
    }


def shared_bootstrap(request: HttpRequest, share: Share, token: str) -> dict[str, Any]:
    """Return what the shared page starts with.

    ``{"mode": "shared", "scenario": {"name", "revision"}, "can": {"fork": true}, "user": ... | None,
    "runs": [run ids, newest first], "urls": {"api", "shared", "routes", "rules", "guest", "health",
    "fork", "home", "facts", "glossary", "reference", "run_events", "run_columns", "run_socket"}}``;
    ``{run}`` in an address stands for a run's id.
    """
    api = f"{_API}/shared/{token}"
    return {
        "mode": "shared",
        "scenario": {"name": share.revision.document["name"], "revision": share.revision.number},
        "can": {"edit": False, "run": False, "share": False, "download": False, "fork": True},
        "user": user(request),
        "runs": [run_queries.payload(run)["id"] for run in sharing_queries.runs_of(share)],
        "urls": {
            "api": _API,
            "shared": api,
            "routes": f"{api}/routes",
            "rules": f"{api}/rules",
            "guest": f"{api}/guest",
            "health": f"{api}/health",
            "fork": f"{api}/fork",
            "home": "/",
            "facts": "/facts/",
            "glossary": "/glossary/",
            "reference": "/reference.json",
            "run_events": f"{api}/runs/{{run}}/events",
            "run_columns": f"{api}/runs/{{run}}/columns",
            "run_socket": f"/ws/shared/{token}/runs/{{run}}/",
        },
    }


def rule_card_areas(query: str) -> list[dict[str, Any]]:
    """Return the rule cards that contain every word of the query, by area, in the order of the fact ids."""
    words = query.lower().split()
    known = scenario_queries.facts()
    areas: dict[str, list[dict[str, Any]]] = {}
    for raw in scenario_queries.rule_cards():
        facts = [{"id": key, **known.get(key, {})} for key in raw["facts"]]
        shown = {**raw, "facts": facts}
        if all(word in _haystack(shown) for word in words):
            letter = raw["facts"][0][:1].upper() if raw["facts"] else ""
            areas.setdefault(letter, []).append(shown)
    return [
        {"letter": letter, "title": AREAS.get(letter, _("Ours")), "cards": sorted(cards, key=_order)}
        for letter, cards in sorted(areas.items(), key=lambda item: item[0] or "~")
    ]


def _haystack(shown: dict[str, Any]) -> str:
    parts = [str(shown[key]) for key in ("id", "statement", "source") if shown.get(key)]
    parts += [f"{fact['id']} {fact.get('statement', '')} {fact.get('source', '')}" for fact in shown["facts"]]
    return " ".join(parts).lower()


def _order(shown: dict[str, Any]) -> tuple[Any, ...]:
    first = shown["facts"][0]["id"] if shown["facts"] else shown["id"]
    number = re.search(r"\d+", first)
    return (int(number.group()) if number else 0, shown["id"])

"""What the engine knows: rule cards, timing profiles, the schema of documents."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from sandbox.api import schemas
from sandbox.scenarios import queries

router = Router(tags=["reference"])


@router.get("/rule-cards", response=schemas.RuleCardsOut)
def rule_cards(request: HttpRequest) -> dict[str, Any]:
    """Return every rule of the engine with its source, and the facts behind the rules."""
    return {"cards": queries.rule_cards(), "facts": queries.facts()}


@router.get("/profiles", response=schemas.ProfilesOut)
def profiles(request: HttpRequest) -> dict[str, Any]:
    """Return the rule profiles a drawing may be run under, the newest first."""
    return {"items": queries.profiles()}


@router.get("/profiles/{profile_id}/switches", response={200: schemas.SwitchesOut, 404: schemas.ErrorOut})
def profile_switches(request: HttpRequest, profile_id: str) -> dict[str, Any]:
    """Return what a drawing may set otherwise than its profile does, and the words the profile lacks."""
    found = queries.switches(profile_id)
    if found is None:
        raise Http404("There is no such profile.")
    return found


@router.get("/failover", response=schemas.FailoverChoicesOut)
def failover_choices(request: HttpRequest) -> dict[str, Any]:
    """Return kinds of faults with their fields, conditions, and how often things happen in a month."""
    return queries.failover_choices()


@router.get("/timing", response=dict[str, list[dict[str, str]]])
def timing_profiles(request: HttpRequest) -> dict[str, Any]:
    """Return the timing profiles there are, without their numbers."""
    return {"items": queries.timings()}


@router.get("/timing/{profile_id}", response={200: dict[str, Any], 404: schemas.ErrorOut})
def timing_profile(request: HttpRequest, profile_id: str) -> dict[str, Any]:
    """Return a timing profile: every number with its unit, grade and source."""
    found = queries.timing(profile_id)
    if found is None:
        raise Http404("There is no such timing profile.")
    return found


@router.get("/schema/scenario.json", response=dict[str, Any])
def scenario_schema(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON Schema of the scenario document."""
    return queries.document_schema()

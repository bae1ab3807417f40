"""Scenarios: list, save, edit, ask for routes, download."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Annotated, Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Path, Query, Router, Status

from sandbox.api import schemas
from sandbox.api.auth import PerPerson, SignedIn, person
from sandbox.runs import queries as run_queries
from sandbox.runs import services as run_services
from sandbox.runs.models import State
from sandbox.scenarios import access, queries, restrictions, services
from sandbox.scenarios.models import Revision, Scenario

router = Router(tags=["scenarios"], auth=SignedIn())

_Errors = schemas.ErrorOut
"""Shape of every refusal."""

Nic = Annotated[str, Query(max_length=80, description="id of a NIC of the drawing")]
Vm = Annotated[str, Query(max_length=80, description="id of a VM of the drawing")]
Fault = Annotated[str, Query(max_length=80, description="id of a fault of the drawing")]
Chosen = Annotated[list[str], Query(max_length=6, description="ids of designs, the name repeated")]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="a revision; the newest without it")]

Before = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="the revision before without it; 0: an empty drawing")
]


def revision_or_404(scenario: Scenario, number: int | None) -> Revision:
    """Return a revision with its document, the newest without a number.

    Raises:
        Http404: the scenario has no revision of this number.
    """
    found = queries.revision(scenario, number)
    if found is None:
        raise Http404("There is no such revision.")
    return found


def made(scenario: Scenario) -> Status[dict[str, str]]:
    """Return the answer to something new."""
    return Status(201, {"id": str(scenario.id), "url": scenario.get_absolute_url()})


@router.get("/scenarios", response={200: schemas.ScenarioList, 401: _Errors})
def list_scenarios(request: HttpRequest) -> dict[str, Any]:
    """Return the person's scenarios, newest first, without documents."""
    return {
        "items": [
            {
                "id": str(scenario.id),
                "name": scenario.name,
                "description": scenario.head.description,
                "revision": scenario.head.number,
                "updated_at": scenario.updated.isoformat(),
                "counts": scenario.head.counts,
                "url": scenario.get_absolute_url(),
            }
            for scenario in queries.scenarios_of(person(request))
            if scenario.head
        ]
    }


@router.post(
    "/scenarios",
    response={
        201: schemas.Made,
        400: _Errors,
        401: _Errors,
        403: _Errors,
        413: _Errors,
        422: _Errors,
        429: _Errors,
    },
    throttle=[PerPerson("create", "120/m")],
)
def create_scenario(request: HttpRequest, body: schemas.CreateIn) -> Status[dict[str, str]]:
    """Save a document as a new scenario. A drawing with problems is saved; what is no drawing is refused."""
    return made(services.create(person(request), body.document))


@router.get("/scenarios/{scenario_id}", response={200: schemas.ScenarioOut, 404: _Errors})
def get_scenario(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """Return the newest document with all its problems."""
    scenario = access.scenario_read(request.user, scenario_id)
    revision = revision_or_404(scenario, None)
    return {
        "id": str(scenario.id),
        "name": scenario.name,
        **edited(revision),
        "can": access.can(request.user, scenario),
        "withheld": scenario.withheld,
    }


def edited(revision: Revision) -> dict[str, Any]:
    """Return a revision with its document and problems."""
    return {
        "revision": revision.number,
        "document": revision.document,
        "problems": queries.problems(revision),
        "runnable": queries.runnable(revision),
    }


_EDIT_ANSWERS: Final[dict[int, Any]] = {
    200: schemas.PatchOut,
    400: _Errors,
    403: _Errors,
    404: _Errors,
    409: schemas.StaleOut,
    413: _Errors,
    422: _Errors,
    429: _Errors,
}


@router.patch(
    "/scenarios/{scenario_id}",
    response=_EDIT_ANSWERS,
    throttle=[PerPerson("edit", "600/m")],
)
def edit_scenario(request: HttpRequest, scenario_id: str, body: schemas.PatchIn) -> dict[str, Any]:
    """Apply a JSON Patch to the revision it was made on; stale: 409 with the newest one."""
    scenario = access.scenario_write(request.user, scenario_id)
    made = services.apply_patch(scenario, body.base, _patch(body.patch), person(request))
    return _asked(request, body, made)


@router.post(
    "/scenarios/{scenario_id}/edits",
    response=_EDIT_ANSWERS,
    throttle=[PerPerson("edit", "600/m")],
)
def edit_scenario_often(request: HttpRequest, scenario_id: str, body: schemas.EditsIn) -> dict[str, Any]:
    """Apply several edits, all or none, each as a revision; a refusal says in ``edit`` which one it means."""
    scenario = access.scenario_write(request.user, scenario_id)
    patches = [_patch(edit) for edit in body.edits]
    return _asked(request, body, services.apply_patches(scenario, body.base, patches, person(request)))


def _asked(request: HttpRequest, body: schemas.Edit, revision: Revision) -> dict[str, Any]:
    """Return the revision that edits made, and the matrix that is asked with them."""
    answer = edited(revision)
    if body.minimal and revision.as_sent:
        answer["document"] = None
    if body.matrix is None:
        return answer
    run = run_services.ask_after_edit(person(request), revision, body.matrix)
    if run is None:
        return answer
    columns = None
    if run.state == State.SUCCEEDED:
        columns = b64encode(b"".join(run_queries.columns_of(run.pk, 0))).decode()
    return answer | {"run": run_queries.payload(run), "columns": columns}


def _patch(operations: list[schemas.Operation]) -> list[dict[str, Any]]:
    return [operation.model_dump(by_alias=True, exclude_unset=True) for operation in operations]


@router.get("/scenarios/{scenario_id}/revisions", response={200: schemas.RevisionList, 404: _Errors})
def list_revisions(request: HttpRequest, scenario_id: str, before: Number = None) -> dict[str, Any]:
    """Return the history, newest first and a hundred at a time, without documents."""
    return {"items": queries.revisions(access.scenario_read(request.user, scenario_id), before)}


@router.get(
    "/scenarios/{scenario_id}/changes",
    response={200: schemas.DifferenceList, 404: _Errors, 422: _Errors},
)
def list_changes(
    request: HttpRequest, scenario_id: str, after: Number = None, before: Before = None
) -> dict[str, Any]:
    """Return in words what is different between two revisions; nothing was there before revision 0."""
    scenario = access.scenario_read(request.user, scenario_id)
    found = revision_or_404(scenario, after)
    number = found.number - 1 if before is None else before
    return {"items": queries.changes_between(revision_or_404(scenario, number) if number else None, found)}


@router.put(
    "/scenarios/{scenario_id}/revisions/{number}/label",
    response={204: None, 403: _Errors, 404: _Errors, 422: _Errors},
)
def label_revision(
    request: HttpRequest,
    scenario_id: str,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    body: schemas.LabelIn,
) -> Status[None]:
    """Give a revision a name."""
    scenario = access.scenario_write(request.user, scenario_id)
    services.label(revision_or_404(scenario, number), body.label)
    return Status(204, None)


@router.delete("/scenarios/{scenario_id}", response={204: None, 403: _Errors, 404: _Errors})
def delete_scenario(request: HttpRequest, scenario_id: str) -> Status[None]:
    """Delete a scenario, its runs and its links."""
    run_services.delete_scenario(access.scenario_write(request.user, scenario_id))
    return Status(204, None)


@router.post(
    "/scenarios/{scenario_id}/duplicate",
    response={201: schemas.Made, 403: _Errors, 404: _Errors, 409: _Errors, 429: _Errors},
    throttle=[PerPerson("create", "120/m")],
)
def duplicate_scenario(request: HttpRequest, scenario_id: str) -> Status[dict[str, str]]:
    """Save a copy of the newest revision as a new scenario."""
    scenario = access.scenario_read(request.user, scenario_id)
    return made(services.duplicate(revision_or_404(scenario, None), person(request)))


@router.get(
    "/scenarios/{scenario_id}/document.json", response={200: dict[str, Any], 404: _Errors, 409: _Errors}
)
def download_document(request: HttpRequest, scenario_id: str, revision: Number = None) -> HttpResponse:
    """Return a document as a file."""
    scenario = access.scenario_read(request.user, scenario_id)
    restrictions.may_leave(scenario)
    found = revision_or_404(scenario, revision)
    response = JsonResponse(found.document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = re.sub(r"[^A-Za-z0-9]+", "-", scenario.name).strip("-").lower() or "scenario"
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def told_of(request: HttpRequest, scenario_id: str, number: int | None) -> Revision:
    """Return a revision that the engine is asked about.

    Raises:
        Http404: as ``revision_or_404``.
        PredictFirst: predictions about it are not locked yet.
    """
    scenario = access.scenario_read(request.user, scenario_id)
    restrictions.may_tell(scenario, "packets")
    return revision_or_404(scenario, number)


def routes_of(revision: Revision, nic: str) -> dict[str, Any]:
    """Return the answer about a NIC's effective routes."""
    return {"nic": nic, **queries.effective_routes(revision, nic)}


@router.get(
    "/scenarios/{scenario_id}/health",
    response={200: schemas.HealthOut, 404: _Errors, 409: _Errors, 422: _Errors},
)
def health(request: HttpRequest, scenario_id: str, revision: Number = None) -> dict[str, Any]:
    """Return the health of every backend by balancing rule, and the warnings of the drawing."""
    return queries.health(told_of(request, scenario_id, revision))


@router.get(
    "/scenarios/{scenario_id}/routes",
    response={200: schemas.RoutesOut, 404: _Errors, 409: _Errors, 422: _Errors},
)
def effective_routes(
    request: HttpRequest, scenario_id: str, nic: Nic, revision: Number = None
) -> dict[str, Any]:
    """Return the effective routes of a NIC."""
    found = told_of(request, scenario_id, revision)
    return routes_of(found, nic)


@router.get(
    "/scenarios/{scenario_id}/rules",
    response={200: schemas.RulesOut, 404: _Errors, 409: _Errors, 422: _Errors},
)
def effective_rules(
    request: HttpRequest, scenario_id: str, nic: Nic, revision: Number = None
) -> dict[str, Any]:
    """Return the security rules in force at a NIC, both directions in evaluation order."""
    found = told_of(request, scenario_id, revision)
    return {"nic": nic, **queries.effective_rules(found, nic)}


@router.post(
    "/scenarios/{scenario_id}/preview",
    response={
        200: schemas.PreviewOut,
        400: _Errors,
        403: _Errors,
        404: _Errors,
        409: _Errors,
        413: _Errors,
        422: _Errors,
        429: _Errors,
    },
    throttle=[PerPerson("preview", "240/m")],
)
def preview_edit(request: HttpRequest, scenario_id: str, body: schemas.PreviewIn) -> dict[str, Any]:
    """Return the routes and rules that an edit would give a NIC. Nothing is saved."""
    scenario = access.scenario_write(request.user, scenario_id)
    restrictions.may_tell(scenario, "packets")
    patch = [operation.model_dump(by_alias=True, exclude_unset=True) for operation in body.patch]
    return {"nic": body.nic, **queries.preview(revision_or_404(scenario, body.base), patch, body.nic)}


@router.get(
    "/scenarios/{scenario_id}/guest",
    response={200: schemas.GuestOut, 404: _Errors, 409: _Errors, 422: _Errors},
)
def guest_view(request: HttpRequest, scenario_id: str, vm: Vm, revision: Number = None) -> dict[str, Any]:
    """Return what the guest of a VM believes, beside what the platform gave it."""
    found = told_of(request, scenario_id, revision)
    return queries.guest_view(found, vm)


@router.get(
    "/scenarios/{scenario_id}/sweep-parameters",
    response={200: schemas.SweepParametersOut, 404: _Errors, 422: _Errors},
)
def sweep_parameters(
    request: HttpRequest, scenario_id: str, fault: Fault, designs: Chosen, revision: Number = None
) -> dict[str, Any]:
    """Return the numbers that these designs use for a fault, with values worth trying."""
    found = revision_or_404(access.scenario_read(request.user, scenario_id), revision)
    return {"items": queries.sweep_parameters(found, fault, designs)}


@router.get(
    "/scenarios/{scenario_id}/designs", response={200: schemas.DesignsOut, 404: _Errors, 422: _Errors}
)
def failover_designs(request: HttpRequest, scenario_id: str, revision: Number = None) -> dict[str, Any]:
    """Return the failover designs the drawing can play, and its faults."""
    found = revision_or_404(access.scenario_read(request.user, scenario_id), revision)
    return queries.designs_and_faults(found)

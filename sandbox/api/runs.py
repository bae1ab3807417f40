"""Runs: start, look, cancel, import a file."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from ninja import Body, File, Query, Router, Status
from ninja.files import UploadedFile

from sandbox.api import schemas
from sandbox.api.auth import PerPerson, SignedIn, person
from sandbox.api.errors import Refusal
from sandbox.api.scenarios import revision_or_404
from sandbox.runs import access, export, queries, services
from sandbox.runs.models import Kind, Run
from sandbox.scenarios import access as scenario_access
from sandbox.scenarios import services as scenario_services

router = Router(tags=["runs"], auth=SignedIn())

_Errors = schemas.ErrorOut
_RUNS_LISTED = 100

After = Annotated[int, Query(ge=0, le=2**31 - 1, description="the last number you have")]
Limit = Annotated[int, Query(ge=1, le=1000)]


def events_page(run: Run, after: int, limit: int) -> dict[str, Any]:
    """Return events of a run and where it stands; the run was read before the events."""
    return {
        "events": queries.events_after(run.pk, after, limit),
        "state": run.state,
        "last_seq": run.last_seq,
    }


def csv_file(run: Run) -> HttpResponse:
    """Return what a run found as a CSV file."""
    response = HttpResponse(export.as_csv(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="run-{run.pk}.csv"'
    return response


def json_file(run: Run) -> HttpResponse:
    """Return what a run found as a JSON file."""
    response = JsonResponse(export.as_json(run))
    response["Content-Disposition"] = f'attachment; filename="run-{run.pk}.json"'
    return response


COLUMNS: dict[str, Any] = {
    "responses": {
        200: {
            "description": "Tables of numbers, one after the other.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
"""What the schema says of columns."""


def columns_file(request: HttpRequest, run: Run, after: int) -> HttpResponseBase:
    """Return the columns of a run behind a number; 304 where the browser has them."""
    etag = f'"{run.pk}-{after}-{queries.last_columns(run.pk)}"'
    found = get_conditional_response(request, etag=etag)
    if found is None:
        content = b"".join(queries.columns_of(run.pk, after))
        found = HttpResponse(content, content_type="application/octet-stream")
    found["ETag"] = etag
    # Whoever uses this browser next has other cookies, so rights are looked at again.
    found["Vary"] = "Cookie"
    lasting = "private, max-age=31536000, immutable"
    found["Cache-Control"] = "private, no-cache" if run.is_open else lasting
    return found


@router.post(
    "/imports",
    response={202: schemas.ImportOut, 401: _Errors, 403: _Errors, 413: _Errors, 422: _Errors, 429: _Errors},
    throttle=[PerPerson("import", "30/m")],
)
def import_file(request: HttpRequest, file: Annotated[UploadedFile, File()]) -> Status[dict[str, Any]]:
    """Queue the import of a file: an ARM template, or a scenario document of ours."""
    owner = person(request)
    if (file.size or 0) > scenario_services.MAX_UPLOAD_BYTES:  # before a byte of it is read
        raise Refusal(413, scenario_services.upload_too_large())
    upload = scenario_services.store_upload(owner, file.name or "", file.size, file.read())
    return Status(202, {"run": queries.payload(services.start_import(owner, upload))})


@router.get("/scenarios/{scenario_id}/runs", response={200: schemas.RunList, 404: _Errors})
def list_runs(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """Return the newest runs of a scenario, without those in the background."""
    scenario = scenario_access.scenario_read(request.user, scenario_id)
    return {"items": [queries.payload(run) for run in queries.listed(scenario)[:_RUNS_LISTED]]}


@router.post(
    "/scenarios/{scenario_id}/runs",
    response={
        202: schemas.RunOut,
        400: _Errors,
        403: _Errors,
        404: _Errors,
        409: _Errors,
        413: _Errors,
        422: _Errors,
        429: _Errors,
    },
    throttle=[PerPerson("run", "240/m")],
)
def start_run(request: HttpRequest, scenario_id: str, body: schemas.RunIn) -> Status[dict[str, Any]]:
    """Queue a run. Its events come over the socket of the run, or from its events page."""
    scenario = scenario_access.scenario_write(request.user, scenario_id)
    revision = revision_or_404(scenario, body.revision)
    run = services.start(
        person(request), revision, Kind(body.kind), body.parameters, background=body.background
    )
    return Status(202, dict(queries.payload(run)))


@router.get("/runs/{run_id}", response={200: schemas.RunOut, 404: _Errors})
def get_run(request: HttpRequest, run_id: str) -> queries.RunPayload:
    """Return a run."""
    return queries.payload(access.run_read(request.user, run_id))


@router.get("/runs/{run_id}/events", response={200: schemas.EventsOut, 404: _Errors, 422: _Errors})
def get_events(request: HttpRequest, run_id: str, after: After = 0, limit: Limit = 500) -> dict[str, Any]:
    """Return events behind a number, in order, without holes."""
    return events_page(access.run_read(request.user, run_id), after, limit)


@router.get(
    "/runs/{run_id}/columns",
    response={200: None, 304: None, 401: _Errors, 404: _Errors, 422: _Errors, 429: _Errors},
    throttle=[PerPerson("columns", "240/m")],
    openapi_extra=COLUMNS,
)
def get_columns(request: HttpRequest, run_id: str, after: After = 0) -> HttpResponseBase:
    """Return the tables of numbers that came with events behind a number, as bytes.

    Each is announced by an event ``run.columns``. A table is ``VNC1``, three uint32 (bytes of the head, rows,
    bytes of the whole table), a head in JSON that names the columns and their types, and the columns; numbers
    are little-endian. Tables follow one another. Of a run that has ended they never change.
    """
    return columns_file(request, access.run_read(request.user, run_id), after)


@router.post(
    "/runs/{run_id}/cancel", response={202: schemas.RunOut, 403: _Errors, 404: _Errors, 409: _Errors}
)
def cancel_run(request: HttpRequest, run_id: str) -> Status[dict[str, Any]]:
    """Ask a run to stop; what it found is kept. A finished run stays as it is; a grading is not cancelled."""
    run = access.run_write(request.user, run_id)
    return Status(202, dict(queries.payload(services.cancel_asked(run))))


@router.post(
    "/runs/{run_id}/commands",
    response={202: schemas.CommandOut, 403: _Errors, 404: _Errors, 409: _Errors, 422: _Errors, 429: _Errors},
    throttle=[PerPerson("command", "240/m")],
)
def send_command(
    request: HttpRequest, run_id: str, body: Annotated[dict[str, Any], Body()]
) -> Status[dict[str, int]]:
    """Ask something of a live run: inject a step, set the pace (0 pauses), or end it.

    What became of it is an event of the run, ``live.command``, with the number that is returned here.
    """
    run = access.run_write(request.user, run_id)
    return Status(202, {"number": services.command(run, person(request), body)})


@router.get(
    "/runs/{run_id}/export.csv",
    response={200: str, 404: _Errors, 429: _Errors},
    throttle=[PerPerson("export", "60/m")],
)
def export_csv(request: HttpRequest, run_id: str) -> HttpResponse:
    """Return what a run found as CSV, with seed, parameters and engine at the head."""
    return csv_file(access.run_read(request.user, run_id))


@router.get(
    "/runs/{run_id}/export.json",
    response={200: dict[str, Any], 404: _Errors, 429: _Errors},
    throttle=[PerPerson("export", "60/m")],
)
def export_json(request: HttpRequest, run_id: str) -> HttpResponse:
    """Return what a run found as JSON, with seed, parameters and engine."""
    return json_file(access.run_read(request.user, run_id))

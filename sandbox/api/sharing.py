"""Share links: make, list, revoke; and what a link opens."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from ninja import Router, Status

from sandbox.accounts import services as accounts
from sandbox.accounts.models import User
from sandbox.api import schemas
from sandbox.api.auth import PerPerson, SignedIn, person
from sandbox.api.runs import COLUMNS, After, Limit, columns_file, csv_file, events_page, json_file
from sandbox.api.scenarios import Nic, Vm, edited, made, routes_of
from sandbox.runs import queries as run_queries
from sandbox.scenarios import access as scenario_access
from sandbox.scenarios import queries as scenario_queries
from sandbox.sharing import access, queries, services

router = Router(tags=["sharing"])

Response = TypeVar("Response", bound=HttpResponseBase)

_Errors = schemas.ErrorOut
_SESSION_BACKEND = "django.contrib.auth.backends.ModelBackend"


@router.post(
    "/scenarios/{scenario_id}/shares",
    auth=SignedIn(),
    response={
        201: schemas.ShareMade,
        400: _Errors,
        403: _Errors,
        404: _Errors,
        422: _Errors,
        429: _Errors,
    },
    throttle=[PerPerson("share", "60/m")],
)
def create_share(request: HttpRequest, scenario_id: str, body: schemas.ShareIn) -> Status[dict[str, str]]:
    """Make a link to a revision and some of its runs. Its address is shown this once."""
    scenario = scenario_access.scenario_write(request.user, scenario_id)
    share, token = services.create(scenario, person(request), _uuids(body.runs))
    url = request.build_absolute_uri(f"/s/{token}/")
    return Status(201, {"id": str(share.id), "url": url, "created_at": share.created.isoformat()})


@router.get(
    "/scenarios/{scenario_id}/shares",
    auth=SignedIn(),
    response={200: schemas.ShareList, 401: _Errors, 404: _Errors},
)
def list_shares(request: HttpRequest, scenario_id: str) -> dict[str, Any]:
    """Return the open links of a scenario, without their addresses."""
    scenario = scenario_access.scenario_write(request.user, scenario_id)
    return {
        "items": [
            {
                "id": str(share.id),
                "revision": share.revision.number,
                "runs": [str(run.pk) for run in share.runs.all()],
                "created_at": share.created.isoformat(),
                "expires_at": share.expires.isoformat() if share.expires else None,
            }
            for share in queries.shares_of(scenario)
        ]
    }


@router.delete(
    "/shares/{share_id}",
    auth=SignedIn(),
    response={204: None, 401: _Errors, 403: _Errors, 404: _Errors},
)
def revoke_share(request: HttpRequest, share_id: str) -> Status[None]:
    """End a link for good; sockets that came through it are closed."""
    services.revoke(access.share_write(request.user, share_id))
    return Status(204, None)


@router.get("/shared/{token}", response={200: schemas.SharedOut, 404: _Errors})
def get_shared(request: HttpRequest, response: HttpResponse, token: str) -> dict[str, Any]:
    """Return what a link shows."""
    share = access.share_open(token)
    response["Referrer-Policy"] = "no-referrer"
    return {
        "name": share.revision.document["name"],
        **edited(share.revision),
        "runs": [run_queries.payload(run) for run in queries.runs_of(share)],
        "can": {"fork": True},
    }


@router.get("/shared/{token}/routes", response={200: schemas.RoutesOut, 404: _Errors, 422: _Errors})
def get_shared_routes(request: HttpRequest, token: str, nic: Nic) -> dict[str, Any]:
    """Return the effective routes of a NIC in the shared revision."""
    share = access.share_open(token)
    return routes_of(share.revision, nic)


@router.get("/shared/{token}/health", response={200: schemas.HealthOut, 404: _Errors, 422: _Errors})
def get_shared_health(request: HttpRequest, token: str) -> dict[str, Any]:
    """Return the health of every backend and the warnings of the shared revision."""
    return scenario_queries.health(access.share_open(token).revision)


@router.get("/shared/{token}/rules", response={200: schemas.RulesOut, 404: _Errors, 422: _Errors})
def get_shared_rules(request: HttpRequest, token: str, nic: Nic) -> dict[str, Any]:
    """Return the security rules in force at a NIC in the shared revision."""
    share = access.share_open(token)
    return {"nic": nic, **scenario_queries.effective_rules(share.revision, nic)}


@router.get("/shared/{token}/guest", response={200: schemas.GuestOut, 404: _Errors, 422: _Errors})
def get_shared_guest(request: HttpRequest, token: str, vm: Vm) -> dict[str, Any]:
    """Return what the guest of a VM believes in the shared revision."""
    return scenario_queries.guest_view(access.share_open(token).revision, vm)


@router.get(
    "/shared/{token}/runs/{run_id}/events", response={200: schemas.EventsOut, 404: _Errors, 422: _Errors}
)
def get_shared_events(
    request: HttpRequest, token: str, run_id: str, after: After = 0, limit: Limit = 500
) -> dict[str, Any]:
    """Return events of a shared run behind a number."""
    return events_page(access.shared_run(token, run_id), after, limit)


@router.get(
    "/shared/{token}/runs/{run_id}/export.csv",
    response={200: str, 404: _Errors, 429: _Errors},
    throttle=[PerPerson("export", "60/m")],
)
def export_shared_csv(request: HttpRequest, token: str, run_id: str) -> HttpResponse:
    """Return what a shared run found as CSV."""
    return _quiet(csv_file(access.shared_run(token, run_id)))


@router.get(
    "/shared/{token}/runs/{run_id}/columns",
    response={200: None, 304: None, 404: _Errors, 422: _Errors, 429: _Errors},
    throttle=[PerPerson("columns", "240/m")],
    openapi_extra=COLUMNS,
)
def get_shared_columns(request: HttpRequest, token: str, run_id: str, after: After = 0) -> HttpResponseBase:
    """Return the tables of numbers of a shared run, as bytes."""
    return _quiet(columns_file(request, access.shared_run(token, run_id), after))


@router.get(
    "/shared/{token}/runs/{run_id}/export.json",
    response={200: dict[str, Any], 404: _Errors, 429: _Errors},
    throttle=[PerPerson("export", "60/m")],
)
def export_shared_json(request: HttpRequest, token: str, run_id: str) -> HttpResponse:
    """Return what a shared run found as JSON."""
    return _quiet(json_file(access.shared_run(token, run_id)))


def _quiet(response: Response) -> Response:
    """Keep the token out of the addresses that a browser hands on."""
    response["Referrer-Policy"] = "no-referrer"
    return response


@router.post(
    "/shared/{token}/fork",
    response={201: schemas.Made, 403: _Errors, 404: _Errors, 429: _Errors},
    throttle=[PerPerson("fork", "30/m")],
)
def fork_shared(request: HttpRequest, token: str) -> Status[dict[str, str]]:
    """Save a copy as one's own scenario; a stranger becomes a guest first."""
    share = access.share_open(token)
    return made(services.fork(share, _person_or_guest(request)))


def _person_or_guest(request: HttpRequest) -> User:
    if not request.user.is_authenticated:
        login(request, accounts.create_guest(request), backend=_SESSION_BACKEND)
    return person(request)


def _uuids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise services.NotShareable(gettext("A run is named by its id.")) from error

"""Every error of the API in one shape, whoever raised it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from sandbox.accounts import services as accounts
from sandbox.classes import access as classes
from sandbox.runs import services as runs
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios import services as scenarios
from sandbox.sharing import services as sharing

log = logging.getLogger(__name__)

NOT_FOUND = _("There is nothing here, or it is not yours to see.")

_PROBLEMS_SHOWN = 1000
"""So many problems are listed; the message says how many there are."""

_CODES = {
    400: "bad_request",
    401: "sign_in",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    411: "length_required",
    413: "too_large",
    415: "wrong_type",
    429: "too_many",
    500: "internal",
}


class Refusal(HttpError):
    """An error with a code of its own."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, hint: str | None = None
    ) -> None:
        """Keep what the answer says."""
        super().__init__(status, message)
        self.code = code
        self.hint = hint


def error(status: int, message: str, code: str | None = None, **more: Any) -> JsonResponse:
    """Return an error answer; parts that are None are left out."""
    body = {"code": code or _CODES.get(status, "error"), "message": message}
    body |= {key: value for key, value in more.items() if value is not None}
    return JsonResponse({"error": body}, status=status)


def register(api: NinjaAPI) -> None:
    """Give the API its answers to everything that services, queries and access raise."""
    for kind, answer in _ANSWERS:
        api.add_exception_handler(kind, answer)


def _not_found(request: HttpRequest, raised: Http404) -> HttpResponse:
    # The same words whether it is missing or hidden.
    return error(404, str(NOT_FOUND))


def _refused(request: HttpRequest, raised: HttpError) -> HttpResponse:
    message = getattr(request, "unreadable_body", None) or str(raised)
    return error(
        raised.status_code,
        message,
        getattr(request, "unreadable_code", None) or getattr(raised, "code", None),
        hint=getattr(raised, "hint", None),
    )


def _throttled(request: HttpRequest, raised: Throttled) -> HttpResponse:
    wait = max(1, int(raised.wait or 1))
    response = error(429, gettext("Too many requests. Try again in {wait} s.").format(wait=wait))
    response["Retry-After"] = str(wait)
    return response


def _malformed(request: HttpRequest, raised: ValidationError) -> HttpResponse:
    problems = [{"pointer": _pointer(found["loc"]), "message": found["msg"]} for found in raised.errors]
    first = problems[0]
    where = gettext("At {first}: ").format(first=first["pointer"]) if first["pointer"] else ""
    return error(422, f"{where}{first['message']}.", "invalid", pointer=first["pointer"], problems=problems)


def _pointer(loc: tuple[Any, ...]) -> str:
    """Return a JSON pointer into the body, or ``?name`` for a query parameter."""
    if loc and loc[0] == "body":
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in loc[2:])
    if len(loc) > 1 and loc[0] in ("query", "path"):
        return f"?{loc[-1]}"
    return "/".join(str(part) for part in loc[1:])


def _stale(request: HttpRequest, raised: scenarios.Stale) -> HttpResponse:
    current = raised.current
    message = gettext("The scenario is at revision {number} now. Apply the edit to that one.").format(
        number=current.number
    )
    body = {"error": {"code": "stale", "message": message}}
    return JsonResponse(body | {"revision": current.number, "document": current.document}, status=409)


def _invalid(request: HttpRequest, raised: scenarios.Invalid) -> HttpResponse:
    first, count = raised.problems[0] if raised.problems else {}, len(raised.problems)
    return error(
        422,
        ngettext("{refusal} {count} problem found.", "{refusal} {count} problems found.", count).format(
            refusal=raised, count=count
        ),
        "not_a_scenario",
        pointer=first.get("pointer"),
        hint=first.get("hint"),
        problems=raised.problems[:_PROBLEMS_SHOWN],
        edit=raised.edit,
    )


def _patch(request: HttpRequest, raised: scenarios.PatchError) -> HttpResponse:
    return error(422, str(raised), "patch", pointer=raised.pointer, edit=raised.edit)


def _not_runnable(request: HttpRequest, raised: scenario_queries.NotRunnable) -> HttpResponse:
    return error(422, str(raised), "not_runnable", problems=raised.problems)


def _parameters(request: HttpRequest, raised: runs.BadParameters) -> HttpResponse:
    return error(422, str(raised), "parameters", pointer=raised.pointer, problems=raised.problems)


def _in_exam(request: HttpRequest, raised: scenarios.InExam) -> HttpResponse:
    return error(409, str(raised), "in_exam")


def _predict_first(request: HttpRequest, raised: scenarios.PredictFirst) -> HttpResponse:
    return error(409, str(raised), "predict_first", questions=raised.questions)


def _archived(request: HttpRequest, raised: classes.Archived) -> HttpResponse:
    return error(409, str(raised), "archived")


def _over(request: HttpRequest, raised: runs.Over) -> HttpResponse:
    return error(409, str(raised), "over")


def _no_nic(request: HttpRequest, raised: scenario_queries.NoSuchNic) -> HttpResponse:
    return error(404, gettext("The drawing has no such NIC."), "no_such_nic")


def _cannot_sweep(request: HttpRequest, raised: scenario_queries.CannotSweep) -> HttpResponse:
    return error(422, str(raised), "cannot_sweep")


def _no_vm(request: HttpRequest, raised: scenario_queries.NoSuchVM) -> HttpResponse:
    return error(404, gettext("The drawing has no such VM."), "no_such_vm")


def _too_large(request: HttpRequest, raised: Exception) -> HttpResponse:
    return error(413, str(raised) or gettext("The request is too large."))


def _too_many(request: HttpRequest, raised: Exception) -> HttpResponse:
    return error(429, str(raised))


def _too_many_guests(request: HttpRequest, raised: Exception) -> HttpResponse:
    return error(
        429, gettext("Too many guest accounts were started from this address in the last hour. Try later.")
    )


def _not_shareable(request: HttpRequest, raised: Exception) -> HttpResponse:
    return error(422, str(raised), "not_shareable", pointer="/runs")


def _hung_up(request: HttpRequest, raised: Exception) -> HttpResponse:
    return error(400, gettext("The request ended before it was complete."))


def _not_a_form(request: HttpRequest, raised: Exception) -> HttpResponse:
    return error(400, gettext("The form in the body cannot be read: {raised}").format(raised=raised))


def _too_deep(request: HttpRequest, raised: RecursionError) -> HttpResponse:
    log.warning("%s: too deep", request.path, exc_info=True)
    return error(422, gettext("The JSON is nested too deeply."), "too_deep")


def _internal(request: HttpRequest, raised: Exception) -> HttpResponse:
    log.exception("%s %s failed", request.method, request.path, exc_info=raised)
    return error(500, gettext("Something failed on our side. It is in the log."))


_ANSWERS: list[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]] = [
    (Http404, _not_found),
    (Throttled, _throttled),
    (HttpError, _refused),
    (ValidationError, _malformed),
    (scenarios.Stale, _stale),
    (scenarios.Invalid, _invalid),
    (scenarios.PatchError, _patch),
    (scenarios.InExam, _in_exam),
    (scenarios.PredictFirst, _predict_first),
    (scenarios.TooManyScenarios, _too_many),
    (scenarios.UploadTooLarge, _too_large),
    (scenario_queries.NotRunnable, _not_runnable),
    (scenario_queries.NoSuchNic, _no_nic),
    (scenario_queries.NoSuchVM, _no_vm),
    (scenario_queries.CannotSweep, _cannot_sweep),
    (scenario_queries.TooLarge, _too_large),
    (classes.Archived, _archived),
    (runs.BadParameters, _parameters),
    (runs.TooManyRuns, _too_many),
    (runs.TooManyCommands, _too_many),
    (runs.Over, _over),
    (sharing.NotShareable, _not_shareable),
    (accounts.TooManyGuests, _too_many_guests),
    (RequestDataTooBig, _too_large),
    (UnreadablePostError, _hung_up),
    (MultiPartParserError, _not_a_form),
    (TooManyFieldsSent, _not_a_form),
    (TooManyFilesSent, _not_a_form),
    (RecursionError, _too_deep),
    (Exception, _internal),
]

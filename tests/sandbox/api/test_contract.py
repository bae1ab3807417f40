"""The API keeps the promise of its own description, whatever is sent: schemathesis on every operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS

from sandbox.accounts.models import User
from sandbox.scenarios import queries, services
from tests.sandbox.base import seed

TOKEN = "a" * 32
PROMISES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
OPERATIONS = {result.ok().label: result.ok() for result in schema.get_all_operations()}


def test_every_operation_is_tried() -> None:
    """The list below is made from the description; it must not be empty."""
    assert len(OPERATIONS) > 20


@pytest.fixture
def kept_connection(db: None) -> Iterator[None]:
    """Keep the server side from closing the connection that holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_answers_as_described(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Odd values get a described refusal, never a 500; answers have the described shape."""
    monkeypatch.setattr("sandbox.api.auth.PerPerson.allow_request", lambda *_: True)
    monkeypatch.setattr("sandbox.runs.services.OPEN_PER_PERSON", 100_000)
    owner = User.objects.create_user("owner")
    client = Client()
    client.force_login(owner)
    made = services.create(owner, seed("two-firewalls"))
    revision = queries.revision(made)
    assert revision
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": TOKEN}
    operation = OPERATIONS[label]
    checks = CHECKS.get_by_names(PROMISES)

    @settings(
        max_examples=15,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def try_it(case: Any) -> None:
        if "scenario_id" in case.path_parameters and case.path_parameters["scenario_id"][:1] != "0":
            case.path_parameters["scenario_id"] = str(made.pk)
        response = case.call(headers={"X-CSRFToken": TOKEN}, cookies=cookies)
        case.validate_response(response, checks=checks)

    try_it()

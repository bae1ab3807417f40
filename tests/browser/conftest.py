"""A real Chromium for every test in this folder.

`page` comes from pytest-playwright; `asgi_server` and `worker` from the conftest above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from sandbox.common.launch.tools import find_chromium

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Two browsers, two servers and their workers share the machine while all tests run.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium, quietly."""
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": _FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """One size, one language, one time zone everywhere, so that pictures and texts repeat."""
    size = {"width": 1400, "height": 900}
    return {**browser_context_args, "viewport": size, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture
def context(new_context: CreateContextCallback, asgi_server: str) -> BrowserContext:
    """One person's browser; `page.goto("/")` goes to the server of this test.

    For somebody else's browser call `new_context(base_url=asgi_server)`.
    """
    return new_context(base_url=asgi_server)


@pytest.fixture(autouse=True)
def nothing_breaks_in_silence(page: Page) -> Iterator[None]:
    """Fail a test whose page threw an error or was stopped by the content security policy."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if re.search("content security policy", message.text, re.IGNORECASE):
            found.append(message.text)

    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", listen)
    yield
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def seeded() -> list[str]:
    """The rows of the demo account as JSON, once a test has made them."""
    return []


def _anew(rows: str) -> str:
    """Return rows under new ids: what processes remember of earlier tests is not of these."""
    known = set(re.findall(r'"pk": "([0-9a-f-]{36})"', rows))
    for one in known:
        rows = rows.replace(one, str(uuid4()))
    return rows


@pytest.fixture
def demo_account(transactional_db: None, seeded: list[str]) -> None:
    """The demo account with its scenarios, as `manage.py demo` makes it."""
    from django.apps import apps
    from django.core import serializers
    from django.core.management import call_command
    from django.db import transaction

    if seeded:
        rows = [found.object for found in serializers.deserialize("json", _anew(seeded[0]))]
        with transaction.atomic():
            for model, same in groupby(rows, type):
                model._default_manager.bulk_create(same)
        return
    call_command("seed", quiet=True)
    rooms = ("accounts", "scenarios", "runs", "classes")
    models = [model for room in rooms for model in apps.get_app_config(room).get_models()]
    seeded.append(serializers.serialize("json", [row for model in models for row in model.objects.all()]))

"""What every test may count on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# A test that may skip in CI says so with this reason; any other skip fails there.
NO_SHARED = "the shared reference folder is not beside the project"


def pytest_configure(config: pytest.Config) -> None:
    """Make password hashing quick; no test is about its strength."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last: Playwright leaves an event loop running that others would trip over."""
    items.sort(key=lambda item: "tests/browser/" in item.path.as_posix())


@pytest.fixture
def shared() -> Path:
    """The folder with other people's files and the recorded answers; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED)
    return SHARED


@pytest.fixture(autouse=True)
def fresh_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Forget throttles and limits between tests that use the database."""
    yield
    if {"db", "transactional_db", "asgi_server"} & set(request.fixturenames):
        from django.core.cache import cache

        cache.clear()

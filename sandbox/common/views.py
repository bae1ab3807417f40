"""The one page without a person: is this server able to work?"""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

log = logging.getLogger(__name__)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 when the database and Redis answer, else 503 naming what does not."""
    parts = {}
    for name, ask in (("database", _ask_database), ("redis", _ask_redis)):
        try:
            ask()
            parts[name] = "ok"
        except Exception:
            log.exception("health: %s does not answer", name)
            parts[name] = "away"
    well = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if well else "away", **parts}, status=200 if well else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    cache.get("healthz")

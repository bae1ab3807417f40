"""System checks with stable ids: mistakes of set-up that would only show under load or in public."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning


@register(Tags.database)
def sqlite_can_wait(**kwargs: Any) -> list[CheckMessage]:
    """sandbox.E001: SQLite without its options meets "database is locked" under load."""
    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return []
    options = database.get("OPTIONS", {})
    if options.get("transaction_mode") == "IMMEDIATE" and "WAL" in options.get("init_command", ""):
        return []
    return [Error("SQLite needs transaction_mode IMMEDIATE and journal_mode WAL.", id="sandbox.E001")]


@register(Tags.staticfiles)
def only_built_files_are_public(**kwargs: Any) -> list[CheckMessage]:
    """sandbox.E002: anything but static/dist would publish sources and node_modules."""
    public = [str(folder) for folder in settings.STATICFILES_DIRS]
    if public == [str(settings.BASE_DIR / "static" / "dist")]:
        return []
    return [Error(f"STATICFILES_DIRS names {public}; static/dist only.", id="sandbox.E002")]


@register(Tags.database, deploy=True)
def many_people_need_postgresql(**kwargs: Any) -> list[CheckMessage]:
    """sandbox.W001: SQLite has one writer at a time."""
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        hint = "Set DATABASE_URL to a PostgreSQL server."
        return [CheckWarning("SQLite has one writer at a time.", hint=hint, id="sandbox.W001")]
    return []

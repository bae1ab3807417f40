"""The workers' way in. Settings are Django's, with the prefix CELERY_."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from sandbox import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings.production")

_PREFIX = "CELERY_"


def _settings() -> dict[str, Any]:
    """Return Django's settings with the prefix, as Celery names them.

    As a dictionary: Celery asks for some at each task it sends, and for most that nobody set it asks Django's
    own object by four names in vain, which is a fifth of the time that sending takes. A pool that forks has
    them too; one that started children anew would not.
    """
    return {
        name.removeprefix(_PREFIX).lower(): getattr(settings, name)
        for name in dir(settings)
        if name.startswith(_PREFIX)
    }


broker.use()
app = Celery("sandbox")
app.add_defaults(_settings)
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Listening keeps Celery from setting up loggers of its own; Django's LOGGING holds."""

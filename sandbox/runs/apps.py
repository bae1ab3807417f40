"""App settings of runs."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """The runs app."""

    name = "sandbox.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Runs"

    def ready(self) -> None:
        """Sweep once when a worker starts: what was lost while none ran is found at once."""
        from celery.signals import worker_ready

        worker_ready.connect(_sweep, dispatch_uid="runs.collect_at_start")


def _sweep(**kwargs: Any) -> None:
    # Imported here, so that commands that run no worker do not load the engine.
    from sandbox.runs.tasks import collect_at_start

    collect_at_start()

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
        """Warm the engine before a worker starts; sweep once when it has: what was lost is found at once."""
        from celery.signals import worker_init, worker_ready

        worker_init.connect(_warm, dispatch_uid="runs.warm")
        worker_ready.connect(_sweep, dispatch_uid="runs.collect_at_start")


def _warm(sender: Any, **kwargs: Any) -> None:
    """Load the compiled kernels before the pool is forked, so that every process of it has them.

    The first time on a machine they are compiled, which takes seconds; so only a worker that does nothing but
    answer questions, or play trials, waits for that. Others load them when the first such run comes.
    """
    from sandbox.runs.tasks import WARMED, warm

    queues = set(sender.app.amqp.queues.consume_from)
    if len(queues) == 1 and queues <= WARMED.keys():
        warm(*queues)


def _sweep(**kwargs: Any) -> None:
    # Imported here, so that commands that run no worker do not load the engine.
    from sandbox.runs.tasks import collect_at_start

    collect_at_start()

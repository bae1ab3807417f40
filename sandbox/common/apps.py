"""App settings of common."""

from __future__ import annotations

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """What every app may use: error answers, health, checks, the commands. No models."""

    name = "sandbox.common"
    label = "common"

    def ready(self) -> None:
        """Register the checks."""
        from sandbox.common import checks  # noqa: F401
